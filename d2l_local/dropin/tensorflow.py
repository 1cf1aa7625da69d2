"""Names that only classic notebooks need: TensorFlow.

The source notebooks of the classic book write one text for all frameworks, with
operations called by the same names; here is what these names mean in TensorFlow.

Classic notebooks run hand-written models operation by operation, not as a graph: their
functions loop over a tensor, step by step, and collect the outputs in a list, which the
loop of a graph can't do. So `RNNModelScratch` writes the loop out when it is compiled.
Whatever else can't become a graph runs here as it did then.
"""

import contextlib
import functools

import numpy as np
import tensorflow as tf

from d2l_local import tensorflow as package

# Raised when tracing meets code that is written for numbers, not for a graph.
UNTRACEABLE = (TypeError, ValueError, AttributeError, NotImplementedError)


def traceable(net):
    """Tell if a model can become a graph: a Keras layer, or one that proves it."""
    if isinstance(net, tf.keras.layers.Layer):
        return True
    X = tf.zeros((1, 2), tf.int32)  # two steps: a loop over one may pass
    try:
        package.predict_step.get_concrete_function(net, X, net.begin_state(1))
    except UNTRACEABLE:
        return False  # any other fault will show in its first real step
    return True


class Steps:
    """The time steps of `inputs`, (T, n, q), for a loop that a graph writes out."""

    def __init__(self, inputs):
        self.inputs = inputs

    def __iter__(self):
        return iter(tf.unstack(self.inputs))  # T tensors (n, q)

    def __len__(self):
        return self.inputs.shape[0]

    def __getitem__(self, key):
        return self.inputs[key]

    def __getattr__(self, name):
        return getattr(self.inputs, name)

    def __tf_tensor__(self, dtype=None, name=None):
        return tf.convert_to_tensor(self.inputs, dtype, name=name)


class RNNModelScratch(package.RNNModelScratch):
    __doc__ = package.RNNModelScratch.__doc__

    def __init__(self, vocab_size, num_hiddens, init_state, forward_fn, get_params):
        def forward(inputs, state, params):
            inputs = inputs if tf.executing_eagerly() else Steps(inputs)
            return forward_fn(inputs, state, params)

        super().__init__(vocab_size, num_hiddens, init_state, forward, get_params)


@contextlib.contextmanager
def as_the_model_allows(net):
    """Run functions as graphs inside, or step by step where `net` can't be one.

    A reader's own Keras layer is built first, since a graph can't create variables.
    """
    if isinstance(net, tf.keras.layers.Layer) and not net.built:
        net(tf.zeros((1, 1), tf.int32), net.begin_state(batch_size=1))
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(before or not traceable(net))
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@functools.wraps(package.predict_ch8)
def predict_ch8(prefix, num_preds, net, *args, **kwargs):
    with as_the_model_allows(net):
        return package.predict_ch8(prefix, num_preds, net, *args, **kwargs)


@functools.wraps(package.train_epoch_ch8)
def train_epoch_ch8(net, *args, **kwargs):
    with as_the_model_allows(net):
        return package.train_epoch_ch8(net, *args, **kwargs)


@functools.wraps(package.train_ch8)
def train_ch8(net, *args, **kwargs):
    with as_the_model_allows(net):
        return package.train_ch8(net, *args, **kwargs)


METHODS = {
    "numpy": lambda x: x.numpy(),
    "size": lambda x: tf.size(x).numpy(),
}
FUNCTIONS = {
    "abs": tf.abs,
    "arange": tf.range,
    "argmax": tf.argmax,
    "astype": tf.cast,
    "batch_matmul": tf.matmul,
    "concat": tf.concat,
    "cos": tf.cos,
    "cosh": tf.cosh,
    "exp": tf.exp,
    "expand_dims": tf.expand_dims,
    "eye": tf.eye,
    "linspace": tf.linspace,
    "log": tf.math.log,
    "matmul": tf.matmul,
    "meshgrid": tf.meshgrid,
    "normal": tf.random.normal,
    "ones": tf.ones,
    "ones_like": tf.ones_like,
    "rand": tf.random.uniform,
    "randn": tf.random.normal,
    "reduce_mean": tf.reduce_mean,
    "reduce_sum": tf.reduce_sum,
    "repeat": tf.repeat,
    "reshape": tf.reshape,
    "sigmoid": tf.sigmoid,
    "sin": tf.sin,
    "sinh": tf.sinh,
    "stack": tf.stack,
    "swapaxes": tf.experimental.numpy.swapaxes,
    "tanh": tf.tanh,
    "tensor": tf.constant,
    "transpose": tf.transpose,
    "zeros": tf.zeros,
    "zeros_like": tf.zeros_like,
}
TYPES = {
    "bool": tf.bool,
    "float32": tf.float32,
    "float64": tf.float64,
    "int32": tf.int32,
    "int64": tf.int64,
}
MODULES = {"np": np, "tf": tf}
RUNNING = {
    "RNNModelScratch": RNNModelScratch,
    "predict_ch8": predict_ch8,
    "train_ch8": train_ch8,
    "train_epoch_ch8": train_epoch_ch8,
}
CLASSIC = METHODS | FUNCTIONS | TYPES | MODULES | RUNNING
