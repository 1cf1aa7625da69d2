"""Draw language-model.svg in every language: a recurrent language model, unrolled.

Its inputs are the targets of the step before. Run it by `make figures`.
"""

from itertools import pairwise

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
    text,
)

NAME = "language-model.svg"

TITLE = "A recurrent language model with teacher forcing"
DESCRIPTION = (
    "Five time steps from left to right. In each, an input token leads up to a hidden "
    "state, the state to the probabilities of the next token, and those are compared "
    "with the target. Each target is the input of the next step."
)
LABELS = {
    "targets": "targets",
    "loss": "loss",
    "probabilities": "probabilities",
    "states": "hidden states",
    "inputs": "inputs",
    "shift": "each target is the next input",
    "time": "time",
}

SENTENCE = ("<bos>", "the", "sail", "is", "red", "<eos>")
COLUMNS = tuple(range(200, 701, 120))
TARGETS, PROBABILITIES, STATES, INPUTS = 50, 125, 215, 330
WIDTH, HEIGHT = 70, 40
GAP = 4  # between an arrow and the box that it leaves or reaches
HALF = HEIGHT / 2 + GAP


def token(x, y, word, colour=INK):
    """A token in its box; tokens are those of the code, in every language."""
    box = rectangle(x, y, WIDTH, HEIGHT, stroke=colour, fill="#f2f2f2")
    return [box, text(x, y, word, 15, colour)]


def column(step, x):
    """One time step: input, state, probabilities, and the target above them."""
    return [
        *token(x, INPUTS, SENTENCE[step - 1]),
        arrow(x, INPUTS - HALF, x, STATES + HALF),
        rectangle(x, STATES, WIDTH, HEIGHT, fill="#e6f1f8"),
        symbol(x, STATES, "H", str(step)),
        arrow(x, STATES - HALF, x, PROBABILITIES + HALF),
        rectangle(x, PROBABILITIES, WIDTH, HEIGHT),
        symbol(x, PROBABILITIES, "Ŷ", str(step)),
        f'<line x1="{x}" y1="{PROBABILITIES - HALF:g}" x2="{x}" '
        f'y2="{TARGETS + HALF:g}" stroke="{BLUE}" stroke-width="1.6" '
        'stroke-dasharray="4 4"/>',
        *token(x, TARGETS, SENTENCE[step], ORANGE),
    ]


def forced(x, x_next):
    """The way of a target to the input of the next step, between the two columns."""
    middle = (x + x_next) / 2
    points = [
        (x + WIDTH / 2, TARGETS),
        (middle, TARGETS),
        (middle, INPUTS),
        (x_next - WIDTH / 2 - GAP, INPUTS),
    ]
    path = " ".join(f"{a:g},{b:g}" for a, b in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{ORANGE}" stroke-width="1.6" '
        f'stroke-linejoin="round" marker-end="url(#head-{ORANGE[1:]})"/>'
    )


def crossing(x, x_next):
    """A state's arrow to the next one, with a white gap under it where ways cross."""
    start, end = x + WIDTH / 2 + GAP, x_next - WIDTH / 2 - GAP
    middle = (x + x_next) / 2
    return [
        f'<line x1="{middle:g}" y1="{STATES - 5}" x2="{middle:g}" y2="{STATES + 5}" '
        'stroke="#ffffff" stroke-width="4"/>',
        arrow(start, STATES, end, STATES),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    rows = {"targets": TARGETS, "probabilities": PROBABILITIES}
    rows |= {"states": STATES, "inputs": INPUTS}
    shapes = [
        label(150, y, labels[name], 14, 140, anchor="end") for name, y in rows.items()
    ]
    middle = (TARGETS + PROBABILITIES) / 2
    shapes.append(label(150, middle, labels["loss"], 13, 140, BLUE, "end"))
    for x, x_next in pairwise(COLUMNS):
        shapes.append(forced(x, x_next))
        shapes += crossing(x, x_next)
    for step, x in enumerate(COLUMNS, start=1):
        shapes += column(step, x)
    shapes.append(label(440, 376, labels["shift"], 13, 400, ORANGE))
    shapes.append(arrow(165, 405, 620, 405, GREY))
    shapes.append(label(635, 405, labels["time"], 14, 90, GREY, "start"))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(740, 430, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
