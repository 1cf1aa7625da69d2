"""Let Keras 3 compute what Keras 2 did: losses, optimisers, weights and calls.

What Keras 3 changed without a new name, so that a classic cell fails or, worse, trains
something else. `patches` is the list of `keras2`, which changes it all back.
"""

import inspect
import os
import random

import numpy as np
import tensorflow as tf
from keras import Model, initializers, layers, losses, metrics, optimizers

REDUCTIONS = ("auto", "none", "sum", "sum_over_batch_size")
WEIGHTS_ENDING = ".weights.h5"  # without which Keras 3 saves no weights


def teach(patches):
    """Make Keras 3 compute as Keras 2 did."""
    patches.wrap(losses.Loss, "__init__", _init_of_loss)
    patches.wrap(losses.Loss, "__call__", _loss_of_labels_as_they_come)
    patches.put(optimizers.Optimizer, "lr", property(_get_rate, _set_rate))
    patches.put(optimizers.Optimizer, "minimize", _minimize)
    patches.put(metrics.Metric, "reset_states", lambda self: self.reset_state())
    patches.wrap(metrics.Metric, "add_weight", _add_weight_by_name)
    patches.wrap(layers.Layer, "add_weight", _add_weight_by_name)
    patches.wrap(layers.Layer, "__call__", _call_with_anything)
    patches.wrap(layers.Layer, "_maybe_build", _build_by_the_call)
    for name in ("variables", "weights"):
        patches.put(layers.Layer, name, _with_plain_variables(name))
    patches.wrap(Model, "save_weights", _save_weights_anywhere)
    patches.wrap(Model, "load_weights", _load_weights_from_anywhere)
    drawing = initializers.RandomNormal.__mro__[1]
    patches.put(drawing, "seed", property(_get_seed, _set_seed))


# Losses


def _init_of_loss(init):
    def __init__(self, *args, **kwargs):
        if args and args[0] in REDUCTIONS:  # which came before the name
            kwargs["reduction"], *args = args
        if kwargs.get("reduction") == "auto":
            kwargs["reduction"] = "sum_over_batch_size"
        init(self, *args, **kwargs)

    __init__.__signature__ = inspect.signature(init)
    return __init__


