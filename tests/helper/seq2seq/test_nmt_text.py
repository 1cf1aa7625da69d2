"""The text side of translation: the corpus, cleaning, cutting, numbering."""

import re
import time
import unicodedata
import warnings

import numpy as np
import pytest

from d2l_local.text import sentence_pairs
from d2l_local.text.sentence_pairs import (
    build_array_nmt,
    encode_source,
    load_arrays_nmt,
    preprocess_nmt,
    read_data_nmt,
    tokenize_nmt,
    truncate_pad,
)
from d2l_local.text.sources import EMBEDDED
from d2l_local.text.vocabulary import Vocab

RESERVED = ["<pad>", "<bos>", "<eos>"]


@pytest.fixture
def corpus(tmp_path):
    """A function that writes a corpus of the reader's own, text or bytes."""

    def write(content):
        path = tmp_path / "own.tsv"
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    return write


@pytest.fixture(scope="module")
def pairs():
    """The sentence pairs of the embedded corpus."""
    return [line.split("\t") for line in read_data_nmt().split("\n")]


# The embedded corpus


def test_the_corpus_has_a_classic_size_and_no_sentence_twice(pairs):
    assert 600 <= len(pairs) <= 800
    assert {len(pair) for pair in pairs} == {2}
    english = [pair[0] for pair in pairs]
    assert len(set(english)) == len(english)


def test_it_goes_from_short_to_long(pairs):
    lengths = [len(english) for english, _ in pairs]
    assert lengths == sorted(lengths)
    assert max(len(preprocess_nmt(french).split()) for _, french in pairs) <= 10


def test_its_french_has_the_spaces_of_french_typography(pairs):
    for english, french in pairs:
        assert english.isascii()
        assert french == unicodedata.normalize("NFC", french)
        assert re.search("[.?!]$", english) and re.search("[.?!]$", french)
        assert not re.search("(?<!\u202f)[?!]", french), french
        assert not re.search(r"\s[.,]|\s\s|^\s|\s$", english + french), french
        assert ("?" in english) == ("?" in french), english


def test_nobody_is_called_tu_and_vous(pairs):
    vous = re.compile(r"\b(vous|votre|vos)\b|\w+ez\b", re.IGNORECASE)
    polite = re.compile(r"\b(sir|madam|children)\b", re.IGNORECASE)
    for english, french in pairs:
        if vous.search(french.replace("chez", "")):
            assert polite.search(english), french
        if re.search(r"\b(tu|toi|ton|ta|tes)\b", french, re.IGNORECASE):
            assert not polite.search(english), french


def test_most_words_of_the_first_pairs_come_back(pairs):
    (X, _, Y, _), src_vocab, tgt_vocab = load_arrays_nmt(10)
    assert X.shape == Y.shape == (600, 10)
    for indices, vocab in ((X, src_vocab), (Y, tgt_vocab)):
        assert len(vocab) > 150
        assert (indices == vocab.unk).sum() < 0.01 * (indices != vocab["<pad>"]).sum()


def test_it_is_no_novel():
    assert all(source.path.name != "phrases_en_fr.tsv" for source in EMBEDDED.values())
    readme = EMBEDDED["winding_hour"].path.parent.joinpath("README.md")
    assert "`phrases_en_fr.tsv`" in readme.read_text("utf-8")


# Reading


def test_reading_the_embedded_corpus_says_so_in_one_line_without_a_path(capsys):
    read_data_nmt()
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "English-French" in out and "read_data_nmt(path)" in out
    assert "/" not in out


def test_a_corpus_of_your_own_is_read_in_silence(corpus, capsys):
    path = corpus("Go.\tVa !\nRun.\tCours.\n")
    assert read_data_nmt(path) == read_data_nmt(str(path)) == "Go.\tVa !\nRun.\tCours."
    assert capsys.readouterr().out == ""


def test_marks_line_ends_and_columns_of_other_programs_are_taken(corpus):
    path = corpus(b"\xef\xbb\xbfGo.\tVa !\tCC-BY 2.0\r\n\r\nRun.\tCours.\r\n")
    text = preprocess_nmt(read_data_nmt(path))
    assert tokenize_nmt(text) == (
        [["go", "."], ["run", "."]],
        [["va", "!"], ["cours", "."]],
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", r"own\.tsv' holds no sentence pair"),
        ("\n \n", "holds no sentence pair"),
        ("Go.\tVa\xa0!\n".encode("latin-1"), r"own\.tsv' is not UTF-8: byte 0xa0"),
    ],
)
def test_a_bad_corpus_is_refused_by_name(corpus, content, words):
    with pytest.raises(ValueError, match=words):
        read_data_nmt(corpus(content))


