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
            _("What does the logarithm turn a product into?"),
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


def losses_case(lengths, seed):
    """Return the losses of sentences of these lengths."""
    rng = np.random.default_rng(seed)
    return ([rng.uniform(0.1, 3.0, size=length) for length in lengths],)


class TextPerplexity(ReferenceCheck):
    """Check the perplexity of all tokens of a few sentences."""

    signature = "text_perplexity(losses)"
    cases = (losses_case([5, 2, 3], 1), losses_case([1, 4, 2, 2], 2))
    tensors = False

    @staticmethod
    def reference(losses, mean="tokens", exp=np.exp, log=1.0):
        sums = np.array([each.sum() for each in losses]) * log
        counts = np.array([len(each) for each in losses])
        found = {
            "tokens": lambda: exp(sums.sum() / counts.sum()),
            "sentences": lambda: exp((sums / counts).mean()),
            "perplexities": lambda: exp(sums / counts).mean(),
            "count of sentences": lambda: exp(sums.sum() / len(losses)),
        }
        return float(found[mean]())

    mistakes = [
        Mistake(
            "perplexity-mean-of-perplexities",
            _("The perplexities of the sentences are averaged."),
            _("The exponential comes last, after the average over all tokens."),
            _("Sentences [0, 0] and [2]: which number should exp see, and how often?"),
            planted=[{"mean": "perplexities"}],
        ),
        Mistake(
            "perplexity-mean-of-means",
            _("The average losses of the sentences are averaged."),
            _("A token of a long sentence should weigh as much as any other."),
            _("Losses [1, 1, 1] and [5]: is the average 2 or 3? Where do you divide?"),
            planted=[{"mean": "sentences"}],
        ),
        Mistake(
            "perplexity-number-of-sentences",
            _("The sum of all losses is divided by the number of sentences."),
            _("How many predictions went into the sum?"),
            _("Losses [1, 1, 1] and [5]: is your divisor 2 or 4?"),
            planted=[{"mean": "count of sentences"}],
        ),
        Mistake(
            "perplexity-no-exponential",
            _("This is the cross-entropy, and not yet the perplexity."),
            _("What is done to the average of the losses?"),
            _("What is the perplexity if all losses are 0? Does your function say so?"),
            planted=[{"exp": lambda x: x}],
        ),
        Mistake(
            "perplexity-base",
            _("The exponential has another base than the losses."),
            _("The losses are natural logarithms. Which power undoes them?"),
            _("A token with probability 1/5 has loss log 5. What do you make of it?"),
            planted=[{"log": math.log(2)}, {"log": 1 / math.log(2)}],
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
            _("Print your result beside Y. At step 0, what has the network read?"),
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
                "is left to predict?"
            ),
            planted=[{"how": "long"}],
        ),
        Mistake(
            "teacher-round",
            _("The last target comes back as the first input."),
            _("What should the network read at the very beginning?"),
            _(
                "Print column 0. Is it bos everywhere? Look at what your roll "
                "moves to the front."
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


def mixture_case(m, weights, seed):
    """Return what models give to m tokens, and how far each is trusted."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.01, 0.9, size=(m, len(weights))), np.array(weights)


class EmStep(ReferenceCheck):
    """Check one step of EM for the weights of a mixture of models."""

    signature = "em_step(P, w)"
    letters = "(K,)"
    cases = (
        mixture_case(5, [0.5, 0.2, 0.3], 1),
        mixture_case(3, [0.1, 0.6, 0.3], 2),
        mixture_case(4, [0.9, 0.1], 3),
    )
    tensors = False

    @staticmethod
    def reference(P, w, normalise="tokens", weighted=True, reduce=np.mean, old=False):
        joint = P * w if weighted else P
        if normalise == "tokens":
            joint = joint / joint.sum(axis=1, keepdims=True)
        elif normalise == "models":
            joint = joint / joint.sum(axis=0)
        elif normalise == "late":
            return joint.sum(axis=0) / joint.sum()
        if old:  # the new weights, once more times the old ones
            joint = joint * w
        return reduce(joint, axis=0)

    mistakes = [
        Mistake(
            "em-late",
            _("The probabilities are added up first and made to add up to 1 then."),
            _("Each token has one vote. How is it divided among the models?"),
            _("Rows [0.9, 0.1] and [0.1, 0.01]: how much does each row add in all?"),
            planted=[{"normalise": "late"}],
        ),
        Mistake(
            "em-not-normalised",
            _("The responsibilities for a token don't add up to 1."),
            _("Which denominator does the formula have, and over what is its sum?"),
            _("Print the sum of each row of your r. What should it be?"),
            planted=[{"normalise": "nothing"}],
        ),
        Mistake(
            "em-axis",
            _("The responsibilities add up to 1 over the tokens, not over the models."),
            _("P has shape (m, K). Along which axis do the models lie?"),
            _("Print the sums of your r by row and by column. Which of them are 1?"),
            planted=[{"normalise": "models"}],
        ),
        Mistake(
            "em-unweighted",
            _("The old weights play no part."),
            _("Which two factors does the numerator have?"),
            _("Call it with the weights [1, 0]. What must the second weight stay?"),
            planted=[{"weighted": False}],
        ),
        Mistake(
            "em-sum",
            _("The responsibilities are added up, and not averaged."),
            _("What should the new weights add up to?"),
            _("With five tokens, what do your new weights add up to? Why five?"),
            planted=[{"reduce": np.sum}],
        ),
        Mistake(
            "em-twice",
            _("The old weights are multiplied in twice."),
            _("The weights are already part of r. Where else do you use them?"),
            _("Do your new weights add up to 1? Look at where you use w."),
            planted=[{"old": True}],
        ),
    ]


CHECKS = (
    BigramLogProbability,
    TextPerplexity,
    TeacherInputs,
    EmStep,
)
