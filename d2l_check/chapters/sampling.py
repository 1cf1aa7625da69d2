"""Checks of the exercises on sampling new sequences."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def noise(n, q, seed):
    """Return outputs and uniform numbers of n rows, and a temperature that shows."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, q)), rng.uniform(0.02, 0.98, size=(n, q))


class GumbelDraw(ReferenceCheck):
    """Check drawing from softmax by adding Gumbel noise to outputs."""

    signature = "gumbel_scores(logits, U, tau)"
    letters = "(n, q)"
    cases = ((*noise(3, 5, 1), 0.5), (*noise(4, 4, 2), 0.5), (*noise(2, 6, 3), 2.0))

    @staticmethod
    def reference(logits, U, tau, times=False, whole=False, kind="gumbel", cold=True):
        noises = {
            "gumbel": lambda: -np.log(-np.log(U)),
            "uniform": lambda: U,
            "exponential": lambda: -np.log(U),
            "negative": lambda: np.log(-np.log(U)),
        }
        G = noises[kind]()
        if whole:
            return (logits + G) / tau
        if not cold:
            return logits + G
        return (logits * tau if times else logits / tau) + G

    mistakes = [
        Mistake(
            "gumbel-times-temperature",
            _("The outputs are multiplied by tau."),
            _("At a low temperature, do the gaps between outputs grow or shrink?"),
            _(
                "Set tau to 0.01. Which should win, the outputs or the noise? "
                "Print both terms."
            ),
            planted=[{"times": True}],
        ),
        Mistake(
            "gumbel-noise-divided",
            _("The noise is divided by tau as well."),
            _(
                "Dividing everything by tau changes no argmax. What is left of "
                "the temperature then?"
            ),
            _(
                "Print both terms for tau = 2 and tau = 1. Which of the two "
                "should change?"
            ),
            planted=[{"whole": True}],
        ),
        Mistake(
            "gumbel-no-temperature",
            _("tau has no effect."),
            _("Which of the two terms is divided by tau?"),
            _("Call it with tau = 0.01 and tau = 100. Which line reads tau?"),
            planted=[{"cold": False}],
        ),
        Mistake(
            "gumbel-uniform-noise",
            _("The uniform numbers themselves are added."),
            _("How does a uniform number become a Gumbel one?"),
            _("Print your noise. Is every number between 0 and 1? Gumbel noise isn't."),
            planted=[{"kind": "uniform"}],
        ),
        Mistake(
            "gumbel-one-logarithm",
            _("The noise has only one of its two logarithms."),
            _("-log(U) is always positive. Is Gumbel noise?"),
            _(
                "Print your noise for U = 0.1 and 0.9. Count the logarithms in the "
                "formula."
            ),
            planted=[{"kind": "exponential"}],
        ),
        Mistake(
            "gumbel-sign",
            _("The noise has the wrong sign."),
            _("A uniform number close to 1 should give a large positive noise."),
            _("Print your noise for U = 0.99. Is it positive? Count the minus signs."),
            planted=[{"kind": "negative"}],
        ),
    ]


def chain(q, seed):
    """Return log-probabilities of the first token (q,) and of each next one (q, q)."""
    rng = np.random.default_rng(seed)
    return np.log(rng.dirichlet(np.ones(q))), np.log(rng.dirichlet(np.ones(q), size=q))


# At the first step 0 looks best, but 1 leads on to what is nearly certain.
TRAP = (
    np.log([0.5, 0.4, 0.1]),
    np.log([[0.4, 0.35, 0.25], [0.05, 0.05, 0.9], [0.3, 0.4, 0.3]]),
)


