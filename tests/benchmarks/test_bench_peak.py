"""Floating-point operations of a model, and rates."""

import pytest
import torch
from torch import nn

from benchmarks import peak
from benchmarks.plan import Size


@pytest.mark.parametrize("size", [Size(), Size(hidden=8, layers=1), Size(16, 3)])
def test_each_weight_is_multiplied_once_for_a_token(size):
    lstm, linear = nn.LSTM(28, size.hidden, size.layers), nn.Linear(size.hidden, 28)
    weights = [
        parameter.numel()
        for module in (lstm, linear)
        for parameter in module.parameters()
        if parameter.ndim == 2  # biases are added, not multiplied
    ]
    assert peak.macs_per_token(size) == sum(weights)
    assert peak.flops_per_token(size) == 6 * sum(weights)


def test_headline_job_takes_about_5_million_operations_a_token():
    assert round(peak.flops_per_token(Size()) / 1e6, 2) == 4.93


def test_rate_is_that_of_the_fastest_call(monkeypatch):
    # began at 0, tried until 10; the calls take 4 and 2 seconds, then time is up
    clock = iter([0, 1, 1, 5, 6, 6, 8, 11])
    monkeypatch.setattr(peak.time, "perf_counter", lambda: next(clock))
    assert peak.gflops(lambda: None, flops=4e9, seconds=10) == 2.0


def test_rates_are_measured_for_both_libraries_and_all_shapes():
    torch.manual_seed(0)
    rates = peak.measure(Size(hidden=8, batch=2, steps=2), seconds=0.001)
    assert set(rates) == {"numpy", "torch"}
    for by_shape in rates.values():
        assert list(by_shape) == ["one step", "all steps", "square"]
        assert all(rate > 0 for rate in by_shape.values())
