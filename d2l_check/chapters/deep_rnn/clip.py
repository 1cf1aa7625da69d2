"""Exercise 7: clipping gradients by their global norm."""

import math

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.reference import clip as reference
from d2l_check.reference_check import Case, ReferenceCheck
from d2l_check.returned import values
from d2l_check.words import kind

SHAPES = ((3, 2), (4,), (2, 3), (3,))
# Parts of very different size, some below the threshold and some above
SIZES = (0.4, 1.5, 0.8, 3.0)
ABOVE, BELOW = 2.0, 50.0  # the global norm lies between them
FAR_ABOVE = 0.5  # less than any of the means and sums that are taken for a norm
ABOVE_TEXT = _("gradients above theta are scaled together to the norm theta")
BELOW_TEXT = _("gradients below theta stay as they are")

WRONG_ABOVE = Mistake(
    "wrong-above",
    _("The gradients are not the given ones times theta / norm."),
    _("Print the norm before and after. Is it the norm of all of them?"),
    _("Print the global norm of what you return. Is it theta, whatever goes in?"),
)
CHANGED_BELOW = Mistake(
    "changed-below",
    _("Gradients that are short enough have changed."),
    _("The factor is min(1, theta / norm)."),
    _("Print the norm, theta and your factor, for a short and for a long gradient."),
)
ZERO_CHANGED = Mistake(
    "zero-changed",
    _("Gradients of zero come back as something else."),
    _("Only multiply them."),
    _("Print the norm, theta and your factor, for a short and for a long gradient."),
)
INFINITE_FAILS = Mistake(
    "infinite-fails",
    _("With theta = inf the gradients change."),
    _("No norm is larger than inf. What does your formula make of it?"),
    _("Print the norm, theta and your factor, for a short and for a long gradient."),
)
ZERO_FAILS = Mistake(
    "zero-fails",
    _("If all gradients are zero, the result isn't a number."),
    _("The norm is zero then, and you divide by it."),
    _("Divide only if the norm is larger than theta."),
)


def random_gradients():
    """Return gradients whose global norm lies between the thresholds."""
    rng = np.random.default_rng(4)
    return [size * rng.normal(size=shape) for shape, size in zip(SHAPES, SIZES)]


GRADS = random_gradients()
ZEROS = [np.zeros(shape) for shape in SHAPES]


class Clip(ReferenceCheck):
    """Check that gradients are scaled together, and only if they are too long."""

    signature = "clip(grads, theta)"
    returns_text = _("clip returns a list of tensors, with the shapes of grads")
    unchanged_text = _("grads itself isn't changed")
    cases = (
        Case((GRADS, ABOVE), ABOVE_TEXT, WRONG_ABOVE),
        Case((GRADS, FAR_ABOVE), ABOVE_TEXT, WRONG_ABOVE),
        Case((GRADS, BELOW), BELOW_TEXT, CHANGED_BELOW),
        Case(
            (ZEROS, ABOVE),
            _("gradients of zero stay zero"),
            ZERO_CHANGED,
            fails=ZERO_FAILS,
            telling=False,
        ),
        Case(
            (GRADS, math.inf),
            _("with theta = inf nothing is clipped"),
            INFINITE_FAILS,
            fails=INFINITE_FAILS,
            needs=(BELOW_TEXT,),
            telling=False,
        ),
    )
    reference = staticmethod(reference.clip)

    def examine(self, value, wanted):
        if not isinstance(value, list | tuple):
            raise Mistaken(not_a_list(value))
        if len(value) != len(wanted):
            raise Mistaken(wrong_number(len(value), len(wanted)))
        return [
            values(self.framework, g, f"clip(...)[{i}]", shape, f"grads[{i}].shape")
            for i, (g, shape) in enumerate(zip(value, SHAPES))
        ]

    mistakes = [
        Mistake(
            "each-by-itself",
            _("Each gradient is clipped by its own norm."),
            _("That turns the direction of the step. Take one norm for all."),
            _("Add up the squares of all numbers in all gradients. Then the root."),
            planted=[{"over": "each"}, {"over": "row"}],
        ),
        Mistake(
            "element-by-element",
            _("Each number is cut off at theta by itself."),
            _("That turns the direction. All numbers get the same factor."),
            _(
                "Clip [3, 4] at theta = 1 by hand. Which direction has the result, "
                "and which has yours?"
            ),
            planted=[{"over": "element"}],
        ),
        Mistake(
            "always-scaled",
            _("Gradients below theta are scaled up."),
            _("What should happen to a gradient that is short enough?"),
            _("The factor is min(1, theta / norm)."),
            planted=[{"when": "always"}],
        ),
        Mistake(
            "root-forgotten",
            _("The squares are added up, but there is no root."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"size": "squared"}],
        ),
        Mistake(
            "mean-not-sum",
            _("There is a mean where there should be a sum."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[
                {"size": "mean"},
                {"size": "mean of norms"},
                {"size": "mean of squares"},
                {"size": "sum of mean squares"},
            ],
        ),
        Mistake(
            "sum-of-norms",
            _("The norms of the gradients are added up."),
            _("Add up squares, not norms. The root comes last."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"size": "sum of norms"}],
        ),
        Mistake(
            "other-norm",
            _("This is another norm than the Euclidean one."),
            _("The Euclidean norm is the root of the sum of all squares."),
            _("What is the norm of [3, 4]? Print what your line makes of it."),
            planted=[{"size": "absolute"}, {"size": "largest"}],
        ),
        Mistake(
            "factor-turned-round",
            _("The factor is norm / theta, so that long gradients get longer."),
            _("After clipping, the norm should be theta."),
            _(
                "Print the global norm of what you return. Is it theta, whatever "
                "goes in?"
            ),
            planted=[{"factor": "norm / theta"}],
        ),
        Mistake(
            "factor-without-theta",
            _("The clipped gradients have the norm 1, whatever theta is."),
            _("Look at the numerator of the factor."),
            _(
                "Print the global norm of what you return. Is it theta, whatever "
                "goes in?"
            ),
            planted=[{"factor": "1 / norm"}],
        ),
        Mistake(
            "factor-without-norm",
            _("The factor is theta itself."),
            _("After clipping, the norm should be theta."),
            _(
                "Print the global norm of what you return. Is it theta, whatever "
                "goes in?"
            ),
            planted=[{"factor": "theta"}],
        ),
        Mistake(
            "scaled-when-below",
            _("Long gradients are left alone, and short ones are scaled."),
            _("Look at the comparison, or at min and max."),
            _(
                "Print the norm, theta and your factor, for a short and for a long "
                "gradient."
            ),
            planted=[{"when": "below"}],
        ),
        Mistake(
            "never-scaled",
            _("The gradients come back as they were."),
            _("Is the factor used, and are the new tensors returned?"),
            _(
                "Print the norm, theta and your factor, for a short and for a long "
                "gradient."
            ),
            planted=[{"when": "never"}],
        ),
    ]


def not_a_list(found):
    return Mistake(
        "not-a-list",
        _("A list of tensors should be returned, but it is of type: {found}").format(
            found=kind(found)
        ),
        _("There is one new tensor for each gradient."),
    )


def wrong_number(found, right):
    return Mistake(
        "wrong-number",
        _("{right} gradients went in, and {found} came back.").format(
            right=right, found=found
        ),
        _("There is one new tensor for each gradient."),
    )
