"""Checks of the exercises on notation, and on text as sequences."""

from collections import Counter

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


class NumberTokens(ReferenceCheck):
    """Check the list of tokens of a vocabulary, by index."""

    signature = "number_tokens(tokens, min_freq)"
    cases = (
        (["to", "sea", "or", "to", "sea", "or", "be", "be", "sea", "aye"], 2),
        (["b", "c", "b", "a", "c", "d"], 1),
        (["x", "y", "y"], 3),
    )

    @staticmethod
    def reference(tokens, min_freq, unknown=True, order="falling", above=False):
        counts = Counter(tokens)
        least = min_freq + above
        kept = [token for token in counts if counts[token] >= least]
        if order == "falling":
            kept.sort(key=lambda token: -counts[token])
        elif order == "rising":
            kept.sort(key=lambda token: counts[token])
        elif order == "alphabet":
            kept.sort(key=lambda token: (-counts[token], token))
        return ["<unk>", *kept] if unknown else kept

    mistakes = [
        Mistake(
            "number-no-unknown",
            _("There is no index for unknown tokens."),
            _("Which token has index 0?"),
            _(
                "What is index 0 for in Vocab? Print your list beside "
                "vocab.idx_to_token."
            ),
            planted=[{"unknown": False}],
        ),
        Mistake(
            "number-alphabet",
            _("Tokens that are equally frequent stand in the order of letters."),
            _(
                "They should stand as first seen, which a sort by "
                "nothing but the count keeps."
            ),
            _(
                'Sort "b c b a c" by hand. Python\'s sort keeps ties in order: '
                "what is your key?"
            ),
            planted=[{"order": "alphabet"}],
        ),
        Mistake(
            "number-rising",
            _("The rarest tokens come first."),
            _("By which number do you sort, and in which direction?"),
            _("Print the counts in the order of your list. Do they fall or rise?"),
            planted=[{"order": "rising"}],
        ),
        Mistake(
            "number-first-seen",
            _("The tokens aren't sorted by their frequency."),
            _("The token that occurs most often should have index 1."),
            _(
                "Print each token of your list with its count. Which argument of "
                "sort is missing?"
            ),
            planted=[{"order": "seen"}],
        ),
        Mistake(
            "number-above",
            _("Tokens that occur exactly min_freq times are missing."),
            _("Left out are those that occur fewer than min_freq times."),
            _(
                "With min_freq = 2, what happens to a token that occurs twice? "
                "Look at > and >=."
            ),
            planted=[{"above": True}],
        ),
    ]


def gradient_case(indices, d, h, seed):
    """Return indices, the gradient from above and the size of the vocabulary."""
    G = np.random.default_rng(seed).normal(size=(len(indices), h))
    return np.array(indices), G, d


class LookUpGradient(ReferenceCheck):
    """Check the gradient of a look-up with respect to the matrix."""

    signature = "look_up_gradient(indices, G, d)"
    letters = "(d, h)"
    cases = (
        gradient_case([4, 0, 4, 5, 4], d=6, h=3, seed=1),
        gradient_case([1, 1, 3, 0], d=4, h=4, seed=2),
    )
    tensors = False

    @staticmethod
    def reference(indices, G, d, combine="add", place="index"):
        result = np.zeros((d, G.shape[1]))
        if place == "step":
            result[: len(G)] = G[:d]
            return result
        if place == "everywhere":
            return result + G.sum(axis=0)
        for j, g in zip(indices, G):
            result[j] = g if combine == "replace" else result[j] + g
        if combine == "mean":
            counts = np.bincount(indices, minlength=d)
            result = result / np.maximum(counts, 1)[:, None]
        return result

    mistakes = [
        Mistake(
            "gradient-replaced",
            _("Of a token that occurs several times, only the last one counts."),
            _(
                "Its gradients should be added up, which "
                "gradient[indices] += G in NumPy doesn't do."
            ),
            _("A loop over the steps is slow, but it is right."),
            planted=[{"combine": "replace"}],
        ),
        Mistake(
            "gradient-mean",
            _("The gradients of a token are averaged."),
            _("The equation has a sum over the steps."),
            _(
                "Token 4 occurs three times. By which number do you divide its "
                "sum, and why?"
            ),
            planted=[{"combine": "mean"}],
        ),
        Mistake(
            "gradient-by-step",
            _("Row t of G ends up in row t of the gradient."),
            _("Which row of the matrix was looked up at step t?"),
            _("For indices [4, 0], which two rows of the gradient aren't zero?"),
            planted=[{"place": "step"}],
        ),
        Mistake(
            "gradient-everywhere",
            _("Tokens that don't occur have a gradient as well."),
            _("A row that wasn't looked up had no influence on the result."),
            _(
                "Print the rows of tokens that never occur. Which line writes "
                "into them?"
            ),
            planted=[{"place": "everywhere"}],
        ),
    ]


