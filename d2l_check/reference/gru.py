"""One step of a gated recurrent unit."""

import numpy as np

from d2l_check.reference.activation import sigmoid
from d2l_check.reference.params import replaced


def gru_cell(
    X,
    H,
    params,
    *,
    phi=(sigmoid, sigmoid, np.tanh),
    swapped=False,
    reset="before",
    keep="Z",
    mix="both",
    replace=None,
):
    """Return the new state (n, h).

    `X` (n, d), `H` (n, h), nine `params` as in exercise 2; `phi` are the functions of
    the reset gate, the update gate and the candidate.
    """
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, *candidate = replaced(params, replace or {})
    R = phi[0](X @ W_xr + H @ W_hr + b_r)
    Z = phi[1](X @ W_xz + H @ W_hz + b_z)
    if swapped:
        R, Z = Z, R
    H_tilde = phi[2](before_tanh(X, H, R, candidate, reset))
    return mixed(H, H_tilde, R, Z if keep == "Z" else 1 - Z, mix)


def before_tanh(X, H, R, params, reset):
    """Return the sum inside the candidate, the reset gate in one place or another."""
    W_xh, W_hh, b_h = params
    below = X @ W_xh
    return {
        "before": below + (R * H) @ W_hh + b_h,
        "after": below + R * (H @ W_hh) + b_h,
        "after, with bias": below + R * (H @ W_hh + b_h),
        "on the sum": R * (below + H @ W_hh + b_h),
        "nowhere": below + H @ W_hh + b_h,
    }[reset]


def mixed(H, H_tilde, R, Z, mix):
    """Put the old state and the candidate together, in one way or another."""
    return {
        "both": Z * H + (1 - Z) * H_tilde,
        "same weight": Z * H + Z * H_tilde,
        "reset state": Z * (R * H) + (1 - Z) * H_tilde,
        "candidate alone": H_tilde,
        "share of the candidate": (1 - Z) * H_tilde,
        "all of the candidate": Z * H + H_tilde,
    }[mix]
