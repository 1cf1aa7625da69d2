"""Translated notebooks: the words differ, and nothing else."""

from argparse import Namespace

import pytest

from tools import notebook as nb
from tools.book import ROOT, load
from tools.build import build_all, main
from tools.execute import choose
from tools.head import without_language
from tools.pictures import is_drawing
from tools.references import anchor

BOOK = load(ROOT)
TRANSLATED = sorted(BOOK.translations.glob("*/notebooks/**/*.ipynb"))


def english(path):
    """The English twin of a translated notebook."""
    _, _, rest = path.relative_to(BOOK.translations).as_posix().partition("/notebooks/")
    return BOOK.notebooks / rest


def expected():
    """The notebooks of all chapters that the languages list as translated."""
    kinds = (".", "exercises", "solutions")
    return [
        BOOK.translations / lang.key / "notebooks" / framework.folder / kind / name
        for lang in BOOK.languages
        for framework in BOOK.frameworks
        for kind in kinds
        for name in [f"{stem}.ipynb" for stem in lang.translated]
    ]


def test_translated_chapters_exist_with_their_exercises_in_all_frameworks():
    assert len(expected()) >= 3 * 3 * 3
    assert set(expected()) <= set(TRANSLATED)


@pytest.mark.parametrize("path", TRANSLATED, ids=BOOK.relative)
def test_code_and_outputs_are_byte_for_byte_those_of_the_english_run(path):
    translated, original = nb.read(path), nb.read(english(path))
    first, *_others = nb.code_cells(translated)
    first.source = without_language(first.source)  # that of the checks
    assert nb.own_cells(translated) == nb.own_cells(original)
    assert [c.id for c in translated.cells] == [c.id for c in original.cells]
    for ours, theirs in zip(translated.cells, original.cells, strict=True):
        if is_drawing(ours):  # has its words, and its alternative text, translated
            ours.metadata["d2l_local"]["alt"] = theirs.metadata["d2l_local"]["alt"]
            assert ours.source == theirs.source
        assert ours.metadata == theirs.metadata


@pytest.mark.parametrize("path", TRANSLATED, ids=BOOK.relative)
def test_prose_is_translated(path):
    pairs = zip(nb.read(path).cells, nb.read(english(path)).cells)
    assert all(
        ours.source != theirs.source
        for ours, theirs in pairs
        if ours.cell_type == "markdown"
    )


CATALOGUE = """\
msgid ""
msgstr ""
"Language: ko\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "A Sample"
msgstr "견본"

msgid "The Idea of `x`"
msgstr "`x`의 개념"

msgid "For all."
msgstr "모두를 위한 것."

#, fuzzy
msgid "Only for MXNet."
msgstr "낡은 번역."
"""


@pytest.fixture
def korean(book):
    """The fixture book with a Korean catalogue that is not complete."""
    settings = book.source / "book.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[[languages]]\nkey = "ko"\nname = "한국어"\n')
    folder = book.translations / "ko"
    folder.mkdir(parents=True)
    (folder / "01-sample.po").write_text(CATALOGUE, encoding="utf-8")
    return load(book.root)


def built(book, framework="mxnet", language="ko", stem="01-sample"):
    for item in build_all(book):
        edition = item.edition
        found = edition.language.key if edition.language else "en"
        place = edition.kind, edition.framework.key, found, item.chapter.stem
        if place == ("chapter", framework, language, stem):
            return item
    return None


def prose(item):
    cells = item.notebook.cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def test_translated_prose_stands_in_a_folder_of_its_language(korean):
    item = built(korean)
    place = "translations/ko/notebooks/mxnet/01-sample.ipynb"
    assert korean.relative(item.path) == place
    text = prose(item)
    assert text.startswith("# 1. 견본 (MXNet)")
    assert "모두를 위한 것." in text and "For all." not in text
    assert f"blob/main/{place}" in text


def test_untranslated_and_fuzzy_passages_stand_in_english_behind_a_mark(korean):
    text = prose(built(korean))
    assert "`EN` Only for MXNet." in text
    assert "낡은" not in text
    assert "`EN` The state in (1.1) is shown" in text


def test_the_head_says_how_much_is_translated(korean):
    item = built(korean)
    counts = item.notebook.cells[0].source
    assert "3 of 13 passages are translated" in counts
    assert "behind the mark `EN`" in counts


def test_heads_link_the_languages_both_ways(korean):
    there = built(korean).notebook.cells[0].source
    assert "[English](../../../../notebooks/mxnet/01-sample.ipynb)" in there
    back = built(korean, language="en").notebook.cells[0].source
    assert "[한국어](../../translations/ko/notebooks/mxnet/01-sample.ipynb)" in back


def test_a_chapter_without_any_translation_gets_no_notebook(korean):
    assert built(korean, stem="02-next") is None
    assert built(korean, stem="02-next", language="en")


def test_references_follow_translated_headings_and_else_lead_to_the_english(korean):
    text = prose(built(korean))
    assert f"[`x`의 개념](#{anchor('`x`의 개념')})" in text
    address = "../../../../notebooks/mxnet/02-next.ipynb#What-Comes-Next?"
    assert f"[the next one]({address})" in text


def drawn(book):
    """What the notebook shows where the drawing stands."""
    (cell,) = filter(is_drawing, built(book).notebook.cells)
    return cell.outputs[0].data["image/svg+xml"]


def test_drawings_of_the_language_are_taken_where_there_are_any(korean):
    image = korean.root / "img"
    words = "<text>입력층</text></svg>"
    assert words not in drawn(korean)
    (image / "ko").mkdir()
    text = (image / "lstm.svg").read_text().replace("</svg>", words)
    (image / "ko" / "lstm.svg").write_text(text)
    assert words in drawn(korean)
    code = nb.code_cells(built(korean).notebook)[0].source
    assert 'os.environ.setdefault("D2L_LANGUAGE", "ko")' in code  # for who runs it


def test_outputs_of_the_english_run_are_shown_and_a_stale_notebook_is_found(korean):
    root = ["--root", str(korean.root)]
    assert main(root) == 0
    assert main([*root, "--check"]) == 0
    path = built(korean).path
    notebook = nb.read(path)
    nb.code_cells(notebook)[1].source += "\n1"
    nb.write(path, notebook)
    assert main([*root, "--check"]) == 1


def test_a_notebook_that_is_executed_and_stored_keeps_its_links(korean):
    options = Namespace(framework=["mxnet"], chapter=None, kind=None, store=True)
    head = choose(korean, options)[0].notebook.cells[0].source
    assert "[한국어](../../translations/ko/notebooks/mxnet/01-sample.ipynb)" in head


def test_a_translated_notebook_without_a_source_is_reported(korean, capsys):
    root = ["--root", str(korean.root)]
    main(root)
    (korean.translations / "ko" / "01-sample.po").unlink()
    assert main([*root, "--check"]) == 1
    message = "no source produces translations/ko/notebooks/mxnet/01-sample.ipynb"
    assert message in capsys.readouterr().err
