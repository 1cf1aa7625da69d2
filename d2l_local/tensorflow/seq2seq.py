"""Sequence to sequence: data, encoder and decoder, loss, training, translation.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
e the size of an embedding, h the number of hidden units, L the number of layers.
"""

import tensorflow as tf

from d2l_local.arguments import at_least_one, check_flag
from d2l_local.quiet import say
from d2l_local.run.checks import check_seq2seq, check_training
from d2l_local.run.progress import Progress
from d2l_local.run.timing import Timer
from d2l_local.tensorflow.data import load_array
from d2l_local.tensorflow.training import grad_clipping
from d2l_local.tensorflow.unrolling import run_layer
from d2l_local.text import sentence_pairs
from d2l_local.text.prompt import decode_tokens
from d2l_local.text.sentence_pairs import BOS, EOS, reserved_index


def build_array_nmt(lines, vocab, num_steps):
    """Turn sentences into tensors `(array, valid_len)`: see `text.sentence_pairs`."""
    array, valid_len = sentence_pairs.build_array_nmt(lines, vocab, num_steps)
    return tf.constant(array, tf.int32), tf.constant(valid_len)


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
    arrays = [tf.constant(array, tf.int32) for array in arrays]
    return load_array(arrays, batch_size), src_vocab, tgt_vocab


class BuiltWhenCalled:
    """Mixin for layers whose parts build themselves at the first call.

    Keras would first try the call on made-up tensors, which fails if it takes `*args`.
    """

    def build(self, input_shape):
        self.built = True


class Encoder(BuiltWhenCalled, tf.keras.layers.Layer):
    """Base of all encoders: a subclass defines `call(X, *args, **kwargs)`.

    `X` is a source sequence of variable length; the result goes to the decoder.
    Of a pair of outputs and a list of states, each state is a plain tensor.
    """

    def __call__(self, *args, **kwargs):
        result = super().__call__(*args, **kwargs)
        if not (isinstance(result, tuple) and len(result) == 2):
            return result
        outputs, states = result
        return outputs, unnested(states)

    def call(self, X, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} must define call(X, *args)")


def unnested(states):
    """Return a list of states as in Keras 2, which classic decoders read.

    Keras 3 wraps the state of each stacked cell in a list of its own. Stacked cells
    that are given plain tensors return plain tensors too.
    """
    if not isinstance(states, list | tuple):
        return states
    return [
        state[0] if isinstance(state, list | tuple) and len(state) == 1 else state
        for state in states
    ]


class Decoder(BuiltWhenCalled, tf.keras.layers.Layer):
    """Base of all decoders: a subclass defines `init_state` and `call`."""

    def init_state(self, enc_outputs, *args):
        """Make the first state from the outputs of the encoder."""
        raise NotImplementedError(
            f"{type(self).__name__} must define init_state(enc_outputs, *args)"
        )

    def call(self, X, state, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} must define call(X, state)")


class EncoderDecoder(BuiltWhenCalled, tf.keras.Model):
    """An encoder and a decoder, joined by the decoder's first state.

    Call it with the source, the decoder's inputs and further arguments of the encoder,
    such as valid lengths; it returns the decoder's outputs and new state.
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    def call(self, enc_X, dec_X, *args, **kwargs):
        enc_outputs = self.encoder(enc_X, *args, **kwargs)
        state = self.decoder.init_state(enc_outputs, *args)
        return self.decoder(dec_X, state, **kwargs)


def embedding_layer(vocab_size, embed_size):
    """Return an embedding that starts standard normal, as PyTorch's does."""
    normal = tf.keras.initializers.RandomNormal(stddev=1.0)
    return tf.keras.layers.Embedding(
        vocab_size, embed_size, embeddings_initializer=normal
    )


class GRULayers(BuiltWhenCalled, tf.keras.layers.Layer):
    """GRU layers with dropout between one and the next.

    Called with inputs (n, T, .) and, unless it starts at zero, a state: a list of L
    times (n, h). Returns the outputs of the top layer, (n, T, h), and the new state.
    """

    def __init__(self, num_hiddens, num_layers, dropout, **kwargs):
        super().__init__(**kwargs)
        self.rnn = [
            tf.keras.layers.GRU(num_hiddens, return_sequences=True, return_state=True)
            for _ in range(num_layers)
        ]
        self.between = tf.keras.layers.Dropout(dropout)

    def call(self, X, state=None, training=None):
        if state is None:
            state = [layer.get_initial_state(tf.shape(X)[0])[0] for layer in self.rnn]
        new_state = []
        for i, (layer, H) in enumerate(zip(self.rnn, state, strict=True)):
            X = self.between(X, training=training) if i else X
            X, H = run_layer(layer, X, [H], training)  # (n, T, h), (n, h)
            new_state.append(H)
        return X, new_state


