"""A change of the English, from the typo to green: what can wait, and until when.

The fixture book is translated into Korean, to the last word; Chinese has begun.
"""

import re

import pytest

from tools import wording
from tools.book import BookError, load
from tools.build import main as build
from tools.source import read_all
from tools.translations.__main__ import main as translations
from tools.translations.catalogue import dumps, messages
from tools.translations.catalogue import load as read
from tools.translations.required import version_of
from tools.translations.translated import path_of
from tools.translations.upkeep import merge_all

HINTS = '_("Look again at the sum.")\n'
FIGURE = 'TITLE = "A net"\nDESCRIPTION = "Two boxes."\nLABELS = {"a": "input layer"}\n'
# A catalogue, an English text in it, and what somebody makes of it: in which file, and
# between which words.
CHANGES = {
    "01-sample": ("For all.", "For us all.", "source/01-sample.md"),
    "exercises/01-sample": (
        "Why does it work?",
        "Why does this work?",
        "source/exercises/01-sample.md",
    ),
    "figures": ("input layer", "inputs layer", "img/lstm.py"),
    "hints": (
        "Look again at the sum.",
        "Look once more at the sum.",
        "d2l_check/a.py",
    ),
    "book": ("YOUR ANSWER HERE", "YOUR ANSWER GOES HERE", None),
}
SHARED = ("hints", "book")  # here the check belongs to no chapter
each_catalogue = pytest.mark.parametrize("name", CHANGES)


@pytest.fixture
def book(book):
    settings = book.source / "book.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[[languages]]\nkey = "ko"\nname = "한국어"\n')
        file.write('translated = ["01-sample"]\n')
        file.write('\n[[languages]]\nkey = "zh"\nname = "简体中文"\n')
    (book.root / "d2l_check").unlink()
    (book.root / "d2l_check").mkdir()
    (book.root / "d2l_check" / "a.py").write_text(HINTS)
    (book.root / "img" / "lstm.py").write_text(FIGURE)
    book = load(book.root)
    for language in book.languages:
        folder = book.translations / language.key
        folder.mkdir(parents=True)
        (folder / "glossary.toml").write_text("")
    for item in merge_all(book, read_all(book)):
        if item.template.name != "02-next":
            translate(book, item.template.name, item.catalogue, item.language)
    assert translate_and_build(book) == (0, 0)
    assert checks(book) == (0, 0)
    return book


def translate(book, name, catalogue=None, language=None):
    """Translate whatever is fuzzy or missing in a catalogue, as a translator would."""
    language = language or book.languages[0]
    path = path_of(book, language, name)
    catalogue = catalogue or read(path, name)
    for message in messages(catalogue):
        if message.fuzzy or not message.string:
            message.string = f"역 {message.id}"
            message.flags.discard("fuzzy")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(catalogue), encoding="utf-8")


def run(book, *options):
    return translations(["--root", str(book.root), *options])


def translate_and_build(book):
    return run(book), build(["--root", str(book.root)])


def checks(book):
    """The exit codes of the two checks of `make test` that look at translations."""
    root = ["--root", str(book.root), "--check"]
    return translations([*root, "--complete"]), build(root)


def change(book, name, monkeypatch, back=False):
    """Change the English of one message, as somebody without Korean would."""
    old, new, file = CHANGES[name]
    if back:
        old, new = new, old
    if file is None:
        remark = wording.TEXTS["answer"][1]
        monkeypatch.setitem(wording.TEXTS, "answer", (new, remark))
        return
    path = book.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def raise_version(book, old="0.1.0", new="0.2.0"):
    path = book.root / "pyproject.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def catalogue(book, name, language="ko"):
    path = book.translations / language / f"{name}.po"
    return path.read_text(encoding="utf-8")


def everything(book):
    return {p: p.read_bytes() for p in book.root.rglob("*") if p.is_file()}


