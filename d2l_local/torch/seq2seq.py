"""Sequence to sequence: data, encoder and decoder, loss, training, translation.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
e the size of an embedding, h the number of hidden units, L the number of layers.
"""

import torch
from torch import nn

from d2l_local.arguments import at_least_one, check_flag
from d2l_local.quiet import say
from d2l_local.run.checks import check_seq2seq, check_training
from d2l_local.run.progress import Progress
from d2l_local.run.timing import Timer
from d2l_local.text import sentence_pairs
from d2l_local.text.prompt import decode_tokens
from d2l_local.text.sentence_pairs import BOS, EOS, reserved_index
from d2l_local.torch.data import load_array
from d2l_local.torch.memory import keep_freed_memory
from d2l_local.torch.prediction import evaluation_mode
from d2l_local.torch.training import grad_clipping


def build_array_nmt(lines, vocab, num_steps):
    """Turn sentences into tensors `(array, valid_len)`: see `text.sentence_pairs`."""
    array, valid_len = sentence_pairs.build_array_nmt(lines, vocab, num_steps)
    return torch.from_numpy(array), torch.from_numpy(valid_len).long()


def load_data_nmt(batch_size, num_steps, num_examples=600, *, path=None):
    """Return batches of sentence pairs: `(data_iter, src_vocab, tgt_vocab)`.

    A batch is `(X, X_valid_len, Y, Y_valid_len)`: indices of shape (n, T), and for each
    sentence the number of tokens before its padding. For corpus, vocabularies and
    errors see `d2l_local.text.sentence_pairs.load_arrays_nmt`.
    """
    batch_size = at_least_one("batch_size", batch_size)
    arrays, src_vocab, tgt_vocab = sentence_pairs.load_arrays_nmt(
        num_steps, num_examples, path
    )
    tensors = tuple(torch.from_numpy(array).long() for array in arrays)
    data_iter = load_array(tensors, batch_size)
    return data_iter, src_vocab, tgt_vocab


class Encoder(nn.Module):
    """Base of all encoders: a subclass defines `forward(X, *args)`.

    `X` is a source sequence of variable length; the result goes to the decoder.
    """

    def forward(self, X, *args):
        raise NotImplementedError(
            f"{type(self).__name__} must define forward(X, *args)"
        )


class Decoder(nn.Module):
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


class EncoderDecoder(nn.Module):
    """An encoder and a decoder, joined by the decoder's first state.

    Call it with the source, the decoder's inputs and further arguments of the encoder,
    such as valid lengths; it returns the decoder's outputs and new state.
    """

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, enc_X, dec_X, *args):
        enc_outputs = self.encoder(enc_X, *args)
        return self.decoder(dec_X, self.decoder.init_state(enc_outputs, *args))


def gru_layers(input_size, num_hiddens, num_layers, dropout):
    """Return `num_layers` GRU layers, time first, with dropout between them."""
    # With a single layer there is no "between", and PyTorch would warn.
    between = dropout if num_layers > 1 else 0
    return nn.GRU(input_size, num_hiddens, num_layers, dropout=between)


class Seq2SeqEncoder(Encoder):
    """The encoder of a translator: an embedding and GRU layers.

    Call it with indices of shape (n, T); it returns the outputs of the top layer at all
    steps, (T, n, h), and the last state of every layer, (L, n, h). The source is read
    to its end, padding included. (Sutskever, Vinyals and Le 2014,
    https://arxiv.org/abs/1409.3215)
    """

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0):
        super().__init__()
        vocab_size, embed_size, num_hiddens, num_layers, dropout = check_seq2seq(
            vocab_size, embed_size, num_hiddens, num_layers, dropout
        )
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = gru_layers(embed_size, num_hiddens, num_layers, dropout)

    def forward(self, X, *args):
        X = self.embedding(X.T)  # (T, n, e)
        return self.rnn(X)  # (T, n, h), (L, n, h)


class Seq2SeqDecoder(Decoder):
    """The decoder of a translator: embedding, GRU layers, a linear output layer.

    It starts in the encoder's last state, which needs equally many layers and hidden
    units there. The top layer's part of that state, the context, is concatenated with
    every input. It belongs to the decoder's state, so it is the same when a sequence
    is decoded at once, as in training, and step by step. Call it with indices of shape
    (n, T) and a state; it returns outputs of shape (n, T, q) and the new state.
    (Cho and others 2014, https://arxiv.org/abs/1406.1078)
    """

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0):
        super().__init__()
        vocab_size, embed_size, num_hiddens, num_layers, dropout = check_seq2seq(
            vocab_size, embed_size, num_hiddens, num_layers, dropout
        )
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = gru_layers(
            embed_size + num_hiddens, num_hiddens, num_layers, dropout
        )
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def init_state(self, enc_outputs, *args):
        """Return the pair (H, context), of shapes (L, n, h) and (n, h)."""
        H = enc_outputs[1]
        return H, H[-1]

    def forward(self, X, state):
        H, context = state
        X = self.embedding(X.T)  # (T, n, e)
        beside = context.expand(X.shape[0], -1, -1)  # (T, n, h)
        Y, H = self.rnn(torch.cat((X, beside), dim=2), H)  # (T, n, h)
        return self.dense(Y).transpose(0, 1), (H, context)  # (n, T, q)


