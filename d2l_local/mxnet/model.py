"""Language models: one written by hand, one on a layer of Gluon.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
h the number of hidden units.
"""

import warnings

import mxnet
from mxnet import gluon, npx
from mxnet.gluon import nn, rnn

from d2l_local.arguments import at_least_one, level_of_caller
from d2l_local.mxnet.devices import layers_drop_out
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
        X = npx.one_hot(X.T, self.vocab_size)  # (T, n, q)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, ctx):
        """Return the state before the first step."""
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
        at_least_one("vocab_size", vocab_size)
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
                if init is None:  # overrides the zeros that Gluon gives to biases
                    param.initialize(uniform, ctx, force_reinit=force_reinit)
                else:
                    param.initialize(None, ctx, init, force_reinit=force_reinit)

    def hybrid_forward(self, F, inputs, state):
        X = F.npx.one_hot(F.np.transpose(inputs), self.vocab_size)  # (T, n, q)
        if layers_drop_out():
            X = X + 0 * self.output_bias(F, inputs)  # see there
        Y, state = self.rnn(X, state)  # (T, n, h)
        return self.dense(F.np.reshape(Y, (-1, self.num_outputs))), state

    def output_bias(self, F, inputs):
        """Return the output layer's bias (q), which unlike tokens needs a gradient.

        Without oneDNN, MXNet 1.9.1 runs the backward pass through several recurrent
        layers only if their inputs need a gradient; otherwise all but the top layer get
        zeros or noise, without a word. Adding 0 times this bias makes them need one.
        """
        if F is mxnet.symbol:
            return self.dense.bias.var().as_np_ndarray()
        return self.dense.bias.data(inputs.ctx)

    def begin_state(self, *args, **kwargs):
        """Return zeros: a list of arrays of shape (layers * directions, n, h)."""
        return self.rnn.begin_state(*args, **kwargs)


def check_precision(mixed_precision):
    """Raise NotImplementedError for what MXNet can't do on a processor."""
    if mixed_precision:
        raise NotImplementedError(
            "mixed_precision=True: MXNet 1.9.1 has no recurrent layer in half "
            "precision on a CPU. Leave it out, or train in PyTorch or TensorFlow"
        )


def check_rnn_layer(rnn_layer):
    """Raise an error for a layer that `RNNModel` can't build on.

    Warns of dropout that MXNet won't apply.
    """
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
        warnings.warn(
            f"rnn_layer has dropout={rnn_layer._dropout}, which MXNet ignores on a "
            "CPU: stack layers of depth one with gluon.nn.Dropout between them in a "
            "block of your own, or set the environment variable "
            "MXNET_USE_MKLDNN_RNN=0 before Python starts",
            stacklevel=level_of_caller(),
        )
    if layers_drop_out() and npx.num_gpus() == 0:
        check_native_layer(rnn_layer)


def check_native_layer(rnn_layer):
    """Raise ValueError for a layer that MXNet's own CPU code computes wrongly."""
    if isinstance(rnn_layer, rnn.RNN) and rnn_layer._num_layers > 2:
        raise ValueError(
            f"rnn_layer has num_layers={rnn_layer._num_layers}, and without oneDNN "
            "MXNet 1.9.1 computes wrong gradients for an rnn.RNN of more than two "
            "layers: use an rnn.GRU or rnn.LSTM, or leave the environment variable "
            "MXNET_USE_MKLDNN_RNN unset"
        )
