"""Draw map.svg in every language: which section presumes which. Run it by
`make figures`.
"""

from languages import save_all
from svg import BLUE, GREEN, INK, ORANGE, arrow, document, fitted, rectangle, text

NAME = "map.svg"

TITLE = "Map of the collection"
DESCRIPTION = (
    "Boxes for sections 1 to 12 and two pages. Sections 1, 2 and 3 follow one another. "
    "From section 3 lead three ways: 4, 8, 9, 10 on training and gates; 5 on shapes, "
    "which meets 10 in section 11; and 6, 7 on language, which meets 10 in section 12. "
    "The encoder-decoder page follows section 5, the Rosetta page section 10."
)
LABELS = {
    "01": "why sequences",
    "02": "text as numbers",
    "03": "recurrent network",
    "04": "backpropagation",
    "05": "shapes",
    "06": "language models",
    "07": "sampling",
    "08": "gradients",
    "09": "GRU",
    "10": "LSTM",
    "11": "bidirectional",
    "12": "deep networks",
    "rosetta": "Rosetta",
    "encoder": "encoder-decoder",
}

WIDTH, HEIGHT = 116, 52
COLUMNS = (76, 260, 406, 552, 698, 844)
ROWS = {"training": 50, "shapes": 140, "page": 215, "text": 290, "two": 170}
# name -> column, row, colour of its way
PLACES = {
    "01": (0, "training", INK),
    "02": (0, "two", INK),
    "03": (0, "text", INK),
    "04": (1, "training", BLUE),
    "08": (2, "training", BLUE),
    "09": (3, "training", BLUE),
    "10": (4, "training", BLUE),
    "05": (1, "shapes", ORANGE),
    "11": (4, "shapes", ORANGE),
    "06": (1, "text", GREEN),
    "07": (2, "text", GREEN),
    "12": (5, "text", GREEN),
    "rosetta": (5, "training", INK),
    "encoder": (2, "page", ORANGE),
}
ARROWS = (
    "01 02", "02 03", "03 04", "03 05", "03 06", "04 08", "08 09", "09 10", "05 11",
    "05 encoder", "10 11", "06 07", "07 12", "10 12", "10 rosetta",
)  # fmt: skip
GAP = 4  # between an arrow and the box that it leaves or reaches


def box(name, say):
    """A section: its number above its short title."""
    column, row, colour = PLACES[name]
    x, y = COLUMNS[column], ROWS[row]
    shapes = [rectangle(x, y, WIDTH, HEIGHT, colour)]
    word = say(LABELS[name])
    size = fitted(word, 14, WIDTH - 10)
    if name.isdigit():
        shapes.append(
            text(x, y - 11, str(int(name)), 16, colour, style="font-weight:bold")
        )
        y += 11
    return [*shapes, text(x, y, word, size)]


def edge(start, end):
    """An arrow from one section to another, in the colour of the first one's way."""
    (c1, r1, colour), (c2, r2, _colour) = PLACES[start], PLACES[end]
    x1, y1, x2, y2 = COLUMNS[c1], ROWS[r1], COLUMNS[c2], ROWS[r2]
    if c1 == c2:
        down = HEIGHT / 2 + GAP
        return arrow(x1, y1 + down, x2, y2 - down, colour)
    if (start, end) == ("10", "12"):  # past the box of 11
        return arrow(
            x1 + WIDTH / 2, y1 + HEIGHT / 2 + GAP, x2, y2 - HEIGHT / 2 - GAP, colour
        )
    side = WIDTH / 2 + GAP
    return arrow(x1 + side, y1, x2 - side, y2, colour)


def draw(say):
    shapes = [edge(*pair.split()) for pair in ARROWS]
    for name in PLACES:
        shapes += box(name, say)
    return document(920, 340, say(TITLE), say(DESCRIPTION), shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
