"""Checks of arguments that several modules take."""

from operator import index as as_index


def at_least_one(name, value):
    """Return `value` as an int of at least 1; else raise an error with `name`."""
    return at_least(1, name, value)


def at_least(least, name, value):
    """Return `value` as an int of at least `least`; else raise an error with `name`."""
    try:
        number = as_index(value)
    except TypeError:
        raise TypeError(
            f"{name}={value!r} is not a whole number: give an int of at least {least}"
        ) from None
    if number < least:
        raise ValueError(f"{name}={value!r}: give at least {least}")
    return number
