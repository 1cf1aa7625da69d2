"""One step of two tanh layers and an output layer, with dropout."""

import numpy as np


def dropout_step(
    X,
    H_1,
    H_2,
    params,
    dropout,
    *,
    on_input=False,
    recurrent=(False, False),
    inside=False,
    between=True,
    reads="H_2",
    before_output=True,
    after_output=False,
    returned=(False, False),
    hands_on="new",
):
    """Return the output (n, q) and the two new states (n, h).

    `X` (n, d), states (n, h), eight `params` as in exercise 1. Dropout acts on the way
    up, `between` the layers and `before_output`.
    """

    def drop(value, here):
        return dropout(value) if here else value

    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = params
    old = H_1, H_2
    H_1 = drop(X, on_input) @ W_xh1 + drop(H_1, recurrent[0]) @ W_hh1 + b_h1
    H_1 = np.tanh(drop(H_1, inside))
    H_2 = drop(H_1, between) @ W_xh2 + drop(H_2, recurrent[1]) @ W_hh2 + b_h2
    H_2 = np.tanh(drop(H_2, inside))
    top = {"H_1": H_1, "H_2": H_2}[reads]
    O = drop(drop(top, before_output) @ W_hq + b_q, after_output)
    new = drop(H_1, returned[0]), drop(H_2, returned[1])
    return O, *{"new": new, "old": old, "exchanged": new[::-1]}[hands_on]
