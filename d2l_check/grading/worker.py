"""The process that runs a student's functions, asked by the judge.

It trusts the judge and is trusted in nothing: what it answers are values, and the judge
compares them with what they should be. Neither references nor checks are loaded here.
"""

import builtins
import contextlib
import dataclasses
import importlib
import io
import linecache
import operator
import os
import sys
import traceback
import types

from d2l_check.grading.wire import (
    PLAIN,
    Channel,
    Encoder,
    TooLarge,
    WireError,
    decode,
    is_plain_array,
)
from d2l_check.undisturbed import settings_kept
from d2l_local.text.vocabulary import Vocab

MOST_PRINTED = 2000  # characters of what a function prints
OPERATORS = {"add": operator.add, "mul": operator.mul}


class Held(io.StringIO):
    """Text that is printed, of which the beginning is kept."""

    def write(self, text):
        if self.tell() < MOST_PRINTED:
            super().write(text[:MOST_PRINTED])
        return len(text)


class Stream:
    """Items to go through, again and again, without a length."""

    def __init__(self, items):
        self._items = items

    def __iter__(self):
        return iter(self._items)


class Stopped(Exception):
    """Raised in the place of what stopped a function of the judge."""


class Worker:
    """Answers the judge's questions with a framework's adapter and a namespace."""

    def __init__(self, channel, framework):
        self.channel, self.framework = channel, framework
        self.objects, self.numbers, self.namespace, self.cells = {}, {}, {}, 0
        self.context, self.in_check = contextlib.ExitStack(), False

    def serve(self):
        """Answer questions until the judge has no more."""
        with contextlib.suppress(WireError):
            while True:
                self.answer(*self.channel.receive())

    def answer(self, message, numbers):
        """Do what a message asks for, and send what comes of it."""
        held, arguments = Held(), []
        encoder = Encoder(self.named)
        try:
            arguments = [self.decoded(a, numbers) for a in message.get("arguments", [])]
            if message["ask"] not in ("begin", "run") and not self.in_check:
                # As in a notebook, whose cells have run when a check begins.
                self.context.enter_context(self.framework.check_context())
                self.in_check = True
            with contextlib.redirect_stdout(held), contextlib.redirect_stderr(held):
                found = getattr(self, f"do_{message['ask']}")(*arguments)
                reply = {"found": encoder.encode(found)}
                if message["ask"] == "call":  # the judge sees what has changed
                    reply["after"] = encoder.encode(arguments[1:])
        except TooLarge as error:
            encoder, reply = Encoder(self.named), {"too large": str(error)}
        except BaseException as error:  # a student's SystemExit, too
            encoder, reply = Encoder(self.named), {"error": described(error)}
        reply["printed"] = held.getvalue()
        try:
            self.channel.send(reply, encoder.numbers)
        except TooLarge as error:
            self.channel.send({"too large": str(error), "printed": ""})

    # What the judge can ask for

    def do_begin(self):
        """Forget everything that belongs to the check before."""
        self.context.close()
        self.in_check = False
        self.objects.clear()
        self.numbers.clear()
        self.namespace = {"__name__": "__main__", "__builtins__": builtins}
        module = types.ModuleType("__main__")
        module.__dict__.update(self.namespace)
        self.namespace = module.__dict__
        sys.modules["__main__"] = module  # where classes of the notebook are looked up

    def do_run(self, source):
        """Run a cell; its error is returned as words, since the names before it count.

        The cell gets a file name like those in a notebook, which tells the lines of a
        student from all others, and lets TensorFlow read its source.
        """
        self.cells += 1
        name = f"<ipython-input-{self.cells}>"
        linecache.cache[name] = len(source), None, source.splitlines(True), name
        try:
            exec(compile(source, name, "exec"), self.namespace)
        except BaseException as error:
            return described(error)["words"]
        return None

    def do_name(self, name):
        """Return what has this name in the notebook."""
        value = self.namespace[name]
        return value if type(value) in PLAIN else Named(value)

    def do_call(self, function, *arguments):
        """Call a function of the student, and wait for its result."""
        with settings_kept(self.framework):
            result = called(function, arguments)
            self.framework.wait(result)
        return result

    def do_framework(self, name, *arguments):
        """Call a method of the framework's adapter."""
        found = getattr(self.framework, name)(*arguments)
        if name == "language_model":  # the list of calls grows later
            return tuple(Named(part) for part in found)
        if name == "stack":
            return dataclasses.astuple(found)
        return found

    def do_adapter(self):
        """Return what the judge must know of the framework."""
        it = self.framework
        return {
            "name": it.name,
            "takes_device": it.takes_device,
            "batch_first": it.batch_first,
            "compiles": it.compiled is not None,
            "device": it.device and Named(it.device),
            "other_device": it.other_device and Named(it.other_device),
        }

    def do_operate(self, name, left, right):
        """Return the sum or the product of two tensors or numbers."""
        return OPERATORS[name](left, right)

    def do_length(self, value):
        return len(value)

    # Values

    def decoded(self, value, numbers):
        return decode(value, numbers, self.meant)

    def meant(self, value):
        """Return what a name in a message stands for."""
        if "ref" in value:
            return self.objects[value["ref"]]
        if "stream" in value:
            return Stream([decode(part, b"", self.meant) for part in value["stream"]])
        return self.callback(value["function"], value["called"])

    def callback(self, number, name):
        """Return a function of the judge, to be called here."""

        def function(*arguments):
            encoder = Encoder(self.named)
            asked = [encoder.encode(argument) for argument in arguments]
            self.channel.send({"call": number, "arguments": asked}, encoder.numbers)
            while True:
                message, numbers = self.channel.receive()
                if "ask" in message:  # the judge needs something for its answer
                    self.answer(message, numbers)
                    continue
                if "error" in message:
                    kind, text = message["error"]
                    raise getattr(builtins, kind, Stopped)(text)
                return self.decoded(message["found"], numbers)

        function.__name__ = name
        return function

    def named(self, value):
        """Describe what isn't plain: a tensor, or anything else that is kept here."""
        if isinstance(value, Named):
            return self.thing(value.value)
        if self.is_tensor(value):
            return self.thing(value) | {
                "shape": list(map(int, self.framework.shape(value))),
                "dtype": str(getattr(value.dtype, "__name__", value.dtype))[:50],
            }
        if type(value) is Vocab and all(type(t) is str for t in value.idx_to_token):
            return {"vocab": list(value.idx_to_token)}
        if is_plain_array(value) or isinstance(value, list | tuple | dict):
            return None
        if isinstance(value, range):
            return {"list": list(value)}
        if isinstance(value, str):
            return str.__str__(value)
        return self.thing(value)

    def is_tensor(self, value):
        try:
            return bool(self.framework.is_tensor(value))
        except Exception:
            return False

    def thing(self, value):
        """Keep a value here, and describe it."""
        number = self.numbers.setdefault(id(value), len(self.objects))
        self.objects[number] = value
        return {
            "ref": number,
            "type": type(value).__name__[:80],
            "callable": callable(value),
        }


