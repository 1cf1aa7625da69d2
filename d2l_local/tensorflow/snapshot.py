"""The variables of a training run in TensorFlow, to NumPy arrays and back."""

import numpy as np
import tensorflow as tf

from d2l_local.run.describing import KINDS, describe_optimizer, nonlinearities

# What the shapes of a layer's variables don't tell
SETTINGS = ("activation", "recurrent_activation", "reset_after", "go_backwards",
            "merge_mode")  # fmt: skip


class Snapshot:
    """The variables of a training run: model, optimiser, hidden state, random numbers.

    `net` is a Keras layer, or a hand-written model with a list `trainable_variables`;
    `updater` is an optimiser, or a function, which has nothing to save. Dicts of NumPy
    arrays go out and come in.

    Keras' dropout keeps its random numbers in variables of the layer, which are saved
    with the model. The state of TensorFlow's other random numbers can't be read, so a
    hand-written model that draws some isn't resumed exactly.
    """

    framework = "tensorflow"

    def __init__(self, net, updater):
        self.net = net
        keras = isinstance(updater, tf.keras.optimizers.Optimizer)
        self.optimizer = updater if keras else None

    def optimizer_name(self):
        """Return the name and the kind of what updates the parameters."""
        if self.optimizer is None:
            return "function"
        settings = {name: getattr(self.optimizer, name, None) for name in KINDS}
        return describe_optimizer(type(self.optimizer).__name__, settings)

    def layers(self):
        """Return a line for each layer with a nonlinearity, which shapes don't tell."""
        if not isinstance(self.net, tf.keras.layers.Layer):
            return nonlinearities(getattr(self.net, "forward_fn", self.net.__call__))
        lines = enumerate(map(describe_layer, self.net._flatten_layers()))
        # By their numbers: Keras' names differ between processes.
        return [f"layer {number}: {kind}" for number, kind in lines if kind]

    def model(self):
        """Return the variables, numbered in the model's own order."""
        return numbered(self._variables())

    def updater(self):
        """Return the optimiser's variables, with its number of steps and its rate."""
        return {} if self.optimizer is None else numbered(self.optimizer.variables)

    def load(self, model, updater):
        """Put back what `model` and `updater` returned."""
        assign(self._variables(), model)
        if self.optimizer is not None:
            rate = float(self.optimizer.learning_rate)
            assign(self.optimizer.variables, updater)
            self.optimizer.learning_rate = rate  # that of the call, not of the file

    def put_back_seeds(self, model):
        """Put back the variables that aren't trained, from what `model` returned.

        A cell of Keras draws the numbers of its dropout even where it drops nothing.
        """
        for i, variable in enumerate(self._variables()):
            if not variable.trainable:
                variable.assign(model[str(i)])

    def expected_updater(self):
        """Return what `updater` returns after a step."""
        return self.updater()  # Keras makes the variables when it builds an optimiser

    def begin_state(self, batch_size):
        """Return the first state for a batch of this size."""
        return self.net.begin_state(batch_size=batch_size)

    def array(self, tensor):
        """Return a tensor of a hidden state as an array."""
        tensor = tf.convert_to_tensor(tensor)
        # NumPy has no bfloat16; float32 holds its values.
        return (tf.cast(tensor, tf.float32) if low(tensor) else tensor).numpy()

    def tensor(self, array, like=None):
        """Return an array as a tensor of a hidden state, low in precision as `like`."""
        tensor = tf.constant(array)
        return tensor if like is None or not low(like) else tf.cast(tensor, like.dtype)

    def random_state(self):
        """Return nothing: see the class."""
        return {}

    def set_random_state(self, arrays):
        """Do nothing: see the class."""

    def _variables(self):
        if isinstance(self.net, tf.keras.layers.Layer):
            return self.net.variables
        return self.net.trainable_variables


def describe_layer(layer):
    """Return the settings of a Keras layer, and the nonlinearities of a reader's one.

    Returns '' for none.
    """
    own = type(layer).__module__.partition(".")[0] not in ("keras", "tensorflow")
    if own:
        held = vars(layer).values()  # such as self.activation = tf.tanh
        return ", ".join(nonlinearities(type(layer).call, *held))
    found = {name: getattr(layer, name, None) for name in SETTINGS}
    return ", ".join(
        f"{name} {getattr(value, '__name__', value)}"
        for name, value in found.items()
        if value is not None and not isinstance(value, tf.keras.layers.Layer)
    )


def low(tensor):
    """Return True for a tensor of half precision."""
    return tensor.dtype in (tf.bfloat16, tf.float16)


def numbered(variables):
    """Return the values of `variables` by their numbers."""
    return {str(i): np.asarray(v).copy() for i, v in enumerate(variables)}


def assign(variables, arrays):
    """Give `variables` the values that `numbered` took from them."""
    for i, variable in enumerate(variables):
        variable.assign(arrays[str(i)])
