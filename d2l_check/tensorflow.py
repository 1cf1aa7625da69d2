"""The checks for TensorFlow: `from d2l_check import tensorflow as check`."""

import contextlib
import logging
import random

import numpy as np

from d2l_check.binding import bind
from d2l_check.chapters import CHECKS
from d2l_check.stack import Stack
from d2l_check.undisturbed import change_to, values_now
from d2l_local import tensorflow as d2l

import tensorflow as tf  # isort: skip  # after d2l, which silences its notices
from keras.src.backend.common import global_state  # isort: skip
from tensorflow.python.eager import context  # isort: skip
from tensorflow.python.framework import config as tf_config  # isort: skip
from tensorflow.python.ops import stateful_random_ops  # isort: skip


class TensorFlow:
    """What the checks need to know of TensorFlow."""

    name = "TensorFlow"
    takes_device = False
    device = other_device = None
    batch_first = ""  # Keras layers always take the batch first
    compiled = staticmethod(tf.function)

    @contextlib.contextmanager
    def check_context(self):
        """Work with the usual settings, and leave those that were found, and the seed.

        Among them are matrix products in full single precision, and silence about
        compiling a function again and again, which is what a check does that is run
        again and again.
        """
        before = self.settings()
        with seed_kept():
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
        """Return no device: TensorFlow puts tensors where the context says."""
        return []

    def tensor(self, values):
        """Return a float tensor with `values`."""
        return tf.constant(np.asarray(values), dtype=tf.float32)

    def integers(self, values):
        """Return a tensor of indices."""
        return tf.constant(np.asarray(values), dtype=tf.int32)

    def parameter(self, values):
        """Return a tensor that gradients can be taken of."""
        return tf.Variable(self.tensor(values))

    def is_tensor(self, value):
        """Return True for a tensor or variable that holds numbers."""
        kinds = tf.Tensor, tf.Variable, tf.keras.Variable
        return isinstance(value, kinds) and not tf.is_symbolic_tensor(value)

    def shape(self, tensor):
        """Return the shape of a tensor, as a tuple of int."""
        return tuple(tensor.shape)

    def numpy(self, tensor):
        """Return the numbers of a tensor as a new array in double precision."""
        return tf.convert_to_tensor(tensor).numpy().astype(np.float64)

    def wait(self, result):
        """Wait for a result and its exceptions; TensorFlow has none that come late."""

    def lies_on(self, tensor, device):
        """Return True if a tensor is on this device."""
        return True

    def sum(self, tensor):
        """Return the sum of all numbers, as a tensor."""
        return tf.reduce_sum(tensor)

    def gradients(self, function, arrays):
        """Return the gradients of `function(tensors)` at `arrays`, None if missing."""
        tensors = [self.parameter(array) for array in arrays]
        with tf.GradientTape() as tape:
            total = function(tensors)
        found = tape.gradient(total, tensors)
        return [None if g is None else self.numpy(g) for g in found]

    def missing_for_gradients(self, parameter):
        """Return what a parameter lacks as its remedy, or None."""
        if not isinstance(parameter, tf.Variable | tf.keras.Variable):
            return "tf.Variable(...)"
        return None if parameter.trainable else "tf.Variable(..., trainable=True)"

    def stack(self, made):
        """Describe a recurrent layer, or a list of them, in words of `gru_layer`."""
        if isinstance(made, d2l.RNNModel | tf.keras.Model):
            return Stack("model")
        layers = list(made) if isinstance(made, list | tuple) else [made]
        cells, faults = [], []
        for layer in layers:
            cells += cells_of(layer)
            faults += layer_faults(layer)
        if len({id(cell) for cell in cells}) < len(cells):
            faults.append("cell-shared")
        kinds = {kind_of(cell) for cell in cells}
        if len(kinds) != 1 or None in kinds:
            return Stack(None)
        if any(isinstance(each, CELLS) for each in layers):
            return Stack("cell")
        return Stack(
            kinds.pop(), tuple(cell.units for cell in cells), None, tuple(faults)
        )

    def run_model(self, layer, vocab_size):
        """Build an RNNModel on a layer, and run it."""
        net = d2l.RNNModel(layer, vocab_size)
        net(self.integers(np.zeros((2, 3))), net.begin_state(batch_size=2))

    def run_gru(self, made, weights, inputs):
        """Return the outputs (T, n, h) of a GRU, or a list of them, with other weights.

        For each layer, `weights` holds W_x (d, 3h), W_h (h, 3h), b_x and b_h (3h,), in
        the order of reset gate, update gate and candidate. A GRU that has a single bias
        gets b_x.
        """
        layers = list(made) if isinstance(made, list | tuple) else [made]
        cells = [cell for layer in layers for cell in cells_of(layer)]
        for cell, arrays in zip(cells, weights, strict=True):
            cell = getattr(cell, "cell", cell)
            # Keras puts the update gate first.
            W_x, W_h, b_x, b_h = (
                np.concatenate([np.split(a, 3, axis=-1)[i] for i in (1, 0, 2)], axis=-1)
                for a in arrays
            )
            biases = {0: [], 1: [b_x], 2: [np.stack([b_x, b_h])]}
            shapes = [len(each.shape) for each in cell.get_weights()[2:]]
            cell.set_weights([W_x, W_h, *biases[shapes[0] if shapes else 0]])
        X = tf.transpose(self.tensor(inputs), (1, 0, 2))
        for layer in layers:
            X = layer(X, training=False)
            X = X[0] if isinstance(X, list | tuple) else X
        return self.numpy(tf.transpose(X, (1, 0, 2)))

    def language_model(self, params):
        """Return an RNNModel with these parameters, and a list of calls with a history.

        The list stays empty: without a tape no history is kept.
        """
        layer = tf.keras.layers.SimpleRNN(
            len(params[1]), return_sequences=True, return_state=True
        )
        net = d2l.RNNModel(layer, len(params[4]))
        for variable, array in zip(net.trainable_variables, params, strict=True):
            variable.assign(self.tensor(array))
        return net, []

    def model_values(self, net):
        """Return the numbers of all parameters of a model."""
        return [self.numpy(variable) for variable in net.trainable_variables]


