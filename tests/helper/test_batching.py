"""Batches: which tokens are served, in which order, from how short a text."""

import json
import random
import re
import tempfile
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_local.text import batching, sources
from d2l_local.text.batching import (
    SeqDataLoader,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)

CUTS = [seq_data_iter_random, seq_data_iter_sequential]


def in_a_file(dtype):
    """Maker of a corpus in a file, as a large text has one."""

    def stored(tokens):
        with tempfile.TemporaryFile() as file:
            np.array(tokens, dtype).tofile(file)
            return np.memmap(file, dtype, "c")

    return stored


STORED = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "file of bytes": in_a_file("u1"),
    "file of pairs of bytes": in_a_file("u2"),
    "big-endian file": in_a_file(">u4"),
}


@st.composite
def tasks(draw):
    """(n, batch_size, num_steps, seed) with a text that is long enough."""
    batch_size, num_steps = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    shortest = batch_size * (num_steps + 1)
    return (
        draw(st.integers(shortest, shortest + 150)),
        batch_size,
        num_steps,
        draw(st.integers(0, 5)),
    )


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("D2L_TEXT", "embedded")


# Both orders


@pytest.mark.parametrize("cut", CUTS)
@given(tasks())
def test_shapes_types_labels_and_number_of_batches(cut, task):
    n, batch_size, num_steps, seed = task
    batches = list(cut(range(n), batch_size, num_steps, random.Random(seed)))
    for X, Y in batches:
        assert X.shape == Y.shape == (batch_size, num_steps)
        assert X.dtype == Y.dtype == np.int64
        # The text is 0, 1, 2, ...: the next token is the number plus one.
        assert (Y == X + 1).all()
        assert (np.diff(X, axis=1) == 1).all()
    most = (n - 1) // (batch_size * num_steps)
    fewest = max(1, (n - 1 - num_steps) // (batch_size * num_steps))
    assert fewest <= len(batches) <= most


@pytest.mark.parametrize("cut", CUTS)
@given(tasks())
def test_every_token_but_the_remainder_is_served_once(cut, task):
    n, batch_size, num_steps, seed = task
    batches = list(cut(list(range(n)), batch_size, num_steps, random.Random(seed)))
    served = np.sort(np.concatenate([X.ravel() for X, _ in batches]))
    assert len(np.unique(served)) == len(served)
    # Unserved: the offset, the last label, and less than one batch at the end.
    assert n - len(served) <= num_steps + 1 + (batch_size * num_steps - 1)


@pytest.mark.parametrize("cut", CUTS)
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 30))
def test_the_shortest_text_serves_one_batch_whatever_the_offset(
    cut, batch_size, num_steps, seed
):
    n = batch_size * (num_steps + 1)
    assert len(list(cut(range(n), batch_size, num_steps, random.Random(seed)))) >= 1
    with pytest.raises(ValueError):
        cut(range(n - 1), batch_size, num_steps)


@pytest.mark.parametrize("cut", CUTS)
def test_a_pass_reaches_every_offset(cut):
    num_steps = 4
    firsts = set()
    for seed in range(200):
        batches = cut(range(100), 1, num_steps, random.Random(seed))
        firsts.add(min(X.min() for X, _ in batches))
    last = num_steps if cut is seq_data_iter_sequential else num_steps - 1
    assert firsts == set(range(last + 1))


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("cut", CUTS)
@given(tasks(), st.randoms(use_true_random=False))
def test_any_corpus_is_served_once_however_it_is_stored(cut, stored, task, rng):
    """Nothing but the text may tell where a batch comes from: compare with slices."""
    n, batch_size, num_steps, seed = task
    tokens = rng.choices(range(rng.choice([1, 2, 28, 256])), k=n)
    corpus = STORED[stored](tokens)
    places = cut(range(n), batch_size, num_steps, random.Random(seed))
    batches = cut(corpus, batch_size, num_steps, random.Random(seed))
    served = []
    for (X, Y), (at, _) in zip(batches, places, strict=True):
        assert X.dtype == Y.dtype == np.int64
        for x, y, start in zip(X.tolist(), Y.tolist(), at[:, 0].tolist()):
            assert x == tokens[start : start + num_steps]
            assert y == tokens[start + 1 : start + 1 + num_steps]
            served += range(start, start + num_steps)
    assert len(set(served)) == len(served)
    assert n - len(served) <= num_steps + batch_size * num_steps
    assert list(corpus) == tokens


# Sequential order


