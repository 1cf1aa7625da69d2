import pytest

from tools import notebook as nb
from tools.book import ROOT, BookError, load
from tools.build import build_all
from tools.source import apply_fast, parse, read_all
from tools.translations.template import of_chapter

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


@pytest.fixture
def parts(book):
    """The first chapter of the fixture book as a folder of parts, cut before a cell."""
    file, folder = book.source / "01-sample.md", book.source / "01-sample"
    first, cell, second = file.read_text().partition("```{code-cell}\n:tags: [mxnet]")
    folder.mkdir()
    (folder / "00-text.md").write_text(first)
    (folder / "01-code.md").write_text(cell + second)
    file.unlink()
    return folder


def test_a_folder_gives_the_notebooks_of_a_single_file(book, request):
    def notebooks():
        return [nb.dumps(item.notebook) for item in build_all(book)]

    before = notebooks()
    folder = request.getfixturevalue("parts")
    assert notebooks() == before
    assert before and len(list(folder.iterdir())) == 2


def test_cells_of_a_folder_know_their_file_and_line(parts, book):
    chapter = read_all(book)[0]
    assert {cell.path for cell in chapter.cells} == {
        "source/01-sample/00-text.md",
        "source/01-sample/01-code.md",
    }
    for cell in chapter.cells:
        lines = (book.root / cell.path).read_text().split("\n")
        assert lines[cell.line - 1] == cell.text.split("\n")[0]
    template = of_chapter(chapter, book)
    assert template.name == "01-sample"
    assert template.entries["For all."].sources == ["source/01-sample/00-text.md"]


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("01-code", ":tags: [mxnet]", ":tags: [mx]", "01-code.md:3: unknown tag 'mx'"),
        ("01-code", "[mxnet]", "[mxnet", "01-code.md: the YAML"),
        ("00-text", "{eq}`eq-state`", "{eq}`eq-x`", r"00-text.md:\d+: no label 'eq-x'"),
        ("00-text", "number: 1", "number: 2", "00-text.md: front matter has number: 2"),
        (
            "00-text",
            "{ref}`sec-idea`",
            "{ref}`sec-x`",
            "00-text.md:1: no label 'sec-x'",
        ),
        (
            "01-code",
            "```{code",
            "---\ntitle: T\n---\n```{code",
            "belongs into source/01",
        ),
    ],
)
def test_a_fault_in_a_part_is_named_by_its_file(parts, book, part, old, new, message):
    path = parts / f"{part}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BookError, match=message):
        build_all(book)


def test_a_chapter_is_a_file_or_a_folder(parts, book):
    (book.source / "01-sample.md").write_text("")
    with pytest.raises(BookError, match="are the same chapter: keep the file or the f"):
        read_all(book)


def test_a_folder_is_named_as_a_chapter(parts, book):
    parts.rename(book.source / "1-sample")
    with pytest.raises(BookError, match="source/1-sample: a chapter is named"):
        read_all(book)


def test_no_source_of_the_book_is_too_long_to_open():
    book = load(ROOT)
    for path in book.exercise_paths():
        for file in path.glob("*.md") if path.is_dir() else [path]:
            assert len(file.read_text(encoding="utf-8").splitlines()) < 700, file
    [long] = [path for path in book.exercise_paths() if path.is_dir()]
    assert long.name == "12-deep-rnn"
    for file in long.iterdir():
        assert len(file.read_text(encoding="utf-8").splitlines()) < 600, file


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
