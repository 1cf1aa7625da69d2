"""The variables of a training run in TensorFlow, to NumPy arrays and back."""

import numpy as np
import tensorflow as tf


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
        """Return the name of what updates the parameters, for error messages."""
        return "function" if self.optimizer is None else type(self.optimizer).__name__

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

    def state_arrays(self, state):
        """Return the parts of a hidden state by their numbers."""
        return {
            # NumPy has no bfloat16; float32 holds its values.
            str(i): (tf.cast(part, tf.float32) if low(part) else part).numpy()
            for i, part in enumerate(tf.nest.flatten(state))
        }

    def state_of(self, arrays):
        """Return the hidden state with the parts `arrays`, nested as the model does."""
        parts = [tf.constant(arrays[str(i)]) for i in range(len(arrays))]
        pattern = self.net.begin_state(batch_size=parts[0].shape[0])
        kinds = [part.dtype for part in tf.nest.flatten(pattern)]
        parts = [tf.cast(part, kind) for part, kind in zip(parts, kinds, strict=True)]
        return tf.nest.pack_sequence_as(pattern, parts)

    def random_state(self):
        """Return nothing: see the class."""
        return {}

    def set_random_state(self, arrays):
        """Do nothing: see the class."""

    def _variables(self):
        if isinstance(self.net, tf.keras.layers.Layer):
            return self.net.variables
        return self.net.trainable_variables


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
