"""The command that keeps the catalogues: it writes, compares, counts and complains."""

import gettext
import re

import pytest

from tools.book import load
from tools.translations import __main__ as translations
from tools.translations.__main__ import main

GLOSSARY = """\
[[terms]]
term = "state"
established = "状态"
forbidden = ["国家"]
source = "textbooks"
"""
HINTS = '_("Look again.")\n_("{name} is None.")\n_("Well done.")\n'


@pytest.fixture
def book(book):
    """The fixture book in Chinese and Korean, with checks of its own."""
    settings = book.source / "book.toml"
    for key in ("zh", "ko"):
        with settings.open("a", encoding="utf-8") as file:
            file.write(f'\n[[languages]]\nkey = "{key}"\nname = "{key}"\n')
            file.write('translated = ["02-next"]\n' if key == "ko" else "")
        folder = book.translations / key
        folder.mkdir(parents=True)
        (folder / "glossary.toml").write_text(GLOSSARY, encoding="utf-8")
    (book.root / "d2l_check").unlink()
    (book.root / "d2l_check").mkdir(parents=True)
    (book.root / "d2l_check" / "a.py").write_text(HINTS)
    (book.root / "img" / "net.py").write_text(
        'TITLE = "A net"\nDESCRIPTION = "Two boxes."\nLABELS = {"a": "in"}\n'
    )
    return load(book.root)


# Catalogues, each with a message for a first translation.
FIRST = {
    "01-sample": ("of", "关于"),
    "02-next": ("go back", "回去"),
    "exercises/01-sample": ("In MXNet too.", "在 MXNet 中也是。"),
    "book": ("Note", "注"),
    "figures": ("in", "入"),
    "hints": ("Well done.", "很好。"),
}


@pytest.fixture
def begun(book):
    """The book after every catalogue has been begun, with a word in each."""
    for language in ("zh", "ko"):
        for name, first in FIRST.items():
            assert run(book, "--language", language, "--chapter", name) == 0
            put(book, *first, name, language)
    assert run(book) == 0
    return book


def run(book, *options):
    return main(["--root", str(book.root), *options])


def put(book, text, translation, name="01-sample", language="zh"):
    """Translate one message by hand."""
    path = book.translations / language / f"{name}.po"
    content = path.read_text(encoding="utf-8")
    old = f'msgid "{text}"\nmsgstr ""\n'
    assert old in content
    new = f'msgid "{text}"\nmsgstr "{translation}"\n'
    path.write_text(content.replace(old, new), encoding="utf-8")


def files(book):
    return {
        path: path.read_bytes()
        for path in book.root.rglob("*")
        if path.suffix in (".po", ".mo")
    }


def test_no_catalogue_comes_by_itself(book, capsys):
    assert run(book) == 0
    assert files(book) == {}
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["ko", "02-next", "0", "0", "4", "0"] in lines, "it's counted all the same"
    assert run(book, "--check") == 0


