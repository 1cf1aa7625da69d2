"""Batches of text as tensors."""

import tensorflow as tf

from d2l_local.arguments import check_flag
from d2l_local.run.checks import check_arrays
from d2l_local.tensorflow.devices import _transpose_first
from d2l_local.text import batching


def seq_data_iter_random(corpus, batch_size, num_steps, rng=None):
    """Yield `(X, Y)`, batches of tensors whose subsequences come in random order.

    With `rng`, a `random.Random`, which the classic API lacks, they stay NumPy arrays,
    for callers that convert them. For the rest see `d2l_local.text.batching`.
    """
    batches = batching.seq_data_iter_random(corpus, batch_size, num_steps, rng)
    return batches if rng is not None else _converted(batches)


def seq_data_iter_sequential(corpus, batch_size, num_steps, rng=None):
    """Yield batches of tensors in which row i continues row i of the batch before.

    `rng` is as in `seq_data_iter_random`. See also `d2l_local.text.batching`.
    """
    batches = batching.seq_data_iter_sequential(corpus, batch_size, num_steps, rng)
    return batches if rng is not None else _converted(batches)


def _converted(batches):
    return ((_as_tensor(X), _as_tensor(Y)) for X, Y in batches)


def _as_tensor(batch):
    """Return a batch of indices in the type of Python's ints in TensorFlow, int32."""
    _transpose_first()
    return tf.constant(batch, tf.int32 if batch.dtype.kind == "i" else None)


class SeqDataLoader(batching.SeqDataLoader):
    """Batches of tensors of the characters of a text; each `iter` is one pass (epoch).

    All options but `convert`, attributes, methods and errors are those of the loader
    in `d2l_local.text.batching`.
    """

    def __init__(self, batch_size, num_steps, use_random_iter, max_tokens, **options):
        super().__init__(
            batch_size,
            num_steps,
            use_random_iter,
            max_tokens,
            convert=_as_tensor,
            **options,
        )


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Return batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of int32 tensors of shape (batch_size, num_steps): inputs,
    and labels one step ahead. For options and errors see `d2l_local.text.batching`.
    """
    loader = SeqDataLoader(
        batch_size, num_steps, use_random_iter, max_tokens, **options
    )
    return loader, loader.vocab


def load_array(data_arrays, batch_size, is_train=True):
    """Return batches of tensors with a common first axis; shuffled when `is_train`."""
    check_flag("is_train", is_train)
    batch_size = check_arrays(data_arrays, batch_size)
    dataset = tf.data.Dataset.from_tensor_slices(tuple(data_arrays))
    if is_train:
        dataset = dataset.shuffle(buffer_size=len(data_arrays[0]))
    return dataset.batch(batch_size)
