"""Checks of the exercises on long short-term memory."""

import numpy as np

from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference.activation import sigmoid
from d2l_check.reference_check import ReferenceCheck


def identity(x):
    return x


def cell_case(n, d, h, seed, peepholes=False):
    """Return an input, both states, twelve parameters, and peephole weights or not."""
    rng = np.random.default_rng(seed)
    X, H, C = (rng.normal(size=(n, size)) for size in (d, h, h))
    params = weights(rng, [(d, h), (h, h), (h,)] * 4)
    return X, H, C, params, *(rng.normal(size=(3, h)) if peepholes else ())


class LSTMStep(ReferenceCheck):
    """Check one step of an LSTM: the new hidden state and the new memory cell."""

    signature = "lstm_step(X, H, C, params)"
    results = ("H", "C")
    letters = "(n, h)"
    cases = (cell_case(2, 4, 3, seed=1), cell_case(3, 3, 3, seed=2))

    @staticmethod
    def reference(
        X,
        H,
        C,
        params,
        order="ifoc",
        phi=np.tanh,
        squash=np.tanh,
        old_memory=False,
        turned=False,
        looks_at="H",
    ):
        seen = H if looks_at == "H" else C
        sums = {
            gate: X @ params[3 * k] + seen @ params[3 * k + 1] + params[3 * k + 2]
            for k, gate in enumerate(order)
        }
        I, F, O = (sigmoid(sums[gate]) for gate in "ifo")
        new = F * C + I * phi(sums["c"])
        shown = O * squash(C if old_memory else new)
        return (new, shown) if turned else (shown, new)

    mistakes = [
        Mistake(
            "lstm-input-forget",
            _("The input gate and the forget gate are swapped."),
            _("Which gate multiplies the old memory, which the candidate?"),
            _(
                "Set C to 0. Which gate should have no effect then? Try it with "
                "your lines."
            ),
            planted=[{"order": "fioc"}],
        ),
        Mistake(
            "lstm-order",
            _("The parameters are taken apart in a framework's order: i, f, c, o."),
            _("The task names the order of the twelve parameters."),
            _(
                "Which three parameters does your output gate use? Count them in "
                "the task's order."
            ),
            planted=[{"order": "ifco"}],
        ),
        Mistake(
            "lstm-candidate",
            _("The candidate doesn't go through tanh."),
            _("Could your unit count downwards as well as upwards?"),
            _("Print the smallest number of the candidate. Can it be negative?"),
            planted=[{"phi": sigmoid}, {"phi": identity}],
        ),
        Mistake(
            "lstm-no-tanh",
            _("The memory comes out without tanh."),
            _("A memory has no bound. What bound does a hidden state have?"),
            _(
                "Set C to 100. How large is your hidden state? How large should it "
                "be at most?"
            ),
            planted=[{"squash": identity}],
        ),
        Mistake(
            "lstm-old-memory",
            _("The hidden state shows the memory of the step before."),
            _("Which of your lines has to come first?"),
            _(
                "Which C is in the line of the hidden state: the given one or the "
                "new one?"
            ),
            planted=[{"old_memory": True}],
        ),
        Mistake(
            "lstm-turned",
            _("The two states are returned in the wrong order."),
            _("The docstring says which one comes first."),
            _("Is the first of your results ever above 1? A hidden state never is."),
            planted=[{"turned": True}],
        ),
        Mistake(
            "lstm-sees-memory",
            _("The gates see the memory cell in place of the hidden state."),
            _("Which of the two states is multiplied by a matrix?"),
            _(
                "Set H to 0 and change C. Should the gates change? Look at what "
                "W_h multiplies."
            ),
            planted=[{"looks_at": "C"}],
        ),
    ]


