"""Figures: drawn by their scripts, in every language, from one source of words."""

import importlib
import re
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest

from tools.book import ROOT, load
from tools.figures import main, shown
from tools.translations.catalogue import dumps, empty, merge, owed_since
from tools.translations.template import Template, of_figures
from tools.translations.translated import Catalogues, path_of

BOOK = load(ROOT)
LANGUAGES = [language.key for language in BOOK.languages]
SVG = "{http://www.w3.org/2000/svg}"

SCRIPT = """\
from languages import save_all
from svg import document, fitted, text

TITLE = "A net"
DESCRIPTION = "One box."
LABELS = {"box": "layer"}


def draw(say):
    word = say(LABELS["box"])
    shapes = [text(50, 20, word, fitted(word, 14, 80))]
    return document(100, 40, say(TITLE), say(DESCRIPTION), shapes, say.language)


if __name__ == "__main__":
    save_all("lstm.svg", draw)
"""


WORDS = {"layer": "층", "A net": "신경망", "One box.": "상자 하나."}


@pytest.fixture
def svg(monkeypatch):
    """The real module of shapes."""
    monkeypatch.syspath_prepend(ROOT / "img")
    yield importlib.import_module("svg")
    sys.modules.pop("svg", None)


@pytest.fixture
def book(book):
    """The fixture book with one drawn figure and a catalogue in Korean."""
    settings = book.source / "book.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[[languages]]\nkey = "ko"\nname = "한국어"\n')
        file.write('\n[[languages]]\nkey = "vi"\nname = "Tiếng Việt"\n')
    for name in ("svg.py", "languages.py"):
        (book.root / "img" / name).write_text((ROOT / "img" / name).read_text("utf-8"))
    (book.root / "img" / "net.py").write_text(SCRIPT, encoding="utf-8")
    book = load(book.root)
    translate(book, WORDS)
    return book


def translate(book, words):
    language = book.languages[0]
    catalogue = merge(empty(language, "figures", "x"), of_figures(book))
    for text, translation in words.items():
        catalogue.get(text).string = translation
    path = path_of(book, language, "figures")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(catalogue), encoding="utf-8")


def run(book, *options):
    return main(["--root", str(book.root), *options])


def figure(book, name):
    return (book.root / "img" / name).read_text(encoding="utf-8")


def test_one_script_draws_every_language(book):
    assert run(book) == 0
    english, korean = figure(book, "lstm.svg"), figure(book, "ko/lstm.svg")
    assert ">layer<" in english and ">층<" in korean
    assert "Noto Sans CJK KR" in korean and "CJK" not in english
    assert 'lang="ko"' in korean and "lang=" not in english
    assert "<title>신경망</title>" in korean and "<title>A net</title>" in english
    assert run(book, "--check") == 0


@pytest.mark.parametrize("missing", WORDS)
def test_a_language_that_lacks_a_word_has_no_figure_of_its_own(book, missing):
    translate(book, {k: v for k, v in WORDS.items() if k != missing})
    assert run(book) == 0
    assert figure(book, "lstm.svg")
    assert not list((book.root / "img").glob("*/lstm.svg"))
    assert run(book, "--check") == 0


def test_a_word_that_changes_takes_the_figure_back_to_english(book):
    run(book)
    assert figure(book, "ko/lstm.svg")
    translate(book, {k: v for k, v in WORDS.items() if k != "layer"})
    assert run(book, "--check") == 1
    assert run(book) == 0
    assert not (book.root / "img" / "ko" / "lstm.svg").exists()
    assert run(book, "--check") == 0


def test_check_writes_nothing_and_names_what_is_stale_or_stray(book, capsys):
    run(book)
    translate(book, WORDS | {"layer": "계층"})
    (book.root / "img" / "vi").mkdir()
    (book.root / "img" / "lstm.svg").unlink()
    (book.root / "img" / "vi" / "old.svg").write_text("<svg/>")
    before = figure(book, "ko/lstm.svg")
    assert run(book, "--check") == 1
    assert capsys.readouterr().err.splitlines() == [
        "stale: img/ko/lstm.svg; run `make figures`",
        "stale: img/lstm.svg; run `make figures`",
        "img/vi/old.svg: no script in img/ draws it",
    ]
    assert figure(book, "ko/lstm.svg") == before


def test_a_script_that_fails_ends_with_code_2_and_its_message(book, capsys):
    translate(book, WORDS | {"layer": "층" * 30})
    assert run(book) == 2
    message = capsys.readouterr().err
    assert "img/net.py failed" in message
    assert "is too long for its place in the figure" in message


def test_a_label_shrinks_to_its_place_and_english_keeps_its_size(svg):
    assert svg.fitted("layer", 14, 80) == 14
    assert svg.fitted("시간 단계에서", 14, 80) < 14
    with pytest.raises(ValueError, match="'층층층층층층층층층' is too long .* 8 wide"):
        svg.fitted("층" * 9, 14, 80)


def test_wide_letters_count_as_squares_and_accents_not_at_all(svg):
    assert svg.text_width("层", 10) == 10
    assert svg.text_width("ê\u0323", 10) == svg.text_width("ệ", 10) < 6


# The figures of the book


@cache
def figures_of_the_book():
    """The figures that the sources show, which take a while to read."""
    return shown(BOOK)


def scripts():
    return [s for s in (ROOT / "img").glob("*.py") if "LABELS" in s.read_text("utf-8")]


@pytest.mark.parametrize("language", BOOK.languages, ids=lambda each: each.key)
def test_figures_of_translated_chapters_exist_in_their_language(language):
    drawn = {path.name for path in (ROOT / "img" / language.key).glob("*.svg")}
    wanted = {f.file for f in figures_of_the_book() if f.stem in language.translated}
    catalogue = Catalogues(BOOK, language).catalogue("figures")
    waiting = {
        f"{Path(source).stem.replace('_', '-')}.svg"
        for text, entry in of_figures(BOOK).entries.items()
        if (message := catalogue.get(text)) and owed_since(message)
        for source in entry.sources
    }
    assert wanted and wanted - waiting <= drawn


def test_every_chapter_has_a_figure_of_its_own_with_an_alt_text():
    figures = figures_of_the_book()
    with_figure = {figure.stem for figure in figures}
    without = {p.stem for p in BOOK.chapter_paths()} - with_figure
    assert without == {"notation"}  # a table to look things up in
    files = [figure.file for figure in figures]
    assert len(set(files)) == len(files)
    drawn = {path.name for path in (ROOT / "img").glob("*.svg")}
    assert drawn - set(files) == {"result.svg"}, "drawn, and shown nowhere"
    for figure in figures:
        assert len(figure.alt.split()) >= 10, f"{figure.file}: say what is to be seen"


def test_the_figures_are_listed_with_their_alt_texts(capsys):
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out
    assert "Figure 12.1 (12-deep-rnn): img/deep-rnn.svg\nalt text: A grid" in printed
    assert printed.count("alt text: ") == len(figures_of_the_book())


@pytest.mark.parametrize("key", LANGUAGES)
def test_the_committed_figures_hold_no_english_words(key):
    english = set(of_figures(BOOK).entries)
    for path in (ROOT / "img" / key).glob("*.svg"):
        root = ET.parse(path).getroot()
        said = {
            node.text
            for tag in ("text", "title", "desc")
            for node in root.iter(SVG + tag)
        }
        assert not said & english
        assert re.search(r"[^\x00-\x7f]", "".join(said))


def test_no_figure_says_what_cannot_be_translated():
    assert isinstance(of_figures(BOOK), Template)
    for path in scripts():
        assert "say(TITLE)" in path.read_text("utf-8")
