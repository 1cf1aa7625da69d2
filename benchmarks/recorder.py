"""Record train_ch8 from inside, epoch by epoch, without a change to either helper."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.machine import memory_mib

EPOCH = "train_epoch_ch8"


class Enough(Exception):
    """The recorder has seen enough; this ends train_ch8 from inside."""


class Recorder:
    """Watches `train_ch8`; used as a context manager around the call.

    Inside the block, the name `train_epoch_ch8` that `train_ch8` looks up leads to this
    recorder, which calls the original. After each epoch `enough(recorder)` is called;
    if it is true, `Enough` is raised. Afterwards there is one entry for
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
        """Return the entries as lists, rounded to meaningful digits."""
        return {
            "perplexity": [round(value, 5) for value in self.perplexity],
            "speed": [round(value, 1) for value in self.speed],
            "end": [round(value, 4) for value in self.end],
            "memory": [value and round(value, 2) for value in self.memory],
        }
