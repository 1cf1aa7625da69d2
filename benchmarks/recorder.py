"""What happens inside train_ch8, epoch by epoch, without a change to either helper."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.machine import memory_mib

EPOCH = "train_epoch_ch8"


class Enough(Exception):
    """The recorder has seen what it wanted; ends train_ch8 from inside."""


class Recorder:
    """Looks on while `train_ch8` trains; used as a context manager around the call.

    For the time of the block, the name `train_epoch_ch8` that `train_ch8` looks up
    leads to this recorder, which calls the original. `enough(recorder)` is asked after
    each epoch; where it is true, `Enough` is raised. Afterwards there is one entry for
    each epoch in `perplexity`, `speed` (tokens/sec, as the helper says), `end` (seconds
    since the block began) and `memory` (MiB in use).
    """

    def __init__(self, train_ch8, enough: Callable[[Recorder], bool] | None = None):
        self._names = train_ch8.__globals__
        self._enough = enough or (lambda recorder: False)
        self.perplexity, self.speed, self.end, self.memory = [], [], [], []

    def __enter__(self) -> Recorder:
        self._original = self._names[EPOCH]
        self._names[EPOCH] = self._epoch
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_) -> None:
        self._names[EPOCH] = self._original

    def _epoch(self, *arguments, **options):
        result = perplexity, speed = self._original(*arguments, **options)
        self.end.append(time.perf_counter() - self._began)
        self.perplexity.append(float(perplexity))
        self.speed.append(float(speed))
        self.memory.append(memory_mib("now"))
        if self._enough(self):
            raise Enough
        return result

    def as_dict(self) -> dict:
        """The entries as lists, rounded to what is told apart."""
        return {
            "perplexity": [round(value, 5) for value in self.perplexity],
            "speed": [round(value, 1) for value in self.speed],
            "end": [round(value, 4) for value in self.end],
            "memory": [value and round(value, 2) for value in self.memory],
        }
