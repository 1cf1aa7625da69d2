"""The progress bar and the live curve that a reader sees while a model trains."""

import math
import sys
import time
from typing import NamedTuple

from tqdm import tqdm

from d2l_local.display.plotting import Animator
from d2l_local.quiet import is_terminal, say

# What to do after a divergence, where there is nothing to continue from
AFRESH = (
    "start from a newly initialised model: the parameters of this one can't be used "
    "any more"
)


class TrainingDiverged(ArithmeticError):
    """The loss is no longer a finite number, so training can't continue."""


def perplexity(mean_loss):
    """Return the perplexity exp(`mean_loss`), with `mean_loss` in nats per token.

    It is infinite where the exponential leaves the range of a float, nan for nan.
    """
    try:
        return math.exp(mean_loss)
    except OverflowError:
        return math.inf


class Epoch(NamedTuple):
    """The figures of one epoch of training, for the callback of `train_ch8`.

    `epoch` counts from 1; `value` is the measure that is watched, the perplexity of the
    training text for a language model; `speed` is in tokens per second; `held_out` is
    the value for held-out text after the epoch, None where there is no such text.
    `restored` is True for an epoch that a checkpoint tells of: the model is the one
    after the last of them.
    """

    epoch: int
    value: float
    speed: float
    held_out: float | None = None
    restored = False  # not a field: an epoch stays a tuple of four


class RestoredEpoch(Epoch):
    """An epoch of an earlier call, of which a checkpoint tells."""

    __slots__ = ()
    restored = True


def check_target(target_perplexity):
    """Raise ValueError for a perplexity that no model can reach, TypeError for text."""
    if isinstance(target_perplexity, str | bytes):
        raise TypeError(
            f"target_perplexity must be a number such as 1.05, got "
            f"{target_perplexity!r}"
        )
    if target_perplexity is not None and not target_perplexity >= 1:
        raise ValueError(
            "target_perplexity must be at least 1, such as 1.05, got "
            f"{target_perplexity}: no perplexity is below 1"
        )


