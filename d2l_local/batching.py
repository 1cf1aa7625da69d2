"""Batches of subsequences of a long text, in NumPy.

A batch is a pair `(X, Y)` of int64 arrays (batch_size, num_steps): `Y` is `X`
shifted by one token, the next token being what a language model predicts.

How many batches one pass serves, for n tokens: with a random offset o, that is
``(n - 1 - o) // (batch_size * num_steps)``. At least ``batch_size * (num_steps + 1)``
tokens are asked for. The offset is drawn from 0 to num_steps (random order:
num_steps - 1), and from a smaller range where a large offset would leave a short
text without any batch. So every pass serves at least one.
"""

import random
from operator import index as as_index

import numpy as np

from .sources import find_source
from .text import check_max_tokens, corpus_of


def seq_data_iter_random(corpus, batch_size, num_steps, rng=None):
    """Generator of batches whose subsequences stand in random order.

    The text, from a random offset on, is cut into pieces of `num_steps` tokens.
    Each piece is served at most once; neighbours in a batch or in successive
    batches are not neighbours in the text, so no state may be carried over.

    `corpus`: n indices, list or 1-D array. `rng`: a `random.Random`, by default the
    module `random`. Yields `(X, Y)`, int64, each (batch_size, num_steps).
    Raises TypeError or ValueError, at the call, for sizes that are not whole numbers
    of at least 1, and for fewer than ``batch_size * (num_steps + 1)`` tokens.
    """
    corpus, batch_size, num_steps = _checked(corpus, batch_size, num_steps)
    return _random(corpus, batch_size, num_steps, rng or random)


def seq_data_iter_sequential(corpus, batch_size, num_steps, rng=None):
    """Generator of batches in which row i continues row i of the batch before.

    The text, from a random offset on, is cut into `batch_size` long rows, and a
    window of `num_steps` moves along them::

        row 0   t0  t1  t2 | t3  t4  t5 | ...      batch 0 | batch 1 | ...
        row 1   t9  t10 t11| t12 t13 t14| ...

    so the state of the network can be carried over. Parameters, result and errors
    are those of `seq_data_iter_random`.
    """
    corpus, batch_size, num_steps = _checked(corpus, batch_size, num_steps)
    return _sequential(corpus, batch_size, num_steps, rng or random)


def _random(corpus, batch_size, num_steps, rng):
    spare = len(corpus) - 1 - batch_size * num_steps
    corpus = corpus[rng.randint(0, min(num_steps - 1, spare)) :]
    # One token less: the last label of a piece is the token after it.
    num_subseqs = (len(corpus) - 1) // num_steps
    starts = list(range(0, num_subseqs * num_steps, num_steps))
    rng.shuffle(starts)
    for i in range(0, num_subseqs - batch_size + 1, batch_size):
        # (batch_size, 1) + (num_steps,) -> (batch_size, num_steps)
        at = np.array(starts[i : i + batch_size])[:, None] + np.arange(num_steps)
        yield corpus[at], corpus[at + 1]


def _sequential(corpus, batch_size, num_steps, rng):
    spare = len(corpus) - 1 - batch_size * num_steps
    offset = rng.randint(0, min(num_steps, spare))
    row = (len(corpus) - 1 - offset) // batch_size  # tokens in a row
    end = offset + row * batch_size
    Xs = corpus[offset:end].reshape(batch_size, row)
    Ys = corpus[offset + 1 : end + 1].reshape(batch_size, row)
    for i in range(0, row - num_steps + 1, num_steps):
        window = slice(i, i + num_steps)
        # Copies: who changes a batch must not change the text.
        yield Xs[:, window].copy(), Ys[:, window].copy()


def _checked(corpus, batch_size, num_steps):
    """The three arguments as 1-D int64 array, int, int; raises for bad ones."""
    batch_size = _at_least_one("batch_size", batch_size)
    num_steps = _at_least_one("num_steps", num_steps)
    tokens = np.asarray(corpus)
    if tokens.ndim != 1:
        raise ValueError(f"corpus has shape {tokens.shape}: give one row of indices")
    needed = batch_size * (num_steps + 1)
    if len(tokens) < needed:
        raise ValueError(
            f"a corpus of {len(tokens)} tokens is too short for "
            f"batch_size={batch_size} and num_steps={num_steps}, which need {needed}: "
            "lower batch_size or num_steps, or give more text (raise max_tokens)"
        )
    if tokens.dtype.kind not in "iu":
        raise TypeError(
            f"corpus holds {tokens.dtype} values, not indices: use vocab[tokens]"
        )
    return tokens.astype(np.int64, copy=False), batch_size, num_steps


def _at_least_one(name, value):
    try:
        number = as_index(value)
    except TypeError:
        raise TypeError(
            f"{name}={value!r} is not a whole number: give an int of at least 1"
        ) from None
    if number < 1:
        raise ValueError(f"{name}={value!r}: give at least 1")
    return number


class SeqDataLoader:
    """Batches of the characters of a text; each `iter` is one pass (epoch).

    `use_random_iter` chooses `seq_data_iter_random` over `seq_data_iter_sequential`.
    `max_tokens`: how much of the text to use, -1 for all of it.
    `text`: None for the time-machine rule of `find_time_machine`, else a path or the
    name of an embedded text, as in `load_corpus`; `unicode` as in `clean`.
    `seed`: of the loader's own random numbers, so that a fresh loader serves the same
    epochs in the same order on every machine and disturbs nobody else's; None draws
    a seed from the operating system.
    `convert`: applied to each X and Y, for example `torch.from_numpy`.

    Yields `(X, Y)`, each (batch_size, num_steps). Attributes: `corpus` (list of int),
    `vocab`, `batch_size`, `num_steps`, `source` (a `Source`). There is no length: it
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
        self._rng = random.Random(seed)

    def __iter__(self):
        cut = seq_data_iter_random if self.use_random_iter else seq_data_iter_sequential
        batches = cut(self.corpus, self.batch_size, self.num_steps, self._rng)
        if self._convert is None:
            return batches
        return ((self._convert(X), self._convert(Y)) for X, Y in batches)

    def __repr__(self):
        order = "random" if self.use_random_iter else "sequential"
        return (
            f"SeqDataLoader({self.source.title!r}, {len(self.corpus)} tokens, "
            f"{order} batches ({self.batch_size}, {self.num_steps}))"
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
    """`(loader, vocab)`: a `SeqDataLoader`, which documents all, and its `Vocab`."""
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
