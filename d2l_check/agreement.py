"""A check of one function: whether it agrees with a reference on a few inputs.

Most exercises ask for one function of arrays. Their checks are subclasses that say what
the function is called, on which inputs it is tried and what it should return; see
`chapters/` for examples.
"""

import numpy as np

from d2l_check.comparison import close
from d2l_check.examination import Check, Criterion
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.returned import (
    not_a_tensor,
    not_finite,
    nothing_returned,
    unchanged,
    wrong_shape,
)
from d2l_check.words import kind, shorten


class Fresh:
    """An argument that is made anew for each call, such as a random generator."""

    def __init__(self, make):
        self.make = make


class Agreement(Check):
    """Base class of the checks that compare one function with a reference.

    A subclass defines

    - `name`, of the check and of the learner's function, and `signature`, the call as
      the task writes it, such as ``'clip(grads, theta)'``;
    - `cases`, a tuple of tuples of arguments. Arrays of floats become tensors, arrays
      of whole numbers tensors of indices, lists and tuples of arrays such of tensors,
      `Fresh` arguments are made anew, all else stays. The first case should have no two
      sizes equal, so that no axis can be taken for another, the second all equal, so
      that a mistaken function runs to its end and its mistake can be recognised;
    - `reference(*arguments, **changes)`, static, in NumPy and double precision. It
      returns an array, a number, any other Python value, or a tuple or list of these.
      `changes` make it commit the mistakes;
    - `variants`, a list of pairs of a key and of changes, and `mistakes()`, static, the
      list of `Mistake` objects with these keys.

    `tensors = False` hands NumPy arrays over as they are, for a function that is the
    same in all frameworks. `letters` writes the shape of a returned tensor in letters.
    """

    signature: str
    cases: tuple
    variants: list
    tensors = True
    letters = ""

    def __init__(self, framework, function):
        self.learner = Learner(framework, function, self.signature)
        super().__init__(framework, self.learner)

    @staticmethod
    def reference(*arguments, **changes):
        raise NotImplementedError

    @staticmethod
    def mistakes():
        raise NotImplementedError

    def criteria(self):
        called = _("{call} returns something of the right kind").format(
            call=self.signature
        )
        return [
            Criterion(called, self.runs),
            Criterion(
                _("the result is right for {count} inputs").format(
                    count=len(self.cases)
                ),
                self.agrees,
                (self.runs,),
            ),
            Criterion(_("the arguments stay as they were"), self.given, (self.runs,)),
        ]

    def right(self, **changes):
        """What the reference returns for all cases."""
        return [
            plain(self.reference(*map(fresh, case), **changes)) for case in self.cases
        ]

    def runs(self):
        right = self.right()
        self.found = []
        try:
            for case, wanted in zip(self.cases, right):
                self.found.append(self.outcome(case))
                self.same_kind(self.found[-1], wanted, f"{self.name}(...)")
        except Mistake as mistake:
            raise self.recognised() or mistake from None

    def outcome(self, case):
        """What the learner's function returns for a case, as NumPy and Python values.

        Raises Mistake for None and for arrays that aren't of the framework.
        """
        result = self.learner(*(self.argument(fresh(each)) for each in case))
        if result is None:
            raise nothing_returned(f"{self.name}(...)")
        return self.result(result)

    def argument(self, value):
        """An argument as the framework has it."""
        if isinstance(value, list | tuple):
            return type(value)(self.argument(part) for part in value)
        if not isinstance(value, np.ndarray):
            return value
        if not self.tensors or value.dtype.kind not in "fiu":
            return value.copy()
        tensor = self.framework.tensor if value.dtype.kind == "f" else (
            self.framework.integers
        )  # fmt: skip
        return tensor(value)

    def result(self, value):
        if self.framework.is_tensor(value):
            return self.framework.numpy(value)
        if isinstance(value, np.ndarray) and self.tensors and value.ndim:
            raise not_a_tensor(self.framework, value, f"{self.name}(...)")
        if isinstance(value, list | tuple):
            return [self.result(part) for part in value]
        return plain(value)

    def same_kind(self, found, wanted, name):
        """Raise Mistake unless a result has the structure and shape of what it should
        be, and finite numbers."""
        if isinstance(wanted, list):
            if not isinstance(found, list) and not array_like(found, wanted):
                raise wrong_kind(name, found, wanted)
            if array_like(found, wanted):
                return
            # A list of tokens may have any length; parts of a tuple are compared.
            for part, right in zip(found, wanted):
                self.same_kind(part, right, name)
            return
        if isinstance(wanted, np.ndarray):
            if not isinstance(found, np.ndarray | float | int):
                raise wrong_kind(name, found, wanted)
            if np.shape(found) != wanted.shape:
                letters = self.letters or str(wanted.shape)
                raise wrong_shape(name, np.shape(found), wanted.shape, letters)
            if wanted.dtype.kind == "f" and np.isfinite(wanted).all():
                finite(found, name)
        elif isinstance(wanted, float):
            if not number(found):
                raise wrong_kind(name, found, wanted)
            if np.isfinite(wanted):
                finite(found, name)
        elif isinstance(wanted, str | dict) and not isinstance(found, type(wanted)):
            raise wrong_kind(name, found, wanted)

    def agrees(self):
        right = self.right()
        if not alike(self.found, right):
            raise self.recognised() or self.wrong(right)

    def recognised(self):
        """The mistake that explains all results, or None.

        An input at which the function stops is explained by a reference that stops.
        """
        found = [self.attempt(case) for case in self.cases]
        if all(result is None for result in found) or alike(found, self.right()):
            return None

        def compute(**changes):
            return [self.variant(case, changes) for case in self.cases]

        return recognise(found, compute, self.variants, self.mistakes(), alike)

    def attempt(self, case):
        try:
            return self.outcome(case)
        except Mistake:
            return None

    def variant(self, case, changes):
        """What a mistaken reference returns, or None where sizes don't fit."""
        try:
            return plain(self.reference(*map(fresh, case), **changes))
        except (ValueError, IndexError, TypeError, ZeroDivisionError):
            return None

    def wrong(self, right):
        """The mistake of a result that nothing explains, with an example if short."""
        pairs = zip(self.cases, self.found, right)
        number, (case, found, wanted) = next(
            (number, pair)
            for number, pair in enumerate(pairs, start=1)
            if not alike(pair[1], pair[2])
        )
        return Mistake(
            "wrong-result",
            _("{name} is wrong for input {number}: {arguments}").format(
                name=self.name, number=number, arguments=shorten(words(case))
            ),
            _("It should be {right}, but it is {found}.").format(
                right=shorten(words(wanted)), found=shorten(words(found))
            ),
        )

    def given(self):
        unchanged(self.learner)


