"""What isn't plain text in UTF-8 is named, with the remedy, by whatever reads it."""

import bz2
import codecs
import gzip
import io
import json
import lzma
import pickle
import random
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_local.text import corpus
from d2l_local.text.batching import load_data_time_machine
from d2l_local.text.formats import CONTROLS, check_is_text
from d2l_local.text.loading import load_corpus
from d2l_local.text.reading import read_lines
from d2l_local.text.sentence_pairs import load_arrays_nmt, read_data_nmt

# The same words in scripts whose letters look different as bytes.
TEXTS = {
    "English": "Once upon a time, there was a key.\nNobody had turned it.\n",
    "French": "Élan vital, déjà vu.\r\nÇa va — 37 fois !\r\n",
    "Russian": "Однажды жил-был ключ, который никто не поворачивал.\n",
    "Greek": "Μια φορά κι έναν καιρό ήταν ένα κλειδί.\n",
    "Arabic": "كان يا ما كان مفتاح لم يدره أحد.\n",
    "Hindi": "एक समय की बात है, एक चाबी थी।\n",
    "Thai": "กาลครั้งหนึ่งมีกุญแจดอกหนึ่ง\n",
    "Japanese": "むかしむかし、ひとつの鍵がありました。\n",
    "Chinese": "从前有一把钥匙，没有人转动过它。\n",
    "Korean": "옛날에 아무도 돌리지 않은 열쇠가 하나 있었습니다.\n",
    "emoji": "🔑🗝️ 🔒\n",
}
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


def name_of(encoding):
    return encoding.upper().replace("-LE", "LE").replace("-BE", "BE")


@pytest.mark.situation("text: UTF-16 and UTF-32, with and without a byte-order mark")
@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("times", [1, 60])
def test_wide_characters_are_named_by_their_encoding(encoding, marked, language, times):
    text = "\ufeff" * marked + TEXTS[language] * times
    try:
        check_is_text(text.encode(encoding), "own.txt")
    except ValueError as error:
        reason = str(error)
        assert reason.startswith(f"'own.txt' is in {name_of(encoding)}, not in UTF-8: ")
        assert f"`iconv -f {name_of(encoding)} -t UTF-8 OLD > NEW`" in reason
    else:  # what isn't seen here is found by the decoder
        with pytest.raises(UnicodeDecodeError):
            text.encode(encoding).decode("utf-8")


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("language", ["English", "French", "Russian", "Thai"])
def test_what_would_pass_for_utf8_is_always_seen(encoding, language):
    with pytest.raises(ValueError, match=f"is in {name_of(encoding)}, not in UTF-8"):
        check_is_text(TEXTS[language].encode(encoding), "own.txt")


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "once upon a time")
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("text.txt"), io.BytesIO(b""))
    return file.getvalue()


def saved():
    file = io.BytesIO()
    np.save(file, np.arange(99))
    return file.getvalue()


