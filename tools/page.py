"""HTML page of an executed notebook, to be read without Jupyter.

Figures are embedded, so that the page can be moved and mailed. Formulas are set by
MathJax, which nbconvert's page loads over the network: offline they show as TeX.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from tools.files import write_text

# A link to another notebook: no scheme, ending in .ipynb with or without anchor.
NOTEBOOK_LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\.ipynb(#[^)\s]*)?\)")

# An image of the book: no scheme. The alt text of a figure holds no bracket.
IMAGE = re.compile(r"(!\[[^]]*\]\()(?![a-z]+:)([^)\s]+)\)")


def page(notebook: NotebookNode, folder: Path, title: str, root: Path) -> str:
    """HTML of a notebook whose image paths are relative to `folder`, below `root`."""

    def below_root(match: re.Match) -> str:
        path = os.path.relpath(folder / match[2], root)
        return f"{match[1]}{Path(path).as_posix()})"

    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            # nbconvert embeds images from below its own folder only.
            cell.source = IMAGE.sub(below_root, cell.source)
            cell.source = NOTEBOOK_LINK.sub(r"](\1.html\2)", cell.source)
    exporter = HTMLExporter(embed_images=True)
    resources = {"metadata": {"path": str(root), "name": title}}
    html, _ = exporter.from_notebook_node(copy, resources)
    return html


def write_page(
    notebook: NotebookNode, folder: Path, title: str, root: Path, path: Path
) -> None:
    """Write the page of a notebook to `path`, whole or not at all."""
    write_text(path, page(notebook, folder, title, root))
