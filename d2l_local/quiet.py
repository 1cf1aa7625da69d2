"""Import TensorFlow without the notices that it writes past its own log level."""

import contextlib
import os
import re
import sys
import tempfile
import warnings

# Written in every process, whatever TF_CPP_MIN_LOG_LEVEL says, and nothing a reader
# could or should act on. Every other line is passed on.
KNOWN_NOTICES = (
    re.compile(r"WARNING: All log messages before absl::InitializeLog\(\)"),
    re.compile(r"port\.cc:\d+\] oneDNN custom operations are on"),
    re.compile(r"cpu_feature_guard\.cc:\d+\]"),
    re.compile(r"To enable the following instructions: .* rebuild TensorFlow"),
    re.compile(r"Could not find cuda drivers on your machine"),
    # Logged as an error, although TensorFlow falls back to its own code.
    re.compile(r"util\.cc:\d+\] oneDNN supports DT_\w+ only on platforms with AVX-512"),
)

# AutoGraph hangs a field of its own on the nodes of a syntax tree. From Python 3.13 on,
# `ast` says that it will refuse such fields in 3.15. As an error (`python -W error`)
# this would leave functions of tensors unconverted, with TensorFlow's advice to report
# it.
KNOWN_WARNING = r".*unexpected keyword argument '___pyct_anno'"


def ignore_known_warnings():
    """Ignore the warning that TensorFlow's AutoGraph causes on Python 3.13."""
    warnings.filterwarnings("ignore", KNOWN_WARNING, DeprecationWarning)


def is_known_notice(line):
    """Tell if a line of stderr is one of the notices that are left out."""
    return any(pattern.search(line) for pattern in KNOWN_NOTICES)


@contextlib.contextmanager
def without_known_notices():
    """Hold back what native code writes to stderr, then pass on all but the notices.

    The lines come from C++ and so go to file descriptor 2, past `sys.stderr`.
    """
    with tempfile.TemporaryFile() as held:
        try:
            with native_stderr_in(held):
                yield
        finally:
            held.seek(0)
            _pass_on(held.read().decode(errors="replace"))


@contextlib.contextmanager
def native_stderr_in(file):
    """Write to `file` what goes to file descriptor 2, from native code above all."""
    if sys.__stderr__ is None:  # no such stream, as in a program without a console
        yield
        return
    _flush()
    before = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(before, 2)
    finally:
        os.close(before)


def _flush():
    for stream in (sys.stderr, sys.__stderr__):
        if stream is not None:
            stream.flush()


def _pass_on(text):
    for line in text.splitlines(keepends=True):
        if not is_known_notice(line):
            sys.stderr.write(line)
