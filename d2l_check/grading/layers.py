"""What the judge asks of a framework's GRU: that it computes what a GRU does.

In a learner's own notebook, the check of `gru_layer` looks at the kind of a layer and
at its sizes, of which a student's process could tell anything. So here the layer gets
weights of the judge's, and its outputs are compared with those of the equations.
"""

import itertools

import numpy as np

from d2l_check.chapters.deep_rnn.gru_layer import SIZES, GRULayer
from d2l_check.comparison import close
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.reference.activation import identity, relu, sigmoid

NOT_A_GRU = Mistake(
    "not-a-gru",
    _("The layer doesn't compute what a GRU computes."),
    _("Return a new layer of the framework, made as in the chapter."),
)


def hard_sigmoid(x):
    return np.clip(x / 6 + 0.5, 0, 1)


# What a framework's GRU can be asked for, the usual first: the functions of gates and
# candidate, where the reset gate acts, and whether there are biases.
VARIANTS = tuple(
    itertools.product(
        (sigmoid, hard_sigmoid), (np.tanh, relu, sigmoid, identity),
        (True, False), (True, False),
    )
)  # fmt: skip


class JudgedGRULayer(GRULayer):
    """The check of a GRU of the framework, which is run with the judge's weights."""

    def runs(self):
        super().runs()
        for seed, (layer, sizes) in enumerate(zip(self.layers, SIZES)):
            inputs, weights = drawn(*sizes, seed)
            try:
                found = self.framework.run_gru(layer, weights, inputs)
            except Mistaken:
                raise
            except Exception as error:
                raise Mistaken(NOT_A_GRU) from error
            if not any(close(found, deep_gru(inputs, weights, *v)) for v in VARIANTS):
                raise Mistaken(NOT_A_GRU)


def drawn(d, h, num_layers, seed):
    """Return random inputs (T, n, d), and weights for each layer of a deep GRU."""
    rng = np.random.default_rng(seed)
    weights = [
        [
            rng.normal(size=s) / 2
            for s in ((rows, 3 * h), (h, 3 * h), (3 * h,), (3 * h,))
        ]
        for rows in [d, *[h] * (num_layers - 1)]
    ]
    return rng.normal(size=(4, 2, d)), weights


def deep_gru(inputs, weights, gate, phi, reset_after, biased):
    """Return the outputs (T, n, h) of a deep GRU: those of its last layer."""
    for W_x, W_h, b_x, b_h in weights:
        H, outputs = np.zeros((inputs.shape[1], len(W_h))), []
        b_x, b_h = biased * b_x, biased * reset_after * b_h
        for X in inputs:
            (x_r, x_z, x_n), (h_r, h_z, h_n) = (
                np.split(A, 3, axis=1) for A in (X @ W_x + b_x, H @ W_h + b_h)
            )
            R, Z = gate(x_r + h_r), gate(x_z + h_z)
            W_n = np.split(W_h, 3, axis=1)[2]
            candidate = phi(x_n + (R * h_n if reset_after else (R * H) @ W_n))
            H = Z * H + (1 - Z) * candidate
            outputs.append(H)
        inputs = np.stack(outputs)
    return inputs
