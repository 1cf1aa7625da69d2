"""Text: reading, cleaning, tokens, corpora, and the errors of each."""

import hashlib
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_local import download
from d2l_local.text import sources
from d2l_local.text.loading import (
    clean,
    load_corpus,
    load_corpus_time_machine,
    read_lines,
    read_time_machine,
    tokenize,
)
from d2l_local.text.vocabulary import Vocab, count_corpus


@pytest.fixture
def write(tmp_path):
    """Writer of a text file (str as UTF-8, or bytes), returning its path."""

    def write(content, name="own.txt"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def book(write, monkeypatch, tmp_path):
    """A small file that counts as the book."""
    path = write("The Time\nMachine, by\n\n  H. G. Wells!\n", "timemachine.txt")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(download.SHA256, "time_machine", digest)
    monkeypatch.setenv("D2L_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("D2L_TEXT", raising=False)
    return path


# Cleaning


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The Time Machine, by H. G. Wells [1898]", "the time machine by h g wells"),
        ("  I've 3 -- eyes\n", "i ve eyes"),
        ("caf\u00e9 noir", "caf noir"),
        ("\n", ""),
        ("12_34", ""),
    ],
)
def test_clean_keeps_only_a_to_z_and_single_spaces(line, expected):
    assert clean(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Cafe\u0301 NOIR, 1898!", "caf\u00e9 noir"),
        ("\u4f60\u597d\uff0c\u4e16\u754c\u3002", "\u4f60\u597d \u4e16\u754c"),
        ("\u041f\u0440\u0438\u0432\u0435\u0442_\u041c\u0438\u0440", "привет мир"),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940",
            "\u0939\u093f\u0928\u094d\u0926\u0940",
        ),
        ("Stra\u00dfe 7", "stra\u00dfe"),
        ("\u2014 42 \u2014", ""),
    ],
)
def test_clean_unicode_keeps_letters_and_marks_of_every_script(line, expected):
    assert clean(line, unicode=True) == expected


@given(st.text())
def test_clean_is_done_after_one_pass(line):
    for unicode in (False, True):
        once = clean(line, unicode)
        assert clean(once, unicode) == once
        assert "  " not in once
        assert once == once.strip()


@given(st.text())
def test_clean_unicode_gives_composed_letters_marks_and_spaces(line):
    once = clean(line, unicode=True)
    assert unicodedata.is_normalized("NFC", once)
    assert all(c == " " or unicodedata.category(c)[0] in "LM" for c in once)


# Reading


def test_read_lines_knows_every_line_end_and_only_line_ends(write):
    path = write("one\r\ntwo\rthree\n\nfo\x0cur\u2028five")
    assert read_lines(path) == ["one", "two", "three", "", "fo\x0cur\u2028five"]
    assert read_lines(str(path)) == read_lines(path)


def test_read_lines_skips_a_byte_order_mark(write):
    assert read_lines(write(b"\xef\xbb\xbfhello\n")) == ["hello"]


def test_read_lines_names_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        read_lines(tmp_path / "nowhere.txt")
    with pytest.raises(FileNotFoundError):
        read_lines(tmp_path)  # a folder is no text


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_read_lines_names_file_offset_and_remedy_if_not_utf8(write, mark):
    path = write(mark + b"caf\xe9 noir", "latin.txt")
    offset = len(mark) + 3
    with pytest.raises(
        ValueError, match=rf"latin\.txt.*0xe9 at offset {offset}\b"
    ) as e:
        read_lines(path)
    assert "iconv" in str(e.value)


def test_tokenize_words_and_characters():
    assert tokenize(["the time", ""]) == [["the", "time"], []]
    assert tokenize(["a b"], "char") == [["a", " ", "b"]]


def test_tokenize_names_an_unknown_kind():
    with pytest.raises(
        ValueError, match="token must be 'word' or 'char', got 'letter'"
    ):
        tokenize(["a"], "letter")


WORDS = st.text(st.characters(categories=["L", "M"]), min_size=1, max_size=4)


@given(
    st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=6),
    st.sampled_from(["word", "char"]),
    st.integers(0, 3),
    st.lists(st.sampled_from(["<pad>", "<bos>", " ", "a"]), unique=True),
)
def test_any_text_comes_back_from_its_indices(lines, token, min_freq, reserved):
    lines = [clean(line, unicode=True) for line in lines]
    tokens = tokenize(lines, token)
    separator = " " if token == "word" else ""
    assert [separator.join(line) for line in tokens] == lines
    vocab = Vocab(tokens, min_freq, reserved)
    counts = count_corpus(tokens)
    kept = {each for each, n in counts.items() if n >= min_freq} | {*reserved}
    expected = [[each if each in kept else "<unk>" for each in line] for line in tokens]
    assert vocab.to_tokens(vocab[tokens]) == expected
    assert set(vocab.idx_to_token) == kept | {"<unk>"}
    assert vocab.idx_to_token[1 : 1 + len(reserved)] == reserved
    assert dict(vocab.token_freqs) == counts
    assert [vocab[each] for each in vocab.idx_to_token] == list(range(len(vocab)))


