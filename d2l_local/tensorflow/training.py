"""Training: updates, clipping, one epoch, all epochs.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

from contextlib import contextmanager

import tensorflow as tf

from d2l_local.run.checks import (
    check_batch,
    check_batches,
    check_flag,
    check_function,
    check_model,
    check_run,
    check_step,
    check_theta,
)
from d2l_local.run.progress import Progress, perplexity
from d2l_local.run.saving import Position, Saver
from d2l_local.run.timing import Timer
from d2l_local.tensorflow.devices import device_name, set_seed
from d2l_local.tensorflow.model import RNNModel
from d2l_local.tensorflow.prediction import predict_ch8
from d2l_local.tensorflow.snapshot import Snapshot


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(y, net(X))` over all elements of `data_iter`, no gradient."""
    check_function("net", net, "a model")
    check_function("loss", loss, "a function of outputs and labels")
    check_batches("data_iter", data_iter)
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
    pairs = list(zip(params, grads, strict=True))
    check_step([grad for _, grad in pairs], lr, batch_size)
    for param, grad in pairs:
        param.assign_sub(lr * grad / batch_size)


def grad_clipping(grads, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the clipped gradients (Pascanu,
    Mikolov and Bengio 2013, https://proceedings.mlr.press/v28/pascanu13.html).
    """
    # A variable that the loss doesn't depend on has the gradient None. That of an
    # embedding comes as a slice for each token, and equal tokens have to be added
    # before a norm is taken.
    grads = [None if grad is None else tf.convert_to_tensor(grad) for grad in grads]
    check_theta(theta)
    factor = tf.minimum(theta / tf.linalg.global_norm(grads), 1.0)
    return [None if grad is None else grad * factor for grad in grads]


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


def train_epoch_ch8(
    net,
    train_iter,
    loss,
    updater,
    use_random_iter,
    *,
    theta=1,
    position=None,
    after_batch=None,
):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a Keras optimiser, or a function that is called as
    `updater(grads, batch_size=1)`. The state carries over from batch to batch, unless
    `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.

    An epoch that was interrupted goes on from `position`, a `Position`, with the
    remaining batches in `train_iter`; `after_batch` is called with each new position.
    """
    check_model(net, "trainable_variables")
    check_batches("train_iter", train_iter)
    check_function("loss", loss, "a function of outputs and labels")
    check_updater(updater)
    check_flag("use_random_iter", use_random_iter)
    check_theta(theta)
    position, timer = position or Position(), Timer()
    state, batch, num_tokens = position.state, position.batch, position.num_tokens
    total_loss = tf.constant(position.total_loss, tf.float32)
    if isinstance(updater, tf.keras.optimizers.Optimizer) and not updater.built:
        updater.build(net.trainable_variables)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            if type(net) is RNNModel:
                check_batch(X, Y)
            state = net.begin_state(batch_size=X.shape[0])
        l, state = train_step(net, loss, updater, X, Y, state, theta)
        size = X.shape[0] * X.shape[1]
        total_loss += tf.cast(l, tf.float32) * size
        num_tokens += size
        batch += 1
        if after_batch is not None:
            seconds = position.seconds + timer.elapsed()
            kept = None if use_random_iter else state
            after_batch(Position(batch, num_tokens, total_loss, seconds, kept))
    if num_tokens == 0:
        raise ValueError("train_iter served no batch: there is nothing to train on")
    mean_loss = float(total_loss) / num_tokens  # waits for the device
    seconds = position.seconds + timer.stop()
    return perplexity(mean_loss), num_tokens / seconds


@tf.function
def loss_step(net, loss, X, Y, state):
    """The mean loss on one batch without an update, and the new state."""
    y_hat, state = net(X, state)  # (T * n, q)
    return tf.reduce_mean(loss(tf.reshape(tf.transpose(Y), (-1,)), y_hat)), state


def evaluate_perplexity(net, data_iter, use_random_iter=False):
    """The perplexity of `net` on text that it isn't trained on, with dropout off.

    The state carries over from batch to batch, unless `use_random_iter`.
    """
    check_model(net)
    check_batches("data_iter", data_iter)
    check_flag("use_random_iter", use_random_iter)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    state, total_loss, num_tokens = None, tf.zeros(()), 0
    for X, Y in data_iter:
        if state is None or use_random_iter:
            if type(net) is RNNModel:
                check_batch(X, Y)
            state = net.begin_state(batch_size=X.shape[0])
        l, state = loss_step(net, loss, X, Y, state)
        size = X.shape[0] * X.shape[1]
        total_loss += tf.cast(l, tf.float32) * size
        num_tokens += size
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is no perplexity to take")
    return perplexity(float(total_loss) / num_tokens)


def make_updater(net, lr, optimizer):
    """What updates the parameters of `net`: see `optimizer` of `train_ch8`."""
    if isinstance(optimizer, tf.keras.optimizers.Optimizer):
        updater = optimizer
    # Keras 3 refuses a learning rate that is an integer.
    elif optimizer == "sgd":
        updater = tf.keras.optimizers.SGD(float(lr))
    elif optimizer == "momentum":
        updater = tf.keras.optimizers.SGD(float(lr), momentum=0.9)
    elif optimizer == "adam":
        updater = tf.keras.optimizers.Adam(float(lr), epsilon=1e-8)  # as in PyTorch
    else:
        raise ValueError(
            f"optimizer is {optimizer!r}: use 'sgd', 'momentum' or 'adam', or an "
            "optimiser of tf.keras.optimizers"
        )
    if not updater.built:
        updater.build(net.trainable_variables)
    return updater


def check_updater(updater):
    """Raise TypeError for what can't update parameters."""
    optimizer = isinstance(updater, tf.keras.optimizers.Optimizer)
    if isinstance(updater, type) or not (optimizer or callable(updater)):
        raise TypeError(
            f"updater={updater!r} is neither an optimiser of tf.keras.optimizers nor "
            "a function of gradients: give one of the two"
        )


@contextmanager
def in_mixed_precision(net, enabled=True):
    """Inside, the layers of `net` compute in bfloat16, with variables in float32.

    Keras decides this when a layer is made; so here each layer gets the policy on
    loan.
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
    optimizer="sgd",
    mixed_precision=False,
    held_out=None,
    target_perplexity=None,
    seed=None,
    callback=None,
    checkpoint=None,
):
    """Train a language model and show its progress.

    Gradients are clipped at the global norm 1. At the end, prints the perplexity, the
    speed, and 50 generated tokens for each of `prefixes`. Raises TrainingDiverged
    when the loss is no longer finite; after Ctrl-C, `net` keeps what it has learned.

    `optimizer`: 'sgd', 'momentum' (SGD with momentum 0.9) or 'adam', all at the
    learning rate `lr`; or an optimiser of Keras, which brings its own.
    `mixed_precision`: the layers compute in bfloat16; parameters stay in float32.
    `held_out`: batches of other text, whose perplexity is shown after each epoch.
    `target_perplexity`: ends the training after the first epoch with at most this
    perplexity, that of `held_out` where it is given.
    `seed`: fixes the random numbers from here on, as `set_seed` does.
    `callback`: called after each epoch with an `Epoch`; True ends the training.
    `checkpoint`: a path, or a `Checkpoint`. The training is saved there as it goes on,
    and the same call goes on from there, be it after Ctrl-C or after a power cut.
    Raises ValueError for a file of another run, OSError where it can't be written.
    """
    check_model(net, "trainable_variables")
    prefixes = check_run(
        net,
        train_iter,
        vocab,
        lr,
        num_epochs,
        use_random_iter,
        prefixes=prefixes,
        optimizer=optimizer,
        mixed_precision=mixed_precision,
        held_out=held_out,
        target_perplexity=target_perplexity,
        callback=callback,
        checkpoint=checkpoint,
    )
    device = device_name(strategy)
    if seed is not None:
        set_seed(seed)
    # Not in the strategy's scope, where Keras 3 can't make the memory of an optimiser.
    with tf.device(device):
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        updater = make_updater(net, lr, optimizer)
    snapshot = Snapshot(net, updater)
    with (
        Saver(checkpoint, snapshot, train_iter, use_random_iter) as saver,
        Progress(num_epochs, lr, held_out=held_out is not None) as progress,
        in_mixed_precision(net, mixed_precision),
    ):
        saver.resume(progress)
        while not progress.is_over(target_perplexity):
            ppl, speed = train_epoch_ch8(
                net,
                saver.batches(),
                loss,
                updater,
                use_random_iter,
                position=saver.position,
                after_batch=saver.after_batch,
            )
            other = None
            if held_out is not None:
                other = evaluate_perplexity(net, held_out, use_random_iter)
            epoch = progress.update(ppl, speed, other)
            saver.after_epoch()
            if callback is not None and callback(epoch):
                break
    print(progress.closing(device))
    for prefix in prefixes:
        print(predict_ch8(prefix, 50, net, vocab))