GRUS = tf.keras.layers.GRU, tf.keras.layers.GRUCell
LSTMS = tf.keras.layers.LSTM, tf.keras.layers.LSTMCell
RNNS = tf.keras.layers.SimpleRNN, tf.keras.layers.SimpleRNNCell
CELLS = GRUS[1], LSTMS[1], RNNS[1], tf.keras.layers.StackedRNNCells


def cells_of(layer):
    """Return the cells of a Keras layer from the bottom up, or else the layer."""
    if isinstance(layer, tf.keras.layers.Bidirectional):
        return cells_of(layer.forward_layer)
    if isinstance(layer, tf.keras.layers.RNN):
        layer = layer.cell
    return (
        layer.cells if isinstance(layer, tf.keras.layers.StackedRNNCells) else [layer]
    )


def kind_of(cell):
    """Return 'gru', 'lstm' or 'rnn', or None for another cell."""
    kinds = {GRUS: "gru", LSTMS: "lstm", RNNS: "rnn"}
    return next(
        (kind for classes, kind in kinds.items() if isinstance(cell, classes)), None
    )


def layer_faults(layer):
    """Return the keys of mistakes in how a Keras layer was made."""
    if isinstance(layer, tf.keras.layers.Bidirectional):
        return ["both-directions"]
    if not isinstance(layer, tf.keras.layers.Layer):
        return []
    faults = []
    if not getattr(layer, "return_sequences", True):
        faults.append("no-sequences")
    if not getattr(layer, "return_state", True):
        faults.append("no-state")
    return faults


SEED = 1_640_531_527  # nobody's choice: operations of one seed share their state
KERAS_SEED = "global_seed_generator"


@contextlib.contextmanager
def seed_kept():
    """Draw random numbers from a seed of the checks' own, then put back the others.

    TensorFlow has no function to read the state of its global seed.
    """
    eager, generator = context.context(), stateful_random_ops.global_generator
    state = None if generator is None else generator.state.numpy()
    keras = global_state.get_global_attribute(KERAS_SEED)
    keras_state = None if keras is None else keras.state.numpy()
    before = eager._seed, getattr(eager, "_rng", None)
    eager._seed, eager._rng = SEED, random.Random(SEED)
    try:
        yield
    finally:
        eager._seed, eager._rng = before
        stateful_random_ops.global_generator = generator
        if generator is not None:
            generator.state.assign(state)
        global_state.set_global_attribute(KERAS_SEED, keras)
        if keras is not None:
            keras.state.assign(keras_state)


def determinism():
    """Return whether operations must be deterministic."""
    return tf_config.is_op_determinism_enabled()


def set_determinism(wanted):
    (tf_config.enable_op_determinism if wanted else tf_config.disable_op_determinism)()


# Each setting with the functions that read and write it
SETTINGS = {
    "dtype": (tf.keras.config.floatx, tf.keras.config.set_floatx),
    "policy": (
        lambda: tf.keras.config.dtype_policy().name,
        tf.keras.config.set_dtype_policy,
    ),
    "determinism": (determinism, set_determinism),
    "graphs": (tf.config.functions_run_eagerly, tf.config.run_functions_eagerly),
    "precision": (
        tf.config.experimental.tensor_float_32_execution_enabled,
        tf.config.experimental.enable_tensor_float_32_execution,
    ),
    "log": (lambda: tf.get_logger().level, tf.get_logger().setLevel),
}
USUAL = {
    "dtype": "float32",
    "policy": "float32",
    "determinism": False,
    "graphs": False,
    "precision": False,
    "log": logging.ERROR,
}

_framework = TensorFlow()


# The checks, each under its own name.
globals().update({check.name: bind(check, _framework) for check in CHECKS})
