"""Draw shapes.svg in every language: five ways to use a recurrent layer, unrolled.
Run it by `make figures`.
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
    fitted,
    rectangle,
    text,
)

NAME = "shapes.svg"

TITLE = "Five shapes of recurrent networks"
DESCRIPTION = (
    "Five unrolled networks, with inputs below, states in the middle and outputs "
    "above: one to one, one to many, many to one, many to many with an output for "
    "each input, and an encoder whose last state starts a decoder."
)
LABELS = {
    "one to one": "one to one",
    "one to many": "one to many",
    "many to one": "many to one",
    "aligned": "many to many, aligned",
    "encoder": "encoder",
    "decoder": "decoder",
    "output": "output",
    "state": "state",
    "input": "input",
}

# Every panel: its name, its left edge, the top of its row, then for each step whether
# it has an input, an output, and whether the output before comes back as an input.
PANELS = [
    ("one to one", 100, 40, [(1, 1, 0)]),
    ("one to many", 215, 40, [(1, 1, 0), (0, 1, 1), (0, 1, 1), (0, 1, 1)]),
    ("many to one", 535, 40, [(1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 1, 0)]),
    ("aligned", 100, 275, [(1, 1, 0), (1, 1, 0), (1, 1, 0), (1, 1, 0)]),
]
ENCODER = ("encoder", 415, 275, [(1, 0, 0), (1, 0, 0), (1, 0, 0)])
DECODER = ("decoder", 625, 275, [(0, 1, 0), (0, 1, 1), (0, 1, 1)])
STEP, WIDTH, HEIGHT, GAP = 70, 40, 32, 3
OUTPUT, STATE, INPUT = 42, 106, 170  # rows, from the top of a panel


def feedback(x, top):
    """A dashed arrow from the output of the step before to this state."""
    left, right = x - STEP + WIDTH / 2 + GAP, x - 9
    y, end = top + OUTPUT, top + STATE + HEIGHT / 2 + GAP
    middle = x - STEP / 2
    low = end + 26
    return (
        f'<path d="M{left:g},{y:g} C{middle + 4:g},{y:g} {middle:g},{y + 30:g} '
        f"{middle:g},{top + STATE:g} C{middle:g},{low + 14:g} {right:g},{low + 14:g} "
        f'{right:g},{end:g}" fill="none" stroke="{GREY}" stroke-width="1.6" '
        f'stroke-dasharray="5,4" marker-end="url(#head-{GREY[1:]})"/>'
    )


def panel(title, left, top, steps, colour=BLUE, fill="#e6f1f8"):
    """One network, unrolled: its name, its boxes and the arrows between them."""
    half, room = HEIGHT / 2 + GAP, max(STEP * len(steps), 115)
    shapes = [text(left, top, title, fitted(title, 15, room), INK, "start")]
    for i, (has_input, has_output, fed_back) in enumerate(steps):
        x = left + WIDTH / 2 + i * STEP
        if i:
            start, end = x - STEP + WIDTH / 2 + GAP, x - WIDTH / 2 - GAP
            shapes.append(arrow(start, top + STATE, end, top + STATE, colour, 2.2))
        if has_input:
            shapes.append(arrow(x, top + INPUT - half, x, top + STATE + half))
            shapes.append(rectangle(x, top + INPUT, WIDTH, HEIGHT, fill="#f2f2f2"))
        if has_output:
            shapes.append(arrow(x, top + STATE - half, x, top + OUTPUT + half))
            shapes.append(rectangle(x, top + OUTPUT, WIDTH, HEIGHT, ORANGE, "#fdf0e6"))
        if fed_back:
            shapes.append(feedback(x, top))
        shapes.append(rectangle(x, top + STATE, WIDTH, HEIGHT, colour, fill))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = []
    for top in (40, 275):
        rows = ("output", OUTPUT), ("state", STATE), ("input", INPUT)
        for name, y in rows:
            size = fitted(labels[name], 13, 72)
            shapes.append(text(82, top + y, labels[name], size, GREY, "end"))
    for name, left, top, steps in PANELS:
        shapes += panel(labels[name], left, top, steps)
    name, left, top, steps = ENCODER
    shapes += panel(labels[name], left, top, steps)
    end = left + STEP * (len(steps) - 1) + WIDTH + GAP
    name, left, top, steps = DECODER
    shapes += panel(labels[name], left, top, steps, GREEN, "#e5f5f0")
    y = top + STATE
    shapes.append(arrow(end, y, left - GAP, y, BLUE, 2.2))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(830, 475, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