# The book


def test_read_time_machine_keeps_blank_lines(book):
    assert read_time_machine() == ["the time", "machine by", "", "h g wells"]


def test_book_lines_join_without_a_space(book):
    corpus, vocab = load_corpus_time_machine()
    text = "the timemachine byh g wells"
    assert "".join(vocab.to_tokens(corpus)) == text
    assert isinstance(corpus, list)
    assert len(vocab) == len(set(text)) + 1


def test_max_tokens_cuts_the_corpus_and_not_the_vocabulary(book):
    corpus, vocab = load_corpus_time_machine(max_tokens=3)
    whole, whole_vocab = load_corpus_time_machine(-1)
    assert corpus == whole[:3]
    assert vocab.idx_to_token == whole_vocab.idx_to_token
    assert load_corpus_time_machine(10**6)[0] == whole


def test_load_corpus_time_machine_is_load_corpus_by_that_name(book):
    by_name, vocab = load_corpus("time_machine")
    assert by_name == load_corpus_time_machine()[0]
    words, vocab = load_corpus("time_machine", token="word")
    assert vocab.to_tokens(words) == ["the", "time", "machine", "by", *"hg", "wells"]


@pytest.mark.situation("drop-in: max_tokens of 0 or less is the whole text")
@pytest.mark.parametrize("number", [0, -2])
def test_max_tokens_below_one_is_the_whole_text(number, write):
    with pytest.warns(UserWarning, match=f"max_tokens={number} stands for the whole"):
        assert len(load_corpus(write("abc"), max_tokens=number)[0]) == 3


@pytest.mark.situation("drop-in: lines that are cut already stay as they are")
def test_characters_of_lines_that_are_cut_already():
    assert tokenize([["4"], ["8", "15"]], "char") == [["4"], ["8", "15"]]
    with pytest.raises(TypeError, match=r"lines\[0\] is \['4'\]"):
        tokenize([["4"]], "word")
    with pytest.warns(UserWarning, match="lines is one string, 'ab'"):
        assert tokenize("ab", "char") == [["a"], ["b"]]


@pytest.mark.parametrize("bad", [1.5, "9", None])
def test_max_tokens_of_another_type_are_refused(bad, write):
    with pytest.raises(TypeError, match="max_tokens="):
        load_corpus(write("abc"), max_tokens=bad)


# Own texts


def test_own_lines_join_with_one_space_and_blank_lines_vanish(write):
    corpus, vocab = load_corpus(write("One,\n\n  two\n3\nthree\n"))
    assert "".join(vocab.to_tokens(corpus)) == "one two three"


def test_own_text_as_words_with_min_freq_and_reserved_tokens(write):
    path = write("b a\na c a\n")
    corpus, vocab = load_corpus(
        path, token="word", min_freq=2, reserved_tokens=["<pad>"], max_tokens=3
    )
    assert vocab.idx_to_token == ["<unk>", "<pad>", "a"]
    assert corpus == [0, 2, 2]


def test_embedded_text_by_name():
    name = sources.STAND_IN
    words, vocab = load_corpus(name, token="word", max_tokens=3)
    title = sources.EMBEDDED[name].title
    assert vocab.to_tokens(words) == clean(title).split()[:3]


def test_a_name_wins_over_a_file_unless_a_path_is_written(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    write("zebra", sources.STAND_IN)
    assert len(load_corpus(sources.STAND_IN)[0]) > 100
    corpus, vocab = load_corpus(f"./{sources.STAND_IN}")
    assert "".join(vocab.to_tokens(corpus)) == "zebra"


def test_unicode_text(write):
    corpus, vocab = load_corpus(write("Привет,\nмир!"), unicode=True)
    assert "".join(vocab.to_tokens(corpus)) == "привет мир"


def test_text_of_another_script_asks_for_unicode(write):
    path = write("Привет, мир!", "russian.txt")
    with pytest.raises(ValueError, match=r"russian\.txt.*unicode=True"):
        load_corpus(path)


@pytest.mark.parametrize("content", ["", "\n\n", "12 34\n--\n"])
@pytest.mark.parametrize("unicode", [False, True])
def test_text_without_letters_is_refused(write, content, unicode):
    path = write(content, "bare.txt")
    with pytest.raises(ValueError, match=r"bare\.txt.*empty") as error:
        load_corpus(path, unicode=unicode)
    assert "unicode=True" not in str(error.value)


def test_missing_own_file_is_named_with_the_embedded_texts(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"mine\.txt.*winding_hour"):
        load_corpus(tmp_path / "mine.txt")


def test_unknown_kind_is_reported_before_the_file(tmp_path):
    with pytest.raises(ValueError, match="'letter'"):
        load_corpus(tmp_path / "mine.txt", token="letter")


def test_importing_text_imports_no_heavy_library():
    code = (
        "import sys, d2l_local.text.loading\n"
        "heavy = {'matplotlib', 'pooch', 'requests', 'tqdm', 'IPython', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"
