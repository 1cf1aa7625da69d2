"""The tensors of a training run in PyTorch, to NumPy arrays and back."""

import copy

import torch
from torch import nn

from d2l_local.run.describing import describe_optimizer, nonlinearities


class Snapshot:
    """The tensors of a training run: model, optimiser, hidden state, random numbers.

    `net` is a module, or a hand-written model with a list `params`; `updater` is an
    optimiser, or a function, which has nothing to save; `device` is where the hidden
    state lives. Dicts of NumPy arrays go out and come in.
    """

    framework = "torch"

    def __init__(self, net, updater, device):
        self.net, self.device = net, torch.device(device)
        self.optimizer = updater if isinstance(updater, torch.optim.Optimizer) else None

    def optimizer_name(self):
        """Return the name and the kind of what updates the parameters."""
        if self.optimizer is None:
            return "function"
        groups = self.optimizer.param_groups
        settings = {name: value for group in groups for name, value in group.items()}
        return describe_optimizer(type(self.optimizer).__name__, settings)

    def layers(self):
        """Return a line for each layer with a nonlinearity, which shapes don't tell."""
        if not isinstance(self.net, nn.Module):
            return nonlinearities(getattr(self.net, "forward_fn", self.net.__call__))
        lines = ((k, nonlinearity(part)) for k, part in self.net.named_modules())
        return [f"{name or 'net'}: {kind}" for name, kind in lines if kind]

    def model(self):
        """Return the parameters and buffers by name."""
        return {name: as_array(tensor) for name, tensor in self._tensors().items()}

    def updater(self):
        """Return the memory of the optimiser, such as momentum: `parameter/name`."""
        if self.optimizer is None:
            return {}
        return {
            f"{i}/{name}": as_array(torch.as_tensor(value))
            for i, memory in self.optimizer.state_dict()["state"].items()
            for name, value in memory.items()
            if value is not None
        }

    def load(self, model, updater):
        """Put back what `model` and `updater` returned."""
        memory = {}
        for key, array in updater.items():
            i, _, name = key.partition("/")
            memory.setdefault(int(i), {})[name] = torch.from_numpy(array)
        with torch.no_grad():
            for name, tensor in self._tensors().items():
                tensor.copy_(torch.from_numpy(model[name]))
        if self.optimizer is not None:
            table = self.optimizer.state_dict()
            self.optimizer.load_state_dict(table | {"state": memory})

    def expected_updater(self):
        """Return what `updater` returns after a step; None for what can't be foreseen.

        A copy of the optimiser takes a step on copies of the parameters.
        """
        if self.optimizer is None:
            return {}
        try:
            trial = copy.deepcopy(self.optimizer)
            for group in trial.param_groups:
                for param in filter(lambda each: each.requires_grad, group["params"]):
                    param.grad = torch.zeros_like(param)
            trial.step()
        except Exception:  # an optimiser of the reader's own may do anything
            return None
        return Snapshot(self.net, trial, self.device).updater()

    def begin_state(self, batch_size):
        """Return the first state for a batch of this size."""
        return self.net.begin_state(batch_size=batch_size, device=self.device)

    def array(self, tensor):
        """Return a tensor of a hidden state as an array."""
        return as_array(tensor)

    def tensor(self, array, like=None):
        """Return an array as a tensor of a hidden state, low in precision as `like`."""
        tensor = torch.from_numpy(array).to(self.device)
        return (
            tensor.bfloat16() if getattr(like, "dtype", 0) == torch.bfloat16 else tensor
        )

    def random_state(self):
        """Return the state of PyTorch's generators, for the CPU and for the device."""
        states = {"cpu": torch.get_rng_state().numpy()}
        if self.device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(self.device).numpy()
        return states

    def set_random_state(self, arrays):
        """Continue from what `random_state` returned."""
        torch.set_rng_state(torch.from_numpy(arrays["cpu"]))
        if "cuda" in arrays and self.device.type == "cuda":
            torch.cuda.set_rng_state(torch.from_numpy(arrays["cuda"]), self.device)

    def _tensors(self):
        if isinstance(self.net, nn.Module):
            return self.net.state_dict(keep_vars=True)
        return {str(i): param for i, param in enumerate(self.net.params)}


def nonlinearity(module):
    """Name what a module applies to its inputs, or the names in a reader's `forward`.

    Returns '' for none.
    """
    own = type(module).__module__.partition(".")[0] != "torch"
    if own:
        held = vars(module).values()  # such as self.activation = torch.relu
        return ", ".join(nonlinearities(type(module).forward, *held))
    if isinstance(module, nn.RNN | nn.RNNCell):
        return getattr(module, "nonlinearity", "")
    activation = type(module).__module__ == "torch.nn.modules.activation"
    return str(module) if activation else ""


def as_array(tensor):
    """Return a tensor as a NumPy array, a bfloat16 as float32, which holds its value.

    NumPy has no bfloat16.
    """
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return tensor.numpy().copy()  # numpy() shares the memory of the tensor
