"""From the same weights, every framework computes what the reference computes.

Outputs, states, loss, every gradient, and the parameters after clipped steps, for every
cell, depth and direction: in double precision in PyTorch and TensorFlow, and in single
precision, as they are used, in all three.
"""

import numpy as np
import pytest

from d2l_local.exchange.file import write_weights
from d2l_local.mxnet import weights as d2l_mxnet
from d2l_local.tensorflow import weights as d2l_tensorflow
from d2l_local.torch import weights as d2l_torch
from tests.helper.equality import in_mxnet, in_tensorflow, in_torch
from tests.helper.equality.models import CELLS, T, draw, make, n
from tests.helper.reference import biases, training
from tests.helper.reference.params import draw_state, draw_tokens

# Relative to the number compared, or to 1 where that is smaller
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def close(found, expected, dtype, what):
    """Fail unless two arrays, or all in two dicts, are equal within the tolerance."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), what
        for name in expected:
            close(found[name], expected[name], dtype, f"{what} {name}")
        return
    limit = TOLERANCE[dtype]
    np.testing.assert_allclose(found, expected, limit, limit, err_msg=what)


FRAMEWORKS = {
    "torch": in_torch,
    "tensorflow-cells": in_tensorflow,
    "tensorflow-layers": in_tensorflow,
    "mxnet": in_mxnet,
}
IMPORT = {
    "torch": d2l_torch.import_weights,
    "tensorflow-cells": d2l_tensorflow.import_weights,
    "tensorflow-layers": d2l_tensorflow.import_weights,
    "mxnet": d2l_mxnet.import_weights,
}
LOAD = {"torch": d2l_torch.load_model, "mxnet": d2l_mxnet.load_model}


class Case:
    """A model of one framework and the reference, with the same weights from a file."""

    def __init__(self, way, model, dtype, folder):
        self.framework, self.model, self.dtype = FRAMEWORKS[way], model, dtype
        one = draw(model, dtype)
        self.path = folder / "weights.safetensors"
        write_weights(self.path, model, {k: p.astype(dtype) for k, p in one.items()})
        if way == "tensorflow-cells":
            self.net = in_tensorflow.in_cells(model, dtype)
        elif way == "tensorflow-layers":
            self.net = in_tensorflow.in_layers(model, dtype)
        else:
            self.net = LOAD[way](self.path)[0]
        # PyTorch and MXNet keep two biases for each gate, Keras here alone.
        two = "tensorflow" not in way or model.reset == "after"
        self.params = biases.in_two(model, one) if two else one
        self.import_weights = IMPORT[way]
        self.import_weights(self.net, self.path)
        rng = np.random.default_rng(5)
        self.state = draw_state(model, rng, n)
        self.batches = [draw_tokens(model, rng, n, T) for _ in range(2)]

    def check_gradients(self, state):
        """Loss, gradients, outputs and states of one batch, from a state or none."""
        X, Y = self.batches[0]
        found = self.framework.gradients(self.net, self.model, X, Y, state)
        wanted = training.gradients(self.model, self.params, X, Y, state)
        whats = ("loss", "gradient by", "gradient by state", "outputs", "state")
        for what, one, other in zip(whats, found, wanted):
            if one is not None:  # no gradient by a state that wasn't given
                close(one, other, self.dtype, what)

    def check_epoch(self, theta, lr=0.5):
        """The parameters after an epoch, which is two steps, the state carried on."""
        self.import_weights(self.net, self.path)
        perplexity = self.framework.epoch(self.net, self.batches, lr, theta)
        params, expected = training.epoch(
            self.model, self.params, self.batches, lr, theta
        )
        close(perplexity, expected, "float32", "perplexity")  # as it is summed up
        found = self.framework.parameters(self.net, self.model)
        close(found, params, self.dtype, "after the epoch")

    def check_epochs(self):
        """Epochs in which clipping acts, and in which it doesn't."""
        X, Y = self.batches[0]
        norm = training.norm(training.gradients(self.model, self.params, X, Y)[1])
        assert 0.1 < norm < 10
        self.check_epoch(theta=0.1)
        self.check_epoch(theta=10.0)

    def check(self):
        """All of it."""
        self.check_gradients(None)
        self.check_gradients(self.state)
        self.check_epochs()


def ways(cell, bidirectional):
    """The ways to build a model: each framework that has the cell, Keras in two."""
    found = [] if cell == "gru-before" else ["torch", "mxnet"]
    found.append("tensorflow-layers")
    return found if bidirectional else [*found, "tensorflow-cells"]


CASES = [
    pytest.param(way, cell, num_layers, bidirectional, id=f"{way}-{cell}-{num_layers}"
                 f"-{'both-ways' if bidirectional else 'one-way'}")
    for cell in CELLS
    for num_layers in (1, 2, 3)
    for bidirectional in (False, True)
    for way in ways(cell, bidirectional)
]  # fmt: skip


# MXNet computes recurrent layers in single precision alone: `load_model` says why.
DOUBLE = [case for case in CASES if case.values[0] != "mxnet"]


@pytest.mark.parametrize("way, cell, num_layers, bidirectional", DOUBLE)
def test_equal_in_double_precision(
    way, cell, num_layers, bidirectional, tmp_path, eagerly
):
    model = make(cell, num_layers, bidirectional)
    Case(way, model, "float64", tmp_path).check()


SINGLE = [case for case in CASES if case.values[0] in ("torch", "mxnet")]


@pytest.mark.parametrize("way, cell, num_layers, bidirectional", SINGLE)
def test_equal_in_single_precision(way, cell, num_layers, bidirectional, tmp_path):
    model = make(cell, num_layers, bidirectional)
    Case(way, model, "float32", tmp_path).check()


# Compiled, as TensorFlow trains
@pytest.mark.parametrize("way", ["tensorflow-cells", "tensorflow-layers"])
@pytest.mark.parametrize("cell", CELLS)
def test_equal_in_single_precision_when_compiled(way, cell, tmp_path):
    Case(way, make(cell, num_layers=2), "float32", tmp_path).check()
