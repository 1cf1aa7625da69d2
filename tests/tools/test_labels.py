"""Labels, references and directives, from MyST to plain Markdown."""

import pytest

from tools.book import BookError
from tools.build import build_all
from tools.notebook import code_cells
from tools.pictures import is_drawing
from tools.references import anchor

MARKER = "For all."


def prose(book, framework="pytorch", chapter="01-sample"):
    """The Markdown of a built notebook, head left out."""
    for item in build_all(book):
        if (item.framework.key, item.chapter.stem) == (framework, chapter):
            cells = item.notebook.cells[1:]
            return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    raise AssertionError(f"no notebook {framework} {chapter}")


def test_references_carry_numbers(book):
    assert "The state in (1.1) is shown in Figure 1.1 and Table 1.1." in prose(book)


def test_only_labelled_equations_are_numbered(book):
    text = prose(book)
    assert "$$\nh = f(x) \\tag{1.1}\n$$" in text
    assert "$$\no = W h \\tag{1.2}\n$$" in text
    assert "$$\nu = v\n$$" in text


def test_a_drawing_becomes_the_output_of_a_cell_and_a_caption_below(book):
    cells = build_all(book)[0].notebook.cells
    (place,) = (i for i, cell in enumerate(cells) if is_drawing(cell))
    drawing, below = cells[place : place + 2]
    assert drawing.source == 'import d2l_local\n\nd2l_local.figure("lstm")'
    (output,) = drawing.outputs
    assert "<title>Two boxes</title>" in output.data["image/svg+xml"]
    assert output.metadata["image/svg+xml"]["alt"] == "Two boxes"
    assert drawing.metadata["jupyter"] == {"source_hidden": True}
    assert below.source.startswith("*Figure 1.1. A net that computes (1.2).*")
    assert not any("![" in c.source and "lstm.svg" in c.source for c in cells)


def test_table_keeps_its_rows_and_gets_a_caption(book):
    expected = (
        "| size | of |\n| --- | --- |\n| 1 | (1.2) |\n\n*Table 1.1. Sizes for (1.1)*"
    )
    assert expected in prose(book)


def test_note_becomes_a_quote_with_a_link_into_the_sibling_notebook(book):
    link = "[the next one](02-next.ipynb#What-Comes-Next?)"
    assert f"> **Note**. Go on with {link}." in prose(book)


def test_link_within_the_notebook_has_no_file(book, edit):
    edit(MARKER, "See {ref}`sec-idea`.")
    assert "See [The Idea of `x`](#The-Idea-of-x)." in prose(book)


def test_targets_and_comments_vanish(book):
    text = prose(book)
    assert text.startswith("## The Idea of `x`\n\nThe state")
    assert "remark" not in text


def test_code_spans_and_fences_stay(book):
    text = prose(book)
    assert "`{eq}` stays, and so does `a {ref}`` b`." in text
    assert '"{eq}`eq-nothing` in a code fence stays"' in text


def test_framework_blocks_only_in_their_notebook(book):
    assert "Only for MXNet." in prose(book, "mxnet")
    assert "Only for MXNet." not in prose(book, "pytorch")


def test_references_work_across_chapters(book):
    text = prose(book, chapter="02-next")
    assert "[The Idea of `x`](01-sample.ipynb#The-Idea-of-x) and (1.2)" in text


def test_directives_work_with_colons_and_longer_fences(book, edit):
    edit(
        MARKER,
        "::::{tip}\nTwo\nlines\n::::\n\n````{note}\n- a\n\n```python\nx\n```\n````",
    )
    text = prose(book)
    assert "> **Tip**. Two\n> lines" in text
    assert "> **Note**\n>\n> - a\n>\n> ```python\n> x\n> ```" in text


def test_roles_in_lists_quotes_and_tables_are_resolved(book, edit):
    edit(MARKER, "- {eq}`eq-state`\n\n> {eq}`eq-out`\n\n| {eq}`eq-out` |\n| --- |")
    assert "- (1.1)\n\n> (1.2)\n\n| (1.2) |" in prose(book)


