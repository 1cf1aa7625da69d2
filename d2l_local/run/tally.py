"""The running totals of one epoch."""

from dataclasses import dataclass
from typing import Any

from d2l_local.run.progress import perplexity
from d2l_local.run.timing import Timer


@dataclass
class Tally:
    """Running totals of an epoch: the loop adds to them, and a checkpoint stores them.

    So far there were `batch` batches with `num_tokens` tokens, which took `seconds`.
    `total_loss` is the sum of the losses of these tokens in nats, a number or a scalar
    on the device. `state` is the hidden state after the last batch, None before the
    first one.
    """

    batch: int = 0
    num_tokens: int = 0
    total_loss: Any = 0.0
    seconds: float = 0.0
    state: Any = None

    def __post_init__(self):
        self.start_clock()

    def start_clock(self):
        """Count time from now on, on top of the seconds so far."""
        self._seconds_before, self._timer = self.seconds, Timer()

    def add(self, mean_loss, num_tokens, state):
        """Add a batch of `num_tokens` tokens, and keep the state after it.

        `mean_loss` is a scalar on the device. It stays there: to read its value would
        make Python wait for the device at every batch.
        """
        self.total_loss = self.total_loss + mean_loss * num_tokens
        self.num_tokens += num_tokens
        self.batch += 1
        self.seconds = self._seconds_before + self._timer.elapsed()
        self.state = state

    def perplexity(self):
        """Return the perplexity so far; waits for the device."""
        return perplexity(float(self.total_loss) / self.num_tokens)

    def result(self):
        """Return (perplexity, tokens per second).

        Raises ValueError if no batch was added.
        """
        if self.num_tokens == 0:
            raise ValueError(
                "train_iter yielded no batches, so there is nothing to train on: give "
                "a loader, or a list of pairs (X, Y)"
            )
        value = self.perplexity()  # before the clock stops
        seconds = self._seconds_before + self._timer.elapsed()
        return value, self.num_tokens / seconds