def _loss_of_labels_as_they_come(call):
    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss; labels reach a reader's own function as they are.

        Keras 3 makes floats of them, from which `tf.one_hot` makes nothing.
        """
        if isinstance(y_true, (list, tuple)) and tf.is_tensor(y_pred):
            y_true = tf.convert_to_tensor(y_true)  # not a label for each of several
        if not _is_own(self):
            return call(self, y_true, y_pred, sample_weight)
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        vars(twin)["call"] = lambda *_: self.call(y_true, y_pred)
        return call(twin, y_pred, y_pred, sample_weight)

    return __call__


def _is_own(loss):
    """Tell if a loss computes by code of a reader, not of Keras."""
    function = getattr(loss, "fn", None) or type(loss).call
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] != "keras"


# Optimisers


def rate_of(learning_rate):
    """Return a learning rate as Keras 3 takes it: tensors become numbers.

    A variable is read at each step, since a classic loop lowers the rate through it.
    """
    if isinstance(learning_rate, tf.Variable):
        return lambda: learning_rate
    if tf.is_tensor(learning_rate) or isinstance(learning_rate, np.ndarray):
        return float(learning_rate)
    return learning_rate


def _get_rate(self):
    return self.learning_rate


def _set_rate(self, rate):
    self.learning_rate = rate


def _minimize(self, loss, var_list, tape=None):
    """Take one step that lowers `loss`, a function, or a tensor with its `tape`."""
    if callable(loss):
        with tf.GradientTape() as tape:
            loss = loss()
    elif tape is None:
        raise ValueError("loss is a tensor: give the tape, too, or a function")
    variables = list(var_list() if callable(var_list) else var_list)
    return self.apply_gradients(
        zip(tape.gradient(loss, variables), variables, strict=True)
    )


# Weights


def _add_weight_by_name(add_weight):
    def by_name(self, *args, **kwargs):
        if args and isinstance(args[0], str):
            order = ("name", "shape", "dtype", "initializer", "regularizer")
            args, kwargs = (), dict(zip(order, args)) | kwargs
        return add_weight(self, *args, **kwargs)

    by_name.__signature__ = inspect.signature(add_weight)
    return by_name


def _with_plain_variables(name):
    """Return a property that lists `tf.Variable`s, too, which Keras 3 passes over.

    A model that holds its parameters in them would train nothing.
    """
    keras_only = getattr(layers.Layer, name).fget

    def with_plain_variables(self):
        found = [*_plain_variables(vars(self)), *keras_only(self)]
        return list({id(variable): variable for variable in found}.values())

    return property(with_plain_variables)


def _plain_variables(value):
    """Yield the `tf.Variable`s of an attribute: one, or in lists, tuples and dicts."""
    if isinstance(value, tf.Variable):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _plain_variables(part)
    elif isinstance(value, dict):
        yield from _plain_variables(list(value.values()))


def _save_weights_anywhere(save_weights):
    def anywhere(self, filepath, *args, **kwargs):
        path = os.fspath(filepath)
        if not path.endswith(WEIGHTS_ENDING):
            path += WEIGHTS_ENDING
        return save_weights(self, path, *args, **kwargs)

    return anywhere


def _load_weights_from_anywhere(load_weights):
    def from_anywhere(self, filepath, *args, **kwargs):
        path = os.fspath(filepath)
        if not os.path.exists(path) and os.path.exists(path + WEIGHTS_ENDING):
            path += WEIGHTS_ENDING
        return load_weights(self, path, *args, **kwargs)

    return from_anywhere


# Calls


def _call_with_anything(call):
    @tf.autograph.experimental.do_not_convert
    def with_anything(self, *args, **kwargs):
        """Call the layer. Whatever isn't a tensor goes by name, as Keras 3 wants it."""
        first = next((i for i, arg in enumerate(args) if i and not _is_tensors(arg)), 0)
        if first:
            names = _names_of_positions(self.call)
            if len(names) >= len(args):
                kwargs = dict(zip(names[first:], args[first:])) | kwargs
                args = args[:first]
        return call(self, *args, **kwargs)

    return with_anything


def _build_by_the_call(maybe_build):
    def build_by_the_call(self, call_spec):
        """Leave it to the first call to build the parts of a reader's own layer.

        Keras 3 would call it twice, so that what it prints or counts comes twice.
        """
        # Keras marks the `build` of a class that has none of its own.
        unbuilt = not self.built and getattr(self.build, "_is_default", False)
        if not (unbuilt and call_spec.eager) or type(self).call.__module__.startswith(
            "keras."
        ):
            return maybe_build(self, call_spec)
        self.built = True
        return None

    return build_by_the_call


def _is_tensors(arg):
    if isinstance(arg, (list, tuple)):
        return all(map(_is_tensors, arg))
    if isinstance(arg, dict):
        return _is_tensors(list(arg.values()))
    return arg is None or (hasattr(arg, "dtype") and hasattr(arg, "shape"))


def _names_of_positions(call):
    """Return the names under which `call` takes its positional arguments."""
    parameters = inspect.signature(call).parameters.values()
    return [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


# Initialisers


def _get_seed(self):
    """Return the seed of the next draw: another one each time, if none was given.

    Keras 3 draws the same numbers whenever an initialiser is used again, so that two
    layers which share it start as one.
    """
    state = vars(self)
    if state.get("_init_seed") is not None or not state.get("_drawn_before"):
        state["_drawn_before"] = True
        return state["seed"]
    return random.randint(1, 10**9)


def _set_seed(self, seed):
    vars(self)["seed"] = seed
