"""A student's process, seen by the judge: its values, its functions, its framework.

`Process` asks the questions that `worker` answers. `Framework` has the methods of the
adapters in `d2l_check.torch` and the others, and runs them in that process. So the
checks of `d2l_check.chapters` judge a function in another process as they judge one in
their own. What comes back are values: see `wire`.
"""

import builtins
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np

import d2l_check
from d2l_check.grading.wire import (
    Channel,
    Encoder,
    TimeIsUp,
    TooLarge,
    WireError,
    decode,
)
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.stack import Stack
from d2l_local.text.vocabulary import Vocab

START = 180  # seconds until a framework must be there, on a busy machine
COMMAND = "import sys; from d2l_check.grading.worker import main; main(*{})"


class StartError(Exception):
    """A student's process that couldn't be started, which isn't the student's fault."""


class Process:
    """A process with a framework, in which a student's code runs.

    `framework` is the module of its adapter, such as ``'d2l_check.torch'``; the process
    works in `folder`. It has `limit` seconds for all that is asked of it after each
    `begin()`. Once it has `ended`, by a time limit or in whatever way, every
    question raises Mistaken with the Mistake that tells of it.
    """

    def __init__(self, framework, folder, limit):
        self.limit, self.ended, self.functions = limit, None, {}
        self.deadline, self.depth = time.monotonic() + START, 0
        self.place = tempfile.TemporaryDirectory(prefix="d2l-grading-")
        stand_in(self.place.name)
        here, there = os.pipe(), os.pipe()
        arguments = framework, str(folder), self.place.name, there[0], here[1]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND.format(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            pass_fds=(there[0], here[1]),
            start_new_session=True,
        )
        os.close(there[0])
        os.close(here[1])
        self.channel = Channel(here[0], there[1])
        self.framework = None
        with contextlib.suppress(Mistaken, RemoteError):
            self.framework = Framework(self, self.ask("adapter"))
        if self.framework is None:
            self.close()
            raise StartError(
                f"{framework} couldn't be loaded within {START} seconds: try "
                f"'{sys.executable} -c \"import {framework}\"'"
            )

    def begin(self, limit=None):
        """Let the process forget the previous check, and start its time limit again."""
        self.deadline = time.monotonic() + (limit or self.limit)
        self.functions.clear()
        self.ask("begin")
        self.framework = Framework(self, self.ask("adapter"))

    def ask(self, question, *arguments):
        """Return the answer to a question; raise what it raised over there."""
        if self.ended:
            raise Mistaken(self.ended)
        encoder = Encoder(self.named)
        message = {"ask": question}
        message["arguments"] = [encoder.encode(argument) for argument in arguments]
        try:
            self.channel.send(message, encoder.numbers, self.deadline)
            return self.answer(arguments[1:] if question == "call" else None)
        except TimeIsUp:
            self.end(too_long(self.limit))
        except TooLarge:
            self.end(too_large())
        except WireError:
            self.end(process_ended())
        except (Mistaken, RemoteError):
            raise
        except BaseException:  # in the midst of a message
            self.end(process_ended())
            raise
        raise Mistaken(self.ended)

    def answer(self, given):
        """Read messages until the answer comes; meanwhile, do what is asked for.

        `given` are the arguments of a call of a student's function. What that has
        printed is printed here, and what it has changed is changed here as well.
        """
        while True:
            message, numbers = self.channel.receive(self.deadline)
            if "call" in message:
                self.call_back(message, numbers)
                continue
            if given is not None and isinstance(message.get("printed"), str):
                print(message["printed"][:10_000], end="")
            if "too large" in message:
                raise Mistaken(too_large())
            if "error" in message:
                raise remote_error(message["error"])
            if "after" in message and given is not None:
                after = decode(message["after"], numbers, self.meant)
                if isinstance(after, list) and len(after) == len(given):
                    change(list(given), after)
            return decode(message.get("found"), numbers, self.meant)

    def call_back(self, message, numbers):
        """Call a function of the judge with a student's arguments, and send what comes.

        What the function raises goes to the student, whose arguments it may not fit.
        """
        function = self.functions.get(message["call"])
        if function is None or not isinstance(message.get("arguments"), list):
            raise WireError("not a function of the judge")
        if self.depth > 50:
            raise WireError("too many calls inside of calls")
        arguments = [decode(a, numbers, self.meant) for a in message["arguments"]]
        encoder = Encoder(self.named)
        self.depth += 1
        try:
            reply = {"found": encoder.encode(function(*arguments))}
        except WireError:
            raise
        except Exception as error:
            if self.ended:
                raise
            encoder, kind = Encoder(self.named), type(error).__name__
            reply = {"error": [kind, str(error)]}
        finally:
            self.depth -= 1
        self.channel.send(reply, encoder.numbers, self.deadline)

    def named(self, value):
        """Describe what isn't plain for the process over there."""
        if isinstance(value, Thing):
            return {"ref": value.number}
        if isinstance(value, Stack | np.ndarray | np.generic | list | tuple | dict):
            return None
        if callable(value):
            self.functions[number := len(self.functions)] = value
            return {"function": number, "called": getattr(value, "__name__", "f")}
        if hasattr(value, "__iter__"):
            return {"stream": [Encoder(self.named).encode(item) for item in value]}
        return None

    def meant(self, value):
        """Return what stands here for a tensor, a function or the like over there."""
        if "vocab" in value:
            return vocabulary(value["vocab"])
        if type(value["ref"]) is not int:
            raise WireError("not a name")
        name = identifier(value.get("type"))
        if "shape" in value:
            shape = tuple(value["shape"])
            if not all(type(n) is int and n >= 0 for n in shape):
                raise WireError("not a shape")
            made = subclass(Tensor, name)(self, value["ref"])
            made._shape, made.dtype = shape, str(value.get("dtype"))[:50]
            return made
        base = Function if value.get("callable") is True else Thing
        return subclass(base, name)(self, value["ref"])

    def end(self, mistake):
        """Kill the process; `mistake` says what is wrong with it."""
        self.ended = self.ended or mistake
        # With all that it has started; what is in a session of its own gets away.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        """End the process, and remove what was made for it."""
        self.end(process_ended())
        with contextlib.suppress(OSError):
            self.channel.close()
        self.place.cleanup()


