"""Exercise 2, first part: one step of a GRU by hand."""

import numpy as np

from d2l_check.comparison import close
from d2l_check.examination import Check, Criterion
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.reference import gru as reference
from d2l_check.reference.activation import identity, relu, sigmoid
from d2l_check.returned import gradient_reaches, gradients_of, unchanged, values

NAMES = ("W_xr", "W_hr", "b_r", "W_xz", "W_hz", "b_z", "W_xh", "W_hh", "b_h")


class Case:
    """An input, a state and parameters of given sizes, as NumPy arrays."""

    def __init__(self, n, d, h, seed, size=1):
        rng = np.random.default_rng(seed)
        self.n, self.d, self.h = n, d, h
        self.X, self.H = size * rng.normal(size=(n, d)), rng.normal(size=(n, h))
        self.params = weights(rng, 3 * [(d, h), (h, h), (h,)])

    def right(self, **changes):
        """The new state by the reference."""
        return reference.gru_cell(self.X, self.H, self.params, **changes)


# No two sizes are equal, so that no axis can be taken for another.
APART = Case(n=2, d=4, h=3, seed=1)
# All are, so that a mistaken cell runs to its end and shows what it computes.
ALIKE = Case(n=3, d=3, h=3, seed=2)
LARGE = Case(n=2, d=4, h=3, seed=3, size=1000)


class GRUCell(Check):
    """Check one step of a gated recurrent unit: the new state, and its gradient."""

    name = "gru_cell"

    def __init__(self, framework, gru_cell):
        self.cell = Learner(framework, gru_cell, "gru_cell(X, H, params)")
        super().__init__(framework, self.cell)

    def criteria(self):
        return [
            Criterion(_("gru_cell returns one tensor of shape (n, h)"), self.runs),
            Criterion(
                _("the new state is that of the four equations"),
                self.state,
                (self.runs,),
            ),
            Criterion(
                _("large inputs don't overflow"), self.large, (self.runs, self.state)
            ),
            Criterion(_("X, H and params stay as they were"), self.given, (self.runs,)),
            Criterion(
                _("the gradient reaches every parameter"),
                self.gradients,
                (self.runs, self.state, self.given),
            ),
        ]

    def run(self, case):
        """The new state by the learner, as an array."""
        framework = self.framework
        params = list(map(framework.parameter, case.params))
        H = self.cell(framework.tensor(case.X), framework.tensor(case.H), params)
        shape = case.n, case.h
        return values(framework, H, "gru_cell(...)", shape, "(n, h)")

    def runs(self):
        try:
            self.found = self.run(APART)
        except Mistake as mistake:
            raise self.recognised() or mistake from None

    def state(self):
        if not close(self.found, APART.right()):
            raise self.recognised() or wrong_state()

    def recognised(self):
        """The mistake that explains the new state, or None."""
        try:
            found = self.run(ALIKE)
        except Mistake:
            return None
        return recognise(found, ALIKE.right, VARIANTS, mistakes())

    def large(self):
        try:
            self.run(LARGE)
        except Mistake as mistake:
            raise overflow() if mistake.key == "not-finite" else mistake from None

    def given(self):
        unchanged(self.cell)

    def gradients(self):
        framework = self.framework

        def loss(params):
            X, H = framework.tensor(APART.X), framework.tensor(APART.H)
            return framework.sum(self.cell(X, H, params))

        gradient_reaches(NAMES, gradients_of(framework, loss, APART.params))


