"""Draw bptt.svg in every language: a recurrent network unrolled over three time steps,
with the forward and the backward pass. Run it by `make figures`.
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

NAME = "bptt.svg"

TITLE = "Backpropagation through time"
DESCRIPTION = (
    "Three time steps from left to right, each with an input, a state, an output and a "
    "loss. Arrows lead forward from input to state to output to loss and from state to "
    "state, with the same weights at each step. Others lead back from each loss, and "
    "from each state to the one before."
)
LABELS = {
    "losses": "losses",
    "outputs": "outputs",
    "states": "states",
    "inputs": "inputs",
    "forward": "forward: what is computed",
    "back": "back: the gradient",
    "shared": "the same weights at every step",
}

COLUMNS = {"t-1": 230, "t": 410, "t+1": 590}
ROWS = {"L": 50, "O": 135, "H": 250, "X": 360}
BOX_WIDTH, BOX_HEIGHT = 76, 44
GAP = 4  # between an arrow and the box that it leaves or reaches
SHIFT = 12  # of the two passes' arrows, off the middle


def weight(x, y, index):
    """The name of a weight matrix beside the arrow that multiplies by it."""
    return symbol(x, y, "W", index, colour=BLUE)


def up_and_down(x, lower, upper, back=True):
    """The arrow up between two rows of a column, and the one back down."""
    low = ROWS[lower] - BOX_HEIGHT / 2 - GAP
    high = ROWS[upper] + BOX_HEIGHT / 2 + GAP
    if not back:
        return [arrow(x, low, x, high)]
    return [
        arrow(x - SHIFT, low, x - SHIFT, high),
        arrow(x + SHIFT, high, x + SHIFT, low, ORANGE, 2.2),
    ]


def there_and_back(start, end, colour=INK, back=ORANGE):
    """The arrow from one state to the next, and the one back below it."""
    y = ROWS["H"]
    return [
        arrow(start, y - SHIFT, end, y - SHIFT, colour),
        arrow(end, y + SHIFT, start, y + SHIFT, back, 2.2),
    ]


def column(step, x):
    """The boxes, arrows and weights of one time step."""
    shapes = [
        *up_and_down(x, "X", "H", back=False),
        *up_and_down(x, "H", "O"),
        *up_and_down(x, "O", "L"),
        weight(x - 30, 305, "xh"),
        weight(x - 42, 192, "hq"),
    ]
    for row, fill in (("X", "#f2f2f2"), ("H", "#e6f1f8"), ("O", "#f2f2f2")):
        shapes.append(rectangle(x, ROWS[row], BOX_WIDTH, BOX_HEIGHT, fill=fill))
        shapes.append(symbol(x, ROWS[row], row, step))
    shapes.append(rectangle(x, ROWS["L"], BOX_WIDTH, BOX_HEIGHT, ORANGE))
    shapes.append(symbol(x, ROWS["L"], "ℒ", step))
    return shapes


def through_time():
    """The arrows between the states, and those in from the left and out."""
    first, middle, last = COLUMNS.values()
    half, reach = BOX_WIDTH / 2 + GAP, 92
    shapes = [
        *there_and_back(first - reach, first - half),
        *there_and_back(first + half, middle - half),
        *there_and_back(middle + half, last - half),
        *there_and_back(last + half, last + reach),
    ]
    places = ((first + middle) / 2, (middle + last) / 2)
    shapes += [weight(x - 4, ROWS["H"] - 32, "hh") for x in places]
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = through_time()
    for step, x in COLUMNS.items():
        shapes += column(step, x)
    names = ("losses", "outputs", "states", "inputs")
    for row, name in zip(ROWS, names, strict=True):
        size = fitted(labels[name], 14, 100)
        shapes.append(text(115, ROWS[row], labels[name], size, GREY, "end"))
    places = (("forward", INK, 30), ("back", ORANGE, 255), ("shared", BLUE, 455))
    for name, colour, x in places:
        size = fitted(labels[name], 14, 230)
        shapes.append(text(x, 415, labels[name], size, colour, "start"))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(710, 440, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
