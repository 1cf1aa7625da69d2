"""Gradients of a batch, clipping, one step of gradient descent, an epoch."""

import numpy as np

from tests.helper.reference import biases, network
from tests.helper.reference.loss import cross_entropy


def gradients(model, params, X, Y, state=None):
    """Loss, gradients by all parameters and by the first state, outputs, new state.

    X and Y are indices (n, T). `params` have one bias for each gate, or two.
    """
    one = biases.added(model, params)
    outputs, new_state, seen = network.forward(model, one, X, state)
    loss, D_outputs = cross_entropy(outputs, Y.T.reshape(-1))
    grads, D_state = network.backward(model, one, seen, D_outputs)
    grads = biases.gradients_like(model, grads, params)
    return loss, grads, D_state, outputs, new_state


def norm(grads):
    """The global norm: of all gradients as one long vector."""
    return np.sqrt(sum(np.sum(grad**2) for grad in grads.values()))


def clip(grads, theta):
    """Gradients, scaled together so that their global norm is at most `theta`."""
    factor = min(1.0, theta / norm(grads))
    return {name: factor * grad for name, grad in grads.items()}


def sgd(params, grads, lr):
    """The parameters after one step against the gradients."""
    return {name: params[name] - lr * grads[name] for name in params}


def step(model, params, X, Y, state, lr, theta):
    """One training step, end to end: new parameters, loss, new state."""
    loss, grads, _, _, state = gradients(model, params, X, Y, state)
    return sgd(params, clip(grads, theta), lr), loss, state


def epoch(model, params, batches, lr, theta):
    """Steps over batches of one size, the state carried on: params, perplexity."""
    state, losses = None, []
    for X, Y in batches:
        params, loss, state = step(model, params, X, Y, state, lr, theta)
        losses.append(loss)
    return params, np.exp(np.mean(losses))
