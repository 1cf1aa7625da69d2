"""Draw deep-rnn.svg in every language: a deep recurrent network, unrolled over three
time steps. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    arrow,
    document,
    label,
    rectangle,
    symbol,
)

NAME = "deep-rnn.svg"

TITLE = "A deep recurrent network"
DESCRIPTION = (
    "A grid: three time steps from left to right, layers from the inputs at the bottom "
    "to the outputs at the top. Each hidden state receives one arrow from the layer "
    "below at the same step and one from the same layer at the step before."
)
LABELS = {
    "outputs": "outputs",
    "layer_top": "layer L",
    "layer": "layer l",
    "layer_one": "layer 1",
    "inputs": "inputs",
    "time": "time",
    "below": "from the layer below",
    "before": "from the step before",
}

COLUMNS = {"t-1": 210, "t": 370, "t+1": 530}
ROWS = {"O": 50, "L": 125, "l": 250, "1": 375, "X": 450}
BOX_WIDTH, BOX_HEIGHT = 76, 44
GAP = 4  # between an arrow and the box that it leaves or reaches


def up(x, lower, upper, colour=INK):
    """An arrow from the box in row `lower` up to the box in row `upper`."""
    half = BOX_HEIGHT / 2 + GAP
    return arrow(x, ROWS[lower] - half, x, ROWS[upper] + half, colour)


def right(x1, x2, row, colour=INK, line=1.6):
    """An arrow from the box at `x1` to the box at `x2`, in one row."""
    half = BOX_WIDTH / 2 + GAP
    return arrow(x1 + half, ROWS[row], x2 - half, ROWS[row], colour, line)


def interrupted(x, lower, upper):
    """Layers left out: dots halfway between two rows, with an arrow on each side."""
    start = ROWS[lower] - BOX_HEIGHT / 2 - GAP
    end = ROWS[upper] + BOX_HEIGHT / 2 + GAP
    middle = (start + end) / 2
    return [
        f'<line x1="{x}" y1="{start:g}" x2="{x}" y2="{middle + 11:g}" '
        f'stroke="{INK}" stroke-width="1.6"/>',
        *(
            f'<circle cx="{x}" cy="{middle + step:g}" r="1.8" fill="{INK}"/>'
            for step in (-6, 0, 6)
        ),
        arrow(x, middle - 10, x, end),
    ]


def column(step, x):
    """The boxes and upward arrows of one time step."""
    shapes = [
        up(x, "X", "1"),
        *interrupted(x, "1", "l"),
        *interrupted(x, "l", "L"),
        up(x, "L", "O"),
    ]
    for row, letter, upper, fill in (
        ("X", "X", "", "#f2f2f2"),
        ("1", "H", "(1)", "#e6f1f8"),
        ("l", "H", "(l)", "#e6f1f8"),
        ("L", "H", "(L)", "#e6f1f8"),
        ("O", "O", "", "#f2f2f2"),
    ):
        shapes.append(rectangle(x, ROWS[row], BOX_WIDTH, BOX_HEIGHT, fill=fill))
        shapes.append(symbol(x, ROWS[row], letter, step, upper))
    return shapes


def through_time(row):
    """The arrows of one layer from each step to the next, in from the left and out."""
    first, middle, last = COLUMNS.values()
    half, reach = BOX_WIDTH / 2 + GAP, 85
    return [
        arrow(first - reach, ROWS[row], first - half, ROWS[row], GREY),
        right(first, middle, row),
        right(middle, last, row),
        arrow(last + half, ROWS[row], last + reach, ROWS[row], GREY),
    ]


def row_names(labels):
    """What each row is, beside it on the left."""
    names = ("outputs", "layer_top", "layer", "layer_one", "inputs")
    return [
        label(112, ROWS[row], labels[name], 14, 104, anchor="end")
        for row, name in zip(ROWS, names, strict=True)
    ]


def highlight(labels):
    """The two things that the state of layer l at step t is made of."""
    x, x_before, y = COLUMNS["t"], COLUMNS["t-1"], ROWS["l"]
    return [
        rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, stroke=ORANGE, fill="none", line=3),
        right(x_before, x, "l", ORANGE, 2.4),
        arrow(x, y + 52, x, y + BOX_HEIGHT / 2 + GAP, BLUE, 2.4),
        label((x_before + x) / 2, y - 36, labels["before"], 12, 146, ORANGE),
        label(x + 14, y + 44, labels["below"], 12, 138, BLUE, "start"),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = row_names(labels)
    for row in ("1", "l", "L"):
        shapes += through_time(row)
    for step, x in COLUMNS.items():
        shapes += column(step, x)
    shapes += highlight(labels)
    shapes.append(arrow(170, 500, 570, 500, GREY))
    shapes.append(label(590, 500, labels["time"], 14, 82, GREY, "start"))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(680, 525, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
