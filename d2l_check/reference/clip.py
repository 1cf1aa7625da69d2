"""Clipping gradients by their global norm."""

import numpy as np


def clip(grads, theta, *, over="all", size="norm", when="above", factor="theta / norm"):
    """Return new gradients, scaled together so that their norm is at most `theta`."""
    if over == "element":
        return [np.clip(g, -theta, theta) for g in grads]
    if over == "all":
        share = shared_factor(grads, theta, size, when, factor)
        return [share * g for g in grads]
    if over == "each":
        return [shared_factor([g], theta, size, when, factor) * g for g in grads]
    return [  # over == "row"
        np.stack([shared_factor([r], theta, size, when, factor) * r for r in rows])
        for rows in grads
    ]


def shared_factor(grads, theta, size, when, factor):
    """Return the number that these gradients are multiplied by."""
    norm = SIZES[size](grads)
    scaled = {
        "above": norm > theta,
        "below": norm < theta,
        "always": True,
        "never": False,
    }
    if not scaled[when]:
        return 1.0
    return {
        "theta / norm": theta / norm,
        "norm / theta": norm / theta,
        "1 / norm": 1 / norm,
        "theta": theta,
    }[factor]


def squares(grads):
    """Return the sum of squares of each gradient."""
    return [np.sum(g**2) for g in grads]


def elements(grads):
    """Return all numbers in one array."""
    return np.concatenate([np.ravel(g) for g in grads])


SIZES = {
    "norm": lambda grads: np.sqrt(sum(squares(grads))),
    "squared": lambda grads: sum(squares(grads)),
    "mean": lambda grads: np.sqrt(np.mean(elements(grads) ** 2)),
    "mean of squares": lambda grads: np.sqrt(np.mean(squares(grads))),
    "sum of mean squares": lambda grads: np.sqrt(sum(np.mean(g**2) for g in grads)),
    "mean of norms": lambda grads: np.mean(np.sqrt(squares(grads))),
    "sum of norms": lambda grads: np.sum(np.sqrt(squares(grads))),
    "absolute": lambda grads: np.sum(np.abs(elements(grads))),
    "largest": lambda grads: np.max(np.abs(elements(grads))),
}
