"""Recurrent layers written out step by step: what Keras computes, in less time.

Keras runs a recurrent layer as a loop in the graph. `run_layer` does two things
differently, where it can:

- It unrolls the loop. Then step t of an upper layer waits for nothing but step t of
  the layer below, and two processor cores work on two layers at the same time.
- The weights get their gradients late. A weight matrix W takes part in every step, so
  its gradient is a sum over time, dW = sum_t x_t^T dz_t. Keras adds it up with a thin
  product and a walk through the whole of dW at each step. Here backpropagation runs
  through all steps first; then one product of all x_t and dz_t is the whole sum.

A graph without a loop grows with the number of steps, and so does the time in which it
is compiled. Beyond `MAX_STEPS`, over all cells, the layer runs as Keras runs it.

Shapes: n is the batch size, T the number of time steps, d the number of inputs of a
layer, h of its hidden units; g is h for a SimpleRNN, 3h for a GRU, 4h for an LSTM.
"""

import tensorflow as tf

MAX_STEPS = 128


def run_layer(layer, X, state, training=None):
    """Return the outputs of a Keras layer, (n, T, h), and its new state, as one list.

    `layer` is one that `d2l_local.tensorflow.check_rnn_layer` accepts, `X` is
    (n, T, d) even for a time-major layer, and `state` is nested as the layer nests it.
    Values and first derivatives are those of Keras. A second derivative raises
    LookupError where this module unrolls; a layer with `unroll=True` is left to Keras.
    """
    if unrolls(layer, X) and fits(layer, X, state):
        return run_unrolled(layer, X, state)
    # Only the drop-in for classic notebooks makes time-major layers.
    time_major = getattr(layer, "time_major", False)
    Y, *state = layer(
        tf.transpose(X, (1, 0, 2)) if time_major else X,
        initial_state=state,
        training=training,
    )
    return [tf.transpose(Y, (1, 0, 2)) if time_major else Y, *state]


def run_unrolled(layer, X, state):
    """Do the work of `run_layer` for a layer that is unrolled."""
    steps = tf.unstack(once(X), axis=1)  # T tensors (n, d)
    new_state = []
    for cell, cell_state in zip(cells_of(layer), by_cell(layer, state), strict=True):
        steps, cell_state = run_cell(cell, steps, cell_state)
        new_state.append(cell_state)
    return [tf.stack(steps, axis=1), *(new_state if is_stack(layer) else new_state[0])]


def run_cell(cell, steps, state):
    """Return the outputs of a cell for the T inputs `steps`, and its new state."""
    dtype, step = cell.compute_dtype, STEPS[type(cell)]
    W = once(tf.cast(cell.kernel, dtype))  # (d, g)
    U = once(tf.cast(cell.recurrent_kernel, dtype))  # (h, g)
    state = [once(tf.cast(part, dtype)) for part in state]  # each (n, h)
    h_before = []  # of each step; filled below
    shape = (len(steps), tf.shape(steps[0])[0], W.shape[1])
    b, b_h = (tf.broadcast_to(part, shape) for part in biases(cell))  # (T, n, g)
    b = tf.unstack(with_late_gradient(b, W, steps))
    b_h = tf.unstack(with_late_gradient(b_h, U, h_before))
    W, U = tf.stop_gradient(W), tf.stop_gradient(U)
    outputs = []
    for t, x in enumerate(steps):
        h_before.append(state[0])
        state = step(cell, x @ W + b[t], state[0] @ U + b_h[t], state)
        outputs.append(state[0])
    return outputs, state


def with_late_gradient(b, W, inputs):
    """Return `b`, (T, n, g), unchanged; behind it, `W` gets its gradient for all steps.

    b[t] is added to inputs[t] @ W, so both have the same gradient, dz_t. `inputs` is a
    list of T tensors (n, d), complete by the time that backpropagation comes here.
    """

    @tf.custom_gradient
    def same(b, W):
        def grad(dz):  # (T, n, g)
            X = tf.concat(inputs, axis=0)  # (T * n, d)
            rows = tf.reshape(dz, (-1, dz.shape[-1]))  # (T * n, g)
            return dz, tf.matmul(X, rows, transpose_a=True)

        return tf.identity(b), grad

    return same(b, W)


