"""The vocabulary: indices, counts, look-up in both directions, errors."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_local.text.vocabulary import Vocab, count_corpus

TOKENS = list("the time traveller")


def test_count_corpus_counts_one_list_and_nested_lists_alike():
    flat = ["a", "b", "a"]
    assert count_corpus(flat) == Counter(a=2, b=1)
    assert count_corpus([["a"], [], ["b", "a"]]) == Counter(a=2, b=1)
    assert isinstance(count_corpus(flat), Counter)


def test_a_tuple_is_a_token_as_in_the_classic():
    text = ["the", "time", "the", "time", "was"]
    bigrams = list(zip(text[:-1], text[1:]))
    vocab = Vocab(bigrams)
    assert vocab.token_freqs == [
        (("the", "time"), 2),
        (("time", "the"), 1),
        (("time", "was"), 1),
    ]
    assert vocab.to_tokens(1) == ("the", "time")
    assert vocab.token_to_idx["time", "was"] == 3 and ("time", "was") in vocab
    assert count_corpus([bigrams, bigrams]) == Counter(bigrams * 2)
    assert count_corpus(tuple(text)) == Counter(text)
    assert (
        count_corpus((["a"], ["b"])) == count_corpus([["a"], ("b",)]) == Counter("ab")
    )


def test_counts_that_were_made_already_give_the_same_vocabulary():
    vocab = Vocab(TOKENS, 2, ["<pad>"])
    same = Vocab.from_counts(count_corpus(TOKENS), 2, ["<pad>"])
    assert vars(same) == vars(vocab)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (5, "tokens is of type int"),
        ({"a": 1}, "tokens is of type dict"),
        ({"a"}, "tokens is of type set"),
        (iter("ab"), r"type str_\w*iterator.*list\(\.\.\.\)"),
        ([["a"], 5], r"tokens\[1\] is 5, where the lines before are lists"),
        (["a", ["b"]], "can't be a token: unhashable type: 'list'"),
        ([["a", ["b"]]], "can't be a token"),
        ([{"a": 1}], "can't be a token"),
    ],
)
def test_what_is_no_list_of_tokens_is_named(bad, message):
    with pytest.raises(TypeError, match=message):
        count_corpus(bad)
    with pytest.raises(TypeError):
        Vocab(bad)


@pytest.mark.parametrize("bad", ["2", None, [1]])
def test_a_least_frequency_that_is_no_number_is_named(bad):
    with pytest.raises(TypeError, match="min_freq="):
        Vocab(["a"], bad)


@pytest.mark.parametrize("bad", [5, [["<pad>"]], [{}], b"<pad>"])
def test_reserved_tokens_that_are_no_tokens_are_named(bad):
    with pytest.raises(TypeError, match="reserved_tokens.*list of tokens"):
        Vocab(["a"], reserved_tokens=bad)


@pytest.mark.parametrize("nothing", [[], [[]]])
def test_count_corpus_of_nothing_is_empty(nothing):
    assert count_corpus(nothing) == Counter()


def test_bigrams_are_tokens_and_no_lines():
    words = ["the", "time", "the", "time", "machine"]
    bigrams = list(zip(words[:-1], words[1:]))
    assert count_corpus(bigrams)["the", "time"] == 2
    vocab = Vocab(bigrams)
    assert vocab.token_freqs[0] == (("the", "time"), 2)
    assert vocab["the", "time"] == 1
    assert vocab[[("time", "the"), ("no", "such")]] == [2, vocab.unk]
    assert vocab.to_tokens([1, 2]) == [("the", "time"), ("time", "the")]


def test_indices_fall_with_frequency_and_ties_keep_first_seen_order():
    vocab = Vocab(TOKENS)
    # e and t occur four and three times, r and l twice, the others once.
    assert vocab.idx_to_token == ["<unk>", *"et", " ", *"rlhimav"]
    assert vocab.token_to_idx["e"] == 1
    assert vocab.token_freqs[:4] == [("e", 4), ("t", 3), (" ", 2), ("r", 2)]


def test_reserved_tokens_come_after_unk_and_are_not_repeated():
    vocab = Vocab(TOKENS, reserved_tokens=["<pad>", "t"])
    assert vocab.idx_to_token[:4] == ["<unk>", "<pad>", "t", "e"]
    assert vocab.idx_to_token.count("t") == 1
    assert vocab["t"] == 2


def test_min_freq_leaves_rare_tokens_to_unk_but_counts_them():
    vocab = Vocab(TOKENS, min_freq=2)
    assert vocab.idx_to_token == ["<unk>", "e", "t", " ", "r", "l"]
    assert vocab["h"] == vocab.unk == 0
    assert ("h", 1) in vocab.token_freqs


def test_empty_vocabulary_knows_only_unk():
    vocab = Vocab()
    assert len(vocab) == 1
    assert vocab["anything"] == 0
    assert vocab.token_freqs == []


def test_lookup_of_tokens_lists_tuples_and_nested_lists():
    vocab = Vocab(["a", "b"])
    assert vocab["a"] == 1
    assert vocab[["b", "zzz"]] == [2, 0]
    assert vocab[("a", "b")] == [1, 2]
    assert vocab[[["a"], ["b"]]] == [[1], [2]]
    assert vocab[[]] == []
    assert "a" in vocab
    assert "zzz" not in vocab


@pytest.mark.parametrize(
    "index", [1, np.int64(1), np.array(1), np.array([[1]])[0, 0], True]
)
def test_to_tokens_takes_any_whole_number_scalar(index):
    assert Vocab(["a"]).to_tokens(index) == "a"


def test_to_tokens_takes_a_zero_dimensional_tensor():
    class Tensor:
        def __len__(self):
            raise TypeError("len() of a 0-d tensor")

        def __index__(self):
            return 1

    assert Vocab(["a"]).to_tokens(Tensor()) == "a"
    assert Vocab(["a"]).to_tokens([Tensor(), 0]) == ["a", "<unk>"]


def test_to_tokens_takes_lists_tuples_and_arrays():
    vocab = Vocab(["a", "b"])
    assert vocab.to_tokens([1, 2]) == ["a", "b"]
    assert vocab.to_tokens((2,)) == ["b"]
    assert vocab.to_tokens(np.array([[1], [2]])) == [["a"], ["b"]]
    assert vocab.to_tokens(np.array([1.0, 2.0], np.float32)) == ["a", "b"]
    with pytest.raises(TypeError, match="1.5 isn't an index"):
        vocab.to_tokens(np.array([1.5]))


@pytest.mark.parametrize("index", [3, -4, 10**6])
def test_to_tokens_names_an_index_out_of_range_and_the_size(index):
    with pytest.raises(IndexError, match=rf"index {index} .* 3 tokens.* 0 to 2"):
        Vocab(["a", "b"]).to_tokens(index)
    with pytest.raises(IndexError):
        Vocab(["a", "b"]).to_tokens([0, index])


@pytest.mark.parametrize("index", [1.0, np.array(1.0), "1", None])
def test_to_tokens_refuses_what_is_no_index(index):
    with pytest.raises(TypeError):
        Vocab(["a", "b"]).to_tokens(index)


def test_reserved_tokens_given_as_a_string_are_refused():
    with pytest.raises(TypeError, match=r"'<pad>'.*write \['<pad>'\]"):
        Vocab(["a"], reserved_tokens="<pad>")


@pytest.mark.situation("drop-in: a reserved token named twice is a warning")
@pytest.mark.parametrize("reserved", [["<unk>"], ["<pad>", "<pad>"]])
def test_reserved_tokens_named_twice_keep_their_places(reserved):
    with pytest.warns(UserWarning, match="two places"):
        vocab = Vocab(["a"], reserved_tokens=reserved)
    assert vocab.idx_to_token == ["<unk>", *reserved, "a"]
    assert vocab["<unk>"] == vocab.unk == vocab["never seen"]
    assert vocab["a"] == len(vocab) - 1


@pytest.mark.situation("drop-in: a Counter is counted tokens")
def test_a_counter_is_counted_tokens():
    counted = Counter("abca")
    assert count_corpus(counted) == counted and count_corpus(counted) is not counted
    assert Vocab(counted, min_freq=2).idx_to_token == ["<unk>", "a"]


@pytest.mark.situation("drop-in: a string among lines counts as its characters")
def test_a_string_among_lines_counts_as_its_characters():
    with pytest.warns(UserWarning, match=r"tokens\[1\] is 'bc'") as caught:
        assert count_corpus([["a"], "bc"]) == Counter("abc")
    assert caught[0].filename == __file__


@pytest.mark.situation("drop-in: a negative index counts from the end")
def test_a_negative_index_counts_from_the_end_with_a_warning():
    with pytest.warns(UserWarning, match="index -1 counts from the end.* 0 to 2"):
        assert Vocab(["a", "b"]).to_tokens([1, -1]) == ["a", "b"]


def test_repr_shows_the_size_and_the_first_tokens():
    assert repr(Vocab(["a"])) == "Vocab(2 tokens: '<unk>', 'a')"
    assert repr(Vocab(list("abcdef"))).endswith("'d', ...)")


@given(st.lists(st.text(max_size=2), max_size=40), st.integers(0, 4))
def test_tables_agree_and_order_is_that_of_a_stable_sort(tokens, min_freq):
    vocab = Vocab(tokens, min_freq)
    assert vocab[vocab.idx_to_token] == list(range(len(vocab)))
    assert vocab.to_tokens(list(range(len(vocab)))) == vocab.idx_to_token

    def rank(token):
        return -tokens.count(token), tokens.index(token)

    expected = [t for t in dict.fromkeys(tokens) if tokens.count(t) >= min_freq]
    expected = [t for t in sorted(expected, key=rank) if t != "<unk>"]
    assert vocab.idx_to_token[1:] == expected
