"""The softmax cross-entropy, and its derivative."""

import numpy as np


def cross_entropy(outputs, labels):
    """The mean loss over all rows in nats, and its derivative by the outputs.

    Outputs (rows, q) before the softmax, labels (rows,).
    """
    rows = np.arange(len(labels))
    shifted = outputs - outputs.max(axis=1, keepdims=True)  # so that exp stays finite
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    D_outputs = np.exp(log_probabilities)
    D_outputs[rows, labels] -= 1
    return -log_probabilities[rows, labels].mean(), D_outputs / len(labels)
