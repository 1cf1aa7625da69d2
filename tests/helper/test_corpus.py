"""Corpora: lists, or arrays in a file, both equal to those made the plain way."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import textwrap
import unicodedata
from itertools import islice
from pathlib import Path

import naive
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from d2l_local.text import corpus as corpora
from d2l_local.text import sources
from d2l_local.text.batching import (
    SeqDataLoader,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.text.corpus import corpus_of
from d2l_local.text.formats import _format_of
from d2l_local.text.loading import load_corpus
from d2l_local.text.sources import Source

ROOT = Path(__file__).parents[2]
PROC = Path("/proc/self/status")
needs_proc = pytest.mark.skipif(not PROC.exists(), reason="reads /proc")


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "own.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def in_a_file(monkeypatch):
    """Let even a short corpus be stored in a file."""
    monkeypatch.setattr(corpora, "LONGEST_LIST", 0)


# A text that loses letters

FRENCH = "Élan vital, déjà vu.\nÇa va — 37 fois !\n"  # 23 letters, 4 of them accented
NFD = unicodedata.normalize("NFD", FRENCH)  # 23 plain letters and 4 marks


@pytest.mark.parametrize("token", ["char", "word"])
@pytest.mark.parametrize("size", [1 << 16, 3])
@pytest.mark.parametrize(
    ("text", "lost"), [(FRENCH, "4 of its 23"), (NFD, "4 of its 27")]
)
@pytest.mark.situation("first steps: a text that loses its accents says so once")
def test_letters_that_cleaning_drops_are_counted_once_with_the_remedy(
    text, lost, size, token, write, monkeypatch
):
    monkeypatch.setattr(corpora.read_pieces, "__defaults__", (size,))
    path = write(text)
    with pytest.warns(UserWarning) as caught:
        load_corpus(path, token)
    (warning,) = caught
    assert str(warning.message) == (
        f"{str(path)!r} loses {lost} letters and accents, since only a to z are kept: "
        "to keep them all, pass unicode=True, as in load_corpus(path, unicode=True)"
    )
    assert warning.filename == __file__  # the line of the reader, not one of ours


def test_a_loader_says_that_letters_are_dropped_and_names_its_callers_line(write):
    with pytest.warns(UserWarning, match="loses 40 of its 230 letters") as caught:
        load_data_time_machine(2, 3, text=write(FRENCH * 10))
    assert [warning.filename for warning in caught] == [__file__]


def test_no_letter_is_lost_without_a_word_and_none_is_no_reason_for_one(
    write, monkeypatch, recwarn
):
    load_corpus(write(FRENCH), unicode=True)
    load_corpus(write("Well — “plain” letters, 37 of them…\n"))
    load_corpus("galley_log")
    with pytest.raises(ValueError, match="its letters are of another script"):
        load_corpus(write("中文"))
    monkeypatch.setenv("D2L_TEXT", "embedded")
    load_corpus("time_machine")
    assert not recwarn.list


def test_the_classic_text_is_cut_down_to_a_to_z_on_purpose(write, monkeypatch, recwarn):
    source = Source("time_machine", "The Time Machine", write(FRENCH), embedded=False)
    monkeypatch.setattr("d2l_local.text.loading.find_source", lambda name: source)
    corpus, vocab = load_corpus("time_machine")
    assert "".join(vocab.to_tokens(corpus)) == "lan vital d j vua va fois"
    assert not recwarn.list


def test_letters_are_counted_while_the_text_is_read_and_not_again(write, monkeypatch):
    opened, read = [], corpora.read_pieces

    def count(path):
        opened.append(path)
        return read(path)

    monkeypatch.setattr(corpora, "read_pieces", count)
    with pytest.warns(UserWarning, match="loses 4 of its 23 letters"):
        load_corpus(write(FRENCH))
    assert len(opened) == 2  # to count the tokens, and to number them


# The same corpus, stored either way, of any text

WORDS = ["the", "time", "Time", "a", "été", "e\u0301te\u0301", "ΟΔΟΣ", "中文", "--", ""]
ENDS = [" ", "\n", "\r\n", "\n\n", ", ", ""]
TEXTS = st.lists(
    st.one_of(st.sampled_from(WORDS + ENDS), st.text(max_size=3)), max_size=30
)


@pytest.mark.filterwarnings("ignore:.* loses .* letters")
@pytest.mark.parametrize("longest_list", [0, 10**6])
@pytest.mark.parametrize("token", ["char", "word"])
@settings(deadline=None)
@given(
    TEXTS,
    st.booleans(),
    st.sampled_from([" ", ""]),
    st.integers(0, 3),
    st.sampled_from([(), ("<pad>",), ("t", "the", "<pad>")]),
    st.sampled_from([-1, 1, 2, 7, 10**9]),
    st.integers(1, 20),
)
def test_a_corpus_equals_the_plain_way(
    longest_list, token, tmp_path_factory, parts, unicode, joint, min_freq, reserved,
    max_tokens, piece,
):  # fmt: skip
    data = ("a" + "".join(parts)).encode("utf-8", "replace")
    assume(not naive.is_no_text(data))
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(data)
    source = Source("any", "any.txt", path, embedded=False)
    tokens = naive.tokens(data, token, unicode, joint)
    expected, table = naive.corpus(tokens, min_freq, reserved)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(corpora, "LONGEST_LIST", longest_list)
        patched.setattr(corpora.read_pieces, "__defaults__", (piece,))
        corpus, vocab = corpus_of(
            source, token, max_tokens, unicode, min_freq, list(reserved), joint
        )
    assert isinstance(corpus, np.memmap if longest_list == 0 else list)
    assert vocab.idx_to_token == table
    assert list(corpus) == (expected if max_tokens == -1 else expected[:max_tokens])
    if not min_freq and not reserved:
        assert vocab.to_tokens(corpus) == tokens[: len(corpus)]


@pytest.mark.parametrize(("kinds", "dtype"), [(255, "u1"), (256, "u2"), (70_000, "u4")])
def test_the_type_is_the_smallest_that_holds_every_index(
    kinds, dtype, write, in_a_file
):
    letters = [chr(i) for i in range(0x3400, 0x40000) if chr(i).isalpha()]
    words = letters[:kinds]
    if kinds > 1000:
        words = [a + b for a in letters[:700] for b in letters[:100]]
    corpus, vocab = load_corpus(write(" ".join(words)), "word", unicode=True)
    assert len(vocab) == kinds + 1
    assert corpus.dtype == dtype
    assert corpus.tolist() == list(range(1, kinds + 1))


def test_lists_hold_plain_ints_and_arrays_may_be_changed(write, monkeypatch):
    path = write("the time")
    corpus, vocab = load_corpus(path)
    assert {type(i) for i in corpus} == {int}
    assert vocab.to_tokens(corpus) == list("the time")
    monkeypatch.setattr(corpora, "LONGEST_LIST", 7)
    stored, vocab = load_corpus(path)
    stored[0] = 0
    assert vocab.to_tokens(stored[:3]) == ["<unk>", "h", "e"]
    assert load_corpus(path)[0].tolist() == corpus
    assert isinstance(load_corpus(path, max_tokens=7)[0], list)


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_loader_serves_the_same_batches_from_a_list_and_from_a_file(
    use_random_iter, monkeypatch
):
    def batches():
        loader = SeqDataLoader(4, 7, use_random_iter, 5000, text="galley_log")
        kinds.append(type(loader.corpus))
        served = [(X.tolist(), Y.tolist()) for _ in range(3) for X, Y in loader]
        return served, loader.fingerprint()

    kinds = []
    monkeypatch.setattr(corpora, "LONGEST_LIST", 5000)
    expected = batches()
    monkeypatch.setattr(corpora, "LONGEST_LIST", 4999)
    assert batches() == expected
    assert kinds == [list, np.memmap]


def test_max_tokens_stops_the_second_reading_early(write, monkeypatch):
    path, opened = write("abcdefghi " * 100_000), []
    read_pieces = corpora.read_pieces

    def counted(path):
        opened.append(0)
        for piece in read_pieces(path):
            opened[-1] += len(piece)
            yield piece

    monkeypatch.setattr(corpora, "read_pieces", counted)
    corpus, vocab = load_corpus(path, max_tokens=10)
    assert vocab.to_tokens(corpus) == list("abcdefghi ")
    assert opened[0] == 1_000_000 and opened[1] < 200_000


# The file and its end


@needs_proc
def test_the_file_has_no_name_and_ends_with_the_array(write, in_a_file, monkeypatch):
    folder = Path(tempfile.mkdtemp(dir=write("x").parent))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    files, maps = open_files(folder), mapped(folder)
    loader = SeqDataLoader(2, 3, False, -1, text=write("letters " * 100))
    view = loader.corpus[5:7]
    assert list(folder.iterdir()) == []
    assert mapped(folder) == maps + 1
    del loader
    assert mapped(folder) == maps + 1 and view.tolist() != []
    del view
    assert (open_files(folder), mapped(folder)) == (files, maps)


def open_files(folder):
    links = [os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()]
    return sum(link.startswith(str(folder)) for link in links)


def mapped(folder):
    return Path("/proc/self/maps").read_text().count(str(folder))


@pytest.mark.parametrize("token", ["char", "word"])
def test_nothing_is_left_when_reading_fails_half_way(
    token, write, in_a_file, monkeypatch
):
    path = write("letters " * 100_000)
    folder = Path(tempfile.mkdtemp(dir=path.parent))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    calls, read_pieces = [], corpora.read_pieces

    def failing(path):
        calls.append(path)
        yield from islice(read_pieces(path), None if len(calls) == 1 else 2)
        if len(calls) > 1:
            raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(corpora, "read_pieces", failing)
    with pytest.raises(OSError, match="Input/output error") as error:
        load_corpus(path, token)
    assert "TMPDIR" not in str(error.value)  # the disk of the text is at fault
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("longest_list", [0, 10**6])
@pytest.mark.parametrize("token", ["char", "word"])
@pytest.mark.parametrize("later", ["", "letters", "letters " * 300])
def test_a_text_that_changes_while_it_is_read_is_refused(
    later, token, longest_list, write, monkeypatch
):
    monkeypatch.setattr(corpora, "LONGEST_LIST", longest_list)
    path, calls, read_pieces = write("letters " * 100), [], corpora.read_pieces

    def changing(path):
        calls.append(path)
        if len(calls) == 2:
            write(later)
        return read_pieces(path)

    monkeypatch.setattr(corpora, "read_pieces", changing)
    with pytest.raises(ValueError, match=r"own\.txt.* changed while it was read"):
        load_corpus(path, token)


def python(code, *arguments, **options):
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, **options
    )


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_full_disk_is_named_with_folder_size_and_remedy(write):
    path = write("letters " * 20_000)
    folder = tempfile.mkdtemp(dir=path.parent)
    run = python(
        """
        import os, resource, sys, tempfile
        from d2l_local.text import corpus
        from d2l_local.text.batching import SeqDataLoader

        corpus.LONGEST_LIST = 0
        before = os.listdir("/dev/fd")
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            SeqDataLoader(2, 5, False, -1, text=sys.argv[1])
        except OSError as error:
            print(error.errno, error)
        print(os.listdir(tempfile.gettempdir()), os.listdir("/dev/fd") == before)
        """,
        str(path),
        env=os.environ | {"TMPDIR": folder},
    )
    assert run.returncode == 0, run.stderr
    message, left = run.stdout.splitlines()
    assert message.startswith("27 [Errno 27] cannot store the indices of the text")
    for part in ("159999 bytes", repr(folder), "File too large", "TMPDIR"):
        assert part in message
    assert left == "[] True"  # no file left, on the disk or open


def test_a_missing_folder_for_temporary_files_is_named(write, in_a_file, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(write("x").parent / "gone"))
    with pytest.raises(FileNotFoundError, match=r"gone'.*set TMPDIR"):
        load_corpus(write("letters"))


# Hostile texts


@given(st.binary(max_size=200), st.booleans(), st.sampled_from(["char", "word"]))
@example(b"\xef", False, "char")
@example(b"\xef\xbb", True, "word")
def test_any_bytes_give_a_corpus_or_one_clear_error(tmp_path_factory, data, uni, token):
    path = tmp_path_factory.getbasetemp() / "fuzz.txt"
    path.write_bytes(data)
    try:
        expected = naive.tokens(data, token, uni)
    except UnicodeDecodeError:
        expected = None
    try:
        corpus, vocab = load_corpus(path, token, unicode=uni)
    except ValueError as error:
        assert "fuzz.txt" in str(error)
        if naive.is_no_text(data) or _format_of(data):
            reason = "is (in|not) UTF-|is binary|is empty|: (open|unpack|export) it"
            assert re.search(reason, str(error))
            return
        assert not expected
        reason = "is not UTF-8|is in UTF-" if expected is None else "is empty"
        assert re.search(reason, str(error))
    else:
        assert vocab.to_tokens(corpus) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "cp1252", "gb18030",
                                      "shift_jis", "koi8-r"])  # fmt: skip
def test_a_text_that_goes_on_in_another_encoding_is_named(encoding, write):
    letters = {"gb18030": "中文", "shift_jis": "日本", "koi8-r": "Привет"}
    begun = b"A page in UTF-8.\n" * 10_000
    # Letters of UTF-32 look like control characters of UTF-8 until one has a high bit.
    path = write(begun + letters.get(encoding, "é\xff").encode(encoding))
    with pytest.raises(ValueError, match=r"own\.txt' is not UTF-8.*iconv") as error:
        load_corpus(path, unicode=True)
    assert int(str(error.value).split("offset ")[1].split(".")[0]) >= len(begun)


@pytest.mark.parametrize("token", ["char", "word"])
def test_zeros_controls_and_a_byte_order_mark_are_no_letters(token, write):
    path = write(b"\xef\xbb\xbfa\x00b\x1b[0m\x7f\xef\xbb\xbfc\x0b\x0cd")
    corpus, vocab = load_corpus(path, token, unicode=True)
    assert vocab.to_tokens(corpus) == [*"a b m c d"][:: 1 if token == "char" else 2]


def test_marks_without_number_are_refused_with_the_name_of_the_file(write):
    path = write("a" + "\u0301" * 501)
    with pytest.raises(ValueError, match=r"own\.txt' holds 501 combining marks"):
        load_corpus(path, unicode=True)
    assert load_corpus(path)[0] == [1]


def test_one_word_of_a_million_letters(write):
    corpus, vocab = load_corpus(write("ab" * 500_000), "word")
    assert corpus == [1]
    assert vocab.idx_to_token[1] == "ab" * 500_000


# Large texts

LOAD = """
import json, random, resource, sys
import numpy as np
from d2l_local.text import corpus
from d2l_local.text.batching import (
    SeqDataLoader,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.text.loading import load_corpus

def memory():
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmHWM"].split()[0]) / 1024

path, options = sys.argv[1], json.loads(sys.argv[2])
corpus.LONGEST_LIST = 10**5
before = memory()
"""


def load_in_a_fresh_process(code, path, **options):
    run = python(LOAD + textwrap.dedent(code), str(path), json.dumps(options))
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def period_of(text):
    """Cleaned text and the space after it, that a file of repeated texts repeats."""
    return naive.text(text.encode()) + " "


@needs_proc
@pytest.mark.parametrize("order", ["sequential", "random"])
def test_a_hundred_megabytes_are_served_in_little_memory(order, tmp_path):
    """Measured: 4 MiB more than before while it is loaded, 17 with the random order,
    and what the epoch has touched of the file, one byte a token.
    """
    texts = [source.path.read_text("utf-8") for source in sources.EMBEDDED.values()]
    text = "\n".join(texts)
    if order == "random":  # one line of that size
        text = text.replace("\n", " ")
    text += " "
    path = tmp_path / "large.txt"
    copies = 100_000_000 // len(text) + 1
    with path.open("w") as file:
        for _ in range(copies):
            file.write(text)
    period = period_of(text)
    found = load_in_a_fresh_process(
        """
        n, T = 200, 35
        loader = SeqDataLoader(n, T, options["random"], -1, text=path)
        loaded = memory() - before
        batches = iter(loader)
        begun = memory() - before
        served = [next(batches)]
        total = (len(loader.corpus) - 1) // (n * T)
        if not options["random"]:  # the other one would touch the whole file
            for i, batch in enumerate(batches, 1):
                if i in (total // 2, total - 2):
                    served.append(batch)
        table = loader.vocab.idx_to_token
        rows = [["".join(table[i] for i in row) for row in part[:3].tolist()]
                for batch in served for part in batch]
        print(json.dumps({
            "loaded": loaded, "begun": begun, "ended": memory() - before, "rows": rows,
            "n": len(loader.corpus), "type": type(loader.corpus).__name__,
            "starts": [int(i) for i in batches.gi_frame.f_locals["starts"][:3]]
            if options["random"] else None,
        }))
        """,
        path,
        random=order == "random",
    )
    n = len(period) * copies - 1
    assert (found["n"], found["type"]) == (n, "memmap")
    assert found["loaded"] < 16
    assert found["begun"] < 16 + 8 * n / 35 / 2**20
    assert found["ended"] < found["begun"] + 8 + n / 2**20

    def expected(start):
        return "".join(period[(start + i) % len(period)] for i in range(36))

    if order == "random":
        rng = random.Random(0)
        offset = rng.randint(0, 34)
        assert len({start % 35 for start in found["starts"]} | {offset}) == 1
        starts = [found["starts"]]
    else:
        offset = random.Random(0).randint(0, 35)
        row = (n - 1 - offset) // 200
        total = (n - 1) // (200 * 35)
        firsts = [35 * i for i in (0, total // 2, total - 2)]
        starts = [[offset + r * row + first for r in range(3)] for first in firsts]
    for i, each in enumerate(starts):
        assert found["rows"][2 * i] == [expected(start)[:35] for start in each]
        assert found["rows"][2 * i + 1] == [expected(start)[1:] for start in each]


@needs_proc
@pytest.mark.parametrize("token", ["char", "word"])
def test_a_large_text_of_other_scripts_is_loaded_in_little_memory(token, tmp_path):
    """Words of several scripts, many of them decomposed, with long lines."""
    rng = random.Random(0)
    letters = ["абвгдежз", "αβγδΣς", "中文字母", "aeiou", "가나다", "אבגד", "कखगघ"]
    marks = ["", "", "\u0301", "\u0308"]
    words = [
        "".join(
            rng.choice(script) + rng.choice(marks) for _ in range(rng.randint(1, 6))
        )
        for script in letters
        for _ in range(40)
    ]
    text = "".join(
        rng.choice(words) + rng.choice([" ", ", ", ". ", "\n", "\u3002", "-"])
        for _ in range(20_000)
    )
    copies = 6_000_000 // len(text.encode()) + 1
    path = tmp_path / "scripts.txt"
    path.write_text((text + "\n") * copies, encoding="utf-8")
    found = load_in_a_fresh_process(
        """
        corpus, vocab = load_corpus(path, unicode=True, **options)
        loaded = memory() - before
        n = len(corpus)
        batches = list(seq_data_iter_sequential(corpus, 3, n // 4, random.Random(0)))
        (X, Y), = batches
        print(json.dumps({
            "n": n, "type": str(corpus.dtype), "loaded": loaded,
            "rows": [vocab.to_tokens(row[:99].tolist()) for row in X],
            "table": vocab.idx_to_token,
        }))
        """,
        path,
        token=token,
    )
    period = naive.tokens(text.encode(), token, unicode=True)
    if token == "char":
        period.append(" ")
    n = len(period) * copies - (token == "char")
    assert found["n"] == n
    assert found["type"] == ("uint8" if token == "char" else "uint16")
    assert found["loaded"] < 24
    assert found["table"][1:] == naive.corpus(period)[1][1:]
    offset = random.Random(0).randint(0, min(n // 4, n - 1 - 3 * (n // 4)))
    row = (n - 1 - offset) // 3
    for r, tokens in enumerate(found["rows"]):
        start = offset + r * row
        assert tokens == [period[(start + i) % len(period)] for i in range(99)]


def test_the_random_order_of_a_large_corpus_is_that_of_a_shuffled_list():
    n, T = 300_001, 3
    rng = random.Random(5)
    offset = rng.randint(0, T - 1)
    starts = list(range(offset, offset + (n - 1 - offset) // T * T, T))
    rng.shuffle(starts)
    served = seq_data_iter_random(np.arange(n), 1000, T, random.Random(5))
    firsts = np.concatenate([X[:, 0] for X, _ in served])
    assert firsts.tolist() == starts[: len(firsts)]


def test_sequential_batches_copy_one_batch_at_a_time(in_a_file, write):
    corpus, _ = load_corpus(write("ab" * 50_000))
    X, Y = next(seq_data_iter_sequential(corpus, 2, 3))
    assert X.base is None and Y.base is None
    assert X.dtype == Y.dtype == np.int64
