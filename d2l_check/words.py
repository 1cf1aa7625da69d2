"""Putting values and exceptions of a learner into words."""

import re

from d2l_check.language import _


def kind(value):
    """Name a value's type for a hint, with the length of a list or tuple."""
    name = type(value).__name__
    if isinstance(value, list | tuple):
        return _("{type} of length {length}").format(type=name, length=len(value))
    return name


def message(error):
    """Return the line of an exception's message that says most, shortened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return _("no message")
    # MXNet begins with lines of its own code, and TensorFlow with the place where it
    # compiled a function, or with the name of an operation in double braces.
    frames = lines[0].startswith(("Traceback", "in user code"))
    return shorten(re.sub(r"^\{\{.*?\}\}\s*", "", lines[-1 if frames else 0]))


def shorten(text, width=120):
    """Cut `text` to `width` characters, with a sign where it was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"
