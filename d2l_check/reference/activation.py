"""Functions that act on each number, or on each row, of an array."""

import numpy as np


def sigmoid(x):
    """Return the logistic function of `x`, in a form that never overflows."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def relu(x):
    """Return the rectifier of `x`."""
    return np.maximum(x, 0)


def softmax(x):
    """Turn each row into probabilities."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def identity(x):
    """Return `x` itself: no activation at all."""
    return x