@given(tasks())
def test_sequential_rows_continue_from_batch_to_batch(task):
    n, batch_size, num_steps, seed = task
    batches = list(
        seq_data_iter_sequential(range(n), batch_size, num_steps, random.Random(seed))
    )
    for (_, Y), (X, _) in pairwise(batches):
        assert (X[:, 0] == Y[:, -1]).all()
    offset = batches[0][0][0, 0]
    assert 0 <= offset <= num_steps
    row = (n - 1 - offset) // batch_size
    starts = offset + row * np.arange(batch_size)
    assert (batches[0][0][:, 0] == starts).all()
    assert len(batches) == row // num_steps


# Random order


@given(tasks())
def test_random_batches_are_a_permutation_of_the_pieces(task):
    n, batch_size, num_steps, seed = task
    batches = list(
        seq_data_iter_random(range(n), batch_size, num_steps, random.Random(seed))
    )
    starts = np.concatenate([X[:, 0] for X, _ in batches])
    offset = starts.min() % num_steps
    pieces = range(offset, n - num_steps, num_steps)
    assert set(starts) <= set(pieces)
    assert len(set(starts)) == len(starts) == len(pieces) // batch_size * batch_size


def test_random_batches_are_not_in_the_order_of_the_text():
    batches = seq_data_iter_random(range(2000), 1, 2, random.Random(0))
    starts = [X[0, 0] for X, _ in batches]
    assert starts != sorted(starts)


# The classic algorithm, written out naively as an oracle


