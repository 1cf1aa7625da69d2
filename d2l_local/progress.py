"""What a reader sees while a model trains: a progress bar and a live curve."""

import math
import sys
import time

from tqdm import tqdm

from d2l_local.plotting import Animator


class TrainingDiverged(ArithmeticError):
    """The loss is no longer a finite number, so that training cannot go on."""


def perplexity(mean_loss):
    """The perplexity exp(`mean_loss`), `mean_loss` in nats per token.

    Infinite where the exponential leaves the range of a float, nan for nan.
    """
    try:
        return math.exp(mean_loss)
    except OverflowError:
        return math.inf


class Progress:
    """Show a training run as it goes on, in a notebook or in a terminal.

    Used as a context manager around the loop over epochs, with one `update` after
    each epoch. A notebook gets one figure, redrawn in place, with the curve, a bar
    and a status line; a terminal gets a tqdm bar on stderr. When the loop is
    interrupted, the figure is completed and a line says what the model has learned.

    `num_epochs` is the planned number of epochs, `lr` the learning rate (for the
    error message).
    """

    def __init__(self, num_epochs, lr):
        if num_epochs < 1:
            raise ValueError(f"num_epochs is {num_epochs}: train for 1 epoch or more")
        self.num_epochs, self.lr = num_epochs, lr
        self.epoch, self.perplexity, self._slowness = 0, math.nan, 0.0
        self._every = max(1, num_epochs // 50)  # epochs to a point of the curve
        self._start = time.monotonic()

    def __enter__(self):
        self._curve = Animator(
            xlabel="epoch",
            ylabel="perplexity",
            legend=["train"],
            xlim=[1, max(self.num_epochs, 2)],
        )
        self._bar = tqdm(
            total=self.num_epochs,
            unit="epoch",
            leave=False,
            disable=not sys.stderr.isatty(),
        )
        return self

    def __exit__(self, kind, error, traceback):
        self._bar.close()
        self._curve.note = self._curve.progress = None
        if self.epoch:
            self._curve.draw()
        if kind is KeyboardInterrupt:
            print(
                f"interrupted after epoch {self.epoch} of {self.num_epochs}: the model "
                "keeps what it has learned and can be used or trained further"
            )
        return False  # what went wrong is the caller's to see

    @property
    def speed(self):
        """Tokens per second over all epochs so far: their harmonic mean."""
        return self.epoch / self._slowness if self._slowness else math.nan

    def update(self, perplexity, speed):
        """Take in the epoch just trained; `speed` in tokens per second.

        Raises TrainingDiverged when `perplexity` is not finite.
        """
        self.epoch += 1
        self.perplexity = perplexity
        self._slowness += 1 / speed
        self._check_finite()
        self._bar.set_postfix_str(f"perplexity {perplexity:.2f}", refresh=False)
        self._bar.update()
        self._curve.note = self._status()
        self._curve.progress = self.epoch / self.num_epochs
        if self.epoch == 1 or self.epoch % self._every == 0:
            self._curve.add(self.epoch, [perplexity])  # draws by itself
        else:
            self._curve.draw(force=False)

    def _status(self):
        elapsed = time.monotonic() - self._start
        left = elapsed * (self.num_epochs - self.epoch) / self.epoch
        minutes, seconds = divmod(round(left), 60)
        return (
            f"epoch {self.epoch}/{self.num_epochs}, perplexity {self.perplexity:.2f}, "
            f"{self.speed:,.0f} tokens/sec, {minutes}:{seconds:02} left"
        )

    def _check_finite(self):
        if not math.isfinite(self.perplexity):
            raise TrainingDiverged(
                f"perplexity is {self.perplexity} in epoch {self.epoch} at learning "
                f"rate {self.lr}: the updates have blown up. Try a smaller learning "
                f"rate ({self.lr / 10:g}, say), check that gradients are clipped "
                "(grad_clipping, theta=1), and start from a newly initialised model: "
                "the parameters of this one are spoilt"
            )