FIGURE = "```{figure} ../img/lstm.svg\n:name: fig-b\n:alt: B\nCaption\n```"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{eq}`eq-none`", "no label 'eq-none'"),
        ("{eq}`fig-net`", "'fig-net' labels a figure"),
        ("{foo}`eq-out`", "unknown role {foo}"),
        ("{eq} `eq-out`", "needs its `label` right behind"),
        ("<b>{eq}`eq-out`</b>\n\n<div>\n{eq}`eq-out`\n</div>", "inside HTML"),
        ("```{plot} x\n```", "unknown directive {plot}"),
        (":::{note}\n:class: x\ny\n:::", "unknown options class"),
        (":::{note} Title\ny\n:::", "takes no title"),
        (":::{note}\n$$\na\n$$\n:::", "display formula in a box"),
        (":::{note}\n% gone\n\nx\n:::", "cannot be nested"),
        ("```{note}\ntext", "not closed"),
        ("- a\n\n  :::{note}\n  x\n  :::", "inside a list or a quote"),
        ("```{math}\n:label: eq-x\na\n```", "equation 'eq-x' is never cited"),
        ("```{math}\n:label: eq-out\na\n```", "'eq-out' is taken, see source/01"),
        ("```{math}\n:label: fig-x\na\n```", "must start with eq-"),
        ("```{math}\na \\tag{1}\n```", "tag is set by the build"),
        ("(sec-x)=\ntext", "no heading follows"),
        ("(sec-X)=\n## H", "lower-case words"),
        ("# Title", "stands in the front matter"),
        ("## A {eq}`eq-out`", "heading cannot hold a role"),
        ("![x](y.png)", "use {figure}"),
        ("[x](13-y.md)", "refer to a label"),
        (FIGURE.replace(":alt: B\n", ""), "needs ':alt:'"),
        (FIGURE.replace("Caption\n", ""), "needs a caption"),
        (FIGURE.replace(":name: fig-b\n", ""), "needs a label"),
        (FIGURE.replace("lstm.svg", "no.svg"), "does not exist"),
        (FIGURE.replace("Caption", "A *b*"), "italics as a whole"),
        (FIGURE.replace(":alt", ":width: 3\n:alt"), "unknown options width"),
        (":::{table} C\n:name: tab-x\ntext\n:::", "one pipe table"),
    ],
)
def test_what_cannot_be_resolved_fails_with_file_and_line(book, edit, text, message):
    edit(MARKER, text)
    with pytest.raises(BookError, match=r"source/01-sample.md:\d+: ") as caught:
        build_all(book)
    assert message in str(caught.value)


def test_the_line_in_a_message_is_the_one_of_the_mistake(book, edit):
    edit(MARKER, "One.\n\nTwo\n{eq}`eq-none`.")
    lines = (book.source / "01-sample.md").read_text().split("\n")
    number = lines.index("{eq}`eq-none`.") + 1
    with pytest.raises(BookError, match=f"01-sample.md:{number}: no label"):
        build_all(book)


def test_a_label_of_another_framework_cannot_be_cited(book, edit):
    edit("Only for MXNet.", "Only.\n\n$$\na\n$$ (eq-mx)\n")
    edit(MARKER, "{eq}`eq-mx`")
    with pytest.raises(BookError, match="does not exist in the pytorch notebook"):
        build_all(book)


def test_numbers_agree_between_frameworks(book, edit):
    edit("Only for MXNet.", "{eq}`eq-mx`\n\n$$\na\n$$ (eq-mx)\n")
    edit(MARKER, "{eq}`eq-last`\n\n$$\nb\n$$ (eq-last)")
    assert "\\tag{1.3}" in prose(book, "mxnet")
    for framework in ("pytorch", "mxnet"):
        assert "b \\tag{1.4}" in prose(book, framework)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Training", "Training"),
        ("What `train_ch8` *does*", "What-train_ch8-does"),
        ("Loss (again)", "Loss-%28again%29"),
    ],
)
def test_anchor_is_the_visible_text_with_hyphens(heading, expected):
    assert anchor(heading) == expected