class Progress:
    """Show a training run while it goes on, in a notebook or in a terminal.

    Used as a context manager around the loop over epochs, with one `update` after
    each epoch. A notebook gets one figure, redrawn in place, with the curve, a bar
    and a status line; a terminal gets a tqdm bar on stderr. When the loop is
    interrupted, the figure is completed and a line says what the model has learned.

    `num_epochs` is the planned number of epochs, `lr` the learning rate (for the
    error message), `measure` the name of what is shown, with so many `decimals`. With
    `held_out`, a second curve shows it for text that isn't trained on. `history` is
    the list of epochs so far, an `Epoch` each; `remedy` says what to do after a
    divergence.
    """

    def __init__(
        self, num_epochs, lr, measure="perplexity", decimals=2, *, held_out=False
    ):
        if num_epochs < 1:
            raise ValueError(f"num_epochs must be at least 1, got {num_epochs}")
        self.num_epochs, self.lr = num_epochs, lr
        self.measure, self._decimals = measure, decimals
        self._legend = ["train", "held out"] if held_out else ["train"]
        self.history, self._slowness, self._restored = [], 0.0, 0
        self._every = max(1, num_epochs // 50)  # epochs to a point of the curve
        self._start, self.remedy = time.monotonic(), AFRESH

    def __enter__(self):
        self._curve = Animator(
            xlabel="epoch",
            ylabel=self.measure,
            legend=self._legend,
            xlim=[1, max(self.num_epochs, 2)],
        )
        self._bar = tqdm(
            total=self.num_epochs,
            unit="epoch",
            leave=False,
            disable=not is_terminal(sys.stderr),
        )
        return self

    def __exit__(self, kind, error, traceback):
        self._bar.close()
        self._curve.note = self._curve.progress = None
        if self.epoch:
            self._curve.draw()
        else:
            self._curve.close()
        if kind is KeyboardInterrupt:
            say(
                f"interrupted after epoch {self.epoch} of {self.num_epochs}: the model "
                "keeps what it has learned and can be used or trained further"
            )
            # A notebook shows these lines in place of the traceback, which would lead
            # a reader through our loop.
            error._render_traceback_ = lambda: ["KeyboardInterrupt"]
        return False  # what went wrong is the caller's to see

    @property
    def epoch(self):
        """The number of epochs so far."""
        return len(self.history)

    @property
    def value(self):
        """The measure after the last epoch, nan before the first."""
        return self.history[-1].value if self.history else math.nan

    @property
    def speed(self):
        """Tokens per second over all epochs so far: their harmonic mean."""
        return self.epoch / self._slowness if self._slowness else math.nan

    def update(self, value, speed, held_out=None):
        """Show the epoch just trained, and return it as an `Epoch`.

        Raises TrainingDiverged when `value` isn't finite.
        """
        self.history.append(Epoch(self.epoch + 1, value, speed, held_out))
        self._slowness += 1 / speed
        self._check_finite()
        self._bar.set_postfix_str(self._measured(), refresh=False)
        self._bar.update()
        self._curve.note = self._status()
        self._curve.progress = self.epoch / self.num_epochs
        if self._is_drawn(self.history[-1]):
            self._curve.add(*self._point(self.history[-1]))  # draws by itself
        else:
            self._curve.draw(force=False)
        return self.history[-1]

    def is_over(self, target=None):
        """Return True once all epochs are done, or the last one reached `target`.

        Where there is held-out text, its value has to reach it.
        """
        if target is None or not self.history:
            return self.epoch >= self.num_epochs
        last = self.history[-1]
        reached = last.value if last.held_out is None else last.held_out
        return self.epoch >= self.num_epochs or reached <= target

    def closing(self, device):
        """Return the closing lines: the classic one, and what options add to it."""
        lines = [
            f"perplexity {self.value:.1f}, {self.speed:.1f} tokens/sec on {device}"
        ]
        if self.history[-1].held_out is not None:
            lines.append(f"held-out perplexity {self.history[-1].held_out:.1f}")
        if self.epoch < self.num_epochs:
            lines.append(f"ended after epoch {self.epoch} of {self.num_epochs}")
        return "\n".join(lines)

    def saved(self):
        """Return what `restore` takes, as a dict that JSON can hold."""
        return {"history": [list(epoch) for epoch in self.history]}

    def restore(self, epochs):
        """Continue after the epochs of another `Progress`, an `Epoch` each."""
        self.history = [RestoredEpoch(*epoch) for epoch in epochs]
        self._slowness = sum(1 / epoch.speed for epoch in self.history)
        self._restored = self.epoch
        self._bar.update(self.epoch)
        for epoch in filter(self._is_drawn, self.history):
            self._curve.add(*self._point(epoch))

    def _is_drawn(self, epoch):
        return epoch.epoch == 1 or epoch.epoch % self._every == 0

    def _point(self, epoch):
        return epoch.epoch, [epoch.value, epoch.held_out][: len(self._legend)]

    def _measured(self):
        return f"{self.measure} {self.value:.{self._decimals}f}"

    def _status(self):
        elapsed = time.monotonic() - self._start
        left = elapsed * (self.num_epochs - self.epoch) / (self.epoch - self._restored)
        minutes, seconds = divmod(round(left), 60)
        return (
            f"epoch {self.epoch}/{self.num_epochs}, {self._measured()}, "
            f"{self.speed:,.0f} tokens/sec, {minutes}:{seconds:02} left"
        )

    def _check_finite(self):
        if not math.isfinite(self.value):
            raise self.diverged(f"{self.measure} is {self.value} in epoch {self.epoch}")

    def diverged(self, what):
        """Return the error that says what isn't finite any more, and the remedy."""
        # An optimiser that the caller made brings its own rate.
        smaller = "" if self.lr is None else f" ({self.lr / 10:g}, say)"
        return TrainingDiverged(
            f"{what} at learning rate {self.lr}: the updates have blown up. Try a "
            f"smaller learning rate{smaller}, check that gradients are clipped "
            f"(grad_clipping, theta=1), and {self.remedy}"
        )
