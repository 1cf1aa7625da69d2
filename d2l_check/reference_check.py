"""A check of one function: whether it agrees with a reference on a few inputs.

Most exercises ask for one function of arrays. Their checks are subclasses that say what
the function is called, on which inputs it is tried and what it should return; see
`chapters/` for examples.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from d2l_check.comparison import close
from d2l_check.criteria import Check, Criterion
from d2l_check.differences import arguments, differences
from d2l_check.language import Message, _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.recognition import recognise
from d2l_check.returned import (
    gradient_reaches,
    gradients_of,
    not_a_tensor,
    not_finite,
    nothing_returned,
    read,
    wrong_shape,
    wrong_structure,
)
from d2l_check.words import kind

DEEPEST = 8  # levels of lists in lists that are looked into


class Fresh:
    """An argument that is made again for each call, such as a random generator."""

    def __init__(self, make):
        self.make = make


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments that a function is tried on, and the criterion that they belong to.

    Cases with the same `text` share a criterion of that text, which is left open as
    long as those with the texts in `needs` aren't met; cases without a text share one
    that counts them. `part` is what of the result the criterion looks at, as an index.

    `otherwise` is the mistake of a wrong result that no planted mistake explains, and
    `fails` that of a result that isn't finite or of an exception, if it says more than
    those. A case that isn't `telling` is left out when mistakes are recognised.
    """

    arguments: tuple
    text: Message | None = None
    otherwise: Mistake | None = None
    fails: Mistake | None = None
    needs: tuple[Message, ...] = ()
    part: int | None = None
    telling: bool = True

    def of(self, result):
        """Return the part of a result that the criterion looks at."""
        return result if self.part is None else result[self.part]


