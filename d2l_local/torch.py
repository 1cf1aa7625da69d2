"""Recurrent language models in PyTorch: `from d2l_local import torch as d2l`.

The names and their order are those of `d2l_local.tensorflow` and `d2l_local.mxnet`,
so that the three files can be read side by side. What touches no tensor (text,
vocabulary, batches, plots) comes from `d2l_local.common`.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units.
"""

from contextlib import contextmanager

import torch
from torch import nn
from torch.nn import functional as F

from d2l_local import batching
from d2l_local.common import *  # noqa: F403
from d2l_local.common import Timer
from d2l_local.memory import keep_freed_memory
from d2l_local.progress import Progress, perplexity
from d2l_local.prompt import decode_tokens, encode_prompt


def set_seed(seed):
    """Fix the random numbers of PyTorch: initial weights, shuffling, dropout."""
    torch.manual_seed(seed)


def try_gpu(i=0):
    """The `i`-th GPU: CUDA, else Apple's MPS (for `i` = 0), else the CPU."""
    if torch.cuda.device_count() > i:
        return torch.device(f"cuda:{i}")
    if i == 0 and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def try_all_gpus():
    """All GPUs as a list of devices, or the CPU alone: `[torch.device('cpu')]`."""
    cuda = [torch.device(f"cuda:{i}") for i in range(torch.cuda.device_count())]
    return cuda or [try_gpu()]


def load_data_time_machine(
    batch_size, num_steps, use_random_iter=False, max_tokens=10000, **options
):
    """Batches of text and their vocabulary, as `(train_iter, vocab)`.

    Each batch is a pair of integer tensors of shape (batch_size, num_steps): inputs,
    and labels one step ahead. Options and errors: `d2l_local.batching`.
    """
    return batching.load_data_time_machine(
        batch_size,
        num_steps,
        use_random_iter,
        max_tokens,
        convert=torch.from_numpy,
        **options,
    )


def load_array(data_arrays, batch_size, is_train=True):
    """Batches of tensors that share their first axis; shuffled when `is_train`."""
    dataset = torch.utils.data.TensorDataset(*data_arrays)
    return torch.utils.data.DataLoader(dataset, batch_size, shuffle=is_train)


def evaluate_loss(net, data_iter, loss):
    """The mean of `loss(net(X), y)` over all elements of `data_iter`, no gradient."""
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
    params = net.parameters() if isinstance(net, nn.Module) else net.params
    grads = [param.grad for param in params if param.grad is not None]
    if not grads:
        raise ValueError("no parameter has a gradient: call backward() first")
    norm = nn.utils.get_total_norm(grads)
    factor = torch.clamp(theta / norm, max=1.0)
    torch._foreach_mul_(grads, factor)
    return norm


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
        X = F.one_hot(X.T.long(), self.vocab_size).float()  # (T, n, q)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, device):
        """The state before the first step."""
        return self.init_state(batch_size, self.num_hiddens, device)


class RNNModel(nn.Module):
    """A language model: one-hot tokens, a recurrent layer, a linear output layer.

    `rnn_layer` is an `nn.RNN`, `nn.GRU` or `nn.LSTM` of any depth, in one or two
    directions, with input size `vocab_size` and time first (`batch_first=False`).
    All parameters start uniform in +-1/sqrt(h), PyTorch's own rule.

    Called with indices of shape (n, T) and a state; returns outputs of shape
    (T * n, q), ordered by time first, and the new state.
    """

    def __init__(self, rnn_layer, vocab_size):
        super().__init__()
        check_rnn_layer(rnn_layer, vocab_size)
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.num_hiddens = rnn_layer.hidden_size
        self.num_directions = 2 if rnn_layer.bidirectional else 1
        num_outputs = rnn_layer.proj_size or rnn_layer.hidden_size
        self.linear = nn.Linear(num_outputs * self.num_directions, vocab_size)

    def forward(self, inputs, state):
        X = F.one_hot(inputs.T.long(), self.vocab_size)  # (T, n, q)
        Y, state = self.rnn(X.to(self.linear.weight.dtype), state)  # (T, n, h)
        return self.linear(Y.reshape(-1, Y.shape[-1])), state  # (T * n, q)

    def begin_state(self, device, batch_size=1):
        """Zeros: H of shape (layers * directions, n, h), for an LSTM a pair (H, C)."""
        rows = self.num_directions * self.rnn.num_layers

        def zeros(size):
            return torch.zeros(
                (rows, batch_size, size), dtype=self.linear.weight.dtype, device=device
            )

        H = zeros(self.rnn.proj_size or self.num_hiddens)
        return (H, zeros(self.num_hiddens)) if isinstance(self.rnn, nn.LSTM) else H


