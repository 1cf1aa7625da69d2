"""Batches as arrays."""

from mxnet import gluon, np

from d2l_local import batching


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of integer arrays of shape (batch_size, num_steps): inputs,
    and labels one step ahead. Options and errors: `d2l_local.batching`.
    """
    return batching.load_data_time_machine(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        convert=lambda batch: np.array(batch, dtype="int32"),
        **options,
    )


def load_array(data_arrays, batch_size, is_train=True):
    """Batches of arrays that share their first axis; shuffled when `is_train`."""
    dataset = gluon.data.ArrayDataset(*data_arrays)
    return gluon.data.DataLoader(dataset, batch_size, shuffle=is_train)