def sequence_mask(X, valid_len, value=0):
    """Copy `X`, with `value` after the valid steps of each row.

    `X` has shape (n, T) or (n, T, ...), `valid_len` shape (n,).
    """
    valid = torch.arange(X.shape[1], device=X.device) < valid_len[:, None]  # (n, T)
    return X.masked_fill(~valid.reshape(valid.shape + (1,) * (X.ndim - 2)), value)


class MaskedSoftmaxCELoss(nn.CrossEntropyLoss):
    """The softmax cross-entropy of each sequence, without its padding.

    Called with `pred` (n, T, q), `label` (n, T) and `valid_len` (n,); returns (n,), in
    nats: the sum over the valid steps, divided by T.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reduction = "none"

    def forward(self, pred, label, valid_len):
        losses = super().forward(pred.transpose(1, 2), label.long())  # (n, T)
        return sequence_mask(losses, valid_len).mean(dim=1)


def init_seq2seq(net):
    """Initialise the weights of all linear and recurrent layers by Glorot's rule.

    Biases and embeddings stay as they are. (Glorot and Bengio 2010,
    https://proceedings.mlr.press/v9/glorot10a.html)
    """
    for layer in net.modules():
        if isinstance(layer, nn.Linear | nn.RNNBase):
            for name, param in layer.named_parameters(recurse=False):
                if name.startswith("weight"):
                    nn.init.xavier_uniform_(param)


def train_epoch_seq2seq(net, data_iter, loss, optimizer, bos, device):
    """Train for one pass over `data_iter`; returns (loss, tokens per second).

    Teacher forcing: the decoder reads the index `bos` and then the target tokens up to
    the last but one, not its own predictions. The loss is the sum over the sequences,
    divided by the number of valid target tokens, and is read from the device once, at
    the end. Gradients are clipped at the norm 1.
    """
    timer = Timer()
    total_loss, num_tokens = torch.zeros((), device=device), 0
    for batch in data_iter:
        num_tokens += int(batch[3].sum())
        X, X_valid_len, Y, Y_valid_len = (part.to(device) for part in batch)
        start = torch.full_like(Y[:, :1], bos)
        dec_X = torch.cat((start, Y[:, :-1]), dim=1)  # (n, T)
        Y_hat, _ = net(X, dec_X, X_valid_len)  # (n, T, q)
        l = loss(Y_hat, Y, Y_valid_len).sum()
        optimizer.zero_grad()
        l.backward()
        grad_clipping(net, 1)
        optimizer.step()
        total_loss += l.detach()
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is nothing to train on")
    return total_loss.item() / num_tokens, num_tokens / timer.stop()


def train_seq2seq(net, data_iter, lr, num_epochs, tgt_vocab, device, *, init=True):
    """Train an encoder-decoder with Adam and show its progress.

    `init_seq2seq` draws the weights first; `init=False` keeps those of before.
    At the end, prints the loss of `train_epoch_seq2seq` and the speed. Raises
    ValueError if `tgt_vocab` lacks ``'<bos>'``, TrainingDiverged when the loss is no
    longer finite; after Ctrl-C, `net` keeps what it has learned.
    """
    lr, num_epochs = check_training(lr, num_epochs, init)
    bos = reserved_index(tgt_vocab, BOS)
    keep_freed_memory()
    if init:
        init_seq2seq(net)
    net.to(device)
    net.train()
    loss, optimizer = MaskedSoftmaxCELoss(), torch.optim.Adam(net.parameters(), lr=lr)
    with Progress(num_epochs, lr, "loss", 3) as progress:
        for _ in range(num_epochs):
            l, speed = train_epoch_seq2seq(net, data_iter, loss, optimizer, bos, device)
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
    step; otherwise the list is empty. Dropout is off meanwhile, and the model's
    mode is restored. For errors see `d2l_local.text.sentence_pairs.encode_source`.
    """
    check_flag("save_attention_weights", save_attention_weights)
    num_steps = at_least_one("num_steps", num_steps)
    X, valid_len = sentence_pairs.encode_source(src_sentence, src_vocab, num_steps)
    bos, eos = reserved_index(tgt_vocab, BOS), reserved_index(tgt_vocab, EOS)
    enc_X = torch.from_numpy(X).to(device)  # (1, T)
    enc_valid_len = torch.from_numpy(valid_len).to(device)
    outputs, attention_weights = [], []
    with torch.no_grad(), evaluation_mode(net):
        enc_outputs = net.encoder(enc_X, enc_valid_len)
        state = net.decoder.init_state(enc_outputs, enc_valid_len)
        dec_X = torch.tensor([[bos]], device=device)
        for _ in range(num_steps):
            Y, state = net.decoder(dec_X, state)  # (1, 1, q)
            dec_X = Y.argmax(dim=2)
            if save_attention_weights:
                attention_weights.append(net.decoder.attention_weights)
            token = int(dec_X)
            if token == eos:
                break
            outputs.append(token)
    return decode_tokens(outputs, tgt_vocab, []), attention_weights