def fresh(argument):
    """The argument itself, or what a `Fresh` one makes."""
    return argument.make() if isinstance(argument, Fresh) else argument


def plain(value):
    """A value with Python's own numbers and lists, arrays in double precision."""
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if (
        isinstance(value, np.generic)
        or isinstance(value, np.ndarray)
        and not value.ndim
    ):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(float)
    return value


def number(value):
    """Whether a value is a number, or an array with a single one."""
    if isinstance(value, np.ndarray):
        return value.size == 1
    return isinstance(value, float | int) and not isinstance(value, bool)


def array_like(found, wanted):
    """Whether an array stands where a list of as many numbers should."""
    return isinstance(found, np.ndarray) and found.shape == np.shape(wanted)


def finite(found, name):
    if not np.isfinite(found).all():
        raise not_finite(name)


def alike(found, wanted):
    """Whether a result is what it should be, numbers up to rounding."""
    if isinstance(wanted, list):
        if array_like(found, wanted):
            return close(found, wanted)
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(alike, found, wanted))
    if isinstance(wanted, dict):
        same = isinstance(found, dict) and found.keys() == wanted.keys()
        return same and all(alike(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, bool) or not isinstance(wanted, np.ndarray | float | int):
        return type(found) is type(wanted) and found == wanted
    if isinstance(wanted, np.ndarray):
        numbers = isinstance(found, np.ndarray | float | int)
        return numbers and np.shape(found) == wanted.shape and close(found, wanted)
    return number(found) and close(np.reshape(found, ()), wanted)


def words(value):
    """A value as a hint shows it."""
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=3, threshold=12, separator=", ")
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple | list):
        return ", ".join(map(words, value)) if isinstance(value, tuple) else (
            f"[{', '.join(map(words, value))}]"
        )  # fmt: skip
    return value.__name__ if callable(value) else repr(value)


def wrong_kind(name, found, wanted):
    """A value of another type than it should be."""
    return Mistake(
        "wrong-kind",
        _("{name} should be of type {wanted}, but it is of type: {found}").format(
            name=name, wanted=kind(wanted), found=kind(found)
        ),
        _("Look at what stands behind return."),
    )
