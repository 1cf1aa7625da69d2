"""Training: updates, clipping, one epoch, all epochs.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary.
"""

import mxnet
from mxnet import autograd, gluon, np

from d2l_local.mxnet.prediction import predict_ch8
from d2l_local.progress import Progress, perplexity
from d2l_local.prompt import encode_prompt
from d2l_local.timing import Timer


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(net(X), y)` over all elements of `data_iter`, no gradient."""
    total, count = 0.0, 0
    for X, y in data_iter:
        values = loss(net(X), y)
        total, count = total + float(values.sum()), count + values.size
    if count == 0:
        raise ValueError("data_iter served no batch: there is no loss to average")
    return total / count


def sgd(params, lr, batch_size):
    """One step of minibatch gradient descent, in place."""
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def grad_clipping(net, theta):
    """Scale all gradients together so that their global norm is at most `theta`.

    The direction of the update stays as it is, since every gradient is multiplied by
    the same factor min(1, theta / norm). Returns the norm before clipping, as an
    array, so that the engine isn't made to wait for it (Pascanu, Mikolov and Bengio
    2013, https://proceedings.mlr.press/v28/pascanu13.html).
    """
    grads = gradients(net)
    norm = global_norm(grads)
    factor = np.minimum(theta / norm, 1.0)
    for grad in grads:
        grad[:] *= factor
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
    net, train_iter, loss, updater, device, use_random_iter, *, theta=1
):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a Gluon trainer, or for hand-written models a function that is called
    as `updater(batch_size=1)`. The state carries over from batch to batch, unless
    `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.
    """
    state, timer = None, Timer()
    total_loss, num_tokens = 0.0, 0
    for X, Y in train_iter:
        if state is None or use_random_iter:
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
        total_loss += l * y.size
        num_tokens += y.size
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
    device,
    use_random_iter=False,
    *,
    prefixes=("time traveller", "traveller"),
):
    """Train a language model with SGD and show its progress.

    A Gluon model that has no parameters yet is initialised on `device`. Gradients are
    clipped at the global norm 1. At the end, prints the perplexity, the speed, and 50
    generated tokens for each of `prefixes`. Raises TrainingDiverged when the loss is no
    longer finite; after Ctrl-C, `net` keeps what it has learned.
    """
    for prefix in prefixes:
        encode_prompt(prefix, 50, vocab)  # better refused now than after the training
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    if isinstance(net, gluon.Block):
        net.initialize(ctx=device)
        updater = gluon.Trainer(
            net.collect_params(), "sgd", {"learning_rate": lr}, kvstore=None
        )
    else:
        updater = lambda batch_size: sgd(net.params, lr, batch_size)  # noqa: E731
    with Progress(num_epochs, lr) as progress:
        for _ in range(num_epochs):
            ppl, speed = train_epoch_ch8(
                net, train_iter, loss, updater, device, use_random_iter
            )
            progress.update(ppl, speed)
    print(f"perplexity {ppl:.1f}, {progress.speed:.1f} tokens/sec on {device}")
    for prefix in prefixes:
        print(predict_ch8(prefix, 50, net, vocab, device))
