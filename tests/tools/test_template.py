"""What is offered to translators: every text once, with what they should know."""

import pytest

from tools import wording
from tools.book import BookError
from tools.source import read_all
from tools.translations.template import (
    every,
    name_of,
    of_chapter,
    of_figures,
    of_hints,
    of_words,
)


def chapter(book, number=0):
    return read_all(book)[number]


def test_the_messages_of_a_chapter_are_its_words_in_order(book):
    template = of_chapter(chapter(book), book)
    assert list(template.entries) == [
        "A Sample",
        "follow {ref}`sec-idea`",
        "nothing",
        "The Idea of `x`",
        "The state in {eq}`eq-state` is shown in {numref}`fig-net` and "
        "{numref}`tab-sizes`. The code span `{eq}` stays, and so does `a {ref}`` b`.",
        "Two boxes",
        "A net that computes {eq}`eq-out`.",
        "Sizes for {eq}`eq-state`",
        "size",
        "of",
        "Go on with {ref}`the next one <sec-next>`.",
        "Only for MXNet.",
        "For all.",
    ]


def test_remarks_say_what_a_message_is_where_it_stands_and_for_whom(book):
    entries = of_chapter(chapter(book), book).entries
    assert entries["A Sample"].remarks == ["title of the section"]
    assert entries["follow {ref}`sec-idea`"].remarks == ['goal, after "you can"']
    assert entries["The Idea of `x`"].remarks == ["heading"]
    assert entries["Two boxes"].remarks == ['alt text, under "The Idea of `x`"']
    assert entries["size"].remarks == ['table cell, under "The Idea of `x`"']
    assert entries["Only for MXNet."].remarks == [
        'paragraph, under "The Idea of `x`"',
        "only in MXNet",
    ]
    assert entries["For all."].sources == ["source/01-sample.md"]


def test_a_text_that_comes_twice_is_one_message_with_both_remarks(book, edit):
    edit("For all.", "For all.\n\n## For all.")
    entry = of_chapter(chapter(book), book).entries["For all."]
    assert entry.remarks == ['paragraph, under "The Idea of `x`"', "heading"]
    assert entry.sources == ["source/01-sample.md"]


def test_a_text_that_each_framework_has_is_for_all(book, edit):
    edit("Only for MXNet.", 'Own.\n\n+++ {"tags": ["pytorch"]}\n\nOwn.')
    remarks = of_chapter(chapter(book), book).entries["Own."].remarks
    assert not any("only in" in remark for remark in remarks)


def test_the_line_of_a_text_is_no_part_of_its_message(book, edit):
    before = of_chapter(chapter(book), book)
    edit("framework = ", "\n\nother_framework = ")
    assert of_chapter(chapter(book), book) == before


def test_exercises_have_a_catalogue_of_their_own_with_their_solutions(book):
    source = chapter(book, -1)
    assert name_of(source) == "exercises/01-sample"
    entries = of_chapter(source, book).entries
    assert "Why does it work?" in entries
    assert entries["In MXNet too."].remarks[-1] == "only in MXNet"
    assert not any("def add" in text for text in entries)


SCRIPT = """\
TITLE = "A net"
DESCRIPTION = (
    "Two boxes "
    "and an arrow."
)
LABELS = {"left": "in", "right": "out"}
raise RuntimeError("drawing is not needed to read the words")
"""


def test_the_words_of_figures_are_read_without_drawing_them(book):
    (book.root / "img" / "net.py").write_text(SCRIPT)
    (book.root / "img" / "plain.py").write_text('TITLE = "No labels"\n')
    template = of_figures(book)
    assert list(template.entries) == ["A net", "Two boxes and an arrow.", "in", "out"]
    assert template.entries["in"].sources == ["img/net.py"]
    assert "left" in template.entries["in"].remarks[0]


def test_words_of_a_figure_that_are_computed_are_refused(book):
    text = SCRIPT.replace('"in"', 'str("in")')
    (book.root / "img" / "net.py").write_text(text)
    with pytest.raises(BookError, match="img/net.py:6: LABELS must be written out"):
        of_figures(book)


def test_the_words_around_the_text_come_with_their_remarks():
    template = of_words()
    assert template.fields
    assert {text: e.remarks for text, e in template.entries.items()} == {
        text: [remark] for text, remark in wording.messages()
    }


@pytest.fixture
def checks(book):
    """A folder of checks in the fixture book, in place of the real package."""
    folder = book.root / "d2l_check"
    folder.unlink()  # a link to the real one
    folder.mkdir(parents=True)
    return folder


def test_hints_are_the_literals_in_calls_of_the_underscore(book, checks):
    (checks / "b.py").write_text(
        "# Translators: {name} is a function\n"
        '_("{name} is " "None.").format(name=1)\n'
        'other("no hint")\n'
    )
    (checks / "a.py").write_text('_("Look again.")\n_("{name} is None.")\n')
    template = of_hints(book)
    assert template.fields
    assert list(template.entries) == ["Look again.", "{name} is None."]
    entry = template.entries["{name} is None."]
    assert entry.remarks == ["{name} is a function"]
    assert entry.sources == ["d2l_check/a.py", "d2l_check/b.py"]


@pytest.mark.parametrize("call", ['_("a", "b")', "_(name)", '_(f"a {b}")', "_(1)"])
def test_a_hint_that_could_not_be_found_is_refused(book, checks, call):
    (checks / "a.py").write_text(f"x = 1\n{call}\n")
    with pytest.raises(BookError, match=r"d2l_check/a.py:2: .*one literal text"):
        of_hints(book)


def test_a_catalogue_without_messages_is_left_out(book, checks):
    names = [template.name for template in every(book, read_all(book))]
    assert names == ["01-sample", "02-next", "exercises/01-sample", "book"]
