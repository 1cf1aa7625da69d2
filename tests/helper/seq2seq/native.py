"""The parts of the sequence-to-sequence tests that differ between frameworks."""

import numpy as np


class Torch:
    """PyTorch."""

    name, device_text = "torch", "cpu"

    def __init__(self):
        import torch

        from d2l_local import torch as d2l
        from d2l_local.torch import seq2seq

        self.threads = torch.get_num_threads()
        torch.set_num_threads(1)  # models as small as these are faster on one
        self.torch, self.d2l, self.module = torch, d2l, seq2seq
        self.device = torch.device("cpu")

    def close(self):
        self.torch.set_num_threads(self.threads)

    def seed(self):
        self.d2l.set_seed(0)

    def tensor(self, array):
        return self.torch.tensor(np.asarray(array))

    def numpy(self, tensor):
        return tensor.detach().numpy()

    def time_last(self, outputs):
        """Outputs of an encoder, (T, n, h), as (n, T, h)."""
        return outputs.transpose(0, 1)

    def layers_of(self, enc_outputs):
        """The encoder's last state, as an array (L, n, h)."""
        return self.numpy(enc_outputs[1])

    def start(self, net, *batch):
        """Make the parameters of a model."""
        net.eval()

    def losses(self, pred, label, valid_len):
        return self.d2l.MaskedSoftmaxCELoss()(pred, label, valid_len)

    def gradient(self, function, at):
        """The gradient of a function's sum, and its value, as arrays."""
        at = self.tensor(at).requires_grad_()
        value = function(at)
        value.sum().backward()
        return at.grad.numpy(), self.numpy(value)

    def params(self, net):
        """All parameters by name, as arrays."""
        return {k: v.detach().numpy().copy() for k, v in net.named_parameters()}

    def train_mode(self, net, *batch):
        """Outputs with dropout on."""
        net.train()
        return self.numpy(net(*batch)[0])

    def plain_step(self, net, batches, bos, rate=1.0):
        """One epoch with plain gradient descent, dropout on."""
        net.train()
        sgd = self.torch.optim.SGD(net.parameters(), lr=rate)
        loss = self.d2l.MaskedSoftmaxCELoss()
        return self.module.train_epoch_seq2seq(
            net, batches, loss, sgd, bos, self.device
        )

    def predict(self, net, sentence, src_vocab, tgt_vocab, num_steps, save=False):
        return self.d2l.predict_seq2seq(
            net, sentence, src_vocab, tgt_vocab, num_steps, self.device, save
        )

    def unclipped(self, net, theta):
        """A `grad_clipping` that doesn't clip."""

    def scripted(self, tokens, q):
        """A decoder that says the `tokens` one by one, whatever it reads."""
        torch = self.torch

        class Scripted(self.d2l.Decoder):
            def init_state(self, enc_outputs, *args):
                return torch.tensor(0)

            def forward(self, X, state):
                self.attention_weights = int(state)
                Y = torch.zeros(1, 1, q)
                Y[0, 0, tokens[int(state)]] = 1.0
                return Y, state + 1

        return Scripted()