@tf.custom_gradient
def once(x):
    """Return `x`, and refuse a second derivative, which late gradients would spoil."""

    def grad(dx):
        return tf.raw_ops.PreventGradient(
            input=dx,
            message="an unrolled recurrent layer has first derivatives only: for a "
            "second one, build it with unroll=True, and Keras unrolls it",
        )

    return tf.identity(x), grad


def biases(cell):
    """Return two biases, (g,): one goes with the inputs, the other with the state."""
    zero = tf.zeros(cell.kernel.shape[1], cell.compute_dtype)
    if not cell.use_bias:
        return zero, zero
    bias = once(tf.cast(cell.bias, cell.compute_dtype))
    if isinstance(cell, tf.keras.layers.GRUCell):
        return tf.unstack(bias)
    return bias, zero


# One step of each cell: from x @ W + b and h @ U + b_h, both (n, g), to the new state.


def simple_rnn_step(cell, from_x, from_h, state):
    return [cell.activation(from_x + from_h)]


def gru_step(cell, from_x, from_h, state):
    x_z, x_r, x_h = tf.split(from_x, 3, axis=1)
    h_z, h_r, h_h = tf.split(from_h, 3, axis=1)
    z = cell.recurrent_activation(x_z + h_z)
    r = cell.recurrent_activation(x_r + h_r)
    h_tilde = cell.activation(x_h + r * h_h)
    return [z * state[0] + (1 - z) * h_tilde]


def lstm_step(cell, from_x, from_h, state):
    i, f, c_tilde, o = tf.split(from_x + from_h, 4, axis=1)
    i, f, o = (cell.recurrent_activation(gate) for gate in (i, f, o))
    c = f * state[1] + i * cell.activation(c_tilde)
    return [o * cell.activation(c), c]


STEPS = {
    tf.keras.layers.SimpleRNNCell: simple_rnn_step,
    tf.keras.layers.GRUCell: gru_step,
    tf.keras.layers.LSTMCell: lstm_step,
}


# What can be unrolled here


def unrolls(layer, X):
    """Tell if `run_layer` unrolls `layer` for the sequences `X`.

    It does for a plain Keras layer that is built already, without another direction,
    state, mask, penalty, precision or dropout.
    A layer for which Keras has a kernel of cuDNN keeps that on a GPU.
    """
    layers = tf.keras.layers
    kind = getattr(layer, "batch_major_class", type(layer))
    fused = kind in (layers.GRU, layers.LSTM)
    return (
        (fused or kind in (layers.RNN, layers.SimpleRNN))
        and not (fused and tf.config.list_physical_devices("GPU"))
        and X.shape[1] is not None
        and 1 <= X.shape[1] * len(cells_of(layer)) <= MAX_STEPS
        and getattr(X, "_keras_mask", None) is None
        and not (layer.go_backwards or layer.stateful or layer.unroll)
        and all(is_plain(part, X.dtype) for part in (layer, layer.cell))
        and all(
            type(cell) in STEPS
            and is_plain(cell, X.dtype)
            and cell.dropout == cell.recurrent_dropout == 0
            and getattr(cell, "reset_after", True)
            for cell in cells_of(layer)
        )
    )


def is_plain(part, dtype):
    """Tell if a layer or cell is built, computes in `dtype`, and adds no penalty."""
    same_dtype = getattr(part, "compute_dtype", None) == dtype.name
    return same_dtype and part.built and part.activity_regularizer is None


def fits(layer, X, state):
    """Tell if a state is as `layer` makes it for `X`; if not, Keras complains."""
    cells, states = cells_of(layer), by_cell(layer, state)
    return len(states) == len(cells) and all(
        isinstance(parts, list | tuple)
        and len(parts) == (2 if isinstance(cell, tf.keras.layers.LSTMCell) else 1)
        and all(tuple(part.shape) == (X.shape[0], cell.units) for part in parts)
        for cell, parts in zip(cells, states, strict=True)
    )


def is_stack(layer):
    """Tell if a layer runs a stack of cells, and so nests a state for each."""
    return isinstance(layer.cell, tf.keras.layers.StackedRNNCells)


def cells_of(layer):
    return layer.cell.cells if is_stack(layer) else [layer.cell]


def by_cell(layer, state):
    return state if is_stack(layer) else [state]
