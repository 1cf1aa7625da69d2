"""Draw scan.svg in every language: eight steps of a linear recurrence, joined in three
rounds. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, INK, ORANGE, arrow, document, label, rectangle, text

NAME = "scan.svg"

TITLE = "A parallel scan"
DESCRIPTION = (
    "Eight boxes in a row at the bottom, one for each step, and three rows above it. "
    "In the first, each box is joined with its left neighbour, then with the box two "
    "to the left, then four to the left. At the top each box covers all steps up to "
    "its own."
)
LABELS = {
    "steps": "the steps",
    "round 1": "round 1",
    "round 2": "round 2",
    "round 3": "round 3",
}

COUNT, ROUNDS = 8, 3
LEFT, STEP, BOTTOM, RISE = 150, 78, 330, 92
WIDTH, HEIGHT = 54, 34


def place(i, level):
    """The middle of the box of step i + 1 after so many rounds."""
    return LEFT + i * STEP, BOTTOM - level * RISE


def covered(i, level):
    """The steps that a box stands for, such as "3-6"."""
    first = max(0, i + 1 - 2**level) + 1
    return f"{first}" if first == i + 1 else f"{first}–{i + 1}"


def box(i, level):
    x, y = place(i, level)
    done = 2**level > i  # reaches back to the first step
    fill = "#e6f1f8" if done else "#ffffff"
    colour = BLUE if done else INK
    return [
        rectangle(x, y, WIDTH, HEIGHT, colour, fill),
        text(x, y, covered(i, level), 15, colour),
    ]


def joins(i, level):
    """The arrows into a box: from itself one round before, and from further left."""
    x, y = place(i, level)
    _, below = place(i, level - 1)
    top, edge = below - HEIGHT / 2 - 3, y + HEIGHT / 2 + 3
    shapes = [arrow(x, top, x, edge)]
    reach = 2 ** (level - 1)
    if i >= reach:
        left, _ = place(i - reach, level - 1)
        shapes.append(arrow(left + 8, top, x - 8, edge, ORANGE))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    shapes = []
    for level, name in enumerate(LABELS):
        _, y = place(0, level)
        shapes.append(label(20, y, say(LABELS[name]), 14, 92, anchor="start"))
        for i in range(COUNT):
            shapes += box(i, level)
            shapes += joins(i, level) if level else []
    title, description = say(TITLE), say(DESCRIPTION)
    return document(740, 370, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
