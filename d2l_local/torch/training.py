"""Training: updates, clipping, one epoch, all epochs.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import torch
from torch import nn

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
from d2l_local.torch.devices import set_seed
from d2l_local.torch.memory import keep_freed_memory
from d2l_local.torch.model import RNNModel
from d2l_local.torch.prediction import evaluation_mode, predict_ch8
from d2l_local.torch.snapshot import Snapshot


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(net(X), y)` over all elements of `data_iter`, no gradient."""
    check_function("net", net, "a model")
    check_function("loss", loss, "a function of outputs and labels")
    check_batches("data_iter", data_iter)
    total, count = 0.0, 0
    with torch.no_grad():
        for X, y in data_iter:
            out = net(X)
            values = loss(out, y.reshape(out.shape))
            # A loss that is reduced to one number stands for the whole batch.
            size = len(out) if values.ndim == 0 else values.numel()
            total, count = total + values.mean().item() * size, count + size
    if count == 0:
        raise ValueError("data_iter served no batch: there is no loss to average")
    return total / count


def sgd(params, lr, batch_size):
    """One step of minibatch gradient descent, in place; gradients are then zeroed."""
    params = list(params)
    check_step([param.grad for param in params], lr, batch_size)
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


def grad_clipping(net, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the norm before clipping, as a
    tensor, so that a GPU isn't made to wait for it (Pascanu, Mikolov and Bengio 2013,
    https://proceedings.mlr.press/v28/pascanu13.html).
    """
    check_theta(theta)
    params = net.parameters() if isinstance(net, nn.Module) else net.params
    grads = [param.grad for param in params if param.grad is not None]
    if not grads:
        raise ValueError("no parameter has a gradient: call backward() first")
    norm = nn.utils.get_total_norm(grads)
    factor = torch.clamp(theta / norm, max=1.0)
    torch._foreach_mul_(grads, factor)
    return norm


def detach_state(state):
    """Cut a state off from the batches before: its value goes on, its history ends.

    Without this, the gradient would run back to the first batch of the epoch, and
    time and memory would grow with every batch.
    """
    if isinstance(state, tuple):
        return tuple(part.detach() for part in state)
    return state.detach()


def train_epoch_ch8(
    net,
    train_iter,
    loss,
    updater,
    device,
    use_random_iter,
    *,
    theta=1,
    mixed_precision=False,
    position=None,
    after_batch=None,
):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a PyTorch optimiser, or for hand-written models a function that is
    called as `updater(batch_size=1)`. The state carries over from batch to batch,
    unless `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.
    With `mixed_precision`, products are computed in bfloat16, and the parameters,
    gradients and the loss stay in float32.

    An epoch that was interrupted goes on from `position`, a `Position`, with the
    remaining batches in `train_iter`; `after_batch` is called with each new position.
    """
    check_model(net, holder_of(net))
    check_batches("train_iter", train_iter)
    check_function("loss", loss, "a function of outputs and labels")
    check_updater(updater)
    check_flag("use_random_iter", use_random_iter)
    check_theta(theta)
    check_flag("mixed_precision", mixed_precision)
    position, timer = position or Position(), Timer()
    state, batch, num_tokens = position.state, position.batch, position.num_tokens
    total_loss = torch.tensor(position.total_loss, device=device)
    device_type = torch.device(device).type
    for X, Y in train_iter:
        if state is None or use_random_iter:
            if type(net) is RNNModel:
                check_batch(X, Y)
            state = net.begin_state(batch_size=X.shape[0], device=device)
        else:
            state = detach_state(state)
        X, y = X.to(device), Y.T.reshape(-1).to(device)  # (n, T), (T * n,)
        with torch.autocast(device_type, torch.bfloat16, enabled=mixed_precision):
            y_hat, state = net(X, state)  # (T * n, q)
        if mixed_precision:
            y_hat = y_hat.float()
        l = loss(y_hat, y.long()).mean()
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            l.backward()
            grad_clipping(net, theta)
            updater.step()
        else:
            l.backward()
            grad_clipping(net, theta)
            updater(batch_size=1)  # the loss is a mean already
        total_loss += l.detach() * y.numel()
        num_tokens += y.numel()
        batch += 1
        if after_batch is not None:
            seconds = position.seconds + timer.elapsed()
            kept = None if use_random_iter else state
            after_batch(Position(batch, num_tokens, total_loss, seconds, kept))
    if num_tokens == 0:
        raise ValueError("train_iter served no batch: there is nothing to train on")
    mean_loss = total_loss.item() / num_tokens  # waits for the device
    seconds = position.seconds + timer.stop()
    return perplexity(mean_loss), num_tokens / seconds


def evaluate_perplexity(net, data_iter, device, use_random_iter=False):
    """The perplexity of `net` on text that it isn't trained on, with dropout off.

    The state carries over from batch to batch, unless `use_random_iter`.
    """
    check_model(net)
    check_batches("data_iter", data_iter)
    check_flag("use_random_iter", use_random_iter)
    loss, state = nn.CrossEntropyLoss(reduction="sum"), None
    total_loss, num_tokens = torch.zeros((), device=device), 0
    with torch.no_grad(), evaluation_mode(net):
        for X, Y in data_iter:
            if state is None or use_random_iter:
                if type(net) is RNNModel:
                    check_batch(X, Y)
                state = net.begin_state(batch_size=X.shape[0], device=device)
            y_hat, state = net(X.to(device), state)  # (T * n, q)
            total_loss += loss(y_hat, Y.T.reshape(-1).long().to(device))
            num_tokens += Y.numel()
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is no perplexity to take")
    return perplexity(total_loss.item() / num_tokens)


def make_updater(net, lr, optimizer):
    """What updates the parameters of `net`: see `optimizer` of `train_ch8`."""
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


def holder_of(net):
    """The name under which a model keeps its parameters."""
    return "parameters" if isinstance(net, nn.Module) else "params"


def check_updater(updater):
    """Raise TypeError for what can't update parameters."""
    optimizer = isinstance(updater, torch.optim.Optimizer)
    if isinstance(updater, type) or not (optimizer or callable(updater)):
        raise TypeError(
            f"updater={updater!r} is neither an optimiser of torch.optim nor a "
            "function: give one that is built for the parameters of the model"
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


def train_ch8(
    net,
    train_iter,
    vocab,
    lr,
    num_epochs,
    device,
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
    learning rate `lr`; or an optimiser of `torch.optim`, which brings its own.
    `mixed_precision`: products in bfloat16 (see `train_epoch_ch8`).
    `held_out`: batches of other text, whose perplexity is shown after each epoch.
    `target_perplexity`: ends the training after the first epoch with at most this
    perplexity, that of `held_out` where it is given.
    `seed`: fixes the random numbers from here on, as `set_seed` does.
    `callback`: called after each epoch with an `Epoch`; True ends the training.
    `checkpoint`: a path, or a `Checkpoint`. The training is saved there as it goes on,
    and the same call goes on from there, be it after Ctrl-C or after a power cut.
    Raises ValueError for a file of another run, OSError where it can't be written.
    """
    check_model(net, holder_of(net))
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
    keep_freed_memory()
    if seed is not None:
        set_seed(seed)
    loss, updater = nn.CrossEntropyLoss(), make_updater(net, lr, optimizer)
    snapshot = Snapshot(net, updater, device)
    with (
        Saver(checkpoint, snapshot, train_iter, use_random_iter) as saver,
        Progress(num_epochs, lr, held_out=held_out is not None) as progress,
    ):
        saver.resume(progress)
        while not progress.is_over(target_perplexity):
            ppl, speed = train_epoch_ch8(
                net,
                saver.batches(),
                loss,
                updater,
                device,
                use_random_iter,
                mixed_precision=mixed_precision,
                position=saver.position,
                after_batch=saver.after_batch,
            )
            other = None
            if held_out is not None:
                other = evaluate_perplexity(net, held_out, device, use_random_iter)
            epoch = progress.update(ppl, speed, other)
            saver.after_epoch()
            if callback is not None and callback(epoch):
                break
    print(progress.closing(device))
    for prefix in prefixes:
        print(predict_ch8(prefix, 50, net, vocab, device))
