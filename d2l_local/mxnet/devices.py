"""Devices and random numbers."""

import os

import mxnet
from mxnet import npx

from d2l_local.arguments import at_least, whole_number


def set_seed(seed):
    """Fix the random numbers of MXNet: initial weights, dropout.

    Gluon draws initial weights from MXNet's generator but shuffles with NumPy's, which
    stays as it is.
    """
    mxnet.random.seed(whole_number("seed", seed, -(2**31), 2**63 - 1))


def try_gpu(i=0):
    """Return the `i`-th GPU, else the CPU.

    MXNet 1.9.1 has no build for a current CUDA that we know of, so expect the CPU.
    """
    i = at_least(0, "i", i)
    return npx.gpu(i) if npx.num_gpus() > i else npx.cpu()


def try_all_gpus():
    """Return a list of all GPUs, or of the CPU alone."""
    return [npx.gpu(i) for i in range(npx.num_gpus())] or [npx.cpu()]


def check_device(device):
    """Raise TypeError unless `device` is an MXNet device."""
    if not isinstance(device, mxnet.Context):
        raise TypeError(
            f"device={device!r} isn't an MXNet device: give d2l.try_gpu() or npx.cpu()"
        )


def layers_drop_out():
    """Tell if the dropout of Gluon's recurrent layers has any effect here.

    On a CPU, MXNet 1.9.1 hands these layers to oneDNN and silently leaves dropout out.
    Its own code applies it, but takes about three times as long. The environment
    variable can't be changed later: MXNet crashes when layers of both kinds exist.
    """
    return npx.num_gpus() > 0 or os.environ.get("MXNET_USE_MKLDNN_RNN") == "0"
