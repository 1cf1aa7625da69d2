"""Figures from raw results."""

import math

import pytest

from benchmarks import summary
from benchmarks.summary import Mismatch, Spread


def result(end, speed=(), tokens=100, **more):
    epochs = {"end": end, "speed": list(speed)}
    return {"tokens": tokens, "epochs": epochs, **more}


def test_spread_is_median_and_range():
    assert summary.spread([5, 1, 3]) == Spread(3, 1, 5)
    assert summary.spread([4, 1]) == Spread(2.5, 1, 4)


def test_spread_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no value"):
        summary.spread([])


def test_speed_of_a_call_is_by_the_clock_and_without_the_first_epoch():
    # 200 tokens in the 4 seconds after the first epoch, which took 10
    assert summary.call_speed(result([10, 11, 14])) == 50


def test_speed_of_a_call_needs_two_epochs():
    with pytest.raises(ValueError, match="needs two"):
        summary.call_speed(result([10]))


def test_own_count_is_a_harmonic_mean_without_the_first_epoch():
    # 100 tokens at 100 and 100 at 25 tokens/sec take 5 seconds
    assert summary.epoch_speed(result([], speed=[1, 100, 25])) == 40


def test_ratios_are_formed_within_pairs():
    # The machine slowed down between the pairs: the ratio didn't change.
    assert summary.ratios([(100, 200), (10, 20)]) == Spread(2, 2, 2)


@pytest.mark.parametrize(
    ("perplexities", "first", "from_then_on"),
    [
        ([3, 1.05, 1.2, 1.04, 1.0], 2, 4),  # left again after it was reached
        ([3, 1.04, 1.2], 2, None),  # reached, and not there at the end
        ([3, 2], None, None),
        ([1.0, 1.0], 1, 1),
        ([1.0, math.nan, 1.0], 1, 3),
        ([math.inf, 1.0], 2, 2),
    ],
)
def test_reached_and_stays(perplexities, first, from_then_on):
    assert summary.reached(perplexities, 1.05) == first
    assert summary.stays(perplexities, 1.05) == from_then_on


def test_seconds_are_those_at_the_end_of_the_epoch():
    assert summary.seconds(result([4, 6, 9]), 2) == 6
    assert summary.seconds(result([4, 6, 9]), None) is None


def test_growth_looks_at_the_epochs_in_which_the_steps_are_made():
    run = {"epochs": {"memory": [10, 20, 30, 40]}}
    # 5 steps an epoch: step 6 is in the second one, step 20 ends the fourth.
    assert summary.growth(run, (6, 20), per_epoch=5) == (20, 40)


def side(**changes):
    same = {"data": "a", "framework": "1", "framework_file": "f"}
    return {**result([1, 2]), **same, **changes}


def test_sides_of_a_pair_that_agree_pass():
    summary.check_pair(side(memory=1), side(memory=2))


@pytest.mark.parametrize(
    "changes",
    [{"data": "b"}, {"tokens": 7}, {"framework": "2"}, {"framework_file": "g"}],
)
def test_sides_that_did_different_jobs_are_refused(changes):
    with pytest.raises(Mismatch, match=next(iter(changes))):
        summary.check_pair(side(), side(**changes))


def test_sides_that_trained_for_different_times_are_refused():
    longer = side()
    longer["epochs"]["end"].append(3)
    with pytest.raises(Mismatch, match="epochs"):
        summary.check_pair(side(), longer)
