"""Access to TensorFlow for the tests of equality."""

import numpy as np

from d2l_local import tensorflow as d2l
from d2l_local.exchange.gates import unpack_gates
from d2l_local.tensorflow.weights import ORDER, recurrent_params

import tensorflow as tf  # isort: skip  # after d2l, which hushes its notices


def by_formula(model, triples, output):
    """Arrays in the order of Keras by the names of the formulas.

    `triples` are kernels, recurrent kernels and biases, block by block.
    """
    found = {}
    for block, (W_x, W_h, bias) in zip(model.blocks, triples):
        b_x, b_h = bias if bias.ndim == 2 else (bias, bias)
        gates = unpack_gates(W_x, W_h, b_x, b_h, block, ORDER[model.cell])
        if bias.ndim == 1:  # one bias for each gate
            for gate in ORDER[model.cell]:
                del gates[f"{block}b_h{gate}"]
                gates[f"{block}b_{gate}"] = gates.pop(f"{block}b_x{gate}")
        found |= gates
    return found | {"W_hq": output[0], "b_q": output[1]}


def parameters(net, model):
    """The parameters of a model by the names of the formulas, as many as it has."""
    triples = [[param.numpy() for param in params] for params in recurrent_params(net)]
    return by_formula(model, triples, net.dense.get_weights())


def state_from(net, model, state):
    """A state of the reference nested as Keras nests it: block by block, H before C."""
    dtype = net.compute_dtype
    flat = [tf.constant(p, dtype) for block in model.blocks for p in state[block]]
    n = len(state[model.blocks[0]][0])
    return tf.nest.pack_sequence_as(net.begin_state(n), flat)


def by_block(model, state):
    """Keras' state as that of the reference."""
    flat = [np.asarray(part) for part in tf.nest.flatten(state)]
    parts = len(flat) // len(model.blocks)
    return {
        block: flat[parts * i : parts * (i + 1)] for i, block in enumerate(model.blocks)
    }


def gradients(net, model, X, Y, state):
    """As `tests.helper.reference.training.gradients`."""
    begin = net.begin_state(len(X))
    begin = begin if state is None else state_from(net, model, state)
    first = tf.nest.flatten(begin)
    params = recurrent_params(net)
    output = [net.dense.kernel, net.dense.bias]
    with tf.GradientTape() as tape:
        tape.watch(first)
        outputs, new_state = net(tf.constant(X, tf.int32), begin)
        labels = tf.reshape(tf.transpose(tf.constant(Y, tf.int32)), (-1,))
        loss = tf.reduce_mean(cross_entropy(labels, outputs))
    wanted = [params, output, first]
    values = [one.value if hasattr(one, "value") else one for one in flat(wanted)]
    grads = [np.asarray(grad) for grad in tape.gradient(loss, values)]
    three = len(params) * 3
    triples = [grads[i : i + 3] for i in range(0, three, 3)]
    return (
        float(loss),
        by_formula(model, triples, grads[three : three + 2]),
        None if state is None else by_block(model, grads[three + 2 :]),
        outputs.numpy(),
        by_block(model, new_state),
    )


def flat(nested):
    """Variables and tensors in nested lists, one after another."""
    if isinstance(nested, list | tuple):
        return [one for part in nested for one in flat(part)]
    return [nested]


def cross_entropy(labels, outputs):
    """The loss of each row; the one of Keras would compute in float32."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs)


def epoch(net, batches, lr, theta):
    """Train for one epoch; returns the perplexity."""
    batches = [tuple(tf.constant(Z, tf.int32) for Z in batch) for batch in batches]
    updater = tf.keras.optimizers.SGD(lr)
    # As a tensor, since another number would be another graph
    theta = tf.constant(theta, net.compute_dtype)
    return d2l.train_epoch_ch8(
        net, batches, cross_entropy, updater, False, theta=theta
    )[0]


def write(prefix, num_preds, net, vocab):
    """The text that a model writes."""
    return d2l.predict_ch8(prefix, num_preds, net, vocab)


# Models


def in_cells(model, dtype):
    """A model on `RNN(StackedRNNCells(cells))`."""
    kinds = tf.keras.layers
    cell = {"rnn": kinds.SimpleRNNCell, "gru": kinds.GRUCell, "lstm": kinds.LSTMCell}
    cells = [cell[model.cell](**options(model, dtype)) for _ in range(model.num_layers)]
    stacked = kinds.StackedRNNCells(cells, dtype=dtype)
    every_step = {"return_sequences": True, "return_state": True}
    layer = kinds.RNN(stacked, dtype=dtype, **every_step)
    return d2l.RNNModel(layer, model.vocab_size, dtype=dtype)


def in_layers(model, dtype):
    """A model on a list of layers, in one direction or both."""
    kinds = tf.keras.layers
    kind = {"rnn": kinds.SimpleRNN, "gru": kinds.GRU, "lstm": kinds.LSTM}[model.cell]
    every_step = {"return_sequences": True, "return_state": True}
    layers = [
        kind(**options(model, dtype), **every_step) for _ in range(model.num_layers)
    ]
    if model.bidirectional:
        layers = [kinds.Bidirectional(layer, dtype=dtype) for layer in layers]
    return d2l.RNNModel(layers, model.vocab_size, dtype=dtype)


def options(model, dtype):
    """The arguments of a Keras cell or layer."""
    found = {"units": model.num_hiddens, "dtype": dtype}
    if model.cell == "rnn":
        found["activation"] = model.activation
    if model.cell == "gru":
        found["reset_after"] = model.reset == "after"
    return found
