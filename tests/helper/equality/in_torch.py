"""Access to PyTorch for the tests of equality."""

import numpy as np
import torch

from d2l_local import torch as d2l
from d2l_local.exchange.gates import unpack_gates
from d2l_local.torch.weights import ORDER, recurrent_params

DEVICE = torch.device("cpu")


def by_formula(net, model, value):
    """Apply `value` to each parameter; returns them by the names of the formulas."""
    found = {}
    for block, params in zip(model.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = (value(p).numpy().copy() for p in params)
        found |= unpack_gates(W_x.T, W_h.T, b_x, b_h, block, ORDER[model.cell])
    found["W_hq"] = value(net.linear.weight).numpy().T.copy()
    return found | {"b_q": value(net.linear.bias).numpy().copy()}


def parameters(net, model):
    """The parameters of a model by the names of the formulas, two biases a gate."""
    return by_formula(net, model, lambda param: param.detach())


def state_from(net, model, state):
    """A state of the reference as PyTorch's: H, or (H, C), each (blocks, n, h)."""
    dtype = net.linear.weight.dtype
    parts = [
        torch.tensor(np.stack(part), dtype=dtype, requires_grad=True)
        for part in zip(*(state[block] for block in model.blocks))
    ]
    return tuple(parts) if model.cell == "lstm" else parts[0]


def by_block(model, state, value):
    """PyTorch's state as that of the reference, with `value` made of each tensor."""
    parts = state if model.cell == "lstm" else [state]
    arrays = [value(part).numpy() for part in parts]
    return {block: rows for block, *rows in zip(model.blocks, *arrays)}


def gradients(net, model, X, Y, state):
    """As `tests.helper.reference.training.gradients`."""
    begin = net.begin_state(DEVICE, len(X))
    begin = begin if state is None else state_from(net, model, state)
    outputs, new_state = net(torch.tensor(X), begin)
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y).T.reshape(-1))
    net.zero_grad()
    loss.backward()
    return (
        loss.item(),
        by_formula(net, model, lambda param: param.grad),
        None if state is None else by_block(model, begin, lambda part: part.grad),
        outputs.detach().numpy(),
        by_block(model, new_state, lambda part: part.detach()),
    )


def epoch(net, batches, lr, theta):
    """Train for one epoch; returns the perplexity."""
    batches = [(torch.tensor(X), torch.tensor(Y)) for X, Y in batches]
    updater = torch.optim.SGD(net.parameters(), lr)
    loss = torch.nn.CrossEntropyLoss()
    return d2l.train_epoch_ch8(net, batches, loss, updater, DEVICE, False, theta=theta)[
        0
    ]


def write(prefix, num_preds, net, vocab):
    """The text that a model writes."""
    return d2l.predict_ch8(prefix, num_preds, net, vocab, DEVICE)
