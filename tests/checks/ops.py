"""What the good learner of `learners.py` needs of a framework."""

import contextlib
from importlib import import_module

import numpy as np


class Torch:
    np = np
    name = "torch"

    def __init__(self):
        import torch

        self.lib, self.check = torch, import_module("d2l_check.torch")
        self.check._framework.device = torch.device("cpu")  # where the learner works
        self.steps = list
        self.tanh, self.sigmoid, self.exp = torch.tanh, torch.sigmoid, torch.exp
        self.relu, self.softmax = torch.relu, lambda x: torch.softmax(x, -1)
        self.cat, self.stack = torch.cat, torch.stack
        self.no_gradient, self.gradient = torch.no_grad, torch.enable_grad

    def tensor(self, values):
        return self.lib.tensor(np.asarray(values), dtype=self.lib.float32)

    def zeros(self, shape, device=None):
        return self.lib.zeros(shape, device=device)

    def normal(self, shape, device=None):
        return 0.1 * self.lib.randn(shape, device=device)

    def parameter(self, tensor):
        return tensor.requires_grad_()

    def transposed(self, tensor, axes=(1, 0)):
        return tensor.permute(axes)

    def flat(self, tensor):
        return tensor.reshape(-1)

    def reshape(self, tensor, shape):
        return tensor.reshape(shape)

    def total(self, tensor):
        return tensor.sum()

    def number(self, tensor):
        return float(tensor)

    def array(self, tensor):
        return tensor.detach().numpy()

    def clamp(self, tensor, low, high):
        return tensor.clamp(low, high)

    def detached(self, tensor):
        return tensor.detach()

    def losses(self, outputs, labels):
        loss = self.lib.nn.functional.cross_entropy
        return loss(outputs, labels, reduction="none")

    def begin_state(self, net, batch_size):
        return net.begin_state(device=None, batch_size=batch_size)

    def gradients(self, function, tensors):
        tensors = [tensor.requires_grad_() for tensor in tensors]
        found = self.lib.autograd.grad(function(tensors), tensors, allow_unused=True)
        return [np.zeros(t.shape) if g is None else g.numpy() for g, t in
                zip(found, tensors)]  # fmt: skip

    def whole(self, tensor):
        return tensor.long()

    def double(self, tensor):
        return tensor.double()

    def learn(self, net, loss):
        """One step of training, which nobody asked for."""
        loss.backward()
        with self.lib.no_grad():
            for param in net.parameters():
                param -= 0.1 * param.grad

    def gru(self, vocab_size, num_hiddens, num_layers):
        return self.lib.nn.GRU(vocab_size, num_hiddens, num_layers)

    def layers(self):
        """What notebooks import to make layers of."""
        return {"nn": self.lib.nn}

    def odd_tensors(self):
        """Tensors that hold no numbers, or other ones: meta, sparse, complex."""
        sparse = self.lib.eye(3).to_sparse()
        return [self.lib.zeros((2, 3), device="meta"), sparse, self.lib.eye(2) * 1j]


