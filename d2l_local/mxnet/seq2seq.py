"""Sequence to sequence: data, encoder and decoder, loss, training, translation.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
e the size of an embedding, h the number of hidden units, L the number of layers.
"""

import warnings

import mxnet
import numpy
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn, rnn

from d2l_local.arguments import at_least_one, check_flag
from d2l_local.mxnet.data import load_array
from d2l_local.mxnet.devices import layers_drop_out
from d2l_local.mxnet.training import grad_clipping
from d2l_local.quiet import say
from d2l_local.run.checks import check_seq2seq, check_training
from d2l_local.run.progress import Progress
from d2l_local.run.timing import Timer
from d2l_local.text import sentence_pairs
from d2l_local.text.prompt import decode_tokens
from d2l_local.text.sentence_pairs import BOS, EOS, reserved_index


def build_array_nmt(lines, vocab, num_steps):
    """Turn sentences into arrays `(array, valid_len)`: see `text.sentence_pairs`."""
    array, valid_len = sentence_pairs.build_array_nmt(lines, vocab, num_steps)
    return np.array(array, dtype="float32"), np.array(valid_len, dtype="int32")


def load_data_nmt(batch_size, num_steps, num_examples=600, *, path=None):
    """Return batches of sentence pairs: `(data_iter, src_vocab, tgt_vocab)`.

    A batch is `(X, X_valid_len, Y, Y_valid_len)`: indices of shape (n, T), in float32
    as MXNet's arrays are, and for each sentence the number of tokens before its
    padding, in int32. For corpus, vocabularies and errors see
    `d2l_local.text.sentence_pairs.load_arrays_nmt`.
    """
    batch_size = at_least_one("batch_size", batch_size)
    arrays, src_vocab, tgt_vocab = sentence_pairs.load_arrays_nmt(
        num_steps, num_examples, path
    )
    # NumPy arrays, since Gluon picks rows from them far faster than from its own.
    kinds = {2: numpy.float32, 1: numpy.int32}
    arrays = [array.astype(kinds[array.ndim]) for array in arrays]
    return load_array(arrays, batch_size), src_vocab, tgt_vocab


class Encoder(nn.Block):
    """Base of all encoders: a subclass defines `forward(X, *args)`.

    `X` is a source sequence of variable length; the result goes to the decoder.
    """

    def forward(self, X, *args):
        raise NotImplementedError(
            f"{type(self).__name__} must define forward(X, *args)"
        )


class Decoder(nn.Block):
    """Base of all decoders: a subclass defines `init_state` and `forward`."""

    def init_state(self, enc_outputs, *args):
        """Make the first state from the outputs of the encoder."""
        raise NotImplementedError(
            f"{type(self).__name__} must define init_state(enc_outputs, *args)"
        )

    def forward(self, X, state):
        raise NotImplementedError(
            f"{type(self).__name__} must define forward(X, state)"
        )


class EncoderDecoder(nn.Block):
    """An encoder and a decoder, joined by the decoder's first state.

    Call it with the source, the decoder's inputs and further arguments of the encoder,
    such as valid lengths; it returns the decoder's outputs and new state.
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    def forward(self, enc_X, dec_X, *args):
        enc_outputs = self.encoder(enc_X, *args)
        return self.decoder(dec_X, self.decoder.init_state(enc_outputs, *args))


def embedding_layer(vocab_size, embed_size):
    """Return an embedding that starts standard normal, as PyTorch's does."""
    return nn.Embedding(
        vocab_size, embed_size, weight_initializer=mxnet.init.Normal(1.0)
    )


class GRULayers(nn.HybridBlock):
    """GRU layers, time first, with dropout between one and the next.

    The layers have depth one, since MXNet ignores the dropout inside deeper ones on a
    CPU. Call it with inputs (T, n, .) and a state (L, n, h); it returns the outputs of
    the top layer, (T, n, h), and the new state.
    """

    def __init__(self, input_size, num_hiddens, num_layers, dropout, **kwargs):
        super().__init__(**kwargs)
        self.num_layers, self.num_hiddens = num_layers, num_hiddens
        self.layers, self.between = [], nn.Dropout(dropout)
        for i in range(num_layers):
            size = num_hiddens if i else input_size
            self.layers.append(rnn.GRU(num_hiddens, input_size=size))
            self.register_child(self.layers[i])
        # One graph for all layers. No static shape: the last batch is a smaller one.
        self.hybridize(static_alloc=True)

    def hybrid_forward(self, F, X, state):
        new_state = []
        for i, layer in enumerate(self.layers):
            H = F.npx.slice(state, begin=(i,), end=(i + 1,))  # (1, n, h)
            X, (H,) = layer(self.between(X) if i else X, [H])  # (T, n, h)
            new_state.append(H)
        return X, F.np.concatenate(new_state, axis=0)

    def begin_state(self, batch_size, ctx):
        """Return zeros of shape (L, n, h)."""
        return np.zeros((self.num_layers, batch_size, self.num_hiddens), ctx=ctx)


