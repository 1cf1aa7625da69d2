"""Models written by hand, as readers write them, compute what the reference computes.

The functions of the tanh layers and the GRU cell are those of the exercises, with their
solutions, as they stand in the source; the LSTM is written here in the same way.
"""

import numpy as np
import pytest

from d2l_local import mxnet as d2l_mxnet
from d2l_local import tensorflow as d2l_tensorflow
from d2l_local import torch as d2l_torch
from d2l_local.exchange.architecture import Architecture
from tests.helper.equality.models import T, draw, h, n, q
from tests.helper.equality.test_equality import close
from tests.helper.reference import training
from tests.helper.reference.params import draw_state, draw_tokens
from tools.book import load
from tools.source import read

import tensorflow as tf  # isort: skip
import torch  # isort: skip
from mxnet import autograd, gluon, np as mx_np, npx  # isort: skip

WORDS = ("def uniform", "def get_params", "def get_deep_params", "def gru_cell")


def functions(framework, names):
    """The functions of the exercises, by the cells in which a reader meets them."""
    book = load()
    [path] = [path for path in book.exercise_paths() if path.stem == "12-deep-rnn"]
    for cell in read(path, book).cells_for(framework):
        if cell.kind == "code" and any(word in cell.text for word in WORDS):
            exec(compile(cell.text, f"{cell.path}:{cell.line}", "exec"), names)
    return names


LSTM = """
def lstm_cell(X, H, C, params):
    W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c = params
    I = sigmoid(X @ W_xi + H @ W_hi + b_i)
    F = sigmoid(X @ W_xf + H @ W_hf + b_f)
    O = sigmoid(X @ W_xo + H @ W_ho + b_o)
    C_tilde = tanh(X @ W_xc + H @ W_hc + b_c)
    C = F * C + I * C_tilde
    return O * tanh(C), C


def lstm(inputs, state, params):
    *params, W_hq, b_q = params
    H_1, C_1, H_2, C_2 = state
    outputs = []
    for X in steps(inputs):
        H_1, C_1 = lstm_cell(X, H_1, C_1, params[:12])
        H_2, C_2 = lstm_cell(H_1, H_2, C_2, params[12:])
        outputs.append(H_2 @ W_hq + b_q)
    return join(outputs), (H_1, C_1, H_2, C_2)


def gru(inputs, state, params):
    *params, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in steps(inputs):
        H = gru_cell(X, H, params)
        outputs.append(H @ W_hq + b_q)
    return join(outputs), (H,)
"""


class Torch:
    """PyTorch for the hand-written models: building, training and asking them."""

    name = "pytorch"
    words = {"torch": torch, "steps": list, "sigmoid": torch.sigmoid,
             "tanh": torch.tanh, "join": torch.cat}  # fmt: skip
    device = torch.device("cpu")

    def model(self, get_params, init_state, forward_fn):
        return d2l_torch.RNNModelScratch(
            q, h, self.device, get_params, init_state, forward_fn
        )

    def parameter(self, array):
        return torch.tensor(array, dtype=torch.float32, requires_grad=True)

    def zeros(self, batch_size, num_hiddens, device):
        return torch.zeros((batch_size, num_hiddens), device=device)

    def set(self, net, arrays):
        with torch.no_grad():
            for param, array in zip(net.params, arrays, strict=True):
                param.copy_(torch.tensor(array))

    def values(self, net):
        return [param.detach().numpy() for param in net.params]

    def gradients(self, net, X, Y, state):
        first = [self.parameter(part) for part in state]
        outputs, state = net(torch.tensor(X), tuple(first))
        loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y).T.reshape(-1))
        grads = torch.autograd.grad(loss, [*net.params, *first])
        return loss.item(), grads, outputs.detach(), [part.detach() for part in state]

    def epoch(self, net, batches, lr, theta):
        batches = [(torch.tensor(X), torch.tensor(Y)) for X, Y in batches]
        updater = lambda batch_size: d2l_torch.sgd(net.params, lr, batch_size)  # noqa: E731
        loss = torch.nn.CrossEntropyLoss()
        d2l_torch.train_epoch_ch8(
            net, batches, loss, updater, self.device, False, theta=theta
        )


