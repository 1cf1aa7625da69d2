"""Training: one epoch, all epochs, and the measures of a trained model.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import torch
from torch import nn

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
from d2l_local.run.nested import map_tensors
from d2l_local.run.progress import perplexity
from d2l_local.run.tally import Tally
from d2l_local.torch.devices import set_seed
from d2l_local.torch.memory import keep_freed_memory
from d2l_local.torch.model import RNNModel, in_mixed_precision
from d2l_local.torch.prediction import evaluation_mode, predict_ch8
from d2l_local.torch.snapshot import Snapshot
from d2l_local.torch.updaters import (
    check_epoch,
    make_updater,
    parameters_attribute,
    take_step,
    zero_grad,
)


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
    tally=None,
):
    """Train for one pass over `train_iter`; return (perplexity, tokens per second).

    `train_iter` yields batches of token indices X and labels Y, both (n, T). `loss`
    takes outputs (T * n, q) and labels (T * n,). `updater` is a PyTorch optimiser, or
    for a hand-written model a function that is called as `updater(batch_size=1)`.
    The state carries over from batch to batch, unless `use_random_iter`. Gradients are
    clipped at the norm `theta`; `math.inf` leaves them as they are. `mixed_precision`
    computes products in bfloat16: see `in_mixed_precision`. An epoch that was
    interrupted continues from its `tally`, with the remaining batches.

    Raises TypeError or ValueError for a wrong argument, ValueError without a batch.
    """
    check_epoch(net, train_iter, loss, updater, use_random_iter, theta, mixed_precision)
    tally = tally or Tally()
    model = in_mixed_precision(net, device) if mixed_precision else net
    for X, Y in train_iter:
        if use_random_iter or tally.state is None:
            state = first_state(net, X, Y, device)
        else:  # The text continues, so the state does: its value, see detach_state.
            state = detach_state(tally.state)
        X, y = X.to(device), Y.T.reshape(-1).to(device)  # y: (T * n,)
        y_hat, state = model(X, state)  # forward: (T * n, q)
        l = loss(y_hat, y.long()).mean()  # a mean, so steps don't grow with n and T
        zero_grad(updater)  # backward() adds to the gradients it finds
        l.backward()
        grad_clipping(net, theta)
        take_step(updater)
        # Not l.item(): Python would wait for the device at every batch.
        tally.add(l.detach().float(), y.numel(), state)
    return tally.result()


def first_state(net, X, Y, device):
    """Return the state before a batch (X, Y) that continues no other.

    Raises ValueError unless both are (n, T); models of other classes may differ.
    """
    if type(net) is RNNModel:
        check_batch(X, Y)
    return net.begin_state(batch_size=X.shape[0], device=device)


def detach_state(state):
    """Return a state with its value but no history.

    The state is a tensor, or a tuple, list or dict of states. With its history, the
    gradient would flow back to the first batch of the epoch, and time and memory would
    grow with every batch.
    """
    return map_tensors(lambda part: part.detach(), state)


def grad_clipping(net, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the norm before clipping, as a
    tensor, so that nothing waits for a GPU (Pascanu, Mikolov and Bengio 2013,
    https://proceedings.mlr.press/v28/pascanu13.html). Raises ValueError if no
    parameter has a gradient.
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


@with_options_of_run
def train_ch8(
    net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False, **options
):
    """Train a language model and show its progress.

    Clips gradients at the global norm 1. At the end, prints the perplexity, the speed,
    and 50 generated tokens for each of `prefixes`. After Ctrl-C, `net` keeps what it
    has learned. The options, which `d2l_local.run.epochs.Run` explains:

    `prefixes`: starts of texts that the model continues at the end
    `optimizer`: 'sgd', 'momentum', 'adam', or an optimiser of `torch.optim`
    `mixed_precision`: True computes products in bfloat16
    `held_out`: batches of other text, measured after each epoch
    `target_perplexity`: ends the training once it is reached
    `seed`: fixes the random numbers, as `set_seed` does
    `callback`: called after each epoch with an `Epoch`; a true value ends the run
    `checkpoint`: a path or a `Checkpoint`, to save to and to resume from

    Raises TypeError or ValueError for a wrong argument, TrainingDiverged when the loss
    isn't finite any more, ValueError for the checkpoint of another run, and OSError
    where it can't be written.
    """
    check_model(net, parameters_attribute(net))
    run = Run(net, train_iter, vocab, lr, num_epochs, use_random_iter, **options)
    keep_freed_memory()
    if run.seed is not None:
        set_seed(run.seed)
    loss, updater = nn.CrossEntropyLoss(), make_updater(net, lr, run.optimizer)
    args = (loss, updater, device, use_random_iter)

    def measure(batches):
        return evaluate_perplexity(net, batches, device, use_random_iter)

    with run.watched(Snapshot(net, updater, device), measure):
        for batches in run:
            ppl, speed = train_epoch_ch8(
                net,
                batches,
                *args,
                mixed_precision=run.mixed_precision,
                tally=run.tally,
            )
            run.report(ppl, speed)
    say(run.progress.closing(device))
    for prefix in run.prefixes:
        say(predict_ch8(prefix, 50, net, vocab, device))


def evaluate_perplexity(net, data_iter, device, use_random_iter=False):
    """Return the perplexity of `net` on the batches of `data_iter`, with dropout off.

    The state carries over from batch to batch, unless `use_random_iter`. Raises
    TypeError or ValueError for a wrong argument, ValueError without a batch.
    """
    check_model(net)
    check_batches("data_iter", data_iter)
    check_flag("use_random_iter", use_random_iter)
    loss, state = nn.CrossEntropyLoss(reduction="sum"), None
    total_loss, num_tokens = torch.zeros((), device=device), 0
    with torch.no_grad(), evaluation_mode(net):
        for X, Y in data_iter:
            if use_random_iter or state is None:
                state = first_state(net, X, Y, device)
            y_hat, state = net(X.to(device), state)  # (T * n, q)
            total_loss += loss(y_hat, Y.T.reshape(-1).long().to(device))
            num_tokens += Y.numel()
    if num_tokens == 0:
        raise ValueError("data_iter yielded no batches, so there is no perplexity")
    return perplexity(total_loss.item() / num_tokens)


def evaluate_loss(net, data_iter, loss):
    """Return the mean of `loss(net(X), y)` over all elements, without gradients.

    `data_iter` yields pairs (X, y). Raises ValueError without any.
    """
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
        raise ValueError("data_iter yielded no batches, so there is no loss to average")
    return total / count
