"""Access to MXNet for the tests of equality."""

import numpy as onp

from d2l_local import mxnet as d2l
from d2l_local.exchange.gates import unpack_gates
from d2l_local.mxnet.weights import ORDER, recurrent_params

from mxnet import autograd, gluon, np, npx  # isort: skip

DEVICE = npx.cpu()


def by_formula(net, model, value):
    """Apply `value` to each parameter; returns them by the names of the formulas."""
    found = {}
    for block, params in zip(model.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = (value(p).asnumpy() for p in params)
        found |= unpack_gates(W_x.T, W_h.T, b_x, b_h, block, ORDER[model.cell])
    found["W_hq"] = value(net.dense.weight).asnumpy().T
    return found | {"b_q": value(net.dense.bias).asnumpy()}


def parameters(net, model):
    """The parameters of a model by the names of the formulas, two biases a gate."""
    return by_formula(net, model, lambda param: param.data())


def state_from(net, model, state):
    """A state of the reference as Gluon's: [H] or [H, C], each (blocks, n, h)."""
    parts = [
        np.array(onp.stack(part), dtype="float32")
        for part in zip(*(state[block] for block in model.blocks))
    ]
    for part in parts:
        part.attach_grad()
    return parts


def by_block(model, state, value):
    """Gluon's state as that of the reference, with `value` made of each array."""
    arrays = [value(part).asnumpy() for part in state]
    return {block: rows for block, *rows in zip(model.blocks, *arrays)}


def gradients(net, model, X, Y, state):
    """As `tests.helper.reference.training.gradients`."""
    if state is None:
        begin = net.begin_state(batch_size=len(X))
    else:
        begin = state_from(net, model, state)
        # A graph compiled with states that need a gradient, and run later with states
        # that don't, writes past its memory, and the process dies.
        net.hybridize(False)
    labels = np.array(Y.T.reshape(-1), dtype="int32")
    with autograd.record():
        outputs, new_state = net(np.array(X, dtype="int32"), begin)
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(outputs, labels).mean()
    loss.backward()
    net.hybridize(static_alloc=True, static_shape=True)
    return (
        float(loss),
        by_formula(net, model, lambda param: param.grad()),
        None if state is None else by_block(model, begin, lambda part: part.grad),
        outputs.asnumpy(),
        by_block(model, new_state, lambda part: part),
    )


def epoch(net, batches, lr, theta):
    """Train for one epoch; returns the perplexity."""
    batches = [tuple(np.array(Z, dtype="int32") for Z in batch) for batch in batches]
    updater = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": lr}, kvstore=None
    )
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return d2l.train_epoch_ch8(net, batches, loss, updater, DEVICE, False, theta=theta)[
        0
    ]


def write(prefix, num_preds, net, vocab):
    """The text that a model writes."""
    return d2l.predict_ch8(prefix, num_preds, net, vocab, DEVICE)
