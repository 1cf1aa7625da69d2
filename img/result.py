"""Draw result.svg: how the flagship trained, and what it wrote, in each framework.

Everything in it is read from the stored outputs of the committed notebooks, so run it
as `make figures`, after them.
"""

import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path

from svg import BLUE, GREY, INK, document, save, text

from tools.book import ROOT, load
from tools.notebook import code_cells, read
from tools.result import read_result

TARGET = Path(__file__).with_name("result.svg")

TITLE = "What the flagship gives in three frameworks"
DESCRIPTION = (
    "Three training curves side by side, PyTorch, TensorFlow and MXNet. Each falls "
    "from a plateau to a perplexity of 1.0. Under each stands the text that the model "
    "wrote."
)
PANEL, MARGIN, HEIGHT = 300, 20, 400
NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}


def training_curve(notebook):
    """The stored SVG of the cell that trained the model."""
    for cell in code_cells(notebook):
        if "d2l.train_ch8(" in cell.source:
            for output in cell.outputs:
                if "image/svg+xml" in output.get("data", {}):
                    return output.data["image/svg+xml"]
    raise ValueError("no training curve is stored: execute the notebooks first")


def placed(svg, x, y, width):
    """A whole SVG as a part of another one, scaled to `width` at (`x`, `y`)."""
    for prefix, address in NAMESPACES.items():
        ET.register_namespace(prefix, address)
    root = ET.fromstring(svg)
    left, top, old_width, old_height = map(float, root.get("viewBox").split())
    height = width * old_height / old_width
    for name, value in (("x", x), ("y", y), ("width", width), ("height", height)):
        root.set(name, f"{value:g}")
    for metadata in root.findall("{http://www.w3.org/2000/svg}metadata"):
        root.remove(metadata)
    return ET.tostring(root, encoding="unicode")


def panel(number, name, notebook):
    """One framework: its name, its curve, its perplexity and its text."""
    x = MARGIN + number * (PANEL + MARGIN)
    result = read_result(notebook)
    shapes = [
        text(x + PANEL / 2, 26, name, 18, INK, style="font-weight:bold"),
        placed(training_curve(notebook), x, 46, PANEL),
        text(x + PANEL / 2, 282, f"perplexity {result.perplexity:.1f}", 16, BLUE),
    ]
    lines = textwrap.wrap(result.text[0], 34)
    mono = "font-family:Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    for row, line in enumerate(lines):
        shapes.append(text(x + PANEL / 2, 314 + 20 * row, line, 13, INK, style=mono))
    return shapes


def draw():
    """The figure as SVG text."""
    book = load(ROOT)
    shapes = []
    for number, framework in enumerate(book.frameworks):
        path = ROOT / "notebooks" / framework.folder / f"{book.flagship}.ipynb"
        shapes += panel(number, framework.name, read(path))
    width = MARGIN + len(book.frameworks) * (PANEL + MARGIN)
    note = "two-layer LSTM, 256 units, 250 epochs, on the story in the package"
    shapes.append(text(width / 2, HEIGHT - 18, note, 13, GREY))
    return document(width, HEIGHT, TITLE, DESCRIPTION, shapes)


if __name__ == "__main__":
    save(TARGET, draw())
