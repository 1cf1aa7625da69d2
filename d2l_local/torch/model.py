"""Language models: one written by hand, one on a layer of PyTorch.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units.
"""

import torch
from torch import nn
from torch.nn import functional as F

from d2l_local.arguments import at_least_one
from d2l_local.run.checks import check_scratch


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
        check_scratch(
            vocab_size,
            num_hiddens,
            get_params=get_params,
            init_state=init_state,
            forward_fn=forward_fn,
        )
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.params = get_params(vocab_size, num_hiddens, device)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = F.one_hot(X.T.long(), self.vocab_size).float()  # (T, n, q)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, device):
        """Return the state before the first step."""
        return self.init_state(batch_size, self.num_hiddens, device)


class RNNModel(nn.Module):
    """A language model: one-hot tokens, a recurrent layer, a linear output layer.

    `rnn_layer` is an `nn.RNN`, `nn.GRU` or `nn.LSTM` of any depth, in one or two
    directions, with input size `vocab_size` and time first (`batch_first=False`), or a
    module that is called like a GRU, with `hidden_size`, `num_layers`, `bidirectional`.
    All parameters start uniform in +-1/sqrt(h), PyTorch's own rule.

    Called with indices of shape (n, T) and a state; returns outputs of shape
    (T * n, q), ordered by time first, and the new state.
    """

    def __init__(self, rnn_layer, vocab_size):
        super().__init__()
        at_least_one("vocab_size", vocab_size)
        check_rnn_layer(rnn_layer, vocab_size)
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.num_hiddens = rnn_layer.hidden_size
        self.num_directions = 2 if rnn_layer.bidirectional else 1
        self.num_outputs = getattr(rnn_layer, "proj_size", 0) or rnn_layer.hidden_size
        self.linear = nn.Linear(self.num_outputs * self.num_directions, vocab_size)

    def forward(self, inputs, state):
        X = F.one_hot(inputs.T.long(), self.vocab_size)  # (T, n, q)
        Y, state = self.rnn(X.to(self.linear.weight.dtype), state)  # (T, n, h)
        return self.linear(Y.reshape(-1, Y.shape[-1])), state  # (T * n, q)

    def begin_state(self, device, batch_size=1):
        """Return zeros: H (layers * directions, n, h), for an LSTM a pair (H, C)."""
        rows = self.num_directions * self.rnn.num_layers

        def zeros(size):
            return torch.zeros(
                (rows, batch_size, size), dtype=self.linear.weight.dtype, device=device
            )

        H = zeros(self.num_outputs)
        return (H, zeros(self.num_hiddens)) if isinstance(self.rnn, nn.LSTM) else H


def in_mixed_precision(net, device):
    """Return `net` as a function that computes its products in bfloat16.

    The parameters and their gradients stay in float32, and so do the outputs, since
    the loss would be too coarse otherwise.
    """
    device_type = torch.device(device).type

    def model(X, state):
        with torch.autocast(device_type, torch.bfloat16):
            y_hat, state = net(X, state)
        return y_hat.float(), state

    return model


def check_rnn_layer(rnn_layer, vocab_size):
    """Raise TypeError or ValueError for a layer that `RNNModel` can't build on."""
    needed = ("hidden_size", "num_layers", "bidirectional")
    own = isinstance(rnn_layer, nn.Module) and all(
        hasattr(rnn_layer, n) for n in needed
    )
    if not own:
        raise TypeError(
            f"rnn_layer is {type(rnn_layer).__name__}: pass an nn.RNN, nn.GRU or "
            f"nn.LSTM, or a module of your own with {', '.join(needed)}"
        )
    if getattr(rnn_layer, "input_size", vocab_size) != vocab_size:
        raise ValueError(
            f"rnn_layer expects inputs of size {rnn_layer.input_size}, but the "
            f"vocabulary has {vocab_size} tokens: build the layer with "
            f"input_size={vocab_size}"
        )
    if getattr(rnn_layer, "batch_first", False):
        raise ValueError(
            "rnn_layer has batch_first=True: RNNModel feeds time first, so leave it "
            "at False"
        )