def test_a_catalogue_is_begun_by_name_and_is_kept_once_it_says_something(book, capsys):
    assert run(book, "--language", "ko", "--chapter", "02-next") == 0
    (path,) = files(book)
    assert book.relative(path) == "translations/ko/02-next.po"
    capsys.readouterr()
    assert run(book, "--check") == 1
    message = "translations/ko/02-next.po holds no translation yet: translate something"
    assert message in capsys.readouterr().err
    put(book, "go back", "돌아가기", "02-next", "ko")
    assert run(book, "--check") == 0
    # Begun again, nothing is lost.
    before = files(book)
    assert run(book, "--language", "ko", "--chapter", "02-next") == 0
    assert files(book) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--language", "fr", "--chapter", "02-next"), "no language 'fr'; .* zh, ko"),
        (("--language", "ko", "--chapter", "next"), "no chapter 'next'; .* 02-next, "),
    ],
)
def test_a_catalogue_that_cannot_be_begun_is_named(book, capsys, options, message):
    assert run(book, *options) == 2
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--language", "ko"), "--language and --chapter go together"),
        (("--check", "--keep", "x"), "--check writes nothing"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(book, capsys, options, message):
    with pytest.raises(SystemExit):
        run(book, *options)
    assert message in capsys.readouterr().err


def test_all_catalogues_are_written_and_a_second_run_writes_nothing(begun, capsys):
    made = {begun.relative(path) for path in files(begun)}
    assert made == {
        *(f"translations/{lang}/{n}.po" for lang in ("zh", "ko") for n in FIRST),
        "d2l_check/locale/zh/LC_MESSAGES/hints.mo",
        "d2l_check/locale/ko/LC_MESSAGES/hints.mo",
    }
    before = files(begun)
    capsys.readouterr()
    assert run(begun) == 0
    assert files(begun) == before
    assert "written" not in capsys.readouterr().out
    assert run(begun, "--check") == 0


def test_the_table_counts_each_catalogue_of_each_language(begun, capsys):
    book = begun
    put(book, "For all.", "给所有人。")
    capsys.readouterr()
    assert run(book) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    head = ["language", "catalogue", "translated", "fuzzy", "missing", "owed"]
    assert head in lines
    assert ["zh", "01-sample", "2", "0", "11", "0"] in lines
    assert ["ko", "01-sample", "1", "0", "12", "0"] in lines


def test_check_writes_nothing_and_names_each_stale_file(begun, edit, capsys):
    book = begun
    edit("Why does it work?", "Why, and how?", "exercises/01-sample.md")
    (book.root / "d2l_check" / "locale" / "ko" / "LC_MESSAGES" / "hints.mo").unlink()
    before = files(book)
    assert run(book, "--check") == 1
    assert files(book) == before
    message = capsys.readouterr().err
    assert "stale: translations/zh/exercises/01-sample.po; run `make" in message
    assert "stale: d2l_check/locale/ko/LC_MESSAGES/hints.mo" in message


def test_new_words_make_a_catalogue_stale_and_new_code_does_not(begun, edit, capsys):
    book = begun
    edit('framework = "torch"', 'framework = "torch"  # more\n\n')
    assert run(book, "--check") == 0
    edit("For all.", "For all. And more.")
    capsys.readouterr()
    assert run(book, "--check") == 1
    assert "zh/01-sample.po" in capsys.readouterr().err


def test_work_done_by_hand_survives_new_words(begun, edit):
    book = begun
    put(book, "For all.", "给所有人。")
    put(book, "Only for MXNet.", "只给 MXNet。")
    edit("For all.", "For all of us.")
    edit("Only for MXNet.", "")
    assert run(book) == 0
    text = (book.translations / "zh" / "01-sample.po").read_text(encoding="utf-8")
    assert '#, fuzzy\n#| msgid "For all."\nmsgid "For all of us."\n' in text
    assert "给所有人。" in text
    assert '#~ msgid "Only for MXNet."\n#~ msgstr "只给 MXNet。"' in text


def test_nothing_is_written_over_an_edit_made_in_the_same_moment(
    begun, edit, monkeypatch, capsys
):
    book = begun
    edit("For all.", "For all. And more.")
    write = translations.write

    def write_late(item, book):
        if item.language.key == "zh" and item.template.name == "01-sample":
            put(book, "nothing", "无")
        write(item, book)

    monkeypatch.setattr(translations, "write", write_late)
    assert run(book) == 2
    message = "zh/01-sample.po was edited while this command ran"
    assert message in capsys.readouterr().err
    text = (book.translations / "zh" / "01-sample.po").read_text(encoding="utf-8")
    assert 'msgstr "无"' in text and "And more" not in text


def test_hints_are_compiled_for_the_helper_package(begun):
    book = begun
    put(book, "Look again.", "再看看。", "hints")
    assert run(book, "--check") == 1
    assert run(book) == 0
    locale = book.root / "d2l_check" / "locale"
    speech = gettext.translation("hints", locale, ["zh"])
    assert speech.gettext("Look again.") == "再看看。"
    assert speech.gettext("{name} is None.") == "{name} is None."
    assert list(locale.rglob(".*")) == []


@pytest.mark.parametrize(
    ("name", "text", "new", "message"),
    [
        (
            "01-sample",
            "The Idea of `x`",
            "想法",
            "translations/zh/01-sample.po: 'The Idea of `x`': code span `x` is missing",
        ),
        ("01-sample", "For all.", "- 给所有人。", "would read it as something else"),
        ("01-sample", "For all.", "国家。", "glossary: '国家' is not used for 'state'"),
        ("hints", "{name} is None.", "空", "zh/hints.po: '{name} is None.': the field"),
        ("book", "Figure {number}", "图", "the field {number} is missing"),
        ("figures", "Two boxes.", "2 3 个方框", "number 3 isn't in the original"),
    ],
)
def test_a_translation_to_be_mended_is_named(begun, capsys, name, text, new, message):
    book = begun
    put(book, text, new, name)
    book = begun
    capsys.readouterr()
    assert run(book, "--check") == 1
    assert message in capsys.readouterr().err
    assert run(book) == 1, "it is said whenever the command runs"


def test_a_fuzzy_translation_is_not_yet_checked(begun):
    book = begun
    put(book, "For all.", "*给所有人。")
    path = book.translations / "zh" / "01-sample.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "For all."', '#, fuzzy\nmsgid "For all."'))
    assert run(book, "--check") == 0


def test_complete_demands_every_translation(book, capsys):
    run(book)
    assert run(book, "--check", "--complete") == 1
    message = capsys.readouterr().err
    assert "incomplete: translations/ko/02-next.po: 4 missing, 0 fuzzy" in message
    assert "incomplete: translations/ko/book.po" in message
    assert "begin it, by `make translations LANGUAGE=ko CHAPTER=02-next`" in message
    # What a language doesn't list as translated isn't demanded.
    assert "translations/ko/01-sample.po" not in message
    assert "translations/zh/02-next.po" not in message


def test_files_that_no_source_produces_are_named_and_left(book, capsys):
    run(book)
    stray = book.translations / "zh" / "03-gone.po"
    stray.write_text('msgid ""\nmsgstr ""\n')
    assert run(book, "--check") == 1
    assert "no source produces translations/zh/03-gone.po" in capsys.readouterr().err
    assert run(book) == 1
    assert stray.exists()


def test_a_language_needs_a_glossary(book, capsys):
    run(book)
    (book.translations / "ko" / "glossary.toml").unlink()
    assert run(book, "--check") == 1
    assert "translations/ko/glossary.toml is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("translations/zh/book.po", b'msgid "a\n', "translations/zh/book.po:1: "),
        ("translations/zh/book.po", b"\xff", "zh/book.po:1: not UTF-8"),
        ("translations/ko/glossary.toml", b"[", "ko/glossary.toml: not valid TOML"),
        ("source/02-next.md", b"---\ntitle: x\n---\n", "source/02-next.md: "),
    ],
)
def test_what_cannot_be_read_ends_with_code_2(book, capsys, path, content, message):
    run(book)
    (book.root / path).write_bytes(content)
    assert run(book, "--check") == 2
    assert message in capsys.readouterr().err
