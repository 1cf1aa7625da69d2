"""Captions and alternative texts of the pictures that code cells draw.

A `{figure}` without an image is the picture that the code cell above it draws: its
caption stands below the output, and its alternative text goes into the output.
"""

from __future__ import annotations

import re
from html import escape

import nbformat
from nbformat import NotebookNode

from tools.myst import Block, Where, blocks

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
    """Return a picture as its run gave it: undo `described`."""
    if not is_picture(output):
        return output
    output = nbformat.from_dict(output)
    for kind in output.data:
        if "alt" in output.metadata.get(kind, {}):
            output.metadata.pop(kind)
    if svg := output.data.get("image/svg+xml"):
        output.data["image/svg+xml"] = SVG_START.sub(r"\g<start>", "".join(svg), 1)
    return output


def defects(notebook: NotebookNode) -> list[str]:
    """Return why the captions of an executed notebook don't fit its pictures."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        drawn = sum(map(is_picture, cell.outputs))
        if alt_of(cell) and drawn != 1:
            found.append(
                f"code cell {number} has a caption, but draws {drawn} pictures: it "
                "must draw one"
            )
    return found


def alt_of(cell: NotebookNode) -> str | None:
    """Return the alternative text of the picture that a code cell draws, if any."""
    return cell.metadata.get("d2l_local", {}).get("alt")