class Seq2SeqEncoder(Encoder):
    """The encoder of a translator: an embedding and GRU layers.

    Called with indices of shape (n, T); returns the outputs of the top layer at all
    steps, (n, T, h), and the last state of every layer, a list of L times (n, h). The
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
        self.rnn = GRULayers(num_hiddens, num_layers, dropout)

    def call(self, X, *args, **kwargs):
        X = self.embedding(X)  # (n, T, e)
        return self.rnn(X, **kwargs)  # (n, T, h), L times (n, h)


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
        self.rnn = GRULayers(num_hiddens, num_layers, dropout)
        self.dense = tf.keras.layers.Dense(vocab_size)

    def init_state(self, enc_outputs, *args):
        """Return the pair (H, context): a list of L times (n, h), and (n, h)."""
        H = enc_outputs[1]
        return H, H[-1]

    def call(self, X, state, **kwargs):
        H, context = state
        X = self.embedding(X)  # (n, T, e)
        beside = tf.repeat(context[:, None], X.shape[1], axis=1)  # (n, T, h)
        Y, H = self.rnn(tf.concat((X, beside), axis=2), H, **kwargs)  # (n, T, h)
        return self.dense(Y), (H, context)  # (n, T, q)


def sequence_mask(X, valid_len, value=0):
    """Copy `X`, with `value` after the valid steps of each row.

    `X` has shape (n, T) or (n, T, ...), `valid_len` shape (n,).
    """
    X = tf.convert_to_tensor(X)
    valid = tf.sequence_mask(valid_len, tf.shape(X)[1])  # (n, T)
    for _ in range(X.shape.rank - 2):
        valid = valid[..., None]
    return tf.where(valid, X, tf.cast(value, X.dtype))


class MaskedSoftmaxCELoss(tf.keras.losses.Loss):
    """The softmax cross-entropy of each sequence, without its padding.

    Made for one batch, with its `valid_len` (n,). Called with `label` (n, T) and `pred`
    (n, T, q); returns (n,), in nats: the sum over the valid steps, divided by T.
    """

    def __init__(self, valid_len):
        super().__init__(reduction="none")
        self.valid_len = valid_len

    def call(self, label, pred):
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(  # (n, T)
            labels=tf.cast(label, tf.int32), logits=pred
        )
        return tf.reduce_mean(sequence_mask(losses, self.valid_len), axis=1)


def init_seq2seq(net):
    """Initialise the weights of all linear and recurrent layers by Glorot's rule.

    Biases and embeddings stay as they are; `net` must have been called once. (Glorot
    and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html)
    """
    for variable in net.trainable_variables:
        if variable.name in ("kernel", "recurrent_kernel"):
            # A new one for each, since an initialiser of Keras repeats its numbers.
            glorot = tf.keras.initializers.GlorotUniform()
            variable.assign(glorot(variable.shape, variable.dtype))


def compiled_step(net, optimizer, bos):
    """Return a function that makes one clipped update on a batch and returns the loss.

    Teacher forcing: the decoder reads the index `bos` and then the target tokens up to
    the last but one, not its own predictions. The loss is the sum over the sequences.
    The function is compiled to a graph for each shape of the batch, and its graphs are
    freed with it.
    """

    @tf.function
    def step(X, X_valid_len, Y, Y_valid_len):
        dec_X = tf.concat((tf.fill((Y.shape[0], 1), bos), Y[:, :-1]), axis=1)  # (n, T)
        with tf.GradientTape() as tape:
            Y_hat, _ = net(X, dec_X, X_valid_len, training=True)  # (n, T, q)
            l = tf.reduce_sum(MaskedSoftmaxCELoss(Y_valid_len)(Y, Y_hat))
        params = net.trainable_variables
        grads = grad_clipping(tape.gradient(l, params), 1)
        optimizer.apply_gradients(zip(grads, params, strict=True))
        return l

    return step


def train_epoch_seq2seq(step, data_iter):
    """Train for one pass over `data_iter`; returns (loss, tokens per second).

    `step` is a `compiled_step`. The loss is the sum over the sequences, divided by the
    number of valid target tokens, and is read from the device once, at the end.
    """
    timer = Timer()
    total_loss, num_tokens = tf.zeros(()), tf.zeros((), tf.int32)
    for batch in data_iter:
        total_loss += step(*batch)
        num_tokens += tf.reduce_sum(batch[3])
    num_tokens = int(num_tokens)
    if num_tokens == 0:
        raise ValueError("data_iter served no batch: there is nothing to train on")
    return float(total_loss) / num_tokens, num_tokens / timer.stop()


def train_seq2seq(net, data_iter, lr, num_epochs, tgt_vocab, device, *, init=True):
    """Train an encoder-decoder with Adam and show its progress.

    `device` comes from `try_gpu`. `init_seq2seq` draws the weights first; `init=False`
    keeps those of before. Gradients are clipped at the norm 1. At the end,
    prints the loss of `train_epoch_seq2seq` and the speed. Raises ValueError if
    `tgt_vocab` lacks ``'<bos>'``, TrainingDiverged when the loss is no longer finite;
    after Ctrl-C, `net` keeps what it has learned.
    """
    lr, num_epochs = check_training(lr, num_epochs, init)
    bos = reserved_index(tgt_vocab, BOS)
    name = getattr(device, "_device_name", device)
    with Progress(num_epochs, lr, "loss", 3) as progress, tf.device(name):
        build_seq2seq(net, data_iter)
        if init:
            init_seq2seq(net)
        optimizer = tf.keras.optimizers.Adam(lr)
        optimizer.build(net.trainable_variables)
        step = compiled_step(net, optimizer, bos)
        for _ in range(num_epochs):
            l, speed = train_epoch_seq2seq(step, data_iter)
            progress.update(l, speed)
    say(f"loss {l:.3f}, {progress.speed:.1f} tokens/sec on {name}")


def build_seq2seq(net, data_iter):
    """Make the parameters of `net` by a call on the first batch."""
    for X, X_valid_len, Y, _ in data_iter:
        net(X, Y, X_valid_len, training=False)
        return
    raise ValueError("data_iter served no batch: there is nothing to train on")


@tf.function
def encode(net, X, valid_len):
    """Return the decoder's first state for the sources `X`, without dropout."""
    enc_outputs = net.encoder(X, valid_len, training=False)
    return net.decoder.init_state(enc_outputs, valid_len)


