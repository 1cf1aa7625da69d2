"""Batches as tensors of each framework: the numbers are those of the neutral module."""

import random

import mxnet
import numpy as np
import pytest
import tensorflow as tf
import torch

from d2l_local import mxnet as d2l_mxnet
from d2l_local import tensorflow as d2l_tensorflow
from d2l_local import torch as d2l_torch
from d2l_local.text import batching, corpus

CASES = {
    "torch": (d2l_torch, torch.Tensor, torch.int64, torch.Tensor.numpy),
    "tensorflow": (d2l_tensorflow, tf.Tensor, tf.int32, lambda part: part.numpy()),
    "mxnet": (d2l_mxnet, mxnet.np.ndarray, np.float32, lambda part: part.asnumpy()),
}
CUTS = ["seq_data_iter_random", "seq_data_iter_sequential"]
pytestmark = pytest.mark.filterwarnings("error")


def lists(batches, arrays=np.asarray):
    return [(arrays(X).tolist(), arrays(Y).tolist()) for X, Y in batches]


@pytest.mark.situation("types: batches of text as the classic API serves them")
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", CASES)
def test_the_classic_call_gives_tensors(name, cut):
    d2l, kind, dtype, arrays = CASES[name]
    text = list(range(35))  # as the classic notebooks show it
    state = random.getstate()
    try:
        random.seed(3)
        batches = list(getattr(d2l, cut)(text, batch_size=2, num_steps=5))
        random.seed(3)
        expected = lists(getattr(batching, cut)(text, 2, 5))
    finally:
        random.setstate(state)
    for part in (part for batch in batches for part in batch):
        assert isinstance(part, kind)
        assert part.dtype == dtype and tuple(part.shape) == (2, 5)
    assert lists(batches, arrays) == expected


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", CASES)
def test_with_random_numbers_of_the_callers_own_they_are_arrays(name, cut):
    d2l = CASES[name][0]
    batches = list(getattr(d2l, cut)(list(range(99)), 2, 5, random.Random(3)))
    expected = getattr(batching, cut)(list(range(99)), 2, 5, random.Random(3))
    assert all(type(part) is np.ndarray for batch in batches for part in batch)
    assert lists(batches) == lists(expected)


@pytest.mark.parametrize("name", CASES)
def test_errors_are_raised_at_the_call(name):
    for cut in CUTS:
        with pytest.raises(ValueError, match="too short"):
            getattr(CASES[name][0], cut)([1, 2], 2, 5)


@pytest.mark.situation(
    "types: batches of text can be computed with, as in classic loops"
)
def test_batches_can_be_computed_with():
    _, Y = next(d2l_mxnet.seq_data_iter_sequential(list(range(35)), 2, 5))
    np_ = mxnet.np
    assert np_.concatenate([np_.ones((2, 1)), Y[:, :-1]], 1).shape == (2, 5)
    assert float((Y * 0.5).sum()) == float(Y.sum()) / 2
    _, Y = next(d2l_tensorflow.seq_data_iter_sequential(list(range(35)), 2, 5))
    assert tf.concat([tf.constant([[1], [1]]), Y[:, :-1]], 1).shape == (2, 5)
    for d2l in (d2l_torch, d2l_tensorflow, d2l_mxnet):
        X, _ = next(d2l.seq_data_iter_random([i / 2 for i in range(35)], 2, 5))
        assert "float32" in str(X.dtype)


@pytest.mark.parametrize("longest_list", [0, 10**6])
@pytest.mark.parametrize("use_random_iter", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_the_loader_gives_tensors_from_a_list_and_from_a_file(
    name, use_random_iter, longest_list, text, monkeypatch
):
    monkeypatch.setattr(corpus, "LONGEST_LIST", longest_list)
    d2l, kind, dtype, arrays = CASES[name]
    loader = d2l.SeqDataLoader(2, 5, use_random_iter, -1, text=text, seed=4)
    other, vocab = d2l.load_data_time_machine(
        2, 5, use_random_iter, -1, text=text, seed=4
    )
    plain = batching.SeqDataLoader(2, 5, use_random_iter, -1, text=text, seed=4)
    assert type(other) is d2l.SeqDataLoader and other.vocab is vocab
    assert isinstance(loader, batching.SeqDataLoader)
    assert isinstance(loader.corpus, np.memmap if longest_list == 0 else list)
    assert loader.fingerprint() == plain.fingerprint()
    for _ in range(2):
        batches = list(loader)
        assert all(isinstance(part, kind) for batch in batches for part in batch)
        assert batches[0][0].dtype == dtype
        assert lists(batches, arrays) == lists(other, arrays) == lists(plain)
    with pytest.raises(TypeError, match="convert"):
        d2l.SeqDataLoader(2, 5, False, -1, text=text, convert=list)