@each_catalogue
@pytest.mark.situation(
    "first steps: a typo of a translated section is mended by one person"
)
def test_a_typo_is_mended_by_one_person(book, monkeypatch, capsys, name):
    change(book, name, monkeypatch)
    capsys.readouterr()
    assert build(["--root", str(book.root)]) == 0, "English first is no mistake"
    if name not in ("figures", "hints"):
        note = f"translations/ko/{name}.po lacks 1 of the English passages"
        assert f"note       {note}" in capsys.readouterr().out
    assert run(book) == 0
    assert checks(book) == (0, 0), "the build of before is still up to date"
    old, new, _ = CHANGES[name]
    (entry,) = [e for e in catalogue(book, name).split("\n\n") if "owed since" in e]
    assert entry.startswith("#. owed since 0.1.0\n")
    assert f'#, fuzzy\n#| msgid "{old}"\nmsgid "{new}"\n' in entry
    # Chinese lists no chapter, and owes only what is shared by all.
    assert ("owed since" in catalogue(book, name, "zh")) == (name in SHARED)
    before = everything(book)
    assert translate_and_build(book) == (0, 0)
    assert everything(book) == before


@each_catalogue
def test_the_next_version_demands_it(book, monkeypatch, capsys, name):
    change(book, name, monkeypatch)
    assert translate_and_build(book) == (0, 0)
    raise_version(book)
    assert run(book) == 0
    capsys.readouterr()
    in_notebooks = name not in ("figures", "hints")
    assert checks(book) == (1, int(in_notebooks))
    message = capsys.readouterr().err
    overdue = f"overdue: translations/ko/{name}.po"
    assert message.count(overdue) == 1 + in_notebooks
    assert (
        f"overdue: translations/ko/{name}.po: {CHANGES[name][1]!r} has been owed since "
        "0.1.0, and the book is at 0.2.0: translate it, or, if its old translation "
        'still holds, run `python -m tools.translations --keep "'
    ) in message
    if in_notebooks:
        assert build(["--root", str(book.root)]) == 1, "and the build says so, too"

    for language in book.languages[: 2 if name in SHARED else 1]:
        translate(book, name, language=language)
    assert translate_and_build(book) == (0, 0)
    assert checks(book) == (0, 0)
    assert "owed since" not in catalogue(book, name)


@each_catalogue
@pytest.mark.situation("first steps: a change that needs no new translation")
def test_a_translation_that_still_holds_is_kept(book, monkeypatch, capsys, name):
    old, new, _ = CHANGES[name]
    change(book, name, monkeypatch)
    capsys.readouterr()
    # A passage may be quoted in part, and broken into lines as in its source.
    assert run(book, "--keep", new[3:].replace(" ", "\n  ")) == 0
    assert f"translations/ko/{name}.po" in (said := capsys.readouterr().out)
    assert "[-" in said or "{+" in said, "what has changed is shown"
    for language in ("ko", "zh"):
        text = catalogue(book, name, language)
        assert f'msgid "{new}"\nmsgstr "역 {old}"\n' in text
        assert "fuzzy" not in text and "#|" not in text and "owed" not in text
    assert build(["--root", str(book.root)]) == 0
    assert checks(book) == (0, 0)
    before = everything(book)
    assert translate_and_build(book) == (0, 0)
    assert everything(book) == before
    raise_version(book)
    assert checks(book) == (0, 0)


@each_catalogue
def test_taking_the_change_back_leaves_nothing(book, monkeypatch, name):
    before = everything(book)
    change(book, name, monkeypatch)
    assert translate_and_build(book) == (0, 0)
    assert everything(book) != before
    change(book, name, monkeypatch, back=True)
    assert translate_and_build(book) == (0, 0)
    assert everything(book) == before


def test_the_reader_is_told_and_sees_the_english(book, monkeypatch):
    change(book, "01-sample", monkeypatch)
    translate_and_build(book)
    path = book.translations / "ko" / "notebooks" / "mxnet" / "01-sample.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "`EN` For us all." in text
    # The words around the text are translated by the fixture, too.
    assert "역 Of 13 passages, 1 changed or appeared in English after" in text
    assert "passages are translated" not in text


def test_a_new_passage_is_owed_as_a_changed_one_is(book, edit):
    edit("For all.", "For all.\n\nA quite different remark with words of its own.")
    assert translate_and_build(book) == (0, 0)
    assert checks(book) == (0, 0)
    raise_version(book)
    assert checks(book) == (1, 1)


