"""Measure how fast the machine multiplies matrices, and how much a model needs."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.plan import Size

VOCABULARY = 28


def macs_per_token(size: Size, vocabulary: int = VOCABULARY) -> int:
    """Count the multiplications in the products of one forward step, for one token.

    Layer l of an LSTM multiplies its input (d_l, then h) and its hidden state (h) by
    four blocks of weights each, h wide; the output layer makes q numbers of h.
    """
    h = size.hidden
    widths = [vocabulary] + [h] * (size.layers - 1)
    return sum(4 * h * (d + h) for d in widths) + h * vocabulary


def flops_per_token(size: Size, vocabulary: int = VOCABULARY) -> int:
    """Count the floating-point operations to train on one token, forward and backward.

    A multiplication comes with an addition, so each counts twice. In the backward pass,
    every product gives two of its own size: the gradient of its weights and the
    gradient of its input.
    """
    forward = 2 * macs_per_token(size, vocabulary)
    return 3 * forward


def shapes(size: Size) -> dict[str, tuple[int, int, int]]:
    """Return the products (m, k) by (k, n) of the model, and a square to compare."""
    n, h = size.batch, size.hidden
    return {
        "one step": (n, h, 4 * h),
        "all steps": (n * size.steps, h, 4 * h),
        "square": (1024, 1024, 1024),
    }


def gflops(multiply: Callable[[], object], flops: int, seconds: float) -> float:
    """Return the best rate of `multiply()`, in GFLOP/s, within `seconds`."""
    multiply()  # the first call sets buffers up
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - began)
    return flops / best / 1e9


def measure(size: Size, seconds: float) -> dict[str, dict[str, float]]:
    """Measure GFLOP/s in fp32, by library and shape."""
    import numpy as np
    import torch

    rng = np.random.default_rng(0)
    rates = {"numpy": {}, "torch": {}}
    for name, (m, k, n) in shapes(size).items():
        A = rng.standard_normal((m, k), np.float32)
        B = rng.standard_normal((k, n), np.float32)
        C = np.empty((m, n), np.float32)
        a, b, c = (torch.from_numpy(array) for array in (A, B, C))
        work = 2 * m * k * n
        for library, product in (
            ("numpy", lambda A=A, B=B, C=C: np.matmul(A, B, out=C)),
            ("torch", lambda a=a, b=b, c=c: torch.matmul(a, b, out=c)),
        ):
            rates[library][name] = round(gflops(product, work, seconds), 1)
    return rates
