"""Names that only classic notebooks need: PyTorch.

The source notebooks of the classic book write one text for all frameworks, with
operations called by the same names; here is what these names mean in PyTorch.
"""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# The same name as the method of a tensor.
METHODS = {
    "argmax": torch.Tensor.argmax,
    "astype": torch.Tensor.type,
    "expand_dims": torch.Tensor.unsqueeze,
    "reduce_mean": torch.Tensor.mean,
    "reduce_sum": torch.Tensor.sum,
    "repeat": torch.Tensor.repeat,
    "reshape": torch.Tensor.reshape,
    "size": torch.Tensor.numel,
    "swapaxes": torch.Tensor.swapaxes,
    "to": torch.Tensor.to,
    "transpose": torch.Tensor.t,
    "numpy": lambda x: x.detach().numpy(),
}
FUNCTIONS = {
    "abs": torch.abs,
    "arange": torch.arange,
    "batch_matmul": torch.bmm,
    "concat": torch.cat,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "exp": torch.exp,
    "eye": torch.eye,
    "linspace": torch.linspace,
    "log": torch.log,
    "matmul": torch.matmul,
    "meshgrid": partial(torch.meshgrid, indexing="ij"),
    "normal": torch.normal,
    "ones": torch.ones,
    "ones_like": torch.ones_like,
    "rand": torch.rand,
    "randn": torch.randn,
    "sigmoid": torch.sigmoid,
    "sin": torch.sin,
    "sinh": torch.sinh,
    "stack": torch.stack,
    "tanh": torch.tanh,
    "tensor": torch.tensor,
    "zeros": torch.zeros,
    "zeros_like": torch.zeros_like,
}
TYPES = {
    "bool": torch.bool,
    "float32": torch.float32,
    "float64": torch.float64,
    "int32": torch.int32,
    "int64": torch.int64,
}
MODULES = {"F": F, "nn": nn, "np": np, "torch": torch}
CLASSIC = METHODS | FUNCTIONS | TYPES | MODULES
