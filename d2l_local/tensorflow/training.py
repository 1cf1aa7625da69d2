"""Training: one epoch, all epochs, and the measures of a trained model.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import tensorflow as tf

from d2l_local.quiet import say
from d2l_local.run.checks import (
    check_batch,
    check_batches,
    check_flag,
    check_function,
    check_model,
    check_theta,
)
from d2l_local.run.epochs import Run, with_options_of_run
from d2l_local.run.progress import perplexity
from d2l_local.run.tally import Tally
from d2l_local.tensorflow.devices import _transpose_first, device_name, set_seed
from d2l_local.tensorflow.model import RNNModel, in_mixed_precision
from d2l_local.tensorflow.prediction import predict_ch8
from d2l_local.tensorflow.snapshot import Snapshot
from d2l_local.tensorflow.updaters import build, check_epoch, make_updater, take_step

# One object for all measurements: a new one would have `loss_step` compiled anew.
CROSS_ENTROPY = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def train_step(net, loss, updater, X, Y, state, theta):
    """Take one clipped step on one batch; return its mean loss and the new state.

    Compiled to a graph, because Python would otherwise spend more time between the
    operations than the processor spends in them. X and Y are (n, T).
    """
    y = tf.reshape(tf.transpose(Y), (-1,))  # (T * n,)
    # Turns dropout on; a hand-written model is a function of X and the state alone.
    mode = {"training": True} if isinstance(net, tf.keras.layers.Layer) else {}
    # The state is older than the tape, so no gradient flows into the batches before.
    with tf.GradientTape() as tape:  # keeps what the backward pass will need
        y_hat, state = net(X, state, **mode)  # forward: (T * n, q)
        l = tf.reduce_mean(loss(y, y_hat))  # a mean, so steps don't grow with n and T
    params = net.trainable_variables
    grads = tape.gradient(l, params)  # backward
    grads = grad_clipping(grads, theta)
    take_step(updater, grads, params)
    return l, state


def train_epoch_ch8(
    net, train_iter, loss, updater, use_random_iter, *, theta=1, tally=None
):
    """Train for one pass over `train_iter`; return (perplexity, tokens per second).

    `train_iter` yields batches of token indices X and labels Y, both (n, T). `loss`
    takes labels (T * n,) and outputs (T * n, q). `updater` is a Keras optimiser, or a
    function that is called as `updater(grads, batch_size=1)`. The state carries over
    from batch to batch, unless `use_random_iter`. Gradients are clipped at the norm
    `theta`; `math.inf` leaves them as they are. An epoch that was interrupted continues
    from its `tally`, with the remaining batches.

    Raises TypeError or ValueError for a wrong argument, ValueError without a batch.
    """
    check_epoch(net, train_iter, loss, updater, use_random_iter, theta)
    build(updater, net)
    tally = tally or Tally()
    for X, Y in train_iter:
        if use_random_iter or tally.state is None:
            state = first_state(net, X, Y)
        else:  # The text continues, so the state does: its value, see train_step.
            state = tally.state
        l, state = train_step(net, loss, updater, X, Y, state, theta)
        # Not float(l): Python would wait for the device at every batch.
        tally.add(tf.cast(l, tf.float32), X.shape[0] * X.shape[1], state)
    return tally.result()


def first_state(net, X, Y):
    """Return the state before a batch (X, Y) that continues no other.

    Raises ValueError unless both are (n, T); models of other classes may differ.
    """
    if type(net) is RNNModel:
        check_batch(X, Y)
    _transpose_first()  # the model transposes X, even a batch of the reader's own
    return net.begin_state(batch_size=X.shape[0])


def grad_clipping(grads, theta):
    """Return all gradients, scaled together to a global norm of at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm) (Pascanu, Mikolov and Bengio 2013,
    https://proceedings.mlr.press/v28/pascanu13.html). None, the gradient of a variable
    that the loss doesn't depend on, stays None.
    """
    check_theta(theta)
    # The gradient of an embedding comes as a slice for each token, and the slices of
    # equal tokens have to be added up before a norm is taken.
    grads = [None if grad is None else tf.convert_to_tensor(grad) for grad in grads]
    factor = tf.minimum(theta / tf.linalg.global_norm(grads), 1.0)
    return [None if grad is None else grad * factor for grad in grads]


@with_options_of_run
def train_ch8(
    net, train_iter, vocab, lr, num_epochs, strategy, use_random_iter=False, **options
):
    """Train a language model and show its progress.

    Clips gradients at the global norm 1. At the end, prints the perplexity, the speed,
    and 50 generated tokens for each of `prefixes`. After Ctrl-C, `net` keeps what it
    has learned. The options, which `d2l_local.run.epochs.Run` explains:

    `prefixes`: starts of texts that the model continues at the end
    `optimizer`: 'sgd', 'momentum', 'adam', or an optimiser of Keras
    `mixed_precision`: True lets the layers compute in bfloat16
    `held_out`: batches of other text, measured after each epoch
    `target_perplexity`: ends the training once it is reached
    `seed`: fixes the random numbers, as `set_seed` does
    `callback`: called after each epoch with an `Epoch`; a true value ends the run
    `checkpoint`: a path or a `Checkpoint`, to save to and to resume from

    Raises TypeError or ValueError for a wrong argument, TrainingDiverged when the loss
    isn't finite any more, ValueError for the checkpoint of another run, and OSError
    where it can't be written.
    """
    check_model(net, "trainable_variables")
    run = Run(net, train_iter, vocab, lr, num_epochs, use_random_iter, **options)
    device = device_name(strategy)
    if run.seed is not None:
        set_seed(run.seed)
    # Not in the strategy's scope, where Keras 3 can't make an optimiser's variables
    with tf.device(device):
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        updater = make_updater(net, lr, run.optimizer)
    args = (loss, updater, use_random_iter)

    def measure(batches):
        return evaluate_perplexity(net, batches, use_random_iter)

    with (
        run.watched(Snapshot(net, updater), measure),
        in_mixed_precision(net, run.mixed_precision),
    ):
        for batches in run:
            ppl, speed = train_epoch_ch8(net, batches, *args, tally=run.tally)
            run.report(ppl, speed)
    say(run.progress.closing(device))
    for prefix in run.prefixes:
        say(predict_ch8(prefix, 50, net, vocab))


@tf.function
def loss_step(net, loss, X, Y, state):
    """Return the mean loss on one batch, without an update, and the new state."""
    y_hat, state = net(X, state)  # (T * n, q)
    return tf.reduce_mean(loss(tf.reshape(tf.transpose(Y), (-1,)), y_hat)), state


def evaluate_perplexity(net, data_iter, use_random_iter=False):
    """Return the perplexity of `net` on the batches of `data_iter`, with dropout off.

    The state carries over from batch to batch, unless `use_random_iter`. Raises
    TypeError or ValueError for a wrong argument, ValueError without a batch.
    """
    check_model(net)
    check_batches("data_iter", data_iter)
    check_flag("use_random_iter", use_random_iter)
    state, total_loss, num_tokens = None, tf.zeros(()), 0
    for X, Y in data_iter:
        if use_random_iter or state is None:
            state = first_state(net, X, Y)
        l, state = loss_step(net, CROSS_ENTROPY, X, Y, state)
        size = X.shape[0] * X.shape[1]
        total_loss += tf.cast(l, tf.float32) * size
        num_tokens += size
    if num_tokens == 0:
        raise ValueError("data_iter yielded no batches, so there is no perplexity")
    return perplexity(float(total_loss) / num_tokens)


def evaluate_loss(net, data_iter, loss):
    """Return the mean of `loss(y, net(X))` over all elements, without gradients.

    `data_iter` yields pairs (X, y). Raises ValueError without any.
    """
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
        raise ValueError("data_iter yielded no batches, so there is no loss to average")
    return total / count
