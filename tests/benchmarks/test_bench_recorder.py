"""Looking on while train_ch8 trains."""

import pytest

from benchmarks.recorder import Enough, Recorder


def train_epoch_ch8(number):
    return 10.0 / number, 100.0


def train_ch8(num_epochs):
    return [train_epoch_ch8(number) for number in range(1, num_epochs + 1)]


def test_every_epoch_is_recorded_and_handed_on():
    with Recorder(train_ch8) as record:
        handed_on = train_ch8(2)
    assert handed_on == [(10, 100), (5, 100)]
    assert record.perplexity == [10, 5] and record.speed == [100, 100]
    assert 0 < record.end[0] < record.end[1]


def test_afterwards_all_is_as_before():
    before = train_epoch_ch8
    with pytest.raises(KeyError), Recorder(train_ch8):
        assert train_ch8.__globals__["train_epoch_ch8"] is not before
        raise KeyError("something went wrong")
    assert train_ch8.__globals__["train_epoch_ch8"] is before


def test_a_recorder_that_has_seen_enough_ends_the_training():
    with (
        pytest.raises(Enough),
        Recorder(train_ch8, lambda record: len(record.end) == 3) as record,
    ):
        train_ch8(100)
    assert len(record.perplexity) == 3
