"""Warn at the line that called this package, however deep inside the cause is found."""

import sys
import warnings


def warn_caller(message):
    """Warn with `message` at the line of the caller's own code."""
    # From 1, the line of this call; a function of this package isn't the caller's.
    frame, level = sys._getframe(0), 1
    package = __name__.partition(".")[0] + "."
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(package):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)
