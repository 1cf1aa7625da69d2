"""Calling what a learner wrote, whatever it does."""

import contextlib
import io
import linecache

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.words import kind, message, shorten


class Submission:
    """A function that a learner wrote, called so that a check survives it.

    `signature` is how the task writes the call, such as ``'clip(grads, theta)'``.
    What the function prints is held back in `printed`; the names of arguments that it
    changed are collected in `changed`.
    """

    def __init__(self, framework, function, signature):
        self.framework, self.function, self.signature = framework, function, signature
        self.name, _bracket, arguments = signature.rstrip(")").partition("(")
        self.arguments = arguments.split(", ")
        self.printed, self.changed = "", []

    def __call__(self, *arguments):
        """Return the function's result; raise Mistaken in place of its exceptions."""
        if not callable(self.function):
            raise Mistaken(not_a_function(self))
        before = [snapshot(self.framework, each) for each in arguments]
        held = io.StringIO()
        try:
            # Both, since nbgrader takes any word on stderr for a failed check.
            with contextlib.redirect_stdout(held), contextlib.redirect_stderr(held):
                result = self.function(*arguments)
                self.framework.wait(result)
        except Mistaken:  # of a function in another process
            raise
        except (Exception, SystemExit) as error:
            raise Mistaken(from_exception(self, error)) from error
        finally:
            self.printed = self.printed or held.getvalue().strip()
        self.compare(arguments, before)
        return result

    def compiled(self):
        """Return the same function as a graph, which is how TensorFlow trains."""
        compiled = self.framework.compiled(self.function)
        return Submission(self.framework, compiled, self.signature)

    def compare(self, arguments, before):
        """Note which arguments are no longer what they were."""
        for name, argument, was in zip(self.arguments, arguments, before):
            same = equal(snapshot(self.framework, argument), was)
            if not same and name not in self.changed:
                self.changed.append(name)

    def note(self):
        """Return a remark on what the function printed, or None."""
        if not self.printed:
            return None
        return _("{name} prints something, which begins with: {text}").format(
            name=self.name, text=shorten(self.printed.splitlines()[0])
        )


def snapshot(framework, value):
    """Copy the numbers in tensors or arrays, however nested; keep all else as it is."""
    if framework.is_tensor(value):
        return framework.numpy(value)
    if isinstance(value, np.ndarray):  # where a task is about arrays of NumPy
        return value.copy()
    if isinstance(value, list | tuple):
        return [snapshot(framework, part) for part in value]
    return value


def equal(left, right):
    """Return True if two snapshots hold the same."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.array_equal(left, right, equal_nan=True)
    return left is right or isinstance(left, type(right)) and left == right


def not_a_function(submission):
    """Return the mistake of a value that can't be called."""
    return Mistake(
        "not-a-function",
        _("{name} should be a function, but it is of type: {found}").format(
            name=submission.name, found=kind(submission.function)
        ),
        _("Give the check the function itself, without calling it."),
    )


def from_exception(submission, error):
    """Return the mistake that an exception of the function makes known."""
    # The stub says nothing more; a framework that lacks an operation does.
    if isinstance(error, NotImplementedError) and not error.args:
        return Mistake(
            "not-written",
            _("{name} is not written yet.").format(name=submission.name),
            _("Put your code in the place of: raise NotImplementedError()"),
        )
    outside = error.__traceback__.tb_next is None
    if isinstance(error, TypeError) and getattr(error, "at_call", outside):
        return Mistake(
            "wrong-signature",
            _("It can't be called as {call}: {message}").format(
                call=submission.signature, message=message(error)
            ),
            _("Leave the arguments of the function as they were given."),
        )
    return Mistake(
        "exception",
        _("{name} stops with {type}: {message}").format(
            name=submission.name, type=type(error).__name__, message=message(error)
        ),
        place(submission, error),
    )


def place(submission, error):
    """Return where the learner's code stopped as a hint; empty where that isn't known.

    That is the innermost line in the file of the function, which in a notebook is a
    cell, or in any other cell.
    """
    own = getattr(getattr(submission.function, "__code__", None), "co_filename", None)
    found, step = None, error.__traceback__
    if known := getattr(error, "place", None):  # of a function in another process
        return _("It stops in line {line}: {code}").format(line=known[0], code=known[1])
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if name == own or is_cell(name):
            found = name, step.tb_lineno
        step = step.tb_next
    if found is None:
        return ""
    code = linecache.getline(*found).strip()
    return _("It stops in line {line}: {code}").format(line=found[1], code=code)


def is_cell(filename):
    """Return True for a cell of a notebook, or for IPython's prompt."""
    return "ipykernel_" in filename or filename.startswith("<ipython-input-")
