"""A training run that saves itself as it goes on, and is taken up again.

A run that was stopped and taken up gives what it would have given in one go: weights,
optimiser, random numbers, hidden state and the place in the text all go on from where
they were.
"""

import itertools
import random
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from d2l_local.run.checkpoint import (
    Checkpoint,
    check_same_run,
    read_checkpoint,
    write_checkpoint,
)


@dataclass
class Position:
    """How far training has come within an epoch: nowhere yet, by default.

    `batch` batches are done, with `num_tokens` tokens and `total_loss`, the sum of
    their losses in nats (a number, or a scalar on the device); they took `seconds`.
    `state` is the hidden state after them, None where the next batch begins anew.
    """

    batch: int = 0
    num_tokens: int = 0
    total_loss: Any = 0.0
    seconds: float = 0.0
    state: Any = None


class Saver:
    """Saves a training run to `checkpoint`: a `Checkpoint`, a path, or None for not.

    `snapshot` turns what the framework holds into arrays and back: see `Snapshot` in
    the `checkpoint` module of each framework. `train_iter` are the batches of an
    epoch, in random order or not.

    It is a context manager around the loop over epochs. Inside it Ctrl-C lets the
    batch end, saves, and only then interrupts; a second one interrupts at once.
    `position` is where the coming epoch starts.
    """

    def __init__(self, checkpoint, snapshot, train_iter, use_random_iter):
        if checkpoint is not None and not isinstance(checkpoint, Checkpoint):
            checkpoint = Checkpoint(checkpoint)
        self.checkpoint, self.snapshot = checkpoint, snapshot
        self.train_iter, self.position = train_iter, Position()
        # Random numbers when the epoch began, and, for a run taken up, when it stopped
        self._start, self._stopped = None, None
        self._progress, self._saved_at, self._unsaved = None, time.monotonic(), False
        if checkpoint is not None:
            self._run = describe_run(snapshot, train_iter, use_random_iter)

    def __enter__(self):
        self._interrupt = HeldInterrupt(held=self.checkpoint is not None)
        self._interrupt.__enter__()
        return self

    def __exit__(self, kind, error, traceback):
        self._interrupt.__exit__(kind, error, traceback)
        if self.checkpoint is not None:
            if kind is None and self._unsaved:
                self.save()
            elif kind is KeyboardInterrupt:
                print(f"the same call goes on from {str(self.checkpoint.path)!r}")
        return False

    def resume(self, progress):
        """Take up the run that the file holds; without a file, begin a new one.

        `progress` is the `Progress` of this training. Raises ValueError for a file
        that is damaged or of another run, before anything is changed.
        """
        self._progress = progress
        if self.checkpoint is None:
            return
        found = read_checkpoint(self.checkpoint.path)
        if found is None:
            return
        arrays, run, table = found
        check_same_run(self.checkpoint.path, run, self._run)
        self.snapshot.load(room(arrays, "model"), room(arrays, "updater"))
        progress.restore(**table["progress"])
        self._start = {**table["start"], "framework": room(arrays, "start")}
        self._stopped = {**table["stopped"], "framework": room(arrays, "stopped")}
        state = room(arrays, "state")
        state = self.snapshot.state_of(state) if state else None
        self.position = Position(**table["position"], state=state)

    def batches(self):
        """The batches of the coming epoch, without those that are done already."""
        if self.checkpoint is None:
            return self.train_iter
        if self._stopped is None:
            self._start = self._random_state()
        else:
            self._set_random_state(self._start)
        return self._remaining_batches()

    def _remaining_batches(self):
        done, batches = self.position.batch, iter(self.train_iter)
        if sum(1 for _ in itertools.islice(batches, done)) < done:
            raise ValueError(
                f"checkpoint {str(self.checkpoint.path)!r} stands after batch {done} "
                "of an epoch, but train_iter has fewer: train on the data with which "
                "it was begun, or delete the file to start anew"
            )
        if self._stopped is not None:
            self._set_random_state(self._stopped)
            self._stopped = None
        # MXNet doesn't tell the state of its random numbers, so it starts them anew.
        reseed = getattr(self.snapshot, "reseed", None)
        for number, batch in enumerate(batches, done):
            if reseed is not None:
                reseed(self._progress.epoch, number)
            yield batch

    def after_batch(self, position):
        """Take note that training has come to `position`; save if it is time."""
        if self.checkpoint is not None:
            self.position, self._unsaved = position, True
            self._save_if_due()

    def after_epoch(self):
        """Take note that the epoch is over; save if it is time."""
        self.position = Position()
        if self.checkpoint is not None:
            self._start, self._unsaved = self._random_state(), True
            self._save_if_due()

    def _save_if_due(self):
        due = time.monotonic() - self._saved_at >= self.checkpoint.every
        if due or self._interrupt.pending:
            self.save()
        self._interrupt.deliver()

    def save(self):
        """Write the checkpoint now. Raises OSError as `write_checkpoint` does."""
        position, stopped = self.position, self._random_state()
        states = () if position.state is None else position.state
        arrays = {
            "model": self.snapshot.model(),
            "updater": self.snapshot.updater(),
            "state": self.snapshot.state_arrays(states),
            "start": self._start["framework"],
            "stopped": stopped["framework"],
        }
        table = {
            "progress": self._progress.saved(),
            "position": {
                "batch": position.batch,
                "num_tokens": position.num_tokens,
                "total_loss": float(position.total_loss),
                "seconds": position.seconds,
            },
            "start": {k: v for k, v in self._start.items() if k != "framework"},
            "stopped": {k: v for k, v in stopped.items() if k != "framework"},
        }
        named = {
            f"{name}/{key}": array
            for name, part in arrays.items()
            for key, array in part.items()
        }
        write_checkpoint(self.checkpoint.path, named, self._run, table)
        self._saved_at, self._unsaved = time.monotonic(), False

    def _random_state(self):
        """All random numbers: Python's, NumPy's, the framework's, the batches'."""
        version, numbers, gauss = random.getstate()
        kind, keys, *rest = np.random.get_state()
        own = getattr(self.train_iter, "get_state", None)
        return {
            "python": [version, list(numbers), gauss],
            "numpy": [kind, keys.tolist(), *rest],
            "batches": None if own is None else own(),
            "framework": self.snapshot.random_state(),
        }

    def _set_random_state(self, state):
        version, numbers, gauss = state["python"]
        random.setstate((version, tuple(numbers), gauss))
        kind, keys, *rest = state["numpy"]
        np.random.set_state((kind, np.array(keys, dtype=np.uint32), *rest))
        if state["batches"] is not None and state is self._start:
            self.train_iter.set_state(state["batches"])
        self.snapshot.set_random_state(state["framework"])


