"""Prompts: what a model may be asked to continue, and how its answer is joined."""

import pytest

from d2l_local.text.prompt import (
    CLASSIC_PREFIXES,
    decode_tokens,
    default_prefixes,
    encode_prompt,
)
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


class Own:
    """A vocabulary of a reader's own: `[]`, `len` and `idx_to_token`, no more."""

    def __init__(self, tokens, unknown="<unk>"):
        self.idx_to_token = [unknown, *tokens] if unknown else list(tokens)
        self.unknown = unknown

    def __len__(self):
        return len(self.idx_to_token)

    def __getitem__(self, token):
        if token in self.idx_to_token:
            return self.idx_to_token.index(token)
        if self.unknown is None:
            raise KeyError(token)
        return 0


@pytest.mark.situation("predict_ch8: unknown tokens become <unk>, with one warning")
@pytest.mark.parametrize("make", [Own, lambda tokens: Vocab(list(tokens))])
def test_unknown_tokens_become_the_unknown_one_with_a_warning(make):
    vocab = make("abc")
    with pytest.warns(UserWarning, match=r"'zaxz' holds \['x', 'z'\].*'<unk>'") as seen:
        assert encode_prompt("zaxz", 5, vocab, unknown=True) == [0, 1, 0, 0]
    assert [warning.filename for warning in seen] == [__file__]
    assert decode_tokens([0, 1, 2], vocab, "a") == "<unk>ab"
    assert decode_tokens([1, 2], vocab, ["a"]) == "a b"
    with pytest.raises(ValueError, match=r"holds \['x'\]"):
        encode_prompt("xa", 5, vocab)


@pytest.mark.filterwarnings("error")
def test_the_unknown_token_by_its_name_is_no_surprise(words):
    assert encode_prompt(["the", "<unk>"], 5, words, unknown=True) == [1, 0]


@pytest.mark.situation("vocabularies: one of one's own without an unknown token")
def test_a_vocabulary_without_an_unknown_token_refuses_others():
    vocab = Own("abc", unknown=None)
    assert encode_prompt("ca", 5, vocab, unknown=True) == [2, 0]
    with pytest.raises(ValueError, match=r"holds \['x'\]"):
        encode_prompt("xa", 5, vocab)


@pytest.mark.situation("train_ch8: prefixes that fit the vocabulary at hand")
@pytest.mark.parametrize(
    ("vocab", "corpus", "prefixes"),
    [
        (Vocab(list("time traveller")), (), list(CLASSIC_PREFIXES)),
        (Vocab(["time", "traveller"]), (), [["time", "traveller"], ["traveller"]]),
        (Vocab(list("время")), [1, 2, 3, 4, 5], ["время"]),
        (Vocab(list("время")), [1, 2] * 99, ["врврврврвр"]),
        (Vocab(list("время")), (), ["в"]),
        (Vocab(list(" время")), [0, 1], ["в"]),  # a text may begin by what is unknown
        (Vocab(["es", "ist", "da"], 0, ["<pad>"]), [2, 3, 4, 2], [["es", "ist", "da"]]),
        (Vocab(["das", "ist"], 0, ["<pad>"]), (), [["das"]]),
        (Vocab([("das", "ist")]), [1], []),
        (Own("αβγ"), (), ["α"]),
        (Own("αβγ", unknown=None), [2, 1, 0], ["γβα"]),
        (Vocab(), (), []),
    ],
)  # fmt: skip
def test_default_prefixes_fit_the_vocabulary(vocab, corpus, prefixes):
    assert default_prefixes(vocab, corpus) == prefixes
    for prefix in prefixes:
        assert decode_tokens(encode_prompt(prefix, 5, vocab), vocab, prefix)
