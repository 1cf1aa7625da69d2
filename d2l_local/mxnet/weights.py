"""The weights of a model, to and from a file that every framework reads.

The file is described in `d2l_local.exchange.file`. Gluon keeps its weights as (output,
input), those of all gates in one matrix, and two biases for each gate, of which the
file holds the sum.
"""

from mxnet import np
from mxnet.gluon import rnn
from numpy import finfo

from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import (
    check_fit,
    check_range,
    read_weights,
    write_weights,
)
from d2l_local.exchange.gates import added_biases, pack_gates, unpack_gates
from d2l_local.mxnet.model import RNNModel

LAYERS = {"rnn": rnn.RNN, "gru": rnn.GRU, "lstm": rnn.LSTM}
# The gates of each cell as Gluon lines them up
ORDER = {"rnn": "h", "gru": "rzh", "lstm": "ifco"}


def export_weights(net, path, vocab=None):
    """Write the weights of an `RNNModel` to the file `path`, whole or not at all.

    With `vocab`, the vocabulary whose indices the model reads, the file is enough to
    write a text: see `load_model`. Raises TypeError or ValueError for a model that no
    file can describe, and for weights that aren't finite.
    """
    architecture = architecture_of(net)
    check_drawn(net)
    order, tensors = ORDER[architecture.cell], {}
    for block, params in zip(architecture.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = (param.list_data()[0].asnumpy() for param in params)
        gates = unpack_gates(W_x.T, W_h.T, b_x, b_h, block, order)
        tensors |= added_biases(gates, block, order, architecture.reset)
    tensors["W_hq"] = net.dense.weight.list_data()[0].asnumpy().T
    tensors["b_q"] = net.dense.bias.list_data()[0].asnumpy()
    write_weights(path, architecture, tensors, vocab)


def import_weights(net, path):
    """Give an `RNNModel` the weights in a file; returns the vocabulary, or None.

    The numbers take the type and the device of the model. Of two biases that are added
    the second becomes zero. Raises ValueError for a file that is bad or of another
    model, and for numbers beyond the model's type, before anything is changed.
    """
    architecture, tensors, vocab = read_weights(path)
    check_fit(path, architecture, architecture_of(net))
    check_drawn(net)
    types = {param.dtype for param in net.collect_params().values()}
    check_range(path, tensors, min(float(finfo(kind).max) for kind in types))
    assign_weights(net, architecture, tensors)
    return vocab


def assign_weights(net, architecture, tensors):
    """Copy the `tensors` that `read_weights` has checked into a model built alike."""
    order = ORDER[architecture.cell]
    for block, params in zip(architecture.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = pack_gates(tensors, block, order, architecture.reset)
        for param, value in zip(params, (W_x.T, W_h.T, b_x, b_h), strict=True):
            param.set_data(np.array(value, dtype=param.dtype))
    net.dense.weight.set_data(np.array(tensors["W_hq"].T, dtype=net.dense.weight.dtype))
    net.dense.bias.set_data(np.array(tensors["b_q"], dtype=net.dense.bias.dtype))


def load_model(path, ctx=None):
    """Build an `RNNModel` from the file `path` alone; returns `(net, vocab)`.

    The model is float32 whatever the file is, since the recurrent layers of MXNet 1.9.1
    can't be trusted in float64: some gradients are wrong, and layers of both types in
    one process make it crash. It lies on `ctx`, by default the CPU; `vocab` is None if
    the file holds none. Raises ValueError for a bad file, and for a GRU with its reset
    gate before the product, which Gluon lacks.
    """
    architecture, tensors, vocab = read_weights(path)
    if architecture.reset == "before":
        raise ValueError(
            f"{str(path)!r} holds a GRU with its reset gate before the product, and "
            "Gluon has it after the product only: load it in TensorFlow"
        )
    check_range(path, tensors, float(finfo("float32").max))
    options = {"bidirectional": architecture.bidirectional}
    if architecture.cell == "rnn":
        options["activation"] = architecture.activation
    layer = LAYERS[architecture.cell](
        architecture.num_hiddens,
        architecture.num_layers,
        input_size=architecture.vocab_size,
        **options,
    )
    net = RNNModel(layer, architecture.vocab_size)
    net.initialize(ctx=ctx)
    assign_weights(net, architecture, tensors)
    return net, vocab


def architecture_of(net):
    """Return the `Architecture` of a model."""
    if not isinstance(net, RNNModel):
        raise TypeError(f"net is {type(net).__name__}: pass an RNNModel")
    layer = net.rnn
    if layer._projection_size or layer._lstm_state_clip_min is not None:
        raise ValueError(
            f"the layer {layer} has a projection or clips its state, which a file of "
            "weights can't describe: build it without projection_size and "
            "state_clip_min"
        )
    cell = next(cell for cell, kind in LAYERS.items() if isinstance(layer, kind))
    return Architecture(
        cell,
        net.vocab_size,
        layer._hidden_size,
        layer._num_layers,
        layer._dir == 2,
        activation=layer._mode.removeprefix("rnn_") if cell == "rnn" else "tanh",
        reset="after" if cell == "gru" else None,
    )


def check_drawn(net):
    """Raise ValueError if a parameter isn't initialised yet."""
    for param in net.collect_params().values():
        if param._data is None:
            raise ValueError(
                f"the parameter {param.name} has no values yet: call net.initialize(), "
                "and build the layer with input_size"
            )


def recurrent_params(net):
    """Return for each layer and direction W_x (gh, d), W_h (gh, h), b_x, b_h (gh)."""
    return [
        [
            getattr(net.rnn, f"{direction}{layer}_{name}")
            for name in ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")
        ]
        for layer in range(net.rnn._num_layers)
        for direction in "lr"[: net.rnn._dir]
    ]
