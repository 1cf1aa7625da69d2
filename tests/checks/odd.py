"""Results that no exercise asks for: what a learner's function may return by mistake.

Each is made anew by a function of `ops`, a framework as `ops.py` wraps it.
"""

import collections
import decimal
import itertools
import math
import unittest.mock

import numpy as np


class Hostile:
    """An object of which nothing can be asked."""

    def refuse(self, *_arguments):
        raise RuntimeError("hands off")

    __eq__ = __repr__ = __str__ = __len__ = __iter__ = __array__ = refuse
    __getattr__ = __getitem__ = __bool__ = __float__ = __index__ = refuse
    __hash__ = None


class Lying(list):
    """A list that is longer than it says, and never ends."""

    def __len__(self):
        return 2

    def __iter__(self):
        return itertools.repeat(0.0)


def own_part():
    """A list that is its own first part."""
    made = []
    made.append(made)
    return made


ODD = {
    "None": lambda ops: None,
    "a whole number": lambda ops: 1,
    "a huge number": lambda ops: 10**400,
    "a float": lambda ops: 0.5,
    "nan": lambda ops: math.nan,
    "inf": lambda ops: math.inf,
    "a complex number": lambda ops: 1j,
    "True": lambda ops: True,
    "a text": lambda ops: "text",
    "bytes": lambda ops: b"bytes",
    "a decimal": lambda ops: decimal.Decimal("NaN"),
    "an empty dict": lambda ops: {},
    "an empty list": lambda ops: [],
    "an empty tuple": lambda ops: (),
    "a tuple of one": lambda ops: (1,),
    "nested empty lists": lambda ops: [[], []],
    "a ragged list": lambda ops: [[1.0], [1.0, 2.0], 3.0],
    "a pair of None": lambda ops: (None, None),
    "three empty lists": lambda ops: ([], [], []),
    "nested None": lambda ops: (None, (None, None)),
    "a list in itself": lambda ops: own_part(),
    "a list that lies": lambda ops: Lying(),
    "a named tuple": lambda ops: collections.namedtuple("Odd", "a b")("x", None),
    "a dict": lambda ops: {0: 1.0},
    "a set": lambda ops: {1.0, 2.0},
    "a generator": lambda ops: (x for x in "abc"),
    "an endless generator": lambda ops: (vocab(), [(itertools.count(), [])] * 3),
    "a range": lambda ops: range(10**12),
    "a function": lambda ops: lambda: 1,
    "a class": lambda ops: type("Odd", (), {}),
    "an exception class": lambda ops: ValueError,
    "an exception": lambda ops: KeyError("odd"),
    "a module": lambda ops: np,
    "object()": lambda ops: object(),
    "a mock": lambda ops: unittest.mock.MagicMock(),
    "a mock of a list": lambda ops: unittest.mock.MagicMock(spec=list),
    "something hostile": lambda ops: Hostile(),
    "a pair of something hostile": lambda ops: (Hostile(), [Hostile()]),
    "NotImplemented": lambda ops: NotImplemented,
    "Ellipsis": lambda ops: ...,
    "a NumPy array": lambda ops: np.zeros((2, 5)),
    "a list of NumPy arrays": lambda ops: [np.zeros(3)],
    "a NumPy number": lambda ops: np.float32(0.5),
    "a 0-d NumPy array": lambda ops: np.array(7),
    "an empty NumPy array": lambda ops: np.zeros((0, 3)),
    "an array of letters": lambda ops: np.array(["a"]),
    "an array of objects": lambda ops: np.array([None, "a", 1.0], object),
    "a structured array": lambda ops: np.zeros(2, [("a", int), ("b", float)]),
    "an array of complex numbers": lambda ops: np.zeros((2, 5), complex),
    "an array of truth values": lambda ops: np.ones((3, 3), bool),
    "an array of dates": lambda ops: np.zeros(3, "datetime64[D]"),
    "an array of bytes": lambda ops: np.frombuffer(b"abc", "S1"),
    "an empty tensor": lambda ops: ops.zeros((0,)),
    "a 0-d tensor": lambda ops: ops.zeros(()),
    "a list of one tensor": lambda ops: [ops.zeros((1,))],
    "two tensors": lambda ops: (ops.zeros((2, 3)), ops.zeros((3,))),
    "a tensor for a pair": lambda ops: ops.zeros((2, 4)),
    "a pair for a tensor": lambda ops: (ops.zeros((2, 3)), ops.zeros((2, 3))),
    "a tensor of nan": lambda ops: ops.zeros((2, 3)) / 0,
    "a tensor of whole numbers": lambda ops: ops.whole(ops.zeros((2, 3))),
    "a tensor in double precision": lambda ops: ops.double(ops.zeros((2, 3))),
    "a tensor of another kind": lambda ops: ops.odd_tensors()[0],
    "a tensor of a second kind": lambda ops: ops.odd_tensors()[1],
    "a tensor of a third kind": lambda ops: ops.odd_tensors()[2],
    "a parameter": lambda ops: ops.parameter(ops.zeros((2, 3))),
}


def vocab():
    """A vocabulary, the right first result of one exercise."""
    from d2l_local.text.vocabulary import Vocab

    return Vocab(list("abc"))
