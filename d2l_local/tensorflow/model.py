"""Language models: one written by hand, one on layers of Keras.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units. Keras 3 has no `time_major`: its layers take (n, T, q).
"""

from contextlib import contextmanager

import tensorflow as tf

from d2l_local.arguments import at_least_one
from d2l_local.run.checks import check_scratch
from d2l_local.tensorflow.unrolling import run_layer


class RNNModelScratch:
    """A recurrent model from hand-written functions.

    `get_params(vocab_size, num_hiddens)` makes the parameters, as `tf.Variable`s,
    `init_state(batch_size, num_hiddens)` the first state, and
    `forward_fn(inputs, state, params)`, with one-hot inputs of shape (T, n, q),
    computes outputs of shape (T * n, q) and the new state.
    """

    def __init__(self, vocab_size, num_hiddens, init_state, forward_fn, get_params):
        check_scratch(
            vocab_size,
            num_hiddens,
            get_params=get_params,
            init_state=init_state,
            forward_fn=forward_fn,
        )
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.trainable_variables = get_params(vocab_size, num_hiddens)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = tf.one_hot(tf.transpose(X), self.vocab_size)  # (T, n, q)
        return self.forward_fn(X, state, self.trainable_variables)

    def begin_state(self, batch_size, dtype=None):
        """Return the state before the first step; `init_state` decides its type."""
        return self.init_state(batch_size, self.num_hiddens)


class RNNModel(tf.keras.layers.Layer):
    """A language model: one-hot tokens, a recurrent layer, a linear output layer.

    `rnn_layer` is a Keras `SimpleRNN`, `GRU` or `LSTM`, an `RNN` over one cell or over
    `StackedRNNCells`, or a `Bidirectional` around any of them; or a list of such
    layers, from the bottom up. Each needs `return_sequences=True` and
    `return_state=True`. With `init='uniform'` all parameters start uniform in
    +-1/sqrt(h), PyTorch's rule, so that the three frameworks start alike;
    `init=None` keeps the initialisers of the layer itself.

    Called with indices of shape (n, T) and a state; returns outputs of shape
    (T * n, q), ordered by time first, and the new state: a list with one entry for
    each layer. Dropout in the layers is on with `training=True` only.
    """

    def __init__(self, rnn_layer, vocab_size, init="uniform", **kwargs):
        super().__init__(**kwargs)
        at_least_one("vocab_size", vocab_size)
        layers = rnn_layer if isinstance(rnn_layer, list | tuple) else [rnn_layer]
        if not layers:
            raise ValueError("rnn_layer is an empty list: give at least one layer")
        for layer in layers:
            check_rnn_layer(layer)
        if init not in ("uniform", None):
            raise ValueError(f"init is {init!r}: use 'uniform' or None")
        self.rnn = list(layers)
        self.vocab_size = vocab_size
        self.dense = tf.keras.layers.Dense(vocab_size, dtype=self.dtype_policy)
        self(tf.zeros((1, 1), tf.int32), self.begin_state(batch_size=1))  # builds it
        if init == "uniform":
            for layer in (*self.rnn, self.dense):
                draw_uniform(layer)

    def call(self, inputs, state, training=None):
        X = tf.one_hot(inputs, self.vocab_size, dtype=self.compute_dtype)  # (n, T, q)
        new_state = []
        for layer, layer_state in zip(self.rnn, state, strict=True):
            X, *layer_state = run_layer(layer, X, layer_state, training)  # (n, T, h)
            new_state.append(layer_state)
        Y = tf.transpose(X, (1, 0, 2))  # (T, n, h)
        return self.dense(tf.reshape(Y, (-1, Y.shape[-1]))), new_state  # (T * n, q)

    def begin_state(self, batch_size=1, dtype=None):
        """Return zeros of shape (n, h), nested for each layer as Keras nests states.

        `dtype` is accepted, since classic code passes it, and ignored: Keras 3 gives
        the state the type of its layer.
        """
        return [begin_layer_state(layer, batch_size) for layer in self.rnn]


@contextmanager
def in_mixed_precision(net, enabled=True):
    """Let the layers of `net` compute in bfloat16 inside, with variables in float32.

    Keras decides this when a layer is made, so each layer gets the policy on loan.
    Raises TypeError for a hand-written model.
    """
    if not enabled:
        yield
        return
    if not isinstance(net, tf.keras.layers.Layer):
        raise TypeError(
            f"mixed_precision needs a Keras layer, not {type(net).__name__}: cast in "
            "the functions of a hand-written model"
        )
    layers = list(net._flatten_layers())
    policies = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = tf.keras.DTypePolicy("mixed_bfloat16")
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy


def check_rnn_layer(layer):
    """Raise TypeError or ValueError for a layer that `RNNModel` can't build on."""
    if not isinstance(layer, tf.keras.layers.RNN | tf.keras.layers.Bidirectional):
        raise TypeError(
            f"rnn_layer is {type(layer).__name__}: pass an RNN, SimpleRNN, GRU or LSTM "
            "layer of Keras, a Bidirectional around one, or a list of them; wrap cells "
            "as RNN(StackedRNNCells(cells))"
        )
    if getattr(layer, "merge_mode", "concat") is None:
        raise ValueError(
            f"rnn_layer {layer.name!r} has merge_mode=None and so two outputs: use "
            "merge_mode='concat'"
        )
    if not (layer.return_sequences and layer.return_state):
        raise ValueError(
            f"rnn_layer {layer.name!r} must return the outputs of all steps and its "
            "state: build it with return_sequences=True, return_state=True"
        )


def begin_layer_state(layer, batch_size):
    """Return the zero state of a Keras layer; of each direction of a Bidirectional."""
    if isinstance(layer, tf.keras.layers.Bidirectional):
        both = (layer.forward_layer, layer.backward_layer)
        return [part for one in both for part in begin_layer_state(one, batch_size)]
    return list(layer.get_initial_state(batch_size))


def draw_uniform(layer):
    """Draw the parameters of a built layer uniformly in +-1/sqrt(h).

    For a recurrent layer h is its number of hidden units, for a linear one the number
    of its inputs: the rule that `torch.nn` applies to both.
    """
    for variable in layer.trainable_variables:
        if isinstance(layer, tf.keras.layers.Dense):
            fan = layer.kernel.shape[0]
        else:
            fan = hidden_units(layer)
        variable.assign(tf.random.uniform(variable.shape, -(fan**-0.5), fan**-0.5))


def hidden_units(layer):
    """Return the number of hidden units of a Keras recurrent layer, of its top cell."""
    if isinstance(layer, tf.keras.layers.Bidirectional):
        layer = layer.forward_layer
    cell = layer.cell
    if isinstance(cell, tf.keras.layers.StackedRNNCells):
        cell = cell.cells[-1]
    return cell.units
