"""Messages between the judge and the process that runs a student's functions.

A message is JSON, with the bytes of arrays behind it. Nothing in it can be executed,
so the judge can read whatever a student's process sends: it gets plain values, or a
`WireError`. `Encoder` and `decode` say how values are written; what isn't plain, such
as a tensor, a layer or a function, goes as a dict that names it, and each side says
what to make of it.
"""

import json
import math
import os
import re
import select
import struct
import time

import numpy as np

# What one message may hold. The largest honest one is of a few hundred kilobytes.
MOST_TEXT, MOST_NUMBERS = 4 << 20, 64 << 20
HEAD = struct.Struct("<QQ")
DTYPE = re.compile(r"[<>|=]?[?biufcU]\d{0,8}")
PLAIN = bool, int, float, str, type(None)


class WireError(Exception):
    """A message that can't be read: too long, cut off, or not in this form."""


class TooLarge(WireError):
    """A value that is larger than what a message may hold."""


class TimeIsUp(WireError):
    """No message came before the deadline."""


class Channel:
    """The two ends of two pipes, one to read from and one to write to."""

    def __init__(self, reads, writes):
        self.reads, self.writes = reads, writes
        os.set_blocking(reads, False)
        os.set_blocking(writes, False)

    def send(self, message, numbers=b"", deadline=None):
        """Write a message; raise WireError if it can't be written."""
        text = json.dumps(message).encode("utf-8", "surrogatepass")
        if len(text) > MOST_TEXT or len(numbers) > MOST_NUMBERS:
            raise TooLarge(f"{len(text) + len(numbers):,} bytes")
        rest = memoryview(HEAD.pack(len(text), len(numbers)) + text + numbers)
        while rest:
            self._wait([], [self.writes], deadline)
            try:
                rest = rest[os.write(self.writes, rest[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise WireError(str(error)) from error

    def receive(self, deadline=None):
        """Return a message and its numbers; raise WireError if there is none."""
        text, numbers = HEAD.unpack(self._read(HEAD.size, deadline))
        if text > MOST_TEXT or numbers > MOST_NUMBERS:
            raise TooLarge(f"{text + numbers:,} bytes")
        text, numbers = self._read(text, deadline), self._read(numbers, deadline)
        return parsed(text), numbers

    def close(self):
        for end in (self.reads, self.writes):
            os.close(end)

    def _read(self, size, deadline):
        parts, rest = [], size
        while rest:
            self._wait([self.reads], [], deadline)
            try:
                part = os.read(self.reads, min(rest, 1 << 20))
            except BlockingIOError:
                continue
            except OSError as error:
                raise WireError(str(error)) from error
            if not part:
                raise WireError("the other side has ended")
            parts.append(part)
            rest -= len(part)
        return b"".join(parts)

    @staticmethod
    def _wait(reads, writes, deadline):
        seconds = None if deadline is None else deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            raise TimeIsUp("no time is left")
        if not any(select.select(reads, writes, [], seconds)[:2]):
            raise TimeIsUp("no answer came in time")


def parsed(text):
    """Return the dict that the bytes of a message hold."""
    try:
        message = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise WireError("not a message")
    return message


class Encoder:
    """Writes values as JSON, and collects the bytes of arrays in `numbers`.

    `name(value)` returns a dict for a value that isn't plain, and None for one that is.
    """

    def __init__(self, name):
        self.name, self.parts, self.size = name, [], 0

    @property
    def numbers(self):
        return b"".join(self.parts)

    def encode(self, value):
        """Return a value as JSON has it; raise TooLarge for too many numbers."""
        if type(value) in PLAIN:
            if type(value) is int and value.bit_length() > 4000:
                raise TooLarge("a number of more than a thousand digits")
            return value
        if (named := self.name(value)) is not None:
            return named
        if isinstance(value, np.ndarray | np.generic):
            return self.array(value)
        if isinstance(value, dict):
            pairs = dict.items(value)
            return {"dict": [[self.encode(k), self.encode(v)] for k, v in pairs]}
        if isinstance(value, tuple):
            return {"tuple": [self.encode(part) for part in tuple.__iter__(value)]}
        if isinstance(value, list):
            return {"list": [self.encode(part) for part in list.__iter__(value)]}
        raise WireError(f"{type(value).__name__} can't be sent")

    def array(self, value):
        array = np.asarray(value)
        if array.nbytes + self.size > MOST_NUMBERS:
            raise TooLarge(f"an array of {array.nbytes:,} bytes")
        part = np.ascontiguousarray(array).tobytes()
        start, self.size = self.size, self.size + len(part)
        self.parts.append(part)
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {kind: [array.dtype.str, list(array.shape), start, self.size]}


def is_plain_array(value):
    """Return True for arrays and scalars of NumPy that hold nothing but plain data."""
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "?biufcU"


def decode(value, numbers, named):
    """Return a value that was written by an `Encoder`.

    `named(value)` returns what a dict stands for that names something. Raises WireError
    for anything that an `Encoder` wouldn't write.
    """
    if isinstance(value, PLAIN):
        return value
    if not isinstance(value, dict) or not value:
        raise WireError("not a value")
    (kind, content), *_others = value.items()
    try:
        if kind == "list":
            return [decode(part, numbers, named) for part in listed(content)]
        if kind == "tuple":
            return tuple(decode(part, numbers, named) for part in listed(content))
        if kind == "dict":
            pairs = map(listed_pair, listed(content))
            return {
                decode(k, numbers, named): decode(v, numbers, named) for k, v in pairs
            }
        if kind == "array":
            return decode_array(content, numbers)
        if kind == "scalar":
            return decode_array(content, numbers)[()]
        return named(value)
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
        raise WireError(f"not a value: {error}") from error


def listed(content):
    if not isinstance(content, list):
        raise WireError("not a list")
    return content


def listed_pair(content):
    key, value = listed(content)
    return key, value


def decode_array(content, numbers):
    """Return a new array with the bytes that its description points to."""
    dtype, shape, start, stop = listed(content)
    if not isinstance(dtype, str) or not DTYPE.fullmatch(dtype):
        raise WireError("not a dtype of plain numbers")
    if not all(type(n) is int and n >= 0 for n in (*listed(shape), start, stop)):
        raise WireError("not a shape")
    dtype = np.dtype(dtype)
    if len(shape) > 32 or stop > len(numbers):
        raise WireError("not an array")
    if start + math.prod(shape) * dtype.itemsize != stop:
        raise WireError("an array with too few numbers, or too many")
    return np.frombuffer(numbers[start:stop], dtype).reshape(shape).copy()
