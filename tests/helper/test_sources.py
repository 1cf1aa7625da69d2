"""The choice of the text to read, and the line that announces it."""

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

from d2l_local import download
from d2l_local.text import sources
from d2l_local.text.loading import clean, read_lines
from d2l_local.text.sources import EMBEDDED, STAND_IN, find_source, find_time_machine

BOOK = b"The Time Machine, by somebody\n"


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Two empty folders that stand for D2L_DATA_DIR and the user's cache."""
    folders = tmp_path / "data", tmp_path / "cache"
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("D2L_DATA_DIR", str(folders[0]))
    monkeypatch.delenv("D2L_TEXT", raising=False)
    monkeypatch.setattr(sources, "user_cache", lambda: folders[1])
    monkeypatch.setattr(download, "user_cache", lambda: folders[1])
    digest = hashlib.sha256(BOOK).hexdigest()
    monkeypatch.setitem(download.SHA256, "time_machine", digest)
    return folders


def put(folder, content=BOOK):
    path = folder / "timemachine.txt"
    path.write_bytes(content)
    return path


# Embedded texts


def test_the_embedded_texts_are_there_with_their_first_line_as_title():
    assert STAND_IN in EMBEDDED
    assert {"galley_log", "letters_from_the_orchard"} <= set(EMBEDDED)
    for name, source in EMBEDDED.items():
        text = source.path.read_text(encoding="utf-8")
        assert source.name == name
        assert source.embedded
        assert source.title == text.split("\n", 1)[0].strip() != ""


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_texts_are_plain_and_known_to_the_readme(name):
    data = EMBEDDED[name].path.read_bytes()
    assert data.isascii()
    assert b"\r" not in data
    readme = EMBEDDED[name].path.parent.joinpath("README.md").read_text("utf-8")
    assert f"| `{name}` | {EMBEDDED[name].title} |" in readme
    assert "CC0" in readme


def test_the_stand_in_is_long_and_has_one_time_traveller_where_models_read():
    """Once, so that what follows the prompt is the same in every trained model."""
    path = EMBEDDED[STAND_IN].path
    characters = "".join(clean(line) for line in read_lines(path))
    assert len(characters) >= 30_000
    assert set(characters[:10_000]) == set("abcdefghijklmnopqrstuvwxyz ")
    assert characters[:10_000].count("time traveller ") == 1
    assert characters[:10_000].count("travel") == 1


def test_a_source_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        EMBEDDED[STAND_IN].title = "other"


# The rule for the book


def test_without_the_book_the_embedded_text_is_announced_in_one_line(capsys, tmp_path):
    source = find_time_machine()
    assert source is EMBEDDED[STAND_IN]
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1 and out.endswith("\n")
    assert f'"{source.title}", embedded' in out
    assert "d2l.download('time_machine')" in out
    assert str(tmp_path) not in out and "/" not in out


@pytest.mark.parametrize("choice", ["", "embedded"])
def test_every_use_of_the_embedded_text_is_announced(choice, monkeypatch, capsys):
    monkeypatch.setenv("D2L_TEXT", choice)
    find_time_machine()
    find_time_machine()
    assert capsys.readouterr().out.count("embedded in d2l_local") == 2


@pytest.mark.parametrize("choice", [None, "", "book"])
def test_the_book_is_read_silently_where_it_is(choice, monkeypatch, places, capsys):
    if choice is not None:
        monkeypatch.setenv("D2L_TEXT", choice)
    path = put(places[1])
    source = find_time_machine()
    assert (source.name, source.title) == ("time_machine", "The Time Machine")
    assert (source.path, source.embedded) == (path, False)
    assert capsys.readouterr().out == ""


def test_the_data_folder_comes_before_the_cache(places):
    put(places[1])
    preferred = put(places[0])
    assert find_time_machine().path == preferred


@pytest.mark.parametrize("folder", [None, ""])
def test_without_a_data_folder_the_cache_is_the_data_folder(
    folder, places, monkeypatch
):
    if folder is None:
        monkeypatch.delenv("D2L_DATA_DIR")
    else:
        monkeypatch.setenv("D2L_DATA_DIR", folder)
    path = put(places[1])
    assert sources.data_dir() == places[1]
    assert find_time_machine().path == path


def test_the_data_folder_may_be_written_with_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("D2L_DATA_DIR", "~/texts")
    assert sources.data_dir() == tmp_path / "texts"