class TensorFlow:
    """TensorFlow for the hand-written models: building, training and asking them."""

    name = "tensorflow"
    words = {"tf": tf, "steps": tf.unstack, "sigmoid": tf.sigmoid,
             "tanh": tf.tanh, "join": lambda rows: tf.concat(rows, axis=0)}  # fmt: skip

    def model(self, get_params, init_state, forward_fn):
        return d2l_tensorflow.RNNModelScratch(q, h, init_state, forward_fn, get_params)

    def parameter(self, array):
        return tf.Variable(array, dtype=tf.float32)

    def zeros(self, batch_size, num_hiddens):
        return tf.zeros((batch_size, num_hiddens))

    def set(self, net, arrays):
        for param, array in zip(net.trainable_variables, arrays, strict=True):
            param.assign(array)

    def values(self, net):
        return [param.numpy() for param in net.trainable_variables]

    def gradients(self, net, X, Y, state):
        first = [tf.constant(part, tf.float32) for part in state]
        labels = tf.constant(Y.T.reshape(-1), tf.int32)
        with tf.GradientTape() as tape:
            tape.watch(first)
            outputs, state = net(tf.constant(X, tf.int32), tuple(first))
            loss = tf.reduce_mean(self.loss(labels, outputs))
        grads = tape.gradient(loss, [*net.trainable_variables, *first])
        return float(loss), grads, outputs, state

    loss = staticmethod(tf.nn.sparse_softmax_cross_entropy_with_logits)

    def epoch(self, net, batches, lr, theta):
        batches = [tuple(tf.constant(Z, tf.int32) for Z in batch) for batch in batches]

        def updater(grads, batch_size):
            d2l_tensorflow.sgd(net.trainable_variables, grads, lr, batch_size)

        d2l_tensorflow.train_epoch_ch8(
            net, batches, self.loss, updater, False, theta=theta
        )


class MXNet:
    """MXNet for the hand-written models: building, training and asking them."""

    name = "mxnet"
    words = {"mx_np": mx_np, "npx": npx, "steps": list, "sigmoid": npx.sigmoid,
             "tanh": mx_np.tanh, "join": mx_np.concatenate}  # fmt: skip
    device = npx.cpu()

    def model(self, get_params, init_state, forward_fn):
        return d2l_mxnet.RNNModelScratch(
            q, h, self.device, get_params, init_state, forward_fn
        )

    def parameter(self, array):
        param = mx_np.array(array, dtype="float32")
        param.attach_grad()
        return param

    def zeros(self, batch_size, num_hiddens, device):
        return mx_np.zeros((batch_size, num_hiddens), ctx=device)

    def set(self, net, arrays):
        for param, array in zip(net.params, arrays, strict=True):
            param[:] = mx_np.array(array, dtype="float32")

    def values(self, net):
        return [param.asnumpy() for param in net.params]

    def gradients(self, net, X, Y, state):
        first = [self.parameter(part) for part in state]
        labels = mx_np.array(Y.T.reshape(-1), dtype="int32")
        with autograd.record():
            outputs, state = net(mx_np.array(X, dtype="int32"), tuple(first))
            loss = gluon.loss.SoftmaxCrossEntropyLoss()(outputs, labels).mean()
        loss.backward()
        grads = [param.grad.asnumpy() for param in [*net.params, *first]]
        return float(loss), grads, outputs.asnumpy(), [part.asnumpy() for part in state]

    def epoch(self, net, batches, lr, theta):
        batches = [
            tuple(mx_np.array(Z, dtype="int32") for Z in pair) for pair in batches
        ]
        updater = lambda batch_size: d2l_mxnet.sgd(net.params, lr, batch_size)  # noqa: E731
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        d2l_mxnet.train_epoch_ch8(
            net, batches, loss, updater, self.device, False, theta=theta
        )