class Named:
    """A value that is sent by its name alone, however plain it is inside."""

    def __init__(self, value):
        self.value = value


def called(function, arguments):
    """Call a function; of this file, a traceback of it holds this frame alone."""
    return function(*arguments)


def described(error):
    """Describe an exception in words, with the line of the student's that stopped."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    try:
        text = str(error)
    except Exception:
        text = ""
    found, frames = None, []
    for frame, line in traceback.walk_tb(error.__traceback__):
        frames.append(frame.f_code)
        if frame.f_code.co_filename.startswith("<ipython-input-"):
            code = linecache.getline(frame.f_code.co_filename, line).strip()
            found = [line, code[:500]]
    return {
        "kinds": kinds,
        "text": text[:2000],
        "arguments": bool(error.args),
        "place": found,
        "at call": bool(frames) and frames[-1] is called.__code__,
        "words": f"{type(error).__name__}: {text[:2000]}",
    }


def loaded(name):
    """Return a framework's adapter, without a check or a reference in this process."""
    # The module binds all checks that there are; here are none.
    none = types.ModuleType("d2l_check.chapters")
    none.CHECKS = ()
    sys.modules["d2l_check.chapters"] = none
    framework = importlib.import_module(name)._framework
    for module in [each for each in sys.modules if each.startswith("d2l_check")]:
        del sys.modules[module]
    return framework


def main(name, folder, standin, reads, writes):
    """Serve the judge at the other ends of two pipes, in the folder of a notebook."""
    framework = loaded(name)
    os.chdir(folder)
    sys.path[:0] = [standin, ""]
    sys.argv = [""]
    importlib.import_module("d2l_check")
    Worker(Channel(reads, writes), framework).serve()
    os._exit(0)  # whatever a student's threads are doing
