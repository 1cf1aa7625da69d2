"""Draw gru.svg in every language: the inside of a gated recurrent unit. Run it by
`make figures`.
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

NAME = "gru.svg"

TITLE = "A gated recurrent unit"
DESCRIPTION = (
    "The old state runs along the top from left to right. It is multiplied by the "
    "update gate, and the candidate, multiplied by one minus the update gate, is added "
    "to it. Below, the reset gate multiplies the old state on its way to the candidate."
    " The input feeds both gates and the candidate."
)
LABELS = {
    "reset": "reset gate",
    "update": "update gate",
    "candidate": "candidate",
    "keep": "keep the old",
    "write": "write the new",
}

TOP, MIDDLE, GATES, BOTTOM = 70, 190, 270, 370
LEFT, RIGHT = 60, 670
R_X, Z_X, CANDIDATE_X = 210, 350, 500
KEEP_X, ADD_X = 350, 580
BOX_WIDTH, BOX_HEIGHT = 84, 44


def state_boxes():
    """What comes in and what goes out."""
    shapes = []
    for x, y, letter, step, fill in (
        (LEFT, TOP, "H", "t-1", "#e6f1f8"),
        (RIGHT, TOP, "H", "t", "#e6f1f8"),
        (LEFT, BOTTOM, "X", "t", "#f2f2f2"),
    ):
        shapes.append(rectangle(x, y, 64, 40, fill=fill))
        shapes.append(symbol(x, y, letter, step))
    return shapes


def layer(x, y, letter, function, colour, tilde=False):
    """One block of weights with its function."""
    shapes = [
        rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, stroke=colour, line=2),
        symbol(x - 18, y, letter, "t", colour=colour),
        text(x + 20, y, function, 14, INK, style="font-style:italic"),
    ]
    if tilde:
        shapes.append(text(x - 27, y - 13, "~", 15, colour))
    return shapes


def wires(reset):
    """The lines that feed the gates and the candidate."""
    half = BOX_HEIGHT / 2
    boxes = (R_X, Z_X, CANDIDATE_X) if reset else (Z_X, CANDIDATE_X)
    shapes = [  # the input, along the bottom
        line((LEFT + 32, BOTTOM), (CANDIDATE_X + 18, BOTTOM)),
        *(arrow(x + 18, BOTTOM, x + 18, GATES + half + 3) for x in boxes),
        *(dot(x + 18, BOTTOM) for x in boxes[:-1]),
    ]
    # the old state, down to the gates, and to the candidate if nothing is in the way
    last = Z_X if reset else CANDIDATE_X
    below = [x - 18 for x in boxes if x <= last]
    shapes += [
        line((130, TOP), (130, 335), (last - 18, 335)),
        dot(130, TOP),
        *(arrow(x, 335, x, GATES + half + 3) for x in below),
        *(dot(x, 335) for x in below[:-1]),
    ]
    if reset:  # through the reset gate to the candidate
        shapes += [
            arrow(130, MIDDLE, R_X - 17, MIDDLE),
            dot(130, MIDDLE),
            arrow(R_X, GATES - half, R_X, MIDDLE + 17, ORANGE, 2),
            line((R_X + 14, MIDDLE), (Z_X - 12, MIDDLE)),
            hop(Z_X, MIDDLE),
            line(
                (Z_X + 12, MIDDLE), (445, MIDDLE), (445, 335), (CANDIDATE_X - 18, 335)
            ),
            arrow(CANDIDATE_X - 18, 335, CANDIDATE_X - 18, GATES + half + 3),
            operation(R_X, MIDDLE, "\N{MULTIPLICATION SIGN}", ORANGE),
        ]
    return shapes


def hop(x, y):
    """One line jumps over another that it doesn't meet."""
    return (
        f'<path d="M{x - 12},{y} A12,12 0 0 1 {x + 12},{y}" fill="none" '
        f'stroke="{INK}" stroke-width="1.6"/>'
    )


def highway():
    """The way of the state along the top, with the two products and the sum."""
    half = BOX_HEIGHT / 2
    return [
        arrow(LEFT + 32, TOP, KEEP_X - 17, TOP, BLUE, 2.6),
        arrow(KEEP_X + 14, TOP, ADD_X - 17, TOP, BLUE, 2.6),
        arrow(ADD_X + 14, TOP, RIGHT - 35, TOP, BLUE, 2.6),
        arrow(Z_X, GATES - half, Z_X, TOP + 17, BLUE, 2),
        # 1 - Z, to the product with the candidate
        arrow(Z_X, 130, 455, 130, BLUE, 2),
        rectangle(486, 130, 62, 26, stroke=BLUE),
        text(480, 130, "1 \N{MINUS SIGN} Z", 14, BLUE, style="font-weight:bold"),
        text(503, 135, "t", 10, BLUE, style="font-style:italic"),
        dot(Z_X, 130, BLUE),
        arrow(517, 130, ADD_X - 17, 130, BLUE, 2),
        line((CANDIDATE_X + 42, GATES), (ADD_X, GATES), colour=GREEN),
        arrow(ADD_X, GATES, ADD_X, 147, GREEN, 2),
        arrow(ADD_X, 116, ADD_X, TOP + 17, GREEN, 2),
        operation(KEEP_X, TOP, "\N{MULTIPLICATION SIGN}", BLUE),
        operation(ADD_X, TOP, "+", INK),
        operation(ADD_X, 130, "\N{MULTIPLICATION SIGN}", GREEN),
    ]


def cell(title, description, say, reset=True):
    """The cell with both gates, or with the update gate alone."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = [
        rectangle(366, 205, 520, 380, stroke=GREY, fill="#fcfcfc"),
        *wires(reset),
        *highway(),
        *layer(Z_X, GATES, "Z", "\N{GREEK SMALL LETTER SIGMA}", BLUE),
        *layer(CANDIDATE_X, GATES, "H", "tanh", GREEN, tilde=True),
        *state_boxes(),
        label(Z_X + 9, GATES - 34, labels["update"], 12, 82, BLUE, "start"),
        label(CANDIDATE_X, GATES - 34, labels["candidate"], 12, 104, GREEN),
        label(KEEP_X, TOP - 30, labels["keep"], 12, 170, BLUE),
        label(ADD_X - 8, TOP - 30, labels["write"], 12, 120, GREEN),
    ]
    if reset:
        shapes += [
            *layer(R_X, GATES, "R", "\N{GREEK SMALL LETTER SIGMA}", ORANGE),
            label(R_X + 9, GATES - 34, labels["reset"], 12, 125, ORANGE, "start"),
        ]
    return document(730, 420, title, description, shapes, say.language)


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    return cell(say(TITLE), say(DESCRIPTION), say)


if __name__ == "__main__":
    save_all(NAME, draw)