def check_rnn_layer(rnn_layer, vocab_size):
    """Raise TypeError or ValueError for a layer that `RNNModel` can't be built on."""
    if not isinstance(rnn_layer, nn.RNNBase):
        raise TypeError(
            f"rnn_layer is {type(rnn_layer).__name__}: pass an nn.RNN, nn.GRU or "
            "nn.LSTM"
        )
    if rnn_layer.input_size != vocab_size:
        raise ValueError(
            f"rnn_layer expects inputs of size {rnn_layer.input_size}, but the "
            f"vocabulary has {vocab_size} tokens: build the layer with "
            f"input_size={vocab_size}"
        )
    if rnn_layer.batch_first:
        raise ValueError(
            "rnn_layer has batch_first=True: RNNModel feeds time first, so leave it "
            "at False"
        )


@contextmanager
def evaluation_mode(net):
    """Dropout is off inside, as after `net.eval()`; then every part is as it was.

    A hand-written model, which is no `nn.Module`, has no modes and is left alone.
    """
    parts = list(net.modules()) if isinstance(net, nn.Module) else []
    modes = [part.training for part in parts]  # a part may differ from the whole
    try:
        if parts:
            net.eval()
        yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode


def predict_ch8(prefix, num_preds, net, vocab, device):
    """The text that `net` writes after `prefix`: the likeliest token at each step.

    The prefix is read first, to warm up the state; then `num_preds` tokens follow,
    each one fed back as the next input. Dropout is off meanwhile, and the model's mode
    is restored. Errors: `d2l_local.prompt.encode_prompt`.
    """
    outputs = encode_prompt(prefix, num_preds, vocab)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1, device=device)
    with torch.no_grad(), evaluation_mode(net):
        for step in range(len(warm_up) + num_preds - 1):
            X = torch.tensor([[outputs[step]]], device=device)
            Y, state = net(X, state)
            if step >= len(warm_up) - 1:
                outputs.append(int(Y.argmax(dim=1)))
    return decode_tokens(outputs, vocab, prefix)


def detach_state(state):
    """Cut a state off from the batches before: its value goes on, its history ends.

    Without this, the gradient would run back to the first batch of the epoch, and
    time and memory would grow with every batch.
    """
    if isinstance(state, tuple):
        return tuple(part.detach() for part in state)
    return state.detach()


def train_epoch_ch8(
    net, train_iter, loss, updater, device, use_random_iter, *, theta=1
):
    """Train for one pass over `train_iter`; returns (perplexity, tokens per second).

    `updater` is a PyTorch optimiser, or for hand-written models a function that is
    called as `updater(batch_size=1)`. The state carries over from batch to batch,
    unless `use_random_iter`. The loss is read from the device once, at the end.
    Gradients are clipped at the norm `theta`; `math.inf` leaves them as they are.
    """
    state, timer = None, Timer()
    total_loss, num_tokens = torch.zeros((), device=device), 0
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], device=device)
        else:
            state = detach_state(state)
        X, y = X.to(device), Y.T.reshape(-1).to(device)  # (n, T), (T * n,)
        y_hat, state = net(X, state)  # (T * n, q)
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
    if num_tokens == 0:
        raise ValueError("train_iter served no batch: there is nothing to train on")
    mean_loss = total_loss.item() / num_tokens  # waits for the device
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

    Gradients are clipped at the global norm 1. At the end, prints the perplexity, the
    speed, and 50 generated tokens for each of `prefixes`. Raises TrainingDiverged
    when the loss is no longer finite; after Ctrl-C, `net` keeps what it has learned.
    """
    for prefix in prefixes:
        encode_prompt(prefix, 50, vocab)  # better refused now than after the training
    keep_freed_memory()
    loss = nn.CrossEntropyLoss()
    if isinstance(net, nn.Module):
        updater = torch.optim.SGD(net.parameters(), lr)
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
