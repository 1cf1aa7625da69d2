"""Batches of subsequences of a long text, in NumPy.

A batch is a pair `(X, Y)` of int64 arrays (batch_size, num_steps): `Y` is `X`
shifted by one token, the next token being what a language model predicts. Numbers that
aren't whole, a measured signal for example, come as float32.

For n tokens and a random offset o, one pass has
``(n - 1 - o) // (batch_size * num_steps)`` batches. The text must have at least
``batch_size * (num_steps + 1)`` tokens. The offset is drawn from 0 to num_steps (random
order: num_steps - 1), and from a smaller range where a large offset would leave a short
text without any batch, so every pass has at least one.
"""

import hashlib
import random
from array import array
from operator import index as as_index

import numpy as np

from d2l_local.arguments import at_least_one, check_flag, seed_of
from d2l_local.text.corpus import check_max_tokens, corpus_of
from d2l_local.text.sources import find_source

HASHED_AT_ONCE = 1 << 18  # tokens


def seq_data_iter_random(corpus, batch_size, num_steps, rng=None):
    """Yield batches whose subsequences come in random order.

    The text, from a random offset on, is cut into pieces of `num_steps` tokens.
    Each piece comes at most once; neighbours in a batch or in successive batches
    aren't neighbours in the text, so don't carry the state over.

    `corpus`: n indices, list or 1-D array of numbers, which is read one batch
    at a time. `rng`: a `random.Random`, by default the module `random`; all numbers
    are drawn from it at the call. Yields `(X, Y)`, int64, each (batch_size, num_steps).
    Raises TypeError or ValueError, at the call, for sizes that are not whole numbers
    of at least 1, and for fewer than ``batch_size * (num_steps + 1)`` tokens.
    """
    corpus, batch_size, num_steps = _checked(corpus, batch_size, num_steps)
    rng = _random_numbers(rng)
    spare = len(corpus) - 1 - batch_size * num_steps
    offset = rng.randint(0, min(num_steps - 1, spare))
    # One token less: the last label of a piece is the token after it.
    num_subseqs = (len(corpus) - 1 - offset) // num_steps
    # Compact, for a long text: 8 bytes a piece. Shuffles like a list.
    starts = array("q", range(offset, offset + num_subseqs * num_steps, num_steps))
    rng.shuffle(starts)
    return _gathered(corpus, np.frombuffer(starts, np.int64), batch_size, num_steps)


def seq_data_iter_sequential(corpus, batch_size, num_steps, rng=None):
    """Yield batches in which row i continues row i of the batch before.

    The text, from a random offset on, is cut into `batch_size` long rows, and a
    window of `num_steps` moves along them::

        row 0   t0  t1  t2 | t3  t4  t5 | ...      batch 0 | batch 1 | ...
        row 1   t9  t10 t11| t12 t13 t14| ...

    so the state of the network can be carried over. Parameters, result and errors
    are those of `seq_data_iter_random`.
    """
    corpus, batch_size, num_steps = _checked(corpus, batch_size, num_steps)
    rng = _random_numbers(rng)
    spare = len(corpus) - 1 - batch_size * num_steps
    offset = rng.randint(0, min(num_steps, spare))
    return _continued(corpus[offset:], batch_size, num_steps)


def _gathered(corpus, starts, batch_size, num_steps):
    """Yield batches of the pieces that begin at `starts`, in that order."""
    for i in range(0, len(starts) - batch_size + 1, batch_size):
        # (batch_size, 1) + (num_steps,) -> (batch_size, num_steps)
        at = starts[i : i + batch_size, None] + np.arange(num_steps)
        yield _copied(corpus[at]), _copied(corpus[at + 1])


def _continued(corpus, batch_size, num_steps):
    """Yield batches from a window that moves along `batch_size` rows of the corpus."""
    row = (len(corpus) - 1) // batch_size  # tokens in a row
    end = row * batch_size
    Xs = corpus[:end].reshape(batch_size, row)
    Ys = corpus[1 : end + 1].reshape(batch_size, row)
    for i in range(0, row - num_steps + 1, num_steps):
        window = slice(i, i + num_steps)
        yield _copied(Xs[:, window]), _copied(Ys[:, window])


def _copied(batch):
    """Return a copy, so that changing a batch doesn't change the text."""
    return batch.astype(np.float32 if batch.dtype.kind == "f" else np.int64)


def _checked(corpus, batch_size, num_steps):
    """Return the arguments as a 1-D array of numbers, int, int; refuse bad ones.

    An array isn't copied as a whole, only one batch at a time.
    """
    batch_size = at_least_one("batch_size", batch_size)
    num_steps = at_least_one("num_steps", num_steps)
    try:
        tokens = np.asarray(corpus)
    except ValueError as error:  # rows of several lengths
        raise ValueError(
            f"corpus is not one row of indices: {error}. Use vocab[tokens] for one list"
        ) from error
    if tokens.ndim != 1:
        raise ValueError(f"corpus has shape {tokens.shape}: give one row of indices")
    needed = batch_size * (num_steps + 1)
    if len(tokens) < needed:
        raise ValueError(
            f"a corpus of {len(tokens)} tokens is too short for "
            f"batch_size={batch_size} and num_steps={num_steps}, which need {needed}: "
            "lower batch_size or num_steps, or give more text (raise max_tokens)"
        )
    if tokens.dtype.kind not in "iuf":
        raise TypeError(
            f"corpus holds {tokens.dtype} values, not indices: use vocab[tokens]"
        )
    return tokens, batch_size, num_steps


