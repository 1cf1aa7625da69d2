"""Leave out notices that tell a learner nothing; do without streams that are closed.

A program may run without a console (`sys.stderr` is None), with a stream that has been
closed, or with an object in its place that can only write. None of them may stop a
training or an import.
"""

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
    before = _stderr_of_the_process()
    if before is None:
        yield
        return
    _flush()
    try:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(before, 2)
    finally:
        os.close(before)


def _stderr_of_the_process():
    """Return a copy of file descriptor 2; None where that isn't stderr."""
    if sys.__stderr__ is None:  # it was closed when Python began: 2 may be any file
        return None
    try:
        return os.dup(2)
    except OSError:  # closed since
        return None


def _flush():
    for stream in (sys.stderr, sys.__stderr__):
        with contextlib.suppress(*CLOSED):
            stream.flush()


def _pass_on(text):
    with contextlib.suppress(*CLOSED):
        for line in text.splitlines(keepends=True):
            if not is_known_notice(line):
                sys.stderr.write(line)


# Streams that may be closed

# What a stream raises that is closed, that nobody reads, or that is no stream.
CLOSED = (ValueError, OSError, AttributeError)


def is_terminal(stream):
    """Return True if `stream` is an open terminal, where a progress bar can move."""
    try:
        return bool(stream.isatty())
    except CLOSED:
        return False


def say(text):
    """Print `text` if there is somewhere to print to: a training ends well without."""
    with contextlib.suppress(*CLOSED):
        print(text)


def write_out(program, text):
    """Print the result of a command at once. Returns its exit code, 1 for a failure.

    A reader who went away, as `head` does, has seen enough: that is said to nobody. A
    stream that is closed, or a full disk behind it, is said on stderr.
    """
    try:
        if sys.stdout is None:
            raise ValueError("it is closed")
        print(text, flush=True)
    except BrokenPipeError:
        # Python would flush once more as it ends, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError) as error:
        return fail(program, f"can't write to stdout: {error}")
    return 0


def fail(program, error):
    """Say on stderr, in one line, why a command failed. Returns its exit code, 1."""
    with contextlib.suppress(*CLOSED):
        # Without a stream, `print` would take stdout, which is for results.
        if sys.stderr is not None:
            print(f"{program}: {' '.join(str(error).split())}", file=sys.stderr)
    return 1