def classic_sequential(text, batch_size, num_steps, rng):
    offset = rng.randint(0, num_steps)
    row = (len(text) - offset - 1) // batch_size
    for step in range(row // num_steps):
        at = [offset + r * row + step * num_steps for r in range(batch_size)]
        yield (
            [text[a : a + num_steps] for a in at],
            [text[a + 1 : a + 1 + num_steps] for a in at],
        )


def classic_random(text, batch_size, num_steps, rng):
    text = text[rng.randint(0, num_steps - 1) :]
    starts = [num_steps * k for k in range((len(text) - 1) // num_steps)]
    rng.shuffle(starts)
    while len(starts) >= batch_size:
        at, starts = starts[:batch_size], starts[batch_size:]
        yield (
            [text[a : a + num_steps] for a in at],
            [text[a + 1 : a + 1 + num_steps] for a in at],
        )


@pytest.mark.parametrize(
    ("cut", "oracle"), list(zip(CUTS, [classic_random, classic_sequential]))
)
@given(tasks(), st.integers(0, 3))
def test_batches_are_those_of_the_classic_algorithm(cut, oracle, task, seed):
    n, batch_size, num_steps, _ = task
    n += (batch_size + 1) * num_steps  # the classic serves nothing from too short ones
    text = random.Random(seed).choices(range(30), k=n)
    ours = cut(text, batch_size, num_steps, random.Random(seed))
    expected = oracle(text, batch_size, num_steps, random.Random(seed))
    for (X, Y), (x, y) in zip(ours, expected, strict=True):
        assert X.tolist() == x
        assert Y.tolist() == y


def test_by_default_the_module_random_decides():
    def passes():
        return [X.tolist() for X, _ in seq_data_iter_random(range(99), 2, 5)]

    state = random.getstate()
    try:
        random.seed(1)
        first = passes()
        random.seed(1)
        assert passes() == first
        assert passes() != first
    finally:
        random.setstate(state)


@pytest.mark.parametrize("cut", CUTS)
def test_changing_a_batch_leaves_the_text_alone(cut):
    text = np.arange(60)
    for X, Y in cut(text, 2, 5):
        X[:] = -1
        assert (Y != -1).all()
        Y[:] = -1
    assert (text == np.arange(60)).all()


# Errors, all at the call and not at the first batch


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("bad", [0, -3])
def test_sizes_below_one_are_named(cut, bad):
    with pytest.raises(ValueError, match=f"batch_size={bad}"):
        cut(range(99), bad, 5)
    with pytest.raises(ValueError, match=f"num_steps={bad}"):
        cut(range(99), 5, bad)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("bad", [2.0, "2", None])
def test_sizes_of_another_type_are_named(cut, bad):
    with pytest.raises(TypeError, match=f"batch_size={bad!r}"):
        cut(range(99), bad, 5)
    with pytest.raises(TypeError, match=f"num_steps={bad!r}"):
        cut(range(99), 5, bad)


@pytest.mark.parametrize("cut", CUTS)
def test_numpy_sizes_are_whole_numbers(cut):
    assert next(cut(range(99), np.int32(2), np.int64(5)))[0].shape == (2, 5)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("length", [0, 23])
def test_a_short_text_is_named_with_its_length_and_both_sizes(cut, length):
    with pytest.raises(ValueError) as error:
        cut(list(range(length)), 4, 5)
    message = str(error.value)
    for part in (f"{length} tokens", "batch_size=4", "num_steps=5", "lower", "24"):
        assert part in message


@pytest.mark.parametrize("cut", CUTS)
def test_a_corpus_of_other_things_than_indices_is_named(cut):
    with pytest.raises(TypeError, match="vocab"):
        cut(list("abcdefghijkl"), 2, 2)
    with pytest.raises(TypeError, match="bool"):
        cut([True] * 12, 2, 2)
    with pytest.raises(ValueError, match=r"\(3, 4\)"):
        cut(np.arange(12).reshape(3, 4), 2, 2)


@pytest.mark.situation("drop-in: a signal is cut like a text")
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("make", [list, np.array])
def test_a_signal_is_cut_like_a_text(cut, make):
    batches = list(cut(make([i / 2 for i in range(12)]), 2, 2))
    assert batches
    for X, Y in batches:
        assert X.dtype == Y.dtype == np.float32
        np.testing.assert_array_equal(Y, X + 0.5)


# The loader


def epochs(loader, n=2):
    return [[(X.tolist(), Y.tolist()) for X, Y in loader] for _ in range(n)]


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_fresh_loader_serves_the_same_epochs_and_touches_no_other_state(
    use_random_iter,
):
    before = random.getstate()
    first = epochs(SeqDataLoader(4, 5, use_random_iter, 500), n=6)
    assert random.getstate() == before
    random.seed(99)
    again = epochs(SeqDataLoader(4, 5, use_random_iter, 500), n=6)
    random.setstate(before)
    assert first == again
    # Sequential epochs differ by their offset only, of which there are six.
    assert any(epoch != first[0] for epoch in first)


def test_seeds_differ_and_none_draws_one():
    first = epochs(SeqDataLoader(4, 5, True, 500, seed=0))
    assert epochs(SeqDataLoader(4, 5, True, 500, seed=1)) != first
    drawn = [epochs(SeqDataLoader(4, 5, True, 500, seed=None)) for _ in range(2)]
    assert drawn[0] != drawn[1]


def test_the_loader_chooses_the_order():
    corpus = SeqDataLoader(2, 5, False, 200).corpus
    for use_random_iter, cut in [(True, CUTS[0]), (False, CUTS[1])]:
        loader = SeqDataLoader(2, 5, use_random_iter, 200, seed=3)
        expected = cut(corpus, 2, 5, random.Random(3))
        assert epochs(loader, 1)[0] == [(X.tolist(), Y.tolist()) for X, Y in expected]


def test_attributes_are_those_of_the_classic(capsys):
    loader = SeqDataLoader(2, 5, False, 100)
    assert (loader.batch_size, loader.num_steps) == (2, 5)
    assert isinstance(loader.corpus, list)
    assert len(loader.corpus) == 100
    assert loader.vocab.to_tokens(loader.corpus[:3]) == list("the")
    assert loader.source is sources.EMBEDDED[sources.STAND_IN]
    assert "100 tokens, sequential batches (2, 5)" in repr(loader)
    assert not hasattr(loader, "__len__")
    assert capsys.readouterr().out.count("\n") == 1  # announced once


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_state_brings_back_the_epochs_after_it_through_json(use_random_iter):
    loader = SeqDataLoader(4, 5, use_random_iter, 500)
    epochs(loader, 2)
    state = json.dumps(loader.get_state())
    expected = epochs(loader, 3)
    for other in (loader, SeqDataLoader(4, 5, use_random_iter, 500, seed=9)):
        other.set_state(json.loads(state))
        assert json.dumps(other.get_state()) == state
        assert epochs(other, 3) == expected


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_an_epoch_draws_its_numbers_when_it_begins(use_random_iter):
    loader = SeqDataLoader(4, 5, use_random_iter, 500)
    first = iter(loader)
    state = loader.get_state()
    expected = epochs(loader, 1)[0]
    batches = [(X.tolist(), Y.tolist()) for X, Y in first]
    assert batches == epochs(SeqDataLoader(4, 5, use_random_iter, 500), 1)[0]
    loader.set_state(state)
    assert epochs(loader, 1)[0] == expected


def damaged(state):
    version, numbers, gauss = state
    return [
        None,
        7,
        "state",
        [],
        [version, numbers],
        [1, numbers, gauss],
        [version, None, gauss],
        [version, numbers[:-1], gauss],
        [version, [*numbers[:-1], 10**9], gauss],
        [version, [-1, *numbers[1:]], gauss],
        [version, [2**70, *numbers[1:]], gauss],
        [version, [0.5, *numbers[1:]], gauss],
        [version, numbers, "much"],
        {"version": version},
    ]


@pytest.mark.parametrize("i", range(len(damaged([3, [0], None]))))
def test_a_state_that_is_none_is_refused_and_changes_nothing(i):
    loader = SeqDataLoader(4, 5, True, 500)
    before = loader.get_state()
    with pytest.raises(
        ValueError, match=r"this isn't the state of a loader.*get_state\(\)"
    ):
        loader.set_state(damaged(before)[i])
    assert loader.get_state() == before


def test_a_fingerprint_tells_data_sizes_and_orders_apart(tmp_path):
    def written(text):
        path = tmp_path / "own.txt"
        path.write_text(text)
        return path

    def fingerprint(text="abcab" * 9, b=2, t=5, random=False, seed=0):
        return SeqDataLoader(
            b, t, random, -1, text=written(text), seed=seed
        ).fingerprint()

    same = fingerprint()
    assert re.fullmatch("[0-9a-f]{16}", same)
    assert fingerprint() == fingerprint(seed=1) == same
    assert SeqDataLoader(2, 5, False, -1, text="galley_log").fingerprint() != same
    # The fourth has the same indices, of other letters; the fifth ends differently.
    different = [
        fingerprint(b=1),
        fingerprint(t=4),
        fingerprint(random=True),
        fingerprint("xbcxb" * 9),
        fingerprint("abcab" * 9 + "a"),
        fingerprint("abcab" * 8 + "abcaa"),
        same,
    ]
    assert len(set(different)) == len(different)


def test_a_fingerprint_is_stable_and_the_same_for_a_list_and_an_array(monkeypatch):
    monkeypatch.setattr(batching, "HASHED_AT_ONCE", 1000)
    loader = SeqDataLoader(2, 5, False, 2500, text="galley_log")
    known = loader.fingerprint()
    assert known == "d025994640ee587a"
    for dtype in (np.uint8, np.int64, ">u4"):
        loader.corpus = np.array(loader.corpus, dtype)
        assert loader.fingerprint() == known
    monkeypatch.setattr(batching, "HASHED_AT_ONCE", 999)
    assert loader.fingerprint() == known
    loader.corpus[-1] += 1
    assert loader.fingerprint() != known


def test_a_corpus_that_the_reader_replaces_is_the_one_served():
    loader = SeqDataLoader(1, 2, False, 100)
    loader.corpus = [7] * 10
    assert {X.max() for X, _ in loader} == {7}


def test_convert_is_applied_to_each_part():
    loader = SeqDataLoader(2, 5, False, 100, convert=lambda part: ("tensor", part))
    for X, Y in loader:
        assert X[0] == Y[0] == "tensor"
        assert X[1].shape == Y[1].shape == (2, 5)


def test_own_text_and_text_of_another_script(tmp_path, capsys):
    path = tmp_path / "own.txt"
    path.write_text("Привет,\nмир! " * 10, encoding="utf-8")
    with pytest.raises(ValueError, match="unicode=True"):
        SeqDataLoader(2, 3, False, -1, text=path)
    loader = SeqDataLoader(2, 3, False, -1, text=path, unicode=True)
    assert "".join(loader.vocab.to_tokens(loader.corpus[:10])) == "привет мир"
    assert loader.source.path == path
    assert capsys.readouterr().out == ""


def test_embedded_text_by_name():
    loader = SeqDataLoader(2, 3, False, 50, text="galley_log")
    assert loader.source is sources.EMBEDDED["galley_log"]
    assert "".join(loader.vocab.to_tokens(loader.corpus[:6])) == "galley"


def test_bad_arguments_are_reported_by_the_constructor(tmp_path):
    with pytest.raises(ValueError, match="too short"):
        SeqDataLoader(32, 35, False, 100)
    with pytest.raises(TypeError, match="max_tokens=0.5"):
        SeqDataLoader(2, 5, False, 0.5)
    with pytest.raises(ValueError, match="batch_size=0"):
        SeqDataLoader(0, 5, False, 100)
    with pytest.raises(FileNotFoundError):
        SeqDataLoader(2, 5, False, 100, text=tmp_path / "no.txt")


def test_load_data_time_machine_gives_loader_and_vocabulary():
    loader, vocab = load_data_time_machine(32, 35)
    assert loader.vocab is vocab
    assert len(loader.corpus) == 10000
    assert loader.use_random_iter is False
    X, Y = next(iter(loader))
    assert X.shape == Y.shape == (32, 35)


def test_load_data_time_machine_passes_its_options_on():
    options = {"text": "galley_log", "seed": 4}
    loader, _ = load_data_time_machine(2, 5, True, 300, convert=np.transpose, **options)
    same = SeqDataLoader(2, 5, True, 300, **options)
    assert loader.use_random_iter is True
    for (X, _), (x, _) in zip(loader, same, strict=True):
        assert (X == x.T).all()