@pytest.mark.situation("drop-in: lines that are no pairs are left out")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Go.\tVa !\nRun. Cours.\n", r"line 2 of .*own\.tsv' .*'Run\. Cours\.'\. S"),
        ("Go.\tVa !\n\n\tCours.\n", r"line 3 of .*has an empty side"),
        ("Go.\t\nGo.\tVa !\n\nx\ny", r"line 1 of .*has an empty side.*2 more like it"),
    ],
)
def test_lines_that_are_no_pairs_are_left_out_with_one_warning(corpus, content, words):
    with pytest.warns(UserWarning, match=words) as caught:
        text = read_data_nmt(corpus(content))
    assert [w.filename for w in caught] == [__file__]
    with pytest.warns(UserWarning, match="left out"):
        assert tokenize_nmt(text) == ([["Go."]], [["Va", "!"]])


def test_a_missing_corpus_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.tsv"):
        read_data_nmt(tmp_path / "nowhere.tsv")


# Cleaning


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Go.", "go ."),
        ("Va\u202f!", "va !"),
        ("Où\xa0?", "où ?"),
        ("Yes, please.", "yes , please ."),
        ("go .", "go ."),
        ("Well...", "well . . ."),
        ("!", "!"),
        ("a\n!\tB?", "a\n !\tb ?"),
        ("l'E\u0301te\u0301.", "l'été ."),
        ("", ""),
    ],
)
def test_text_is_cleaned(text, cleaned):
    assert preprocess_nmt(text) == cleaned


def test_cleaning_twice_changes_nothing():
    once = preprocess_nmt(read_data_nmt())
    assert preprocess_nmt(once) == once


@pytest.mark.parametrize("text", [["Go."], b"Go.", None])
def test_only_a_string_is_cleaned(text):
    with pytest.raises(TypeError, match=f"text is of type {type(text).__name__}: give"):
        preprocess_nmt(text)


def test_a_huge_text_is_cleaned_and_cut_in_moments():
    start = time.perf_counter()
    source, target = tokenize_nmt(
        preprocess_nmt("Go, now.\tVa, allez\u202f!\n" * 10**5)
    )
    assert len(source) == len(target) == 10**5
    assert target[-1] == ["va", ",", "allez", "!"]
    assert time.perf_counter() - start < 10


# Cutting


def test_pairs_are_cut_into_words():
    source, target = tokenize_nmt("go .\tva !\nhe runs .\til court .")
    assert source == [["go", "."], ["he", "runs", "."]]
    assert target == [["va", "!"], ["il", "court", "."]]


@pytest.mark.parametrize(
    ("asked", "given"), [(1, 1), (2, 2), (3, 3), (9, 3), (None, 3), (0, 3)]
)
def test_as_many_pairs_are_cut_as_are_asked_for(asked, given):
    source, target = tokenize_nmt("a\tb\nc\td\ne\tf", asked)
    assert len(source) == len(target) == given


@pytest.mark.parametrize(
    ("num_examples", "error"), [(-3, ValueError), ("6", TypeError)]
)
def test_a_bad_number_of_pairs_is_refused(num_examples, error):
    with pytest.raises(error, match="num_examples="):
        tokenize_nmt("a\tb", num_examples)


def test_nothing_gives_nothing():
    assert tokenize_nmt("") == ([], [])


# Cutting and filling up


@pytest.mark.parametrize(
    ("line", "num_steps", "result"),
    [
        ([4, 5, 6], 2, [4, 5]),
        ([4, 5, 6], 3, [4, 5, 6]),
        ([4, 5, 6], 5, [4, 5, 6, 1, 1]),
        ([], 2, [1, 1]),
        ((4, 5), 3, [4, 5, 1]),
    ],
)
def test_a_line_is_cut_or_filled_up(line, num_steps, result):
    before = list(line)
    assert truncate_pad(line, num_steps, 1) == result
    assert list(line) == before


@pytest.mark.parametrize(
    ("line", "num_steps", "error", "words"),
    [
        ([1], 0, ValueError, "num_steps=0"),
        ([1], 2.0, TypeError, "num_steps=2.0"),
        ("go .", 3, TypeError, "line='go .' is a string"),
    ],
)
def test_a_bad_line_is_refused(line, num_steps, error, words):
    with pytest.raises(error, match=words):
        truncate_pad(line, num_steps, 1)


