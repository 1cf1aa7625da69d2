"""A published notebook's own encoder and decoders, on the bases of `d2l`: PyTorch."""

import torch
from torch import nn

from d2l_local import torch as d2l


class Seq2SeqEncoder(d2l.Encoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super(Seq2SeqEncoder, self).__init__(**kw)  # noqa: UP008
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size, num_hiddens, num_layers, dropout=dropout)

    def forward(self, X, *args):
        output, state = self.rnn(self.embedding(X).permute(1, 0, 2))
        return output, state


class Seq2SeqDecoder(d2l.Decoder):
    def __init__(
        self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kw
    ):
        super(Seq2SeqDecoder, self).__init__(**kw)  # noqa: UP008
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(
            embed_size + num_hiddens, num_hiddens, num_layers, dropout=dropout
        )
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def init_state(self, enc_outputs, *args):
        return enc_outputs[1]

    def forward(self, X, state):
        X = self.embedding(X).permute(1, 0, 2)
        context = state[-1].repeat(X.shape[0], 1, 1)
        output, state = self.rnn(torch.cat((X, context), 2), state)
        return self.dense(output).permute(1, 0, 2), state


class AttentionDecoder(Seq2SeqDecoder):
    """Its context is the source, weighted anew at each step by what resembles it."""

    def init_state(self, enc_outputs, enc_valid_lens, *args):
        outputs, hidden_state = enc_outputs
        return outputs.permute(1, 0, 2), hidden_state, enc_valid_lens

    def forward(self, X, state):
        enc_outputs, hidden_state, enc_valid_lens = state
        outputs, self._attention_weights = [], []
        for x in self.embedding(X).permute(1, 0, 2):
            scores = (enc_outputs * hidden_state[-1][:, None]).sum(dim=2)
            scores = d2l.sequence_mask(scores, enc_valid_lens, value=-1e6)
            weights = nn.functional.softmax(scores, dim=-1)
            context = torch.bmm(weights[:, None], enc_outputs)[:, 0]
            out, hidden_state = self.rnn(torch.cat((x, context), 1)[None], hidden_state)
            outputs.append(out)
            self._attention_weights.append(weights)
        outputs = self.dense(torch.cat(outputs, dim=0)).permute(1, 0, 2)
        return outputs, [enc_outputs, hidden_state, enc_valid_lens]

    @property
    def attention_weights(self):
        return self._attention_weights
