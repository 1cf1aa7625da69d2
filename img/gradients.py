"""Draw gradients.svg in every language: a gradient on its way back through time, once
shrinking and once growing, and what clipping does to it. Run it by `make figures`.
"""

import itertools
import math

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    arrow,
    document,
    label,
    rectangle,
    symbol,
    text,
)

NAME = "gradients.svg"

TITLE = "Vanishing, exploding and clipped gradients"
DESCRIPTION = (
    "Two rows of hidden states from step t to step T. Arrows lead back from the last "
    "state to the first: in the upper row each is thinner than the one before, in the "
    "lower row each is thicker. Below, a vector much longer than the radius of a "
    "circle is shortened to the circle, in the same direction; a tiny vector stays as "
    "it is."
)
LABELS = {
    "vanishing": "vanishing",
    "exploding": "exploding",
    "time": "time",
    "back": "the gradient, back in time",
    "clipped": "clipped: as long as the threshold, in the same direction",
    "too_long": "a gradient that is too long",
    "short": "a short one stays",
}

COLUMNS = {"t": 190, "t+1": 305, "T-2": 420, "T-1": 535, "T": 650}
ROWS = {"vanishing": 95, "exploding": 205}
COLOURS = {"vanishing": BLUE, "exploding": ORANGE}
# Widths of the arrows back from the last state: the first is alike in both rows.
LINES = {"vanishing": (3.2, 1.9, 1.1, 0.6), "exploding": (1.8, 3.0, 4.6, 6.8)}
BOX_WIDTH, BOX_HEIGHT = 54, 40
CENTRE, RADIUS = (215, 410), 58
ANGLE = math.radians(22)


def thick_arrow(x1, x2, y, colour, width):
    """A horizontal arrow to the left as one shape, its head as wide as it needs."""
    head = 4 + 1.5 * width
    half, side = width / 2, 2.5 + width
    points = [
        (x1, y - half),
        (x2 + head, y - half),
        (x2 + head, y - side),
        (x2, y),
        (x2 + head, y + side),
        (x2 + head, y + half),
        (x1, y + half),
    ]
    path = " ".join(f"{px:g},{py:g}" for px, py in points)
    return f'<polygon points="{path}" fill="{colour}"/>'


def chain(name, labels):
    """One row: the states, the arrows back, and a Jacobian above each of them."""
    y, colour = ROWS[name], COLOURS[name]
    shapes = [label(82, y, labels[name], 15, 128, colour)]
    for step, x in COLUMNS.items():
        shapes.append(rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, fill="#e6f1f8"))
        shapes.append(symbol(x, y, "H", step))
    positions = list(COLUMNS.values())
    jacobians = ("T", "T-1", "...", "t+1")
    for (left, right), width, step in zip(
        reversed(list(itertools.pairwise(positions))),
        LINES[name],
        jacobians,
        strict=True,
    ):
        x1, x2 = right - BOX_WIDTH / 2 - 5, left + BOX_WIDTH / 2 + 5
        shapes.append(thick_arrow(x1, x2, y, colour, width))
        middle = (left + right) / 2
        if step == "...":
            shapes.append(text(middle, y - 27, "...", 16))
        else:
            shapes.append(symbol(middle + 1, y - 25, "J", step))
    return shapes


def at(length):
    """The point at a distance from the centre, in the direction of the gradient."""
    x, y = CENTRE
    return x + length * math.cos(ANGLE), y - length * math.sin(ANGLE)


def clipping(labels):
    """A circle of radius theta, a long gradient, its clipped form and a short one."""
    x, y = CENTRE
    end, edge = at(235), at(RADIUS)
    short = (x - 13, y + 9)
    down = (x + RADIUS * math.cos(2.1), y + RADIUS * math.sin(2.1))
    theta = ((x + down[0]) / 2 + 12, (y + down[1]) / 2 + 4)
    return [
        f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="#f2f2f2" stroke="{GREY}" '
        'stroke-width="1.4" stroke-dasharray="5 4"/>',
        f'<line x1="{x}" y1="{y}" x2="{down[0]:.1f}" y2="{down[1]:.1f}" '
        f'stroke="{GREY}" stroke-width="1.4"/>',
        text(
            *(round(value, 1) for value in theta),
            "θ",
            16,
            INK,
            style="font-style:italic",
        ),
        arrow(x, y, *(round(value, 1) for value in end), ORANGE, 1.6),
        arrow(x, y, *(round(value, 1) for value in edge), GREEN, 3.2),
        arrow(x, y, *short, BLUE, 1.6),
        label(442, 322, labels["too_long"], 14, 230, ORANGE, "start"),
        label(292, 400, labels["clipped"], 14, 395, GREEN, "start"),
        label(146, 410, labels["short"], 14, 140, BLUE, "end"),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = [
        label(420, 28, labels["back"], 14, 380),
        arrow(314, 45, 160, 45, INK),
        f'<line x1="314" y1="45" x2="677" y2="45" stroke="{INK}" stroke-width="1.6"/>',
        *chain("vanishing", labels),
        *chain("exploding", labels),
        arrow(163, 256, 677, 256, GREY),
        label(82, 256, labels["time"], 14, 128, GREY),
        *clipping(labels),
    ]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(720, 485, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
