"""A published notebook's own encoder and decoders, on bases of `d2l`: TensorFlow."""

from d2l_local import tensorflow as d2l  # isort: skip
import tensorflow as tf


def gru(num_hiddens, num_layers, dropout):
    return tf.keras.layers.RNN(
        tf.keras.layers.StackedRNNCells(
            [
                tf.keras.layers.GRUCell(num_hiddens, dropout=dropout)
                for _ in range(num_layers)
            ]
        ),
        return_sequences=True,
        return_state=True,
    )


class Seq2SeqEncoder(d2l.Encoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super().__init__(**kw)
        self.embedding = tf.keras.layers.Embedding(vocab_size, embed_size)
        self.rnn = gru(num_hiddens, num_layers, dropout)

    def call(self, X, *args, **kwargs):
        output = self.rnn(self.embedding(X), **kwargs)
        return output[0], output[1:]


class Seq2SeqDecoder(d2l.Decoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super().__init__(**kw)
        self.embedding = tf.keras.layers.Embedding(vocab_size, embed_size)
        self.rnn = gru(num_hiddens, num_layers, dropout)
        self.dense = tf.keras.layers.Dense(vocab_size)

    def init_state(self, enc_outputs, *args):
        return enc_outputs[1]

    def call(self, X, state, **kwargs):
        X = self.embedding(X)
        context = tf.repeat(
            tf.expand_dims(state[-1], axis=1), repeats=X.shape[1], axis=1
        )
        rnn_output = self.rnn(tf.concat((X, context), axis=2), state, **kwargs)
        return self.dense(rnn_output[0]), rnn_output[1:]


class AttentionDecoder(Seq2SeqDecoder):
    """Its context is the source, weighted anew at each step by what resembles it."""

    def init_state(self, enc_outputs, enc_valid_lens, *args):
        outputs, hidden_state = enc_outputs
        return outputs, hidden_state, enc_valid_lens

    def call(self, X, state, **kwargs):
        enc_outputs, hidden_state, enc_valid_lens = state
        X = self.embedding(X)
        outputs, self._attention_weights = [], []
        for x in tf.unstack(X, axis=1):
            scores = tf.reduce_sum(enc_outputs * hidden_state[-1][:, None], axis=2)
            scores = d2l.sequence_mask(scores, enc_valid_lens, value=-1e6)
            weights = tf.nn.softmax(scores, axis=-1)
            context = tf.matmul(weights[:, None], enc_outputs)
            x = tf.concat((context, x[:, None]), axis=2)
            out = self.rnn(x, hidden_state, **kwargs)
            hidden_state = out[1:]
            outputs.append(self.dense(out[0]))
            self._attention_weights.append(weights)
        return tf.concat(outputs, axis=1), [enc_outputs, hidden_state, enc_valid_lens]

    @property
    def attention_weights(self):
        return self._attention_weights