MODELS = {
    "one tanh layer": Architecture("rnn", q, h),
    "two tanh layers": Architecture("rnn", q, h, 2),
    "gru": Architecture("gru", q, h, reset="before"),
    "two lstm layers": Architecture("lstm", q, h, 2),
}


def build(framework, name, plant=lambda source: source):
    """A hand-written model, all in the words of one framework."""
    names = functions(framework.name, dict(framework.words))
    exec(plant(LSTM), names)
    if name == "one tanh layer":
        return framework.model(
            names["get_params"], names["init_state"], names["shallow_rnn"]
        )
    if name == "two tanh layers":
        return framework.model(
            names["get_deep_params"], names["init_deep_state"], names["deep_rnn"]
        )
    model = MODELS[name]
    parts = len(model.blocks) * (2 if model.cell == "lstm" else 1)

    def get_params(vocab_size, num_hiddens, *device):
        return [framework.parameter(np.zeros(s)) for s in model.shapes().values()]

    def init_state(*sizes):
        return tuple(framework.zeros(*sizes) for _ in range(parts))

    return framework.model(get_params, init_state, names[model.cell])


def check(framework, net, model):
    """Fail unless a hand-written model computes and learns as the reference does."""
    params, rng = draw(model, "float32"), np.random.default_rng(5)
    state = draw_state(model, rng, n)
    batches = [draw_tokens(model, rng, n, T) for _ in range(2)]
    flat = [part for block in model.blocks for part in state[block]]
    names = list(model.shapes())

    framework.set(net, params.values())
    loss, grads, outputs, last = framework.gradients(net, *batches[0], flat)
    wanted = training.gradients(model, params, *batches[0], state)
    close(loss, wanted[0], "float32", "loss")
    grads = [np.asarray(grad) for grad in grads]
    close(dict(zip(names, grads)), wanted[1], "float32", "gradient by")
    for which, found, expected in (
        ("gradient by state", grads[len(names) :], wanted[2]),
        ("state", last, wanted[4]),
    ):
        expected = [part for block in model.blocks for part in expected[block]]
        assert len(found) == len(expected)
        for one, other in zip(found, expected):
            close(one, other, "float32", which)
    close(np.asarray(outputs), wanted[3], "float32", "outputs")

    norm = training.norm(wanted[1])
    for theta in (0.5 * norm, 2 * norm):  # where clipping acts, and where it doesn't
        framework.set(net, params.values())
        framework.epoch(net, batches, 0.5, float(theta))
        stepped, _ = training.epoch(model, params, batches, 0.5, theta)
        found = dict(zip(names, framework.values(net)))
        close(found, stepped, "float32", "after the epoch")


FRAMEWORKS = [Torch(), TensorFlow(), MXNet()]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.name)
def test_equal_to_the_reference(framework, name, eagerly):
    check(framework, build(framework, name), MODELS[name])


def test_equal_to_the_reference_when_compiled():
    check(
        FRAMEWORKS[1],
        build(FRAMEWORKS[1], "two tanh layers"),
        MODELS["two tanh layers"],
    )


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("F * C + I * C_tilde", "I * C + F * C_tilde"),
        ("O * tanh(C)", "O * C"),
        ("X @ W_xo + H @ W_ho + b_o", "X @ W_xo + H @ W_ho.T + b_o"),
        ("X @ W_xi + H @ W_hi + b_i", "X @ W_xi + H @ W_hi + 2 * b_i"),
        ("return join(outputs), (H_1, C_1, H_2, C_2)",
         "return join(outputs), (H_2, C_2, H_1, C_1)"),
    ],
)  # fmt: skip
def test_a_planted_mistake_is_caught(right, wrong):
    assert right in LSTM
    net = build(
        FRAMEWORKS[0], "two lstm layers", lambda text: text.replace(right, wrong)
    )
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check(FRAMEWORKS[0], net, MODELS["two lstm layers"])
