"""The same small training in each framework, for tests that hold for all of them."""

import importlib
import os
import signal
from types import SimpleNamespace

import numpy as np

FRAMEWORKS = ["torch", "tensorflow", "mxnet"]
TEXT = "time traveller said and went on " * 9
h = 8  # hidden units


def trainer(framework):
    """Models and devices of one framework, behind names that are equal for all."""
    return {"torch": Torch, "tensorflow": TensorFlow, "mxnet": MXNet}[framework]()


class Interrupting:
    """The batches of a loader, with a Ctrl-C while batch number `after` is trained."""

    def __init__(self, loader, after):
        self.loader, self.left = loader, after

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def __iter__(self):
        for batch in self.loader:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGINT)
            yield batch


class Trainer:
    """The common part of the three: a call of `train_ch8`, and its results."""

    def __init__(self):
        self.d2l = importlib.import_module(f"d2l_local.{self.framework}")

    def data(self, text, random=False, seed=0):
        """Batches of four sequences of five characters, and the vocabulary."""
        return self.d2l.load_data_time_machine(4, 5, random, text=text, seed=seed)

    def train(
        self,
        text,
        num_epochs,
        *,
        net=None,
        kind="dropout",
        random=False,
        lr=0.5,
        interrupt=None,
        **options,
    ):
        """Train a model, a new one by default; returns it with its weights.

        `interrupt` is the number of the batch at which Ctrl-C comes.
        """
        train_iter, vocab = self.data(text, random)
        if net is None:
            self.d2l.set_seed(3)
            net = getattr(self, kind)(len(vocab))
        if interrupt is not None:
            train_iter = Interrupting(train_iter, interrupt)
        options = {"prefixes": ["time"], **options}
        self.d2l.train_ch8(
            net, train_iter, vocab, lr, num_epochs, self.device, random, **options
        )
        return SimpleNamespace(net=net, weights=self.weights(net))


class Torch(Trainer):
    framework = "torch"
    device = "cpu"

    def dropout(self, q):
        import torch

        return self.d2l.RNNModel(torch.nn.LSTM(q, h, 2, dropout=0.2), q)

    def plain(self, q):
        import torch

        return self.d2l.RNNModel(torch.nn.GRU(q, h), q)

    def scratch(self, q):
        import torch

        def get_params(q, h, device):
            shapes = [(q, h), (h, h), (h,), (h, q), (q,)]
            return [(torch.randn(s) * 0.3).requires_grad_() for s in shapes]

        def forward(inputs, state, params):
            W_xh, W_hh, b_h, W_hq, b_q = params
            (H,), outputs = state, []
            for X in inputs:
                H = torch.tanh(X @ W_xh + H @ W_hh + b_h)
                outputs.append(H @ W_hq + b_q)
            return torch.cat(outputs), (H,)

        def init_state(n, h, device):
            return (torch.zeros((n, h)),)

        return self.d2l.RNNModelScratch(q, h, "cpu", get_params, init_state, forward)

    def optimizer(self, net, lr):
        import torch

        return torch.optim.RMSprop(net.parameters(), lr)

    def weights(self, net):
        tensors = net.parameters() if hasattr(net, "parameters") else net.params
        return [tensor.detach().numpy().copy() for tensor in tensors]


class TensorFlow(Trainer):
    framework = "tensorflow"

    @property
    def device(self):
        import tensorflow as tf

        return tf.distribute.OneDeviceStrategy("/CPU:0")

    def dropout(self, q):
        import tensorflow as tf

        cells = [tf.keras.layers.LSTMCell(h, dropout=0.2) for _ in range(2)]
        layer = tf.keras.layers.RNN(
            tf.keras.layers.StackedRNNCells(cells),
            return_sequences=True,
            return_state=True,
        )
        return self.d2l.RNNModel(layer, q)

    def plain(self, q):
        import tensorflow as tf

        layer = tf.keras.layers.GRU(h, return_sequences=True, return_state=True)
        return self.d2l.RNNModel(layer, q)

    def scratch(self, q):
        import tensorflow as tf

        def get_params(q, h):
            shapes = [(q, h), (h, h), (h,), (h, q), (q,)]
            return [tf.Variable(tf.random.normal(s, stddev=0.3)) for s in shapes]

        def forward(inputs, state, params):
            W_xh, W_hh, b_h, W_hq, b_q = params
            (H,), outputs = state, []
            for X in tf.unstack(inputs):
                H = tf.tanh(X @ W_xh + H @ W_hh + b_h)
                outputs.append(H @ W_hq + b_q)
            return tf.concat(outputs, 0), (H,)

        def init_state(n, h):
            return (tf.zeros((n, h)),)

        return self.d2l.RNNModelScratch(q, h, init_state, forward, get_params)

    def optimizer(self, net, lr):
        import tensorflow as tf

        return tf.keras.optimizers.RMSprop(lr)

    def weights(self, net):
        return [np.asarray(v).copy() for v in net.trainable_variables]


class MXNet(Trainer):
    framework = "mxnet"

    def __init__(self):
        super().__init__()
        from mxnet import npx

        npx.set_np()
        self.device = npx.cpu()

    def dropout(self, q):
        """MXNet's layers drop nothing on a CPU, so here a block of its own does."""
        from mxnet.gluon import nn, rnn

        class Net(nn.Block):
            def __init__(self):
                super().__init__()
                self.rnn = rnn.LSTM(h)  # learns its input size from the first batch
                self.drop, self.dense = nn.Dropout(0.2), nn.Dense(q)

            def forward(self, inputs, state):
                from mxnet import npx

                Y, state = self.rnn(npx.one_hot(inputs.T, q), state)
                return self.dense(self.drop(Y).reshape(-1, h)), state

            def begin_state(self, *args, **kwargs):
                return self.rnn.begin_state(*args, **kwargs)

        return Net()

    def plain(self, q):
        from mxnet.gluon import rnn

        return self.d2l.RNNModel(rnn.GRU(h, input_size=q), q)

    def scratch(self, q):
        from mxnet import np as mx_np

        def get_params(q, h, device):
            shapes = [(q, h), (h, h), (h,), (h, q), (q,)]
            params = [mx_np.random.normal(scale=0.3, size=s) for s in shapes]
            for param in params:
                param.attach_grad()
            return params

        def forward(inputs, state, params):
            W_xh, W_hh, b_h, W_hq, b_q = params
            (H,), outputs = state, []
            for X in inputs:
                H = mx_np.tanh(mx_np.dot(X, W_xh) + mx_np.dot(H, W_hh) + b_h)
                outputs.append(mx_np.dot(H, W_hq) + b_q)
            return mx_np.concatenate(outputs), (H,)

        def init_state(n, h, device):
            return (mx_np.zeros((n, h)),)

        make = self.d2l.RNNModelScratch
        return make(q, h, self.device, get_params, init_state, forward)

    def optimizer(self, net, lr):
        from mxnet import gluon

        net.initialize()
        options = {"learning_rate": lr, "centered": False}
        return gluon.Trainer(net.collect_params(), "rmsprop", options)

    def weights(self, net):
        if hasattr(net, "collect_params"):
            return [param.data().asnumpy() for param in net.collect_params().values()]
        return [param.asnumpy() for param in net.params]
