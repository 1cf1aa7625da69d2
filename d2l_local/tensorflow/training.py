"""Training: updates, clipping, one epoch, all epochs.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import tensorflow as tf

from d2l_local.progress import Progress, perplexity
from d2l_local.prompt import encode_prompt
from d2l_local.tensorflow.devices import device_name
from d2l_local.tensorflow.prediction import predict_ch8
from d2l_local.timing import Timer


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
    total_loss, num_tokens = 0.0, 0
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
