"""The checks of the chapters: what is right passes, each typical mistake has its hint.

The learners are made of the checks' own references: the framework's tensors are taken
to NumPy and back. The solutions themselves are run in the notebooks.
"""

import numpy as np
import pytest

from d2l_check import criteria
from d2l_check.chapters import CHECKS as EVERY_CHECK
from d2l_check.chapters import deep_rnn
from d2l_check.chapters.deep_rnn.gradient_norms import GradientNorms
from d2l_check.chapters.deep_rnn.held_out_perplexity import HeldOutPerplexity
from d2l_check.reference_check import Case, ReferenceCheck, fresh

WITH_REFERENCE = [check for check in EVERY_CHECK if issubclass(check, ReferenceCheck)]
# A model in the place of an array: its own module tests it.
CHECKS = [check for check in WITH_REFERENCE if check is not HeldOutPerplexity]
SECTIONS = [check for check in CHECKS if check not in deep_rnn.CHECKS]
PLANTED = [
    pytest.param(
        check, mistake.key, changes, id=f"{check.name}: {mistake.key} {number}"
    )
    for check in CHECKS
    for mistake in check.mistakes
    for number, changes in enumerate(mistake.planted)
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
        return returned(ops, check, result)

    return function


def returned(ops, check, result):
    """A result as the task asks for it: in tensors, or in arrays of NumPy."""
    of_numpy = not check.tensors or check is GradientNorms
    return result if of_numpy else to_tensors(ops, result)


def report(ops, check, function):
    return getattr(ops.check, check.name)(function)


def test_every_check_has_a_name_of_its_own():
    names = [check.name for check in EVERY_CHECK]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("check", EVERY_CHECK, ids=lambda check: check.name)
def test_a_check_is_described_and_named_by_its_call(check):
    assert check.__doc__.startswith("Check ")
    assert check.signature.startswith(f"{check.name}(")


@pytest.mark.parametrize("check", WITH_REFERENCE, ids=lambda check: check.name)
def test_a_check_calls_as_its_task_says_and_plants_each_of_its_mistakes(check):
    parameters = check.signature.split("(", 1)[1].rstrip(")").split(", ")
    assert all(len(arguments_of(case)) == len(parameters) for case in check.cases)
    keys = [mistake.key for mistake in check.mistakes]
    said = [str(mistake.general[0]) for mistake in check.mistakes]
    assert len(keys) >= 3 and len(set(keys)) == len(keys) == len(set(said))
    assert all(mistake.planted and mistake.general[1] for mistake in check.mistakes)


@pytest.mark.situation("checks: every typical mistake of a section has a concrete hint")
@pytest.mark.parametrize("check", SECTIONS, ids=lambda check: check.name)
def test_every_typical_mistake_of_a_section_has_a_concrete_hint(check):
    for mistake in check.mistakes:
        (concrete,) = map(str, mistake.concrete)
        assert "?" in concrete or mistake.general[1], mistake.key
        assert concrete and concrete not in map(str, mistake.general), mistake.key


@pytest.mark.situation("checks: a mistake that comes back has more concrete hints")
@pytest.mark.parametrize("ops", ["torch"], indirect=True)
@EVERY
def test_the_third_time_a_mistake_has_more_concrete_hints(ops, check):
    for mistake in check.mistakes:
        wrong, found = learner(ops, check, **mistake.planted[0]), []
        for times in (0, criteria.PATIENCE - 1):
            criteria._failures[check.name, mistake.key] = times
            findings = report(ops, check, wrong).findings
            found.append(next(f.hints for f in findings if f.passed is False))
        assert found[1][: len(found[0])] == found[0]
        assert len(found[1]) > len(found[0]), mistake.key


def arguments_of(case):
    return case.arguments if isinstance(case, Case) else case


@EVERY
def test_what_is_right_passes(ops, check):
    found = report(ops, check, learner(ops, check))
    # The reference computes in NumPy, through which no gradient can pass.
    assert found.mistakes == (["gradient-lost"] if check.differentiable else []), found


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
    first = check.reference(*map(fresh, arguments_of(check.cases[0])))

    def constant(*arguments):
        return returned(ops, check, first)

    assert not report(ops, check, constant).passed


@pytest.mark.parametrize("check, key, changes", PLANTED)
def test_mistakes_are_called_by_their_name(ops, check, key, changes):
    found = report(ops, check, learner(ops, check, **changes))
    assert found.mistakes[:1] == [key], found
