"""Exercise 5: how large the gradient is in each layer at each step."""

import numpy as np

from d2l_check.chapters.deep_rnn.params import shapes
from d2l_check.comparison import close
from d2l_check.examination import Check, Criterion
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.reference import gradient as reference
from d2l_check.returned import not_finite, nothing_returned, unchanged
from d2l_check.words import kind


class Case:
    """Random inputs and the parameters of both layers, as NumPy arrays."""

    def __init__(self, n, T, d, h, seed):
        rng = np.random.default_rng(seed)
        self.T = T
        self.inputs = rng.normal(size=(T, n, d))
        self.params = weights(rng, shapes(d, h)[:6])

    def right(self, **changes):
        """The norms by the reference."""
        return reference.gradient_norms(self.inputs, self.params, **changes)


SEVERAL = Case(n=3, T=5, d=6, h=4, seed=6)
ONE = Case(n=4, T=1, d=3, h=2, seed=2)


class GradientNorms(Check):
    """Check the norms of the gradients of all states, in both layers."""

    name = "gradient_norms"

    def __init__(self, framework, gradient_norms):
        self.norms = Learner(
            framework, gradient_norms, "gradient_norms(inputs, params)"
        )
        super().__init__(framework, self.norms)

    def criteria(self):
        return [
            Criterion(
                _("gradient_norms returns a NumPy array of shape (2, T)"), self.runs
            ),
            Criterion(
                _("the norms of layer 2 are right at every step"),
                self.upper,
                (self.runs,),
            ),
            Criterion(
                _("the norms of layer 1 are right at every step"),
                self.lower,
                (self.runs, self.upper),
            ),
            Criterion(
                _("a sequence of a single step is no exception"),
                self.single,
                (self.runs, self.upper, self.lower),
            ),
            Criterion(
                _("inputs and params stay as they were"),
                lambda: unchanged(self.norms),
                (self.runs,),
            ),
        ]

    def run(self, case):
        """The norms by the learner."""
        params = list(map(self.framework.tensor, case.params))
        result = self.norms(self.framework.tensor(case.inputs), params)
        return array(result, (2, case.T))

    def runs(self):
        self.found = self.run(SEVERAL)

    def upper(self):
        if not close(self.found[1], SEVERAL.right()[1]):
            raise self.recognised() or wrong_norms(2)

    def lower(self):
        if not close(self.found, SEVERAL.right()):
            raise self.recognised() or wrong_norms(1)

    def recognised(self):
        """The mistake that explains the norms, or None."""
        return recognise(self.found, SEVERAL.right, VARIANTS, mistakes())

    def single(self):
        if not close(self.run(ONE), ONE.right()):
            raise wrong_single()


def array(value, shape):
    """The returned norms as an array; raises Mistake for what isn't one."""
    if value is None:
        raise nothing_returned("gradient_norms(...)")
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        raise not_numpy(value)
    if value.shape != shape:
        raise wrong_norm_shape(value.shape, shape)
    if not np.isfinite(value).all():
        raise not_finite("gradient_norms(...)")
    return value.astype(np.float64)


# How the reference commits each mistake; the keys are those of `mistakes`.
VARIANTS = [
    ("time-reversed", {"order": "time reversed"}),
    ("layers-swapped", {"order": "layers exchanged"}),
    ("squared", {"norm": "squared"}),
    ("other-norm", {"norm": "absolute"}),
    ("other-norm", {"norm": "largest"}),
    ("mean-not-sum", {"norm": "mean square"}),
    ("mean-not-sum", {"norm": "mean of sequences"}),
    ("logarithm", {"norm": "logarithm"}),
    ("logarithm", {"norm": "logarithm to base 10"}),
    ("loss-of-layer-1", {"loss": "H_1"}),
    ("loss-of-all-steps", {"loss": "all steps"}),
    ("half-forgotten", {"scale": 2}),
    ("loss-is-a-mean", {"scale": 2 / 12}),  # of all n * h squares
    ("loss-is-a-mean", {"scale": 1 / 12}),
    ("loss-is-a-mean", {"scale": 2 / 3}),  # of the sequences
    ("loss-is-a-mean", {"scale": 1 / 3}),
    ("loss-is-a-mean", {"scale": 2 / 4}),  # of the units
    ("loss-is-a-mean", {"scale": 1 / 4}),
    ("loss-is-a-sum", {"loss": "sum"}),
    ("direct-route-only", {"routes": "up at once"}),
    ("direct-route-only", {"routes": "up at the end"}),
    ("no-route-up", {"routes": "from the next step"}),
    ("history-cut", {"routes": "none"}),
    ("gradient-of-weights", {"of": "W_hh by step"}),
    ("gradient-of-weights", {"of": "W_hh"}),
    ("gradient-of-weights", {"of": "W_xh by step"}),
    ("gradient-of-weights", {"of": "W_xh"}),
    ("before-tanh", {"of": "sums"}),
    ("states-not-gradients", {"of": "values"}),
    ("step-too-early", {"of": "states before the step"}),
]