class TensorFlow:
    np = np
    name = "tensorflow"
    no_gradient = gradient = staticmethod(contextlib.nullcontext)

    def __init__(self):
        self.check = import_module("d2l_check.tensorflow")
        import tensorflow as tf

        self.lib, self.steps = tf, tf.unstack
        self.tanh, self.sigmoid, self.exp = tf.tanh, tf.sigmoid, tf.exp
        self.relu, self.softmax = tf.nn.relu, tf.nn.softmax
        self.stack, self.total = tf.stack, tf.reduce_sum
        self.reshape = tf.reshape
        self.clamp, self.detached = tf.clip_by_value, tf.stop_gradient

    def tensor(self, values):
        return self.lib.constant(np.asarray(values), self.lib.float32)

    def zeros(self, shape):
        return self.lib.zeros(shape)

    def normal(self, shape):
        return 0.1 * self.lib.random.normal(shape)

    def parameter(self, tensor):
        return self.lib.Variable(tensor)

    def cat(self, tensors, axis=0):
        return self.lib.concat(tensors, axis)

    def transposed(self, tensor, axes=(1, 0)):
        return self.lib.transpose(tensor, axes)

    def flat(self, tensor):
        return self.lib.reshape(tensor, -1)

    def number(self, tensor):
        return float(tensor)

    def array(self, tensor):
        return tensor.numpy()

    def losses(self, outputs, labels):
        loss = self.lib.nn.sparse_softmax_cross_entropy_with_logits
        return loss(labels, outputs)

    def begin_state(self, net, batch_size):
        return net.begin_state(batch_size=batch_size)

    def gradients(self, function, tensors):
        with self.lib.GradientTape() as tape:
            for tensor in tensors:
                tape.watch(tensor)
            loss = function(tensors)
        found = tape.gradient(loss, tensors)
        return [np.zeros(t.shape) if g is None else g.numpy() for g, t in
                zip(found, tensors)]  # fmt: skip

    def whole(self, tensor):
        return self.lib.cast(tensor, "int32")

    def double(self, tensor):
        return self.lib.cast(tensor, "float64")

    def learn(self, net, loss):
        """One step of training, which nobody asked for."""
        for variable in net.trainable_variables:
            variable.assign_sub(0.1 * self.lib.ones_like(variable))

    def gru(self, vocab_size, num_hiddens, num_layers):
        layers = self.lib.keras.layers
        cells = [layers.GRUCell(num_hiddens) for _ in range(num_layers)]
        return layers.RNN(
            layers.StackedRNNCells(cells), return_sequences=True, return_state=True
        )

    def layers(self):
        """What notebooks import to make layers of."""
        return {"K": self.lib.keras.layers}

    def odd_tensors(self):
        """Tensors that hold no numbers, or other ones: ragged, of texts, complex."""
        ragged, texts = self.lib.ragged.constant([[1.0], []]), self.lib.constant(["a"])
        return [ragged, texts, self.lib.complex(self.zeros((2, 3)), 1.0)]


class MXNet:
    np = np
    name = "mxnet"

    def __init__(self):
        self.check = import_module("d2l_check.mxnet")
        from mxnet import autograd, gluon, npx
        from mxnet import np as mx_np

        npx.set_np()
        self.lib, self.autograd, self.gluon = mx_np, autograd, gluon
        self.steps = list
        self.tanh, self.sigmoid, self.exp = mx_np.tanh, npx.sigmoid, mx_np.exp
        self.relu, self.softmax = npx.relu, npx.softmax
        self.cat, self.stack = mx_np.concatenate, mx_np.stack
        self.clamp = mx_np.clip
        self.no_gradient, self.gradient = autograd.pause, autograd.record

    def tensor(self, values):
        return self.lib.array(np.asarray(values), dtype="float32")

    def zeros(self, shape, device=None):
        return self.lib.zeros(shape, ctx=device)

    def normal(self, shape, device=None):
        return 0.1 * self.lib.random.normal(size=shape, ctx=device)

    def parameter(self, tensor):
        tensor.attach_grad()
        return tensor

    def transposed(self, tensor, axes=(1, 0)):
        return tensor.transpose(axes)

    def flat(self, tensor):
        return tensor.reshape(-1)

    def reshape(self, tensor, shape):
        return tensor.reshape(shape)

    def total(self, tensor):
        return tensor.sum()

    def number(self, tensor):
        return float(tensor)

    def array(self, tensor):
        return tensor.asnumpy()

    def detached(self, tensor):
        return tensor.detach()

    def losses(self, outputs, labels):
        return self.gluon.loss.SoftmaxCrossEntropyLoss()(outputs, labels)

    def begin_state(self, net, batch_size):
        return net.begin_state(batch_size=batch_size)

    def gradients(self, function, tensors):
        for tensor in tensors:
            tensor.attach_grad()
        with self.autograd.record():
            loss = function(tensors) + 0 * sum(tensor.sum() for tensor in tensors)
        loss.backward()
        return [tensor.grad.asnumpy() for tensor in tensors]

    def whole(self, tensor):
        return tensor.astype("int32")

    def double(self, tensor):
        return tensor.astype("float64")

    def learn(self, net, loss):
        """One step of training, which nobody asked for."""
        for param in net.collect_params().values():
            param.set_data(param.data() - 0.1)

    def gru(self, vocab_size, num_hiddens, num_layers):
        return self.gluon.rnn.GRU(num_hiddens, num_layers, input_size=vocab_size)

    def layers(self):
        """What notebooks import to make layers of."""
        return {"rnn": self.gluon.rnn, "nn": self.gluon.nn}

    def odd_tensors(self):
        """Arrays of the old kind, dense and sparse, and of single bytes."""
        import mxnet

        old = mxnet.nd.ones((2, 3))
        return [old, old.tostype("csr"), self.lib.ones((2, 3), dtype="int8")]


FRAMEWORKS = {"torch": Torch, "tensorflow": TensorFlow, "mxnet": MXNet}
