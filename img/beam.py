"""Draw beam.svg in every language: beam search of width 2 on a model of two words.
Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREEN, GREY, INK, ORANGE, document, label, line, rectangle, text

NAME = "beam.svg"

TITLE = "Beam search with a width of 2"
DESCRIPTION = (
    "A tree that grows from left to right in three steps. Step 1 has tick with "
    "probability 0.5, tock with 0.4 and the end with 0.1; the end is dropped. In step "
    "2, tick tick with 0.2 and tock end with 0.32 stay, and four branches are dropped. "
    "Step 3 extends tick tick to tick with 0.08, tock with 0.07 and the end with 0.05. "
    "Greedy search follows the upper branch; tock end wins."
)
LABELS = {
    "step": "step",
    "start": "beginning",
    "kept": "in the beam",
    "dropped": "dropped",
    "greedy": "greedy search ends here",
    "wins": "ended, put aside, and wins",
}

END = "<eos>"
START, STEPS = 70, (220, 400, 580)  # the columns
TOP, ROW = 86, 40
BOX_WIDTH, BOX_HEIGHT = 88, 30
# Step, row, token, probability of the whole beginning, kind, parent (step, row).
NODES = (
    (0, 1, "tick", "0.50", "kept", None),
    (0, 4.5, "tock", "0.40", "kept", None),
    (0, 7.5, END, "0.10", "dropped", None),
    (1, 0.5, "tick", "0.20", "kept", (0, 1)),
    (1, 2, "tock", "0.18", "dropped", (0, 1)),
    (1, 3, END, "0.13", "dropped", (0, 1)),
    (1, 4.5, END, "0.32", "wins", (0, 4.5)),
    (1, 6, "tick", "0.04", "dropped", (0, 4.5)),
    (1, 7, "tock", "0.04", "dropped", (0, 4.5)),
    (2, 0, "tick", "0.08", "greedy", (1, 0.5)),
    (2, 1, "tock", "0.07", "kept", (1, 0.5)),
    (2, 2, END, "0.05", "dropped", (1, 0.5)),
)
STYLES = {  # outline, fill, width of the line
    "kept": (BLUE, "#e6f1f8", 2.0),
    "dropped": ("#b5b5b5", "#ffffff", 1.2),
    "greedy": (ORANGE, "#fdf1e7", 2.2),
    "wins": (GREEN, "#e5f4ef", 2.6),
}


def place(step, row):
    """The centre of a box."""
    return STEPS[step], TOP + ROW * row


def branch(x1, y1, x2, y2, kind):
    """A line from the right side of one box to the left side of the next."""
    colour, _, width = STYLES[kind]
    half = BOX_WIDTH / 2
    return line((x1 + half, y1), (x2 - half, y2), colour=colour, width=width)


def node(step, row, token, probability, kind):
    """A box with a token, and the probability of the beginning that ends there."""
    x, y = place(step, row)
    colour, fill, width = STYLES[kind]
    ink = GREY if kind == "dropped" else INK
    return [
        rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, colour, fill, width),
        text(x - 18, y, token, 13, ink),
        text(x + 22, y, probability, 13, ink),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    root = START, TOP + ROW * 3.5
    branches, boxes = [], [rectangle(*root, BOX_WIDTH, BOX_HEIGHT, INK)]
    boxes.append(label(*root, labels["start"], 13, BOX_WIDTH - 8))
    for step, row, token, probability, kind, parent in NODES:
        origin = root if parent is None else place(*parent)
        branches.append(branch(*origin, *place(step, row), kind))
        boxes += node(step, row, token, probability, kind)
    for number, x in enumerate(STEPS, 1):
        boxes.append(label(x, 36, f"{labels['step']} {number}", 14, 160))
    beside = BOX_WIDTH / 2 + 10
    for (step, row), name, colour in (
        ((2, 0), "greedy", ORANGE),
        ((1, 4.5), "wins", GREEN),
    ):
        x, y = place(step, row)
        boxes.append(label(x + beside, y, labels[name], 13, 790 - x, colour, "start"))
    for row, kind in ((6, "kept"), (7, "dropped")):
        x, y = STEPS[2], TOP + ROW * row
        colour, fill, width = STYLES[kind]
        boxes.append(rectangle(x - 20, y, 30, 20, colour, fill, width))
        boxes.append(label(x + 6, y, labels[kind], 13, 230, INK, "start"))
    title, description = say(TITLE), say(DESCRIPTION)
    shapes = [*branches, *boxes]
    return document(850, 410, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