class Seq2SeqEncoder(Encoder):
    """The encoder of a translator: an embedding and GRU layers.

    Call it with indices of shape (n, T); it returns the outputs of the top layer at all
    steps, (T, n, h), and a list of one, the last state of every layer, (L, n, h). The
    source is read to its end, padding included. (Sutskever, Vinyals and Le 2014,
    https://arxiv.org/abs/1409.3215)
    """

    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kwargs
    ):
        super().__init__(**kwargs)
        vocab_size, embed_size, num_hiddens, num_layers, dropout = check_seq2seq(
            vocab_size, embed_size, num_hiddens, num_layers, dropout
        )
        self.embedding = embedding_layer(vocab_size, embed_size)
        self.rnn = GRULayers(embed_size, num_hiddens, num_layers, dropout)

    def forward(self, X, *args):
        X = self.embedding(X.T)  # (T, n, e)
        state = self.rnn.begin_state(X.shape[1], X.ctx)
        Y, state = self.rnn(X, state)  # (T, n, h), (L, n, h)
        return Y, [state]


class Seq2SeqDecoder(Decoder):
    """The decoder of a translator: embedding, GRU layers, a linear output layer.

    It starts in the encoder's last state, which needs equally many layers and hidden
    units there. The top layer's part of that state, the context, is concatenated with
    every input. It belongs to the decoder's state, so it is the same when a sequence
    is decoded at once, as in training, and step by step. Call it with indices of shape
    (n, T) and a state; it returns outputs of shape (n, T, q) and the new state.
    (Cho and others 2014, https://arxiv.org/abs/1406.1078)
    """

    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kwargs
    ):
        super().__init__(**kwargs)
        vocab_size, embed_size, num_hiddens, num_layers, dropout = check_seq2seq(
            vocab_size, embed_size, num_hiddens, num_layers, dropout
        )
        self.embedding = embedding_layer(vocab_size, embed_size)
        self.rnn = GRULayers(embed_size + num_hiddens, num_hiddens, num_layers, dropout)
        self.dense = nn.Dense(vocab_size, flatten=False, in_units=num_hiddens)

    def init_state(self, enc_outputs, *args):
        """Return the pair (H, context), of shapes (L, n, h) and (n, h)."""
        H = enc_outputs[1][0]
        return H, H[-1]

    def forward(self, X, state):
        H, context = state
        X = self.embedding(X.T)  # (T, n, e)
        beside = np.broadcast_to(context, (X.shape[0], *context.shape))  # (T, n, h)
        Y, H = self.rnn(np.concatenate((X, beside), axis=2), H)  # (T, n, h)
        return self.dense(Y).swapaxes(0, 1), (H, context)  # (n, T, q)


def sequence_mask(X, valid_len, value=0):
    """Copy `X`, with `value` after the valid steps of each row.

    `X` has shape (n, T) or (n, T, ...), `valid_len` shape (n,).
    """
    return npx.sequence_mask(X, valid_len, True, value=value, axis=1)


class MaskedSoftmaxCELoss(gluon.loss.SoftmaxCELoss):
    """The softmax cross-entropy of each sequence, without its padding.

    Called with `pred` (n, T, q), `label` (n, T) and `valid_len` (n,); returns (n,), in
    nats: the sum over the valid steps, divided by T.
    """

    def hybrid_forward(self, F, pred, label, valid_len):
        losses = -F.npx.pick(F.npx.log_softmax(pred), label)  # (n, T)
        return F.npx.sequence_mask(losses, valid_len, True, axis=1).mean(axis=1)


def init_seq2seq(net, device):
    """Initialise all weights on `device`: by Glorot's rule, except those of embeddings.

    Biases become zero. (Glorot and Bengio 2010,
    https://proceedings.mlr.press/v9/glorot10a.html)
    """
    net.initialize(mxnet.init.Xavier(), ctx=device, force_reinit=True)


