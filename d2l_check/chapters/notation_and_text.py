"""Checks of the exercises on notation, and on text as sequences."""

from collections import Counter

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


class SplitWord(ReferenceCheck):
    """Check how a word is split into the longest pieces, from left to right."""

    signature = "split_word(word, pieces)"
    cases = (
        (
            "windings",
            ["win", "w", "wind", "in", "i", "n", "ding", "ings", "d", "g", "s"],
        ),
        ("abcd", ["a", "ab", "bcd", "c", "d", "cd"]),
        ("cafés", ["c", "ca", "f", "s"]),
        ("xxa", ["a"]),
        ("", ["a"]),
    )

    @staticmethod
    def reference(word, pieces, choose="longest", side="left", unknown="token"):
        tokens, rest = [], word
        while rest:
            left = side == "left"
            fits = [
                p for p in pieces if (rest.startswith if left else rest.endswith)(p)
            ]
            if fits:
                chosen = {"longest": max, "shortest": min}.get(choose)
                piece = chosen(fits, key=len) if chosen else fits[0]
                tokens.append(piece)
            else:
                piece = rest[0] if left else rest[-1]
                if unknown == "whole":
                    return ["<unk>"]
                if unknown == "stop":
                    break
                tokens += {"token": ["<unk>"], "kept": [piece]}.get(unknown, [])
            rest = rest[len(piece) :] if left else rest[: -len(piece)]
        return tokens if side == "left" else tokens[::-1]

    mistakes = [
        Mistake(
            "split-shortest",
            _("The shortest piece that fits is taken."),
            _("Which of the pieces that the rest begins with should win?"),
            _("Split 'windings' by hand: both 'w' and 'wind' fit. Which do you take?"),
            planted=[{"choose": "shortest"}],
        ),
        Mistake(
            "split-first-in-list",
            _("The first piece in the list that fits is taken."),
            _("The order of the list means nothing. What should decide?"),
            _("'win' comes before 'wind' in the list. Does your loop look further?"),
            planted=[{"choose": "first"}],
        ),
        Mistake(
            "split-from-right",
            _("The word is split from its end."),
            _("Where does the first token of a word begin?"),
            _("For 'abcd', which is your first token: 'ab' or 'a'?"),
            planted=[{"side": "right"}],
        ),
        Mistake(
            "split-unknown-dropped",
            _("A character that no piece begins with disappears."),
            _("Which token stands for what a vocabulary doesn't know?"),
            _("How many tokens does 'cafés' have? What became of the é?"),
            planted=[{"unknown": "dropped"}],
        ),
        Mistake(
            "split-unknown-kept",
            _("A character that no piece begins with becomes a token of its own."),
            _("Would the vocabulary have an index for it?"),
            _("Look at your last branch: which string does it append?"),
            planted=[{"unknown": "kept"}],
        ),
        Mistake(
            "split-unknown-whole",
            _("One unknown character makes the whole word unknown."),
            _("How much of the word can still be said?"),
            _("'cafés' should begin with 'ca'. Do you return too early?"),
            planted=[{"unknown": "whole"}],
        ),
        Mistake(
            "split-unknown-stop",
            _("Everything after an unknown character is lost."),
            _("What is left of the word once the unknown character is dealt with?"),
            _("After <unk>, by how many characters does the rest get shorter?"),
            planted=[{"unknown": "stop"}],
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


class PlaceOf(ReferenceCheck):
    """Check where a token stands in sequential batches that start without an offset."""

    signature = "place_of(p, N, n, T)"
    cases = (
        (22, 36, 2, 4),
        (5, 20, 3, 3),
        (16, 36, 2, 4),
        (17, 36, 2, 4),
        (34, 36, 2, 4),
        (0, 17, 1, 5),
        (14, 17, 1, 5),
        (15, 17, 1, 5),
    )

    @staticmethod
    def reference(p, N, n, T, fold="long", label=1, partial=False, over=False, first=0):
        length = (N - label) // n
        row, k = divmod(p, length)
        batch, column = divmod(k, T)
        if fold == "short":
            piece, column = divmod(p, T)
            batch, row = divmod(piece, n)
        if fold == "interleaved":
            k, row = divmod(p, n)
            batch, column = divmod(k, T)
        if row >= n and not over or batch >= length // T and not partial:
            return ()
        if fold == "swapped":
            batch, row = row, batch
        return batch + first, row + first, column + first

    mistakes = [
        Mistake(
            "place-short-rows",
            _("Neighbouring pieces of the text end up in the same batch."),
            _("Where does the piece that continues row 0 go: below it, or after it?"),
            _("Draw the text as two long rows, n = 2, with T = 4. Where is token 4?"),
            planted=[{"fold": "short"}],
        ),
        Mistake(
            "place-interleaved",
            _("Neighbouring tokens end up in different rows."),
            _("Is a row a stretch of the text, or every n-th token of it?"),
            _("Where do you put tokens 0 and 1? They should be neighbours in a row."),
            planted=[{"fold": "interleaved"}],
        ),
        Mistake(
            "place-swapped",
            _("Row and batch are swapped."),
            _("Which of the three numbers says how far along the rows we are?"),
            _("The result is (batch, row, column). Which comes first in yours?"),
            planted=[{"fold": "swapped"}],
        ),
        Mistake(
            "place-no-label",
            _("The rows are one token too long."),
            _("What is the label of the last token of the text?"),
            _("N = 36, n = 2: is a row 18 tokens long, or 17? Who needs a label?"),
            planted=[{"label": 0}],
        ),
        Mistake(
            "place-partial-batch",
            _("Tokens at the end of a row get a place, though no batch is full there."),
            _("How many whole windows of T tokens fit into a row?"),
            _("A row of 17 tokens with T = 4: where does the last window end?"),
            planted=[{"partial": True}],
        ),
        Mistake(
            "place-beyond-rows",
            _("Tokens after the last row get a place in a row that doesn't exist."),
            _("Which rows are there, if there are n of them?"),
            _("With n = 2, can the row be 2? Look at the last tokens of the text."),
            planted=[{"over": True}],
        ),
        Mistake(
            "place-from-one",
            _("Batches, rows and columns are counted from 1."),
            _("Where would NumPy look for the first one?"),
            _("Token 0 is batches[0], row 0, column 0."),
            planted=[{"first": 1}],
        ),
    ]


class CountPairs(ReferenceCheck):
    """Check the number of times that each pair of neighbouring tokens occurs."""

    signature = "count_pairs(words, split)"
    cases = (
        (
            {"hug": 3, "hugs": 2, "bun": 1},
            {
                "hug": ["h", "u", "g", "_"],
                "hugs": ["h", "ug", "s", "_"],
                "bun": ["b", "u", "n", "_"],
            },
        ),
        ({"aaa": 4}, {"aaa": ["a", "a", "a", "_"]}),
        ({"it": 5, "is": 1}, {"it": ["it_"], "is": ["i", "s_"]}),
    )

    @staticmethod
    def reference(words, split, weight="count", pairs="all", last=True):
        found = Counter()
        for word, count in words.items():
            tokens = split[word]
            neighbours = list(zip(tokens, tokens[1:]))
            if not last:
                neighbours = neighbours[:-1]
            if pairs == "different":
                neighbours = list(dict.fromkeys(neighbours))
            if pairs == "letters":
                neighbours = list(zip(word, word[1:]))
            for pair in neighbours:
                found[pair] += count if weight == "count" else 1
        return dict(found)

    mistakes = [
        Mistake(
            "pairs-words-once",
            _("Each different word counts once, however often it occurs."),
            _("'hug' occurs three times. How often does (h, u) occur in these?"),
            _("What do you add to found[pair]? What is the second loop variable for?"),
            planted=[{"weight": "once"}],
        ),
        Mistake(
            "pairs-different",
            _("A pair that occurs twice within a word is counted once."),
            _("How many neighbouring pairs does 'aaa' have?"),
            _("Do you go through the pairs themselves, or through a set of them?"),
            planted=[{"pairs": "different"}],
        ),
        Mistake(
            "pairs-of-letters",
            _("The letters of the words are counted, not their tokens."),
            _("What is the argument split for?"),
            _("After the merge of u and g, what are the neighbours in 'hugs'?"),
            planted=[{"pairs": "letters"}],
        ),
        Mistake(
            "pairs-last-missing",
            _("The last pair of each word is missing."),
            _("Four tokens have how many neighbouring pairs?"),
            _("Print the pairs of ['h', 'u', 'g', '_']. Is (g, _) among them?"),
            planted=[{"last": False}],
        ),
    ]


CHECKS = (SplitWord, LookUpGradient, MaskedMean, PlaceOf, CountPairs)
