"""Give Keras 3 what classic cells rely on: `time_major`, states, and rates.

Losses, weights and calls are in `keras2_calls`. This module is imported after Keras.
`teach` changes methods of Keras' classes, `forget` changes them back. A layer made with
`time_major=True` gets a class of its own, which transposes what goes in and comes out:
it keeps its meaning whatever happens to the others, and without `time_major` you get
the layers of Keras 3.
"""

import functools
import inspect
import numbers

from keras import layers, ops, optimizers, tree

from d2l_local.dropin import keras2_calls
from d2l_local.dropin.patching import Patches

CELLS = (layers.SimpleRNNCell, layers.GRUCell, layers.LSTMCell, layers.StackedRNNCells)

_patches = Patches()


def teach():
    """Make Keras 3 take what Keras 2 took. A second call changes nothing."""
    if _patches:
        return
    _patches.wrap(layers.RNN, "__init__", _init_of_rnn)
    _patches.wrap(layers.RNN, "build", _build_batch_first)
    _patches.wrap(layers.Bidirectional, "__init__", _init_of_bidirectional)
    _patches.wrap(layers.Bidirectional, "build", _build_batch_first)
    for cell in CELLS:
        _patches.wrap(cell, "get_initial_state", _initial_state_of_a_type)
    _patches.wrap(layers.RNN, "get_initial_state", _initial_state_for_sequences)
    _patches.wrap(optimizers.Optimizer, "__init__", _init_of_optimizer)
    keras2_calls.teach(_patches)


def forget():
    """Leave Keras as it was before `teach`."""
    _patches.undo()


# Time-major layers


class TimeMajor:
    """Mixin before a recurrent layer: sequences are (T, n, ...), states (n, h)."""

    time_major = True

    def __init__(self, *args, time_major=True, **kwargs):
        super().__init__(*args, **kwargs)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        result = super().call(
            swapped(sequences),  # (n, T, d)
            initial_state=initial_state,
            mask=tree.map_structure(swapped, mask),
            training=training,
        )
        return self._swap_sequences(result, swapped)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shape = super().compute_output_shape(swapped_shape(sequences_shape))
        return self._swap_sequences(shape, swapped_shape)

    def get_initial_state(self, *args, **kwargs):
        state = super().get_initial_state(*args, **kwargs)
        if isinstance(self.cell, layers.StackedRNNCells):
            return [_alone(part) for part in state]
        return state

    def get_config(self):
        return super().get_config() | {"time_major": True}

    def _swap_sequences(self, result, swap):
        """Return the result of a call, or its shape, with its sequences swapped."""
        if not self.return_sequences:
            return result
        if not self.return_state:
            return swap(result)
        outputs, *states = result
        return swap(outputs), *states


class TimeMajorBidirectional(TimeMajor):
    """Mixin before `Bidirectional`, whose own two layers are fed batch-major."""

    def get_initial_state(self, batch_size):
        both = (self.forward_layer, self.backward_layer)
        return [part for one in both for part in one.get_initial_state(batch_size)]

    def get_config(self):
        config = layers.Bidirectional.get_config(self)
        for direction in ("layer", "backward_layer"):
            if direction in config:
                config[direction]["config"]["time_major"] = True
        return config

    def _swap_sequences(self, result, swap):
        if self.merge_mode is None and self.return_sequences:
            forward, backward, *states = result
            return swap(forward), swap(backward), *states
        return super()._swap_sequences(result, swap)


def swapped(x):
    """Swap the first two axes of `x`, time and batch; None stays None."""
    return None if x is None else ops.swapaxes(x, 0, 1)


def swapped_shape(shape):
    """Swap the first two axes of a shape."""
    return (shape[1], shape[0], *shape[2:])


@functools.cache
def time_major_class(cls, mixin=TimeMajor):
    """Return a class like `cls`, by the same name, that puts time first.

    Keras finds a class by its name when it loads a layer. It finds `cls`, and the
    entry `time_major` of the configuration makes it this one.
    """
    names = {name: getattr(cls, name) for name in ("__module__", "__qualname__")}
    return type(cls)(cls.__name__, (mixin, cls), names | {"batch_major_class": cls})


def become(layer, cls):
    """Make `layer`, whose parts are all there, an instance of another class."""
    object.__setattr__(layer, "__class__", cls)


def _init_of_rnn(init):
    def __init__(self, *args, time_major=False, **kwargs):
        init(self, *args, **kwargs)
        if time_major and not is_time_major(self):
            become(self, time_major_class(type(self)))

    # Keras keeps the arguments of a layer by the names that it reads here.
    __init__.__signature__ = inspect.signature(init)
    return __init__


def _init_of_bidirectional(init):
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        both = (self.forward_layer, self.backward_layer)
        if is_time_major(both[0]) != is_time_major(both[1]):
            raise ValueError(
                f"layer {both[0].name!r} and backward_layer {both[1].name!r} differ in "
                "time_major: give both the same"
            )
        if is_time_major(both[0]):
            for layer in both:
                become(layer, layer.batch_major_class)
            if not is_time_major(self):
                become(self, time_major_class(type(self), TimeMajorBidirectional))

    __init__.__signature__ = inspect.signature(init)
    return __init__


def _build_batch_first(build):
    # Layers take hold of this method when they are made, and so keep it.
    def build_batch_first(self, sequences_shape, initial_state_shape=None):
        if is_time_major(self):
            sequences_shape = swapped_shape(sequences_shape)
        build(self, sequences_shape, initial_state_shape)

    return build_batch_first


def is_time_major(layer):
    """Tell if a Keras layer takes sequences with time first."""
    return getattr(layer, "time_major", False)


# States


def _initial_state_of_a_type(get_initial_state):
    def of_a_type(self, batch_size=None, dtype=None, inputs=None):
        """Return the zero state; with `dtype` or `inputs`, nested as in Keras 2."""
        if dtype is None and inputs is None:
            return get_initial_state(self, batch_size)
        if inputs is not None:
            batch_size, dtype = ops.shape(inputs)[0], inputs.dtype
        state = get_initial_state(self, batch_size)
        state = tree.map_structure(lambda zeros: ops.cast(zeros, dtype), state)
        if isinstance(self, layers.StackedRNNCells):
            return tuple(_alone(part) for part in state)
        return _alone(state)

    return of_a_type


def _initial_state_for_sequences(get_initial_state):
    def for_sequences(self, batch_size=None, inputs=None):
        """Return the zero state for a batch size, or for `inputs` as in Keras 2."""
        if len(getattr(batch_size, "shape", ())) > 1:
            batch_size, inputs = None, batch_size
        if inputs is None:
            return get_initial_state(self, batch_size)
        state = get_initial_state(self, ops.shape(inputs)[is_time_major(self)])
        return [_alone(part) for part in state]

    return for_sequences


def _alone(state):
    """Return the state of a cell as Keras 2 did: a tensor, unless there are two."""
    if isinstance(state, (list, tuple)) and len(state) == 1:
        return state[0]
    return state


# Optimisers


def _init_of_optimizer(init):
    def __init__(self, learning_rate, *args, lr=None, **kwargs):
        learning_rate = keras2_calls.rate_of(learning_rate if lr is None else lr)
        if isinstance(learning_rate, numbers.Real) and type(learning_rate) is not bool:
            learning_rate = float(learning_rate)
        init(self, learning_rate, *args, **kwargs)

    __init__.__signature__ = inspect.signature(init)
    return __init__
