"""Checks of the exercises on sampling new sequences."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


class DrawToken(ReferenceCheck):
    """Check drawing a token from probabilities with a given uniform number."""

    signature = "draw_token(p, u)"
    tensors = False
    cases = tuple(
        (np.array(p), u)
        for p, u in (
            ([0.1, 0.2, 0.4, 0.3], 0.65),
            ([0.1, 0.2, 0.4, 0.3], 0.05),
            ([0.1, 0.2, 0.4, 0.3], 0.95),
            ([0.25, 0.5, 0.25], 0.25),  # a dart on an edge
            ([0.0, 0.5, 0.5], 0.0),
            ([0.5, 0.125, 0.375], 0.55),
            ([0.1, 0.2, 0.7], 0.45),
        )
    )

    @staticmethod
    def reference(p, u, rule="edges", shift=0):
        if rule == "likeliest":
            return int(np.argmax(p))
        if rule == "single":  # the first token with a probability above u
            return int(np.argmax(p > u))
        if rule == "uniform":
            return int(u * len(p))
        side = "left" if rule == "closed" else "right"
        return int(np.searchsorted(np.cumsum(p), u, side=side)) + shift

    mistakes = [
        Mistake(
            "draw-likeliest",
            _("It is always the likeliest token, whatever u is."),
            _("Where does u enter? Another u should be able to hit another token."),
            _("Call it with u = 0.05 and u = 0.95. Which line reads u?"),
            planted=[{"rule": "likeliest"}],
        ),
        Mistake(
            "draw-not-cumulative",
            _("u is compared with the probabilities of single tokens."),
            _("Where on the line from 0 to 1 does the third token begin and end?"),
            _(
                "Print the right edge of each token for p = [0.1, 0.2, 0.4, 0.3]. "
                "What is the last?"
            ),
            planted=[{"rule": "single"}],
        ),
        Mistake(
            "draw-all-alike",
            _("All tokens are equally wide, whatever p says."),
            _("How wide should a token be on the line from 0 to 1?"),
            _("Call it with p = [0.98, 0.01, 0.01] and u = 0.5. Which line reads p?"),
            planted=[{"rule": "uniform"}],
        ),
        Mistake(
            "draw-on-the-edge",
            _("A dart exactly on an edge hits the token on the left of it."),
            _(
                "u may be 0, but never 1. Which token is hit at u = 0 "
                "if the first has probability 0?"
            ),
            _(
                "With p = [0, 0.5, 0.5], print your edges. On which side of an "
                "edge should u fall?"
            ),
            planted=[{"rule": "closed"}],
        ),
        Mistake(
            "draw-counted-from-one",
            _("The token is one too far to the right."),
            _("The first token has the index 0. How many edges lie before it?"),
            _("Call it with u = 0. How many edges are there at or below it?"),
            planted=[{"shift": 1}],
        ),
    ]


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


class Nucleus(ReferenceCheck):
    """Check cutting one distribution to its nucleus."""

    signature = "keep_nucleus(p, mass)"
    tensors = False
    letters = "(q,)"
    cases = tuple(
        (np.array(p), mass)
        for p, mass in (
            ([0.1, 0.4, 0.05, 0.3, 0.15], 0.6),
            ([0.02, 0.03, 0.95], 0.9),
            ([0.3, 0.2, 0.4, 0.1], 0.75),
            ([0.125, 0.5, 0.25, 0.125], 0.75),  # exactly reached by two
        )
    )

    @staticmethod
    def reference(
        p, mass, crossing=True, whole=True, ranked=False, order=-1, single=False
    ):
        places = np.argsort(order * p, kind="stable")
        inside = p[places].cumsum()
        if crossing:
            inside = inside - p[places]
        keep = inside < mass if crossing else inside <= mass
        if single:
            kept = np.where(p >= 1 - mass, p, 0)
        else:
            kept = np.zeros_like(p)
            kept[places[keep]] = p[places[keep]]
        if ranked:
            kept = kept[places]
        return kept / kept.sum() if whole and kept.any() else kept

    mistakes = [
        Mistake(
            "nucleus-crossing-dropped",
            _("The token that takes the sum over the mass is left out."),
            _("What is left of [0.95, 0.03, 0.02] at a mass of 0.9?"),
            _(
                "For p = [0.95, 0.03, 0.02] and mass 0.9, print the running sum. "
                "Who is left?"
            ),
            planted=[{"crossing": False}],
        ),
        Mistake(
            "nucleus-not-renormalised",
            _("The result doesn't sum to 1."),
            _("Which step follows the cut?"),
            _("Print the sum of your result. By what do you have to divide?"),
            planted=[{"whole": False}],
        ),
        Mistake(
            "nucleus-order-lost",
            _("The probabilities come back in the order of their size."),
            _("Token 0 should still be token 0. How do you undo a sorting?"),
            _("Print your result beside p. Does each number stand in its own place?"),
            planted=[{"ranked": True}],
        ),
        Mistake(
            "nucleus-least-likely",
            _("The unlikely tokens are kept."),
            _("In which direction does argsort sort?"),
            _("Print p in the order of your sorting. Does it begin with the largest?"),
            planted=[{"order": 1}],
        ),
        Mistake(
            "nucleus-single-threshold",
            _("Each token is compared with the mass by itself."),
            _("A token's place depends on what the likelier ones hold together."),
            _(
                "For p = [0.3, 0.2, 0.4, 0.1] print the running sum, from the "
                "likeliest on."
            ),
            planted=[{"single": True}],
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


class BeamSearch(ReferenceCheck):
    """Check beam search in a model whose next token depends on the last one."""

    signature = "beam_search(log_first, log_next, num_steps, width)"
    results = ("tokens", "score")
    tensors = False
    cases = (
        (*chain(4, 7), 5, 2),
        (*TRAP, 2, 2),
        (*TRAP, 3, 1),
        (*chain(5, 3), 4, 3),
        (*chain(3, 5), 4, 27),
    )

    @staticmethod
    def reference(
        log_first, log_next, num_steps, width, old=1.0, each=False, order=-1, exp=False
    ):
        places = np.argsort(order * log_first, kind="stable")[:width]
        beam = [([int(i)], log_first[i]) for i in places]
        for _step in range(num_steps - 1):
            groups = [
                [
                    ([*tokens, i], old * score + log_next[tokens[-1], i])
                    for i in range(len(log_first))
                ]
                for tokens, score in beam
            ]
            if each:  # the best of every beginning, instead of the best of all
                beam = [max(group, key=lambda pair: pair[1]) for group in groups]
                continue
            candidates = [pair for group in groups for pair in group]
            beam = sorted(candidates, key=lambda pair: order * pair[1])[:width]
        tokens, score = min(beam, key=lambda pair: order * pair[1])
        return tokens, float(np.exp(score) if exp else score)

    mistakes = [
        Mistake(
            "beam-score-forgotten",
            _("A candidate's score is that of its last token only."),
            _("The logarithm of a product is a sum. Which term is missing?"),
            _(
                "Print the scores of the beam in each round. Can a longer text be "
                "more likely?"
            ),
            planted=[{"old": 0.0}],
        ),
        Mistake(
            "beam-each-by-itself",
            _("Each beginning keeps its own best continuation."),
            _("May two survivors come from the same beginning?"),
            _(
                "With width 2, how many candidates are there in one round? Which "
                "of them stay?"
            ),
            planted=[{"each": True}],
        ),
        Mistake(
            "beam-worst",
            _("The least probable candidates survive."),
            _("Is a log-probability of -1 better or worse than one of -5?"),
            _(
                "Print the scores of the beam after the first step. Are they the "
                "largest?"
            ),
            planted=[{"order": 1}],
        ),
        Mistake(
            "beam-no-logarithm",
            _("The score is a probability, not a log-probability."),
            _("What becomes of the probability of a thousand tokens?"),
            _("Is your score above 0? What do you do to it in the last line?"),
            planted=[{"exp": True}],
        ),
    ]


CHECKS = (DrawToken, GumbelDraw, Nucleus, BeamSearch)
