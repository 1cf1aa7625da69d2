"""Looking at what a function returned: its type, shape and numbers."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.words import kind, message


def values(framework, value, name, shape, letters):
    """Return the numbers of a tensor that should have `shape`, in double precision.

    `letters` writes the shape in letters, such as ``'(n, h)'``. Raises Mistaken for
    anything that isn't a tensor of this shape with finite floating-point numbers.
    """
    if value is None:
        raise Mistaken(nothing_returned(name))
    if not framework.is_tensor(value):
        raise Mistaken(not_a_tensor(framework, value, name))
    try:
        found = framework.shape(value)
    except Exception as error:
        raise Mistaken(unreadable(name, error)) from error
    if found != shape:
        raise Mistaken(wrong_shape(name, found, shape, letters))
    if "float" not in str(value.dtype):
        raise Mistaken(not_floating(name, value))
    numbers = read(framework, value, name)
    if not np.isfinite(numbers).all():
        raise Mistaken(not_finite(name))
    return numbers


def read(framework, tensor, name):
    """Return the numbers of a tensor; raise Mistaken if it holds none to be read."""
    if not any(real in str(tensor.dtype) for real in ("float", "int", "bool")):
        raise Mistaken(not_floating(name, tensor))
    try:
        return framework.numpy(tensor)
    except Exception as error:
        raise Mistaken(unreadable(name, error)) from error


def pair(value, name, example):
    """Return the two parts of a tuple or list; otherwise raise Mistaken."""
    return parts(value, 2, name, example)


def parts(value, number, name, example):
    """Return the `number` parts of a tuple or list; otherwise raise Mistaken."""
    if value is None:
        raise Mistaken(nothing_returned(name))
    if not isinstance(value, list | tuple) or len(value) != number:
        raise Mistaken(wrong_structure(name, value, example))
    return value


def gradients_of(framework, function, arrays):
    """Return the gradients of `function(tensors)` at `arrays`.

    `function` calls the learner's, and adds up what that returns. Raises Mistaken if
    there is no way to compute them.
    """
    try:
        return framework.gradients(function, arrays)
    except Mistaken:
        raise
    except Exception as error:
        raise Mistaken(gradient_fails(error)) from error


def gradient_reaches(names, gradients):
    """Raise Mistaken if the gradient of a parameter is missing or zero."""
    lost = [name for name, g in zip(names, gradients) if g is None or not g.any()]
    if lost:
        raise Mistaken(gradient_lost(lost))


def wrong_structure(name, value, example):
    """Return the mistake of too few or too many parts, or of wrong brackets."""
    return Mistake(
        "wrong-structure",
        _("{name} should be {example}, but it is of type: {found}").format(
            name=name, example=example, found=kind(value)
        ),
        _("Count what your function returns, and look at the brackets."),
        _("Just before return, print type(...) and len(...) of what you return."),
    )


def nothing_returned(name):
    """Return the mistake of a function without `return`."""
    return Mistake(
        "nothing-returned",
        _("{name} is None.").format(name=name),
        _("Does your function end with a return statement?"),
        _("Look at how far return is indented, and whether each branch comes to one."),
    )


def not_a_tensor(framework, value, name):
    """Return the mistake of a list, NumPy array, number or the like for a tensor."""
    return Mistake(
        "not-a-tensor",
        _(
            "{name} should be a tensor of {framework}, but it is of type: {found}"
        ).format(name=name, framework=framework.name, found=kind(value)),
        _("Compute with the framework's own operations from beginning to end."),
        _("Print type(...) after each line. Where does it stop being a tensor?"),
    )


def wrong_shape(name, found, shape, letters):
    """Return the mistake of a tensor of another shape."""
    return Mistake(
        "wrong-shape",
        _("{name} has the shape {found}. It should be {letters}, here {shape}.").format(
            name=name, found=found, letters=letters, shape=shape
        ),
        _("Write the shape beside each line of your function, and see where it turns."),
        _("Which axis is missing or too many? Print the shape of each product."),
    )


def not_floating(name, value):
    """Return the mistake of whole numbers, which can't be multiplied with real ones."""
    return Mistake(
        "not-floating",
        _(
            "{name} should hold floating-point numbers, but its dtype is {found}."
        ).format(name=name, found=getattr(value.dtype, "__name__", value.dtype)),
        _("Say which dtype you mean where you make the tensor, or leave it out."),
        _("Print the dtype after each line. Which operation changes it?"),
    )


def not_finite(name):
    """Return the mistake of infinite numbers, or those that aren't numbers."""
    return Mistake(
        "not-finite",
        _("{name} holds numbers that are infinite or not a number.").format(name=name),
        _("Look for a division by zero, a root or logarithm, or an overflow of exp."),
        _("Print the largest number after each line. Where is the first nan or inf?"),
    )


def unreadable(name, error):
    """Return the mistake of a tensor without numbers, such as one of no real device."""
    return Mistake(
        "unreadable",
        _("The numbers of {name} can't be read, by {type}: {message}").format(
            name=name, type=type(error).__name__, message=message(error)
        ),
        _("Return an ordinary tensor, with its numbers in one piece on the device."),
        _("Which line makes it? Look for sparse, ragged, quantised or meta tensors."),
    )


def odd_result(name, found):
    """Return the mistake of a result that the check can do nothing with."""
    return Mistake(
        "odd-result",
        _("{name} returns something unexpected, of type: {found}").format(
            name=name, found=found
        ),
        _("What should be returned, by the exercise? Compare types and shapes."),
    )


def changed_in_place(submission):
    """Return the mistake of arguments that are overwritten."""
    return Mistake(
        "changed-in-place",
        _("{name} changes what it was given: {changed}").format(
            name=submission.name, changed=", ".join(submission.changed)
        ),
        _("Make new tensors. Look for +=, *=, [:] = and methods ending in _."),
        _("Which line has {changed} on its left? Give the result a new name.").format(
            changed=submission.changed[0]
        ),
    )


def gradient_fails(error):
    """Return the mistake of a result that the framework can't compute a gradient of."""
    return Mistake(
        "gradient-fails",
        _("The gradient can't be computed, by {type}: {message}").format(
            type=type(error).__name__, message=message(error)
        ),
        _("Look for tensors that are overwritten, or made without the framework."),
        _("Leave out one line after the other. From which one on does it work?"),
    )


def gradient_lost(names):
    """Return the mistake of parameters that no gradient reaches."""
    return Mistake(
        "gradient-lost",
        _("No gradient reaches {names}.").format(names=", ".join(names)),
        _("Look for an operation that leaves the framework: numpy, detach, float."),
        _(
            "Follow {name} through your lines. Where is it last used as a tensor?"
        ).format(name=names[0]),
    )
