"""Checks of the exercises on the shapes of recurrent networks."""

from collections import Counter, defaultdict

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


class BestAligned(ReferenceCheck):
    """Check how many positions any model of the aligned shape can get right."""

    signature = "best_aligned(pairs)"
    cases = (
        ([("ab", "xy"), ("ab", "xz"), ("ac", "xy"), ("bb", "yx"), ("ab", "zz")],),
        ([("aba", "xxy"), ("abb", "zxy"), ("abb", "zyx"), ("bb", "xz"), ("b", "x")],),
        ([("abc", "cba"), ("abd", "dba"), ("abe", "eba"), ("bbc", "cbb")],),
    )
    tensors = False

    @staticmethod
    def reference(
        pairs,
        seen=lambda x, t: x[: t + 1],
        count=lambda counts: max(counts.values()),
    ):
        outputs = defaultdict(Counter)
        for x, y in pairs:
            for t, output in enumerate(y):
                outputs[seen(x, t)][output] += 1
        return sum(count(counts) for counts in outputs.values())

    mistakes = [
        Mistake(
            "aligned-forgets",
            _("The output at a step is counted by its own input alone."),
            _("What else has a recurrent network read by then?"),
            _(
                "Two examples agree at step t and differ before. Are they one case "
                "for you?"
            ),
            planted=[{"seen": lambda x, t: x[t]}, {"seen": lambda x, t: (x[t], t)}],
        ),
        Mistake(
            "aligned-sees-all",
            _("The outputs are counted by whole inputs."),
            _("At step t the network has read t elements and no more."),
            _(
                "Print what you count by at t = 0. Has the network read the second "
                "letter yet?"
            ),
            planted=[{"seen": lambda x, t: (x, t)}],
        ),
        Mistake(
            "aligned-one-late",
            _("The input at the step itself is left out."),
            _("O_t is made of H_t. Which inputs is H_t made of?"),
            _(
                "Print what you count by at t = 0. Is it empty? Look at the end of "
                "your slice."
            ),
            planted=[{"seen": lambda x, t: x[:t]}],
        ),
        Mistake(
            "aligned-counts-beginnings",
            _("Every beginning counts once, however often it occurs."),
            _("How many examples are right if the best answer is given?"),
            _(
                'Three examples begin with "a". How many can be right at once? '
                "What do you add?"
            ),
            planted=[{"count": lambda counts: 1}],
        ),
        Mistake(
            "aligned-counts-outputs",
            _("The different outputs of a beginning are counted."),
            _("A model has one answer for it. For how many is that the right one?"),
            _("Outputs x, x, y for one beginning: should you add 1, 2 or 3?"),
            planted=[{"count": len}],
        ),
        Mistake(
            "aligned-counts-places",
            _("All positions count as right."),
            _("Two examples with the same beginning may want different outputs."),
            _(
                "Outputs x, x, y for one beginning: can one answer be right "
                "three times?"
            ),
            planted=[{"count": lambda counts: sum(counts.values())}],
        ),
    ]


