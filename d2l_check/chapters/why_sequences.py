"""Checks of the exercises on why sequences need models of their own."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


class BagOfWords(ReferenceCheck):
    """Check the bag of words of a sentence, for a given vocabulary."""

    signature = "bag_of_words(tokens, words)"
    cases = (
        (["no", "more", "art", "no", "party", "no"], ["art", "no", "yes", "more"]),
        (["a", "rose", "is", "a", "rose"], ["is", "a", "rose"]),
        ([], ["never", "seen"]),
    )

    @staticmethod
    def reference(tokens, words, count=lambda tokens, word: tokens.count(word)):
        if count is None:
            return [tokens.count(word) for word in dict.fromkeys(tokens)]
        return [count(tokens, word) for word in words]

    mistakes = [
        Mistake(
            "bag-presence",
            _("A word that occurs twice is counted once."),
            _("The bag holds how often a word occurs, and not whether it does."),
            _(
                'How often does "no" occur in "no more no"? Look at what you add '
                "for the second one."
            ),
            planted=[{"count": lambda tokens, word: int(word in tokens)}],
        ),
        Mistake(
            "bag-of-own-words",
            _("The counts follow the words of the sentence."),
            _(
                "The same position must mean the same word in every bag. "
                "Which list gives the positions?"
            ),
            _(
                "Over which list does your outer loop run? Print its first word "
                "for two sentences."
            ),
            planted=[{"count": None}],
        ),
        Mistake(
            "bag-of-letters",
            _("A word is also found inside of longer words."),
            _("Compare whole tokens: there is no art in a party."),
            _(
                "Is tokens a list or one text when you count? Print type(tokens) "
                "in that line."
            ),
            planted=[{"count": lambda tokens, word: " ".join(tokens).count(word)}],
        ),
        Mistake(
            "bag-of-shares",
            _("The counts are divided by the length of the sentence."),
            _("The bag is a plain sum of one-hot rows."),
            _(
                'What should the bag of "a rose is a rose" hold for "rose"? There '
                "is a division."
            ),
            planted=[
                {"count": lambda tokens, word: tokens.count(word) / max(len(tokens), 1)}
            ],
        ),
    ]


class SlidingWindows(ReferenceCheck):
    """Check the windows of a series, and the value that follows each of them."""

    signature = "sliding_windows(series, k)"
    results = ("X", "y")
    cases = (
        (np.array([0.5, 2.0, -1.0, 4.0, 3.0, 7.0, -2.0]), 3),
        (np.array([1.0, -3.0, 5.0, 2.0]), 2),
        (np.array([1.0, 4.0, 9.0, 16.0, 25.0]), 1),
    )
    tensors = False

    @staticmethod
    def reference(series, k, stride=1, ahead=0, fewer=0, newest_first=False):
        stop = len(series) - k - max(ahead, 0) - fewer
        starts = range(0, stop, stride or k)
        X = np.array([series[i : i + k] for i in starts])
        y = np.array([series[i + k + ahead] for i in starts])
        return X[:, ::-1] if newest_first else X, y

    mistakes = [
        Mistake(
            "windows-leak",
            _("The value to predict is in the window itself."),
            _("Which index comes after those of the window i to i + k - 1?"),
            _(
                "For k = 3, print the window at i = 0 and the index of its y. Are "
                "they disjoint?"
            ),
            planted=[{"ahead": -1}],
        ),
        Mistake(
            "windows-two-ahead",
            _("A value is left out between the window and what follows it."),
            _("Which index comes after those of the window i to i + k - 1?"),
            _("The first window ends at series[k - 1]."),
            planted=[{"ahead": 1}],
        ),
        Mistake(
            "windows-one-lost",
            _("The last window is missing."),
            _("How many windows of k values have a value after them?"),
            _(
                "With 4 values and k = 2, write down all windows with their y. "
                "Does range end there?"
            ),
            planted=[{"fewer": 1}],
        ),
        Mistake(
            "windows-newest-first",
            _("The windows are reversed."),
            _("The oldest value comes first, as in the series."),
            _("Print the first row of X beside series[:3]. Which slice reverses it?"),
            planted=[{"newest_first": True}],
        ),
        Mistake(
            "windows-apart",
            _("Windows are left out in between."),
            _("They overlap: each begins one step after the one before."),
            _(
                "What is the third argument of your range? Print the index where "
                "each window starts."
            ),
            planted=[{"stride": None}],
        ),
    ]


def own_number(count, width):
    """Return by what a sum of `count` values is divided; 1 for none."""
    return max(count, 1)


class Smooth(ReferenceCheck):
    """Check the average of the last values of a series, as known at each step."""

    signature = "smooth(series, width)"
    cases = (
        (np.array([3.0, 9.0, 0.0, 6.0, -5.0, 4.0, 8.0]), 3),
        (np.array([2.0, 10.0, -4.0, 1.0, 7.0, -3.0]), 4),
        (np.array([5.0, -2.0, 11.0]), 1),
    )
    tensors = False

    @staticmethod
    def reference(series, width, before=None, after=0, divisor=None, skip=0):
        before = width - 1 if before is None else before(width)
        after = after(width) if callable(after) else after
        means = []
        for t in range(len(series)):
            values = series[max(t - before - skip, 0) : max(t + after + 1 - skip, 0)]
            means.append(values.sum() / (divisor or own_number)(len(values), width))
        return np.array(means)

    mistakes = [
        Mistake(
            "smooth-centred",
            _("The average contains values from after its step."),
            _("At step t, which is the last value that you know?"),
            _(
                "For the series 0, 0, 9 and a width of 3, what should the average at "
                "the second step be?"
            ),
            planted=[{"before": lambda w: w // 2, "after": lambda w: w // 2}],
        ),
        Mistake(
            "smooth-ahead",
            _("The average is over the values that follow."),
            _("Should the slice begin or end at step t?"),
            _(
                "At the last step there's nothing left to come. Over how many values "
                "do you average there?"
            ),
            planted=[{"before": lambda w: 0, "after": lambda w: w - 1}],
        ),
        Mistake(
            "smooth-without-last",
            _("The value of the step itself is missing."),
            _("Is the value of month t known at month t? Where does your slice end?"),
            _(
                "With a width of 1 nothing should change. What do you get for the "
                "series 5, 7, and why?"
            ),
            planted=[{"skip": 1}],
        ),
        Mistake(
            "smooth-one-too-many",
            _("The average is over one value too many."),
            _("How many values are there from t - width to t, both included?"),
            _(
                "With a width of 1 nothing should change. Print the slice at the "
                "second step."
            ),
            planted=[{"before": lambda w: w}],
        ),
        Mistake(
            "smooth-divides-by-width",
            _("The first averages are too small."),
            _("How many values are there at the first step? By what do you divide?"),
            _("For 6, 6, 6 and a width of 3, each average is 6. What is your first?"),
            planted=[{"divisor": lambda count, width: width}],
        ),
    ]


def presses(n, T, seed):
    """Draw zeros and ones, with a press at the first step of the first sequence."""
    X = np.random.default_rng(seed).integers(0, 2, (n, T)).astype(float)
    X[0] = 1
    return (X,)


class Lamp(ReferenceCheck):
    """Check the lamp: a recurrent network with weights that are chosen by hand."""

    signature = "lamp(X)"
    letters = "(n, T)"
    cases = (presses(n=3, T=5, seed=1), presses(n=4, T=4, seed=2), presses(2, 9, 3))

    @staticmethod
    def reference(X, bend=2, start=0.0, late=False, forget=False):
        s = np.full(len(X), start)
        states = [s]
        for x in X.T:
            u = x if forget else s + x
            s = np.maximum(u, 0) - bend * np.maximum(u - 1, 0)
            states.append(s)
        return np.stack(states[:-1] if late else states[1:], axis=1)

    mistakes = [
        Mistake(
            "lamp-adds-up",
            _("The state counts the presses."),
            _("What should become of 2? Is the second rectifier there?"),
            _(
                "For presses 1, 1 the state should be 1, then 0. Which term should "
                "bring 2 down to 0?"
            ),
            planted=[{"bend": 0}],
        ),
        Mistake(
            "lamp-stays-on",
            _("Once on, the lamp stays on."),
            _("Put u = 2 into your line. Which factor has the second rectifier?"),
            _(
                "At u = 2 the first rectifier gives 2, the second 1. How do they "
                "combine to 0?"
            ),
            planted=[{"bend": 1}],
        ),
        Mistake(
            "lamp-starts-on",
            _("The lamp is on before the first step."),
            _("From which state does the loop start?"),
            _(
                "Print the state before the loop. Is the lamp on when nobody has "
                "pressed?"
            ),
            planted=[{"start": 1.0}],
        ),
        Mistake(
            "lamp-late",
            _("The outputs are one step late."),
            _("Do you record the state of a step before or after its press?"),
            _(
                "Print state and press side by side in the loop. In which line do you "
                "record the state?"
            ),
            planted=[{"late": True}],
        ),
        Mistake(
            "lamp-forgets",
            _("Each step starts from the state before the first one."),
            _("Is the new state what the next step reads?"),
            _(
                "Which name does the sum s + x read, and which name does the new "
                "state get?"
            ),
            planted=[{"forget": True}],
        ),
    ]


CHECKS = (BagOfWords, SlidingWindows, Smooth, Lamp)
