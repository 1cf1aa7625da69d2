"""Checks of arguments that several modules take."""

import sys
from operator import index as as_index


def at_least_one(name, value):
    """Return `value` as an int of at least 1; else raise an error with `name`."""
    return at_least(1, name, value)


def at_least(least, name, value):
    """Return `value` as an int of at least `least`; else raise an error with `name`."""
    return whole_number(name, value, least)


def whole_number(name, value, least, most=None):
    """Return `value` as an int from `least` to `most`, None for no upper bound.

    Raises TypeError or ValueError, with the value and the remedy.
    """
    if most is None:
        kind, bounds = f"an int of at least {least}", f"at least {least}"
    else:
        kind = bounds = f"an int from {least} to {most}"
    try:
        number = as_index(value)
    except TypeError:
        raise TypeError(
            f"{name}={value!r} is not a whole number: give {kind}"
        ) from None
    if number < least or (most is not None and number > most):
        raise ValueError(f"{name}={value!r}: give {bounds}")
    return number


def level_of_caller():
    """Return the `stacklevel` of the line that called this package, for a warning."""
    package = __name__.partition(".")[0] + "."
    # From 0, the frame of the function that asks, which counts as level 1.
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(package):
        frame, level = frame.f_back, level + 1
    return level