def test_another_change_gives_no_more_time(book, monkeypatch, edit, capsys):
    change(book, "01-sample", monkeypatch)
    translate_and_build(book)
    raise_version(book)
    edit("For us all.", "For one and for us all.")
    translate_and_build(book)
    capsys.readouterr()
    assert checks(book) == (1, 1)
    assert "'For one and for us all.' has been owed since 0.1.0" in (
        capsys.readouterr().err
    )
    # What is mended again in its own version isn't overdue.
    translate(book, "01-sample")
    translate_and_build(book)
    edit("For one and for us all.", "For all and one.")
    translate_and_build(book)
    assert "#. owed since 0.2.0\n" in catalogue(book, "01-sample")
    assert checks(book) == (0, 0)


def test_what_changed_before_the_catalogue_was_merged_is_refused_by_the_check(
    book, monkeypatch, capsys
):
    change(book, "01-sample", monkeypatch)
    build(["--root", str(book.root)])
    capsys.readouterr()
    assert checks(book) == (1, 1)
    message = capsys.readouterr().err
    assert "stale: translations/ko/01-sample.po; run `make translations`" in message
    assert (
        "translations/ko/01-sample.po lacks 1 of the English passages, the first of "
        "them 'For us all.': run `make translations`"
    ) in message


def test_a_gap_that_no_change_of_the_english_made_is_refused_at_once(book, capsys):
    path = book.translations / "ko" / "01-sample.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"역 For all."', '""'), encoding="utf-8")
    assert run(book) == 0
    assert "owed since" not in catalogue(book, "01-sample")
    assert build(["--root", str(book.root)]) == 1
    capsys.readouterr()
    assert checks(book) == (1, 1)
    message = "incomplete: translations/ko/01-sample.po: 1 missing, 0 fuzzy, the first"
    assert capsys.readouterr().err.count(message) == 2


def test_a_chapter_that_is_listed_too_early_is_refused(book, capsys):
    settings = book.source / "book.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('["01-sample"]', '["01-sample", "02-next"]'))
    book = load(book.root)
    for step in ((), ("--language", "ko", "--chapter", "02-next"), ()):
        run(book, *step)
        capsys.readouterr()
        assert run(book, "--check", "--complete") == 1
        assert build(["--root", str(book.root), "--check"]) == 1
        message = "incomplete: translations/ko/02-next.po: 4 missing, 0 fuzzy"
        assert capsys.readouterr().err.count(message) == 2


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("nowhere", "no passage with an older translation contains 'nowhere'"),
        ("For all", "no passage with an older translation contains 'For all'"),
        (" ", "no passage with an older translation contains ' '"),
        ("us", r"'us' is in 2 passages; quote more:\n  For us all.\n  Only for us, in"),
        ("Idea of `y`", "sample.po: 'The Idea of `y`': code span `y` is missing"),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_changes(
    book, edit, capsys, part, message
):
    edit("For all.", "For us all.")
    edit("Only for MXNet.", "Only for us, in MXNet.")
    edit("- nothing", "- nothing more")
    edit("The Idea of `x`", "The Idea of `y`")
    before = everything(book)
    capsys.readouterr()
    assert run(book, "--keep", "nothing more", "--keep", part) == 2
    said = capsys.readouterr()
    assert re.search(message, said.err) and "kept" not in said.out
    assert everything(book) == before


def test_several_passages_are_kept_in_one_run(book, edit):
    edit("For all.", "For us all.")
    edit("Only for MXNet.", "Just for MXNet.")
    assert run(book, "--keep", "For us all.", "--keep", "Just for") == 0
    assert "fuzzy" not in catalogue(book, "01-sample")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "pyproject.toml is missing: it holds the book's version"),
        ("[project", "pyproject.toml: no project.version can be read"),
        ("[project]\n", "no project.version can be read: 'version'"),
    ],
)
def test_a_book_without_a_version_is_named(book, content, message):
    path = book.root / "pyproject.toml"
    path.unlink()
    if content:
        path.write_text(content)
    with pytest.raises(BookError, match=message):
        version_of(book)
