"""Layers on top of one another, in one direction or both, below a linear layer.

A state is a dict from the prefix of a layer, `layer1.forward.` for one, to the tuple of
its parts: (H,), or (H, C) for an LSTM, each (n, h).
"""

import numpy as np

from tests.helper.reference import layer


def begin_state(model, n):
    """Zeros for all layers and directions."""
    parts = 2 if model.cell == "lstm" else 1
    shape = (n, model.num_hiddens)
    return {
        block: tuple(np.zeros(shape) for _ in range(parts)) for block in model.blocks
    }


def local(params, block):
    """The parameters of one layer and direction, by their short names."""
    return {k.removeprefix(block): v for k, v in params.items() if k.startswith(block)}


def forward(model, params, X, state=None):
    """Indices (n, T) -> outputs (T * n, q), time first; new state; what was seen."""
    state = begin_state(model, len(X)) if state is None else state
    inputs = np.eye(model.vocab_size)[X.T]  # (T, n, q)
    new_state, seen = {}, {}
    for number in range(1, model.num_layers + 1):
        sides = []
        for direction in model.directions:
            block = f"layer{number}.{direction}."
            way = slice(None, None, -1 if direction == "backward" else 1)
            outputs, new_state[block], seen[block] = layer.run(
                inputs[way], state[block], local(params, block), model
            )
            sides.append(outputs[way])
        inputs = np.concatenate(sides, axis=2)  # (T, n, h), or 2h for two directions
    top = inputs.reshape(-1, inputs.shape[2])  # (T * n, h)
    return top @ params["W_hq"] + params["b_q"], new_state, (top, seen)


def backward(model, params, seen, D_outputs):
    """From the derivatives by the outputs: those by all parameters and first states."""
    top, seen = seen
    grads = {"W_hq": top.T @ D_outputs, "b_q": D_outputs.sum(axis=0)}
    T = len(seen["layer1.forward."])
    D = (D_outputs @ params["W_hq"].T).reshape(T, -1, top.shape[1])  # (T, n, h)
    D_state = {}
    for number in range(model.num_layers, 0, -1):
        sides = np.split(D, len(model.directions), axis=2)
        D = 0
        for direction, D_side in zip(model.directions, sides):
            block = f"layer{number}.{direction}."
            way = slice(None, None, -1 if direction == "backward" else 1)
            D_inputs, D_state[block], own = layer.run_back(
                D_side[way], seen[block], local(params, block), model
            )
            D = D + D_inputs[way]  # both directions read the same inputs
            grads |= {block + name: value for name, value in own.items()}
    return grads, D_state
