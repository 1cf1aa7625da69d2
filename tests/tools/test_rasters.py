"""The PNG beside each SVG, which JupyterLab shows of a notebook it doesn't trust."""

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from tools import notebook as nb
from tools import rasters
from tools.book import BookError, load
from tools.build import build_all, write
from tools.pictures import described, undescribed

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="30" '
    'viewBox="0 0 40 30"><title>A</title><rect width="20" height="30" fill="#ff0000"/>'
    "{}</svg>"
)


def showing(*svgs):
    """Return a notebook with one cell that shows these SVGs."""
    outputs = [new_output("display_data", data={rasters.SVG: svg}) for svg in svgs]
    return new_notebook(cells=[new_code_cell("draw()", outputs=outputs)])


def outputs_of(notebook):
    return notebook.cells[0].outputs


def pixels(output):
    image = Image.open(io.BytesIO(base64.b64decode(output.data[rasters.PNG])))
    return image.convert("RGB")


def test_the_png_shows_the_svg_on_white_twice_as_fine_as_the_page():
    notebook = showing(SVG.format(""))
    rasters.add(notebook, {})
    [output] = outputs_of(notebook)
    image = pixels(output)
    assert image.size == (106, 60)  # 40 points are 53 dots of the page
    assert image.getpixel((30, 30)) == (255, 0, 0)
    assert image.getpixel((100, 30)) == (255, 255, 255)
    about = output.metadata[rasters.PNG]
    assert (about["width"], about["height"]) == (53, 30)


def test_it_has_the_alternative_text_of_the_svg():
    notebook = showing(SVG.format(""))
    notebook.cells[0].outputs = [described(outputs_of(notebook)[0], "A red field")]
    rasters.add(notebook, {})
    assert outputs_of(notebook)[0].metadata[rasters.PNG]["alt"] == "A red field"


def test_a_stored_png_is_kept_and_that_of_another_svg_replaced():
    stored, known = showing(SVG.format("")), {}
    rasters.add(stored, {})
    outputs_of(stored)[0].data[rasters.PNG] = "of another machine\n"
    rasters.remember(stored, known)
    fresh = showing(SVG.format("").replace("<title>A", "<title>B"), SVG.format("<g/>"))
    rasters.add(fresh, known)
    same, other = outputs_of(fresh)
    assert same.data[rasters.PNG] == "of another machine\n"
    assert pixels(other).size == (106, 60)
    outputs_of(stored)[0].data[rasters.SVG] = SVG.format("<g/>")
    rasters.add(stored, {})
    assert outputs_of(stored)[0].data[rasters.PNG] == other.data[rasters.PNG]


def test_letters_that_the_fonts_lack_are_left_to_the_svg():
    notebook = showing(
        SVG.format("<text y='9'>入力</text>"), SVG.format("<text y='9'>trễ</text>")
    )
    rasters.add(notebook, {})
    assert [rasters.PNG in output.data for output in outputs_of(notebook)] == [0, 1]


def test_the_seal_does_not_depend_on_it():
    notebook = showing(SVG.format(""))
    before = undescribed(outputs_of(notebook)[0])
    rasters.add(notebook, {})
    assert undescribed(outputs_of(notebook)[0]) == before


def test_a_picture_that_cannot_be_drawn_names_the_notebook(book):
    item = next(item for item in build_all(book) if item.edition.runs)
    write(book, quiet=True)
    stored = nb.read(item.path)
    for number, cell in enumerate(nb.code_cells(stored), 1):
        cell.execution_count = number
    svg = new_output("display_data", data={rasters.SVG: "<svg>"})
    nb.own_cells(stored)[-1].outputs = [svg]
    nb.write(item.path, stored)
    with pytest.raises(BookError, match=rf"{item.path.name}: a picture can't be drawn"):
        build_all(book)


def test_each_picture_of_the_book_is_seen_in_a_notebook_that_is_not_trusted():
    book = load()
    lacking = [
        f"{book.relative(path)}: {output.data.get('text/plain', '')}"
        for path in sorted(book.notebooks.rglob("*.ipynb"))
        for cell in nb.code_cells(nb.read(path))
        for output in cell.outputs
        if rasters.SVG in output.get("data", {}) and rasters.PNG not in output.data
    ]
    assert not lacking
