"""Sequence to sequence in PyTorch: the modes of training and evaluation."""

import pytest
import torch

from d2l_local import torch as d2l
from d2l_local.text.vocabulary import Vocab

CPU = torch.device("cpu")
VOCAB = Vocab([["a", "b"]], reserved_tokens=["<pad>", "<bos>", "<eos>"])


@pytest.fixture
def net():
    d2l.set_seed(0)
    sizes = (len(VOCAB), 4, 4, 2, 0.5)
    return d2l.EncoderDecoder(d2l.Seq2SeqEncoder(*sizes), d2l.Seq2SeqDecoder(*sizes))


def test_a_model_is_trained_in_the_mode_of_training(net, capsys):
    net.eval()
    modes = []
    net.decoder.rnn.register_forward_hook(lambda part, *_: modes.append(part.training))
    X, valid_len = d2l.build_array_nmt([["a", "b"], ["b"]], VOCAB, 3)
    d2l.train_seq2seq(net, [(X, valid_len, X, valid_len)], 0.01, 2, VOCAB, CPU)
    assert modes == [True, True]
    assert "tokens/sec on cpu" in capsys.readouterr().out


def test_translating_leaves_the_mode_as_it_was(net):
    net.decoder.eval()
    modes = [part.training for part in net.modules()]
    d2l.predict_seq2seq(net, "a", VOCAB, VOCAB, 3, CPU)
    assert [part.training for part in net.modules()] == modes
    assert all(param.grad is None for param in net.parameters())
