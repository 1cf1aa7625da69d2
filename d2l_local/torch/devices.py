"""Devices and random numbers."""

import torch

from d2l_local.arguments import at_least, whole_number


def set_seed(seed):
    """Fix the random numbers of PyTorch: initial weights, shuffling, dropout."""
    torch.manual_seed(whole_number("seed", seed, -(2**63), 2**64 - 1))


def try_gpu(i=0):
    """Return the `i`-th GPU: CUDA, else Apple's MPS (for `i` = 0), else the CPU."""
    i = at_least(0, "i", i)
    if torch.cuda.device_count() > i:
        return torch.device(f"cuda:{i}")
    if i == 0 and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def try_all_gpus():
    """Return a list of all GPUs, or of the CPU alone: `[torch.device('cpu')]`."""
    cuda = [torch.device(f"cuda:{i}") for i in range(torch.cuda.device_count())]
    return cuda or [try_gpu()]
