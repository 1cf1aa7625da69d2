"""Checks of the exercises on language models."""

import math
from collections import Counter

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck

SENTENCES = ["the dog sleeps", "the cat sleeps", "the dog barks", "a dog barks loudly"]


class BigramLogProbability(ReferenceCheck):
    """Check the logarithm of a sentence's probability by smoothed bigrams."""

    signature = "bigram_log_probability(sentence, sentences, k, q)"
    cases = (
        ("the dog barks", SENTENCES, 0.5, 9),
        ("a cat barks loudly", SENTENCES, 2, 12),
    )

    @staticmethod
    def reference(
        sentence,
        sentences,
        k,
        q,
        begins=True,
        ends=True,
        added=lambda k, q: k * q,
        joint=False,
        log=math.log,
    ):
        def pairs(text):
            tokens = ["<bos>"] * begins + text.split() + ["<eos>"] * ends
            return list(zip(tokens, tokens[1:]))

        counts = Counter(pair for text in sentences for pair in pairs(text))
        contexts = Counter(pair[0] for text in sentences for pair in pairs(text))
        factors = []
        for pair in pairs(sentence):
            seen = counts.total() if joint else contexts[pair[0]]
            factors.append((counts[pair] + k) / (seen + added(k, q)))
        return float(sum(map(log, factors)) if log else math.prod(factors))

    mistakes = [
        Mistake(
            "bigram-no-begin",
            _("The first word isn't predicted: a factor is missing."),
            _("What is the context of the first word?"),
            _('List the pairs of "the dog barks" by hand. What stands before "the"?'),
            planted=[{"begins": False}],
        ),
        Mistake(
            "bigram-no-end",
            _("The end of the sentence isn't predicted: a factor is missing."),
            _("How many factors does a sentence of three words have?"),
            _('List the pairs of "the dog barks" by hand. What comes after "barks"?'),
            planted=[{"ends": False}],
        ),
        Mistake(
            "bigram-denominator",
            _("For a given context, the probabilities don't add up to 1."),
            _("You add k to how many counts? The denominator is their sum."),
            _('Add up your probabilities of all q words after "the". What do you get?'),
            planted=[
                {"added": lambda k, q: k},
                {"added": lambda k, q: 0},
                {"added": lambda k, q: q},
            ],
        ),
        Mistake(
            "bigram-joint",
            _("The counts are divided by the number of all pairs."),
            _("The probability of a word is conditional: given which context?"),
            _('How often does "the" begin a pair? Compare that with your divisor.'),
            planted=[{"joint": True}],
        ),
        Mistake(
            "bigram-no-logarithm",
            _("This is the probability itself, and not its logarithm."),
            _("What becomes of a product under the logarithm?"),
            _(
                "Is your number between 0 and 1? Which function turns factors into "
                "summands?"
            ),
            planted=[{"log": None}],
        ),
        Mistake(
            "bigram-base",
            _("The logarithm has another base than e."),
            _("The book takes natural logarithms everywhere."),
            _(
                "What is the logarithm of e in your function? Look at which log "
                "you call."
            ),
            planted=[{"log": math.log2}, {"log": math.log10}],
        ),
    ]


