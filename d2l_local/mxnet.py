"""Recurrent language models in MXNet Gluon: `from d2l_local import mxnet as d2l`.

The names and their order are those of `d2l_local.torch` and `d2l_local.tensorflow`, so
that the three files can be read side by side. What touches no tensor (text,
vocabulary, batches, plots) comes from `d2l_local.common`.

MXNet 1.9.1 doesn't import on a current NumPy by itself: import this module before
`mxnet`. Notebooks call `npx.set_np()`, so that arrays behave as NumPy's do.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units.
"""

import os

from d2l_local.numpy_shim import import_mxnet

mxnet = import_mxnet()

from mxnet import autograd, gluon, np, npx  # noqa: E402
from mxnet.gluon import nn, rnn  # noqa: E402

from d2l_local import batching  # noqa: E402
from d2l_local.common import *  # noqa: E402, F403
from d2l_local.common import Timer  # noqa: E402
from d2l_local.progress import Progress, perplexity  # noqa: E402
from d2l_local.prompt import decode_tokens, encode_prompt  # noqa: E402


def set_seed(seed):
    """Fix the random numbers of MXNet: initial weights, dropout.

    Gluon draws initial weights from MXNet's generator and shuffles with NumPy's; the
    latter is left alone, since it isn't MXNet's.
    """
    mxnet.random.seed(seed)


def try_gpu(i=0):
    """The `i`-th GPU, else the CPU.

    No build of MXNet 1.9.1 for a current CUDA is known, so expect the CPU.
    """
    return npx.gpu(i) if npx.num_gpus() > i else npx.cpu()


def try_all_gpus():
    """All GPUs as a list of devices, or the CPU alone."""
    return [npx.gpu(i) for i in range(npx.num_gpus())] or [npx.cpu()]


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of integer arrays of shape (batch_size, num_steps): inputs,
    and labels one step ahead. Options and errors: `d2l_local.batching`.
    """
    return batching.load_data_time_machine(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        convert=lambda batch: np.array(batch, dtype="int32"),
        **options,
    )


def load_array(data_arrays, batch_size, is_train=True):
    """Batches of arrays that share their first axis; shuffled when `is_train`."""
    dataset = gluon.data.ArrayDataset(*data_arrays)
    return gluon.data.DataLoader(dataset, batch_size, shuffle=is_train)


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


class RNNModelScratch:
    """A recurrent model from hand-written functions.

    `get_params(vocab_size, num_hiddens, device)` makes the parameters,
    `init_state(batch_size, num_hiddens, device)` the first state, and
    `forward_fn(inputs, state, params)`, with one-hot inputs of shape (T, n, q),
    computes outputs of shape (T * n, q) and the new state.
    """

    def __init__(
        self, vocab_size, num_hiddens, device, get_params, init_state, forward_fn
    ):
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.params = get_params(vocab_size, num_hiddens, device)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = npx.one_hot(X.T, self.vocab_size)  # (T, n, q)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, ctx):
        """The state before the first step."""
        return self.init_state(batch_size, self.num_hiddens, ctx)


class RNNModel(gluon.HybridBlock):
    """A language model: one-hot tokens, a recurrent layer, a linear output layer.

    `rnn_layer` is a Gluon `rnn.RNN`, `rnn.GRU` or `rnn.LSTM` of any depth, in one or
    two directions, with time first (`layout='TNC'`). `initialize` draws all parameters
    uniformly in +-1/sqrt(h), PyTorch's rule, so that the three frameworks start alike,
    unless another initialiser is given.

    Called with indices of shape (n, T) and a state; returns outputs of shape
    (T * n, q), ordered by time first, and the new state, a list.
    """

    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super().__init__(**kwargs)
        check_rnn_layer(rnn_layer)
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.num_outputs = rnn_layer._hidden_size * rnn_layer._dir
        self.dense = nn.Dense(vocab_size, in_units=self.num_outputs)
        # One graph for the whole step, with its memory laid out once.
        self.hybridize(static_alloc=True, static_shape=True)

    def initialize(self, init=None, ctx=None, verbose=False, force_reinit=False):
        """Draw the parameters on `ctx`; those drawn before stay, unless forced."""
        for block, fan in (
            (self.rnn, self.rnn._hidden_size),
            (self.dense, self.num_outputs),
        ):
            params = block.collect_params()
            drawn = all(
                p._data is not None or p._deferred_init for p in params.values()
            )
            if drawn and not force_reinit:
                params.reset_ctx(ctx or npx.cpu())
                continue
            uniform = mxnet.init.Uniform(fan**-0.5)
            for param in params.values():
                if init is None:  # overrules the zeros that Gluon gives to biases
                    param.initialize(uniform, ctx, force_reinit=force_reinit)
                else:
                    param.initialize(None, ctx, init, force_reinit=force_reinit)

    def hybrid_forward(self, F, inputs, state):
        X = F.npx.one_hot(F.np.transpose(inputs), self.vocab_size)  # (T, n, q)
        Y, state = self.rnn(X, state)  # (T, n, h)
        return self.dense(F.np.reshape(Y, (-1, self.num_outputs))), state

    def begin_state(self, *args, **kwargs):
        """Zeros: a list of arrays of shape (layers * directions, n, h)."""
        return self.rnn.begin_state(*args, **kwargs)


def check_rnn_layer(rnn_layer):
    """Raise an error for a layer that `RNNModel` can't be built on."""
    if not npx.is_np_array():
        raise RuntimeError(
            "MXNet is not in its NumPy mode: call npx.set_np() before building a model"
        )
    if not isinstance(rnn_layer, rnn.RNN | rnn.GRU | rnn.LSTM):
        raise TypeError(
            f"rnn_layer is {type(rnn_layer).__name__}: pass an rnn.RNN, rnn.GRU or "
            "rnn.LSTM of mxnet.gluon"
        )
    if rnn_layer._layout != "TNC":
        raise ValueError(
            f"rnn_layer has layout {rnn_layer._layout!r}: RNNModel feeds time first, "
            "so leave it at 'TNC'"
        )
    if rnn_layer._dropout and not layers_drop_out():
        raise ValueError(
            f"rnn_layer has dropout={rnn_layer._dropout}, which MXNet ignores on a "
            "CPU: stack layers of depth one with gluon.nn.Dropout between them in a "
            "block of your own, or set the environment variable "
            "MXNET_USE_MKLDNN_RNN=0 before Python starts"
        )


def layers_drop_out():
    """Whether the dropout of Gluon's recurrent layers has any effect here.

    On a CPU, MXNet 1.9.1 hands these layers to oneDNN and drops nothing, without a
    word. Its own code drops, but takes about three times as long. The variable can't
    be changed later: MXNet crashes when layers of both kinds live side by side.
    """
    return npx.num_gpus() > 0 or os.environ.get("MXNET_USE_MKLDNN_RNN") == "0"


def predict_ch8(prefix, num_preds, net, vocab, device):
    """The text that `net` writes after `prefix`: the likeliest token at each step.

    The prefix is read first, to warm up the state; then `num_preds` tokens follow,
    each one fed back as the next input. Errors: `d2l_local.prompt.encode_prompt`.
    """
    outputs = encode_prompt(prefix, num_preds, vocab)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1, ctx=device)
    for step in range(len(warm_up) + num_preds - 1):
        X = np.array([[outputs[step]]], dtype="int32", ctx=device)
        Y, state = net(X, state)
        if step >= len(warm_up) - 1:
            outputs.append(int(Y.argmax(axis=1)))
    return decode_tokens(outputs, vocab, prefix)


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
    total_loss, num_tokens = np.zeros((), ctx=device), 0
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
