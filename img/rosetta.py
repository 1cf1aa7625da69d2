"""Draw rosetta.svg in every language: the axes, weights and biases of one network as
three frameworks keep them. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREEN, GREY, INK, ORANGE, document, fitted, text

NAME = "rosetta.svg"

TITLE = "One network as three frameworks keep it"
DESCRIPTION = (
    "Three columns: PyTorch, TensorFlow, MXNet. PyTorch and MXNet have time first, "
    "gates above one another, two biases. TensorFlow has the batch first, gates side "
    "by side, and in a GRU the update gate z first and both biases in one matrix."
)
LABELS = {
    "axes": "axes of the inputs",
    "lstm": "weights of an LSTM",
    "gru": "weights of a GRU",
    "biases": "biases of a GRU",
}

COLUMNS = {"PyTorch": 290, "TensorFlow": 470, "MXNet": 650}
ROWS = {"axes": 80, "lstm": 172, "gru": 296, "biases": 388}
D, H = 56, 24  # how long d and h are drawn
GATES = {  # letter: fill and colour
    "i": ("#e6f1f8", BLUE),
    "f": ("#e2f3ec", GREEN),
    "c": ("#fbe8dd", ORANGE),
    "o": ("#f0f0f0", INK),
    "r": ("#e6f1f8", BLUE),
    "z": ("#e2f3ec", GREEN),
    "h": ("#fbe8dd", ORANGE),
}
ITALIC, BOLD = "font-style:italic", "font-weight:bold"


def block(x, y, width, height, gate):
    """One gate's part of a matrix, with its letter; `x`, `y` is the upper left."""
    fill, colour = GATES[gate]
    return [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'fill="{fill}" stroke="{INK}" stroke-width="1.2"/>',
        text(x + width / 2, y + height / 2, gate, 15, colour, style=BOLD),
    ]


def size(x, y, letter):
    """The size of an edge, beside it."""
    return text(x, y, letter, 14, GREY, style=ITALIC)


def upright(x, y, gates):
    """Blocks above one another, each h high and d wide, around the centre `x`, `y`."""
    left, top = x - D / 2, y - len(gates) * H / 2
    shapes = [size(x, top - 10, "d"), size(left - 10, top + H / 2, "h")]
    for number, gate in enumerate(gates):
        shapes += block(left, top + number * H, D, H, gate)
    return shapes


def lying(x, y, gates):
    """Blocks side by side, each d high and h wide."""
    left, top = x - len(gates) * H / 2, y - D / 2
    shapes = [size(left + H / 2, top - 10, "h"), size(left - 10, y, "d")]
    for number, gate in enumerate(gates):
        shapes += block(left + number * H, top, H, D, gate)
    return shapes


def biases(x, y, gates, gap):
    """Two rows with a block for each gate, `gap` apart."""
    left, height = x - len(gates) * H / 2, 20
    shapes = []
    for top in (y - height - gap / 2, y + gap / 2):
        for number, gate in enumerate(gates):
            shapes += block(left + number * H, top, H, height, gate)
    return shapes


def column(name, x):
    """All that one framework keeps."""
    other = name == "TensorFlow"
    matrix = lying if other else upright
    return [
        text(x, 32, name, 17, style=BOLD),
        text(x, ROWS["axes"], "n, T, d" if other else "T, n, d", 19, style=ITALIC),
        *matrix(x, ROWS["lstm"], "ifco"),
        *matrix(x, ROWS["gru"], "zrh" if other else "rzh"),
        *biases(x, ROWS["biases"], "zrh" if other else "rzh", 0 if other else 10),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    shapes = []
    for name, y in ROWS.items():
        word = say(LABELS[name])
        shapes.append(text(190, y, word, fitted(word, 15, 172), anchor="end"))
    for name, x in COLUMNS.items():
        shapes += column(name, x)
    title, description = say(TITLE), say(DESCRIPTION)
    return document(750, 430, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
