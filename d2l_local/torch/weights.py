"""The weights of a model, to and from a file that every framework reads.

The file is described in `exchange.file`. PyTorch keeps its weights as (output,
input), those of all gates in one matrix, and two biases for each gate, of which the
file holds the sum.
"""

import torch
from torch import nn

from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import (
    check_fit,
    check_range,
    check_types,
    read_weights,
    write_weights,
)
from d2l_local.exchange.gates import added_biases, pack_gates, unpack_gates
from d2l_local.torch.model import RNNModel

LAYERS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
# The gates of each cell as PyTorch lines them up
ORDER = {"rnn": "h", "gru": "rzh", "lstm": "ifco"}


def export_weights(net, path, vocab=None):
    """Write the weights of an `RNNModel` to the file `path`, whole or not at all.

    With `vocab`, the vocabulary whose indices the model reads, the file is enough to
    write a text: see `load_model`. Raises TypeError or ValueError for a model that no
    file can describe, and for weights that aren't finite.
    """
    architecture = architecture_of(net)
    check_types({str(p.dtype).removeprefix("torch.") for p in net.parameters()})
    order, tensors = ORDER[architecture.cell], {}
    for block, params in zip(architecture.blocks, recurrent_params(net)):
        W_x, W_h, b_x, b_h = (param.detach().cpu().numpy() for param in params)
        gates = unpack_gates(W_x.T, W_h.T, b_x, b_h, block, order)
        tensors |= added_biases(gates, block, order, architecture.reset)
    tensors["W_hq"] = net.linear.weight.detach().cpu().numpy().T
    tensors["b_q"] = net.linear.bias.detach().cpu().numpy()
    write_weights(path, architecture, tensors, vocab)


def import_weights(net, path):
    """Give an `RNNModel` the weights in a file; returns the vocabulary, or None.

    The numbers take the type and the device of the model. Of two biases that are added
    the second becomes zero. Raises ValueError for a file that is bad or of another
    model, and for numbers beyond the model's type, before anything is changed.
    """
    architecture, tensors, vocab = read_weights(path)
    check_fit(path, architecture, architecture_of(net))
    check_range(path, tensors, min(torch.finfo(p.dtype).max for p in net.parameters()))
    assign_weights(net, architecture, tensors)
    return vocab


def assign_weights(net, architecture, tensors):
    """Copy the `tensors` that `read_weights` has checked into a model built alike."""
    order = ORDER[architecture.cell]
    with torch.no_grad():
        for block, params in zip(architecture.blocks, recurrent_params(net)):
            W_x, W_h, b_x, b_h = pack_gates(tensors, block, order, architecture.reset)
            for param, value in zip(params, (W_x.T, W_h.T, b_x, b_h), strict=True):
                param.copy_(torch.from_numpy(value))
        net.linear.weight.copy_(torch.from_numpy(tensors["W_hq"].T))
        net.linear.bias.copy_(torch.from_numpy(tensors["b_q"]))


def load_model(path, device=None):
    """Build an `RNNModel` from the file `path` alone; returns `(net, vocab)`.

    The model has the type of the file, float32 or float64, and lies on `device`, by
    default the CPU; `vocab` is None if the file holds none. Raises ValueError for a bad
    file, and for a GRU with its reset gate before the product, which PyTorch lacks.
    """
    architecture, tensors, vocab = read_weights(path)
    if architecture.reset == "before":
        raise ValueError(
            f"{str(path)!r} holds a GRU with its reset gate before the product, and "
            "PyTorch has it after the product only: load it in TensorFlow"
        )
    options = {"bidirectional": architecture.bidirectional}
    if architecture.cell == "rnn":
        options["nonlinearity"] = architecture.activation
    layer = LAYERS[architecture.cell](
        architecture.vocab_size,
        architecture.num_hiddens,
        architecture.num_layers,
        **options,
    )
    net = RNNModel(layer, architecture.vocab_size)
    net = net.to(device, torch.from_numpy(tensors["b_q"]).dtype)
    assign_weights(net, architecture, tensors)
    return net, vocab


def architecture_of(net):
    """Return the `Architecture` of a model."""
    if not isinstance(net, RNNModel):
        raise TypeError(f"net is {type(net).__name__}: pass an RNNModel")
    rnn = net.rnn
    if rnn.proj_size or not rnn.bias:
        raise ValueError(
            f"the layer {rnn} has a projection or no bias, which a file of weights "
            "can't describe: build it with proj_size=0 and bias=True"
        )
    cell = next(cell for cell, layer in LAYERS.items() if isinstance(rnn, layer))
    return Architecture(
        cell,
        net.vocab_size,
        rnn.hidden_size,
        rnn.num_layers,
        rnn.bidirectional,
        activation=rnn.nonlinearity if cell == "rnn" else "tanh",
        reset="after" if cell == "gru" else None,
    )


def recurrent_params(net):
    """Return for each layer and direction W_x (gh, d), W_h (gh, h), b_x, b_h (gh)."""
    return [
        [
            getattr(net.rnn, f"{name}_l{layer}{direction}")
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        ]
        for layer in range(net.rnn.num_layers)
        for direction in ("", "_reverse")[: net.num_directions]
    ]
