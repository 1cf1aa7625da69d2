"""Draw lstm.svg in every language: the inside of a long short-term memory cell. Run it
by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    arrow,
    document,
    dot,
    label,
    line,
    operation,
    rectangle,
    symbol,
    text,
)

NAME = "lstm.svg"

TITLE = "A long short-term memory cell"
DESCRIPTION = (
    "The memory cell runs along the top from left to right. It is multiplied by the "
    "forget gate; then the candidate, multiplied by the input gate, is added to it. A "
    "branch of the new memory goes down through tanh and is multiplied by the output "
    "gate, which gives the hidden state. The old hidden state and the input come in "
    "along the bottom and feed the three gates and the candidate."
)
LABELS = {
    "forget": "forget gate",
    "input": "input gate",
    "candidate": "candidate",
    "output": "output gate",
    "memory": "memory cell",
    "hidden": "hidden state",
}

ROAD, OUT, PRODUCT, GATES, HIDDEN, INPUT = 70, 190, 165, 270, 342, 395
LEFT, RIGHT = 60, 680
F_X, I_X, CANDIDATE_X, O_X, TANH_X = 190, 300, 410, 520, 592
BOX_WIDTH, BOX_HEIGHT = 84, 44


def boxes():
    """What comes in and what goes out."""
    shapes = []
    for x, y, letter, step, fill in (
        (LEFT, ROAD, "C", "t-1", "#e6f1f8"),
        (RIGHT, ROAD, "C", "t", "#e6f1f8"),
        (LEFT, HIDDEN, "H", "t-1", "#e6f1f8"),
        (RIGHT, OUT, "H", "t", "#e6f1f8"),
        (LEFT, INPUT, "X", "t", "#f2f2f2"),
    ):
        shapes.append(rectangle(x, y, 64, 40, fill=fill))
        shapes.append(symbol(x, y, letter, step))
    return shapes


def layer(x, letter, function, colour, tilde=False):
    """One block of weights with its function, fed by the state and the input."""
    foot = GATES + BOX_HEIGHT / 2 + 3
    shapes = [
        arrow(x - 18, HIDDEN, x - 18, foot),
        arrow(x + 18, INPUT, x + 18, foot),
        rectangle(x, GATES, BOX_WIDTH, BOX_HEIGHT, stroke=colour, line=2),
        symbol(x - 18, GATES, letter, "t", colour=colour),
        text(x + 20, GATES, function, 14, INK, style="font-style:italic"),
    ]
    if x != O_X:
        shapes += [dot(x - 18, HIDDEN), dot(x + 18, INPUT)]
    if tilde:
        shapes.append(text(x - 27, GATES - 13, "~", 15, colour))
    return shapes


def road():
    """The way of the memory along the top."""
    return [
        arrow(LEFT + 32, ROAD, F_X - 17, ROAD, BLUE, 2.6),
        arrow(F_X + 14, ROAD, CANDIDATE_X - 17, ROAD, BLUE, 2.6),
        arrow(CANDIDATE_X + 14, ROAD, RIGHT - 35, ROAD, BLUE, 2.6),
        arrow(F_X, GATES - 22, F_X, ROAD + 17, ORANGE, 2),
        operation(F_X, ROAD, "\N{MULTIPLICATION SIGN}", ORANGE),
    ]


def writing():
    """The candidate through the input gate, on to the road."""
    return [
        line((I_X, GATES - 22), (I_X, PRODUCT), colour=GREEN, width=2),
        arrow(I_X, PRODUCT, CANDIDATE_X - 17, PRODUCT, GREEN, 2),
        arrow(CANDIDATE_X, GATES - 22, CANDIDATE_X, PRODUCT + 17, GREEN, 2),
        arrow(CANDIDATE_X, PRODUCT - 14, CANDIDATE_X, ROAD + 17, GREEN, 2),
        operation(CANDIDATE_X, PRODUCT, "\N{MULTIPLICATION SIGN}", GREEN),
        operation(CANDIDATE_X, ROAD, "+", INK),
    ]


def reading():
    """The memory through tanh and the output gate, out of the cell."""
    return [
        dot(TANH_X, ROAD, BLUE),
        arrow(TANH_X, ROAD, TANH_X, 110),
        rectangle(TANH_X, 126, 56, 28),
        text(TANH_X, 126, "tanh", 14, INK, style="font-style:italic"),
        arrow(TANH_X, 140, TANH_X, OUT - 17),
        line((O_X, GATES - 22), (O_X, OUT), width=2),
        arrow(O_X, OUT, TANH_X - 17, OUT, INK, 2),
        arrow(TANH_X + 14, OUT, RIGHT - 35, OUT),
        operation(TANH_X, OUT, "\N{MULTIPLICATION SIGN}", INK),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    sigma, above = "\N{GREEK SMALL LETTER SIGMA}", GATES - 34
    shapes = [
        rectangle(370, 216, 530, 396, stroke=GREY, fill="#fcfcfc"),
        line((LEFT + 32, HIDDEN), (O_X - 18, HIDDEN)),
        line((LEFT + 32, INPUT), (O_X + 18, INPUT)),
        *layer(F_X, "F", sigma, ORANGE),
        *layer(I_X, "I", sigma, GREEN),
        *layer(CANDIDATE_X, "C", "tanh", GREEN, tilde=True),
        *layer(O_X, "O", sigma, INK),
        *road(),
        *writing(),
        *reading(),
        *boxes(),
        label(F_X + 9, above, labels["forget"], 12, 96, ORANGE, "start"),
        label(I_X + 9, above, labels["input"], 12, 92, GREEN, "start"),
        label(CANDIDATE_X + 9, above, labels["candidate"], 12, 92, GREEN, "start"),
        label(O_X + 9, above, labels["output"], 12, 98, INK, "start"),
        label(300, ROAD - 22, labels["memory"], 12, 190, BLUE),
        label(RIGHT, OUT + 34, labels["hidden"], 12, 92, INK),
    ]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(740, 430, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
