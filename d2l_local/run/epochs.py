"""A whole training run as one object: its options, and its epochs one by one."""

import inspect
from contextlib import contextmanager

from d2l_local.arguments import at_least_one
from d2l_local.run.checkpoint import try_checkpoint
from d2l_local.run.checks import (
    check_batches,
    check_flag,
    check_function,
    check_optimizer,
    check_prefixes,
)
from d2l_local.run.progress import Progress, check_target
from d2l_local.run.saving import Saver, as_checkpoint
from d2l_local.text.prompt import CLASSIC_PREFIXES


class Run:
    """A training run: checked when it is made, then shown, saved and resumed.

    The arguments are those of `train_ch8` in every framework; they become attributes.
    Nothing is computed and no random number drawn before all of them have been checked.
    The options:

    `prefixes`: starts of texts; at the end, the model continues each of them. Where the
    vocabulary doesn't know the default ones, they are words or the start of its text.
    `optimizer`: 'sgd', 'momentum' (SGD with momentum 0.9) or 'adam', at the learning
    rate `lr`; or an optimiser of the framework, which brings its own.
    `mixed_precision`: whether to compute in bfloat16; parameters stay in float32.
    `held_out`: batches of other text, whose perplexity is shown after each epoch.
    `target_perplexity`: the training ends after the first epoch with at most this
    perplexity, that of `held_out` where it is given.
    `seed`: fixes the random numbers from here on, as `set_seed` does.
    `callback`: called after each epoch with an `Epoch`; a true value ends the training.
    A run that is resumed first tells it all epochs before, whose `restored` is True.
    `checkpoint`: a path, or a `Checkpoint`. The run is saved there as it goes, and the
    same call continues it, even after a power cut. A state with numbers that aren't
    finite is never saved.

    Raises TypeError or ValueError, naming the value and the remedy. To train:

        with run.watched(snapshot, measure):
            for batches in run:  # one epoch after the other
                ppl, speed = train_epoch_ch8(net, batches, ..., tally=run.tally)
                run.report(ppl, speed)
    """

    def __init__(
        self,
        net,
        train_iter,
        vocab,
        lr,
        num_epochs,
        use_random_iter=False,
        *,
        prefixes=CLASSIC_PREFIXES,
        optimizer="sgd",
        mixed_precision=False,
        held_out=None,
        target_perplexity=None,
        seed=None,
        callback=None,
        checkpoint=None,
        **unknown,
    ):
        if unknown:
            raise TypeError(
                f"train_ch8 has no option {next(iter(unknown))!r}: it has "
                f"{', '.join(parameter.name for parameter in options())}"
            )
        check_optimizer(optimizer, lr)
        at_least_one("num_epochs", num_epochs)
        check_flag("use_random_iter", use_random_iter)
        check_flag("mixed_precision", mixed_precision)
        check_target(target_perplexity)
        check_batches("train_iter", train_iter, num_epochs)
        if held_out is not None:
            check_batches("held_out", held_out, num_epochs)
        if callback is not None:
            check_function("callback", callback, "a function of an Epoch")
        self.train_iter, self.use_random_iter = train_iter, use_random_iter
        self.checkpoint = as_checkpoint(checkpoint)
        if self.checkpoint is not None:
            try_checkpoint(self.checkpoint.path, 0)
        corpus = getattr(train_iter, "corpus", ())
        self.prefixes = check_prefixes(prefixes, vocab, net, corpus)
        self.optimizer, self.mixed_precision = optimizer, mixed_precision
        self.held_out, self.target_perplexity = held_out, target_perplexity
        self.seed, self.callback = seed, callback
        self.progress = Progress(num_epochs, lr, held_out=held_out is not None)
        self._stopped = False

    @contextmanager
    def watched(self, snapshot, measure):
        """Resume the run from its checkpoint, then show and save its progress.

        `snapshot` is the `Snapshot` of the framework, which reads and writes tensors;
        `measure` returns the perplexity of the model on batches. Ctrl-C comes between
        two batches, after saving. Raises ValueError for a file of another run, OSError
        where it can't be written.
        """
        self._measure = measure
        self._saver = Saver(
            self.checkpoint, snapshot, measure, self.train_iter, self.use_random_iter
        )
        with self._saver, self.progress:
            self._saver.resume(self.progress)
            for epoch in self.progress.history:  # of earlier calls
                self._tell(epoch)
            yield self

    @property
    def tally(self):
        """What the coming epoch has counted already: nothing, unless it is resumed."""
        return self._saver.tally

    def __iter__(self):
        while not (self._stopped or self.progress.is_over(self.target_perplexity)):
            yield self._saver.batches()

    def report(self, ppl, speed):
        """Show and save what an epoch gave, and tell the callback.

        Measures the held-out text first. Raises TrainingDiverged if `ppl` isn't finite.
        """
        held_out = None if self.held_out is None else self._measure(self.held_out)
        epoch = self.progress.update(ppl, speed, held_out)
        self._saver.after_epoch()
        self._tell(epoch)

    def _tell(self, epoch):
        """Tell the callback of an epoch, and take note of whether it ends the run."""
        self._stopped = self.callback is not None and bool(self.callback(epoch))


def options():
    """Return the options of `Run`, as parameters with their default values."""
    parameters = inspect.signature(Run).parameters.values()
    return [each for each in parameters if each.kind is each.KEYWORD_ONLY]


def with_options_of_run(train_ch8):
    """Show the options of `Run` in the signature of a `train_ch8(..., **options)`.

    So `help` and completion know them, though they are listed in one place only. The
    function itself is returned, unwrapped.
    """
    signature = inspect.signature(train_ch8)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    train_ch8.__signature__ = signature.replace(parameters=[*own, *options()])
    return train_ch8