class PeepholeStep(ReferenceCheck):
    """Check one step of an LSTM with peepholes."""

    signature = "peephole_step(X, H, C, params, w_ci, w_cf, w_co)"
    results = ("H", "C")
    letters = "(n, h)"
    cases = (
        cell_case(2, 4, 3, seed=1, peepholes=True),
        cell_case(3, 3, 3, seed=2, peepholes=True),
    )

    @staticmethod
    def reference(
        X,
        H,
        C,
        params,
        w_ci,
        w_cf,
        w_co,
        output="new",
        through=identity,
        looks_at="C",
        turned=False,
    ):
        i, f, o, c = (
            X @ params[k] + H @ params[k + 1] + params[k + 2] for k in (0, 3, 6, 9)
        )
        seen = through(C if looks_at == "C" else H)
        if turned:
            w_ci, w_cf = w_cf, w_ci
        I, F = sigmoid(i + seen * w_ci), sigmoid(f + seen * w_cf)
        new = F * C + I * np.tanh(c)
        last = {"new": through(new) if looks_at == "C" else H, "old": seen, "none": 0}
        O = sigmoid(o + last[output] * w_co)
        return O * np.tanh(new), new

    mistakes = [
        Mistake(
            "peephole-old",
            _("The output gate looks at the memory of the step before."),
            _("Which index does C have in the third line of the equation?"),
            _("Which of your lines comes first: the new memory or the output gate?"),
            planted=[{"output": "old"}],
        ),
        Mistake(
            "peephole-no-output",
            _("The output gate has no peephole."),
            _("One of the arguments hasn't been used."),
            _("Set w_co to 100. Does your result change? Where is w_co used?"),
            planted=[{"output": "none"}],
        ),
        Mistake(
            "peephole-tanh",
            _("The gates see the memory through tanh."),
            _("How would a unit notice that it has counted to 5 and not to 4?"),
            _(
                "What are tanh(4) and tanh(5)? Look at what you multiply with w_ci "
                "and w_cf."
            ),
            planted=[{"through": np.tanh}],
        ),
        Mistake(
            "peephole-hidden",
            _("The peepholes show the hidden state, not the memory."),
            _("What can't a gate see without a peephole?"),
            _(
                "Set C to 0. Should the peepholes still have an effect? What do "
                "they multiply?"
            ),
            planted=[{"looks_at": "H"}],
        ),
        Mistake(
            "peephole-turned",
            _("The peepholes of the input gate and the forget gate are swapped."),
            _("The second letter of an index names the gate."),
            _(
                "Which gate is closed by w_cf? Write the letter of the gate beside "
                "each line."
            ),
            planted=[{"turned": True}],
        ),
    ]


def gates_case(num_steps, h, seed):
    """Return forget gates of all steps."""
    return (np.random.default_rng(seed).uniform(0.3, 0.95, size=(num_steps, h)),)


class RoadLeft(ReferenceCheck):
    """Check what is left of the gradient on the road, from each step to the end."""

    signature = "road_left(F)"
    tensors = False
    letters = "(T, h)"
    cases = (gates_case(5, 3, seed=1), gates_case(4, 4, seed=2))

    @staticmethod
    def reference(F, first=1, forwards=False, total=False, add=False):
        T = len(F)
        if forwards:
            return np.cumprod(F, axis=0)
        combine = np.sum if add else np.prod
        starts = [0 if total else t + first for t in range(T)]
        return np.stack([combine(F[start:], axis=0) for start in starts])

    mistakes = [
        Mistake(
            "road-own-gate",
            _("The gate of the step itself is among the factors."),
            _("What is the derivative of the last memory with respect to itself?"),
            _(
                "What should the last row of your result be? Is any gate left "
                "after the last step?"
            ),
            planted=[{"first": 0}],
        ),
        Mistake(
            "road-forwards",
            _("The products run from the first step on, not to the last one."),
            _("Which step is farthest from the end, the first or the last?"),
            _(
                "What should the last row of your result be? In which row do you "
                "have it?"
            ),
            planted=[{"forwards": True}],
        ),
        Mistake(
            "road-total",
            _("All rows hold the product of all gates."),
            _("The way from a late step to the end is shorter."),
            _(
                "Print two rows of your result. Why should the later one hold "
                "fewer factors?"
            ),
            planted=[{"total": True}],
        ),
        Mistake(
            "road-sum",
            _("The gates are added up."),
            _("What does the chain rule do with derivatives in a row?"),
            _(
                "For gates of one half and T = 3, the first row should be 1/4. "
                "And yours?"
            ),
            planted=[{"add": True}],
        ),
    ]


CHECKS = (LSTMStep, PeepholeStep, RoadLeft)
