"""The models that are compared, small ones of every kind."""

import numpy as np

from d2l_local.exchange.architecture import Architecture
from tests.helper.reference.params import draw_params

q, h, n, T = 5, 3, 2, 4  # vocabulary, hidden units, batch size, time steps

CELLS = {
    "rnn-tanh": {"cell": "rnn"},
    "rnn-relu": {"cell": "rnn", "activation": "relu"},
    "gru-before": {"cell": "gru", "reset": "before"},
    "gru-after": {"cell": "gru", "reset": "after"},
    "lstm": {"cell": "lstm"},
}


def make(cell, num_layers=1, bidirectional=False):
    """The architecture of a model."""
    return Architecture(
        vocab_size=q,
        num_hiddens=h,
        num_layers=num_layers,
        bidirectional=bidirectional,
        **CELLS[cell],
    )


def draw(model, dtype="float64", seed=3):
    """Parameters at random, in double precision, that `dtype` holds exactly."""
    params = draw_params(model, np.random.default_rng(seed))
    return {name: p.astype(dtype).astype("float64") for name, p in params.items()}
