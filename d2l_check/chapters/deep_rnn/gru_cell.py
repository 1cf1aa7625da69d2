"""Exercise 2, first part: one step of a GRU by hand."""

import numpy as np

from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference import gru as reference
from d2l_check.reference.activation import identity, relu, sigmoid
from d2l_check.reference_check import Case, ReferenceCheck
from d2l_check.returned import values

EQUATIONS = _("the new state is that of the four equations")
WRONG_STATE = Mistake(
    "wrong-state",
    _("The new state isn't that of the equations."),
    _("Compare each of your lines with its equation, letter by letter."),
    _("Tick each parameter where you use it. Which is used twice, and which never?"),
)
OVERFLOW = Mistake(
    "overflow",
    _("With inputs in the thousands, the new state is no longer a number."),
    _("The function exp overflows. Take the sigmoid function of the framework."),
    _("Print the smallest and largest number of each gate. Which leaves 0 to 1?"),
)


def arguments(n, d, h, seed, size=1):
    """Return an input, a state and parameters of given sizes."""
    rng = np.random.default_rng(seed)
    X, H = size * rng.normal(size=(n, d)), rng.normal(size=(n, h))
    return X, H, weights(rng, 3 * [(d, h), (h, h), (h,)])


class GRUCell(ReferenceCheck):
    """Check one step of a gated recurrent unit: the new state, and its gradient."""

    signature = "gru_cell(X, H, params)"
    returns_text = _("gru_cell returns one tensor of shape (n, h)")
    unchanged_text = _("X, H and params stay as they were")
    differentiable = (
        "W_xr",
        "W_hr",
        "b_r",
        "W_xz",
        "W_hz",
        "b_z",
        "W_xh",
        "W_hh",
        "b_h",
    )
    cases = (
        Case(arguments(n=2, d=4, h=3, seed=1), EQUATIONS, WRONG_STATE),
        Case(arguments(n=3, d=3, h=3, seed=2), EQUATIONS, WRONG_STATE),
        Case(
            arguments(n=2, d=4, h=3, seed=3, size=1000),
            _("large inputs don't overflow"),
            WRONG_STATE,
            fails=OVERFLOW,
            needs=(EQUATIONS,),
            telling=False,
        ),
    )
    reference = staticmethod(reference.gru_cell)

    def examine(self, value, wanted):
        return values(self.framework, value, "gru_cell(...)", wanted.shape, "(n, h)")

    mistakes = [
        Mistake(
            "gates-swapped",
            _("The reset gate R and the update gate Z have changed places."),
            _("Where are R and Z used? In what order are params taken apart?"),
            _("R belongs in (R * H) @ W_hh, and Z in the last line."),
            planted=[{"swapped": True}],
        ),
        Mistake(
            "update-turned-round",
            _("Z and 1 - Z have changed places."),
            _("If Z is 1, should the state stay as it was, or be new?"),
            _("By the last equation, Z keeps the old state H."),
            planted=[{"keep": "1 - Z"}],
        ),
        Mistake(
            "reset-after-product",
            _("The reset gate acts after the product with W_hh."),
            _("That is a GRU too, the one of cuDNN. But here R acts on the state H."),
            _("Write (R * H) @ W_hh, with these brackets."),
            planted=[{"reset": "after"}, {"reset": "after, with bias"}],
        ),
        Mistake(
            "reset-on-the-sum",
            _("The reset gate acts on the input too."),
            _("Look at the brackets in the candidate: R goes with the state H alone."),
            _("Set R to 0. Does your candidate still read the input X?"),
            planted=[{"reset": "on the sum"}],
        ),
        Mistake(
            "no-reset",
            _("The reset gate isn't used."),
            _("Which line of the equations holds R?"),
            _("The candidate reads R * H in place of H."),
            planted=[{"reset": "nowhere"}],
        ),
        Mistake(
            "gate-not-sigmoid",
            _("A gate doesn't go through the sigmoid function."),
            _("A gate is a share between 0 and 1. Which function gives that?"),
            _(
                "Print the smallest and largest number of each gate. Which "
                "leaves 0 to 1?"
            ),
            planted=[
                {"phi": (np.tanh, sigmoid, np.tanh)},
                {"phi": (sigmoid, np.tanh, np.tanh)},
                {"phi": (np.tanh, np.tanh, np.tanh)},
                {"phi": (identity, sigmoid, np.tanh)},
                {"phi": (sigmoid, identity, np.tanh)},
                {"phi": (identity, identity, np.tanh)},
            ],
        ),
        Mistake(
            "candidate-not-tanh",
            _("The candidate doesn't go through tanh."),
            _("The candidate is a state: between -1 and 1."),
            _(
                "Print the smallest and largest number of the candidate. Should "
                "there be a bound?"
            ),
            planted=[
                {"phi": (sigmoid, sigmoid, sigmoid)},
                {"phi": (sigmoid, sigmoid, identity)},
                {"phi": (sigmoid, sigmoid, relu)},
            ],
        ),
        Mistake(
            "sigmoid-and-tanh-swapped",
            _("The gates go through tanh, and the candidate through the sigmoid."),
            _("Gates are shares, between 0 and 1. States lie between -1 and 1."),
            _(
                "Print the smallest and largest number of each gate. Which "
                "leaves 0 to 1?"
            ),
            planted=[{"phi": (np.tanh, np.tanh, sigmoid)}],
        ),
        Mistake(
            "mixed-wrongly",
            _("The old state and the candidate are mixed in the wrong way."),
            _("Look at the last line. The two weights must add up to 1."),
            _("The last line is Z times H, plus 1 - Z times the candidate."),
            planted=[
                {"mix": "same weight"},
                {"mix": "reset state"},
                {"mix": "candidate alone"},
                {"mix": "share of the candidate"},
                {"mix": "all of the candidate"},
            ],
        ),
        Mistake(
            "bias-forgotten",
            _("A bias is missing."),
            _("Look for b_r, b_z and b_h."),
            _(
                "Tick each parameter where you use it. Which is used twice, and "
                "which never?"
            ),
            planted=[
                {"replace": {2: None}},
                {"replace": {5: None}},
                {"replace": {8: None}},
                {"replace": {2: None, 5: None, 8: None}},
            ],
        ),
        Mistake(
            "weights-of-other-gate",
            _("One gate uses weights or the bias of the other one."),
            _("Compare the two lines of the gates, letter by letter."),
            _(
                "Tick each parameter where you use it. Which is used twice, and "
                "which never?"
            ),
            planted=[
                {"replace": {3: 0}},
                {"replace": {4: 1}},
                {"replace": {5: 2}},
                {"replace": {3: 0, 4: 1, 5: 2}},
                {"replace": {0: 3}},
                {"replace": {1: 4}},
                {"replace": {2: 5}},
                {"replace": {0: 3, 1: 4, 2: 5}},
            ],
        ),
    ]