class ReferenceCheck(Check):
    """Base class of the checks that compare one function with a reference.

    A subclass defines

    - `signature`, the call as the task writes it, such as ``'clip(grads, theta)'``;
    - `cases`, a tuple of `Case` objects, or of tuples of arguments. Arrays of floats
      become tensors, arrays of whole numbers tensors of indices, also inside lists and
      tuples; `Fresh` arguments are made for each call, and all else stays. In the first
      case no two sizes should be equal, so that no axis can be taken for another; in
      the second all should be, so that a mistaken function runs to its end and its
      mistake can be recognised;
    - `reference(*arguments, **changes)`, static, in NumPy and double precision. It
      returns an array, a number, any other Python value, or a tuple or list of these.
      `changes` make it commit the mistakes;
    - `mistakes`, a list of `Mistake` objects with the changes that plant them.

    `tensors = False` hands NumPy arrays over as they are, for a function that is the
    same in all frameworks. `letters` writes the shape of a returned tensor in letters.
    `differentiable` names the arrays in the last argument, a list of parameters, if a
    gradient must reach each of them. `returns_text` and `unchanged_text` say what the
    first criterion and the one about the arguments look at. `results` are the names of
    several results, as the task has them.
    """

    cases: tuple
    mistakes: list
    tensors = True
    letters = ""
    results: tuple[str, ...] = ()
    differentiable: tuple[str, ...] = ()
    returns_text = _("{call} returns something of the right kind")
    unchanged_text = _("the arguments stay as they were")

    def __init__(self, framework, function):
        super().__init__(framework, function)
        self.trials = [c if isinstance(c, Case) else Case(c) for c in self.cases]
        self.groups = {}
        for case in self.trials:
            self.groups.setdefault(case.text, []).append(case)
        self.values, self.found, self.traces = {}, {}, {}

    @staticmethod
    def reference(*arguments, **changes):
        raise NotImplementedError

    def criteria(self):
        tests = {
            text: partial(self.agrees, cases) for text, cases in self.groups.items()
        }
        criteria = [Criterion(self.returns_text.format(call=self.signature), self.runs)]
        for text, cases in self.groups.items():
            counted = _("the result is right for {count} inputs").format(
                count=len(cases)
            )
            needs = [tests[need] for case in cases for need in case.needs]
            criteria.append(
                Criterion(text or counted, tests[text], (self.runs, *needs))
            )
        criteria.append(
            Criterion(self.unchanged_text, self.arguments_unchanged, (self.runs,))
        )
        if self.differentiable:
            first, *_others = tests.values()
            criteria.append(
                Criterion(
                    _("the gradient reaches every parameter"),
                    self.gradients,
                    (self.runs, first, self.arguments_unchanged),
                )
            )
        return criteria

    def right(self, case, **changes):
        """Return what the reference does for a case."""
        return plain(self.reference(*map(fresh, case.arguments), **changes))

    def runs(self):
        """Raise Mistaken unless the results of the first criterion can be compared."""
        first, *_others = self.groups.values()
        try:
            for case in first:
                self.examined(case)
        except Mistaken as error:
            mistake = self.recognised() or error.mistake
            raise Mistaken(mistake, error.evidence) from None

    def examined(self, case):
        """Return what the function returns for a case, once it is of the right kind."""
        if case not in self.found:
            value = self.returned(case)
            try:
                self.found[case] = self.examine(value, self.right(case))
            except Mistaken as error:
                evidence = error.evidence or self.traces[case]
                raise Mistaken(error.mistake, evidence) from None
        return self.found[case]

    def returned(self, case):
        """Return what the function does for a case; raise Mistaken if it stops.

        The function is called once for a case.
        """
        if case not in self.values:
            try:
                self.values[case] = self.call(case)
            except Mistaken as error:
                self.values[case] = error
            self.traces[case] = self.submission.trace()
        value = self.values[case]
        if type(value) is Mistaken:
            raise Mistaken(value.mistake, value.evidence)
        if value is None:
            raise Mistaken(nothing_returned(f"{self.name}(...)"), self.traces[case])
        return value

    def call(self, case):
        """Call the function with the arguments of a case."""
        return self.submission(*(self.argument(fresh(a)) for a in case.arguments))

    def argument(self, value):
        """Return an argument as the framework has it."""
        if isinstance(value, list | tuple):
            return type(value)(self.argument(part) for part in value)
        if not isinstance(value, np.ndarray):
            return value
        if not self.tensors or value.dtype.kind not in "fiu":
            return value.copy()
        if value.dtype.kind == "f":
            return self.framework.tensor(value)
        return self.framework.integers(value)

    def examine(self, value, wanted):
        """Return a result as NumPy and Python values.

        Raises Mistaken unless it has the structure and shape of what it should be, and
        finite numbers.
        """
        found = self.result(value)
        self.same_kind(found, wanted, f"{self.name}(...)")
        return found

    def result(self, value, depth=DEEPEST):
        """Return a result as NumPy and Python values, whatever its shape."""
        name = f"{self.name}(...)"
        if self.framework.is_tensor(value):
            return read(self.framework, value, name)
        if isinstance(value, np.ndarray) and self.tensors and value.ndim:
            raise Mistaken(not_a_tensor(self.framework, value, name))
        if isinstance(value, list | tuple) and depth:
            made = Parts if isinstance(value, tuple) else list
            return made(self.result(part, depth - 1) for part in value)
        return plain(value, depth)

    def same_kind(self, found, wanted, name):
        """Raise Mistaken unless structure and shape are equal, and numbers finite."""
        if isinstance(wanted, list):
            if array_like(found, wanted):
                return
            if isinstance(wanted, Parts):
                self.same_parts(found, wanted, name)
            elif not isinstance(found, list):
                raise Mistaken(wrong_kind(name, found, wanted))
            # A list of tokens may have any length; parts of a tuple are compared.
            for i, (part, right) in enumerate(zip(found, wanted)):
                self.same_kind(part, right, f"{name}[{i}]")
        elif isinstance(wanted, np.ndarray):
            if not numeric(found):
                raise Mistaken(wrong_kind(name, found, wanted))
            if np.shape(found) != wanted.shape:
                letters = self.letters or str(wanted.shape)
                raise Mistaken(
                    wrong_shape(name, np.shape(found), wanted.shape, letters)
                )
            if wanted.dtype.kind == "f" and np.isfinite(wanted).all():
                finite(found, name)
        elif isinstance(wanted, float | int) and not isinstance(wanted, bool):
            if not number(found):
                raise Mistaken(wrong_kind(name, found, wanted))
            if np.isfinite(wanted):
                finite(found, name)
        elif type(found) is not type(wanted):
            raise Mistaken(wrong_kind(name, found, wanted))

    def same_parts(self, found, wanted, name):
        """Raise Mistaken unless there are as many results as there should be."""
        if isinstance(found, list) and len(found) == len(wanted):
            return
        names = self.results or [name_of(part) for part in wanted]
        example = f"({', '.join(names)})"
        raise Mistaken(wrong_structure(name, original(found), example))

    def agrees(self, cases):
        """Raise Mistaken unless the results are those of the reference."""
        for case in cases:
            try:
                found = self.examined(case)
            except Mistaken as error:
                mistake = self.failure(case, error.mistake)
                raise Mistaken(mistake, error.evidence) from None
            right = self.right(case)
            if not alike(case.of(found), case.of(right)):
                recognised = self.recognised() if case.telling else None
                mistake = recognised or self.unexplained(case, found, right)
                raise Mistaken(mistake, self.example(mistake, case, found, right))

    def example(self, mistake, case, found, right):
        """Return hints that show a wrong result at an example."""
        if mistake.key == "wrong-result":  # which has shown it
            return ()
        place = "" if case.part is None else f"[{case.part}]"
        name = f"{self.name}(...){place}"
        return (
            _("Input {number}: {arguments}").format(**self.tried(case)),
            *differences(case.of(found), case.of(right), name),
        )

    def tried(self, case):
        """Return a case's number and arguments, as fields of a message."""
        given = arguments(self.submission.arguments, case.arguments)
        return {"number": self.trials.index(case) + 1, "arguments": given}

    def failure(self, case, mistake):
        """Return the mistake of a case whose result can't be compared."""
        if case.fails and mistake.key == "not-finite":
            return case.fails
        if case.fails and mistake.key == "exception":
            return case.fails.adding(mistake.general)
        return (self.recognised() if case.telling else None) or mistake

    def recognised(self):
        """Return the mistake that explains all results, or None.

        An input at which the function stops is explained by a reference that stops.
        """
        telling = [case for case in self.trials if case.telling]
        found = [self.attempt(case) for case in telling]
        right = [self.right(case) for case in telling]
        if all(result is None for result in found) or alike(found, right):
            return None

        def explains(**changes):
            wrong = (self.mistaken(case, changes) for case in telling)
            return all(map(alike, found, wrong))

        return recognise(self.mistakes, explains)

    def attempt(self, case):
        """Return what the function does for a case, or None if it stops."""
        try:
            return self.result(self.returned(case))
        except Mistaken:
            return None

    def mistaken(self, case, changes):
        """Return what a mistaken reference does, or None where sizes don't fit."""
        try:
            return self.right(case, **changes)
        except (ValueError, IndexError, TypeError, ArithmeticError):
            return None

    def unexplained(self, case, found, right):
        """Return the mistake of a result that nothing explains, or else an example."""
        if case.otherwise:
            return case.otherwise
        wrong = Mistake(
            "wrong-result",
            _("{name} is wrong for input {number}: {arguments}").format(
                name=self.name, **self.tried(case)
            ),
            "",
            _("Take the smallest input by hand: what should each of your lines give?"),
        )
        return wrong.adding(differences(found, right, f"{self.name}(...)"))

    def gradients(self):
        """Raise Mistaken unless a gradient reaches all `differentiable` parameters."""
        *others, params = self.trials[0].arguments

        def loss(tensors):
            result = self.submission(*map(self.argument, others), tensors)
            return self.framework.sum(result)

        found = gradients_of(self.framework, loss, params)
        gradient_reaches(self.differentiable, found)


