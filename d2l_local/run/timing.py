"""Measuring time and adding up numbers during training."""

import time
from itertools import accumulate

from d2l_local.arguments import at_least_one


class Timer:
    """Stopwatch that keeps every lap, in seconds; it starts when constructed.

    `times` is the list of laps so far.
    """

    def __init__(self):
        self.times = []
        self.start()

    def start(self):
        """Begin a lap."""
        # Unlike the time of day, this clock never jumps.
        self._began = time.perf_counter()

    def stop(self):
        """End the lap; returns its seconds."""
        self.times.append(self.elapsed())
        return self.times[-1]

    def elapsed(self):
        """Seconds since the lap began, which goes on."""
        return time.perf_counter() - self._began

    def avg(self):
        """Mean seconds per lap. Raises ValueError before the first `stop`."""
        if not self.times:
            raise ValueError("the timer has no lap to average: call stop() first")
        return sum(self.times) / len(self.times)

    def sum(self):
        """Seconds of all laps together."""
        return sum(self.times)

    def cumsum(self):
        """Seconds up to the end of each lap, as a list."""
        return list(accumulate(self.times))


def _detached(value):
    """`value`, without the history that PyTorch would warn of when a loss is read."""
    return value.detach() if hasattr(value, "detach") else value


class Accumulator:
    """Adds up `n` quantities side by side, as floats; `metric[i]` reads sum i.

    Raises TypeError if `n` is no whole number, ValueError if it is below 1.
    """

    def __init__(self, n):
        self.data = [0.0] * at_least_one("n", n)

    def add(self, *args):
        """Add one value to each sum.

        Raises ValueError if their number is not `n`, TypeError if one is no number.
        """
        if len(args) != len(self.data):
            raise ValueError(
                f"{len(args)} values for {len(self.data)} sums: give one value for each"
            )
        try:
            values = [float(_detached(value)) for value in args]
        except (TypeError, ValueError) as error:
            raise TypeError(f"{args!r} are not {len(args)} numbers: {error}") from error
        self.data = [total + value for total, value in zip(self.data, values)]

    def reset(self):
        """Set every sum to zero."""
        self.data = [0.0] * len(self.data)

    def __getitem__(self, i):
        try:
            return self.data[i]
        except IndexError:
            raise IndexError(
                f"there is no sum {i!r} of {len(self.data)}: "
                f"use 0 to {len(self.data) - 1}"
            ) from None

    def __repr__(self):
        return f"Accumulator({self.data})"
