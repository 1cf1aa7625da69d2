"""Batches of the classic iterators, as tensors of a framework."""

import functools

from d2l_local import batching


def converted(cut, convert):
    """The iterator function `cut`, whose batches are given through `convert`."""

    @functools.wraps(cut)
    def cut_and_convert(corpus, batch_size, num_steps, rng=None):
        batches = cut(corpus, batch_size, num_steps, rng)  # bad sizes: raises here
        return ((convert(X), convert(Y)) for X, Y in batches)

    return cut_and_convert


def loader_of(convert):
    """A `SeqDataLoader` whose batches are given through `convert`."""

    class SeqDataLoader(batching.SeqDataLoader):
        __doc__ = batching.SeqDataLoader.__doc__
        __init__ = functools.partialmethod(
            batching.SeqDataLoader.__init__, convert=convert
        )

    return SeqDataLoader