def _random_numbers(rng):
    if rng is None:
        return random
    if rng is random or isinstance(rng, random.Random):
        return rng
    # NumPy's generators have methods of the same names that do something else.
    raise TypeError(
        f"rng={rng!r} isn't a random.Random: give random.Random(seed), or None"
    )


class SeqDataLoader:
    """Batches of the characters of a text; each `iter` is one pass (epoch).

    `use_random_iter` chooses `seq_data_iter_random` over `seq_data_iter_sequential`.
    `max_tokens`: how much of the text to use, -1 for all of it.
    `text`: None for the time-machine rule of `find_time_machine`, else a path or the
    name of an embedded text, as in `load_corpus`; `unicode` as in `clean`.
    `seed` is for the loader's own random numbers: a fresh loader gives the same epochs
    in the same order on every machine, and no other random numbers change. None draws
    a seed from the operating system.
    `convert`: applied to each X and Y, for example `torch.from_numpy`.

    Yields `(X, Y)`, each (batch_size, num_steps). Attributes: `corpus` (list of int,
    for a large text an array in a file, see `load_corpus`), `vocab`, `batch_size`,
    `num_steps`, `source` (a `Source`). There is no length: it
    varies by one with the random offset of the epoch.
    Raises what `load_corpus` and the two iterators raise, when constructed.
    """

    def __init__(
        self,
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        *,
        text=None,
        seed=0,
        convert=None,
        unicode=False,
    ):
        if convert is not None and not callable(convert):
            raise TypeError(
                f"convert={convert!r} can't be called: give a function that takes an "
                "array"
            )
        check_flag("use_random_iter", use_random_iter)
        self._rng = random.Random(seed_of(seed))
        text = "time_machine" if text is None else text
        max_tokens = check_max_tokens(max_tokens)
        self.source = find_source(text)
        self.corpus, self.vocab = corpus_of(
            self.source,
            max_tokens=max_tokens,
            unicode=unicode,
            joint="" if text == "time_machine" else " ",
        )
        _, self.batch_size, self.num_steps = _checked(
            self.corpus, batch_size, num_steps
        )
        self.use_random_iter = use_random_iter
        self._convert = convert

    def __iter__(self):
        cut = seq_data_iter_random if self.use_random_iter else seq_data_iter_sequential
        batches = cut(self.corpus, self.batch_size, self.num_steps, self._rng)
        if self._convert is None:
            return batches
        return ((self._convert(X), self._convert(Y)) for X, Y in batches)

    def get_state(self):
        """Return the state of the random numbers, from which the next `iter` starts.

        An epoch draws all its numbers when `iter` is called, so the state before that
        call fixes the whole epoch. The list can be stored as JSON.
        """
        version, numbers, gauss = self._rng.getstate()
        return [version, list(numbers), gauss]

    def set_state(self, state):
        """Restore a `state` that `get_state` returned, perhaps in another process.

        Raises ValueError, and changes nothing, for anything else.
        """
        fresh = random.Random(0)
        try:
            version, numbers, gauss = state
            fresh.setstate((version, tuple(numbers), gauss))
            fresh.gauss_next = None if gauss is None else float(gauss)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(
                f"this isn't the state of a loader: {error}. Give what get_state() "
                "returned"
            ) from error
        self._rng = fresh

    def fingerprint(self):
        """Return a short hash (str) of the batches: loaders with the same one agree.

        It covers the corpus, the vocabulary, `batch_size`, `num_steps` and the order,
        not the state of the random numbers, and is the same on every machine.
        """
        digest = hashlib.sha256(
            repr(
                (
                    self._order(),
                    as_index(self.batch_size),
                    as_index(self.num_steps),
                    len(self.corpus),
                    self.vocab.idx_to_token,
                )
            ).encode("utf-8", "backslashreplace")
        )
        for i in range(0, len(self.corpus), HASHED_AT_ONCE):
            # One width for all: a corpus with few kinds of tokens may be narrower.
            piece = np.asarray(self.corpus[i : i + HASHED_AT_ONCE]).astype("<i8")
            digest.update(piece)
        return digest.hexdigest()[:16]

    def _order(self):
        return "random" if self.use_random_iter else "sequential"

    def __repr__(self):
        return (
            f"SeqDataLoader({self.source.title!r}, {len(self.corpus)} tokens, "
            f"{self._order()} batches ({self.batch_size}, {self.num_steps}))"
        )


def load_data_time_machine(
    batch_size,
    num_steps,
    use_random_iter=False,
    max_tokens=10000,
    *,
    text=None,
    seed=0,
    convert=None,
    unicode=False,
):
    """Return `(loader, vocab)`: a `SeqDataLoader`, see there, and its `Vocab`."""
    loader = SeqDataLoader(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        text=text,
        seed=seed,
        convert=convert,
        unicode=unicode,
    )
    return loader, loader.vocab
