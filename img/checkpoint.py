"""Draw checkpoint.svg in every language: a training that is cut and continued beside
one that isn't. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, INK, ORANGE, arrow, document, label, line, rectangle, text

NAME = "checkpoint.svg"

TITLE = "A training that is interrupted and continued"
DESCRIPTION = (
    "Two rows of eight boxes, one for each epoch. In the upper row an arrow leads from "
    "each box to the next. In the lower row the chain is cut after the fourth box: an "
    "arrow leads down into a file, and from the file up to the fifth box. Both rows "
    "end in the same weights."
)
LABELS = {
    "whole": "never interrupted",
    "cut": "interrupted",
    "file": "weights, optimiser, state, random numbers, position",
    "same": "same weights",
}

EPOCHS, CUT = 8, 4
LEFT, STEP, WIDTH, HEIGHT = 190, 62, 38, 34
UPPER, LOWER, FILE = 40, 110, 190
GAP = 3


def epoch(i, y):
    """The box of epoch i, from 1."""
    x = LEFT + (i - 1) * STEP
    fill = "#e6f1f8" if y == UPPER or i <= CUT else "#fdf0e6"
    colour = BLUE if y == UPPER or i <= CUT else ORANGE
    return [
        rectangle(x, y, WIDTH, HEIGHT, colour, fill),
        text(x, y, str(i), 15, colour),
    ]


def step(i, y):
    """The arrow from epoch i to the next."""
    x = LEFT + (i - 1) * STEP
    return arrow(x + WIDTH / 2 + GAP, y, x + STEP - WIDTH / 2 - GAP, y)


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    words = {name: say(word) for name, word in LABELS.items()}
    shapes = []
    for y, name in ((UPPER, "whole"), (LOWER, "cut")):
        shapes.append(label(20, y, words[name], 14, 140, anchor="start"))
        for i in range(1, EPOCHS + 1):
            shapes += epoch(i, y)
            if i < EPOCHS and not (y == LOWER and i == CUT):
                shapes.append(step(i, y))
    before, after = LEFT + (CUT - 1) * STEP, LEFT + CUT * STEP
    middle = (before + after) / 2
    shapes += [
        line(
            (middle - 5, LOWER - 24), (middle + 5, LOWER + 24), colour=ORANGE, width=3
        ),
        arrow(before, LOWER + HEIGHT / 2 + GAP, before, FILE - 17 - GAP, ORANGE),
        arrow(after, FILE - 17 - GAP, after, LOWER + HEIGHT / 2 + GAP, ORANGE),
        rectangle(middle, FILE, 420, 34, ORANGE),
        label(middle, FILE, words["file"], 14, 404),
    ]
    end = LEFT + (EPOCHS - 1) * STEP + WIDTH / 2 + GAP
    goal, centre = end + 46, (UPPER + LOWER) / 2
    shapes += [
        arrow(end, UPPER, goal, centre - 14, INK),
        arrow(end, LOWER, goal, centre + 14, INK),
        label(goal + 4, centre, words["same"], 14, 110, anchor="start"),
    ]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(830, 225, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