class MaskedMean(ReferenceCheck):
    """Check the mean of a loss over the steps that aren't padding."""

    signature = "masked_mean(losses, lengths)"
    cases = (
        (np.random.default_rng(1).uniform(1, 2, (3, 5)), np.array([5, 1, 3])),
        (np.random.default_rng(2).uniform(1, 2, (4, 4)), np.array([2, 1, 3, 1])),
    )

    @staticmethod
    def reference(losses, lengths, by="tokens", shift=0, inverted=False):
        n, T = losses.shape
        mask = np.arange(T) < np.asarray(lengths)[:, None] + shift
        if inverted:
            mask = ~mask
        total = (mask * losses).sum()
        if by == "all":
            return losses.mean()
        if by == "places":
            return total / (n * T)
        if by == "sequences":
            means = (mask * losses).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
            return means.mean()
        if by == "rows":
            return total / n
        return total / max(mask.sum(), 1)

    mistakes = [
        Mistake(
            "masked-not",
            _("The padding is counted like everything else."),
            _("Which steps of a sequence are real, by its length?"),
            _(
                "Set a loss of the padding to 1000. Should the mean change? Where "
                "is lengths used?"
            ),
            planted=[{"by": "all"}],
        ),
        Mistake(
            "masked-by-places",
            _("The sum leaves the padding out, but the number doesn't."),
            _("Divide by the number of steps that you have added up."),
            _(
                "With lengths [5, 1, 3], how many losses are added up? Print your "
                "divisor."
            ),
            planted=[{"by": "places"}],
        ),
        Mistake(
            "masked-mean-of-means",
            _("Each sequence is averaged by itself first."),
            _("Then a step of a short sequence counts more than a step of a long one."),
            _(
                "Losses [1, 1, 1] and [5]: should the mean be 2 or 3? Where do you "
                "average?"
            ),
            planted=[{"by": "sequences"}],
        ),
        Mistake(
            "masked-by-rows",
            _("The sum is divided by the number of sequences."),
            _("What is asked for is the mean loss of a step."),
            _(
                "Print your divisor for lengths [5, 1, 3]. Is it 3, or the number "
                "of real steps?"
            ),
            planted=[{"by": "rows"}],
        ),
        Mistake(
            "masked-one-more",
            _("One step of padding is taken for a real one."),
            _("If steps are counted from 0, which is the last one of three?"),
            _(
                "Print the mask of a row of length 1. How many ones does it have? "
                "Look at <=."
            ),
            planted=[{"shift": 1}],
        ),
        Mistake(
            "masked-padding",
            _("The padding is kept, and what is real is left out."),
            _("Is your mask 1 where you want it to be?"),
            _(
                "Print your mask beside the lengths. Are the ones where the "
                "sequence is real?"
            ),
            planted=[{"inverted": True}],
        ),
    ]


class SequentialBatches(ReferenceCheck):
    """Check sequential batches of a text, cut from its first token on."""

    signature = "sequential_batches(corpus, n, T)"
    cases = (
        (np.arange(10, 36), 2, 4),
        (np.arange(50, 70), 3, 3),
        (np.arange(5, 22), 1, 5),
    )
    tensors = False

    @staticmethod
    def reference(corpus, n, T, rows="long", labels="next", step=None):
        length = (len(corpus) - 1) // n
        Xs = corpus[: n * length].reshape(n, length)
        Ys = corpus[1 : n * length + 1].reshape(n, length)
        if rows == "interleaved":
            Xs, Ys = (corpus[k : n * length + k].reshape(length, n).T for k in range(2))
        if rows == "short":
            count = (len(corpus) - 1) // (n * T)
            pieces = [corpus[k : k + count * n * T] for k in range(2)]
            return [
                tuple(piece.reshape(count, n, T)[i] for piece in pieces)
                for i in range(count)
            ]
        if labels == "same":
            Ys = Xs
        if labels == "rolled":
            Ys = np.roll(Xs, -1, axis=1)
        return [
            (Xs[:, i : i + T], Ys[:, i : i + T])
            for i in range(0, length - T + 1, step or T)
        ]

    mistakes = [
        Mistake(
            "batches-short-rows",
            _("The second row of a batch continues its first one."),
            _(
                "The same row of the next batch should. Fold the whole text into "
                "n rows before you cut it."
            ),
            _(
                "Print row 1 of batch 0 and the text. How far is it from the start "
                "of row 0?"
            ),
            planted=[{"rows": "short"}],
        ),
        Mistake(
            "batches-interleaved",
            _("Neighbours in the text stand below one another."),
            _("Fold the text so that each row is one stretch of it."),
            _("Print column 0 of the first X. Are these neighbours in the text?"),
            planted=[{"rows": "interleaved"}],
        ),
        Mistake(
            "batches-same-labels",
            _("The labels are the inputs."),
            _("What should a language model say when it has read a token?"),
            _("Print X[0] and Y[0] of a batch. By how much should Y be ahead?"),
            planted=[{"labels": "same"}],
        ),
        Mistake(
            "batches-rolled",
            _("At the end of a row the label is the beginning of the same row."),
            _("Take the labels from the text, one token further on."),
            _("Print the last label of row 0. Which token comes there in the text?"),
            planted=[{"labels": "rolled"}],
        ),
        Mistake(
            "batches-overlap",
            _("The windows overlap."),
            _("Where should the second window begin, if the first one has T steps?"),
            _(
                "Print the first column of two batches in a row. How far apart "
                "should they be?"
            ),
            planted=[{"step": 1}],
        ),
    ]


CHECKS = (NumberTokens, LookUpGradient, MaskedMean, SequentialBatches)
