"""The frameworks agree: with NumPy, and so with each other, from the same weights."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from d2l_local import mxnet as d2l_mxnet
from d2l_local import tensorflow as d2l_tensorflow
from d2l_local import torch as d2l_torch

import mxnet as mx  # isort: skip
import tensorflow as tf  # isort: skip

mx.npx.set_np()

q, h = 10, 6  # size of the vocabulary, number of hidden units


@pytest.fixture
def params():
    rng = np.random.default_rng(3)
    shapes = {"W_xh": (q, h), "W_hh": (h, h), "b_h": h, "W_hq": (h, q), "b_q": q}
    return SimpleNamespace(
        **{k: rng.uniform(-0.8, 0.8, size) for k, size in shapes.items()}
    )


@pytest.fixture
def tokens():
    return np.random.default_rng(4).integers(0, q, (3, 7))


def reference(params, X):
    """Outputs, time-major, and the last state of a tanh layer in double precision."""
    H, outputs = np.zeros((len(X), h)), []
    for column in X.T:
        H = np.tanh(np.eye(q)[column] @ params.W_xh + H @ params.W_hh + params.b_h)
        outputs.append(H @ params.W_hq + params.b_q)
    return np.concatenate(outputs), H


class Torch:
    def __init__(self, params):
        self.net = d2l_torch.RNNModel(torch.nn.RNN(q, h), q)
        values = {
            "rnn.weight_ih_l0": params.W_xh.T,
            "rnn.weight_hh_l0": params.W_hh.T,
            "rnn.bias_ih_l0": params.b_h,
            "rnn.bias_hh_l0": np.zeros(h),
            "linear.weight": params.W_hq.T,
            "linear.bias": params.b_q,
        }
        self.net.load_state_dict({k: torch.tensor(v) for k, v in values.items()})
        # Two biases that are added learn twice as fast as the one of the others.
        self.net.rnn.bias_hh_l0.requires_grad_(False)
        self.device = torch.device("cpu")

    def outputs(self, X):
        begin = self.net.begin_state(self.device, len(X))
        Y, state = self.net(torch.tensor(X), begin)
        return Y.detach().numpy(), state[0].detach().numpy()

    def perplexities(self, text, lr, num_epochs):
        batches, self.vocab = d2l_torch.load_data_time_machine(4, 5, text=text)
        updater = torch.optim.SGD(self.net.parameters(), lr)
        loss = torch.nn.CrossEntropyLoss()
        arguments = (self.net, batches, loss, updater, self.device, False)
        return [d2l_torch.train_epoch_ch8(*arguments)[0] for _ in range(num_epochs)]

    def written(self):
        return d2l_torch.predict_ch8("time", 20, self.net, self.vocab, self.device)


class TensorFlow:
    def __init__(self, params):
        layer = tf.keras.layers.SimpleRNN(h, return_sequences=True, return_state=True)
        self.net = d2l_tensorflow.RNNModel(layer, q)
        layer.set_weights([params.W_xh, params.W_hh, params.b_h])
        self.net.dense.set_weights([params.W_hq, params.b_q])

    def outputs(self, X):
        Y, state = self.net(tf.constant(X), self.net.begin_state(len(X)))
        return Y.numpy(), state[0][0].numpy()

    def perplexities(self, text, lr, num_epochs):
        batches, self.vocab = d2l_tensorflow.load_data_time_machine(4, 5, text=text)
        updater = tf.keras.optimizers.SGD(lr)
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        train = d2l_tensorflow.train_epoch_ch8
        arguments = (self.net, batches, loss, updater, False)
        return [train(*arguments)[0] for _ in range(num_epochs)]

    def written(self):
        return d2l_tensorflow.predict_ch8("time", 20, self.net, self.vocab)


class MXNet:
    def __init__(self, params):
        layer = mx.gluon.rnn.RNN(h, activation="tanh", input_size=q)
        self.net = d2l_mxnet.RNNModel(layer, q)
        self.net.initialize()
        layer.l0_i2h_weight.set_data(mx.np.array(params.W_xh.T))
        layer.l0_h2h_weight.set_data(mx.np.array(params.W_hh.T))
        layer.l0_i2h_bias.set_data(mx.np.array(params.b_h))
        layer.l0_h2h_bias.set_data(mx.np.zeros(h))
        layer.l0_h2h_bias.grad_req = "null"  # as in PyTorch
        self.net.dense.weight.set_data(mx.np.array(params.W_hq.T))
        self.net.dense.bias.set_data(mx.np.array(params.b_q))
        self.device = mx.npx.cpu()

    def outputs(self, X):
        begin = self.net.begin_state(batch_size=len(X))
        Y, state = self.net(mx.np.array(X, dtype="int32"), begin)
        return Y.asnumpy(), state[0][0].asnumpy()

    def perplexities(self, text, lr, num_epochs):
        batches, self.vocab = d2l_mxnet.load_data_time_machine(4, 5, text=text)
        options = {"learning_rate": lr}
        params = self.net.collect_params()
        updater = mx.gluon.Trainer(params, "sgd", options, kvstore=None)
        loss = mx.gluon.loss.SoftmaxCrossEntropyLoss()
        arguments = (self.net, batches, loss, updater, self.device, False)
        return [d2l_mxnet.train_epoch_ch8(*arguments)[0] for _ in range(num_epochs)]

    def written(self):
        return d2l_mxnet.predict_ch8("time", 20, self.net, self.vocab, self.device)


FRAMEWORKS = [Torch, TensorFlow, MXNet]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_same_weights_give_the_outputs_of_numpy(framework, params, tokens):
    Y, H = framework(params).outputs(tokens)
    expected, last = reference(params, tokens)
    np.testing.assert_allclose(Y, expected, atol=1e-5)
    np.testing.assert_allclose(H, last, atol=1e-5)


def test_the_same_start_gives_the_same_training_and_the_same_text(params, text):
    runs = [framework(params) for framework in FRAMEWORKS]
    curves = [run.perplexities(text, lr=1.0, num_epochs=12) for run in runs]
    for curve in curves[1:]:
        np.testing.assert_allclose(curve, curves[0], rtol=1e-3)
    assert curves[0][-1] < 0.7 * curves[0][0]
    assert len({run.written() for run in runs}) == 1


def test_all_three_begin_within_the_same_bounds_and_as_widely():
    layer = tf.keras.layers.GRU(32, return_sequences=True, return_state=True)
    drawn = {
        "torch": d2l_torch.RNNModel(torch.nn.GRU(q, 32), q).rnn.weight_hh_l0.detach(),
        "tensorflow": d2l_tensorflow.RNNModel(layer, q).rnn[0].cell.recurrent_kernel,
    }
    net = d2l_mxnet.RNNModel(mx.gluon.rnn.GRU(32, input_size=q), q)
    net.initialize()
    drawn["mxnet"] = net.rnn.l0_h2h_weight.data().asnumpy()
    bound = 32**-0.5
    for name, values in drawn.items():
        values = np.asarray(values)
        assert 0.99 * bound < np.abs(values).max() <= bound, name
        assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.05), name
