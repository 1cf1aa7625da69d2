"""Prompts: what a model may be asked to continue, and how its answer is joined."""

import pytest

from d2l_local.text.prompt import decode_tokens, encode_prompt
from d2l_local.text.vocabulary import Vocab


@pytest.fixture
def letters():
    return Vocab(list("aaabbc"))  # a is 1, b is 2, c is 3


@pytest.fixture
def words():
    return Vocab(["the", "time", "machine"])


def test_a_string_is_read_character_by_character(letters):
    assert encode_prompt("abca", 5, letters) == [1, 2, 3, 1]


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_is_read_token_by_token(words, kind):
    assert encode_prompt(kind(["time", "the"]), 5, words) == [2, 1]


def test_a_list_of_characters_will_do_for_a_vocabulary_of_characters(letters):
    assert encode_prompt(["b", "c"], 0, letters) == [2, 3]


@pytest.mark.parametrize("prefix", ["", [], ()])
def test_an_empty_prefix_is_refused(letters, prefix):
    with pytest.raises(ValueError, match="prefix is empty.*at least one token"):
        encode_prompt(prefix, 5, letters)


def test_a_negative_number_of_predictions_is_refused(letters):
    with pytest.raises(ValueError, match="num_preds is -1.*0 or more"):
        encode_prompt("a", -1, letters)


def test_no_prediction_at_all_is_fine(letters):
    assert encode_prompt("a", 0, letters) == [1]


def test_unknown_tokens_are_all_named_once_in_order(letters):
    with pytest.raises(ValueError, match=r"'zaxz' holds \['x', 'z'\].* 4 tokens"):
        encode_prompt("zaxz", 5, letters)


def test_a_string_for_a_vocabulary_of_words_is_told_to_be_a_list(words):
    with pytest.raises(ValueError, match="pass a list of words"):
        encode_prompt("time", 5, words)


def test_the_unknown_token_itself_is_refused(words):
    with pytest.raises(ValueError, match=r"holds \['<unk>'\]"):
        encode_prompt(["the", "<unk>"], 5, words)


def test_characters_are_joined_plainly(letters):
    assert decode_tokens([1, 2, 3], letters, "a") == "abc"


def test_words_are_joined_with_spaces(words):
    assert decode_tokens((2, 3), words, ["time"]) == "time machine"


def test_a_generated_unknown_token_shows_in_the_text(letters):
    assert decode_tokens([1, 0], letters, "a") == "a<unk>"
