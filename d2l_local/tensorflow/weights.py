"""The weights of a model, to and from a file that every framework reads.

The file is described in `d2l_local.exchange.file`. Keras keeps its weights as (input,
output), those of all gates in one matrix, and one bias for each gate; only a GRU with
its reset gate after the product has two, of which the file holds the sum.
"""

import tensorflow as tf

from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import (
    check_fit,
    check_range,
    read_weights,
    write_weights,
)
from d2l_local.exchange.gates import added_biases, pack_gates, unpack_gates
from d2l_local.tensorflow.model import RNNModel

LAYERS = {
    "rnn": tf.keras.layers.SimpleRNN,
    "gru": tf.keras.layers.GRU,
    "lstm": tf.keras.layers.LSTM,
}
CELLS = {
    "rnn": tf.keras.layers.SimpleRNNCell,
    "gru": tf.keras.layers.GRUCell,
    "lstm": tf.keras.layers.LSTMCell,
}
# The gates of each cell as Keras lines them up
ORDER = {"rnn": "h", "gru": "zrh", "lstm": "ifco"}


def export_weights(net, path, vocab=None):
    """Write the weights of an `RNNModel` to the file `path`, whole or not at all.

    With `vocab`, the vocabulary whose indices the model reads, the file is enough to
    write a text: see `load_model`. Raises TypeError or ValueError for a model that no
    file can describe, and for weights that aren't finite.
    """
    architecture = architecture_of(net)
    order, tensors = ORDER[architecture.cell], {}
    for block, params in zip(architecture.blocks, recurrent_params(net)):
        W_x, W_h, bias = (param.numpy() for param in params)
        b_x, b_h = bias if bias.ndim == 2 else (bias, 0 * bias)
        gates = unpack_gates(W_x, W_h, b_x, b_h, block, order)
        tensors |= added_biases(gates, block, order, architecture.reset)
    tensors["W_hq"], tensors["b_q"] = net.dense.get_weights()
    write_weights(path, architecture, tensors, vocab)


def import_weights(net, path):
    """Give an `RNNModel` the weights in a file; returns the vocabulary, or None.

    The numbers take the type and the device of the model. Of two biases that are added
    the second becomes zero. Raises ValueError for a file that is bad or of another
    model, and for numbers beyond the model's type, before anything is changed.
    """
    architecture, tensors, vocab = read_weights(path)
    check_fit(path, architecture, architecture_of(net))
    types = {tf.as_dtype(variable.dtype) for variable in net.trainable_variables}
    check_range(path, tensors, min(float(kind.max) for kind in types))
    assign_weights(net, architecture, tensors)
    return vocab


