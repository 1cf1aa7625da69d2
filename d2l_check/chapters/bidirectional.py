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
            _("Print sequence 2 (length 2) before and after. Which steps have moved?"),
            planted=[{"by": "all"}],
        ),
        Mistake(
            "padding-cleared",
            _("The padding is set to zero."),
            _("It should stay where it is and as it is."),
            _(
                "Print the last step of sequence 2 (length 2) before and after. Is "
                "it the same?"
            ),
            planted=[{"padding": "zero"}],
        ),
        Mistake(
            "wrong-axis",
            _("The order of the sequences is reversed, not that of the steps."),
            _("Which axis is time?"),
            _("Print X[0, :, 0] before and after. Have the sequences changed places?"),
            planted=[{"by": "batch"}],
        ),
        Mistake(
            "one-length",
            _("All sequences are reversed by the same length."),
            _("Each sequence has its own length. Where do you use lengths[i]?"),
            _("Print the length that you use for each sequence. Is it lengths[i]?"),
            planted=[{"by": "first"}, {"by": "shortest"}],
        ),
        Mistake(
            "not-reversed",
            _("Nothing is reversed."),
            _("What was at the last real step should be at the first one."),
            _(
                "Print X[:, 1, 0] before and after. Do you return the array that "
                "you changed?"
            ),
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
            _(
                "For a sequence of length 2 in T = 5, print the two steps that "
                "you read."
            ),
            planted=[{"forward": "end", "backward": "end"}],
        ),
        Mistake(
            "own-last-step",
            _("The backward half is taken from the last real step."),
            _("How much has the backward direction read there?"),
            _(
                "Take a sequence of three words. How many has the backward direction "
                "read at the last?"
            ),
            planted=[{"backward": "last"}],
        ),
        Mistake(
            "padding-read",
            _("The forward half is taken from past the end of the sequences."),
            _("The last real step of sequence i is lengths[i] - 1."),
            _(
                "For a sequence of length 2, print the step of the forward half. "
                "Is it real?"
            ),
            planted=[{"forward": "end"}],
        ),
        Mistake(
            "exchanged",
            _("Each half is taken from where its direction begins."),
            _("A state has read everything where its direction ends."),
            _(
                "At which step has the forward direction read only one word? "
                "Print yours."
            ),
            planted=[{"forward": "first", "backward": "last"}],
        ),
        Mistake(
            "both-first",
            _("Both halves are taken from the first step."),
            _("How much has the forward direction read there?"),
            _("Print the two steps that you read for a sequence of length 3."),
            planted=[{"forward": "first"}],
        ),
        Mistake(
            "halves-order",
            _("The halves are in the wrong order."),
            _("The forward half comes first, in H and in the result."),
            _(
                "Compare the first number of your result with H. Is it from "
                "columns 0 to h - 1?"
            ),
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
            _(
                "Change X at step t alone. May your row t change? Follow it "
                "through both halves."
            ),
            planted=[{"left": 0, "right": 0}],
        ),
        Mistake(
            "half-reads-itself",
            _("One of the halves has read the token of its own step."),
            _("Both halves have to be moved, in opposite directions."),
            _(
                "Change H_forward and H_backward at step 1, one after the other. "
                "Which rows move?"
            ),
            planted=[{"left": 0}, {"right": 0}],
        ),
        Mistake(
            "wrong-way",
            _("The halves are moved in the wrong directions."),
            _("The forward state should be that of the step before."),
            _(
                "Print your first row beside H_forward[0]. What has been read "
                "before step 0?"
            ),
            planted=[{"left": -1, "right": 1}],
        ),
        Mistake(
            "wraps-round",
            _("What falls off at one end comes in at the other."),
            _("Before the first step and after the last one there is nothing."),
            _(
                "Take two steps. Nothing comes before the first. What does the left "
                "half of row 0 hold?"
            ),
            planted=[{"wrap": True}],
        ),
        Mistake(
            "halves-order",
            _("The halves are in the wrong order."),
            _("The forward half comes first."),
            _(
                "Compare the first number of row 1 with H_forward[0]. Where does "
                "it stand?"
            ),
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
            _("The backward direction starts over in each chunk."),
            _(
                "Print your list for num_steps = 4, chunk = 2, outlook = 0. When "
                "does step 0 know?"
            ),
            planted=[{"until": "sequence"}],
        ),
        Mistake(
            "outlook-forgotten",
            _("Each step waits for the end of its chunk only."),
            _("Which steps does the backward direction read before the chunk?"),
            _("Call it with outlook = 0 and 2. Which line reads outlook?"),
            planted=[{"look": False}],
        ),
        Mistake(
            "beyond-the-end",
            _("Some steps wait for input past the end."),
            _("What is read last if the sequence ends early?"),
            _("Print t plus your wait for each t. Is it ever above num_steps - 1?"),
            planted=[{"cut": False}],
        ),
        Mistake(
            "off-by-one",
            _("Each step waits for one step too many."),
            _("The last step of a sequence has to wait for nothing."),
            _("With chunk = 1 and outlook = 0 nobody waits. What does your list hold?"),
            planted=[{"more": 1}],
        ),
        Mistake(
            "same-for-all",
            _("All steps of a chunk wait equally long."),
            _("Who waits longer, the first step of a chunk or the last?"),
            _(
                "Print your list for num_steps = 4, chunk = 4, outlook = 0. Should "
                "it fall?"
            ),
            planted=[{"until": "constant"}],
        ),
    ]


CHECKS = (ReversePadded, SentenceVector, Around, Waits)
