"""One step of a plain recurrent layer, and the way back through it."""

import numpy as np

# The activation, and its slope, which both can be read off its value H.
PHI = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}
SLOPE = {"tanh": lambda H: 1 - H**2, "relu": lambda H: (H > 0).astype(H.dtype)}


def step(X, state, p, model):
    """The new state, a tuple of one (n, h), from X (n, d); and what `back` needs."""
    (H_before,) = state
    H = PHI[model.activation](X @ p["W_xh"] + H_before @ p["W_hh"] + p["b_h"])
    return (H,), (X, H_before, H)


def back(D_state, seen, p, model):
    """From the derivatives by the new state: those by X, by the old state, by `p`."""
    X, H_before, H = seen
    (D_H,) = D_state
    D_sum = D_H * SLOPE[model.activation](H)  # (n, h)
    grads = {"W_xh": X.T @ D_sum, "W_hh": H_before.T @ D_sum, "b_h": D_sum.sum(axis=0)}
    return D_sum @ p["W_xh"].T, (D_sum @ p["W_hh"].T,), grads
