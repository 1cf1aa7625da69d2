"""Devices and random numbers."""

import functools

import tensorflow as tf

from d2l_local.arguments import at_least, whole_number
from d2l_local.quiet import without_known_notices


@functools.cache
def _transpose_first():
    """Transpose integers once, in silence, so that later times log nothing.

    The first time, oneDNN logs on many processors that it can't. This isn't done at
    import, when TensorFlow doesn't know yet which devices to use.
    """
    with without_known_notices(), tf.device("/CPU:0"):
        tf.transpose([[0]])


def set_seed(seed):
    """Fix the random numbers of TensorFlow: initial weights, shuffling, dropout.

    Keras draws its seeds from Python's and NumPy's generators, so those are fixed too.
    """
    tf.keras.utils.set_random_seed(whole_number("seed", seed, 0, 2**32 - 1))


def try_gpu(i=0):
    """Return the `i`-th GPU (CUDA, or Apple's by tensorflow-metal), else the CPU.

    The result is a device context; `OneDeviceStrategy` takes its `._device_name`.
    """
    i = at_least(0, "i", i)
    if len(tf.config.list_physical_devices("GPU")) > i:
        return tf.device(f"/GPU:{i}")
    return tf.device("/CPU:0")


def try_all_gpus():
    """Return a list of all GPUs, or of the CPU alone."""
    gpus = range(len(tf.config.list_physical_devices("GPU")))
    return [tf.device(f"/GPU:{i}") for i in gpus] or [tf.device("/CPU:0")]


def device_name(strategy):
    """Return the device of a `OneDeviceStrategy` in short, such as `/CPU:0`."""
    if not hasattr(strategy, "extended"):
        raise TypeError(
            f"strategy={strategy!r} isn't a TensorFlow strategy: give one, such as "
            "tf.distribute.OneDeviceStrategy('/CPU:0')"
        )
    spec = tf.DeviceSpec.from_string(strategy.extended.worker_devices[0])
    return f"/{spec.device_type}:{spec.device_index}"
