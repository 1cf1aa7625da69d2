"""Captions and alternative texts of the pictures that code cells draw."""

import nbformat
import pytest
from nbformat.v4 import new_output

from tests.tools.records import executed
from tools import notebook as nb
from tools.book import BookError
from tools.build import build_all
from tools.myst import Where
from tools.page import Page, render
from tools.pictures import defects, described, drawn_above, undescribed

SVG = (
    '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">\n'
    '<svg xmlns="http://www.w3.org/2000/svg" width="9">\n <g/>\n</svg>'
)
MARKER = "```{code-cell}\nprint("
FIGURE = (
    "```{figure}\n:name: fig-curve\n:alt: A curve that falls & falls\n"
    "The curve of {eq}`eq-out`.\n```\n"
)


def picture(**data):
    return new_output(
        "display_data", data={"image/svg+xml": SVG, "text/plain": "x", **data}
    )


@pytest.fixture
def captioned(book, edit):
    """The fixture book, whose cell that prints epochs has a caption below it."""
    edit(MARKER, f"{FIGURE}\nAs {{numref}}`fig-curve` shows.\n\n{MARKER}")
    return book


def drawing(notebook):
    """Return the code cell above the caption."""
    return next(c for c in nb.code_cells(notebook) if "num_epochs" in c.source)


def with_pictures(notebook, count=1):
    """Return a copy that was executed, in which the captioned cell drew pictures."""
    stored = executed(notebook)
    drawing(stored).outputs = [picture() for _ in range(count)]
    return stored


def test_a_caption_below_a_cell_is_numbered_with_the_drawn_figures(captioned):
    for item in build_all(captioned)[:2]:
        text = "\n\n".join(cell.source for cell in item.notebook.cells)
        assert (
            "print(framework, num_epochs)\n\n*Figure 1.2. The curve of (1.2).*" in text
        )
        assert "As Figure 1.2 shows." in text


def test_the_picture_gets_the_alternative_text_in_each_framework(captioned):
    for item in build_all(captioned)[:2]:
        target = item.notebook
        assert nb.carry_outputs(target, with_pictures(target))
        [output] = drawing(target).outputs
        assert output.metadata["image/svg+xml"] == {"alt": "A curve that falls & falls"}
        title = '"9"><title>A curve that falls &amp; falls</title>\n <g/>'
        assert title in output.data["image/svg+xml"]
        assert output.data["image/svg+xml"].startswith("<?xml")
        assert output.data["text/plain"] == "x"


def test_carrying_a_described_picture_over_again_changes_nothing(captioned):
    target = build_all(captioned)[0].notebook
    nb.carry_outputs(target, with_pictures(target))
    once = nb.dumps(target)
    nb.carry_outputs(target, nbformat.reads(once, as_version=4))
    assert nb.dumps(target) == once


def test_a_new_alternative_text_replaces_the_old_one():
    twice = described(described(picture(), "old"), "new <1>")
    assert twice.metadata["image/svg+xml"]["alt"] == "new <1>"
    svg = twice.data["image/svg+xml"]
    assert svg.count("<title>") == 1 and "<title>new &lt;1&gt;</title>" in svg


def test_the_seal_of_a_run_holds_in_each_language():
    for output in (picture(), picture(**{"image/png": "iVBO"})):
        assert undescribed(described(output, "a")) == undescribed(output) == output
    assert undescribed(new_output("stream", text="3\n")).text == "3\n"


def test_every_kind_of_image_is_described_and_nothing_else():
    both = described(picture(**{"image/png": "iVBO"}), "a")
    assert {kind: data["alt"] for kind, data in both.metadata.items()} == {
        "image/svg+xml": "a",
        "image/png": "a",
    }
    text = new_output("stream", text="3\n")
    assert described(text, "a") == text
    assert described(picture(), None) == picture()


@pytest.mark.parametrize("count", [0, 2])
def test_a_captioned_cell_that_does_not_draw_one_picture_is_a_defect(captioned, count):
    target = build_all(captioned)[0].notebook
    stored = with_pictures(target, count)
    [message] = defects(stored)
    assert f"draws {count} pictures" in message
    assert message in nb.execution_defects(stored)
    assert defects(with_pictures(target)) == []


def test_a_picture_that_says_nothing_is_a_defect(captioned):
    stored = with_pictures(build_all(captioned)[0].notebook)
    del drawing(stored).metadata["d2l_local"]  # its caption
    [message] = defects(stored)
    assert "without an alternative text" in message
    [output] = drawing(stored).outputs
    drawing(stored).outputs = [described(output, "A curve")]
    assert defects(stored) == []


@pytest.mark.parametrize("before", ["Words.\n\n", "(sec-x)=\n## X\n\n"])
def test_a_figure_without_an_image_begins_its_cell(before):
    assert drawn_above(f"\n{FIGURE}", Where("a.md", 7)).options["name"] == "fig-curve"
    with pytest.raises(BookError, match=r"a\.md:\d+: .*right behind that cell"):
        drawn_above(before + FIGURE, Where("a.md", 7))


def test_a_figure_without_an_image_needs_a_code_cell_above_it(book, edit):
    edit("For all.", FIGURE)
    with pytest.raises(BookError, match="needs a code cell right above it"):
        build_all(book)


@pytest.mark.parametrize(
    "lost", [":name: fig-curve\n", ":alt: A curve that falls & falls\n"]
)
def test_a_computed_figure_needs_a_name_and_an_alternative_text(captioned, edit, lost):
    edit(lost, "")
    with pytest.raises(BookError, match="needs"):
        build_all(captioned)


def test_a_page_shows_the_alternative_text(captioned):
    target = build_all(captioned)[0].notebook
    nb.carry_outputs(target, with_pictures(target))
    place = captioned.root / "build/run/pytorch/a.ipynb"
    page = Page(target, place, captioned.root / "build/html/pytorch/a.html", "A")
    html = render(page, [page], captioned)
    assert 'alt="A curve that falls &amp; falls"' in html
