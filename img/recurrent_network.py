"""Draw recurrent-network.svg in every language: a recurrent network, folded as it is
built and unrolled over three time steps. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    arrow,
    document,
    label,
    rectangle,
    symbol,
)

NAME = "recurrent-network.svg"

TITLE = "A recurrent network, folded and unrolled"
DESCRIPTION = (
    "On the left, input, state and output above one another, with an arrow from the "
    "state back to itself. On the right, the same for three time steps, where the "
    "arrow leads from each state to the next. Arrows of one kind bear the same name."
)
LABELS = {
    "outputs": "outputs",
    "states": "states",
    "inputs": "inputs",
    "folded": "folded",
    "unrolled": "unrolled",
    "time": "time",
}

FOLDED = 160
COLUMNS = {"t-1": 400, "t": 545, "t+1": 690}
ROWS = {"O": 60, "H": 170, "X": 280}
FILLS = {"O": "#f2f2f2", "H": "#e6f1f8", "X": "#f2f2f2"}
BOX_WIDTH, BOX_HEIGHT = 70, 44
GAP = 4  # between an arrow and the box that it leaves or reaches


def weight(x, y, indices, colour):
    """The name of a weight matrix beside its arrow."""
    return symbol(x, y, "W", indices, colour=colour)


def column(x, step):
    """Input, state and output of one time step, and the arrows between them."""
    half = BOX_HEIGHT / 2 + GAP
    shapes = []
    for lower, upper, indices, colour in (
        ("X", "H", "xh", BLUE),
        ("H", "O", "hq", GREEN),
    ):
        start, end = ROWS[lower] - half, ROWS[upper] + half
        shapes.append(arrow(x, start, x, end, colour, 2.2))
        shapes.append(weight(x + 26, (start + end) / 2, indices, colour))
    for letter, y in ROWS.items():
        shapes.append(rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, fill=FILLS[letter]))
        shapes.append(symbol(x, y, letter, step))
    return shapes


def loop(x, y):
    """The arrow from a state back to itself, out on its right side and in again."""
    edge, far = x + BOX_WIDTH / 2 + GAP, x + BOX_WIDTH / 2 + 62
    return [
        f'<path d="M{edge:g},{y - 12:g} C{far:g},{y - 48:g} {far:g},{y + 48:g} '
        f'{edge:g},{y + 12:g}" fill="none" stroke="{ORANGE}" stroke-width="2.2" '
        f'marker-end="url(#head-{ORANGE[1:]})"/>',
        weight(far + 6, y, "hh", ORANGE),
    ]


def through_time():
    """The arrows from state to state, in from the left and out to the right."""
    y, half = ROWS["H"], BOX_WIDTH / 2 + GAP
    ends = [COLUMNS["t-1"] - 145, *COLUMNS.values(), COLUMNS["t+1"] + 145]
    shapes = []
    for left, right in zip(ends, ends[1:], strict=False):
        start = max(left + half, COLUMNS["t-1"] - 100)
        end = min(right - half, COLUMNS["t+1"] + 100)
        shapes.append(arrow(start, y, end, y, ORANGE, 2.2))
        shapes.append(weight((start + end) / 2 - 4, y - 18, "hh", ORANGE))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = [
        label(96, y, labels[name], 14, 84, anchor="end")
        for name, y in zip(("outputs", "states", "inputs"), ROWS.values(), strict=True)
    ]
    shapes += column(FOLDED, "t")
    shapes += loop(FOLDED, ROWS["H"])
    for step, x in COLUMNS.items():
        shapes += column(x, step)
    shapes += through_time()
    shapes.append(label(FOLDED, 335, labels["folded"], 15, 150))
    shapes.append(label(COLUMNS["t"], 335, labels["unrolled"], 15, 200))
    shapes.append(arrow(COLUMNS["t-1"], 362, COLUMNS["t+1"], 362, GREY))
    shapes.append(
        label(COLUMNS["t+1"] + 18, 362, labels["time"], 14, 82, GREY, "start")
    )
    title, description = say(TITLE), say(DESCRIPTION)
    return document(810, 385, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
