"""Looking at what a learner's function returned: its type, shape and numbers."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.words import kind, message


def values(framework, value, name, shape, letters):
    """The numbers of a tensor that should have `shape`, in double precision.

    `letters` writes the shape in letters, such as ``'(n, h)'``. Raises Mistake for
    anything that isn't a tensor of this shape with finite floating-point numbers.
    """
    if value is None:
        raise nothing_returned(name)
    if not framework.is_tensor(value):
        raise not_a_tensor(framework, value, name)
    found = framework.shape(value)
    if found != shape:
        raise wrong_shape(name, found, shape, letters)
    if "float" not in str(value.dtype):
        raise not_floating(name, value)
    numbers = framework.numpy(value)
    if not np.isfinite(numbers).all():
        raise not_finite(name)
    return numbers


def pair(value, name, example):
    """The two parts of a tuple or list; raises Mistake for anything else."""
    return parts(value, 2, name, example)


def parts(value, number, name, example):
    """The `number` parts of a tuple or list; raises Mistake for anything else."""
    if value is None:
        raise nothing_returned(name)
    if isinstance(value, list | tuple) and len(value) == number:
        return value
    raise Mistake(
        "wrong-structure",
        _("{name} should be {example}, but it is of type: {found}").format(
            name=name, example=example, found=kind(value)
        ),
        _("Count what your function returns, and look at the brackets."),
    )


def nothing_returned(name):
    """A function without `return`."""
    return Mistake(
        "nothing-returned",
        _("{name} is None.").format(name=name),
        _("Does your function end with a return statement?"),
    )


def not_a_tensor(framework, value, name):
    """Lists, NumPy arrays, numbers and so on in place of a tensor."""
    return Mistake(
        "not-a-tensor",
        _(
            "{name} should be a tensor of {framework}, but it is of type: {found}"
        ).format(name=name, framework=framework.name, found=kind(value)),
        _("Compute with the framework's own operations from beginning to end."),
    )


def wrong_shape(name, found, shape, letters):
    """A tensor of another shape."""
    return Mistake(
        "wrong-shape",
        _("{name} has the shape {found}. It should be {letters}, here {shape}.").format(
            name=name, found=found, letters=letters, shape=shape
        ),
        _("Write the shape beside each line of your function, and see where it turns."),
    )


def not_floating(name, value):
    """Whole numbers, which take part in no product with floating-point numbers."""
    return Mistake(
        "not-floating",
        _(
            "{name} should hold floating-point numbers, but its dtype is {found}."
        ).format(name=name, found=getattr(value.dtype, "__name__", value.dtype)),
        _("Say which dtype you mean where you make the tensor, or leave it out."),
    )


def not_finite(name):
    """Infinite numbers, or those that aren't numbers."""
    return Mistake(
        "not-finite",
        _("{name} holds numbers that are infinite or not a number.").format(name=name),
        _("Look for a division by zero, a root or logarithm, or an overflow of exp."),
    )


def unchanged(learner):
    """Raise Mistake if a function has changed what it was given."""
    if learner.changed:
        raise Mistake(
            "changed-in-place",
            _("{name} changes what it was given: {changed}").format(
                name=learner.name, changed=", ".join(learner.changed)
            ),
            _("Make new tensors. Look for +=, *=, [:] = and methods ending in _."),
        )


def gradients_of(framework, function, arrays):
    """The gradients of `function(tensors)` at `arrays`; raises Mistake if it has none.

    `function` calls the learner's, and adds up what that returns.
    """
    try:
        return framework.gradients(function, arrays)
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(
            "gradient-fails",
            _("The gradient can't be computed, by {type}: {message}").format(
                type=type(error).__name__, message=message(error)
            ),
            _("Look for tensors that are overwritten, or made without the framework."),
        ) from error


def gradient_reaches(names, gradients):
    """Raise Mistake if the gradient of a parameter is missing or zero."""
    lost = [name for name, g in zip(names, gradients) if g is None or not g.any()]
    if lost:
        raise Mistake(
            "gradient-lost",
            _("No gradient reaches {names}.").format(names=", ".join(lost)),
            _("Look for an operation that leaves the framework: numpy, detach, float."),
        )
