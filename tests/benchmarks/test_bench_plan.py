"""The plan of the benchmark."""

import json
from collections import Counter

import pytest

from benchmarks.plan import (
    CLASSIC,
    FRAMEWORKS,
    FULL,
    OURS,
    QUICK,
    SMALL,
    Job,
    Optimizer,
    Size,
    thread_counts,
    units,
)


def test_a_job_comes_back_from_json():
    points, adam = (Size(), Size(64)), Optimizer("adam")
    job = Job("scaling", "mxnet", points=points, optimizer=adam)
    assert Job.from_dict(json.loads(json.dumps(job.as_dict()))) == job


@pytest.mark.parametrize("plan", [FULL, QUICK])
def test_units_have_names_of_their_own(plan):
    assert max(Counter(unit.name for unit in units(plan, 2, True)).values()) == 1


def test_helpers_take_turns_in_going_first():
    firsts = {
        name: [
            unit.jobs[0].helper
            for unit in units(FULL, 2, True)
            if unit.name.startswith(f"pair-{name}-")
        ]
        for name in FRAMEWORKS
    }
    assert len(firsts["torch"]) == FULL.rounds
    for order in firsts.values():
        assert {CLASSIC, OURS} == set(order)
        assert all(one != other for one, other in zip(order, order[1:]))


def test_both_sides_of_a_pair_do_the_same():
    for unit in units(FULL, 2, True):
        if unit.name.startswith("pair-"):
            one, other = (job.as_dict() | {"helper": ""} for job in unit.jobs)
            assert one == other


def test_without_the_classic_helper_ours_is_measured_all_the_same():
    helpers = {job.helper for unit in units(FULL, 2, False) for job in unit.jobs}
    assert helpers == {OURS}
    names = {unit.name for unit in units(FULL, 2, False)}
    assert "pair-torch-1" in names and "memory-mxnet" in names


def test_speed_is_taken_over_whole_tens_of_epochs():
    # after the first one: the classic helper stops at every tenth to write a text
    assert all(epochs % 10 == 1 for epochs in FULL.pair_epochs.values())


def test_memory_is_looked_at_over_as_many_steps_as_promised():
    for unit in units(FULL, 2, False):
        if unit.name.startswith("memory-"):
            (job,) = unit.jobs
            steps = 10_000 // (SMALL.batch * SMALL.steps) - 1
            assert job.size == SMALL
            assert job.epochs * steps >= FULL.memory_steps[1] == 10_000


@pytest.mark.parametrize(
    ("cores", "counts"), [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_cores_are_doubled_up_to_all(cores, counts):
    assert thread_counts(cores) == counts
