"""The checks for PyTorch: `from d2l_check import torch as check`."""

import contextlib
from functools import partial

import numpy as np
import torch
from torch import nn

from d2l_check.binding import bind
from d2l_check.chapters import CHECKS
from d2l_check.stack import Stack
from d2l_check.undisturbed import change_to, values_now
from d2l_local import torch as d2l


class PyTorch:
    """What the checks need to know of PyTorch."""

    name = "PyTorch"
    takes_device = True
    batch_first = "batch_first=True"
    compiled = None

    def __init__(self):
        self.device = d2l.try_gpu()
        # Holds shapes and no numbers, but shows whether the argument is honoured.
        self.other_device = torch.device("meta")

    @contextlib.contextmanager
    def check_context(self):
        """Work with the usual settings, and leave those that were found, and the seed.

        Among them are matrix products in full single precision; a GPU would round them.
        """
        gpus = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
        before = self.settings()
        with torch.random.fork_rng(devices=gpus), torch.inference_mode(False):
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
        return torch.tensor(np.asarray(values), dtype=torch.float32, device=self.device)

    def integers(self, values):
        """Return a tensor of indices."""
        return torch.tensor(np.asarray(values), device=self.device)

    def parameter(self, values):
        """Return a tensor that gradients can be taken of."""
        return self.tensor(values).requires_grad_()

    def is_tensor(self, value):
        """Return True for a tensor of the framework."""
        return isinstance(value, torch.Tensor)

    def shape(self, tensor):
        """Return the shape of a tensor, as a tuple of int."""
        return tuple(tensor.shape)

    def numpy(self, tensor):
        """Return the numbers of a tensor as a new array in double precision."""
        return tensor.detach().cpu().double().numpy().copy()

    def wait(self, result):
        """Wait for a result and its exceptions; PyTorch has none that come late."""

    def lies_on(self, tensor, device):
        """Return True if a tensor is on this device."""
        return tensor.device.type == device.type

    def sum(self, tensor):
        """Return the sum of all numbers, as a tensor."""
        return tensor.sum()

    def gradients(self, function, arrays):
        """Return the gradients of `function(tensors)` at `arrays`, None if missing."""
        tensors = [self.parameter(array) for array in arrays]
        total = function(tensors)
        if not total.requires_grad:
            return [None] * len(tensors)
        found = torch.autograd.grad(total, tensors, allow_unused=True)
        return [None if g is None else self.numpy(g) for g in found]

    def missing_for_gradients(self, parameter):
        """Return what a parameter lacks as its remedy, or 'leaf', or None."""
        if not parameter.requires_grad:
            return "requires_grad_()"
        return None if parameter.is_leaf else "leaf"

    def stack(self, layer):
        """Describe a recurrent layer in the words of `gru_layer`."""
        if isinstance(layer, d2l.RNNModel):
            return Stack("model")
        if isinstance(layer, nn.RNNCellBase):
            return Stack("cell")
        kinds = {nn.GRU: "gru", nn.LSTM: "lstm", nn.RNN: "rnn"}
        kind = next((k for c, k in kinds.items() if isinstance(layer, c)), None)
        if kind is None:
            return Stack(None)
        faults = []
        if layer.batch_first:
            faults.append("batch-first")
        if layer.bidirectional:
            faults.append("both-directions")
        hiddens = (layer.hidden_size,) * layer.num_layers
        return Stack(kind, hiddens, layer.input_size, tuple(faults))

    def run_model(self, layer, vocab_size):
        """Build an RNNModel on a layer, and run it."""
        net = d2l.RNNModel(layer, vocab_size).to(self.device)
        state = net.begin_state(device=self.device, batch_size=2)
        net(self.integers(np.zeros((2, 3), int)), state)

    def run_gru(self, layer, weights, inputs):
        """Return the outputs (T, n, h) of a GRU with other weights.

        For each layer, `weights` holds W_x (d, 3h), W_h (h, 3h), b_x and b_h (3h,), in
        the order of reset gate, update gate and candidate.
        """
        with torch.no_grad():
            for k, arrays in enumerate(weights):
                names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
                for name, array in zip(names, arrays):
                    if name.startswith("weight") or layer.bias:
                        getattr(layer, f"{name}_l{k}").copy_(self.tensor(array.T))
            return self.numpy(layer.eval()(self.tensor(inputs))[0])

    def language_model(self, params):
        """Return an RNNModel with these parameters, and a list of calls with a history.

        The list grows with each call whose state brings its history along.
        """
        W_xh, W_hh, b_h, W_hq, b_q = params
        net = d2l.RNNModel(nn.RNN(*W_xh.shape), len(b_q)).to(self.device)
        arrays = {
            net.rnn.weight_ih_l0: W_xh.T,
            net.rnn.weight_hh_l0: W_hh.T,
            net.rnn.bias_ih_l0: b_h,
            net.rnn.bias_hh_l0: 0 * b_h,
            net.linear.weight: W_hq.T,
            net.linear.bias: b_q,
        }
        with torch.no_grad():
            for parameter, array in arrays.items():
                parameter.copy_(self.tensor(array))
        recorded = []

        def watch(_net, arguments):
            if arguments[-1].requires_grad:
                recorded.append("call")

        net.register_forward_pre_hook(watch)
        return net, recorded

    def model_values(self, net):
        """Return the numbers of all parameters of a model."""
        return [self.numpy(parameter) for parameter in net.parameters()]


def determinism():
    """Return whether algorithms must be deterministic, and whether that only warns."""
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )


def set_determinism(wanted):
    torch.use_deterministic_algorithms(wanted[0], warn_only=wanted[1])


def set_device(device):
    """Set the default device; a processor is none, which costs less."""
    torch.set_default_device(None if device == torch.device("cpu") else device)


def set_convolutions(allowed):
    torch.backends.cudnn.allow_tf32 = allowed


# Each setting with the functions that read and write it
SETTINGS = {
    "gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
    "anomalies": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "device": (torch.get_default_device, set_device),
    "determinism": (determinism, set_determinism),
    "products": (
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    "convolutions": (lambda: torch.backends.cudnn.allow_tf32, set_convolutions),
    "threads": (torch.get_num_threads, torch.set_num_threads),
    **{
        f"autocast on {kind}": (
            partial(torch.is_autocast_enabled, kind),
            partial(torch.set_autocast_enabled, kind),
        )
        for kind in ("cpu", "cuda")
    },
}
USUAL = {
    "gradients": True,
    "anomalies": False,
    "dtype": torch.float32,
    "determinism": (False, False),
    "products": "highest",
    "convolutions": False,
    "autocast on cpu": False,
    "autocast on cuda": False,
}

_framework = PyTorch()


# The checks, each under its own name.
globals().update({check.name: bind(check, _framework) for check in CHECKS})
