"""Models in MXNet."""

import os

import mxnet
from mxnet import npx
from mxnet.gluon import rnn

from benchmarks.plan import CLASSIC, Size


def seed(number):
    """Fix the random numbers of the initial weights."""
    mxnet.random.seed(number)
    npx.set_np()


def threads():
    """Return the number of threads: MXNet reads the variable when it loads."""
    return int(os.environ.get("OMP_NUM_THREADS", 0))


def model(d2l, name: str, size: Size, vocab_size: int):
    """Return the LSTM of the helper `d2l`, and the place where it trains."""
    device = d2l.try_gpu()
    lstm_layer = rnn.LSTM(size.hidden, size.layers)
    net = d2l.RNNModel(lstm_layer, vocab_size)
    if name != CLASSIC:  # the classic train_ch8 initialises by itself
        net.initialize(ctx=device)
    return net, device