def change(values, after):
    """Make lists and arrays, nested in a list, what they have become over there."""
    if len(values) != len(after):
        values[:] = after
        return
    for place, (value, new) in enumerate(zip(values, after)):
        if isinstance(value, np.ndarray) and isinstance(new, np.ndarray):
            if value.shape == new.shape and value.dtype == new.dtype:
                value[...] = new
        elif isinstance(value, list | tuple) and isinstance(new, type(value)):
            inner = list(value)
            change(inner if isinstance(value, tuple) else value, new)
        elif isinstance(value, Tensor) and value.number != getattr(new, "number", None):
            values[place] = new


def stand_in(folder):
    """Put into a folder what is found as `d2l_check` where that folder comes first."""
    # It does nothing under any other name: here it would hide the checks, too.
    source = Path(__file__).with_name("standin.py").read_bytes()
    (Path(folder) / "d2l_check.py").write_bytes(source)


def environment():
    """Return the environment of a student's process: that of the judge, and silence."""
    paths = str(Path(d2l_check.__file__).parents[1]), os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "MPLBACKEND": "agg",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Thing:
    """A value in a student's process, of a type that has the same name there."""

    def __init__(self, process, number):
        self.process, self.number = process, number

    def __len__(self):
        return int(self.process.ask("length", self))


class Function(Thing):
    """A function, or anything else that can be called, in a student's process."""

    def __call__(self, *arguments):
        return self.process.ask("call", self, *arguments)

    def __bool__(self):
        return True


class Tensor(Thing):
    """A tensor in a student's process."""

    __array_ufunc__ = None  # a number of NumPy times a tensor is a tensor

    def __add__(self, other):
        return self.process.ask("operate", "add", self, other)

    def __radd__(self, other):
        return self.process.ask("operate", "add", other, self)

    def __mul__(self, other):
        return self.process.ask("operate", "mul", self, other)

    def __rmul__(self, other):
        return self.process.ask("operate", "mul", other, self)

    def __len__(self):
        return self._shape[0]

    def __bool__(self):
        return True


