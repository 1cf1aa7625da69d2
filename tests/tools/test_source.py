import pytest

from tools.book import BookError
from tools.source import apply_fast, parse, read_all

FRONT = """\
---
title: T
number: 3
goals: [do it]
needs: [none]
runtime: {pytorch: 1, mxnet: 2}
---
"""


def chapter(body, front=FRONT, path="source/03-x.md"):
    return parse(front + body, path, ("pytorch", "mxnet"))


def code(*options, text="a = 1"):
    return "\n".join(["", "```{code-cell}", *options, text, "```", ""])


def texts(parsed, framework):
    return [cell.text for cell in parsed.cells_for(framework)]


def test_untagged_cells_are_in_every_framework_and_tagged_ones_only_in_theirs():
    body = (
        "\nall\n"
        + code(":tags: [mxnet]", text="m")
        + '\n+++ {"tags": ["pytorch"]}\n\nonly torch\n\n+++\n\nall again\n'
        + code(":tags: [pytorch, mxnet]", text="both")
    )
    parsed = chapter(body)
    assert texts(parsed, "pytorch") == ["all", "only torch", "all again", "both"]
    assert texts(parsed, "mxnet") == ["all", "m", "all again", "both"]


def test_lines_point_at_the_first_line_of_a_cells_text():
    parsed = chapter("\n\nprose\n" + code(":tags: [mxnet]", text="m"))
    lines = (FRONT + "\n\nprose\n" + code(":tags: [mxnet]", text="m")).split("\n")
    assert [lines[cell.line - 1] for cell in parsed.cells] == ["prose", "m"]


def test_front_matter_is_read(book):
    sample = read_all(book)[0]
    assert (sample.number, sample.title, sample.stem) == (1, "A Sample", "01-sample")
    assert sample.runtime == {"pytorch": "1", "mxnet": "2 to 3"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: T\n", "", "'title'"),
        ("number: 3", "number: 4", "name starts with 03"),
        ("[do it]", "[{a: b}]", "quotes"),
        ("mxnet: 2", "tensorflow: 2", "one entry for each"),
        ("mxnet: 2", "mxnet: soon", "minutes"),
    ],
)
def test_wrong_front_matter_is_refused(old, new, message):
    with pytest.raises(BookError, match=message):
        chapter("\ntext\n", FRONT.replace(old, new))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([":tags: [pytroch]"], "unknown tag 'pytroch'"),
        ([":tagz: [pytorch]"], "unknown cell option tagz"),
        ([':fast: {"b": "c"}'], "'b' -> 'c' changes nothing"),
        ([':fast: {"1": "1"}'], "changes nothing"),
        ([":fast: {1: 2}"], "strings to strings"),
    ],
)
def test_wrong_cell_options_are_refused_with_their_line(options, message):
    with pytest.raises(BookError, match=r"source/03-x.md:\d+: .*" + message):
        chapter(code(*options))


def test_options_of_the_wrong_kind_are_refused():
    with pytest.raises(BookError, match="source/03-x.md: .*'pytorch' is not of type"):
        chapter(code(":tags: pytorch"))


def test_fast_replaces_every_occurrence():
    assert apply_fast("n = 500; f(500)", {"500": "5"}) == "n = 5; f(5)"


def test_fast_options_are_kept_with_the_cell():
    parsed = chapter(code(':fast: {"a = 1": "a = 2"}'))
    assert dict(parsed.cells[0].fast) == {"a = 1": "a = 2"}


def test_a_chapter_must_be_named_by_number(book):
    (book.source / "1-notes.md").write_text("x")
    with pytest.raises(BookError, match="1-notes.md: a chapter is named NN-name.md"):
        read_all(book)
