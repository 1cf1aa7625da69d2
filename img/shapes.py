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
    "above: one to one, many to many with an output for each input, many to one, "
    "one to many, and an encoder whose last state starts a decoder."
)
LABELS = {
    "one to one": "one to one",
    "aligned": "many to many, aligned",
    "many to one": "many to one",
    "one to many": "one to many",
    "not aligned": "many to many, not aligned",
    "encoder": "encoder",
    "decoder": "decoder",
    "output": "output",
    "state": "state",
    "input": "input",
}
BOS, EOS = "<bos>", "<eos>"  # tokens, the same in every language

STEP, WIDTH, HEIGHT, GAP = 76, 40, 32, 3
OUTPUT, STATE, INPUT = 42, 106, 170  # rows, from the top of a panel
TOPS = 40, 285
FILLS = {BLUE: "#e6f1f8", GREEN: "#e5f5f0"}


def feedback(x, top):
    """A dashed arrow from the output of the step before into this state, from below.

    It crosses the arrow between the states near its tail, so its head stays free.
    """
    left, down = x - STEP + WIDTH / 2 + GAP, x - STEP + WIDTH / 2 + 11
    y, low, end = top + OUTPUT, top + INPUT - 8, top + STATE + HEIGHT / 2 + GAP
    return (
        f'<path d="M{left:g},{y:g} Q{down:g},{y:g} {down:g},{y + 14:g} '
        f"L{down:g},{low - 18:g} Q{down:g},{low:g} {(down + x) / 2:g},{low:g} "
        f'Q{x:g},{low:g} {x:g},{end:g}" fill="none" stroke="{GREY}" '
        f'stroke-width="1.6" stroke-dasharray="5,4" '
        f'marker-end="url(#head-{GREY[1:]})"/>'
    )


def box(x, y, stroke, fill, content=""):
    """A box of a panel, with a token in it."""
    shapes = [rectangle(x, y, WIDTH, HEIGHT, stroke, fill)]
    return shapes + [text(x, y, content, 11)] * bool(content)


def states(left, top, number, colour=BLUE):
    """The states of a network and the arrows between them; the middles of the steps."""
    middles = [left + WIDTH / 2 + i * STEP for i in range(number)]
    shapes = []
    for x in middles:
        if x > middles[0]:
            start, end = x - STEP + WIDTH / 2 + GAP, x - WIDTH / 2 - GAP
            shapes.append(arrow(start, top + STATE, end, top + STATE, colour, 2.2))
        shapes += box(x, top + STATE, colour, FILLS[colour])
    return shapes, middles


def read(x, top, content=""):
    """An input and its arrow into the state above it."""
    half = HEIGHT / 2 + GAP
    shapes = box(x, top + INPUT, INK, "#f2f2f2", content)
    return [*shapes, arrow(x, top + INPUT - half, x, top + STATE + half)]


def answer(x, top, content=""):
    """An output and the arrow into it from the state below."""
    half = HEIGHT / 2 + GAP
    shapes = box(x, top + OUTPUT, ORANGE, "#fdf0e6", content)
    return [*shapes, arrow(x, top + STATE - half, x, top + OUTPUT + half)]


def writer(left, top, number, colour=BLUE):
    """A network that writes from a first state until it ends."""
    shapes, middles = states(left, top, number, colour)
    shapes += read(middles[0], top, BOS)
    for x in middles:
        shapes += answer(x, top, EOS if x == middles[-1] else "")
        if x > middles[0]:
            shapes.append(feedback(x, top))
    return shapes


def reader(left, top, number, answers):
    """A network that reads an input at each step and answers at some of them."""
    shapes, middles = states(left, top, number)
    for i, x in enumerate(middles):
        shapes += read(x, top)
        if i in answers:
            shapes += answer(x, top)
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    upper, lower = TOPS
    shapes = []
    for top in TOPS:
        for name, y in (("output", OUTPUT), ("state", STATE), ("input", INPUT)):
            size = fitted(labels[name], 13, 72)
            shapes.append(text(82, top + y, labels[name], size, GREY, "end"))
    names = [
        ("one to one", 100, upper, 115, INK),
        ("aligned", 230, upper, 290, INK),
        ("many to one", 590, upper, 290, INK),
        ("one to many", 100, lower, 290, INK),
        ("not aligned", 480, lower, 250, INK),
        ("encoder", 480, lower + 205, 190, BLUE),
        ("decoder", 732, lower + 205, 190, GREEN),
    ]
    for name, left, top, room, colour in names:
        size = fitted(labels[name], 15, room)
        shapes.append(text(left, top, labels[name], size, colour, "start"))
    shapes += reader(100, upper, 1, {0})
    shapes += reader(230, upper, 4, {0, 1, 2, 3})
    shapes += reader(590, upper, 4, {3})
    x, half = 100 + WIDTH / 2, WIDTH / 2 + GAP  # a vector makes the first state
    shapes += box(x, lower + STATE, INK, "#f2f2f2")
    y = lower + STATE
    shapes.append(arrow(x + half, y, x + STEP - half, y, BLUE, 2.2))
    shapes += writer(100 + STEP, lower, 4)
    shapes += reader(480, lower, 3, set())
    left = 480 + 3 * STEP + 24
    shapes.append(arrow(480 + 2 * STEP + WIDTH + GAP, y, left - GAP, y, BLUE, 2.2))
    shapes += writer(left, lower, 4, GREEN)
    title, description = say(TITLE), say(DESCRIPTION)
    return document(1010, 510, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
