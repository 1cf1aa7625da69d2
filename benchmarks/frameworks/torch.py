"""Models in PyTorch."""

import torch
from torch import nn

from benchmarks.plan import Size


def seed(number):
    """Fix the random numbers of the initial weights."""
    torch.manual_seed(number)


def threads():
    """Return the number of threads."""
    return torch.get_num_threads()


def model(d2l, name: str, size: Size, vocab_size: int):
    """Return the LSTM of the helper `d2l`, and the place where it trains."""
    device = d2l.try_gpu()
    lstm_layer = nn.LSTM(vocab_size, size.hidden, size.layers)
    return d2l.RNNModel(lstm_layer, vocab_size).to(device), device
