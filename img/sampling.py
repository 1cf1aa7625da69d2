"""Draw sampling.svg in every language: the loop from a drawn token to the next input,
and two ways to cut a distribution. Run it by `make figures`.
"""

from itertools import pairwise

from languages import ENGLISH, save_all
from svg import (
    BLUE,
    GREEN,
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

NAME = "sampling.svg"

TITLE = "Sampling a sequence, and cutting a distribution"
DESCRIPTION = (
    "On the left three time steps. An input leads up to a hidden state, and this to a "
    "bar chart of probabilities, from which one token is drawn. The drawn token is the "
    "input of the next step. On the right the probabilities of eight tokens in falling "
    "order, cut after the third by top-k and after the fifth by nucleus sampling."
)
LABELS = {
    "probabilities": "probabilities",
    "state": "hidden state",
    "input": "input",
    "drawn": "drawn token",
    "fed_back": "fed back as the next input",
    "start": "prompt or <eos>",
    "top_k": "top-k: k tokens",
    "nucleus": "nucleus: 90%",
    "tail": "the tail is never drawn",
    "order": "tokens, the likeliest first",
}

COLUMNS = (180, 310, 440)  # of the time steps
STEPS = ("1", "2", "3")
INPUT, STATE, CHART, DRAWN = 330, 250, 150, 60
BOX_WIDTH, BOX_HEIGHT = 64, 38
GAP = 4  # between an arrow and the box that it leaves or reaches
# What each chart shows, and which of its bars was drawn.
CHARTS = (((10, 34, 16, 8), 1), ((26, 8, 20, 12), 0), ((6, 12, 14, 36), 3))
TOKENS = ("b", "a", "d")
RANKED = (0.34, 0.24, 0.16, 0.1, 0.07, 0.04, 0.03, 0.02)
KEPT, NUCLEUS = 3, 5  # by top-k, and by the nucleus of 90%
RIGHT, FLOOR, BAR = 565, 290, 26  # of the chart on the right


def bar(x, floor, width, height, colour):
    """A bar that stands on `floor`, its left edge at `x`."""
    return (
        f'<rect x="{x:g}" y="{floor - height:g}" width="{width:g}" '
        f'height="{height:g}" fill="{colour}"/>'
    )


def chart(x, heights, chosen):
    """The small bar chart of one step; the bar that was drawn is coloured."""
    floor = CHART + 22
    shapes = [rectangle(x, CHART, 72, 56, stroke=GREY)]
    for place, height in enumerate(heights):
        colour = ORANGE if place == chosen else "#9ccbe6"
        shapes.append(bar(x - 30 + 16 * place, floor, 12, height, colour))
    return shapes


def column(step, x, heights, chosen, token):
    """One time step, from the input at the bottom to the drawn token at the top."""
    half = BOX_HEIGHT / 2 + GAP
    return [
        rectangle(x, INPUT, BOX_WIDTH, BOX_HEIGHT, fill="#f2f2f2"),
        symbol(x, INPUT, "X", step),
        arrow(x, INPUT - half, x, STATE + half),
        rectangle(x, STATE, BOX_WIDTH, BOX_HEIGHT, fill="#e6f1f8"),
        symbol(x, STATE, "H", step),
        arrow(x, STATE - half, x, CHART + 28 + GAP),
        *chart(x, heights, chosen),
        arrow(x, CHART - 28 - GAP, x, DRAWN + 20, ORANGE, 2.2),
        rectangle(x, DRAWN, 36, 32, stroke=ORANGE, fill="#fdf1e7"),
        text(x, DRAWN, token, 17, ORANGE),
    ]


def feedback(x, x_next):
    """From the drawn token of one step down to the input of the next."""
    middle = (x + x_next) / 2
    return [
        f'<path d="M{x + 18 + GAP:g},{DRAWN} H{middle - 8:g} '
        f"Q{middle:g},{DRAWN} {middle:g},{DRAWN + 8} V{INPUT - 8} "
        f'Q{middle:g},{INPUT} {middle + 8:g},{INPUT}" fill="none" '
        f'stroke="{ORANGE}" stroke-width="2.2"/>',
        arrow(middle + 8, INPUT, x_next - BOX_WIDTH / 2 - GAP, INPUT, ORANGE, 2.2),
    ]


def loop(labels):
    """The left half: three steps and their names."""
    shapes = []
    steps = zip(STEPS, COLUMNS, CHARTS, TOKENS, strict=True)
    for step, x, (heights, chosen), token in steps:
        shapes += column(step, x, heights, chosen, token)
    for x, x_next in pairwise(COLUMNS):
        half = BOX_WIDTH / 2 + GAP
        shapes.append(arrow(x + half, STATE, x_next - half, STATE))
        shapes += feedback(x, x_next)
    for name, y, colour in (
        ("drawn", DRAWN, ORANGE),
        ("probabilities", CHART, INK),
        ("state", STATE, INK),
        ("input", INPUT, INK),
    ):
        shapes.append(label(128, y, labels[name], 14, 116, colour, "end"))
    shapes.append(label(COLUMNS[0], INPUT + 34, labels["start"], 12, 120, GREY))
    x = (COLUMNS[1] + COLUMNS[2]) / 2
    shapes.append(label(x, INPUT + 34, labels["fed_back"], 12, 200, ORANGE))
    return shapes


def cut(place, top, colour, name):
    """A dashed line behind the bar `place`, with a name above the kept bars."""
    x = RIGHT + BAR * place - 3
    return [
        f'<line x1="{x}" y1="{top}" x2="{x}" y2="{FLOOR + 8}" stroke="{colour}" '
        'stroke-width="2" stroke-dasharray="5 4"/>',
        label(x + 6, top + 6, name, 12, 868 - x, colour, "start"),
    ]


def ranking(labels):
    """The right half: a distribution in falling order, cut in two ways."""
    shapes = []
    for place, p in enumerate(RANKED):
        colour = BLUE if place < KEPT else "#9ccbe6" if place < NUCLEUS else "#d5d5d5"
        shapes.append(bar(RIGHT + BAR * place, FLOOR, BAR - 6, 560 * p, colour))
    width = BAR * len(RANKED)
    shapes += cut(KEPT, 84, BLUE, labels["top_k"])
    shapes += cut(NUCLEUS, 134, GREEN, labels["nucleus"])
    tail = RIGHT + BAR * NUCLEUS + 3
    shapes.append(label(tail, FLOOR - 50, labels["tail"], 12, 165, GREY, "start"))
    shapes.append(
        f'<line x1="{RIGHT - 6}" y1="{FLOOR}" x2="{RIGHT + width}" y2="{FLOOR}" '
        f'stroke="{INK}" stroke-width="1.5"/>'
    )
    middle = RIGHT + width / 2
    shapes.append(label(middle, FLOOR + 24, labels["order"], 13, 230))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = [*loop(labels), *ranking(labels)]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(880, 390, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
