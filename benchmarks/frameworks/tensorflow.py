"""Models in TensorFlow."""

import tensorflow as tf

from benchmarks.plan import CLASSIC, Size


def seed(number):
    """Fix the random numbers of the initial weights."""
    tf.keras.utils.set_random_seed(number)


def threads():
    """Return the number of threads; 0 leaves it to TensorFlow."""
    return tf.config.threading.get_intra_op_parallelism_threads()


def model(d2l, name: str, size: Size, vocab_size: int):
    """Return the LSTM of the helper `d2l`, and the place where it trains."""
    strategy = tf.distribute.OneDeviceStrategy(d2l.try_gpu()._device_name)
    cells = [tf.keras.layers.LSTMCell(size.hidden) for _ in range(size.layers)]
    # The classic model has time first; Keras 3 knows only the batch first.
    layout = {"time_major": True} if name == CLASSIC else {}
    lstm_layer = tf.keras.layers.RNN(
        tf.keras.layers.StackedRNNCells(cells),
        return_sequences=True,
        return_state=True,
        **layout,
    )
    with strategy.scope():
        return d2l.RNNModel(lstm_layer, vocab_size), strategy
