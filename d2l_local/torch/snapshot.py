"""The tensors of a training run in PyTorch, to NumPy arrays and back."""

import torch
from torch import nn


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
        """Return the name of what updates the parameters, for error messages."""
        return "function" if self.optimizer is None else type(self.optimizer).__name__

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
        with torch.no_grad():
            for name, tensor in self._tensors().items():
                tensor.copy_(torch.from_numpy(model[name]))
        if self.optimizer is not None:
            memory = {}
            for key, array in updater.items():
                i, _, name = key.partition("/")
                memory.setdefault(int(i), {})[name] = torch.from_numpy(array)
            table = self.optimizer.state_dict()
            self.optimizer.load_state_dict(table | {"state": memory})

    def state_arrays(self, state):
        """Return the parts of a hidden state by their numbers."""
        parts = state if isinstance(state, tuple | list) else [state]
        return {str(i): as_array(part) for i, part in enumerate(parts)}

    def state_of(self, arrays):
        """Return the hidden state whose parts are `arrays`."""
        parts = [torch.from_numpy(arrays[str(i)]) for i in range(len(arrays))]
        parts = tuple(part.to(self.device) for part in parts)
        module = isinstance(self.net, nn.Module)
        return parts[0] if module and len(parts) == 1 else parts

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


def as_array(tensor):
    """Return a tensor as a NumPy array, a bfloat16 as float32, which holds its value.

    NumPy has no bfloat16.
    """
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return tensor.numpy().copy()  # numpy() shares the memory of the tensor
