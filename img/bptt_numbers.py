"""Draw bptt-numbers.svg in every language: three steps of a network with one unit, with
all numbers of the forward and the backward pass. Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    ORANGE,
    arrow,
    document,
    label,
    line,
    rectangle,
    text,
)

NAME = "bptt-numbers.svg"

TITLE = "Backpropagation through time with numbers"
DESCRIPTION = (
    "Four states from left to right, each half of the one before plus an input, and a "
    "loss. Gradients lead back, each half of the one after. At each step the gradient "
    "is multiplied by the state before, and the three products add up to 4."
)
LABELS = {
    "loss": "loss",
    "forward": "forward: the states",
    "back": "back: the gradients",
    "weight": "× the state before",
    "sum": "gradient of w",
}

STATES = (("h", "0", "4"), ("h", "1", "4"), ("h", "2", "−1"), ("h", "3", "2.5"))
INPUTS = ("+ 2", "− 3", "+ 3")
GRADIENTS = ("0.5", "1", "2")
PRODUCTS = ("0.5 · 4 = 2", "1 · 4 = 4", "2 · (−1) = −2")
LEFT, STEP = 75, 165
LOSS_X = LEFT + 3 * STEP + 140
TOP, MIDDLE, LOW, BOTTOM = 40, 95, 205, 268
HALF = 32  # half the width of a box
GAP = 4


def state(i):
    """A state with its name above and its number inside."""
    name, index, value = STATES[i]
    x = LEFT + i * STEP
    return [
        rectangle(x, MIDDLE, 2 * HALF, 44, fill="#e6f1f8"),
        text(x, MIDDLE, value, 19, style="font-weight:bold"),
        text(x - 24, MIDDLE - 34, name, 15, style="font-style:italic"),
        text(x - 18, MIDDLE - 29, index, 11, anchor="start"),
    ]


def step(i):
    """From state i to the next: forward, backward, and the part for the weight."""
    start, end = LEFT + i * STEP + HALF + GAP, LEFT + (i + 1) * STEP - HALF - GAP
    middle = (start + end) / 2
    shapes = [
        arrow(start, MIDDLE - 12, end, MIDDLE - 12),
        text(middle, MIDDLE - 26, "× 0.5", 14, BLUE),
        arrow(end + HALF + GAP, TOP, end + HALF + GAP, MIDDLE - 22 - GAP),
        text(end + HALF + GAP, TOP - 14, INPUTS[i], 15),
    ]
    # The gradient of the state on the right, below it, on its way to w.
    x = LEFT + (i + 1) * STEP
    shapes += [
        text(x, 164, GRADIENTS[i], 17, ORANGE, style="font-weight:bold"),
        arrow(x, 178, x, LOW - 16, ORANGE, 2.2),
        rectangle(x, LOW, 124, 30, ORANGE),
        text(x, LOW, PRODUCTS[i], 15, ORANGE),
        line((x, LOW + 15), (x, BOTTOM - 27), colour=ORANGE, width=2.2),
    ]
    if i:
        shapes += [
            arrow(x - 18, 164, x - STEP + 22, 164, ORANGE, 2.2),
            text(x - STEP / 2, 152, "× 0.5", 14, BLUE),
        ]
    return shapes


def ending():
    """The loss, what it sends back, and the sum."""
    last, first = LEFT + 3 * STEP, LEFT + STEP
    return [
        arrow(last + HALF + GAP, MIDDLE, LOSS_X - 46 - GAP, MIDDLE),
        rectangle(LOSS_X, MIDDLE, 92, 44, ORANGE),
        text(LOSS_X, MIDDLE, "½ · 2² = 2", 16, style="font-weight:bold"),
        line((LOSS_X, MIDDLE + 22), (LOSS_X, 164), colour=ORANGE, width=2.2),
        arrow(LOSS_X, 164, last + 18, 164, ORANGE, 2.2),
        text((LOSS_X + last) / 2 + 10, 152, "2.5 − 0.5", 14, ORANGE),
        line((first, BOTTOM - 27), (last, BOTTOM - 27), colour=ORANGE, width=2.2),
        arrow(first + STEP, BOTTOM - 27, first + STEP, BOTTOM - 5, ORANGE, 2.2),
        rectangle(first + STEP, BOTTOM + 12, 170, 32, ORANGE, fill="#fdf0e6"),
        text(first + STEP, BOTTOM + 12, "2 + 4 − 2 = 4", 17, style="font-weight:bold"),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    words = {name: say(word) for name, word in LABELS.items()}
    shapes = ending()
    for i in range(len(STATES)):
        shapes += state(i)
    for i in range(len(INPUTS)):
        shapes += step(i)
    shapes += [
        label(LOSS_X, MIDDLE - 34, words["loss"], 14, 110),
        label(20, MIDDLE + 38, words["forward"], 13, 145, anchor="start"),
        label(20, 164, words["back"], 13, 145, ORANGE, "start"),
        label(20, LOW, words["weight"], 13, 145, ORANGE, "start"),
        label(LEFT + 2 * STEP + 95, BOTTOM + 12, words["sum"], 14, 200, anchor="start"),
    ]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(760, 305, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