def test_embedded_on_purpose_ignores_the_book(places, monkeypatch):
    put(places[0])
    monkeypatch.setenv("D2L_TEXT", "embedded")
    assert find_time_machine() is EMBEDDED[STAND_IN]


def test_embedded_on_purpose_ignores_even_a_wrong_book(places, monkeypatch):
    put(places[0], b"wrong")
    monkeypatch.setenv("D2L_TEXT", "embedded")
    assert find_time_machine().embedded


def test_a_demanded_book_that_is_missing_names_folders_and_call(monkeypatch, places):
    monkeypatch.setenv("D2L_TEXT", "book")
    with pytest.raises(FileNotFoundError) as error:
        find_time_machine()
    for part in (str(places[0]), str(places[1]), "d2l.download('time_machine')"):
        assert part in str(error.value)


@pytest.mark.parametrize("choice", ["Book", "yes", " "])
def test_another_choice_is_named(choice, monkeypatch):
    monkeypatch.setenv("D2L_TEXT", choice)
    with pytest.raises(ValueError, match=f"D2L_TEXT='{choice}'.*'book'.*'embedded'"):
        find_time_machine()


def test_a_wrong_book_is_named_with_hashes_and_remedy(places):
    put(places[1])  # a right one further down must not hide it
    path = put(places[0], b"Some other edition\n")
    with pytest.raises(ValueError, match=re.escape(str(path))) as error:
        find_time_machine()
    message = str(error.value)
    assert hashlib.sha256(BOOK).hexdigest() in message
    assert hashlib.sha256(b"Some other edition\n").hexdigest() in message
    assert "Delete it" in message and "load_corpus(path)" in message
    assert "HTML" not in message


@pytest.mark.parametrize("page", [b"\n<!DOCTYPE html><p>", b"<HTML>", b"<html lang>"])
def test_a_wrong_book_that_is_a_web_page_is_called_one(places, page):
    put(places[0], page)
    with pytest.raises(ValueError, match="HTML page"):
        find_time_machine()


@pytest.mark.situation("download: no home folder, and D2L_DATA_DIR in that of nobody")
def test_without_a_home_folder_the_embedded_text_is_read(monkeypatch, places, capsys):
    def none():
        raise FileNotFoundError("there is no home folder with a cache")

    monkeypatch.setattr(sources, "user_cache", none)
    monkeypatch.setenv("D2L_DATA_DIR", "~no_such_user")
    with pytest.warns(UserWarning) as caught:
        assert find_time_machine() is EMBEDDED[STAND_IN]
    assert [str(warning.message) for warning in caught] == [
        "D2L_DATA_DIR='~no_such_user': there is no home folder '~no_such_user'. Give "
        "the whole path. Until then, The Time Machine isn't looked for there",
        "there is no home folder with a cache. Until then, The Time Machine isn't "
        "looked for there",
    ]
    assert {warning.filename for warning in caught} == {__file__}
    assert "embedded in d2l_local" in capsys.readouterr().out
    monkeypatch.setenv("D2L_TEXT", "book")
    with pytest.warns(UserWarning), pytest.raises(FileNotFoundError, match="no folder"):
        find_time_machine()


@pytest.mark.parametrize("old", [True, False])
def test_a_cache_in_no_home_folder_is_said(monkeypatch, old):
    def nowhere(name):
        if old:  # as platformdirs was before it raised an error
            return Path("~/.cache") / name
        raise RuntimeError("could not determine the home directory")

    monkeypatch.undo()
    monkeypatch.setattr("platformdirs.user_cache_path", nowhere)
    with pytest.raises(FileNotFoundError, match="set D2L_DATA_DIR to a folder"):
        download.user_cache()


# Any text


def test_find_source_by_the_rule_by_name_and_by_path(places, capsys):
    path = put(places[0])
    assert find_source("time_machine").path == path
    assert find_source("galley_log") is EMBEDDED["galley_log"]
    own = find_source(path)
    assert own == find_source(str(path))
    assert own.path == path
    assert (own.name, own.title) == ("timemachine", "timemachine.txt")
    assert own.embedded is False
    assert capsys.readouterr().out == ""


def test_find_source_names_a_missing_file_and_the_texts_there_are(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"galley_lgo.*galley_log"):
        find_source("galley_lgo")


def test_find_source_takes_a_path_object_as_a_file_never_as_a_name(tmp_path):
    with pytest.raises(FileNotFoundError):
        find_source(Path("galley_log_that_is_not_here"))
    with pytest.raises(FileNotFoundError):
        find_source(tmp_path / "galley_log")
