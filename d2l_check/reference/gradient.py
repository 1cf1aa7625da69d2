"""Backpropagation through time in a network of two tanh layers."""

import numpy as np


def states(inputs, params):
    """Return the states from zeros on: for each layer T + 1 arrays (n, h)."""
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2 = params
    zeros = np.zeros((inputs.shape[1], len(W_hh1)))
    H_1, H_2 = [zeros], [zeros]
    for X in inputs:
        H_1.append(np.tanh(X @ W_xh1 + H_1[-1] @ W_hh1 + b_h1))
        H_2.append(np.tanh(H_1[-1] @ W_xh2 + H_2[-1] @ W_hh2 + b_h2))
    return H_1, H_2


def back(D, H, W):
    """Hand a gradient `D` at a state `H` back through tanh and the weights `W`."""
    return (D * (1 - H**2)) @ W.T


def direct(H_1, H_2, t, loss):
    """Return what the loss itself adds to the gradients of both states of step `t`."""
    zeros = np.zeros_like(H_1[0])
    if t < len(H_1) - 1 and loss != "all steps" or t == 0:
        return zeros, zeros
    return {
        "H_2": (zeros, H_2[t]),
        "H_1": (H_1[t], zeros),
        "sum": (zeros, zeros + 1),
        "all steps": (zeros, H_2[t]),
    }[loss]


def gradients(inputs, params, *, loss="H_2", routes="all", scale=1.0):
    """Return all states' gradients: for each layer a list of T + 1 arrays (n, h).

    The loss is `scale` times half the sum of squares of the last H_2.
    """
    _, W_hh1, _, W_xh2, W_hh2, _ = params
    H_1, H_2 = states(inputs, params)
    last = len(inputs)
    D_1, D_2 = [None] * (last + 1), [None] * (last + 1)
    for t in range(last, -1, -1):
        D_1[t], D_2[t] = (scale * own for own in direct(H_1, H_2, t, loss))
        if t < last and routes != "none":
            D_2[t] = D_2[t] + back(D_2[t + 1], H_2[t + 1], W_hh2)
        if t < last and routes in ("all", "up at the end", "from the next step"):
            D_1[t] = D_1[t] + back(D_1[t + 1], H_1[t + 1], W_hh1)
        # The state before step 1 is read by its own layer alone.
        if t == last or t > 0 and routes != "up at the end":
            D_1[t] = D_1[t] + back(D_2[t], H_2[t], W_xh2)
    if routes == "from the next step":
        later = [back(D, H, W_hh1) for D, H in zip(D_1[1:], H_1[1:])]
        return [*later, np.zeros_like(H_1[0])], D_2
    return D_1, D_2


def gradient_norms(
    inputs, params, *, of="states", norm="root", order="as it is", **options
):
    """Return the norms (2, T) of all gradients; `options` are those of `gradients`."""
    arrays = measured(
        inputs, states(inputs, params), gradients(inputs, params, **options), of
    )
    norms = np.array([[NORMS[norm](a) for a in layer] for layer in arrays])
    return {
        "as it is": norms,
        "time reversed": norms[:, ::-1],
        "layers exchanged": norms[::-1],
    }[order]


def root(a):
    """Return the Euclidean norm."""
    return np.sqrt(np.sum(a**2))


NORMS = {
    "root": root,
    "squared": lambda a: np.sum(a**2),
    "absolute": lambda a: np.sum(np.abs(a)),
    "largest": lambda a: np.max(np.abs(a)),
    "mean square": lambda a: np.sqrt(np.mean(a**2)),
    "mean of sequences": lambda a: np.mean(np.sqrt(np.sum(a**2, axis=1))),
    "logarithm": lambda a: np.log(root(a) + 1e-300),
    "logarithm to base 10": lambda a: np.log10(root(a) + 1e-300),
}


def measured(inputs, both_states, both_gradients, of):
    """Return the arrays whose norms are taken: for each layer a list of T."""
    if of == "states":
        return [D[1:] for D in both_gradients]
    if of == "states before the step":
        return [D[:-1] for D in both_gradients]
    if of == "values":
        return [H[1:] for H in both_states]
    inside = [
        [d * (1 - h**2) for d, h in zip(D[1:], H[1:])]
        for D, H in zip(both_gradients, both_states)
    ]
    if of == "sums":
        return inside
    below = {
        "W_hh": [H[:-1] for H in both_states],
        "W_xh": [inputs, both_states[0][1:]],
    }[of.removesuffix(" by step")]
    products = [
        [source.T @ d for source, d in zip(*layer)] for layer in zip(below, inside)
    ]
    if of.endswith("by step"):
        return products
    return [[sum(product)] * len(inputs) for product in products]
