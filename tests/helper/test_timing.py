"""Laps of the timer and sums of the accumulator."""

import numpy as np
import pytest

from d2l_local.run import timing
from d2l_local.run.timing import Accumulator, Timer


@pytest.fixture
def clock(monkeypatch):
    """A clock that shows the times put into the list."""
    times = []
    monkeypatch.setattr(timing.time, "perf_counter", lambda: times.pop(0))
    return times


def test_timer_starts_when_constructed_and_measures_laps(clock):
    clock += [10.0, 11.5, 20.0, 20.5]
    timer = Timer()
    assert timer.stop() == 1.5
    timer.start()
    assert timer.stop() == 0.5
    assert timer.times == [1.5, 0.5]
    assert timer.sum() == 2.0
    assert timer.avg() == 1.0
    assert timer.cumsum() == [1.5, 2.0]


def test_timer_without_a_lap():
    timer = Timer()
    assert timer.sum() == 0
    assert timer.cumsum() == []
    with pytest.raises(ValueError, match=r"stop\(\)"):
        timer.avg()


def test_accumulator_adds_side_by_side():
    metric = Accumulator(2)
    metric.add(1, 2.5)
    metric.add(np.float32(1), np.array(0.5))
    assert [metric[0], metric[1]] == [2.0, 3.0]
    assert metric[-1] == 3.0
    assert isinstance(metric[0], float)
    assert repr(metric) == "Accumulator([2.0, 3.0])"
    metric.reset()
    assert [metric[0], metric[1]] == [0.0, 0.0]


@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3)])
def test_accumulator_refuses_another_number_of_values(values):
    metric = Accumulator(2)
    with pytest.raises(ValueError, match=f"{len(values)} values for 2 sums"):
        metric.add(*values)
    assert metric.data == [0.0, 0.0]


def test_accumulator_of_nothing_is_refused():
    with pytest.raises(ValueError, match="n=0"):
        Accumulator(0)
