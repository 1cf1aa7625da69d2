"""Names that only classic notebooks need: MXNet.

The source notebooks of the classic book write one text for all frameworks, with
operations called by the same names; here is what these names mean in MXNet.
"""

import functools
import warnings

from d2l_local.numpy_shim import import_mxnet

import_mxnet()

from mxnet import autograd, gluon, init, np, npx  # noqa: E402
from mxnet.gluon import nn, rnn  # noqa: E402

from d2l_local import mxnet as package  # noqa: E402


@functools.wraps(package.train_ch8)
def train_ch8(*args, **kwargs):
    with warnings.catch_warnings():
        # A reader's own block, initialised before, keeps its weights, as it should.
        warnings.filterwarnings("ignore", "Parameter '.*' is already initialized")
        return package.train_ch8(*args, **kwargs)


# The same name as the method of an array, which is called with the rest.
METHODS = {
    "argmax": lambda x, *args, **kwargs: x.argmax(*args, **kwargs),
    "astype": lambda x, *args, **kwargs: x.astype(*args, **kwargs),
    "numpy": lambda x, *args, **kwargs: x.asnumpy(*args, **kwargs),
    "reduce_mean": lambda x, *args, **kwargs: x.mean(*args, **kwargs),
    "reduce_sum": lambda x, *args, **kwargs: x.sum(*args, **kwargs),
    "repeat": lambda x, *args, **kwargs: x.repeat(*args, **kwargs),
    "reshape": lambda x, *args, **kwargs: x.reshape(*args, **kwargs),
    "size": lambda x: x.size,
    "swapaxes": lambda x, *args, **kwargs: x.swapaxes(*args, **kwargs),
    "to": lambda x, *args, **kwargs: x.as_in_context(*args, **kwargs),
    "transpose": lambda x, *args, **kwargs: x.transpose(*args, **kwargs),
}
FUNCTIONS = {
    "abs": np.abs,
    "arange": np.arange,
    "batch_matmul": npx.batch_dot,
    "concat": np.concatenate,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "expand_dims": np.expand_dims,
    "eye": np.eye,
    "linspace": np.linspace,
    "log": np.log,
    "matmul": np.dot,
    "meshgrid": np.meshgrid,
    "normal": np.random.normal,
    "ones": np.ones,
    "ones_like": np.ones_like,
    "rand": np.random.rand,
    "randn": np.random.randn,
    "sigmoid": npx.sigmoid,
    "sin": np.sin,
    "sinh": np.sinh,
    "stack": np.stack,
    "tanh": np.tanh,
    "tensor": np.array,
    "zeros": np.zeros,
    "zeros_like": np.zeros_like,
}
TYPES = {
    "bool": np.bool,
    "float32": np.float32,
    "float64": np.float64,
    "int32": np.int32,
    "int64": np.int64,
}
MODULES = {
    "autograd": autograd,
    "gluon": gluon,
    "init": init,
    "nn": nn,
    "np": np,
    "npx": npx,
    "rnn": rnn,
}
CLASSIC = METHODS | FUNCTIONS | TYPES | MODULES | {"train_ch8": train_ch8}
