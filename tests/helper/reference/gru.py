"""One step of a gated recurrent unit, and the way back through it.

The reset gate acts on the state before the product with W_hh, or on the product.
"""

import numpy as np

from d2l_check.reference.activation import sigmoid


def step(X, state, p, model):
    """The new state, a tuple of one (n, h), from X (n, d); and what `back` needs."""
    (H,) = state
    R = sigmoid(X @ p["W_xr"] + H @ p["W_hr"] + p["b_r"])
    Z = sigmoid(X @ p["W_xz"] + H @ p["W_hz"] + p["b_z"])
    if model.reset == "before":
        product = None
        H_tilde = np.tanh(X @ p["W_xh"] + (R * H) @ p["W_hh"] + p["b_h"])
    else:
        product = H @ p["W_hh"] + p["b_hh"]
        H_tilde = np.tanh(X @ p["W_xh"] + p["b_xh"] + R * product)
    return (Z * H + (1 - Z) * H_tilde,), (X, H, R, Z, H_tilde, product)


def back(D_state, seen, p, model):
    """From the derivatives by the new state: those by X, by the old state, by `p`."""
    X, H, R, Z, H_tilde, product = seen
    (D_new,) = D_state
    D_h = D_new * (1 - Z) * (1 - H_tilde**2)  # by the sum inside tanh
    D_z = D_new * (H - H_tilde) * Z * (1 - Z)  # by the sums inside sigma
    D_H = D_new * Z
    if model.reset == "before":
        D_RH = D_h @ p["W_hh"].T
        D_R, D_H = D_RH * H, D_H + D_RH * R
        grads = {"W_hh": (R * H).T @ D_h, "b_h": D_h.sum(axis=0)}
    else:
        D_product = D_h * R
        D_R, D_H = D_h * product, D_H + D_product @ p["W_hh"].T
        grads = {
            "W_hh": H.T @ D_product,
            "b_xh": D_h.sum(axis=0),
            "b_hh": D_product.sum(axis=0),
        }
    D_r = D_R * R * (1 - R)
    for gate, D in (("r", D_r), ("z", D_z)):
        grads |= {f"W_h{gate}": H.T @ D, f"b_{gate}": D.sum(axis=0)}
        D_H = D_H + D @ p[f"W_h{gate}"].T
    D_X = 0
    for gate, D in (("r", D_r), ("z", D_z), ("h", D_h)):
        grads[f"W_x{gate}"] = X.T @ D
        D_X = D_X + D @ p[f"W_x{gate}"].T
    return D_X, (D_H,), grads
