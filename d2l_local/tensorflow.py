"""Recurrent language models in TensorFlow: `from d2l_local import tensorflow as d2l`.

The names and their order are those of `d2l_local.torch` and `d2l_local.mxnet`, so that
the three files can be read side by side. What touches no tensor (text, vocabulary,
batches, plots) comes from `d2l_local.common`.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units. Keras 3 has no `time_major`: its layers take (n, T, q).
"""

import functools

from d2l_local import batching
from d2l_local.common import *  # noqa: F403
from d2l_local.common import Timer
from d2l_local.progress import Progress, perplexity
from d2l_local.prompt import decode_tokens, encode_prompt
from d2l_local.quiet import without_known_notices

with without_known_notices():
    import tensorflow as tf


@functools.cache
def _transpose_first():
    """Transpose integers for the first time, unheard, on behalf of all later times.

    On many processors oneDNN then logs, once in a process, that it can't. Not done at
    import, where TensorFlow has not yet been told which devices to use.
    """
    with without_known_notices(), tf.device("/CPU:0"):
        tf.transpose([[0]])


def set_seed(seed):
    """Fix the random numbers of TensorFlow: initial weights, shuffling, dropout.

    Keras draws its seeds from Python's and NumPy's generators, so those are fixed too.
    """
    tf.keras.utils.set_random_seed(seed)


def try_gpu(i=0):
    """The `i`-th GPU (CUDA, or Apple's through tensorflow-metal), else the CPU.

    A device context; `OneDeviceStrategy` wants its `._device_name`.
    """
    if len(tf.config.list_physical_devices("GPU")) > i:
        return tf.device(f"/GPU:{i}")
    return tf.device("/CPU:0")


def try_all_gpus():
    """All GPUs as a list of devices, or the CPU alone."""
    gpus = range(len(tf.config.list_physical_devices("GPU")))
    return [tf.device(f"/GPU:{i}") for i in gpus] or [tf.device("/CPU:0")]


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of integer tensors of shape (batch_size, num_steps): inputs,
    and labels one step ahead. Options and errors: `d2l_local.batching`.
    """
    _transpose_first()
    return batching.load_data_time_machine(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        convert=tf.constant,
        **options,
    )


def load_array(data_arrays, batch_size, is_train=True):
    """Batches of tensors that share their first axis; shuffled when `is_train`."""
    dataset = tf.data.Dataset.from_tensor_slices(tuple(data_arrays))
    if is_train:
        dataset = dataset.shuffle(buffer_size=len(data_arrays[0]))
    return dataset.batch(batch_size)


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(y, net(X))` over all elements of `data_iter`, no gradient."""
    total, count = 0.0, 0
    for X, y in data_iter:
        out = net(X)
        values = loss(tf.reshape(y, tf.shape(out)), out)
        # A loss that Keras has reduced to one number stands for the whole batch.
        size = out.shape[0] if len(values.shape) == 0 else int(tf.size(values))
        total, count = total + float(tf.reduce_mean(values)) * size, count + size
    if count == 0:
        raise ValueError("data_iter served no batch: there is no loss to average")
    return total / count


def sgd(params, grads, lr, batch_size):
    """One step of minibatch gradient descent, in place."""
    for param, grad in zip(params, grads, strict=True):
        param.assign_sub(lr * grad / batch_size)


