"""Exercise 5: how large the gradient is in each layer at each step."""

import numpy as np

from d2l_check.chapters.deep_rnn.params import shapes
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.reference import gradient as reference
from d2l_check.reference_check import Case, ReferenceCheck
from d2l_check.returned import not_finite
from d2l_check.words import kind

UPPER = _("the norms of layer 2 are right at every step")
LOWER = _("the norms of layer 1 are right at every step")
WRONG_SINGLE = Mistake(
    "wrong-single-step",
    _("With T = 1 the norms are wrong."),
    _("Does your function use a number of steps from outside?"),
)


def arguments(n, T, d, h, seed):
    """Return random inputs and the parameters of both layers."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(T, n, d)), weights(rng, shapes(d, h)[:6])


def wrong_norms(layer):
    return Mistake(
        f"wrong-norms-of-layer-{layer}",
        _("The norms of layer {layer} aren't those of the gradient.").format(
            layer=layer
        ),
        _("Change one number of a state a little, and see how the loss changes."),
    )


SEVERAL = arguments(n=3, T=5, d=6, h=4, seed=6)


class GradientNorms(ReferenceCheck):
    """Check the norms of the gradients of all states, in both layers."""

    signature = "gradient_norms(inputs, params)"
    returns_text = _("gradient_norms returns a NumPy array of shape (2, T)")
    unchanged_text = _("inputs and params stay as they were")
    cases = (
        Case(SEVERAL, UPPER, wrong_norms(2), part=1),
        Case(SEVERAL, LOWER, wrong_norms(1), part=0, needs=(UPPER,)),
        Case(
            arguments(n=4, T=1, d=3, h=2, seed=2),
            _("a sequence of a single step is no exception"),
            WRONG_SINGLE,
            needs=(UPPER, LOWER),
            telling=False,
        ),
    )
    reference = staticmethod(reference.gradient_norms)

    def examine(self, value, wanted):
        found = self.result(value)
        if found.shape != wanted.shape:
            raise Mistaken(wrong_norm_shape(found.shape, wanted.shape))
        if not np.isfinite(found).all():
            raise Mistaken(not_finite("gradient_norms(...)"))
        return found

    def result(self, value):
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            raise Mistaken(not_numpy(value))
        return value.astype(np.float64)

    mistakes = [
        Mistake(
            "time-reversed",
            _("The steps stand in the wrong order: the last one comes first."),
            _("Column 0 belongs to the first step."),
            _(
                "Print your array for T = 2. Which state does each of the four "
                "numbers belong to?"
            ),
            planted=[{"order": "time reversed"}],
        ),
        Mistake(
            "layers-swapped",
            _("The two layers have changed places."),
            _("Row 0 belongs to layer 1, and row 1 to layer 2."),
            _(
                "Print your array for T = 2. Which state does each of the four "
                "numbers belong to?"
            ),
            planted=[{"order": "layers exchanged"}],
        ),
        Mistake(
            "squared",
            _("These are the squares of the norms."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"norm": "squared"}],
        ),
        Mistake(
            "other-norm",
            _("This is another norm than the Euclidean one."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"norm": "absolute"}, {"norm": "largest"}],
        ),
        Mistake(
            "mean-not-sum",
            _("There is a mean where there should be a sum."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"norm": "mean square"}, {"norm": "mean of sequences"}],
        ),
        Mistake(
            "logarithm",
            _("These are the logarithms of the norms."),
            _("Return the norms themselves. The plot has a logarithmic axis."),
            _("Can a norm be below 0? Print the smallest number of your array."),
            planted=[{"norm": "logarithm"}, {"norm": "logarithm to base 10"}],
        ),
        Mistake(
            "loss-of-layer-1",
            _("The loss is computed from layer 1."),
            _("The loss is half the sum of squares of the last state of layer 2."),
            _(
                "With T = n = h = 1 the loss is half of one square. What does your "
                "line give?"
            ),
            planted=[{"loss": "H_1"}],
        ),
        Mistake(
            "loss-of-all-steps",
            _("The loss adds up all steps."),
            _("Only the state after the last step belongs in the loss."),
            _(
                "With T = n = h = 1 the loss is half of one square. What does your "
                "line give?"
            ),
            planted=[{"loss": "all steps"}],
        ),
        Mistake(
            "half-forgotten",
            _("All norms are twice as large as they should be."),
            _("The loss is half the sum of squares."),
            _(
                "With T = n = h = 1 the loss is half of one square. What does your "
                "line give?"
            ),
            planted=[{"scale": 2}],
        ),
        Mistake(
            "loss-is-a-mean",
            _("All norms are too small by the same factor: the loss holds a mean."),
            _("The loss is half the sum of squares, over all sequences and units."),
            _(
                "With T = n = h = 1 the loss is half of one square. What does your "
                "line give?"
            ),
            planted=[
                {"scale": 2 / 12},  # of all n * h squares
                {"scale": 1 / 12},
                {"scale": 2 / 3},  # of the sequences
                {"scale": 1 / 3},
                {"scale": 2 / 4},  # of the units
                {"scale": 1 / 4},
            ],
        ),
        Mistake(
            "loss-is-a-sum",
            _("The loss adds up the states without squares."),
            _("The loss is half the sum of squares."),
            _(
                "With T = n = h = 1 the loss is half of one square. What does your "
                "line give?"
            ),
            planted=[{"loss": "sum"}],
        ),
        Mistake(
            "direct-route-only",
            _("In layer 1 a part of the routes of the gradient is missing."),
            _("H_1 gets a gradient from layer 2 and one from the next step. Add both."),
            _("Look for a state that is detached on one of its two ways."),
            planted=[{"routes": "up at once"}, {"routes": "up at the end"}],
        ),
        Mistake(
            "no-route-up",
            _("In layer 1 the route up to layer 2 of the same step is missing."),
            _("Does layer 2 read H_1 before you add a probe of zeros to it?"),
            _("Add the probe to H_1 before layer 2 is computed from it."),
            planted=[{"routes": "from the next step"}],
        ),
        Mistake(
            "history-cut",
            _("Only the last step has a gradient."),
            _("Is the history cut off between the steps? Look for a detach."),
            _(
                "How does the last-but-one state reach the loss? Which line of "
                "yours cuts that way?"
            ),
            planted=[{"routes": "none"}],
        ),
        Mistake(
            "gradient-of-weights",
            _("This is the gradient of weights, not of the states."),
            _("Weights are shared by all steps. Each state has a gradient of its own."),
            _("Add a probe of zeros to each state, and ask for its gradient."),
            planted=[
                {"of": "W_hh by step"},
                {"of": "W_hh"},
                {"of": "W_xh by step"},
                {"of": "W_xh"},
            ],
        ),
        Mistake(
            "before-tanh",
            _("This is the gradient of the sum inside tanh, not of the state."),
            _("The state is what comes out of tanh."),
            _(
                "Which variable do you ask for the gradient of? Is it made before "
                "tanh or after?"
            ),
            planted=[{"of": "sums"}],
        ),
        Mistake(
            "states-not-gradients",
            _("These are the norms of the states, not of their gradients."),
            _("The gradient says how the loss changes with a state."),
            _(
                "Which variable do you ask for the gradient of? Is it made before "
                "tanh or after?"
            ),
            planted=[{"of": "values"}],
        ),
        Mistake(
            "step-too-early",
            _("The norms are shifted by one step: they begin with the initial states."),
            _("Column 0 belongs to the states after the first step."),
            _(
                "Print your array for T = 2. Which state does each of the four "
                "numbers belong to?"
            ),
            planted=[{"of": "states before the step"}],
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
            _(
                "Print your array for T = 2. Which state does each of the four "
                "numbers belong to?"
            ),
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
        _(
            "Print your array for T = 2. Which state does each of the four "
            "numbers belong to?"
        ),
    )
