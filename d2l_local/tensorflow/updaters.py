"""What updates the parameters of a model: gradient descent, optimisers, and checks."""

import tensorflow as tf

from d2l_local.run import checks


def sgd(params, grads, lr, batch_size):
    """Take one step of minibatch gradient descent, in place.

    Every one of `params` needs one of `grads`, summed over `batch_size` examples.
    Raises TypeError or ValueError for a missing gradient and for what isn't a number.
    """
    pairs = list(zip(params, grads, strict=True))
    checks.check_step([grad for _, grad in pairs], lr, batch_size)
    for param, grad in pairs:
        param.assign_sub(lr * grad / batch_size)


def make_updater(net, lr, optimizer):
    """Return the optimiser for `net`, by the `optimizer` of `train_ch8`.

    Raises ValueError for an unknown name.
    """
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
    build(updater, net)
    return updater


def build(updater, net):
    """Let an optimiser make its variables now, which it can't in a compiled step."""
    if isinstance(updater, tf.keras.optimizers.Optimizer) and not updater.built:
        updater.build(net.trainable_variables)


def take_step(updater, grads, params):
    """Update `params` by `grads`, the gradients of a mean loss."""
    if isinstance(updater, tf.keras.optimizers.Optimizer):
        updater.apply_gradients(zip(grads, params, strict=True))
    else:
        updater(grads, batch_size=1)  # the loss has been divided by its tokens


def check_updater(updater):
    """Raise TypeError for an object that can't update parameters."""
    optimizer = isinstance(updater, tf.keras.optimizers.Optimizer)
    if isinstance(updater, type) or not (optimizer or callable(updater)):
        raise TypeError(
            "updater must be an optimiser of tf.keras.optimizers, or a function of "
            f"gradients, got {updater!r}"
        )


def check_epoch(net, train_iter, loss, updater, use_random_iter, theta):
    """Check the arguments of `train_epoch_ch8`, before a batch is taken."""
    checks.check_model(net, "trainable_variables")
    check_updater(updater)
    checks.check_epoch(train_iter, loss, use_random_iter, theta)
