"""Training: one epoch, all epochs, and the measures of a trained model.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import mxnet
from mxnet import autograd, gluon, np

from d2l_local.mxnet.devices import check_device, set_seed
from d2l_local.mxnet.model import RNNModel, check_precision
from d2l_local.mxnet.prediction import predict_ch8
from d2l_local.mxnet.snapshot import Snapshot
from d2l_local.mxnet.updaters import check_epoch, make_updater, take_step
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


def train_epoch_ch8(
    net, train_iter, loss, updater, device, use_random_iter, *, theta=1, tally=None
):
    """Train for one pass over `train_iter`; return (perplexity, tokens per second).

    `train_iter` yields batches of token indices X and labels Y, both (n, T). `loss`
    takes outputs (T * n, q) and labels (T * n,). `updater` is a Gluon trainer, or
    for a hand-written model a function that is called as `updater(batch_size=1)`.
    The state carries over from batch to batch, unless `use_random_iter`. Gradients are
    clipped at the norm `theta`; `math.inf` leaves them as they are. An epoch that was
    interrupted continues from its `tally`, with the remaining batches.

    Raises TypeError or ValueError for a wrong argument, ValueError without a batch.
    """
    check_epoch(net, train_iter, loss, updater, device, use_random_iter, theta)
    tally = tally or Tally()
    for X, Y in train_iter:
        if use_random_iter or tally.state is None:
            state = first_state(net, X, Y, device)
        else:  # The text continues, so the state does: its value, see detach_state.
            state = detach_state(tally.state)
        X, y = X.as_in_ctx(device), Y.T.reshape(-1).as_in_ctx(device)  # y: (T * n,)
        with autograd.record():  # keeps what the backward pass will need
            y_hat, state = net(X, state)  # forward: (T * n, q)
            l = loss(y_hat, y).mean()  # a mean, so steps don't grow with n and T
        l.backward()
        grad_clipping(net, theta)
        take_step(updater)
        # Not l.item(): Python would wait for the device at every batch.
        tally.add(l.astype("float32", copy=False), y.size, state)
    return tally.result()


def first_state(net, X, Y, device):
    """Return the state before a batch (X, Y) that continues no other.

    Raises ValueError unless both are (n, T); models of other classes may differ.
    """
    if type(net) is RNNModel:
        check_batch(X, Y)
    return net.begin_state(batch_size=X.shape[0], ctx=device)


def detach_state(state):
    """Return a state with its value but no history.

    The state is an array, or a tuple, list or dict of states. With its history, the
    gradient would flow back to the first batch of the epoch, and time and memory would
    grow with every batch.
    """
    return map_tensors(lambda part: part.detach(), state)


def grad_clipping(net, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the norm before clipping, as an
    array, so that nothing waits for the engine (Pascanu, Mikolov and Bengio 2013,
    https://proceedings.mlr.press/v28/pascanu13.html).
    """
    check_theta(theta)
    grads = gradients(net)
    norm = global_norm(grads)
    factor = np.minimum(theta / norm, 1.0)
    for grad in grads:
        grad *= factor  # in place, without a copy
    return norm


def gradients(net):
    """Return the gradient arrays of a Gluon block or of a hand-written model."""
    if isinstance(net, gluon.Block):
        params = net.collect_params().values()
        return [p.grad() for p in params if p.grad_req != "null"]
    return [param.grad for param in net.params]


def global_norm(arrays):
    """Return the Euclidean norm of all `arrays` taken together, of shape (1,)."""
    squares = mxnet.nd.multi_sum_sq(
        *(array.as_nd_ndarray() for array in arrays), num_arrays=len(arrays)
    )
    return np.sqrt(squares.as_np_ndarray().sum(keepdims=True))


@with_options_of_run
def train_ch8(
    net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False, **options
):
    """Train a language model and show its progress.

    Clips gradients at the global norm 1. At the end, prints the perplexity, the speed,
    and 50 generated tokens for each of `prefixes`. After Ctrl-C, `net` keeps what it
    has learned. A Gluon model that has no parameters yet is initialised on `device`.
    `d2l_local.run.epochs.Run` explains the options:

    `prefixes`: starts of texts that the model continues at the end
    `optimizer`: 'sgd', 'momentum', 'adam', or a `gluon.Trainer`
    `mixed_precision`: isn't available in MXNet; True raises NotImplementedError
    `held_out`: batches of other text, measured after each epoch
    `target_perplexity`: ends the training once it is reached
    `seed`: fixes the random numbers, as `set_seed` does
    `callback`: called after each epoch with an `Epoch`; a true value ends the run
    `checkpoint`: a path or a `Checkpoint`, to save to and to resume from

    Raises TypeError or ValueError for a wrong argument, TrainingDiverged when the loss
    isn't finite any more, ValueError for the checkpoint of another run, and OSError
    where it can't be written.
    """
    check_model(net, "params")
    check_device(device)
    run = Run(net, train_iter, vocab, lr, num_epochs, use_random_iter, **options)
    check_precision(run.mixed_precision)
    if run.seed is not None:
        set_seed(run.seed)
    if isinstance(net, gluon.Block):
        net.initialize(ctx=device)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    updater = make_updater(net, lr, run.optimizer)
    args = (loss, updater, device, use_random_iter)

    def measure(batches):
        return evaluate_perplexity(net, batches, device, use_random_iter)

    with run.watched(Snapshot(net, updater, device, run.seed), measure):
        for batches in run:
            ppl, speed = train_epoch_ch8(net, batches, *args, tally=run.tally)
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
    check_device(device)
    loss, state = gluon.loss.SoftmaxCrossEntropyLoss(), None
    total_loss, num_tokens = np.zeros((), ctx=device), 0
    for X, Y in data_iter:
        if use_random_iter or state is None:
            state = first_state(net, X, Y, device)
        y_hat, state = net(X.as_in_ctx(device), state)  # (T * n, q)
        l = loss(y_hat, Y.T.reshape(-1).as_in_ctx(device)).sum()
        total_loss += l.astype("float32", copy=False)
        num_tokens += Y.size
    if num_tokens == 0:
        raise ValueError("data_iter yielded no batches, so there is no perplexity")
    return perplexity(float(total_loss) / num_tokens)


def evaluate_loss(net, data_iter, loss):
    """Return the mean of `loss(net(X), y)` over all elements, without gradients.

    `data_iter` yields pairs (X, y). Raises ValueError without any.
    """
    check_function("net", net, "a model")
    check_function("loss", loss, "a function of outputs and labels")
    check_batches("data_iter", data_iter)
    total, count = 0.0, 0
    for X, y in data_iter:
        values = loss(net(X), y)
        total, count = total + float(values.sum()), count + values.size
    if count == 0:
        raise ValueError("data_iter yielded no batches, so there is no loss to average")
    return total / count
