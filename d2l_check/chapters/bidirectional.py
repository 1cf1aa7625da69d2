"""Checks of the exercises on bidirectional networks."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def normal(seed, *shape):
    """Return normal random numbers, the same in every run."""
    return np.random.default_rng(seed).normal(size=shape)


class ReversePadded(ReferenceCheck):
    """Check that each sequence is reversed within its own length."""

    signature = "reverse_padded(X, lengths)"
    letters = "(T, n, d)"
    cases = (
        (normal(1, 5, 3, 2), np.array([3, 5, 2])),
        (normal(2, 4, 4, 4), np.array([2, 4, 1, 3])),
    )

    @staticmethod
    def reference(X, lengths, by="length", padding="kept"):
        T, n, _d = X.shape
        if by == "batch":
            return X[:, ::-1].copy()
        lengths = {
            "length": lengths,
            "all": np.full(n, T),
            "first": np.full(n, lengths[0]),
            "shortest": np.full(n, lengths.min()),
            "none": np.zeros(n, dtype=int),
        }[by]
        t = np.arange(T)[:, np.newaxis]
        index = np.where(t < lengths, lengths - 1 - t, t)  # (T, n)
        found = X[index, np.arange(n)]
        real = (t < lengths)[..., np.newaxis]
        return found if padding == "kept" else np.where(real, found, 0)

    mistakes = [
        Mistake(
            "padding-first",
            _("The padding is reversed as well and comes first."),
            _("Up to where does each sequence go? That part is to be reversed."),
            planted=[{"by": "all"}],
        ),
        Mistake(
            "padding-cleared",
            _("The padding is set to zero."),
            _("It should stay where it is and as it is."),
            planted=[{"padding": "zero"}],
        ),
        Mistake(
            "wrong-axis",
            _("The order of the sequences is reversed, not that of the steps."),
            _("Which axis is time?"),
            planted=[{"by": "batch"}],
        ),
        Mistake(
            "one-length",
            _("All sequences are reversed by the same length."),
            _("Each sequence has a length of its own."),
            planted=[{"by": "first"}, {"by": "shortest"}],
        ),
        Mistake(
            "not-reversed",
            _("Nothing is reversed."),
            _("What was at the last real step should be at the first one."),
            planted=[{"by": "none"}],
        ),
    ]


class SentenceVector(ReferenceCheck):
    """Check that a sequence's vector is taken from where each direction ends."""

    signature = "sentence_vector(H, lengths)"
    letters = "(n, 2h)"
    cases = (
        (normal(3, 5, 3, 4), np.array([3, 5, 2])),
        (normal(4, 4, 4, 4), np.array([2, 4, 1, 3])),
    )

    @staticmethod
    def reference(H, lengths, forward="last", backward="first", swap=False):
        T, n, width = H.shape
        places = {
            "last": lengths - 1,
            "first": np.zeros(n, dtype=int),
            "end": np.full(n, T - 1),
        }
        each, h = np.arange(n), width // 2
        halves = [H[places[forward], each, :h], H[places[backward], each, h:]]
        return np.concatenate(halves[::-1] if swap else halves, axis=1)

    mistakes = [
        Mistake(
            "last-step",
            _("Both halves are taken from the last step of the batch."),
            _("Where does the backward direction end? And is step T - 1 real?"),
            planted=[{"forward": "end", "backward": "end"}],
        ),
        Mistake(
            "own-last-step",
            _("The backward half is taken from the last real step."),
            _("How much has the backward direction read there?"),
            _("It ends at the first step."),
            planted=[{"backward": "last"}],
        ),
        Mistake(
            "padding-read",
            _("The forward half is taken from behind the end of the sequences."),
            _("The last real step of sequence i is lengths[i] - 1."),
            planted=[{"forward": "end"}],
        ),
        Mistake(
            "exchanged",
            _("Each half is taken from where its direction begins."),
            _("A state has read everything where its direction ends."),
            planted=[{"forward": "first", "backward": "last"}],
        ),
        Mistake(
            "both-first",
            _("Both halves are taken from the first step."),
            _("How much has the forward direction read there?"),
            planted=[{"forward": "first"}],
        ),
        Mistake(
            "halves-order",
            _("The halves are in the wrong order."),
            _("The forward half comes first, in H and in the result."),
            planted=[{"swap": True}],
        ),
    ]