class Viterbi(ReferenceCheck):
    """Check the exact search in a model whose next token depends on the last one."""

    signature = "viterbi(log_first, log_next, num_steps)"
    results = ("tokens", "score")
    tensors = False
    cases = (
        (*chain(4, 7), 5),
        (*TRAP, 2),
        (*TRAP, 3),
        (*chain(5, 3), 4),
        (*chain(3, 5), 1),
    )

    @staticmethod
    def reference(
        log_first, log_next, num_steps, greedy=False, back=True, across=False, exp=False
    ):
        q, table = len(log_first), log_next.T if across else log_next
        scores, steps = log_first, []
        for _step in range(num_steps - 1):
            if greedy:  # only the best token of each step lives on
                scores = np.where(np.arange(q) == scores.argmax(), scores, -1e3)
            candidates = scores[:, None] + table  # (before, after)
            steps.append(candidates.argmax(axis=0))
            scores = candidates.max(axis=0)
        tokens = [int(scores.argmax())]
        for came_from in reversed(steps):
            before = came_from[tokens[-1]] if back else came_from[tokens[0]]
            tokens.append(int(before))
        score = float(np.exp(scores.max()) if exp else scores.max())
        return tokens[::-1], score

    mistakes = [
        Mistake(
            "viterbi-greedy",
            _("Only the best token of each step is continued."),
            _("In how many tokens may a sequence end? Keep the best one for each."),
            _(
                "For 3 tokens, print your scores after step 2. How many numbers "
                "should it be?"
            ),
            planted=[{"greedy": True}],
        ),
        Mistake(
            "viterbi-one-pointer",
            _("The way back asks every step about the same last token."),
            _("Once you know the token at step t, which token's predecessor is next?"),
            _(
                "Follow your pointers with a pencil for 3 steps. Which token do you "
                "look up second?"
            ),
            planted=[{"back": False}],
        ),
        Mistake(
            "viterbi-across",
            _("Rows and columns of log_next are swapped."),
            _("Which index of log_next is the token before, and which the one after?"),
            _(
                "Row 1 is for token 1 as the token before. Does your sum keep a row "
                "together?"
            ),
            planted=[{"across": True}],
        ),
        Mistake(
            "viterbi-no-logarithm",
            _("The score is a probability, not a log-probability."),
            _("What happens to the probability of a sequence of a thousand tokens?"),
            _("Is your score above 0? What do you do to it in the last line?"),
            planted=[{"exp": True}],
        ),
    ]


LOGITS = np.array([2.0, -1.0, 0.5, 3.0, -2.0])


class Penalise(ReferenceCheck):
    """Check a repetition penalty on the logits of one step."""

    signature = "penalise(logits, written, theta)"
    tensors = False
    letters = "(q,)"
    cases = (
        (LOGITS, [0, 3, 1, 3], 1.5),
        (LOGITS, [4, 1, 0], 2.0),
        (np.array([-3.0, -0.5, -1.0, -4.0]), [1, 1, 2], 2.0),
        (np.array([1.0, 4.0, 2.0]), [1, 1, 1], 2.0),
        (LOGITS, [], 1.5),
    )

    @staticmethod
    def reference(
        logits, written, theta, signed=True, once=True, every=False, times=False
    ):
        result = logits.copy()
        tokens = sorted(set(written)) if once else written
        for token in range(len(logits)) if every else tokens:
            lower = result[token] < 0 if signed else False
            if times:
                lower = not lower
            result[token] = result[token] * theta if lower else result[token] / theta
        return result

    mistakes = [
        Mistake(
            "penalise-negative-raised",
            _("A negative logit becomes larger, so its word becomes more probable."),
            _("Is -1 / 2 above or below -1?"),
            _("For the logits [2, -1], both written, and theta = 2: who gains?"),
            planted=[{"signed": False}],
        ),
        Mistake(
            "penalise-each-time",
            _("A word that was written several times is penalised several times."),
            _("How often does your loop meet a word that stands in the text twice?"),
            _("With written = [0, 0] and theta = 2, what becomes of a logit of 4?"),
            planted=[{"once": False}],
        ),
        Mistake(
            "penalise-everything",
            _("Words that haven't been written are penalised as well."),
            _("Which logits should stay as they are?"),
            _("With written = [], does your function change anything?"),
            planted=[{"every": True}],
        ),
        Mistake(
            "penalise-rewards",
            _("The penalty makes written words more probable."),
            _("With theta above 1, should the logit of a written word rise or fall?"),
            _("For the logits [2, 0], written = [0] and theta = 2: what comes out?"),
            planted=[{"times": True}],
        ),
    ]


CHECKS = (GumbelDraw, Viterbi, Penalise)