def logits_case(m, q, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return scale * rng.normal(size=(m, q)), rng.integers(0, q, size=m)


class CrossEntropyFromLogits(ReferenceCheck):
    """Check the mean cross-entropy of logits, large ones as well."""

    signature = "cross_entropy_from_logits(O, y)"
    cases = (
        logits_case(m=3, q=5, seed=1),
        logits_case(m=4, q=4, seed=2),
        (np.array([[1000.0, 998.0, 990.0], [3.0, 900.0, 901.0]]), np.array([1, 2])),
    )

    @staticmethod
    def reference(O, y, shift=True, axis=1, reduce=np.mean, sign=1, base=math.e):
        if not shift and np.max(O) > 88:  # beyond 32-bit numbers
            return math.inf
        M = O.max(axis=axis, keepdims=True)
        log_sum = (M + np.log(np.exp(O - M).sum(axis=axis, keepdims=True))).ravel()
        losses = log_sum - O[np.arange(len(y)), y]
        return float(sign * reduce(losses) / math.log(base))

    mistakes = [
        Mistake(
            "entropy-unstable",
            _("Large logits give an infinite loss."),
            _("Which number may be taken out of the sum before exp is applied?"),
            _(
                "Print exp of your largest logit, 1000. What do you subtract "
                "before exp?"
            ),
            planted=[{"shift": False}],
        ),
        Mistake(
            "entropy-axis",
            _("The softmax runs over the rows, not over the tokens."),
            _("Along which axis do the probabilities have to add up to 1?"),
            _(
                "Print your probabilities and their sums by row and by column. "
                "Which should be 1?"
            ),
            planted=[{"axis": 0}],
        ),
        Mistake(
            "entropy-sum",
            _("The losses are added up, and not averaged."),
            _("The loss shouldn't depend on how many predictions there are."),
            _(
                "Give it each row twice. Does the loss double? Look at what "
                "follows the logarithm."
            ),
            planted=[{"reduce": np.sum}],
        ),
        Mistake(
            "entropy-sign",
            _("The loss has the wrong sign."),
            _("Which sign has the logarithm of a probability?"),
            _(
                "Can the cross-entropy be below 0? Look at the sign of log p in "
                "your last line."
            ),
            planted=[{"sign": -1}],
        ),
        Mistake(
            "entropy-base",
            _("The logarithm has the base 2."),
            _("The perplexity is e to the power of the loss."),
            _("What does your logarithm give for e? Which base has the exp beside it?"),
            planted=[{"base": 2}],
        ),
    ]


class TeacherInputs(ReferenceCheck):
    """Check the inputs of teacher forcing: the targets, one step later."""

    signature = "teacher_inputs(Y, bos)"
    letters = "(n, T)"
    cases = (
        (np.array([[3, 5, 7, 2], [4, 6, 8, 9]]), 1),
        (np.array([[3, 4, 5], [6, 7, 8], [9, 10, 11]]), 2),
    )

    @staticmethod
    def reference(Y, bos, how="right"):
        first = np.full_like(Y[:, :1], bos)
        return {
            "right": lambda: np.hstack([first, Y[:, :-1]]),
            "same": lambda: Y.copy(),
            "ahead": lambda: np.hstack([Y[:, 1:], first]),
            "long": lambda: np.hstack([first, Y]),
            "round": lambda: np.roll(Y, 1, axis=1),
            "batch": lambda: np.vstack([np.full_like(Y[:1], bos), Y[:-1]]),
        }[how]()

    mistakes = [
        Mistake(
            "teacher-same",
            _("The inputs are the targets themselves."),
            _("What would the network have to do to predict them?"),
            _("Print your result beside Y. At step 0, has anything been said yet?"),
            planted=[{"how": "same"}],
        ),
        Mistake(
            "teacher-ahead",
            _("The inputs are shifted the wrong way: they run ahead."),
            _("When the network predicts a token, what may it have read?"),
            _(
                "Print your first column beside the first two of Y. Where should "
                "bos stand?"
            ),
            planted=[{"how": "ahead"}],
        ),
        Mistake(
            "teacher-long",
            _("There is one input too many."),
            _("Which target is never needed as an input?"),
            _(
                "Compare the number of columns with Y. After the last target, what "
                "is left to do?"
            ),
            planted=[{"how": "long"}],
        ),
        Mistake(
            "teacher-round",
            _("The last target comes back as the first input."),
            _("What should the network read before anything was said?"),
            _(
                "Print column 0. Is it bos everywhere? Look at what your roll "
                "brings round."
            ),
            planted=[{"how": "round"}],
        ),
        Mistake(
            "teacher-batch",
            _("The shift goes from sequence to sequence, not from step to step."),
            _("Y has the shape (n, T): which axis is time?"),
            _(
                "Print the first row beside Y[0]. Which axis do you cut, and along "
                "which do you join?"
            ),
            planted=[{"how": "batch"}],
        ),
    ]


def padded_case(lengths, T, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.1, 2.0, size=(len(lengths), T)), np.array(lengths)


class PaddedPerplexity(ReferenceCheck):
    """Check the perplexity of sentences of several lengths in one batch."""

    signature = "padded_perplexity(losses, lengths)"
    cases = (padded_case([5, 2, 3], 6, 1), padded_case([1, 3, 2], 3, 2))

    @staticmethod
    def reference(losses, lengths, cut=True, less=0, mean="tokens", exp=np.exp):
        valid = np.ones(losses.shape, bool)
        if cut:
            valid = np.arange(losses.shape[1]) < (lengths - less)[:, None]
        sums, counts = (losses * valid).sum(axis=1), valid.sum(axis=1)
        if mean == "tokens":
            return float(exp(sums.sum() / counts.sum()))
        if mean == "places":
            return float(exp(sums.sum() / losses.size))
        if (counts == 0).any():
            raise ZeroDivisionError
        if mean == "sentences":
            return float(exp((sums / counts).mean()))
        return float(exp(sums / counts).mean())

    mistakes = [
        Mistake(
            "padded-counted",
            _("The losses of the padding are counted as well."),
            _("How many of the T places of a sentence hold its tokens?"),
            _(
                "Set a loss of the padding to 1000. Should the result change? "
                "Where is your mask?"
            ),
            planted=[{"cut": False}],
        ),
        Mistake(
            "padded-places",
            _("The sum is divided by the number of all places, padding included."),
            _("How many tokens went into the sum?"),
            _("With lengths [5, 2, 3], what is your divisor: 10, or all places?"),
            planted=[{"mean": "places"}],
        ),
        Mistake(
            "padded-sentences",
            _("The means of the sentences are averaged."),
            _("A token of a long sentence should weigh as much as any other."),
            _(
                "Losses [1, 1, 1] and [5]: should their mean be 2 or 3? Where do "
                "you divide?"
            ),
            planted=[{"mean": "sentences"}],
        ),
        Mistake(
            "padded-too-early",
            _("The perplexities of the sentences are averaged."),
            _("The exponential comes last, after the mean over all tokens."),
            _(
                "In which line is exp? Which of your numbers should it see: "
                "many or one?"
            ),
            planted=[{"mean": "perplexities"}],
        ),
        Mistake(
            "padded-end",
            _("The last token of each sentence is left out."),
            _("The lengths count <eos>, which has to be predicted too."),
            _("How many losses of a sentence of length 3 do you add up? Print them."),
            planted=[{"less": 1}],
        ),
        Mistake(
            "padded-no-exponential",
            _("This is the cross-entropy, and not yet the perplexity."),
            _("What is done to the mean of the losses?"),
            _(
                "What is the perplexity of a model with loss 0? Does your function "
                "give that?"
            ),
            planted=[{"exp": lambda x: x}],
        ),
    ]


CHECKS = (
    BigramLogProbability,
    CrossEntropyFromLogits,
    TeacherInputs,
    PaddedPerplexity,
)