def test_code_is_left_alone(book, edit):
    edit("num_epochs = 500\n", "num_epochs = 500  # {eq}`eq-none`\n")
    notebook = build_all(book)[0].notebook
    assert any("{eq}`eq-none`" in cell.source for cell in code_cells(notebook))


def test_a_chapter_is_linked_as_a_whole_by_its_title_or_other_words(book, edit):
    edit(MARKER, "Then {doc}`02-next`, {doc}`the one behind it <02-next>`.")
    expected = "Then [2. Next](02-next.ipynb), [the one behind it](02-next.ipynb)."
    assert expected in prose(book)


def test_exercises_link_to_the_chapter_of_their_framework(book, edit):
    name = "exercises/01-sample.md"
    edit("Write it as", "{doc}`02-next` comes before. Write it as", name)
    found = [
        cell.source
        for item in build_all(book)
        if item.edition.kind != "chapter" and item.framework.key == "mxnet"
        for cell in item.notebook.cells
        if "comes before." in cell.source
    ]
    assert found and all("[2. Next](../02-next.ipynb)" in text for text in found)


def page(book, front=""):
    """Write a page beside the chapters, and return its notebook for PyTorch."""
    text = (book.source / "02-next.md").read_text()
    text = text.replace("number: 2\n", front).replace("(sec-next)=\n", "")
    figure = (
        "{numref}`fig-page` is from {doc}`aside`.\n\n```{figure} ../img/lstm.svg\n"
        ":name: fig-page\n:alt: A net\nA net.\n```\n"
    )
    (book.source / "aside.md").write_text(text + figure)
    made = [item for item in build_all(book) if item.chapter.stem == "aside"]
    assert [item.framework.key for item in made] == ["pytorch", "mxnet"]
    return made[0].notebook


def test_a_page_beside_the_chapters_has_no_number_but_a_letter_for_its_figures(book):
    cells = page(book).cells
    assert cells[0].source.startswith("# Next (PyTorch)\n")
    *_, before, drawing, caption = cells
    assert "Figure A.1 is from [Next](aside.ipynb)." in before.source
    assert is_drawing(drawing) and caption.source == "*Figure A.1. A net.*"


def test_only_a_page_that_says_so_gets_the_packages_of_all_frameworks(book):
    assert "json" not in code_cells(page(book))[0].source
    notebook = page(book, "all_frameworks: true\n")
    assert " json|json==1.0 " in f" {code_cells(notebook)[0].source}".replace('"', " ")
    assert notebook.metadata["d2l_local"]["all_frameworks"] is True


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("number: 3\n", "the name of the file has none"),
        ("all_frameworks: sometimes\n", "is true or false, found 'sometimes'"),
    ],
)
def test_wrong_front_matter_of_a_page_is_refused(book, front, message):
    with pytest.raises(BookError, match=message):
        page(book, front)


def test_an_unknown_chapter_is_refused_with_those_that_there_are(book, edit):
    edit(MARKER, "See {doc}`03-nowhere`.")
    with pytest.raises(BookError, match="no chapter '03-nowhere'; there are 01-sample"):
        build_all(book)


def again(book, edit, options, body=""):
    table = f"```{{table}} Once more\n:name: tab-again\n{options}{body}```"
    edit("Back to", f"{table}\n\nBack to", "02-next.md")
    return prose(book, chapter="02-next")


def test_a_table_may_be_shown_again_with_a_number_and_caption_of_its_own(book, edit):
    text = again(book, edit, ":from: tab-sizes\n")
    expected = "| size | of |\n| --- | --- |\n| 1 | (1.2) |\n\n*Table 2.1. Once more*"
    assert expected in text


@pytest.mark.parametrize(
    ("options", "body", "message"),
    [
        (":from: tab-nowhere\n", "", "no label 'tab-nowhere'"),
        (":from: eq-out\n", "", "labels a equation, but the role is for a table"),
        (":from: tab-sizes\n", "| a |\n| - |\n| 1 |\n", "no rows of its own"),
    ],
)
def test_a_table_that_cannot_be_shown_again_is_refused(
    book, edit, options, body, message
):
    with pytest.raises(BookError, match=message):
        again(book, edit, options, body)
