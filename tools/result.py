"""The result of a training notebook, and a table of several.

A training run closes with three printed lines:

    perplexity 1.0, 6503.5 tokens/sec on cpu
    time traveller ...
    traveller ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

from tools.notebook import code_cells

CLOSING = re.compile(
    r"^perplexity (?P<perplexity>\S+), (?P<speed>[\d.,]+) tokens/sec on "
    r"(?P<device>\S+)\n(?P<first>.+)\n(?P<second>.+)$",
    re.MULTILINE,
)
WIDTH = 60  # characters of generated text in a table


class ResultError(ValueError):
    """A notebook has no closing lines of a training run."""


@dataclass(frozen=True)
class Result:
    """What one training run gave; `text` is its two generated lines."""

    framework: str
    device: str
    perplexity: float
    speed: float  # tokens per second
    text: tuple[str, str]


def closing(printed: str, framework: str) -> Result | None:
    """The first training result in what was printed, None where there is none."""
    match = CLOSING.search(printed)
    if match is None:
        return None
    return Result(
        framework=framework,
        device=match["device"],
        perplexity=float(match["perplexity"].replace(",", "")),
        speed=float(match["speed"].replace(",", "")),
        text=(match["first"].strip(), match["second"].strip()),
    )


def read_result(notebook: NotebookNode) -> Result:
    """The first training result in an executed notebook.

    Raises ResultError, naming the source, if no cell printed the three lines.
    """
    about = notebook.metadata.get("d2l_local", {})
    for cell in code_cells(notebook):
        if result := closing(_printed(cell), about.get("framework", "?")):
            return result
    raise ResultError(
        f"{about.get('source', 'notebook')}, {about.get('framework', '?')}: no cell "
        "printed 'perplexity P, S tokens/sec on DEVICE' and two lines of text; "
        "was it executed?"
    )


def _printed(cell: NotebookNode) -> str:
    return "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )


def row(name: str, result: Result, place: str) -> list[str]:
    """One row of the table that `table` prints under HEADINGS."""
    perplexity, speed = f"{result.perplexity:.1f}", f"{result.speed:,.1f}"
    text = shorten(result.text[0])
    return [name, result.device, perplexity, speed, text, place]


HEADINGS = ["framework", "device", "perplexity", "tokens/sec", "generated text", "file"]
NUMBERS = {"perplexity", "tokens/sec"}


def shorten(text: str, width: int = WIDTH) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Plain-text table with aligned columns; the columns in NUMBERS to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]

    def line(cells: list[str]) -> str:
        aligned = (
            cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
            for heading, cell, width in zip(headings, cells, widths, strict=True)
        )
        return "  ".join(aligned).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(headings), rule, *map(line, rows)])
