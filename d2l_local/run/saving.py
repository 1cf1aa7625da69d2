"""Saving a training run while it goes on, and resuming it.

A run that was stopped and resumed gives what it would have given in one go: weights,
optimiser, random numbers, hidden state and the position in the text all continue from
where they were.
"""

import itertools
import random
import signal
import threading
import time

import numpy as np

from d2l_local.run.checkpoint import (
    Checkpoint,
    check_same_run,
    read_checkpoint,
    write_checkpoint,
)
from d2l_local.run.tally import Tally


def as_checkpoint(checkpoint):
    """Return a `Checkpoint` for a path; None and a `Checkpoint` stay as they are.

    Errors: those of `Checkpoint`.
    """
    if checkpoint is None or isinstance(checkpoint, Checkpoint):
        return checkpoint
    return Checkpoint(checkpoint)


class Saver:
    """Saves a training run to `checkpoint`, a `Checkpoint`, or None for not at all.

    `snapshot` turns what the framework holds into arrays and back: see `Snapshot` in
    the `snapshot` module of each framework. `train_iter` yields the batches of an
    epoch, in random order or not.

    It is a context manager around the loop over epochs. Inside, Ctrl-C lets the batch
    end, saves, and only then interrupts; a second one interrupts at once.
    `tally` has what the coming epoch has counted already.
    """

    def __init__(self, checkpoint, snapshot, train_iter, use_random_iter):
        self.checkpoint, self.snapshot = checkpoint, snapshot
        self.train_iter, self.use_random_iter = train_iter, use_random_iter
        self.tally = Tally()
        # Random numbers when the epoch began and, for a resumed run, when it stopped
        self._began_with, self._stopped_with = None, None
        self._progress, self._saved_at, self._unsaved = None, time.monotonic(), False
        if checkpoint is not None:
            self._run = describe_run(snapshot, train_iter, use_random_iter)

    def __enter__(self):
        self._interrupt = DeferredInterrupt(deferred=self.checkpoint is not None)
        self._interrupt.__enter__()
        return self

    def __exit__(self, kind, error, traceback):
        self._interrupt.__exit__(kind, error, traceback)
        if self.checkpoint is not None:
            if kind is None and self._unsaved:
                self.save()
            elif kind is KeyboardInterrupt:
                path = str(self.checkpoint.path)
                print(f"to continue from {path!r}, make the same call again")
        return False

    def resume(self, progress):
        """Resume the run that the file holds; without a file, begin a new one.

        `progress` is the `Progress` of this training. Raises ValueError for a file
        that is damaged or from another run, before anything is changed.
        """
        self._progress = progress
        if self.checkpoint is None:
            return
        found = read_checkpoint(self.checkpoint.path)
        if found is None:
            return
        arrays, run, table = found
        check_same_run(self.checkpoint.path, run, self._run)
        self.snapshot.load(section(arrays, "model"), section(arrays, "updater"))
        progress.restore(**table["progress"])
        self._began_with, self._stopped_with = (
            {**table[name], "framework": section(arrays, name)}
            for name in ("start", "stopped")
        )
        state = section(arrays, "state")
        state = self.snapshot.state_of(state) if state else None
        self.tally = Tally(**table["position"], state=state)

    def batches(self):
        """Return the batches of the coming epoch, without those that are done."""
        self.tally.start_clock()
        if self.checkpoint is None:
            return self.train_iter
        if self._stopped_with is None:
            self._began_with = self._random_state()
        else:
            self._set_random_state(self._began_with)
        return self._remaining_batches()

    def _remaining_batches(self):
        done, batches = self.tally.batch, iter(self.train_iter)
        if sum(1 for _ in itertools.islice(batches, done)) < done:
            path = str(self.checkpoint.path)
            raise ValueError(
                f"checkpoint {path!r} was saved after batch {done} of an epoch, but "
                "train_iter has fewer: train on the same data as before, or delete the "
                "file to start over"
            )
        if self._stopped_with is not None:
            self._set_random_state(self._stopped_with)
            self._stopped_with = None
        # MXNet can't tell its generator's state, so it is seeded for each batch.
        reseed = getattr(self.snapshot, "reseed", None)
        for number, batch in enumerate(batches, done):
            if reseed is not None:
                reseed(self._progress.epoch, number)
            yield batch
            # The loop asks for the next batch, so it has trained on this one, and the
            # tally has it: between two batches, a run can be saved or interrupted.
            self._unsaved = True
            self._save_if_due()

    def after_epoch(self):
        """Take note that the epoch is over; save if it is time."""
        self.tally = Tally()
        if self.checkpoint is not None:
            self._began_with, self._unsaved = self._random_state(), True
            self._save_if_due()

    def _save_if_due(self):
        due = time.monotonic() - self._saved_at >= self.checkpoint.every
        if due or self._interrupt.pending:
            self.save()
        self._interrupt.deliver()

    def save(self):
        """Write the checkpoint now. Raises OSError as `write_checkpoint` does."""
        tally, began, stopped = self.tally, self._began_with, self._random_state()
        # Then the next batch starts from a new state, so there is none to save.
        fresh = self.use_random_iter or tally.state is None
        arrays = {
            "model": self.snapshot.model(),
            "updater": self.snapshot.updater(),
            "state": {} if fresh else self.snapshot.state_arrays(tally.state),
            "start": began["framework"],
            "stopped": stopped["framework"],
        }
        table = {
            "progress": self._progress.saved(),
            "position": {
                "batch": tally.batch,
                "num_tokens": tally.num_tokens,
                "total_loss": float(tally.total_loss),
                "seconds": tally.seconds,
            },
            "start": {k: v for k, v in began.items() if k != "framework"},
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
        """Return the state of each random generator: Python, NumPy, framework, data."""
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
        if state["batches"] is not None and state is self._began_with:
            self.train_iter.set_state(state["batches"])
        self.snapshot.set_random_state(state["framework"])


def describe_run(snapshot, train_iter, use_random_iter):
    """Return what tells a training run from others, as a dict that JSON can hold."""
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


def section(arrays, name):
    """Return the arrays whose names begin with `name/`, by the rest of their names."""
    return {
        key.removeprefix(f"{name}/"): array
        for key, array in arrays.items()
        if key.startswith(f"{name}/")
    }


class DeferredInterrupt:
    """Holds Ctrl-C back until `deliver`, so that it doesn't come amid an update.

    With `deferred` false, or outside the main thread, where Python lets nobody handle
    signals, it changes nothing.
    """

    def __init__(self, deferred=True):
        main = threading.current_thread() is threading.main_thread()
        self.pending, self._deferred = False, deferred and main

    def __enter__(self):
        if self._deferred:
            self._before = signal.signal(signal.SIGINT, self._defer)
        return self

    def __exit__(self, *error):
        if self._deferred:
            signal.signal(signal.SIGINT, self._before)
        return False

    def _defer(self, number, frame):
        if self.pending:  # asked twice
            raise KeyboardInterrupt
        self.pending = True

    def deliver(self):
        """Interrupt now, if that was asked for in the meantime."""
        if self.pending:
            self.pending = False
            raise KeyboardInterrupt
