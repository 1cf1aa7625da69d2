"""Leaving the process as it was found, whatever a learner's function does to it.

The frameworks' own settings and random numbers are in the hands of their modules, as
`settings`, `change` and `check_context`.
"""

import contextlib
import io
import os
import random
import sys
import threading
import warnings

import numpy as np

# Streams, filters of warnings and settings belong to the whole process.
_one_at_a_time = threading.RLock()
LONGEST = 10_000  # characters that are kept of what a function prints


@contextlib.contextmanager
def undisturbed():
    """Let one check run at a time, and put everything back afterwards."""
    with _one_at_a_time, random_numbers_kept(), usual_settings():
        yield


@contextlib.contextmanager
def random_numbers_kept():
    """Put Python's and NumPy's global random generators back where they were."""
    own, of_numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(own)
        np.random.set_state(of_numpy)


@contextlib.contextmanager
def usual_settings():
    """Work with the usual settings of Python and NumPy, then put back what was found.

    A learner may have turned warnings into errors, or let NumPy raise.
    """
    depth, folder = sys.getrecursionlimit(), current_folder()
    with (
        np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"),
        np.printoptions(),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            sys.setrecursionlimit(depth)
            if folder and current_folder() != folder:
                with contextlib.suppress(OSError):
                    os.chdir(folder)


def current_folder():
    """Return the working directory, or None if it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


@contextlib.contextmanager
def settings_kept(framework):
    """Put back what a learner's function changes of the process's settings.

    In the block they stay as they are: a gradient may be in the making.
    """
    before = framework.settings()
    with usual_settings():
        try:
            yield
        finally:
            framework.change(before)


@contextlib.contextmanager
def streams_held():
    """Hold back what is printed in the block; yields an object with the `text`.

    Threads that were there before, such as one that trains a model, go on printing.
    """
    others = {thread.ident for thread in threading.enumerate()}
    others.discard(threading.get_ident())
    held = Held(sys.stdout, others)
    # Both, since nbgrader takes any word on stderr for a failed check.
    with (
        contextlib.redirect_stdout(held),
        contextlib.redirect_stderr(Held(sys.stderr, others, held)),
    ):
        yield held


def values_now(settings):
    """Return the values of the settings of a framework.

    `settings` holds, by their names, a function that returns the value of each and one
    that changes it.
    """
    return {name: now() for name, (now, _change) in settings.items()}


def change_to(settings, wanted):
    """Change settings to the values `wanted`, where they have others."""
    for name, value in wanted.items():
        now, change = settings[name]
        if now() != value:
            change(value)


class Held(io.TextIOBase):
    """A stream that keeps the beginning of what is written to it.

    What `others`, a set of threads, write goes through to the stream in whose place it
    stands. With `into` it writes into another stream of this kind.
    """

    encoding = "utf-8"

    def __init__(self, stream, others, into=None):
        self.stream, self.others = stream, others
        self.into, self.text = into or self, ""

    def writable(self):
        """Return True, as streams do that can be written to."""
        return True

    def write(self, text):
        """Keep a piece of text, or let it through if it comes from another thread."""
        if threading.get_ident() in self.others:
            return self.stream.write(text) if self.stream is not None else len(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        room = LONGEST - len(self.into.text)
        if room > 0:
            self.into.text += text[:room]
        return len(text)

    def flush(self):
        """Do nothing: there is nothing on its way."""

    def close(self):
        """Do nothing: a function that closes its output doesn't close ours."""
