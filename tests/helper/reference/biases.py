"""One bias for each gate, or two that are added.

The formulas need one, b_r for one, and Keras keeps one, but for a GRU with its reset
gate after the product. Others keep two, b_xr beside the inputs and b_hr beside the
state. That computes the same, but it isn't the same to train: each of the two gets the
gradient of the one, so the global norm is larger, and their sum moves twice as far.
"""

import numpy as np

from d2l_local.exchange.architecture import GATES


def gates_with_one(model):
    """The gates with a single bias in their formula."""
    return [gate for gate in GATES[model.cell] if gate != "h" or model.reset != "after"]


def in_two(model, params, rng=None):
    """Parameters with every bias split in two: at random, or the second one zero."""
    found = dict(params)
    for block in model.blocks:
        for gate in gates_with_one(model):
            bias = found.pop(f"{block}b_{gate}")
            share = bias if rng is None else rng.normal(size=bias.shape)
            found[f"{block}b_x{gate}"], found[f"{block}b_h{gate}"] = share, bias - share
    return found


def are_two(model, params):
    """Tell if parameters hold two biases for every gate."""
    return f"layer1.forward.b_x{gates_with_one(model)[0]}" in params


def added(model, params):
    """Parameters with one bias for each gate, however many they come with."""
    if not are_two(model, params):
        return params
    found = dict(params)
    for block in model.blocks:
        for gate in gates_with_one(model):
            both = (found.pop(f"{block}b_{side}{gate}") for side in "xh")
            found[f"{block}b_{gate}"] = np.add(*both)
    return found


def gradients_like(model, grads, params):
    """Gradients by one bias for each gate as gradients by the biases of `params`."""
    if not are_two(model, params):
        return grads
    found = dict(grads)
    for block in model.blocks:
        for gate in gates_with_one(model):
            grad = found.pop(f"{block}b_{gate}")
            found[f"{block}b_x{gate}"] = found[f"{block}b_h{gate}"] = grad
    return found
