"""Checks of arguments that several modules take."""

import sys
from numbers import Real
from operator import index as as_index


def at_least_one(name, value):
    """Return `value` as an int of at least 1; else raise an error with `name`."""
    return at_least(1, name, value)


def at_least(least, name, value):
    """Return `value` as an int of at least `least`; else raise an error with `name`."""
    return whole_number(name, value, least)


def check_flag(name, value):
    """Check an option that is on or off; a string such as 'False' would be on.

    Raises TypeError for a string, and for what is neither true nor false.
    """
    if isinstance(value, str | bytes):
        raise TypeError(f"{name} must be True or False, got the string {value!r:.200}")
    try:
        plain = bool(value) or True
    except (TypeError, ValueError, RuntimeError):  # an array of several, for example
        plain = False
    if not plain or (isinstance(value, Real) and value != value):  # nan
        raise TypeError(f"{name} must be True or False, got {value!r:.200}")


def check_seconds(name, value):
    """Return a time in seconds, a number above 0, as a float; `inf` is no limit.

    Raises TypeError or ValueError, with the value and the remedy.
    """
    if not isinstance(value, Real):
        raise TypeError(f"{name}={value!r:.200} is not a number: give seconds")
    seconds = float(value)
    if not seconds > 0:
        raise ValueError(f"{name}={value!r}: give more than 0 seconds")
    return seconds


def seed_of(seed):
    """Return `seed` as a seed of `random.Random`: NumPy's whole numbers are ints.

    Raises TypeError for what can't be one.
    """
    if seed is None or isinstance(seed, (str, bytes, bytearray)):
        return seed
    try:
        return as_index(seed)
    except TypeError:
        if isinstance(seed, float) and seed == seed:  # nan has another hash each time
            return seed
    raise TypeError(
        f"seed={seed!r:.200} can't be a seed: give an int, or None for one from the "
        "system"
    )


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