@tf.function
def decode_step(net, X, state):
    """Return the likeliest next token for each row of `X`, (n, 1), and the state."""
    Y, state = net.decoder(X, state, training=False)  # (n, 1, q)
    return tf.argmax(Y, axis=2, output_type=tf.int32), state


def predict_seq2seq(
    net, src_sentence, src_vocab, tgt_vocab, num_steps, save_attention_weights=False
):
    """Translate one sentence: `(translation, attention_weights)`.

    The likeliest token of each step is the input of the next, until ``'<eos>'`` or
    `num_steps` tokens. The words of the translation are joined with spaces. With
    `save_attention_weights`, the decoder's `attention_weights` are kept after each
    step; otherwise the list is empty. Dropout is off meanwhile. For errors see
    `d2l_local.text.sentence_pairs.encode_source`.
    """
    check_flag("save_attention_weights", save_attention_weights)
    num_steps = at_least_one("num_steps", num_steps)
    X, valid_len = sentence_pairs.encode_source(src_sentence, src_vocab, num_steps)
    bos, eos = reserved_index(tgt_vocab, BOS), reserved_index(tgt_vocab, EOS)
    outputs, attention_weights = [], []
    # Attention weights that a decoder stores while it is compiled have no values.
    step = decode_step.python_function if save_attention_weights else decode_step
    state = encode(net, tf.constant(X, tf.int32), tf.constant(valid_len))
    dec_X = tf.constant([[bos]])
    for _ in range(num_steps):
        dec_X, state = step(net, dec_X, state)
        if save_attention_weights:
            attention_weights.append(net.decoder.attention_weights)
        token = int(dec_X[0, 0])
        if token == eos:
            break
        outputs.append(token)
    return decode_tokens(outputs, tgt_vocab, []), attention_weights