def warn_of_idle_dropout(net):
    """Warn if `net` has recurrent layers whose dropout MXNet ignores here."""
    idle = []
    if not layers_drop_out():
        net.apply(lambda block: idle.append(getattr(block, "_dropout", 0)))
    if any(idle):
        warnings.warn(
            f"the recurrent layers have dropout={max(idle)}, which MXNet ignores on a "
            "CPU: stack layers of depth one with gluon.nn.Dropout between them, as "
            "Seq2SeqEncoder does, or leave the dropout at 0",
            stacklevel=3,
        )


def train_epoch_seq2seq(net, data_iter, loss, trainer, bos, device):
    """Train for one pass over `data_iter`; returns (loss, tokens per second).

    Teacher forcing: the decoder reads the index `bos` and then the target tokens up to
    the last but one, not its own predictions. The loss is the sum over the sequences,
    divided by the number of valid target tokens, and is read from the device once, at
    the end. Gradients are clipped at the norm 1.
    """
    timer = Timer()
    total_loss, num_tokens = np.zeros((), ctx=device), 0
    for batch in data_iter:
        num_tokens += int(batch[3].sum())
        X, X_valid_len, Y, Y_valid_len = (part.as_in_ctx(device) for part in batch)
        start = np.full_like(Y[:, :1], bos)
        dec_X = np.concatenate((start, Y[:, :-1]), axis=1)  # (n, T)
        with autograd.record():
            Y_hat, _ = net(X, dec_X, X_valid_len)  # (n, T, q)
            l = loss(Y_hat, Y, Y_valid_len).sum()
        l.backward()
        grad_clipping(net, 1)
        trainer.step(batch_size=1)
        total_loss += l
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is nothing to train on")
    return float(total_loss) / num_tokens, num_tokens / timer.stop()


def train_seq2seq(net, data_iter, lr, num_epochs, tgt_vocab, device, *, init=True):
    """Train an encoder-decoder with Adam and show its progress.

    `init_seq2seq` draws the weights first; `init=False` keeps those of before.
    At the end, prints the loss of `train_epoch_seq2seq` and the speed. Raises
    ValueError if `tgt_vocab` lacks ``'<bos>'``, TrainingDiverged when the loss is no
    longer finite; after Ctrl-C, `net` keeps what it has learned.
    """
    lr, num_epochs = check_training(lr, num_epochs, init)
    bos = reserved_index(tgt_vocab, BOS)
    warn_of_idle_dropout(net)
    if init:
        init_seq2seq(net, device)
    else:
        net.collect_params().reset_ctx(device)
    loss = MaskedSoftmaxCELoss()
    loss.hybridize()
    trainer = gluon.Trainer(
        net.collect_params(), "adam", {"learning_rate": lr}, kvstore=None
    )
    with Progress(num_epochs, lr, "loss", 3) as progress:
        for _ in range(num_epochs):
            l, speed = train_epoch_seq2seq(net, data_iter, loss, trainer, bos, device)
            progress.update(l, speed)
    say(f"loss {l:.3f}, {progress.speed:.1f} tokens/sec on {device}")


def predict_seq2seq(
    net,
    src_sentence,
    src_vocab,
    tgt_vocab,
    num_steps,
    device,
    save_attention_weights=False,
):
    """Translate one sentence: `(translation, attention_weights)`.

    The likeliest token of each step is the input of the next, until ``'<eos>'`` or
    `num_steps` tokens. The words of the translation are joined with spaces. With
    `save_attention_weights`, the decoder's `attention_weights` are kept after each
    step; otherwise the list is empty. For errors see
    `d2l_local.text.sentence_pairs.encode_source`.
    """
    check_flag("save_attention_weights", save_attention_weights)
    num_steps = at_least_one("num_steps", num_steps)
    X, valid_len = sentence_pairs.encode_source(src_sentence, src_vocab, num_steps)
    bos, eos = reserved_index(tgt_vocab, BOS), reserved_index(tgt_vocab, EOS)
    enc_X = np.array(X, dtype="int32", ctx=device)  # (1, T)
    enc_valid_len = np.array(valid_len, dtype="int32", ctx=device)
    outputs, attention_weights = [], []
    enc_outputs = net.encoder(enc_X, enc_valid_len)
    state = net.decoder.init_state(enc_outputs, enc_valid_len)
    dec_X = np.array([[bos]], dtype="int32", ctx=device)
    for _ in range(num_steps):
        Y, state = net.decoder(dec_X, state)  # (1, 1, q)
        dec_X = Y.argmax(axis=2).astype("int32")
        if save_attention_weights:
            attention_weights.append(net.decoder.attention_weights)
        token = int(dec_X)
        if token == eos:
            break
        outputs.append(token)
    return decode_tokens(outputs, tgt_vocab, []), attention_weights
