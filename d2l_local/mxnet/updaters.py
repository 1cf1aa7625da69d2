"""What updates the parameters of a model: gradient descent, optimisers, and checks."""

from mxnet import gluon

from d2l_local.mxnet.devices import check_device
from d2l_local.run import checks


def sgd(params, lr, batch_size):
    """Take one step of minibatch gradient descent, in place.

    Every one of `params` needs a gradient, summed over `batch_size` examples. Raises
    TypeError or ValueError for a missing gradient and for what isn't a number.
    """
    params = list(params)
    checks.check_step([param.grad for param in params], lr, batch_size)
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def make_updater(net, lr, optimizer):
    """Return what updates the parameters of `net`, by the `optimizer` of `train_ch8`.

    That is a trainer of Gluon, or for 'sgd' and a hand-written model a function, called
    as `updater(batch_size)`. Raises ValueError for an unknown name, for a trainer that
    belongs to another model, and for what a hand-written model can't be trained by.
    """
    if isinstance(optimizer, gluon.Trainer):
        check_ownership(net, optimizer)
        return optimizer
    if optimizer not in ("sgd", "momentum", "adam"):
        raise ValueError(
            f"optimizer is {optimizer!r}: use 'sgd', 'momentum' or 'adam', or a "
            "gluon.Trainer for the parameters of the model"
        )
    lr = checks.check_rate(lr)  # a plain number: MXNet takes none of NumPy's
    if not isinstance(net, gluon.Block):
        if optimizer == "sgd":
            return lambda batch_size: sgd(net.params, lr, batch_size)
        raise ValueError(
            f"optimizer is {optimizer!r}, but a Gluon trainer can't update a "
            "hand-written model: write an updater and call train_epoch_ch8"
        )
    options = {"learning_rate": lr}
    if optimizer == "momentum":
        optimizer, options = "sgd", options | {"momentum": 0.9}
    return gluon.Trainer(net.collect_params(), optimizer, options, kvstore=None)


def take_step(updater):
    """Update the parameters by the gradients of a mean loss."""
    # The loss has been divided by its number of tokens, so nothing is left to divide.
    if isinstance(updater, gluon.Trainer):
        updater.step(batch_size=1)
    else:
        updater(batch_size=1)


def check_updater(updater):
    """Raise TypeError for an object that can't update parameters."""
    trainer = isinstance(updater, gluon.Trainer)
    if isinstance(updater, type) or not (trainer or callable(updater)):
        raise TypeError(
            "updater must be a gluon.Trainer, or a function, for the parameters of the "
            f"model, got {updater!r}"
        )


def check_ownership(net, trainer):
    """Raise ValueError for a trainer that has no parameter of the model."""
    if not isinstance(net, gluon.Block):
        raise ValueError(
            "optimizer is a Trainer, which can't update a hand-written model: use "
            "'sgd', or write an updater and call train_epoch_ch8 with it"
        )
    params = net.collect_params().values()
    if {id(p) for p in trainer._params}.isdisjoint(map(id, params)):
        raise ValueError(
            "optimizer is a Trainer that has no parameter of net and would train "
            "nothing: build it with net.collect_params()"
        )


def check_epoch(net, train_iter, loss, updater, device, use_random_iter, theta):
    """Check the arguments of `train_epoch_ch8`, before a batch is taken."""
    checks.check_model(net, "params")
    check_updater(updater)
    check_device(device)
    checks.check_epoch(train_iter, loss, use_random_iter, theta)
