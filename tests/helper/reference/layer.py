"""A cell along a sequence, in one direction, and the way back through time."""

import numpy as np

from tests.helper.reference import gru, lstm, rnn

CELLS = {"rnn": rnn, "gru": gru, "lstm": lstm}


def run(inputs, state, p, model):
    """Inputs (T, n, d) -> all H (T, n, h), the last state, what was seen."""
    outputs, seen = [], []
    for X in inputs:  # (n, d)
        state, step = CELLS[model.cell].step(X, state, p, model)
        outputs.append(state[0])
        seen.append(step)
    return np.stack(outputs), state, seen


def run_back(D_outputs, seen, p, model):
    """From the derivatives by all H (T, n, h) to those by inputs, first state and p.

    Each state is read twice: by what lies above, and by the next step.
    """
    memory = [np.zeros_like(D_outputs[0])] if model.cell == "lstm" else []
    D_state = np.zeros_like(D_outputs[0]), *memory
    grads, D_inputs = {}, []
    for D_above, step in zip(D_outputs[::-1], seen[::-1]):
        D_state = D_state[0] + D_above, *D_state[1:]
        D_X, D_state, own = CELLS[model.cell].back(D_state, step, p, model)
        grads = {name: grads.get(name, 0) + own[name] for name in own}
        D_inputs.append(D_X)
    return np.stack(D_inputs[::-1]), D_state, grads