class TensorFlow(Torch):
    """TensorFlow."""

    name, device_text = "tensorflow", "/CPU:0"

    def __init__(self):
        from d2l_local import tensorflow as d2l  # isort: skip
        import tensorflow as tf

        from d2l_local.tensorflow import seq2seq

        self.tf, self.d2l, self.module = tf, d2l, seq2seq
        self.device = d2l.try_gpu()

    def close(self):
        self.tf.keras.backend.clear_session()

    def tensor(self, array):
        array = np.asarray(array)
        return self.tf.constant(
            array, self.tf.int32 if array.dtype.kind == "i" else None
        )

    def numpy(self, tensor):
        return tensor.numpy()

    def time_last(self, outputs):
        return outputs

    def layers_of(self, enc_outputs):
        return np.stack([self.numpy(state) for state in enc_outputs[1]])

    def start(self, net, *batch):
        net(*batch, training=False)

    def losses(self, pred, label, valid_len):
        return self.d2l.MaskedSoftmaxCELoss(valid_len)(label, pred)

    def gradient(self, function, at):
        at = self.tf.Variable(at)
        with self.tf.GradientTape() as tape:
            value = function(at)
        return tape.gradient(value, at).numpy(), value.numpy()

    def params(self, net):
        return {v.path: v.numpy() for v in net.trainable_variables}

    def train_mode(self, net, *batch):
        return net(*batch, training=True)[0].numpy()

    def plain_step(self, net, batches, bos, rate=1.0):
        sgd = self.tf.keras.optimizers.SGD(rate)
        sgd.build(net.trainable_variables)
        step = self.module.compiled_step(net, sgd, bos)
        return self.module.train_epoch_seq2seq(step, batches)

    def predict(self, net, sentence, src_vocab, tgt_vocab, num_steps, save=False):
        return self.d2l.predict_seq2seq(
            net, sentence, src_vocab, tgt_vocab, num_steps, save
        )

    def unclipped(self, grads, theta):
        return grads

    def scripted(self, tokens, q):
        tf = self.tf

        class Scripted(self.d2l.Decoder):
            def init_state(self, enc_outputs, *args):
                return tf.constant(0)

            def call(self, X, state, **kwargs):
                if tf.executing_eagerly():
                    self.attention_weights = int(state)
                token = tf.gather(tokens, state)
                return tf.reshape(tf.one_hot(token, q), (1, 1, q)), state + 1

        return Scripted()


class MXNet(Torch):
    """MXNet."""

    name, device_text = "mxnet", r"cpu\(0\)"

    def __init__(self):
        from d2l_local import mxnet as d2l  # isort: skip
        import mxnet

        from d2l_local.mxnet import seq2seq

        mxnet.npx.set_np()
        self.mxnet, self.d2l, self.module = mxnet, d2l, seq2seq
        self.device = d2l.try_gpu()

    def close(self):
        """There is nothing to put back."""

    def seed(self):
        self.d2l.set_seed(0)
        np.random.seed(0)  # of Gluon's shuffling

    def tensor(self, array):
        array = np.asarray(array)
        return self.mxnet.np.array(
            array, dtype="int32" if array.dtype.kind == "i" else array.dtype
        )

    def numpy(self, tensor):
        return tensor.asnumpy()

    def time_last(self, outputs):
        return outputs.swapaxes(0, 1)

    def layers_of(self, enc_outputs):
        (state,) = enc_outputs[1]
        return self.numpy(state)

    def start(self, net, *batch):
        net.initialize(self.mxnet.init.Xavier())

    def gradient(self, function, at):
        at = self.tensor(at)
        at.attach_grad()
        with self.mxnet.autograd.record():
            value = function(at)
        value.backward()
        return at.grad.asnumpy(), value.asnumpy()

    def params(self, net):
        return {k: v.data().asnumpy() for k, v in net.collect_params().items()}

    def train_mode(self, net, *batch):
        with self.mxnet.autograd.record():
            return net(*batch)[0].asnumpy()

    def plain_step(self, net, batches, bos, rate=1.0):
        sgd = self.mxnet.gluon.Trainer(
            net.collect_params(), "sgd", {"learning_rate": rate}, kvstore=None
        )
        loss = self.d2l.MaskedSoftmaxCELoss()
        return self.module.train_epoch_seq2seq(
            net, batches, loss, sgd, bos, self.device
        )

    def scripted(self, tokens, q):
        np = self.mxnet.np

        class Scripted(self.d2l.Decoder):
            def init_state(self, enc_outputs, *args):
                return 0

            def forward(self, X, state):
                self.attention_weights = state
                Y = np.zeros((1, 1, q))
                Y[0, 0, tokens[state]] = 1.0
                return Y, state + 1

        return Scripted()


FRAMEWORKS = {each.name: each for each in (Torch, TensorFlow, MXNet)}