def padded_states(T, h, lengths, seed):
    """Return states of a padded batch, and the lengths of its sequences."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(lengths), T, h)), np.array(lengths)


class MeanValid(ReferenceCheck):
    """Check the mean of the states at the real steps of each sequence."""

    signature = "mean_valid(states, lengths)"
    letters = "(n, h)"
    cases = (
        padded_states(T=5, h=3, lengths=[4, 2], seed=1),
        padded_states(T=3, h=3, lengths=[3, 1, 2], seed=2),
        padded_states(T=4, h=1, lengths=[4, 4, 1], seed=3),
    )

    @staticmethod
    def reference(states, lengths, last=0, divisor="lengths", pick=None):
        n, T, _h = states.shape
        if pick is not None:
            return states[np.arange(n), lengths + pick]
        real = np.arange(T) < lengths[:, None] + last
        total = np.sum(states * real[:, :, None], axis=1)
        return total / {"lengths": lengths[:, None], "T": T, "1": 1}[divisor]

    mistakes = [
        Mistake(
            "mean-reads-padding",
            _("The mean is that of all steps, padding included."),
            _("Which steps does `lengths` call real?"),
            _("Set the states of the padding to 1000. Should the mean change?"),
            planted=[{"last": 99, "divisor": "T"}],
        ),
        Mistake(
            "mean-over-T",
            _("The sum of the real states is divided by T."),
            _("A mean is divided by as many as were added up."),
            _(
                "Set all states to 1. Is your mean 1 for a sequence that is "
                "shorter than T?"
            ),
            planted=[{"divisor": "T"}],
        ),
        Mistake(
            "mean-is-a-sum",
            _("The real states are added up, but not divided."),
            _("A long sentence should not give a larger vector than a short one."),
            _("Set all states to 1. What should the mean be? What do you get?"),
            planted=[{"divisor": "1"}],
        ),
        Mistake(
            "mean-off-by-one",
            _("The real steps end one too early or one too late."),
            _("With steps counted from 0, which is the last one of length 1?"),
            _(
                "Print your mask for lengths [1, 3]. Do its rows hold one and "
                "three ones?"
            ),
            planted=[{"last": -1}, {"last": 1}],
        ),
        Mistake(
            "mean-is-the-last",
            _("This is the state at the last real step."),
            _("Here every real step should count."),
            _(
                "Which states enter your result for a sequence of length 3? Look "
                "at your index."
            ),
            planted=[{"pick": -1}],
        ),
    ]


class RealLengths(ReferenceCheck):
    """Check the lengths of rows that are filled up with padding."""

    signature = "real_lengths(X, pad)"
    letters = "(n,)"
    cases = (
        (np.array([[5, 0, 7, 1], [6, 1, 1, 1], [4, 5, 0, 8]]), 1),
        (np.array([[2, 3], [3, 0]]), 0),
        (np.array([[0, 0, 4, 3, 3], [5, 6, 7, 8, 9]]), 3),
    )
    tensors = False

    @staticmethod
    def reference(X, pad, way="count"):
        return {
            "count": np.sum(pad != X, axis=1),
            "first": np.argmax(pad == X, axis=1),
            "index": np.sum(pad != X, axis=1) - 1,
            "above": np.sum(pad < X, axis=1),
            "padding": np.sum(pad == X, axis=1),
            "all": np.full(len(X), X.shape[1]),
        }[way]

    mistakes = [
        Mistake(
            "lengths-of-full-rows",
            _("A row without any padding has the length 0."),
            _("What does argmax return where nothing is True?"),
            _("Try the rows [5, 6, 1] and [5, 6, 7] with pad 1. Which one goes wrong?"),
            planted=[{"way": "first"}],
        ),
        Mistake(
            "lengths-without-small",
            _("Indices that are smaller than pad aren't counted."),
            _("Is <unk>, with the index 0, padding?"),
            _("How long is the row [5, 0, 7, 1] with pad 1? How long is it for you?"),
            planted=[{"way": "above"}],
        ),
        Mistake(
            "lengths-are-indices",
            _("These are the positions of the last real tokens."),
            _("With positions counted from 0, what is the length of a row of one?"),
            _("How many real tokens has the row [6, 1, 1] with pad 1?"),
            planted=[{"way": "index"}],
        ),
        Mistake(
            "lengths-of-padding",
            _("The padding is counted, not the rest."),
            _("Which tokens of a row are real?"),
            _("For the row [6, 1, 1] with pad 1: does your sum count the 6 or the 1s?"),
            planted=[{"way": "padding"}],
        ),
        Mistake(
            "lengths-are-all-T",
            _("All rows have the same length, T."),
            _("What was put there only to make the rows equally long?"),
            _("What is the difference between the rows [6, 1, 1] and [6, 5, 5]?"),
            planted=[{"way": "all"}],
        ),
    ]


# Targets that end with 2 and padding 0, and predictions for them.
TARGETS = np.array(
    [[5, 6, 2, 0], [5, 7, 8, 2], [6, 2, 0, 0], [7, 2, 0, 0], [8, 8, 2, 0]]
)
PREDICTED = np.array(
    [[5, 6, 2, 9], [5, 7, 8, 2], [6, 2, 0, 0], [7, 7, 2, 0], [8, 8, 8, 8]]
)


class SequencesRight(ReferenceCheck):
    """Check how many predicted sequences are right up to their end."""

    signature = "sequences_right(predicted, Y, eos)"
    cases = (
        (PREDICTED, TARGETS, 2),
        (PREDICTED[:4], TARGETS[:4], 2),
        (np.array([[3, 1], [1, 3], [1, 1]]), np.array([[3, 1], [1, 0], [3, 1]]), 1),
        (np.array([[4, 4, 1, 5]]), np.array([[4, 1, 0, 0]]), 1),
    )
    tensors = False

    @staticmethod
    def reference(predicted, Y, eos, counted="with eos", put_together="all"):
        T = Y.shape[1]
        ends = np.argmax(eos == Y, axis=1)[:, None]  # the position of eos, (n, 1)
        steps = {
            "with eos": np.arange(T) <= ends,
            "without eos": np.arange(T) < ends,
            "all": np.full(Y.shape, True),
        }[counted]
        right = predicted == Y
        if put_together == "tokens":
            return int(np.sum(right & steps))
        whole = np.all(right | ~steps, axis=1)
        return float(np.mean(whole)) if put_together == "share" else int(whole.sum())

    mistakes = [
        Mistake(
            "right-padding",
            _("What comes after eos is compared, too."),
            _("A decoder may say anything once it has ended. Does it matter?"),
            _(
                "Row [5, 6, 2, 9] against [5, 6, 2, 0] with eos 2: right or wrong? "
                "Where is the 9?"
            ),
            planted=[{"counted": "all"}],
        ),
        Mistake(
            "right-without-end",
            _("eos itself isn't compared."),
            _("Is a name correct if the network continues after its last word?"),
            _(
                "Row [7, 7] against [7, 2] with eos 2: right or wrong? Does your "
                "mask reach eos?"
            ),
            planted=[{"counted": "without eos"}],
        ),
        Mistake(
            "right-tokens",
            _("The right tokens are counted, not the right sequences."),
            _("A sequence is right if all of its tokens are."),
            _(
                "How many rows are there, and how large is your number? Look for "
                "all and its axis."
            ),
            planted=[
                {"put_together": "tokens"},
                {"put_together": "tokens", "counted": "all"},
            ],
        ),
        Mistake(
            "right-share",
            _("This is a fraction, not a number of sequences."),
            _("What is the task asking for?"),
            _("Is your result between 0 and 1? Which function makes it so?"),
            planted=[{"put_together": "share"}],
        ),
    ]


CHECKS = (BestAligned, MeanValid, RealLengths, SequencesRight)
