"""From the same file, all three frameworks learn alike and write the same text."""

import math

import numpy as np
import pytest
import torch

from d2l_local import mxnet as d2l_mxnet
from d2l_local import tensorflow as d2l_tensorflow
from d2l_local import torch as d2l_torch
from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import write_weights
from tests.helper.equality import in_mxnet, in_tensorflow, in_torch
from tests.helper.equality.models import draw

import tensorflow as tf  # isort: skip
from mxnet import gluon  # isort: skip

PACKAGES = [d2l_torch, d2l_tensorflow, d2l_mxnet]
SIDES = [in_torch, in_tensorflow, in_mxnet]
q = 10  # tokens of "time traveller ", and <unk>


@pytest.fixture
def nets(tmp_path):
    """The same model in each framework, with one bias to train for each unit.

    Two biases that are added learn twice as fast as the one of Keras.
    """
    path = tmp_path / "weights.safetensors"
    model = Architecture("rnn", q, 6)
    tensors = {name: p.astype("float32") for name, p in draw(model).items()}
    write_weights(path, model, tensors)
    in_pytorch, in_keras, in_gluon = (d2l.load_model(path)[0] for d2l in PACKAGES)
    in_pytorch.rnn.bias_hh_l0.requires_grad_(False)
    in_gluon.rnn.l0_h2h_bias.grad_req = "null"
    return in_pytorch, in_keras, in_gluon


def test_the_same_start_gives_the_same_training_and_the_same_text(
    nets, tmp_path, eagerly
):
    text = tmp_path / "tiny.txt"
    text.write_text("time traveller " * 6, encoding="utf-8")
    curves, texts = [], []
    for d2l, side, net in zip(PACKAGES, SIDES, nets, strict=True):
        batches, vocab = d2l.load_data_time_machine(4, 5, text=text)
        assert len(vocab) == q
        rows = [(np.asarray(X), np.asarray(Y)) for X, Y in batches]
        curves.append([side.epoch(net, rows, lr=1.0, theta=1.0) for _ in range(12)])
        texts.append(side.write("time", 20, net, vocab))
    for curve in curves[1:]:
        np.testing.assert_allclose(curve, curves[0], rtol=1e-3)
    assert curves[0][-1] < 0.7 * curves[0][0]
    assert len(set(texts)) == 1


def test_all_three_begin_within_the_same_bounds_and_as_widely():
    layer = tf.keras.layers.GRU(32, return_sequences=True, return_state=True)
    drawn = {
        "torch": d2l_torch.RNNModel(torch.nn.GRU(q, 32), q).rnn.weight_hh_l0.detach(),
        "tensorflow": d2l_tensorflow.RNNModel(layer, q).rnn[0].cell.recurrent_kernel,
    }
    net = d2l_mxnet.RNNModel(gluon.rnn.GRU(32, input_size=q), q)
    net.initialize()
    drawn["mxnet"] = net.rnn.l0_h2h_weight.data().asnumpy()
    bound = 32**-0.5
    for name, values in drawn.items():
        values = np.asarray(values)
        assert 0.99 * bound < np.abs(values).max() <= bound, name
        assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.05), name