def grad_clipping(grads, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the clipped gradients (Pascanu,
    Mikolov and Bengio 2013, https://proceedings.mlr.press/v28/pascanu13.html).
    """
    factor = tf.minimum(theta / tf.linalg.global_norm(grads), 1.0)
    # A variable that the loss doesn't depend on has the gradient None.
    return [None if grad is None else grad * factor for grad in grads]


class RNNModelScratch:
    """A recurrent model from hand-written functions.

    `get_params(vocab_size, num_hiddens)` makes the parameters, as `tf.Variable`s,
    `init_state(batch_size, num_hiddens)` the first state, and
    `forward_fn(inputs, state, params)`, with one-hot inputs of shape (T, n, q),
    computes outputs of shape (T * n, q) and the new state.
    """

    def __init__(self, vocab_size, num_hiddens, init_state, forward_fn, get_params):
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.trainable_variables = get_params(vocab_size, num_hiddens)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = tf.one_hot(tf.transpose(X), self.vocab_size)  # (T, n, q)
        return self.forward_fn(X, state, self.trainable_variables)

    def begin_state(self, batch_size, dtype=None):
        """The state before the first step; `dtype` is ignored, `init_state` decides."""
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
        layers = rnn_layer if isinstance(rnn_layer, list | tuple) else [rnn_layer]
        if not layers:
            raise ValueError("rnn_layer is an empty list: give at least one layer")
        for layer in layers:
            check_rnn_layer(layer)
        if init not in ("uniform", None):
            raise ValueError(f"init is {init!r}: use 'uniform' or None")
        self.rnn = list(layers)
        self.vocab_size = vocab_size
        self.dense = tf.keras.layers.Dense(vocab_size)
        self(tf.zeros((1, 1), tf.int32), self.begin_state(batch_size=1))  # builds it
        if init == "uniform":
            for layer in (*self.rnn, self.dense):
                draw_uniform(layer)

    def call(self, inputs, state, training=None):
        X = tf.one_hot(inputs, self.vocab_size, dtype=self.compute_dtype)  # (n, T, q)
        new_state = []
        for layer, layer_state in zip(self.rnn, state, strict=True):
            X, *layer_state = layer(  # X: (n, T, h)
                X, initial_state=layer_state, training=training
            )
            new_state.append(layer_state)
        Y = tf.transpose(X, (1, 0, 2))  # (T, n, h)
        return self.dense(tf.reshape(Y, (-1, Y.shape[-1]))), new_state  # (T * n, q)

    def begin_state(self, batch_size=1, dtype=None):
        """Zeros of shape (n, h), nested for each layer as Keras nests its states.

        `dtype` is taken, since classic code passes it, and ignored: Keras 3 gives the
        state the type of its layer.
        """
        return [begin_layer_state(layer, batch_size) for layer in self.rnn]


def check_rnn_layer(layer):
    """Raise TypeError or ValueError for a layer that `RNNModel` can't be built on."""
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
    """The zero state of one Keras layer; a Bidirectional has one for each direction."""
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
    """The number of hidden units of a Keras recurrent layer, of its top cell."""
    if isinstance(layer, tf.keras.layers.Bidirectional):
        layer = layer.forward_layer
    cell = layer.cell
    if isinstance(cell, tf.keras.layers.StackedRNNCells):
        cell = cell.cells[-1]
    return cell.units


@tf.function
def predict_step(net, X, state):
    """The likeliest next token for each row of `X`, and the new state."""
    Y, state = net(X, state)
    return tf.argmax(Y, axis=1), state


def predict_ch8(prefix, num_preds, net, vocab):
    """The text that `net` writes after `prefix`: the likeliest token at each step.

    The prefix is read first, to warm up the state; then `num_preds` tokens follow,
    each one fed back as the next input. Errors: `d2l_local.prompt.encode_prompt`.
    """
    outputs = encode_prompt(prefix, num_preds, vocab)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1)
    for step in range(len(warm_up) + num_preds - 1):
        token, state = predict_step(net, tf.constant([[outputs[step]]]), state)
        if step >= len(warm_up) - 1:
            outputs.append(int(token[0]))
    return decode_tokens(outputs, vocab, prefix)


@tf.function
def train_step(net, loss, updater, X, Y, state, theta):
    """One clipped update on one batch; returns the mean loss and the new state.

    Compiled to a graph, because Python would otherwise spend more time between the
    operations than the processor spends in them. The state that comes in is data,
    not a variable: no gradient runs back into the batches before.
    """
    # A hand-written model is a plain function of X and state.
    mode = {"training": True} if isinstance(net, tf.keras.layers.Layer) else {}
    with tf.GradientTape() as tape:
        y_hat, state = net(X, state, **mode)  # (T * n, q)
        l = tf.reduce_mean(loss(tf.reshape(tf.transpose(Y), (-1,)), y_hat))
    params = net.trainable_variables
    grads = grad_clipping(tape.gradient(l, params), theta)
    if isinstance(updater, tf.keras.optimizers.Optimizer):
        updater.apply_gradients(zip(grads, params, strict=True))
    else:
        updater(grads, batch_size=1)  # the loss is a mean already
    return l, state


def train_epoch_ch8(net, train_iter, loss, updater, use_random_iter, *, theta=1):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a Keras optimiser, or a function that is called as
    `updater(grads, batch_size=1)`. The state carries over from batch to batch, unless
    `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.
    """
    state, timer = None, Timer()
    total_loss, num_tokens = tf.zeros(()), 0
    if isinstance(updater, tf.keras.optimizers.Optimizer) and not updater.built:
        updater.build(net.trainable_variables)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0])
        l, state = train_step(net, loss, updater, X, Y, state, theta)
        size = X.shape[0] * X.shape[1]
        total_loss += l * size
        num_tokens += size
    if num_tokens == 0:
        raise ValueError("train_iter served no batch: there is nothing to train on")
    mean_loss = float(total_loss) / num_tokens  # waits for the device
    return perplexity(mean_loss), num_tokens / timer.stop()


def device_name(strategy):
    """The device of a `OneDeviceStrategy` in short, `/CPU:0` for one."""
    spec = tf.DeviceSpec.from_string(strategy.extended.worker_devices[0])
    return f"/{spec.device_type}:{spec.device_index}"


def train_ch8(
    net,
    train_iter,
    vocab,
    lr,
    num_epochs,
    strategy,
    use_random_iter=False,
    *,
    prefixes=("time traveller", "traveller"),
):
    """Train a language model with SGD and show its progress.

    Gradients are clipped at the global norm 1. At the end, prints the perplexity, the
    speed, and 50 generated tokens for each of `prefixes`. Raises TrainingDiverged
    when the loss is no longer finite; after Ctrl-C, `net` keeps what it has learned.
    """
    for prefix in prefixes:
        encode_prompt(prefix, 50, vocab)  # better refused now than after the training
    with strategy.scope():
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        updater = tf.keras.optimizers.SGD(float(lr))  # Keras 3 refuses an integer
    with Progress(num_epochs, lr) as progress:
        for _ in range(num_epochs):
            ppl, speed = train_epoch_ch8(
                net, train_iter, loss, updater, use_random_iter
            )
            progress.update(ppl, speed)
    print(
        f"perplexity {ppl:.1f}, {progress.speed:.1f} tokens/sec on "
        f"{device_name(strategy)}"
    )
    for prefix in prefixes:
        print(predict_ch8(prefix, 50, net, vocab))
