"""Whatever a function returns, no check blames itself, and each hint grows."""

import pytest

from d2l_check import criteria
from d2l_check.chapters import CHECKS
from tests.checks.odd import ODD

# What a learner returns by mistake, of each kind one; the slow test takes all.
LIKELY = (
    "None",
    "a float",
    "a text",
    "an empty list",
    "a tuple of one",
    "a ragged list",
    "a NumPy array",
    "a 0-d tensor",
    "a tensor for a pair",
    "a pair for a tensor",
    "something hostile",
)
ITSELF = {"check-broken", "odd-result"}


def report(ops, check, made):
    """The report of a check on functions that return something odd."""
    functions = [lambda *_arguments: ODD[made](ops)] * len(check.functions)
    return getattr(ops.check, check.name)(*functions)


def blamed(ops, names):
    """The checks that fail to say what is wrong with some of these results."""
    found = []
    for check in CHECKS:
        for name in names:
            criteria._failures.clear()
            first = report(ops, check, name)
            assert repr(first)
            if first.passed or ITSELF & set(first.mistakes):
                found.append((check.name, name, first.mistakes))
    return found


@pytest.mark.situation("checks: one result in place of two gets a hint")
def test_one_result_in_place_of_two_gets_a_hint(ops):
    found = ops.check.sliding_windows(lambda series, k: series[:k])
    assert found.mistakes == ["wrong-structure"]
    assert "should be (X, y), but it is of type: ndarray" in repr(found)


@pytest.mark.situation("checks: no odd result makes a check blame itself")
@pytest.mark.parametrize("ops", ["torch"], indirect=True)
def test_no_check_blames_itself(ops):
    assert blamed(ops, LIKELY) == []


@pytest.mark.situation("checks: sixty odd results against every check")
def test_no_check_blames_itself_whatever_comes_back(ops):
    """Some 60 results against 53 checks, all of them in PyTorch, half in each other."""
    assert len(ODD) >= 60
    part = {"torch": slice(None), "tensorflow": slice(0, None, 2)}
    names = list(ODD)[part.get(ops.name, slice(1, None, 2))]
    assert blamed(ops, names) == []


@pytest.mark.situation("checks: hints grow for what is of the wrong kind")
@pytest.mark.parametrize("ops", ["torch"], indirect=True)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_hints_on_odd_results_grow(ops, check):
    for name in ("None", "a float", "a tensor for a pair", "a list of NumPy arrays"):
        criteria._failures.clear()
        reports = [report(ops, check, name) for _ in range(criteria.PATIENCE)]
        first, *_, last = (r.findings for r in reports)
        for before, after in zip(first, last, strict=True):
            if before.passed is False:
                assert after.hints[: len(before.hints)] == before.hints
                assert len(after.hints) > len(before.hints), after


def test_a_list_that_never_ends_is_read_no_further(ops):
    made = ODD["an endless generator"](ops)
    found = ops.check.author_corpora(lambda texts, held_out: made)
    assert not found.passed and "check-broken" not in found.mistakes
