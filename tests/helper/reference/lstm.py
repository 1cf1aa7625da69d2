"""One step of a long short-term memory, and the way back through it."""

import numpy as np

from d2l_check.reference.activation import sigmoid


def step(X, state, p, model):
    """The new state (H, C), each (n, h), from X (n, d); and what `back` needs."""
    H, C = state
    I, F, O = (  # noqa: E741
        sigmoid(X @ p[f"W_x{gate}"] + H @ p[f"W_h{gate}"] + p[f"b_{gate}"])
        for gate in "ifo"
    )
    C_tilde = np.tanh(X @ p["W_xc"] + H @ p["W_hc"] + p["b_c"])
    C_new = F * C + I * C_tilde
    return (O * np.tanh(C_new), C_new), (X, H, C, I, F, O, C_tilde, C_new)


def back(D_state, seen, p, model):
    """From the derivatives by the new state: those by X, by the old state, by `p`."""
    X, H, C, I, F, O, C_tilde, C_new = seen  # noqa: E741
    D_H_new, D_C_new = D_state
    D_C_new = D_C_new + D_H_new * O * (1 - np.tanh(C_new) ** 2)
    D_sums = {  # by the sums inside sigma and tanh
        "i": D_C_new * C_tilde * I * (1 - I),
        "f": D_C_new * C * F * (1 - F),
        "o": D_H_new * np.tanh(C_new) * O * (1 - O),
        "c": D_C_new * I * (1 - C_tilde**2),
    }
    grads, D_X, D_H = {}, 0, 0
    for gate, D in D_sums.items():
        grads[f"W_x{gate}"] = X.T @ D
        grads[f"W_h{gate}"] = H.T @ D
        grads[f"b_{gate}"] = D.sum(axis=0)
        D_X = D_X + D @ p[f"W_x{gate}"].T
        D_H = D_H + D @ p[f"W_h{gate}"].T
    return D_X, (D_H, D_C_new * F), grads
