"""Training: updates, clipping, one epoch, all epochs.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import mxnet
from mxnet import autograd, gluon, np

from d2l_local.mxnet.devices import check_device, set_seed
from d2l_local.mxnet.model import RNNModel
from d2l_local.mxnet.prediction import predict_ch8
from d2l_local.mxnet.snapshot import Snapshot
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


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(net(X), y)` over all elements of `data_iter`, no gradient."""
    check_function("net", net, "a model")
    check_function("loss", loss, "a function of outputs and labels")
    check_batches("data_iter", data_iter)
    total, count = 0.0, 0
    for X, y in data_iter:
        values = loss(net(X), y)
        total, count = total + float(values.sum()), count + values.size
    if count == 0:
        raise ValueError("data_iter served no batch: there is no loss to average")
    return total / count


def sgd(params, lr, batch_size):
    """One step of minibatch gradient descent, in place."""
    params = list(params)
    check_step([param.grad for param in params], lr, batch_size)
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def grad_clipping(net, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the norm before clipping, as an
    array, so that the engine isn't made to wait for it (Pascanu, Mikolov and Bengio
    2013, https://proceedings.mlr.press/v28/pascanu13.html).
    """
    check_theta(theta)
    grads = gradients(net)
    norm = global_norm(grads)
    factor = np.minimum(theta / norm, 1.0)
    for grad in grads:
        grad *= factor  # in place, without a copy
    return norm


def gradients(net):
    """The gradient arrays of a Gluon block or of a hand-written model."""
    if isinstance(net, gluon.Block):
        params = net.collect_params().values()
        return [p.grad() for p in params if p.grad_req != "null"]
    return [param.grad for param in net.params]


def global_norm(arrays):
    """The Euclidean norm of all `arrays` taken together, as an array of shape (1,)."""
    squares = mxnet.nd.multi_sum_sq(
        *(array.as_nd_ndarray() for array in arrays), num_arrays=len(arrays)
    )
    return np.sqrt(squares.as_np_ndarray().sum(keepdims=True))


def detach_state(state):
    """Cut a state off from the batches before: its value goes on, its history ends.

    Without this, the gradient would run back to the first batch of the epoch, and
    time and memory would grow with every batch.
    """
    return [part.detach() for part in state]


def train_epoch_ch8(
    net,
    train_iter,
    loss,
    updater,
    device,
    use_random_iter,
    *,
    theta=1,
    position=None,
    after_batch=None,
):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a Gluon trainer, or for hand-written models a function that is called
    as `updater(batch_size=1)`. The state carries over from batch to batch, unless
    `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.

    An epoch that was interrupted goes on from `position`, a `Position`, with the
    remaining batches in `train_iter`; `after_batch` is called with each new position.
    """
    check_model(net, "params")
    check_batches("train_iter", train_iter)
    check_function("loss", loss, "a function of outputs and labels")
    check_updater(updater)
    check_flag("use_random_iter", use_random_iter)
    check_theta(theta)
    check_device(device)
    position, timer = position or Position(), Timer()
    state, batch, num_tokens = position.state, position.batch, position.num_tokens
    total_loss = np.array(position.total_loss, ctx=device)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            if type(net) is RNNModel:
                check_batch(X, Y)
            state = net.begin_state(batch_size=X.shape[0], ctx=device)
        else:
            state = detach_state(state)
        X, y = X.as_in_ctx(device), Y.T.reshape(-1).as_in_ctx(device)
        with autograd.record():
            y_hat, state = net(X, state)  # (T * n, q)
            l = loss(y_hat, y).mean()
        l.backward()
        grad_clipping(net, theta)
        if isinstance(updater, gluon.Trainer):
            updater.step(batch_size=1)  # the loss is a mean already
        else:
            updater(batch_size=1)
        total_loss += (l * y.size).astype("float32", copy=False)
        num_tokens += y.size
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


def evaluate_perplexity(net, data_iter, device, use_random_iter=False):
    """The perplexity of `net` on text that it isn't trained on, with dropout off.

    The state carries over from batch to batch, unless `use_random_iter`.
    """
    check_model(net)
    check_batches("data_iter", data_iter)
    check_flag("use_random_iter", use_random_iter)
    check_device(device)
    loss, state = gluon.loss.SoftmaxCrossEntropyLoss(), None
    total_loss, num_tokens = np.zeros((), ctx=device), 0
    for X, Y in data_iter:
        if state is None or use_random_iter:
            if type(net) is RNNModel:
                check_batch(X, Y)
            state = net.begin_state(batch_size=X.shape[0], ctx=device)
        y_hat, state = net(X.as_in_ctx(device), state)  # (T * n, q)
        l = loss(y_hat, Y.T.reshape(-1).as_in_ctx(device)).sum()
        total_loss += l.astype("float32", copy=False)
        num_tokens += Y.size
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is no perplexity to take")
    return perplexity(float(total_loss) / num_tokens)


def make_updater(net, lr, optimizer):
    """What updates the parameters of `net`: see `optimizer` of `train_ch8`."""
    if isinstance(optimizer, gluon.Trainer):
        check_ownership(net, optimizer)
        return optimizer
    if optimizer not in ("sgd", "momentum", "adam"):
        raise ValueError(
            f"optimizer is {optimizer!r}: use 'sgd', 'momentum' or 'adam', or a "
            "gluon.Trainer for the parameters of the model"
        )
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


def check_updater(updater):
    """Raise TypeError for what can't update parameters."""
    trainer = isinstance(updater, gluon.Trainer)
    if isinstance(updater, type) or not (trainer or callable(updater)):
        raise TypeError(
            f"updater={updater!r} is neither a gluon.Trainer nor a function: give one "
            "that is built for the parameters of the model"
        )


def check_ownership(net, trainer):
    """Raise ValueError for a trainer that has no parameter of the model."""
    params = net.collect_params().values() if isinstance(net, gluon.Block) else ()
    if {id(p) for p in trainer._params}.isdisjoint(map(id, params)):
        raise ValueError(
            "optimizer is a Trainer that has no parameter of net and would train "
            "nothing: build it with net.collect_params()"
        )


def check_precision(mixed_precision):
    """Raise NotImplementedError for what MXNet can't do on a processor."""
    if mixed_precision:
        raise NotImplementedError(
            "mixed_precision=True: MXNet 1.9.1 has no recurrent layer in half "
            "precision on a CPU. Leave it out, or train in PyTorch or TensorFlow"
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

    A Gluon model that has no parameters yet is initialised on `device`. Gradients are
    clipped at the global norm 1. At the end, prints the perplexity, the speed, and 50
    generated tokens for each of `prefixes`. Raises TrainingDiverged when the loss is no
    longer finite; after Ctrl-C, `net` keeps what it has learned.

    `optimizer`: 'sgd', 'momentum' (SGD with momentum 0.9) or 'adam', all at the
    learning rate `lr`; or a `gluon.Trainer`, which brings its own.
    `mixed_precision`: can't be had in MXNet; True raises NotImplementedError.
    `held_out`: batches of other text, whose perplexity is shown after each epoch.
    `target_perplexity`: ends the training after the first epoch with at most this
    perplexity, that of `held_out` where it is given.
    `seed`: fixes the random numbers from here on, as `set_seed` does.
    `callback`: called after each epoch with an `Epoch`; True ends the training.
    `checkpoint`: a path, or a `Checkpoint`. The training is saved there as it goes on,
    and the same call goes on from there, be it after Ctrl-C or after a power cut.
    Raises ValueError for a file of another run, OSError where it can't be written.
    """
    check_model(net, "params")
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
    check_device(device)
    check_precision(mixed_precision)
    if seed is not None:
        set_seed(seed)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    if isinstance(net, gluon.Block):
        net.initialize(ctx=device)
    updater = make_updater(net, lr, optimizer)
    snapshot = Snapshot(net, updater, device, seed)
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
