"""Saving a training run while it goes on, and resuming it.

A run that was stopped and resumed gives what it would have given in one go: weights,
optimiser, random numbers, hidden state and the position in the text all continue from
where they were.
"""

import itertools
import math
import random
import signal
import threading
import time

import numpy as np

from d2l_local.quiet import say
from d2l_local.run.checkpoint import (
    Checkpoint,
    check_same_run,
    read_checkpoint,
    refusal,
    try_checkpoint,
    write_checkpoint,
)
from d2l_local.run.describing import describe_run
from d2l_local.run.nested import describe, tensors_in
from d2l_local.run.progress import AFRESH
from d2l_local.run.resuming import (
    check_arrays,
    check_finite,
    check_position,
    check_random_state,
    check_updater,
    history_from,
    not_finite,
    part_of,
    set_numpy_state,
    set_python_state,
    state_from,
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
    the `snapshot` module of each framework. `measure` returns the perplexity of the
    model on batches. `train_iter` yields the batches of an epoch, in random order or
    not.

    It is a context manager around the loop over epochs. Inside, Ctrl-C lets the batch
    end, saves, and only then interrupts; a second one interrupts at once.
    `tally` has what the coming epoch has counted already.
    """

    def __init__(self, checkpoint, snapshot, measure, train_iter, use_random_iter):
        self.checkpoint, self.snapshot, self._measure = checkpoint, snapshot, measure
        self.train_iter, self.use_random_iter = train_iter, use_random_iter
        self.tally = Tally()
        # Random numbers when the epoch began and, for a resumed run, when it stopped
        self._began_with, self._stopped_with = None, None
        self._progress, self._saved_at, self._unsaved = None, time.monotonic(), False
        self._batch = None  # the last one that was trained, in an earlier call or here
        self._kept = False  # whether the file was left as it was at the last save

    def __enter__(self):
        self._interrupt = DeferredInterrupt(deferred=self.checkpoint is not None)
        self._interrupt.__enter__()
        return self

    def __exit__(self, kind, error, traceback):
        self._interrupt.__exit__(kind, error, traceback)
        if self.checkpoint is not None:
            path = str(self.checkpoint.path)
            if kind is None and self._unsaved:
                self.save()
            if kind in (None, KeyboardInterrupt) and self._kept:
                say(
                    f"the last state wasn't saved to {path!r}: the perplexity has "
                    "grown out of all proportion, so try a smaller learning rate"
                )
            if kind is KeyboardInterrupt and self.checkpoint.path.exists():
                say(f"to continue from {path!r}, make the same call again")
        return False

    def resume(self, progress):
        """Resume the run that the file holds; without a file, begin a new one.

        `progress` is the `Progress` of this training. Raises ValueError for a file
        that is damaged or from another run, OSError where a checkpoint can't be read or
        written, before anything is changed.
        """
        self._progress = progress
        if self.checkpoint is None:
            return
        path, model = self.checkpoint.path, self.snapshot.model()
        run = describe_run(self.snapshot, model, self.train_iter, self.use_random_iter)
        # Now, rather than when the first save is due
        arrays = [*model.values(), *self.snapshot.updater().values()]
        try_checkpoint(path, sum(array.nbytes for array in arrays))
        self._run, found = run, read_checkpoint(path)
        if found is None:
            progress.remedy = f"{AFRESH}. Nothing was saved to checkpoint {str(path)!r}"
        else:
            arrays, there, table = found
            check_same_run(path, there, run)
            try:
                restored = self._checked(arrays, table, model)
                # Changes nothing if it refuses
                self._set_data_state(table["start"]["batches"])
            except ValueError as error:
                raise ValueError(refusal(path, error)) from None
            self._restore(arrays, table, *restored)
            model = self.snapshot.model()
        # Constants of a model, such as the -inf of a mask
        self._never_finite = {f"model/{name}" for name in not_finite(model)}

    def _checked(self, arrays, table, model):
        """Return the epochs and the hidden state of a checkpoint.

        Raises ValueError unless all of it can be restored.
        """
        names = {"progress", "position", "state", "start", "stopped"}
        if not isinstance(table, dict) or table.keys() != names:
            raise ValueError("its table of the progress is wrong")
        epochs = history_from(table["progress"])
        check_position(table["position"])
        check_arrays("model", part_of(arrays, "model"), model)
        check_updater(
            part_of(arrays, "updater"),
            self.snapshot.expected_updater(),
            trained=bool(epochs) or table["position"]["batch"] > 0,
        )
        for name in ("start", "stopped"):
            expected = self.snapshot.random_state()
            check_random_state(table[name], part_of(arrays, name), expected)
        check_finite(arrays, {f"model/{name}" for name in not_finite(model)})
        # Only our own loader is known to have batches of one size.
        own = hasattr(self.train_iter, "fingerprint")
        state = state_from(
            table["state"],
            part_of(arrays, "state"),
            self.snapshot,
            batch_size=self.train_iter.batch_size if own else None,
        )
        return epochs, state

    def _restore(self, arrays, table, epochs, state):
        """Continue from a checkpoint that has been checked."""
        self._began_with, self._stopped_with = (
            {**table[name], "framework": part_of(arrays, name)}
            for name in ("start", "stopped")
        )
        self.snapshot.load(part_of(arrays, "model"), part_of(arrays, "updater"))
        self._progress.restore(epochs)
        self.tally = Tally(**table["position"], state=state)
        self._note_saved()

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
        skipped = 0
        for self._batch in itertools.islice(batches, done):
            skipped += 1
        if skipped < done:
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
            self._batch = batch
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
        """Write the checkpoint now, unless the model has become much worse.

        Raises TrainingDiverged, and leaves the file as it is, once a number in the
        weights, in the memory of the optimiser, in the hidden state or in the loss
        isn't finite; OSError as `write_checkpoint` does.
        """
        tally, began, stopped = self.tally, self._began_with, self._random_state()
        # Then the next batch starts from a new state, so there is none to save.
        fresh = self.use_random_iter or tally.state is None
        tensors = [] if fresh else tensors_in(tally.state)
        arrays = {
            "model": self.snapshot.model(),
            "updater": self.snapshot.updater(),
            "state": {str(i): self.snapshot.array(t) for i, t in enumerate(tensors)},
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
            "state": None if fresh else describe(tally.state),
            "start": {k: v for k, v in began.items() if k != "framework"},
            "stopped": {k: v for k, v in stopped.items() if k != "framework"},
        }
        named = {
            f"{name}/{key}": array
            for name, part in arrays.items()
            for key, array in part.items()
        }
        self._check_finite(named, table["position"]["total_loss"])
        self._kept = self._is_worse(stopped, arrays["model"])
        if not self._kept:
            write_checkpoint(self.checkpoint.path, named, self._run, table)
            self._note_saved()
        self._saved_at, self._unsaved = time.monotonic(), False

    def _check_finite(self, arrays, total_loss):
        """Raise TrainingDiverged rather than let a finite state be replaced."""
        bad = sorted(not_finite(arrays) - self._never_finite)
        if not math.isfinite(total_loss):
            bad.insert(0, "loss")
        if bad:
            raise self._progress.diverged(
                f"{', '.join(bad[:3])}{' and more' if len(bad) > 3 else ''} not finite "
                f"after batch {self.tally.batch} of epoch {self._progress.epoch + 1}"
            )

    def _is_worse(self, random_state, model):
        """Tell if the model has become so bad that the file is better left as it is.

        After an update that was much too large, numbers may be finite and yet huge, and
        the loss has still to show it. So the last batch is measured again; a healthy
        run never comes near twice the loss of its first epoch, and 2 nats.
        """
        value = self._measure([self._batch])
        self._set_random_state(random_state)  # a model may draw numbers when measured
        put_back = getattr(self.snapshot, "put_back_seeds", None)
        if put_back is not None:
            put_back(model)
        so_far = self.tally.perplexity() if self.tally.batch else self._progress.value
        if not (math.isfinite(value) and math.isfinite(so_far)):
            return True
        worst = math.log(max(value, so_far))
        first = self._progress.history[:1]  # none in the first epoch
        return any(worst > 2 * math.log(epoch.value) + 2 for epoch in first)

    def _note_saved(self):
        """Let an error name what there is to continue from."""
        batch, epoch = self.tally.batch, self._progress.epoch
        place = f"batch {batch} of epoch {epoch + 1}" if batch else f"epoch {epoch}"
        self._progress.remedy = (
            f"make the same call again: checkpoint {str(self.checkpoint.path)!r} holds "
            f"the state after {place}, from which it continues. If it diverges from "
            "there too, delete the file to start over, with a new model"
        )

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

    def _set_data_state(self, state):
        """Set the random numbers of a loader; None is for batches that have none."""
        if (state is None) != (not hasattr(self.train_iter, "set_state")):
            raise ValueError("its random numbers are those of another kind of loader")
        if state is not None:
            self.train_iter.set_state(state)

    def _set_random_state(self, state):
        set_python_state(state["python"], random)
        set_numpy_state(state["numpy"], np.random)
        if state is self._began_with:
            self._set_data_state(state["batches"])
        self.snapshot.set_random_state(state["framework"])


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
