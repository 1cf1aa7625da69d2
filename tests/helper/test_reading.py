"""Reading: in pieces as in one, and what is no text file."""

import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_local.text.loading import load_corpus
from d2l_local.text.reading import decode, read_lines, read_pieces
from d2l_local.text.sentence_pairs import read_data_nmt
from d2l_local.text.sources import EMBEDDED, find_source

# Bytes that make up line ends, marks and characters of every length, and break them.
BYTES = [b"a", b" ", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\x00", b"\x0c"]
BYTES += [each.encode() for each in "éẞ中𝄞\u0301\u2028"]
BROKEN = [b"\xff", b"\xc3", b"\xe4\xb8", b"\xf0\x9d\x84", b"\xed\xa0\x80", b"\xc0\x80"]


def datas(parts):
    return st.lists(st.one_of(st.sampled_from(parts), st.binary(max_size=2)))


def cut(data, sizes):
    """`data` in pieces of these sizes in turn."""
    start, pieces = 0, []
    while start < len(data):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[start : start + size])
        start += size
    return pieces


SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@given(datas(BYTES + BROKEN).map(b"".join), SIZES)
def test_pieces_are_read_as_the_whole_for_any_bytes_and_seams(data, sizes):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {data[error.start]:#04x} at offset {error.start}."
        with pytest.raises(ValueError, match=re.escape(where)):
            list(decode(cut(data, sizes), "x"))
        return
    whole = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline=None).read()
    pieces = list(decode(cut(data, sizes), "x"))
    assert "".join(pieces) == whole


@given(st.lists(st.sampled_from(BYTES)).map(b"".join), st.integers(1, 9))
def test_lines_are_those_of_text_mode(tmp_path_factory, data, size):
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    if b"\x00" in data:  # many of which are no text, so a few are read in a long one
        data += b"plain text " * 1000
    path.write_bytes(data)
    with open(path, encoding="utf-8-sig") as file:
        expected = [line.removesuffix("\n") for line in file]
    assert read_lines(path) == expected
    assert "".join(read_pieces(path, size)).split("\n")[: len(expected)] == expected


def test_a_piece_is_no_larger_than_asked_for(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("abcdefghij" * 10)
    assert max(map(len, read_pieces(path, 7))) == 7
    assert len(next(read_pieces(path))) == 100


def test_no_file_stays_open_when_the_reader_stops_early(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("abcdefghij" * 10)
    pieces = read_pieces(path, 7)
    next(pieces)
    assert open_files(path) == 1
    pieces.close()
    assert open_files(path) == 0


def open_files(path):
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("counts open files")
    links = [os.path.realpath(each) for each in folder.iterdir()]
    return links.count(str(path))


def test_an_embedded_text_is_read_from_its_package():
    for source in EMBEDDED.values():
        whole = source.path.read_text(encoding="utf-8")
        assert "".join(read_pieces(source.path, 1000)) == whole


# What is no text file: both functions that take a path say so at once, and why


def folder(tmp_path):
    return tmp_path, "it is a folder"


def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe", "it is a pipe or a device"


def device(tmp_path):
    return Path("/dev/zero"), "it is a pipe or a device"


def broken_link(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    return tmp_path / "link", "it is a link to 'nowhere'"


def circle(tmp_path):
    (tmp_path / "link").symlink_to("link")
    return tmp_path / "link", "it is a link to 'link'"


def nothing(tmp_path):
    return tmp_path / "none.txt", ""


def below_a_file(tmp_path):
    (tmp_path / "file").write_text("a")
    return tmp_path / "file" / "more", ""


def name_with_a_zero(tmp_path):
    return tmp_path / "a\0b", ""


NO_FILES = [folder, pipe, device, broken_link, circle, nothing, below_a_file,
            name_with_a_zero]  # fmt: skip


@pytest.mark.parametrize("read", [read_lines, find_source, str])
@pytest.mark.parametrize("make", NO_FILES)
def test_what_is_no_file_is_named_with_the_reason(make, read, tmp_path):
    path, reason = make(tmp_path)
    if read is str:
        read, path = find_source, str(path)
    with pytest.raises(FileNotFoundError, match="there is no text file") as error:
        read(path)
    assert repr(str(path)) in str(error.value)
    assert reason in str(error.value)


@pytest.mark.parametrize("read", [read_lines, find_source])
def test_a_name_that_is_too_long_is_the_systems_error(read, tmp_path):
    with pytest.raises(OSError, match="File name too long"):
        read(tmp_path / ("a" * 5000))


STORY = "It was a dark and stormy night; the rain fell in torrents.\n" * 200


@pytest.mark.situation("text: a whole text is given in place of a path")
@pytest.mark.parametrize("read", [read_lines, find_source, read_data_nmt, load_corpus])
@pytest.mark.parametrize("text", [STORY, STORY[:70], STORY.replace("\n", " ")])
def test_a_text_in_place_of_a_path_is_told_by_its_first_words(read, text):
    with pytest.raises(FileNotFoundError, match="It was a dark and stormy") as error:
        read(text)
    message = str(error.value)
    assert "if it is a text itself, save it as a file" in message
    assert "write_text(text, encoding='utf-8')" in message
    assert len(message) < 900


@pytest.mark.parametrize("read", [read_lines, find_source, read_data_nmt])
@pytest.mark.parametrize("text", [STORY.encode(), [STORY] * 100])
def test_what_is_no_path_is_shown_by_its_beginning(read, text):
    with pytest.raises(TypeError, match="It was a dark and stormy") as error:
        read(text)
    assert len(str(error.value)) < 400


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("a")
    path.chmod(0)
    with pytest.raises(PermissionError, match=r"secret\.txt"):
        read_lines(path)


@pytest.mark.parametrize("bad", [5, None, b"text.txt", ["a"]])
def test_what_is_no_path_is_named(bad):
    with pytest.raises(TypeError, match="path"):
        read_lines(bad)
    with pytest.raises(TypeError, match="path"):
        find_source(bad)