@pytest.fixture
def vocab():
    return Vocab([["a", "b"]], reserved_tokens=RESERVED)  # a is 4, b is 5


def test_sentences_become_an_array_with_their_lengths(vocab):
    lines = [["a"], ["a", "b", "a"], ["b", "never", "a", "b"], []]
    array, valid_len = build_array_nmt(lines, vocab, 4)
    assert array.tolist() == [[4, 3, 1, 1], [4, 5, 4, 3], [5, 0, 4, 5], [3, 1, 1, 1]]
    assert valid_len.tolist() == [2, 4, 4, 1]
    assert (array.dtype, valid_len.dtype) == (np.int64, np.int32)


def test_no_sentence_gives_an_empty_array(vocab):
    array, valid_len = build_array_nmt([], vocab, 4)
    assert (array.shape, valid_len.shape) == ((0, 4), (0,))


def test_one_step_holds_the_first_word_alone(vocab):
    array, valid_len = build_array_nmt([["a", "b"], []], vocab, 1)
    assert (array.tolist(), valid_len.tolist()) == ([[4], [3]], [1, 1])


@pytest.mark.parametrize(
    ("lines", "num_steps", "error", "words"),
    [
        (["a b"], 4, TypeError, r"lines\[0\]='a b' is a string"),
        ([["a"]], 0, ValueError, "num_steps=0"),
    ],
)
def test_bad_sentences_are_refused(vocab, lines, num_steps, error, words):
    with pytest.raises(error, match=words):
        build_array_nmt(lines, vocab, num_steps)


def test_a_vocabulary_without_the_reserved_tokens_is_refused():
    # It would answer with <unk>, and nobody would learn where a sentence ends.
    with pytest.raises(ValueError, match="lacks '<eos>': build it with reserved_tok"):
        build_array_nmt([["a"]], Vocab([["a"]]), 4)


# All together


def test_rare_words_are_unknown_and_reserved_tokens_come_first(corpus):
    path = corpus("a b .\tx .\na b .\tx y .\nc .\ty .\n")
    (X, X_len, Y, Y_len), src_vocab, tgt_vocab = load_arrays_nmt(4, path=path)
    assert src_vocab.idx_to_token == ["<unk>", *RESERVED, ".", "a", "b"]
    assert tgt_vocab.idx_to_token == ["<unk>", *RESERVED, ".", "x", "y"]
    assert X.tolist() == [[5, 6, 4, 3], [5, 6, 4, 3], [0, 4, 3, 1]]
    assert Y.tolist() == [[5, 4, 3, 1], [5, 6, 4, 3], [6, 4, 3, 1]]
    assert (X_len.tolist(), Y_len.tolist()) == ([4, 4, 3], [3, 4, 3])


@pytest.mark.situation("drop-in: too few steps for any translation are a warning")
def test_steps_that_cut_every_translation_are_named(corpus):
    path = corpus("a .\tx y .\nb .\tx .\n")
    with pytest.warns(UserWarning, match="num_steps=2 cuts .*: give at least 3"):
        (_, _, Y, _), _, _ = load_arrays_nmt(2, path=path)
    assert Y.shape == (2, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_arrays_nmt(3, path=path)


def test_a_sentence_to_translate_is_cleaned_like_the_corpus(vocab):
    for sentence in ("A b", " a  B ", "a\xa0b"):
        array, valid_len = encode_source(sentence, vocab, 5)
        assert (array.tolist(), valid_len.tolist()) == ([[4, 5, 3, 1, 1]], [3])


def test_a_sentence_too_long_counts_what_is_left_of_it(vocab):
    array, valid_len = encode_source("a b a b", vocab, 3)
    assert (array.tolist(), valid_len.tolist()) == ([[4, 5, 4]], [3])


def test_unknown_words_may_be_translated(vocab):
    assert encode_source("never", vocab, 3)[0].tolist() == [[0, 3, 1]]


@pytest.mark.parametrize(
    ("sentence", "error"), [("", ValueError), (" ", ValueError), (["a"], TypeError)]
)
def test_what_is_no_sentence_is_refused(vocab, sentence, error):
    with pytest.raises(error, match="src_sentence="):
        encode_source(sentence, vocab, 3)


def test_the_reserved_tokens_are_the_classic_ones():
    assert list(sentence_pairs.RESERVED) == RESERVED
