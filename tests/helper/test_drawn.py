"""The drawn figures of the book, as a cell of a notebook shows them."""

import IPython.display
import pytest

import d2l_local
from d2l_local.display import drawn


def shown(name):
    found = []

    def display(data, raw):
        found.append(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IPython.display, "display", display)
        d2l_local.figure(name)
    (data,) = found
    return data


def test_a_drawing_is_displayed_as_it_is(monkeypatch):
    monkeypatch.delenv("D2L_LANGUAGE", raising=False)
    data = shown("deep-rnn")
    file = drawn.PACKAGE.parent / "img" / "deep-rnn.svg"
    assert data["image/svg+xml"] == file.read_text("utf-8")
    assert data["text/plain"] == "<d2l_local drawing: deep-rnn>"


@pytest.mark.parametrize("language, same", [("ko", False), ("en", True), ("xx", True)])
def test_it_speaks_the_language_of_the_notebook_where_it_can(
    monkeypatch, language, same
):
    monkeypatch.delenv("D2L_LANGUAGE", raising=False)
    english = shown("deep-rnn")
    monkeypatch.setenv("D2L_LANGUAGE", language)
    assert (shown("deep-rnn") == english) == same


@pytest.mark.parametrize("name", ["no-such", "", "../README", None, 5])
def test_an_unknown_drawing_is_named_with_those_there_are(name):
    with pytest.raises(ValueError, match="there is no figure .*; choose from .*lstm"):
        d2l_local.figure(name)


def test_the_package_brings_the_drawings_along():
    """Where it is installed, no repository stands around it."""
    names = {path.name for path in (drawn.PACKAGE / "img").glob("*.svg")}
    assert names == {p.name for p in (drawn.PACKAGE.parent / "img").glob("*.svg")}
    assert "lstm.svg" in names
