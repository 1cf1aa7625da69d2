"""Putting values and exceptions of a learner into words.

Nothing here trusts a value: its methods may be a learner's own, and may raise.
"""

import re

from d2l_check.language import _

MOST = 6  # parts of a list, or numbers of an array, that are shown


def kind(value):
    """Name a value's type for a hint, with the length of a list or tuple."""
    name = type(value).__name__
    if issubclass(type(value), list | tuple):
        length = (list if issubclass(type(value), list) else tuple).__len__(value)
        return _("{type} of length {length}").format(type=name, length=length)
    return name


def message(error):
    """Return the line of an exception's message that says most, shortened."""
    try:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    except Exception:  # an exception that can't be written
        lines = []
    if not lines:
        return _("no message")
    # MXNet begins with lines of its own code, and TensorFlow with the place where it
    # compiled a function, or with the name of an operation in double braces.
    frames = lines[0].startswith(("Traceback", "in user code"))
    return shorten(re.sub(r"^\{\{.*?\}\}\s*", "", lines[-1 if frames else 0]))


def shorten(text, width=120):
    """Cut `text` to `width` characters, with a sign where it was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"


def outline(value, shape=None, depth=2):
    """Describe a value in a few words: sizes of tensors, small values as they are.

    `shape(value)` returns the shape of a tensor or array, or None for anything else.
    """
    made = type(value)
    found = shape(value) if shape else None
    if found is not None:
        return str(found)
    if made in (bool, int, float, str, type(None)):
        return shorten(f"{value:.4g}" if made is float else repr(value), 40)
    if made in (list, tuple) and depth:
        parts = [outline(part, shape, depth - 1) for part in value[:MOST]]
        dots = ["…"] if len(value) > MOST else []
        left, right = "[]" if made is list else "()"
        comma = "," if made is tuple and len(value) == 1 else ""
        return f"{left}{', '.join(parts + dots)}{comma}{right}"
    if made is type(outline):
        return value.__name__
    return str(kind(value))
