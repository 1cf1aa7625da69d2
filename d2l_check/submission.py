"""Calling what a learner wrote, whatever it does."""

import linecache

import numpy as np

from d2l_check.language import _
from d2l_check.limit import TimeUp, seconds, time_limit
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.undisturbed import settings_kept, streams_held
from d2l_check.words import kind, message, outline, shorten

DEEPEST = 8  # levels of lists in lists that are looked into


class Submission:
    """A function that a learner wrote, called so that a check survives it.

    `signature` is how the task writes the call, such as ``'clip(grads, theta)'``.
    What the function prints is held back in `printed`; the names of arguments that it
    changed are collected in `changed`. `last` describes its last call and result, or
    is None before the first one; `found` is the type of the result. A function that
    runs for too long isn't called again.
    """

    def __init__(self, framework, function, signature):
        self.framework, self.function, self.signature = framework, function, signature
        self.name, _bracket, arguments = signature.rstrip(")").partition("(")
        self.arguments = arguments.split(", ")
        self.printed, self.changed = "", []
        self.last = self.found = self.too_slow = None

    def __call__(self, *arguments):
        """Return the function's result; raise Mistaken in place of its exceptions."""
        if not callable(self.function):
            raise Mistaken(not_a_function(self))
        if self.too_slow:
            raise Mistaken(self.too_slow, self.trace())
        before = [snapshot(self.framework, each) for each in arguments]
        self.last, limit = (self.call(arguments), None), seconds()
        with streams_held() as held:
            try:
                with settings_kept(self.framework), time_limit(limit):
                    result = settled(self.function(*arguments))
                    self.framework.wait(result)
            except (KeyboardInterrupt, Mistaken):  # the latter of another process
                raise
            except TimeUp as error:
                self.too_slow = time_up(self, error, limit)
                raise Mistaken(self.too_slow, self.trace()) from None
            except BaseException as error:
                raise Mistaken(from_exception(self, error), self.trace()) from error
            finally:
                self.printed = self.printed or held.text.strip()
        self.last, self.found = (
            (self.last[0], outline(result, self.shape)),
            kind(result),
        )
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

    def shape(self, value):
        """Return the shape of a tensor or array, or None for anything else."""
        try:
            if self.framework.is_tensor(value):
                return self.framework.shape(value)
        except Exception:  # a tensor without a shape, or what only looks like a tensor
            return None
        return value.shape if isinstance(value, np.ndarray) else None

    def call(self, arguments):
        """Describe a call, with the sizes of the arguments."""
        named = zip(self.arguments, arguments)
        inner = ", ".join(f"{name}: {outline(a, self.shape)}" for name, a in named)
        return f"{self.name}({inner})"

    def trace(self):
        """Return the last call and what came back, as a concrete hint."""
        if self.last is None:
            return ()
        call, found = self.last
        if found is None:
            return (_("This is the call that stops: {call}").format(call=call),)
        return (
            _("Make such a call yourself, {call}, and look at what comes back: {found}")
            .format(call=call, found=found),
        )  # fmt: skip

    def note(self):
        """Return a remark on what the function printed, or None."""
        if not self.printed:
            return None
        return _("{name} prints something, which begins with: {text}").format(
            name=self.name, text=shorten(self.printed.splitlines()[0])
        )


def settled(value, depth=DEEPEST):
    """Return a result with plain lists, tuples and dicts in place of kinds of them.

    A kind of list may do as it likes, and even never end.
    """
    made = type(value)
    plain = next((k for k in (list, tuple, dict) if issubclass(made, k)), None)
    if plain is None or not depth:
        return value
    if plain is dict:
        return {k: settled(v, depth - 1) for k, v in dict.items(value)}
    return plain(settled(part, depth - 1) for part in plain.__iter__(value))


def snapshot(framework, value, depth=DEEPEST):
    """Copy the numbers in tensors or arrays, however nested; keep all else as it is."""
    try:
        if framework.is_tensor(value):
            return framework.numpy(value)
    except Exception:  # what a learner put there has no numbers to copy
        return object()
    if isinstance(value, np.ndarray):  # where a task is about arrays of NumPy
        return value.copy()
    if isinstance(value, list | tuple) and depth:
        return [snapshot(framework, part, depth - 1) for part in value]
    return value


def equal(left, right):
    """Return True if two snapshots hold the same."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        numbers = left.dtype.kind in "fiub" and right.dtype.kind in "fiub"
        return numbers and np.array_equal(left, right, equal_nan=True)
    return left is right or type(left) is type(right) and bool(left == right)


def not_a_function(submission):
    """Return the mistake of a value that can't be called."""
    return Mistake(
        "not-a-function",
        _("{name} should be a function, but it is of type: {found}").format(
            name=submission.name, found=kind(submission.function)
        ),
        _("Give the check the function itself, without calling it."),
        _("Has a variable of that name taken its place? Run the cell of def again."),
    )


def from_exception(submission, error):
    """Return the mistake that an exception of the function makes known."""
    # The stub says nothing more; a framework that lacks an operation does.
    if isinstance(error, NotImplementedError) and not error.args:
        return Mistake(
            "not-written",
            _("{name} is not written yet.").format(name=submission.name),
            _("Put your code in the place of: raise NotImplementedError()"),
            _("Which step comes first? Write that line, print what it gives, go on."),
        )
    outside = error.__traceback__.tb_next is None
    if isinstance(error, TypeError) and getattr(error, "at_call", outside):
        return Mistake(
            "wrong-signature",
            _("It can't be called as {call}: {message}").format(
                call=submission.signature, message=message(error)
            ),
            _("Leave the arguments of the function as they were given."),
            _("The line should read: def {call}:").format(call=submission.signature),
        )
    return Mistake(
        "exception",
        _("{name} stops with {type}: {message}").format(
            name=submission.name, type=type(error).__name__, message=message(error)
        ),
        place(submission, error),
    )


def time_up(submission, error, limit):
    """Return the mistake of a function that runs for too long."""
    return Mistake(
        "time-up",
        _("{name} still ran after {seconds} seconds, and was stopped.").format(
            name=submission.name, seconds=f"{limit:g}"
        ),
        _("Does a loop in it ever end? The inputs of the check are tiny."),
        place(submission, error)
        or _("Print the variable that should end the loop, in each round."),
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