# How the reference commits each mistake; the keys are those of `mistakes`.
VARIANTS = [
    ("gates-swapped", {"swapped": True}),
    ("update-turned-round", {"keep": "1 - Z"}),
    ("reset-after-product", {"reset": "after"}),
    ("reset-after-product", {"reset": "after, with bias"}),
    ("reset-on-the-sum", {"reset": "on the sum"}),
    ("no-reset", {"reset": "nowhere"}),
    ("gate-not-sigmoid", {"phi": (np.tanh, sigmoid, np.tanh)}),
    ("gate-not-sigmoid", {"phi": (sigmoid, np.tanh, np.tanh)}),
    ("gate-not-sigmoid", {"phi": (np.tanh, np.tanh, np.tanh)}),
    ("gate-not-sigmoid", {"phi": (identity, sigmoid, np.tanh)}),
    ("gate-not-sigmoid", {"phi": (sigmoid, identity, np.tanh)}),
    ("gate-not-sigmoid", {"phi": (identity, identity, np.tanh)}),
    ("candidate-not-tanh", {"phi": (sigmoid, sigmoid, sigmoid)}),
    ("candidate-not-tanh", {"phi": (sigmoid, sigmoid, identity)}),
    ("candidate-not-tanh", {"phi": (sigmoid, sigmoid, relu)}),
    ("sigmoid-and-tanh-swapped", {"phi": (np.tanh, np.tanh, sigmoid)}),
    ("mixed-wrongly", {"mix": "same weight"}),
    ("mixed-wrongly", {"mix": "reset state"}),
    ("mixed-wrongly", {"mix": "candidate alone"}),
    ("mixed-wrongly", {"mix": "share of the candidate"}),
    ("mixed-wrongly", {"mix": "all of the candidate"}),
    ("bias-forgotten", {"replace": {2: None}}),
    ("bias-forgotten", {"replace": {5: None}}),
    ("bias-forgotten", {"replace": {8: None}}),
    ("bias-forgotten", {"replace": {2: None, 5: None, 8: None}}),
    ("weights-of-other-gate", {"replace": {3: 0}}),
    ("weights-of-other-gate", {"replace": {4: 1}}),
    ("weights-of-other-gate", {"replace": {5: 2}}),
    ("weights-of-other-gate", {"replace": {3: 0, 4: 1, 5: 2}}),
    ("weights-of-other-gate", {"replace": {0: 3}}),
    ("weights-of-other-gate", {"replace": {1: 4}}),
    ("weights-of-other-gate", {"replace": {2: 5}}),
    ("weights-of-other-gate", {"replace": {0: 3, 1: 4, 2: 5}}),
]


def mistakes():
    """The mistakes that are recognised by the new state."""
    return [
        Mistake(
            "gates-swapped",
            _("The reset gate R and the update gate Z have changed places."),
            _("Where are R and Z used? In what order are params taken apart?"),
            _("R belongs in (R * H) @ W_hh, and Z in the last line."),
        ),
        Mistake(
            "update-turned-round",
            _("Z and 1 - Z have changed places."),
            _("If Z is 1, should the state stay as it was, or be new?"),
            _("By the last equation, Z keeps the old state H."),
        ),
        Mistake(
            "reset-after-product",
            _("The reset gate acts after the product with W_hh."),
            _("That is a GRU too, the one of cuDNN. But here R acts on the state H."),
            _("Write (R * H) @ W_hh, with these brackets."),
        ),
        Mistake(
            "reset-on-the-sum",
            _("The reset gate acts on the input too."),
            _("Look at the brackets in the candidate: R goes with the state H alone."),
        ),
        Mistake(
            "no-reset",
            _("The reset gate isn't used."),
            _("Which line of the equations holds R?"),
            _("The candidate reads R * H in place of H."),
        ),
        Mistake(
            "gate-not-sigmoid",
            _("A gate doesn't go through the sigmoid function."),
            _("A gate is a share between 0 and 1. Which function gives that?"),
        ),
        Mistake(
            "candidate-not-tanh",
            _("The candidate doesn't go through tanh."),
            _("The candidate is a state: between -1 and 1."),
        ),
        Mistake(
            "sigmoid-and-tanh-swapped",
            _("The gates go through tanh, and the candidate through the sigmoid."),
            _("Gates are shares, between 0 and 1. States lie between -1 and 1."),
        ),
        Mistake(
            "mixed-wrongly",
            _("The old state and the candidate are mixed in the wrong way."),
            _("Look at the last line. The two weights must add up to 1."),
            _("The last line is Z times H, plus 1 - Z times the candidate."),
        ),
        Mistake(
            "bias-forgotten",
            _("A bias is missing."),
            _("Look for b_r, b_z and b_h."),
        ),
        Mistake(
            "weights-of-other-gate",
            _("One gate uses weights or the bias of the other one."),
            _("Compare the two lines of the gates, letter by letter."),
        ),
    ]


def wrong_state():
    return Mistake(
        "wrong-state",
        _("The new state isn't that of the equations."),
        _("Compare each of your lines with its equation, letter by letter."),
    )


def overflow():
    return Mistake(
        "overflow",
        _("With inputs in the thousands, the new state is no longer a number."),
        _("The function exp overflows. Take the sigmoid function of the framework."),
    )