def describe_run(snapshot, train_iter, use_random_iter):
    """What tells a training run from others, as a dict that JSON can hold."""
    shapes = [f"{name} {array.shape}" for name, array in snapshot.model().items()]
    run = {
        "framework": snapshot.framework,
        "model": shapes,
        "optimizer": snapshot.optimizer_name(),
        "order": "random" if use_random_iter else "sequential",
    }
    if hasattr(train_iter, "fingerprint"):
        run["data"] = train_iter.fingerprint()
    return run


def room(arrays, name):
    """The arrays whose names begin with `name/`, by the rest of their names."""
    return {
        key.removeprefix(f"{name}/"): array
        for key, array in arrays.items()
        if key.startswith(f"{name}/")
    }


class HeldInterrupt:
    """Holds Ctrl-C back until `deliver`, so that it doesn't come amid an update.

    With `held` false, or outside the main thread, where Python lets nobody handle
    signals, it changes nothing.
    """

    def __init__(self, held=True):
        main = threading.current_thread() is threading.main_thread()
        self.pending, self._held = False, held and main

    def __enter__(self):
        if self._held:
            self._before = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, *error):
        if self._held:
            signal.signal(signal.SIGINT, self._before)
        return False

    def _hold(self, number, frame):
        if self.pending:  # asked twice
            raise KeyboardInterrupt
        self.pending = True

    def deliver(self):
        """Interrupt now, if that was asked for in the meantime."""
        if self.pending:
            self.pending = False
            raise KeyboardInterrupt
