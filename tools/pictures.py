"""Captions and alternative texts of pictures, which are all outputs of code cells.

A `{figure}` without an image is the picture that the code cell above it draws: its
caption stands below the output, and its alternative text goes into the output.

A `{figure}` with an image is a drawing from `img/`. The build puts a code cell above it
that shows the drawing, with its output, as it is only there that every program that
shows notebooks shows an SVG: Colab leaves out files of the repository, attachments and
SVGs within the text of a Markdown cell, and GitHub the addresses that hold data.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from d2l_local.display.drawn import bundle, in_language
from tools import rasters
from tools.files import read_text
from tools.myst import Block, Where, blocks

# Shows a drawing in a notebook that somebody runs.
SHOW = """\
import d2l_local

d2l_local.figure("{name}")"""
# The way in which JupyterLab and VS Code, Colab and Jupyter Book hide the code.
HIDDEN = {
    "jupyter": {"source_hidden": True},
    "cellView": "form",
    "tags": ["hide-input"],
}

# Matplotlib's SVG starts with a declaration of its type; a title comes first inside.
SVG_START = re.compile(
    r"\A(?P<start>.*?<svg\b[^>]*>)(\s*<title>.*?</title>)?", re.DOTALL
)


def drawn_above(text: str, where: Where) -> Block | None:
    """Return the figure of a Markdown cell that the code cell above it draws, or None.

    Raises BookError if such a figure isn't what the cell begins with.
    """
    for block in blocks(text, where):
        if block.name == "figure" and not block.argument:
            if any(line.strip() for line in text.split("\n")[: block.start]):
                raise where.error(
                    block.start,
                    "a {figure} without an image is the picture that the code cell "
                    "above it draws, so put it right behind that cell",
                )
            return block
    return None


def drawings(text: str, where: Where) -> list[Block]:
    """Return the figures of a Markdown cell that show a drawing, in their order."""
    found = blocks(text, where)
    return [block for block in found if block.name == "figure" and block.argument]


def file_of(drawing: Block, folder: Path, language: str, where: Where) -> Path:
    """Return the file of a drawing, in the language if there is one; refuse a missing.

    It is named from `folder`, that of the source file.
    """
    file = folder / drawing.argument
    if not file.is_file():
        raise where.error(drawing.start, f"the image {drawing.argument} does not exist")
    return in_language(file, language)


def about_drawing(drawing: Block) -> dict:
    """Return the metadata of the code cell that shows a drawing."""
    about = {"drawing": Path(drawing.argument).stem}
    return {**HIDDEN, "d2l_local": about | {"alt": drawing.options.get("alt", "")}}


def is_drawing(cell: NotebookNode) -> bool:
    """Return True for a code cell that the build has put there to show a drawing."""
    return "drawing" in cell.metadata.get("d2l_local", {})


def shown(file: Path, cell: NotebookNode) -> NotebookNode:
    """Return the output of a cell that shows the drawing in a file."""
    about = cell.metadata["d2l_local"]
    data = bundle(about["drawing"], read_text(file, str(file)))
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return described(nbformat.from_dict(output), about["alt"])


def is_picture(output: NotebookNode) -> bool:
    """Return True for an output that is shown as an image."""
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def described(output: NotebookNode, alt: str | None) -> NotebookNode:
    """Return a picture with an alternative text, which replaces the one it had.

    It stands in the metadata of each kind of image, where nbconvert looks for it, and
    is the title of an SVG. Without `alt`, the picture keeps what its run said of it.
    Other outputs come back as they are.
    """
    if not is_picture(output):
        return output
    output = nbformat.from_dict(output)
    alt = alt or said_by_run(output)
    if not alt:
        return output
    for kind in output.data:
        if kind.startswith("image/"):
            output.metadata.setdefault(kind, {})["alt"] = alt
    if svg := output.data.get("image/svg+xml"):
        title = f"<title>{escape(alt, quote=False)}</title>"
        output.data["image/svg+xml"] = SVG_START.sub(
            lambda match: f"{match['start']}{title}", "".join(svg), count=1
        )
    return output


def said_by_run(output: NotebookNode) -> str | None:
    """Return the alternative text that a picture came with, if any."""
    found = (output.metadata.get(kind, {}).get("alt") for kind in output.data)
    return next(filter(None, found), None)


def undescribed(output: NotebookNode) -> NotebookNode:
    """Return a picture as its run gave it: undo `described`, and leave out a PNG."""
    if not is_picture(output):
        return output
    output = nbformat.from_dict(output)
    rasters.remove(output)
    for kind in output.data:
        if "alt" in output.metadata.get(kind, {}):
            output.metadata.pop(kind)
    if svg := output.data.get("image/svg+xml"):
        output.data["image/svg+xml"] = SVG_START.sub(r"\g<start>", "".join(svg), 1)
    return output


def defects(notebook: NotebookNode) -> list[str]:
    """Return which pictures of an executed notebook don't fit their captions, and
    which of them say nothing to a reader who doesn't see them."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        drawn = sum(map(is_picture, cell.outputs))
        if alt_of(cell) and drawn != 1:
            found.append(
                f"code cell {number} has a caption, but draws {drawn} pictures: it "
                "must draw one"
            )
        mute = [o for o in cell.outputs if is_picture(o) and not said_by_run(o)]
        if mute and not alt_of(cell):
            found.append(
                f"code cell {number} shows a picture without an alternative text: draw "
                "it by d2l.plot, or put a {figure} below the cell"
            )
    return found


def alt_of(cell: NotebookNode) -> str | None:
    """Return the alternative text of the picture that a code cell draws, if any."""
    return cell.metadata.get("d2l_local", {}).get("alt")
