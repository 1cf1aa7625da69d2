"""A published notebook's own encoder and decoders, on the bases of `d2l`: MXNet."""

from d2l_local import mxnet as d2l  # isort: skip
from mxnet import np, npx
from mxnet.gluon import nn, rnn

npx.set_np()


class Seq2SeqEncoder(d2l.Encoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super(Seq2SeqEncoder, self).__init__(**kw)  # noqa: UP008
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = rnn.GRU(num_hiddens, num_layers, dropout=dropout)

    def forward(self, X, *args):
        X = self.embedding(X).swapaxes(0, 1)
        state = self.rnn.begin_state(batch_size=X.shape[1], ctx=X.ctx)
        output, state = self.rnn(X, state)
        return output, state


class Seq2SeqDecoder(d2l.Decoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super(Seq2SeqDecoder, self).__init__(**kw)  # noqa: UP008
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = rnn.GRU(num_hiddens, num_layers, dropout=dropout)
        self.dense = nn.Dense(vocab_size, flatten=False)

    def init_state(self, enc_outputs, *args):
        return enc_outputs[1]

    def forward(self, X, state):
        X = self.embedding(X).swapaxes(0, 1)
        context = state[0][-1]
        context = np.broadcast_to(
            context, (X.shape[0], context.shape[0], context.shape[1])
        )
        output, state = self.rnn(np.concatenate((X, context), 2), state)
        return self.dense(output).swapaxes(0, 1), state


class AttentionDecoder(Seq2SeqDecoder):
    """Its context is the source, weighted anew at each step by what resembles it."""

    def init_state(self, enc_outputs, enc_valid_lens, *args):
        outputs, hidden_state = enc_outputs
        return outputs.swapaxes(0, 1), hidden_state, enc_valid_lens

    def forward(self, X, state):
        enc_outputs, hidden_state, enc_valid_lens = state
        outputs, self._attention_weights = [], []
        for x in self.embedding(X).swapaxes(0, 1):
            scores = (enc_outputs * np.expand_dims(hidden_state[0][-1], 1)).sum(axis=2)
            scores = d2l.sequence_mask(scores, enc_valid_lens, value=-1e6)
            weights = npx.softmax(scores)
            context = (np.expand_dims(weights, 2) * enc_outputs).sum(axis=1)
            x = np.expand_dims(np.concatenate((context, x), 1), 0)
            out, hidden_state = self.rnn(x, hidden_state)
            outputs.append(out)
            self._attention_weights.append(weights)
        outputs = self.dense(np.concatenate(outputs, axis=0)).swapaxes(0, 1)
        return outputs, [enc_outputs, hidden_state, enc_valid_lens]

    @property
    def attention_weights(self):
        return self._attention_weights
