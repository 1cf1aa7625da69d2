"""Keeping a check silent, so that nothing stands beside its report."""

import contextlib
import io
import os
import sys
import tempfile

STDERR = 2


@contextlib.contextmanager
def silence():
    """Drop what frameworks write to stderr, from Python and from native code.

    Such remarks depend on the machine, and nbgrader takes any word on stderr for a
    failed check. Errors come as exceptions, and so get through.
    """
    with contextlib.redirect_stderr(io.StringIO()), without_native_words():
        yield


@contextlib.contextmanager
def without_native_words():
    """Drop what goes past `sys.stderr`, straight to its file descriptor."""
    if sys.__stderr__ is None:  # no such stream, as in a program without a console
        yield
        return
    sys.__stderr__.flush()
    before = os.dup(STDERR)
    try:
        with tempfile.TemporaryFile() as dropped:
            os.dup2(dropped.fileno(), STDERR)
            try:
                yield
            finally:
                os.dup2(before, STDERR)
    finally:
        os.close(before)
