"""Draw training-text.svg in every language: how a text becomes inputs and targets, the
same characters shifted by one. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREEN, GREY, INK, ORANGE, arrow, document, label, rectangle, text

NAME = "training-text.svg"

TITLE = "One piece of text as input and as target"
DESCRIPTION = (
    "Six columns. At the bottom the characters of machin, one in each, with an arrow "
    "up to a state; the states are joined by arrows from left to right. Above each "
    "state stands its output, and above that the target, the characters of achine. A "
    "double arrow joins each output and its target: there the loss is computed."
)
LABELS = {
    "targets": "targets",
    "outputs": "outputs",
    "states": "states",
    "inputs": "inputs",
    "losses": "losses",
}

WORD = "machine"
LEFT, STEP = 170, 100
ROWS = {"targets": 50, "losses": 94, "outputs": 138, "states": 222, "inputs": 306}
BOX_WIDTH, BOX_HEIGHT, HALF = 56, 40, 24
MONOSPACE = "font-family:monospace;font-weight:bold"


def column(t, x):
    """One step: the input, the state, the output and the target."""
    parts = []
    for row, content, fill in (
        ("targets", WORD[t + 1], "#e6f5ef"),
        ("inputs", WORD[t], "#f2f2f2"),
    ):
        parts.append(rectangle(x, ROWS[row], BOX_WIDTH, BOX_HEIGHT, fill=fill))
        parts.append(text(x, ROWS[row], content, 20, INK, style=MONOSPACE))
    for row, letter, fill in (("states", "H", "#e6f1f8"), ("outputs", "O", "#f2f2f2")):
        parts.append(rectangle(x, ROWS[row], BOX_WIDTH, BOX_HEIGHT, fill=fill))
        parts.append(text(x - 4, ROWS[row], letter, 18, style="font-weight:bold"))
        parts.append(text(x + 9, ROWS[row] + 7, str(t + 1), 12))
    inputs, states, outputs = ROWS["inputs"], ROWS["states"], ROWS["outputs"]
    parts.append(arrow(x, inputs - HALF, x, states + HALF, BLUE, 2.2))
    parts.append(arrow(x, states - HALF, x, outputs + HALF, GREEN, 2.2))
    middle = ROWS["losses"]
    parts.append(arrow(x, middle, x, ROWS["targets"] + HALF, GREY))
    parts.append(arrow(x, middle, x, outputs - HALF, GREY))
    return parts


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    shapes = [
        label(104, y, say(LABELS[row]), 14, 92, anchor="end") for row, y in ROWS.items()
    ]
    columns = [LEFT + STEP * t for t in range(len(WORD) - 1)]
    for t, x in enumerate(columns):
        shapes += column(t, x)
    y, half = ROWS["states"], BOX_WIDTH / 2 + 4
    for left, right in zip(columns, columns[1:], strict=False):
        shapes.append(arrow(left + half, y, right - half, y, ORANGE, 2.2))
    width = columns[-1] + 70
    return document(width, 350, say(TITLE), say(DESCRIPTION), shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
