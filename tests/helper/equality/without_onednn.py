"""MXNet's own recurrent layers against the reference, in a process of their own.

Run with MXNET_USE_MKLDNN_RNN=0, since MXNet crashes when layers in oneDNN and layers of
its own live side by side. Prints for each case the largest difference in a gradient;
with the argument `unmended`, for models whose inputs need no gradient.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from d2l_local.exchange.file import write_weights
from d2l_local.mxnet.model import RNNModel
from d2l_local.mxnet.weights import load_model
from tests.helper.equality.models import T, draw, make, n
from tests.helper.reference import biases, training
from tests.helper.reference.params import draw_state, draw_tokens

from mxnet import npx  # isort: skip

CASES = [
    (cell, num_layers, both_ways)
    for cell in ("rnn-tanh", "rnn-relu", "gru-after", "lstm")
    for num_layers in (1, 2, 3)
    for both_ways in (False, True)
    if num_layers < 3 or not cell.startswith("rnn")
]


def difference(model, folder):
    """The largest difference from the reference, of all gradients and outputs."""
    from tests.helper.equality import in_mxnet

    path, one = Path(folder) / "weights.safetensors", draw(model, "float32")
    write_weights(path, model, {k: p.astype("float32") for k, p in one.items()})
    params, rng = biases.in_two(model, one), np.random.default_rng(5)
    state = draw_state(model, rng, n)
    X, Y = draw_tokens(model, rng, n, T)
    found = []
    for begin in (None, state):
        net, _ = load_model(path)
        _, grads, _, outputs, _ = in_mxnet.gradients(net, model, X, Y, begin)
        _, wanted, _, expected, _ = training.gradients(model, params, X, Y, begin)
        found += [np.abs(grads[name] - wanted[name]).max() for name in wanted]
        found.append(np.abs(outputs - expected).max())
    return max(found)


def main():
    """Print a line for each case, and one for the layers that are refused."""
    npx.set_np()
    if sys.argv[1:] == ["unmended"]:
        RNNModel.output_bias = lambda self, F, inputs: 0
    with tempfile.TemporaryDirectory() as folder:
        for cell, num_layers, both_ways in CASES:
            worst = difference(make(cell, num_layers, both_ways), folder)
            print(f"{cell} {num_layers} {worst:.1e}")
        try:
            difference(make("rnn-tanh", 3), folder)
        except ValueError as error:
            print(f"refused: {error}")


if __name__ == "__main__":
    main()
