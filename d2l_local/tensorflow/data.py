"""Batches as tensors."""

import tensorflow as tf

from d2l_local import batching
from d2l_local.tensorflow.devices import _transpose_first


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of integer tensors of shape (batch_size, num_steps): inputs,
    and labels one step ahead. Options and errors: `d2l_local.batching`.
    """
    _transpose_first()
    return batching.load_data_time_machine(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        convert=tf.constant,
        **options,
    )


def load_array(data_arrays, batch_size, is_train=True):
    """Batches of tensors that share their first axis; shuffled when `is_train`."""
    dataset = tf.data.Dataset.from_tensor_slices(tuple(data_arrays))
    if is_train:
        dataset = dataset.shuffle(buffer_size=len(data_arrays[0]))
    return dataset.batch(batch_size)
