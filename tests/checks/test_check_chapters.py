"""The checks of the chapters: what is right passes, each typical mistake has its hint.

The learners are made of the checks' own references: the framework's tensors are taken
to NumPy and back. The solutions themselves are run in the notebooks.
"""

import numpy as np
import pytest

from d2l_check.agreement import fresh
from d2l_check.chapters import CHECKS

VARIANTS = [
    pytest.param(check, key, changes, id=f"{check.name}: {key} {number}")
    for check in CHECKS
    for number, (key, changes) in enumerate(check.variants)
]
EVERY = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


def to_numpy(ops, value):
    """Tensors as NumPy arrays, whole numbers again whole."""
    framework = ops.check._framework
    if isinstance(value, list | tuple):
        return type(value)(to_numpy(ops, part) for part in value)
    if not framework.is_tensor(value):
        return value
    array = framework.numpy(value)
    return array.astype(int) if "int" in str(value.dtype) else array


def to_tensors(ops, value):
    framework = ops.check._framework
    if isinstance(value, tuple | list):
        return type(value)(to_tensors(ops, part) for part in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return framework.tensor(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return framework.integers(value)
    return value


def learner(ops, check, **changes):
    """A function that does what the reference does."""

    def function(*arguments):
        result = check.reference(*to_numpy(ops, arguments), **changes)
        return to_tensors(ops, result) if check.tensors else result

    return function


def report(ops, check, function):
    return getattr(ops.check, check.name)(function)


def test_every_check_has_a_name_of_its_own():
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)


@EVERY
def test_a_check_is_described_and_called_as_its_task_says(check):
    assert check.__doc__.startswith("Check ")
    assert check.signature.startswith(f"{check.name}(")
    arguments = check.signature.split("(", 1)[1].rstrip(")").split(", ")
    assert all(len(case) == len(arguments) for case in check.cases)


@EVERY
def test_every_variant_has_its_mistake_and_the_other_way_round(check):
    keys = [mistake.key for mistake in check.mistakes()]
    said = [mistake.general[0] for mistake in check.mistakes()]
    assert len(keys) >= 3 and len(set(keys)) == len(keys) == len(set(said))
    assert {key for key, _changes in check.variants} == set(keys)
    assert all(mistake.general[1] for mistake in check.mistakes())


@EVERY
def test_what_is_right_passes(ops, check):
    found = report(ops, check, learner(ops, check))
    assert found.passed, found


@EVERY
def test_a_blank_fails(ops, check):
    def blank(*arguments):
        raise NotImplementedError()

    assert report(ops, check, blank).mistakes == ["not-written"]


@EVERY
def test_what_forgets_to_return_fails(ops, check):
    assert report(ops, check, lambda *arguments: None).mistakes == ["nothing-returned"]


@EVERY
def test_the_result_of_one_case_does_not_pass_for_all(ops, check):
    """Whoever returns a constant, or hard-codes what the first input gives."""
    first = check.reference(*map(fresh, check.cases[0]))

    def constant(*arguments):
        return to_tensors(ops, first) if check.tensors else first

    assert not report(ops, check, constant).passed


@pytest.mark.parametrize("check, key, changes", VARIANTS)
def test_mistakes_are_called_by_their_name(ops, check, key, changes):
    found = report(ops, check, learner(ops, check, **changes))
    assert found.mistakes[:1] == [key], found
