"""The checks for MXNet: `from d2l_check import mxnet as check`."""

import contextlib

import numpy as onp

from d2l_check.binding import bind
from d2l_check.chapters import CHECKS
from d2l_check.stack import Stack
from d2l_check.undisturbed import change_to, values_now
from d2l_local import mxnet as d2l

import mxnet  # isort: skip  # after d2l, which lets it run on today's NumPy
from mxnet import autograd, init, np, npx  # isort: skip
from mxnet.gluon import rnn  # isort: skip


class MXNet:
    """What the checks need to know of MXNet."""

    name = "MXNet"
    takes_device = True
    batch_first = "layout='NTC'"
    compiled = None

    def __init__(self):
        self.device = d2l.try_gpu()
        # The same processor, but another device to MXNet
        self.other_device = npx.cpu(1)

    @contextlib.contextmanager
    def check_context(self):
        """Work with the usual settings, and leave those that were found.

        Among them is MXNet's NumPy mode, in which a notebook should be in any case.
        The state of MXNet's random numbers can't be read, so what a learner's function
        draws is drawn; the checks themselves draw nothing.
        """
        before = self.settings()
        self.change(USUAL)
        try:
            yield
        finally:
            self.change(before)

    def settings(self):
        """Return the settings of the process that a function could leave changed."""
        return values_now(SETTINGS)

    def change(self, wanted):
        """Change the settings to what `settings` returned before."""
        change_to(SETTINGS, wanted)

    def on(self):
        """Return the device, as the last arguments of a learner's function."""
        return [self.device]

    def tensor(self, values):
        """Return a float tensor with `values`, on the device."""
        return np.array(onp.asarray(values), dtype="float32", ctx=self.device)

    def integers(self, values):
        """Return a tensor of indices."""
        return np.array(onp.asarray(values), dtype="int32", ctx=self.device)

    def parameter(self, values):
        """Return a tensor that gradients can be taken of."""
        array = self.tensor(values)
        array.attach_grad()
        return array

    def is_tensor(self, value):
        """Return True for a tensor of the framework."""
        return isinstance(value, np.ndarray)

    def shape(self, tensor):
        """Return the shape of a tensor, as a tuple of int."""
        return tuple(tensor.shape)

    def numpy(self, tensor):
        """Return the numbers of a tensor as a new array in double precision."""
        return tensor.asnumpy().astype(onp.float64)

    def wait(self, result, depth=8):
        """Wait for a result: until then an exception may still be on its way."""
        if type(result) in (list, tuple) and depth:
            for part in result:
                self.wait(part, depth - 1)
        elif self.is_tensor(result):
            result.wait_to_read()

    def lies_on(self, tensor, device):
        """Return True if a tensor is on this device."""
        return tensor.ctx == device

    def sum(self, tensor):
        """Return the sum of all numbers, as a tensor."""
        return tensor.sum()

    def gradients(self, function, arrays):
        """Return the gradients of `function(tensors)` at `arrays`, zero if missing."""
        tensors = [self.parameter(array) for array in arrays]
        with autograd.record():
            total = function(tensors)
            # MXNet refuses a number that depends on nothing.
            total = total + 0 * sum(tensor.sum() for tensor in tensors)
        total.backward()
        return [self.numpy(tensor.grad) for tensor in tensors]

    def missing_for_gradients(self, parameter):
        """Return what a parameter lacks as its remedy, or None."""
        return "attach_grad()" if parameter.grad is None else None

    def stack(self, layer):
        """Describe a recurrent layer in the words of `gru_layer`."""
        if isinstance(layer, d2l.RNNModel):
            return Stack("model")
        if isinstance(layer, rnn.RecurrentCell):
            return Stack("cell")
        kinds = {rnn.GRU: "gru", rnn.LSTM: "lstm", rnn.RNN: "rnn"}
        kind = next((k for c, k in kinds.items() if isinstance(layer, c)), None)
        if kind is None:
            return Stack(None)
        faults = []
        if layer._layout != "TNC":
            faults.append("batch-first")
        if layer._dir != 1:
            faults.append("both-directions")
        hiddens = (layer._hidden_size,) * layer._num_layers
        return Stack(kind, hiddens, layer._input_size or None, tuple(faults))

    def run_model(self, layer, vocab_size):
        """Build an RNNModel on a layer, and run it."""
        net = d2l.RNNModel(layer, vocab_size)
        net.initialize(init.Zero(), ctx=self.device)  # which draws nothing
        state = net.begin_state(batch_size=2, ctx=self.device)
        self.wait(net(self.integers(onp.zeros((2, 3))), state)[0])

    def run_gru(self, layer, weights, inputs):
        """Return the outputs (T, n, h) of a GRU with other weights.

        For each layer, `weights` holds W_x (d, 3h), W_h (h, 3h), b_x and b_h (3h,), in
        the order of reset gate, update gate and candidate.
        """
        names = "i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"
        for k, arrays in enumerate(weights):
            for name, array in zip(names, arrays):
                getattr(layer, f"l{k}_{name}").set_data(self.tensor(array.T))
        return self.numpy(layer(self.tensor(inputs)))

    def language_model(self, params):
        """Return an RNNModel with these parameters, and a list of calls with a history.

        The list grows with each call that is recorded for a gradient.
        """
        W_xh, W_hh, b_h, W_hq, b_q = params
        layer = rnn.RNN(len(b_h), activation="tanh", input_size=len(W_xh))
        net = d2l.RNNModel(layer, len(b_q))
        net.initialize(init.Zero(), ctx=self.device)  # which draws nothing
        arrays = {
            layer.l0_i2h_weight: W_xh.T,
            layer.l0_h2h_weight: W_hh.T,
            layer.l0_i2h_bias: b_h,
            layer.l0_h2h_bias: 0 * b_h,
            net.dense.weight: W_hq.T,
            net.dense.bias: b_q,
        }
        for parameter, array in arrays.items():
            parameter.set_data(self.tensor(array))
        recorded = []

        def watch(_net, _arguments):
            if autograd.is_recording():
                recorded.append("call")

        net.register_forward_pre_hook(watch)
        return net, recorded

    def model_values(self, net):
        """Return the numbers of all parameters of a model."""
        return [self.numpy(p.data()) for p in net.collect_params().values()]


def numpy_mode():
    """Return whether shapes and arrays are those of NumPy."""
    util = mxnet.util
    return util.is_np_shape(), util.is_np_array()


def set_numpy_mode(wanted):
    mxnet.util.set_np(*wanted)


# Each setting with the functions that read and write it
SETTINGS = {
    "numpy": (numpy_mode, set_numpy_mode),
    "recording": (autograd.is_recording, autograd.set_recording),
    "training": (autograd.is_training, autograd.set_training),
}
USUAL = {"numpy": (True, True), "recording": False, "training": False}

_framework = MXNet()


# The checks, each under its own name.
globals().update({check.name: bind(check, _framework) for check in CHECKS})
