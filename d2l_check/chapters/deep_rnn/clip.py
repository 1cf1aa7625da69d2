"""Exercise 7: clipping gradients by their global norm."""

import math

import numpy as np

from d2l_check.comparison import all_close
from d2l_check.examination import Check, Criterion
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.reference import clip as reference
from d2l_check.returned import nothing_returned, unchanged, values
from d2l_check.words import kind

SHAPES = ((3, 2), (4,), (2, 3), (3,))
# Parts of very different size, some below the threshold and some above
SIZES = (0.4, 1.5, 0.8, 3.0)
ABOVE, BELOW = 2.0, 50.0


def random_gradients():
    """Gradients as NumPy arrays; their global norm lies between the thresholds."""
    rng = np.random.default_rng(4)
    return [size * rng.normal(size=shape) for shape, size in zip(SHAPES, SIZES)]


GRADS = random_gradients()
ZEROS = [np.zeros(shape) for shape in SHAPES]


class Clip(Check):
    """Check that gradients are scaled together, and only if they are too long."""

    name = "clip"

    def __init__(self, framework, clip):
        self.clip = Learner(framework, clip, "clip(grads, theta)")
        super().__init__(framework, self.clip)

    def criteria(self):
        return [
            Criterion(
                _("clip returns a list of tensors, with the shapes of grads"), self.runs
            ),
            Criterion(
                _("gradients above theta are scaled together to the norm theta"),
                self.above,
                (self.runs,),
            ),
            Criterion(
                _("gradients below theta stay as they are"),
                self.below,
                (self.runs,),
            ),
            Criterion(_("gradients of zero stay zero"), self.zeros, (self.runs,)),
            Criterion(
                _("with theta = inf nothing is clipped"),
                self.infinite,
                (self.runs, self.below),
            ),
            Criterion(
                _("grads itself isn't changed"),
                lambda: unchanged(self.clip),
                (self.runs,),
            ),
        ]

    def run(self, grads, theta):
        """The clipped gradients by the learner, as arrays."""
        result = self.clip(list(map(self.framework.tensor, grads)), theta)
        if result is None:
            raise nothing_returned("clip(...)")
        if not isinstance(result, list | tuple):
            raise not_a_list(result)
        if len(result) != len(grads):
            raise wrong_number(len(result), len(grads))
        return [
            values(self.framework, g, f"clip(...)[{i}]", shape, f"grads[{i}].shape")
            for i, (g, shape) in enumerate(zip(result, SHAPES))
        ]

    def runs(self):
        self.found = self.run(GRADS, ABOVE)

    def above(self):
        if all_close(self.found, reference.clip(GRADS, ABOVE)):
            return
        if all_close(self.found, GRADS):
            same = all_close(self.run(GRADS, BELOW), GRADS)
            raise never_scaled() if same else scaled_when_below()
        raise recognised(self.found, ABOVE) or wrong_above()

    def below(self):
        found = self.run(GRADS, BELOW)
        if not all_close(found, GRADS):
            raise recognised(found, BELOW) or changed_below()

    def zeros(self):
        try:
            found = self.run(ZEROS, ABOVE)
        except Mistake as mistake:
            if mistake.key in ("not-finite", "exception"):
                raise zero_fails(mistake) from None
            raise
        if any(g.any() for g in found):
            raise zero_changed()

    def infinite(self):
        try:
            found = self.run(GRADS, math.inf)
        except Mistake as mistake:
            raise infinite_fails() if mistake.key == "not-finite" else mistake from None
        if not all_close(found, GRADS):
            raise infinite_fails()


def recognised(found, theta):
    """The mistake that explains the clipped gradients, or None."""

    def compute(**changes):
        return reference.clip(GRADS, theta, **changes)

    return recognise(found, compute, VARIANTS, mistakes(), all_close)


# How the reference commits each mistake; the keys are those of `mistakes`.
VARIANTS = [
    ("each-by-itself", {"over": "each"}),
    ("each-by-itself", {"over": "row"}),
    ("element-by-element", {"over": "element"}),
    ("always-scaled", {"when": "always"}),
    ("root-forgotten", {"size": "squared"}),
    ("mean-not-sum", {"size": "mean"}),
    ("mean-not-sum", {"size": "mean of norms"}),
    ("mean-not-sum", {"size": "mean of squares"}),
    ("mean-not-sum", {"size": "sum of mean squares"}),
    ("sum-of-norms", {"size": "sum of norms"}),
    ("other-norm", {"size": "absolute"}),
    ("other-norm", {"size": "largest"}),
    ("factor-turned-round", {"factor": "norm / theta"}),
    ("factor-without-theta", {"factor": "1 / norm"}),
    ("factor-without-norm", {"factor": "theta"}),
]


def mistakes():
    """The mistakes that are recognised by the clipped gradients."""
    return [
        Mistake(
            "each-by-itself",
            _("Each gradient is clipped by its own norm."),
            _("That turns the direction of the step. Take one norm for all."),
            _("Add up the squares of all numbers in all gradients. Then the root."),
        ),
        Mistake(
            "element-by-element",
            _("Each number is cut off at theta by itself."),
            _("That turns the direction. All numbers get the same factor."),
        ),
        Mistake(
            "always-scaled",
            _("Gradients below theta are scaled up."),
            _("What should happen to a gradient that is short enough?"),
            _("The factor is min(1, theta / norm)."),
        ),
        Mistake(
            "root-forgotten",
            _("The squares are added up, but there is no root."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "mean-not-sum",
            _("There is a mean where there should be a sum."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "sum-of-norms",
            _("The norms of the gradients are added up."),
            _("Add up squares, not norms. The root comes last."),
        ),
        Mistake(
            "other-norm",
            _("This is another norm than the Euclidean one."),
            _("The Euclidean norm is the root of the sum of all squares."),
        ),
        Mistake(
            "factor-turned-round",
            _("The factor is norm / theta, so that long gradients get longer."),
            _("After clipping, the norm should be theta."),
        ),
        Mistake(
            "factor-without-theta",
            _("The clipped gradients have the norm 1, whatever theta is."),
            _("Look at the numerator of the factor."),
        ),
        Mistake(
            "factor-without-norm",
            _("The factor is theta itself."),
            _("After clipping, the norm should be theta."),
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


def scaled_when_below():
    return Mistake(
        "scaled-when-below",
        _("Long gradients are left alone, and short ones are scaled."),
        _("Look at the comparison, or at min and max."),
    )


def never_scaled():
    return Mistake(
        "never-scaled",
        _("The gradients come back as they were."),
        _("Is the factor used, and are the new tensors returned?"),
    )


def wrong_above():
    return Mistake(
        "wrong-above",
        _("The gradients are not the given ones times theta / norm."),
        _("Print the norm before and after. Is it the norm of all of them?"),
    )


def changed_below():
    return Mistake(
        "changed-below",
        _("Gradients that are short enough have changed."),
        _("The factor is min(1, theta / norm)."),
    )


def zero_fails(mistake):
    failed = Mistake(
        "zero-fails",
        _("If all gradients are zero, the result isn't a number."),
        _("The norm is zero then, and you divide by it."),
        _("Divide only if the norm is larger than theta."),
    )
    if mistake.key == "exception":
        failed.general += mistake.general
    return failed


def zero_changed():
    return Mistake(
        "zero-changed",
        _("Gradients of zero come back as something else."),
        _("Only multiply them."),
    )


def infinite_fails():
    return Mistake(
        "infinite-fails",
        _("With theta = inf the gradients change."),
        _("No norm is larger than inf. What does your formula make of it?"),
    )
