"""What updates the parameters of a model: gradient descent, optimisers, and checks."""

import torch
from torch import nn

from d2l_local.run import checks


def sgd(params, lr, batch_size):
    """Take one step of minibatch gradient descent, in place, then zero the gradients.

    Every one of `params` needs a gradient, summed over `batch_size` examples. Raises
    TypeError or ValueError for a missing gradient and for what isn't a number.
    """
    params = list(params)
    checks.check_step([param.grad for param in params], lr, batch_size)
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


def make_updater(net, lr, optimizer):
    """Return what updates the parameters of `net`, by the `optimizer` of `train_ch8`.

    That is an optimiser of PyTorch, or for 'sgd' and a hand-written model a function,
    called as `updater(batch_size)`. Raises ValueError for an unknown name, and for an
    optimiser that belongs to another model.
    """
    if isinstance(optimizer, torch.optim.Optimizer):
        check_ownership(net, optimizer)
        return optimizer
    module = isinstance(net, nn.Module)
    if optimizer == "sgd" and not module:
        return lambda batch_size: sgd(net.params, lr, batch_size)
    params = net.parameters() if module else net.params
    if optimizer == "sgd":
        return torch.optim.SGD(params, lr)
    if optimizer == "momentum":
        return torch.optim.SGD(params, lr, momentum=0.9)
    if optimizer == "adam":
        return torch.optim.Adam(params, lr)
    raise ValueError(
        f"optimizer is {optimizer!r}: use 'sgd', 'momentum' or 'adam', or an optimiser "
        "of torch.optim for the parameters of the model"
    )


def zero_grad(updater):
    """Forget the gradients of the batch before; `sgd` has done so itself."""
    if isinstance(updater, torch.optim.Optimizer):
        updater.zero_grad()


def take_step(updater):
    """Update the parameters by the gradients of a mean loss."""
    if isinstance(updater, torch.optim.Optimizer):
        updater.step()
    else:
        updater(batch_size=1)  # the loss has been divided by its number of tokens


def parameters_attribute(net):
    """Return the name under which a model keeps its parameters."""
    return "parameters" if isinstance(net, nn.Module) else "params"


def check_updater(updater):
    """Raise TypeError for an object that can't update parameters."""
    optimizer = isinstance(updater, torch.optim.Optimizer)
    if isinstance(updater, type) or not (optimizer or callable(updater)):
        raise TypeError(
            "updater must be an optimiser of torch.optim, or a function, for the "
            f"parameters of the model, got {updater!r}"
        )


def check_ownership(net, optimizer):
    """Raise ValueError for an optimiser that has no parameter of the model."""
    params = net.parameters() if isinstance(net, nn.Module) else net.params
    updated = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if updated.isdisjoint(map(id, params)):
        raise ValueError(
            f"optimizer {type(optimizer).__name__} has no parameter of net and would "
            "train nothing: build it with the parameters of this model"
        )


def check_epoch(
    net, train_iter, loss, updater, use_random_iter, theta, mixed_precision
):
    """Check the arguments of `train_epoch_ch8`, before a batch is taken."""
    checks.check_model(net, parameters_attribute(net))
    check_updater(updater)
    checks.check_flag("mixed_precision", mixed_precision)
    checks.check_epoch(train_iter, loss, use_random_iter, theta)
