"""Draw bidirectional.svg in every language: a bidirectional layer, unrolled over three
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
    fitted,
    rectangle,
    symbol,
    text,
)

NAME = "bidirectional.svg"

TITLE = "A bidirectional layer"
DESCRIPTION = (
    "Three time steps from left to right. Each input feeds two states, one of a row "
    "that is passed on to the right, and one of a row that is passed on to the left. "
    "Both states of a step feed its output."
)
LABELS = {
    "outputs": "outputs",
    "backward": "backward",
    "forward": "forward",
    "inputs": "inputs",
    "time": "time",
}

COLUMNS = {"t-1": 230, "t": 430, "t+1": 630}
ROWS = {"O": 50, "b": 150, "f": 250, "X": 350}
COLOURS = {"f": BLUE, "b": ORANGE}
FILLS = {"f": "#e6f1f8", "b": "#fbeee6"}
SIDES = {"f": -38, "b": 38}  # where a direction stands in its column
WIDE, NARROW, HEIGHT = 152, 66, 44
GAP = 4  # between an arrow and the box that it leaves or reaches


def over(x, y, row):
    """The small arrow above the letter of a state, as in the formulas."""
    ends = (x - 17, x + 1) if row == "f" else (x + 1, x - 17)
    return arrow(ends[0], y - 13, ends[1], y - 13, INK, 1.1)


def up(x, lower, upper, colour):
    """An arrow from one row up to another."""
    half = HEIGHT / 2 + GAP
    return arrow(x, ROWS[lower] - half, x, ROWS[upper] + half, colour)


def state(step, x, row):
    """One state: its box, and the arrows from the input and to the output."""
    place, colour = x + SIDES[row], COLOURS[row]
    return [
        up(place, "X", row, colour),
        up(place, row, "O", colour),
        rectangle(place, ROWS[row], NARROW, HEIGHT, colour, FILLS[row]),
        symbol(place, ROWS[row] + 3, "H", step),
        over(place, ROWS[row], row),
    ]


def column(step, x):
    """The boxes of one time step, and the arrows between them."""
    shapes = [*state(step, x, "f"), *state(step, x, "b")]
    for row in ("X", "O"):
        shapes.append(rectangle(x, ROWS[row], WIDE, HEIGHT, fill="#f2f2f2"))
        shapes.append(symbol(x, ROWS[row], row, step))
    return shapes


def through_time(row):
    """The arrows of one direction, from state to state, in and out."""
    places = [x + SIDES[row] for x in COLUMNS.values()]
    places = [places[0] - 150, *places, places[-1] + 150]
    half, y = NARROW / 2 + GAP, ROWS[row]
    shapes = []
    for number, (left, right) in enumerate(zip(places, places[1:], strict=False)):
        start = left + (half if number else 50)
        end = right - (half if number < len(places) - 2 else 50)
        ends = (start, end) if row == "f" else (end, start)
        shapes.append(arrow(ends[0], y, ends[1], y, COLOURS[row], 2.4))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = [*through_time("f"), *through_time("b")]
    for step, x in COLUMNS.items():
        shapes += column(step, x)
    names = ("outputs", "backward", "forward", "inputs")
    for row, name in zip(ROWS, names, strict=True):
        size = fitted(labels[name], 14, 74)
        colour = COLOURS.get(row, GREY)
        shapes.append(text(84, ROWS[row], labels[name], size, colour, "end"))
    shapes.append(arrow(180, 400, 680, 400, GREY))
    size = fitted(labels["time"], 14, 82)
    shapes.append(text(694, 400, labels["time"], size, GREY, "start"))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(790, 425, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
