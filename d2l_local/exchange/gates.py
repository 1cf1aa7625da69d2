"""Pack the matrices of all gates into one, as frameworks keep them, and unpack it.

A framework multiplies once for all gates of a cell. So it lays their matrices side by
side, each framework in an order of its own, and most keep two biases for each gate,
one beside the inputs and one beside the state, which are added. NumPy arrays only.

Shapes: d is the number of inputs of a layer, h its number of hidden units, g its number
of gates.
"""

import numpy as np

from d2l_local.exchange.architecture import bias_names


def pack_gates(tensors, block, order, reset):
    """Pack the parameters of one layer: W_x (d, gh), W_h (h, gh), b_x (gh), b_h (gh).

    `tensors` go by the full names of `exchange.architecture`, `block` is the prefix of
    the layer, `order` names the gates in the order of the framework. A bias that is
    one vector in the formula goes to b_x, with zeros in b_h.
    """
    biases = []
    for gate in order:
        first, *second = (tensors[block + name] for name in bias_names(gate, reset))
        biases.append((first, second[0] if second else np.zeros_like(first)))
    return (
        np.concatenate([tensors[f"{block}W_x{gate}"] for gate in order], axis=1),
        np.concatenate([tensors[f"{block}W_h{gate}"] for gate in order], axis=1),
        np.concatenate([b_x for b_x, _ in biases]),
        np.concatenate([b_h for _, b_h in biases]),
    )


def unpack_gates(W_x, W_h, b_x, b_h, block, order):
    """Undo `pack_gates`: return the parameters of each gate, with both biases.

    The dict holds W_x*, W_h*, b_x* and b_h* for each gate, after the prefix `block`.
    """
    stacked = {"W_x": W_x, "W_h": W_h, "b_x": b_x, "b_h": b_h}
    return {
        f"{block}{kind}{gate}": part
        for kind, array in stacked.items()
        for gate, part in zip(order, np.split(array, len(order), axis=-1))
    }


def added_biases(tensors, block, order, reset):
    """Return the parameters of one layer by the names of the formulas.

    `tensors` come from `unpack_gates`. Two biases become their sum, which computes the
    same, except in a candidate with the reset gate between them.
    """
    found = {}
    for gate in order:
        for kind in ("W_x", "W_h"):
            found[f"{block}{kind}{gate}"] = tensors[f"{block}{kind}{gate}"]
        both = tensors[f"{block}b_x{gate}"], tensors[f"{block}b_h{gate}"]
        names = bias_names(gate, reset)
        values = both if len(names) == 2 else [both[0] + both[1]]
        found |= {block + name: value for name, value in zip(names, values)}
    return found