def fresh(argument):
    """Return the argument itself, or what a `Fresh` one makes."""
    return argument.make() if isinstance(argument, Fresh) else argument


class Parts(list):
    """Several results, of which each has its place: what a tuple holds."""


def plain(value, depth=DEEPEST):
    """Return a value with Python's own numbers, and arrays in double precision."""
    if isinstance(value, tuple | list) and depth:
        made = Parts if isinstance(value, tuple) else list
        return made(plain(part, depth - 1) for part in value)
    if isinstance(value, dict) and depth:
        return {key: plain(part, depth - 1) for key, part in value.items()}
    if (
        isinstance(value, np.generic)
        or isinstance(value, np.ndarray)
        and not value.ndim
    ):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(float)
    if isinstance(value, int) and abs(value) >= LARGEST:
        return math.inf if value > 0 else -math.inf
    return value


LARGEST = 2**63  # from here on NumPy has no whole numbers


def name_of(value):
    """Name a result that has no name of its own in a task."""
    if isinstance(value, np.ndarray):
        return f"array {value.shape}"
    return type(value).__name__


def original(value):
    """Return a result as the learner's function returned it, if it was a tuple."""
    return tuple(value) if isinstance(value, Parts) else value


def number(value):
    """Return True for a number, or an array with a single one."""
    return numeric(value) and np.size(value) == 1 and not isinstance(value, bool)


def numeric(value):
    """Return True for a number, or an array of real numbers."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiub"
    return isinstance(value, float | int)


def array_like(found, wanted):
    """Return True for an array that stands where a list of as many numbers should."""
    if not isinstance(found, np.ndarray) or not numeric(found):
        return False
    try:
        return found.shape == np.shape(wanted)
    except ValueError:  # arrays of different shapes, which are no array together
        return False


def finite(found, name):
    """Raise Mistaken for numbers that are infinite or not a number."""
    if not np.isfinite(found).all():
        raise Mistaken(not_finite(name))


def alike(found, wanted):
    """Return True if a result is what it should be, numbers up to rounding."""
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
        return numeric(found) and close(found, wanted)
    return number(found) and close(np.reshape(found, ()), wanted)


def type_of(value):
    """Name the type that a result should have."""
    return "list" if isinstance(value, list) else type(value).__name__


def wrong_kind(name, found, wanted):
    """Return the mistake of a value of another type than it should be."""
    return Mistake(
        "wrong-kind",
        _("{name} should be of type {wanted}, but it is of type: {found}").format(
            name=name, wanted=type_of(wanted), found=kind(original(found))
        ),
        _("Look at what stands behind return."),
        _("Print type(...) of it in a cell of its own. Which line made it?"),
    )