class Framework:
    """A framework's adapter in a student's process, with its methods."""

    def __init__(self, process, described):
        self.process = process
        self.name, self.takes_device = described["name"], described["takes_device"]
        self.batch_first = described["batch_first"]
        self.compiles = described["compiles"]
        self.device, self.other_device = described["device"], described["other_device"]

    def __getattr__(self, name):
        """Return a method that runs in the other process."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments: self.process.ask("framework", name, *arguments)

    @property
    def compiled(self):
        """The function that compiles another one, or None."""
        if not self.compiles:
            return None
        return lambda function: self.process.ask("framework", "compiled", function)

    def on(self):
        return [self.device] if self.takes_device else []

    def is_tensor(self, value):
        return isinstance(value, Tensor)

    def shape(self, tensor):
        return tensor._shape

    def numpy(self, tensor):
        """Return the numbers of a tensor, which are those of its shape."""
        found = self.process.ask("framework", "numpy", tensor)
        if not isinstance(found, np.ndarray | np.float64 | float):
            raise Mistaken(process_ended())
        found = np.asarray(found)
        if found.dtype.kind != "f" or found.shape != tensor._shape:
            raise Mistaken(process_ended())
        return found

    def settings(self):
        """Return nothing: settings are those of the other process, which keeps them."""

    def change(self, wanted):
        """Change nothing, for the same reason."""

    def wait(self, result):
        """Nothing is to be waited for: a call has ended when its result is here."""

    def gradients(self, function, arrays):
        """Return the gradients of `function(tensors)`, None where there is none."""
        stopped = []

        def total(tensors):
            try:
                return function(tensors)
            except Exception as error:
                stopped.append(error)
                raise

        try:
            found = self.process.ask("framework", "gradients", total, list(arrays))
        except RemoteError:
            if stopped:
                raise stopped[0] from None
            raise
        if not isinstance(found, list) or len(found) != len(arrays):
            raise Mistaken(process_ended())
        for gradient, array in zip(found, arrays):
            if gradient is None:
                continue
            if not isinstance(gradient, np.ndarray) or gradient.shape != array.shape:
                raise Mistaken(process_ended())
        return found

    def stack(self, layer):
        kind, hiddens, inputs, faults = self.process.ask("framework", "stack", layer)
        return Stack(kind, hiddens, inputs, faults)


class RemoteError(Exception):
    """What stands here for an exception that was raised in a student's process.

    `place` is the number and the text of the line that stopped, or None. `at_call`
    tells if the function couldn't even be called.
    """

    place, at_call = None, False


def remote_error(described):
    """Return an exception with the name of the one that was raised over there."""
    if not isinstance(described, dict):
        raise WireError("not an error")
    kinds = [identifier(kind) for kind in described.get("kinds", ())]
    known = [getattr(builtins, kind, None) for kind in kinds]
    known = [
        kind for kind in known if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    error = error_class(kinds[0] if kinds else "Exception", (known or [Exception])[0])
    error = error.__new__(error)
    error.text = str(described.get("text"))[:2000]
    error.args = (error.text,) if described.get("arguments") else ()
    error.at_call = described.get("at call") is True
    place = described.get("place")
    if isinstance(place, list) and len(place) == 2:
        error.place = int(place[0]), str(place[1])[:500]
    return error


@cache
def error_class(name, base):
    """Return a class of exceptions that are of the class `base`, too."""
    bases = (RemoteError,) if base is Exception else (RemoteError, base)
    return type(name, bases, {"__str__": lambda self: self.text})


@cache
def subclass(base, name):
    """Return a class with another name, under which hints speak of its objects."""
    return type(name, (base,), {})


def identifier(name):
    """Return the name of a class as it was sent, if it's one."""
    name = str(name)[:80]
    return name if name.isidentifier() else "object"


def vocabulary(tokens):
    """Return a Vocab with these tokens, in their order."""
    if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
        raise WireError("not a vocabulary")
    vocab = Vocab([])
    vocab.idx_to_token = tokens
    vocab.token_to_idx = {token: i for i, token in enumerate(tokens)}
    return vocab


def too_long(seconds):
    """Return the mistake of a function that doesn't come to an end."""
    return Mistake(
        "too-long",
        _("This check was stopped after {seconds} seconds.").format(seconds=seconds),
        _("Look for a loop that never ends, or for work that needn't be done."),
    )


def too_large():
    """Return the mistake of a result that no check asks for."""
    return Mistake(
        "too-large",
        _("What your function returns is far too large to be looked at."),
        _("Compare its shape and its length with what the task asks for."),
    )


def process_ended():
    """Return the mistake of a function that ended its process."""
    return Mistake(
        "process-ended",
        _("The process in which your function ran has ended, or gave no answer."),
        _(
            "Look for exit, for a function that always calls itself, "
            "or for too much memory."
        ),
    )