def assign_weights(net, architecture, tensors):
    """Copy the `tensors` that `read_weights` has checked into a model built alike."""
    order = ORDER[architecture.cell]
    for block, params in zip(architecture.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = pack_gates(tensors, block, order, architecture.reset)
        bias = tf.stack([b_x, b_h]) if len(params[2].shape) == 2 else b_x
        for param, value in zip(params, (W_x, W_h, bias), strict=True):
            param.assign(value)
    net.dense.set_weights([tensors["W_hq"], tensors["b_q"]])


def load_model(path):
    """Build an `RNNModel` from the file `path` alone; returns `(net, vocab)`.

    The model has the type of the file, float32 or float64, and lies on the device of
    the scope in which this is called; `vocab` is None if the file holds none. Layers in
    one direction are stacked as cells, in both as `Bidirectional` layers. Raises
    ValueError for a bad file.
    """
    architecture, tensors, vocab = read_weights(path)
    dtype = tensors["b_q"].dtype.name
    every_step = {"return_sequences": True, "return_state": True, "dtype": dtype}
    options = {"dtype": dtype}
    if architecture.cell == "rnn":
        options["activation"] = architecture.activation
    if architecture.cell == "gru":
        options["reset_after"] = architecture.reset == "after"
    one, depth = architecture.num_hiddens, range(architecture.num_layers)
    if architecture.bidirectional:
        kind = LAYERS[architecture.cell]
        layers = [
            tf.keras.layers.Bidirectional(kind(one, **options | every_step))
            for _ in depth
        ]
    else:
        cells = [CELLS[architecture.cell](one, **options) for _ in depth]
        stacked = tf.keras.layers.StackedRNNCells(cells, dtype=dtype)
        layers = tf.keras.layers.RNN(stacked, **every_step)
    net = RNNModel(layers, architecture.vocab_size, init=None, dtype=dtype)
    assign_weights(net, architecture, tensors)
    return net, vocab


def architecture_of(net):
    """Return the `Architecture` of a model."""
    if not isinstance(net, RNNModel):
        raise TypeError(f"net is {type(net).__name__}: pass an RNNModel")
    both_ways = {isinstance(x, tf.keras.layers.Bidirectional) for x in net.rnn}
    if len(both_ways) > 1:
        raise ValueError(
            "some layers of the model run in both directions and some in one, which a "
            "file of weights can't describe: build them all alike"
        )
    cells = [cell for layer in net.rnn for cell in cells_of(layer)]
    first, *others = [kind_of(cell) for cell in cells]
    if any(other != first for other in others):
        raise ValueError(
            f"the layers of the model differ, {first} and others, which a file of "
            "weights can't describe: build them all alike"
        )
    (bidirectional,) = both_ways
    return Architecture(
        vocab_size=net.vocab_size,
        num_layers=len(cells) // (2 if bidirectional else 1),
        bidirectional=bidirectional,
        **first,
    )


def cells_of(layer):
    """Return the cells of a Keras layer, bottom up, those of a second direction last.

    Raises ValueError for a layer whose cells don't work as in the formulas.
    """
    if isinstance(layer, tf.keras.layers.Bidirectional):
        if layer.merge_mode != "concat":
            raise ValueError(
                f"layer {layer.name!r} has merge_mode={layer.merge_mode!r}, which a "
                "file of weights can't describe: build it with merge_mode='concat'"
            )
        sides = [layer.forward_layer, layer.backward_layer]
    else:
        sides = [layer]
        if layer.go_backwards:
            raise ValueError(
                f"layer {layer.name!r} reads backwards, which a file of weights can't "
                "describe: build it with go_backwards=False"
            )
    stacked = [isinstance(x.cell, tf.keras.layers.StackedRNNCells) for x in sides]
    cells = [x.cell.cells if many else [x.cell] for x, many in zip(sides, stacked)]
    if len(sides) == 2 and len(cells[0]) > 1:
        raise ValueError(
            f"layer {layer.name!r} stacks cells inside a Bidirectional, so that its "
            "directions meet at the top only, which a file of weights can't describe: "
            "pass RNNModel a list of Bidirectional layers"
        )
    return [cell for side in cells for cell in side]


def kind_of(cell):
    """Describe one Keras cell, as fields of an `Architecture`."""
    kind = next((kind for kind, made in CELLS.items() if type(cell) is made), None)
    if kind is None or not cell.use_bias:
        raise ValueError(
            f"the cell {cell.name!r}, a {type(cell).__name__}, is a class of your own "
            "or has no bias, which a file of weights can't describe: use "
            "SimpleRNNCell, GRUCell or LSTMCell with use_bias=True"
        )
    gate = getattr(cell, "recurrent_activation", tf.keras.activations.sigmoid)
    if gate is not tf.keras.activations.sigmoid:
        raise ValueError(
            f"the cell {cell.name!r} has recurrent_activation={gate.__name__!r}, which "
            "a file of weights can't describe: use 'sigmoid'"
        )
    resets = {True: "after", False: "before", None: None}
    return {
        "cell": kind,
        "num_hiddens": cell.units,
        "activation": cell.activation.__name__,
        "reset": resets[getattr(cell, "reset_after", None)],
    }


def recurrent_params(net):
    """Return for each layer and direction W_x (d, gh), W_h (h, gh) and the bias.

    The bias has the shape (gh), or (2, gh) in a GRU with its reset gate after the
    product: b_x and b_h.
    """
    return [
        [cell.kernel, cell.recurrent_kernel, cell.bias]
        for layer in net.rnn
        for cell in cells_of(layer)
    ]
