"""Devices and random numbers."""

import functools

import tensorflow as tf

from d2l_local.arguments import at_least, whole_number
from d2l_local.quiet import without_known_notices


@functools.cache
def _transpose_first():
    """Transpose integers for the first time, unheard, on behalf of all later times.

    On many processors oneDNN then logs, once in a process, that it can't. Not done at
    import, where TensorFlow has not yet been told which devices to use.
    """
    with without_known_notices(), tf.device("/CPU:0"):
        tf.transpose([[0]])


def set_seed(seed):
    """Fix the random numbers of TensorFlow: initial weights, shuffling, dropout.

    Keras draws its seeds from Python's and NumPy's generators, so those are fixed too.
    """
    tf.keras.utils.set_random_seed(whole_number("seed", seed, 0, 2**32 - 1))


def try_gpu(i=0):
    """The `i`-th GPU (CUDA, or Apple's through tensorflow-metal), else the CPU.

    A device context; `OneDeviceStrategy` wants its `._device_name`.
    """
    i = at_least(0, "i", i)
    if len(tf.config.list_physical_devices("GPU")) > i:
        return tf.device(f"/GPU:{i}")
    return tf.device("/CPU:0")


def try_all_gpus():
    """All GPUs as a list of devices, or the CPU alone."""
    gpus = range(len(tf.config.list_physical_devices("GPU")))
    return [tf.device(f"/GPU:{i}") for i in gpus] or [tf.device("/CPU:0")]


def device_name(strategy):
    """The device of a `OneDeviceStrategy` in short, `/CPU:0` for one."""
    if not hasattr(strategy, "extended"):
        raise TypeError(
            f"strategy={strategy!r} is no strategy of TensorFlow: give "
            "tf.distribute.OneDeviceStrategy('/CPU:0'), for one"
        )
    spec = tf.DeviceSpec.from_string(strategy.extended.worker_devices[0])
    return f"/{spec.device_type}:{spec.device_index}"