def mistakes():
    """The mistakes that are recognised by the norms."""
    return [
        Mistake(
            "time-reversed",
            _("The steps stand in the wrong order: the last one comes first."),
            _("Column 0 belongs to the first step."),
        ),
        Mistake(
            "layers-swapped",
            _("The two layers have changed places."),
            _("Row 0 belongs to layer 1, and row 1 to layer 2."),
        ),
        Mistake(
            "squared",
            _("These are the squares of the norms."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "other-norm",
            _("This is another norm than the Euclidean one."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "mean-not-sum",
            _("There is a mean where there should be a sum."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "logarithm",
            _("These are the logarithms of the norms."),
            _("Return the norms themselves. The plot has a logarithmic axis."),
        ),
        Mistake(
            "loss-of-layer-1",
            _("The loss is computed from layer 1."),
            _("The loss is half the sum of squares of the last state of layer 2."),
        ),
        Mistake(
            "loss-of-all-steps",
            _("The loss adds up all steps."),
            _("Only the state after the last step belongs in the loss."),
        ),
        Mistake(
            "half-forgotten",
            _("All norms are twice as large as they should be."),
            _("The loss is half the sum of squares."),
        ),
        Mistake(
            "loss-is-a-mean",
            _("All norms are too small by the same factor: the loss holds a mean."),
            _("The loss is half the sum of squares, over all sequences and units."),
        ),
        Mistake(
            "loss-is-a-sum",
            _("The loss adds up the states without squares."),
            _("The loss is half the sum of squares."),
        ),
        Mistake(
            "direct-route-only",
            _("In layer 1 a part of the routes of the gradient is missing."),
            _("H_1 gets a gradient from layer 2 and one from the next step. Add both."),
            _("Look for a state that is detached on one of its two ways."),
        ),
        Mistake(
            "no-route-up",
            _("In layer 1 the route up to layer 2 of the same step is missing."),
            _("Does layer 2 read H_1 before you add a probe of zeros to it?"),
            _("Add the probe to H_1 before layer 2 is computed from it."),
        ),
        Mistake(
            "history-cut",
            _("Only the last step has a gradient."),
            _("Is the history cut off between the steps? Look for a detach."),
        ),
        Mistake(
            "gradient-of-weights",
            _("This is the gradient of weights, not of the states."),
            _("Weights are shared by all steps. Each state has a gradient of its own."),
            _("Add a probe of zeros to each state, and ask for its gradient."),
        ),
        Mistake(
            "before-tanh",
            _("This is the gradient of the sum inside tanh, not of the state."),
            _("The state is what comes out of tanh."),
        ),
        Mistake(
            "states-not-gradients",
            _("These are the norms of the states, not of their gradients."),
            _("The gradient says how the loss changes with a state."),
        ),
        Mistake(
            "step-too-early",
            _("The norms are shifted by one step: they begin with the initial states."),
            _("Column 0 belongs to the states after the first step."),
        ),
    ]


def not_numpy(value):
    return Mistake(
        "not-numpy",
        _(
            "A NumPy array of numbers should be returned, but it is of type: {found}"
        ).format(found=kind(value)),
        _("Detach the norms from their history, and turn them into a NumPy array."),
    )


def wrong_norm_shape(found, shape):
    if found == shape[::-1]:
        return Mistake(
            "axes-swapped",
            _("Rows and columns have changed places: the shape is {found}.").format(
                found=found
            ),
            _("There is one row for each layer, and one column for each step."),
        )
    if found in ((2,), (6,)):
        return Mistake(
            "gradient-of-weights",
            _("There is one number for each layer or parameter, not for each step."),
            _("Ask for the gradients of the states, not for those of the weights."),
        )
    return Mistake(
        "wrong-norm-shape",
        _("The shape is {found}. It should be (2, T), here {shape}.").format(
            found=found, shape=shape
        ),
        _("There is one row for each layer, and one column for each step."),
    )


def wrong_norms(layer):
    return Mistake(
        f"wrong-norms-of-layer-{layer}",
        _("The norms of layer {layer} aren't those of the gradient.").format(
            layer=layer
        ),
        _("Change one number of a state a little, and see how the loss changes."),
    )


def wrong_single():
    return Mistake(
        "wrong-single-step",
        _("With T = 1 the norms are wrong."),
        _("Does your function use a number of steps from outside?"),
    )