class Around(ReferenceCheck):
    """Check that what is put together for a step hasn't read that step."""

    signature = "around(H_forward, H_backward)"
    letters = "(T, n, 2h)"
    cases = (
        (normal(5, 5, 2, 3), normal(6, 5, 2, 3)),
        (normal(7, 4, 4, 4), normal(8, 4, 4, 4)),
    )

    @staticmethod
    def reference(H_forward, H_backward, left=1, right=-1, wrap=False, swap=False):
        def moved(H, by):
            """Return H moved `by` steps to later times."""
            found = np.roll(H, by, axis=0)
            if by and not wrap:
                found[0 if by > 0 else -1] = 0
            return found

        halves = [moved(H_forward, left), moved(H_backward, right)]
        return np.concatenate(halves[::-1] if swap else halves, axis=2)

    mistakes = [
        Mistake(
            "reads-itself",
            _("At step t both halves have read the token of step t."),
            _("The forward state of step t includes X_t. Which one doesn't?"),
            planted=[{"left": 0, "right": 0}],
        ),
        Mistake(
            "half-reads-itself",
            _("One of the halves has read the token of its own step."),
            _("Both halves have to be moved, in opposite directions."),
            planted=[{"left": 0}, {"right": 0}],
        ),
        Mistake(
            "wrong-way",
            _("The halves are moved in the wrong directions."),
            _("The forward state should be that of the step before."),
            planted=[{"left": -1, "right": 1}],
        ),
        Mistake(
            "wraps-round",
            _("What falls off at one end comes in at the other."),
            _("Before the first step and after the last one there is nothing."),
            _("Put zeros there."),
            planted=[{"wrap": True}],
        ),
        Mistake(
            "halves-order",
            _("The halves are in the wrong order."),
            _("The forward half comes first."),
            planted=[{"swap": True}],
        ),
    ]


class Waits(ReferenceCheck):
    """Check how many steps each answer has to wait when a stream is cut in chunks."""

    signature = "waits(num_steps, chunk, outlook)"
    tensors = False
    cases = ((10, 4, 1), (12, 3, 2), (7, 7, 0), (6, 1, 2), (9, 4, 3))

    @staticmethod
    def reference(
        num_steps, chunk, outlook, until="chunk", look=True, cut=True, more=0
    ):
        found = []
        for t in range(num_steps):
            last = (t // chunk + 1) * chunk - 1
            if until == "constant":
                last = t + chunk - 1
            if until == "sequence":
                last = num_steps - 1
            last += outlook * look
            if cut:
                last = min(last, num_steps - 1)
            found.append(last - t + more)
        return found

    mistakes = [
        Mistake(
            "whole-sequence",
            _("Each step waits for the end of the whole sequence."),
            _("The backward direction starts anew in each chunk."),
            planted=[{"until": "sequence"}],
        ),
        Mistake(
            "outlook-forgotten",
            _("Each step waits for the end of its chunk only."),
            _("Which steps does the backward direction read before the chunk?"),
            planted=[{"look": False}],
        ),
        Mistake(
            "beyond-the-end",
            _("Some steps wait for what will never come."),
            _("What is read last if the sequence ends early?"),
            planted=[{"cut": False}],
        ),
        Mistake(
            "off-by-one",
            _("Each step waits for one step too many."),
            _("The last step of a sequence has to wait for nothing."),
            planted=[{"more": 1}],
        ),
        Mistake(
            "same-for-all",
            _("All steps of a chunk wait equally long."),
            _("Who waits longer, the first step of a chunk or the last?"),
            planted=[{"until": "constant"}],
        ),
    ]


CHECKS = (ReversePadded, SentenceVector, Around, Waits)