TEXT = TEXTS["English"].encode()
CELL = {"cell_type": "markdown", "metadata": {}, "source": "Once"}
NOTEBOOK = {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
FOREIGN = {
    "gzip": (gzip.compress(TEXT), "a gzip archive: unpack it"),
    "bzip2": (bz2.compress(TEXT), "a bzip2 archive: unpack it"),
    "xz": (lzma.compress(TEXT), "an xz archive: unpack it"),
    "zip": (zipped("a.txt"), "a zip archive: unpack it"),
    "tar": (tarred(), "a tar archive: unpack it"),
    "Word": (zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
    "EPUB": (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "an e-book"),
    "PDF": (b"%PDF-1.7\n1 0 obj\n", "a PDF document: open it, save it as plain text"),
    "RTF": (rb"{\rtf1\ansi Once upon a time}", "a document in Rich Text Format"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9, "a document of Micr"),
    "notebook": (json.dumps(NOTEBOOK, indent=1).encode(), "a Jupyter notebook: export"),
    "JIS": ("むかしむかし".encode("iso-2022-jp"), "in ISO-2022-JP, not in UTF-8"),
    "array": (saved(), "binary data, not a text"),
    "pickle": (pickle.dumps({"text": [1, 2.5] * 20}), "binary data, not a text"),
    "zeros": (bytes(1000), "binary data, not a text"),
    "noise": (random.Random(0).randbytes(5000), "binary data, not a text"),
}
READERS = {
    "read_lines": read_lines,
    "load_corpus": load_corpus,
    "load_data_time_machine": lambda path: load_data_time_machine(2, 5, text=path),
    "read_data_nmt": read_data_nmt,
    "load_arrays_nmt": lambda path: load_arrays_nmt(5, path=path),
}


@pytest.mark.situation("text: an archive, a document, a notebook or binary data")
@pytest.mark.parametrize("kind", FOREIGN)
def test_other_formats_are_named_with_the_remedy(kind, tmp_path):
    content, message = FOREIGN[kind]
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        read_lines(path)
    assert str(error.value).startswith(f"{str(path)!r} is {message}")


@pytest.mark.situation("text: UTF-16 without a byte-order mark, in every reader")
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_looks_at_what_it_is_given(reader, tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("once\tune fois\n" * 30, encoding="utf-16-le")
    with pytest.raises(ValueError, match=r"own\.txt' is in UTF-16LE, not in UTF-8"):
        READERS[reader](path)


PLAIN = {
    "nothing": b"",
    "one letter": b"a",
    "a byte-order mark": codecs.BOM_UTF8 + TEXT,
    "pages and old line ends": b"page one\x0cpage two\r\x0b\r",
    "the colours of a terminal": b"\x1b[31mred\x1b[0m\n" * 9,
    "overstruck words of a manual": b"N\x08NA\x08AM\x08ME\x08E\n",
    "few zeros": TEXT * 9 + b"\0" + TEXT,
    "the old end of a file": TEXT + b"\x1a",
    "JSON": b'{"cells": 4, "text": "once upon a time"}',
    "words about formats": b"%PDF is how a PDF begins, and PK a zip archive.",
    **{language: text.encode() for language, text in TEXTS.items()},
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_text_is_read_as_it_is(kind, tmp_path, recwarn):
    path = tmp_path / "own.txt"
    path.write_bytes(PLAIN[kind])
    assert (
        read_lines(path)
        == path.read_text("utf-8-sig").split("\n")[: len(read_lines(path))]
    )
    assert not recwarn.list


def test_a_few_controls_are_a_text_and_many_are_not():
    for byte in set(CONTROLS):
        check_is_text(b"letters" * 4 + bytes([byte]), "own.txt")
        with pytest.raises(ValueError, match="is (binary data|in UTF-16)"):
            check_is_text((b"letter" + bytes([byte])) * 5, "own.txt")


@given(st.binary(min_size=16))
def test_no_bytes_are_refused_that_are_letters_tabs_and_line_ends(data):
    check_is_text(bytes(b"a b\tcd\ne"[byte % 8] for byte in data), "own.txt")


def test_a_web_page_is_read_with_a_warning_at_the_readers_line(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(b"\xef\xbb\xbf\n<!DOCTYPE html><p>Once upon a time</p>")
    with pytest.warns(UserWarning, match=r"page\.html' is a page in HTML") as caught:
        assert load_corpus(path)[0]
    assert {warning.filename for warning in caught} == {__file__}


# Time grows with the length of a text, not with its square


@pytest.mark.situation("text: fifty megabytes without a blank, by words")
def test_a_text_without_a_blank_is_read_in_one_go(tmp_path, monkeypatch):
    path, parts = tmp_path / "own.txt", 20_000
    path.write_text("once" * 3 + "upon" * parts)
    # One character at a time: joined anew with each, two gigabytes would be moved.
    monkeypatch.setattr(corpus.read_pieces, "__defaults__", (4,))
    indices, vocab = load_corpus(path, "word")
    assert (len(indices), len(vocab)) == (1, 2)
    assert vocab.to_tokens(1) == "once" * 3 + "upon" * parts
