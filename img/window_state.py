"""Draw window-state.svg in every language: what a window model and a recurrent one see.
Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREY, INK, ORANGE, arrow, document, label, rectangle, symbol

NAME = "window-state.svg"

TITLE = "What the output at step 6 can depend on"
DESCRIPTION = (
    "Above, a window model: of six inputs only the last three lead to the output. "
    "Below, a recurrent model: each input leads to a state, each state to the next "
    "one, and the last state to the output, so that a path leads from the first input "
    "to the output."
)
LABELS = {
    "window": "window of 3",
    "recurrent": "recurrent",
    "output": "output",
    "state": "state",
    "input": "input",
    "unseen": "no path from here",
}

STEPS, K = 6, 3
LEFT, STEP = 165, 84  # the centre of the first box, from one box to the next
WIDTH, HEIGHT = 46, 36
GAP = HEIGHT / 2 + 3
FILLS = {BLUE: "#e6f1f8", ORANGE: "#fdf0e6", GREY: "#f2f2f2", INK: "#ffffff"}


def centre(t):
    return LEFT + STEP * (t - 1)


def box(x, y, letter, lower, colour):
    """A box with a letter and its step."""
    return [
        rectangle(x, y, WIDTH, HEIGHT, colour, FILLS[colour]),
        symbol(x, y, letter, lower, colour=INK),
    ]


def inputs(y, visible):
    """The row of inputs; the first one, whose twin is asked for, is orange."""
    shapes = []
    for t in range(1, STEPS + 1):
        colour = ORANGE if t == 1 else BLUE if t > STEPS - visible else GREY
        shapes += box(centre(t), y, "x", str(t), colour)
    return shapes


def names(rows, labels):
    """What each row is, on the left."""
    return [label(104, y, labels[name], 14, 72, GREY, "end") for name, y in rows]


def window_panel(top, labels):
    """Only the last K inputs lead to the output."""
    above, below = top + 44, top + 124
    shapes = [label(20, top + 8, labels["window"], 15, 200, INK, "start")]
    shapes += names((("output", above), ("input", below)), labels)
    shapes += inputs(below, K) + box(centre(STEPS), above, "ŷ", "6", INK)
    for t in range(STEPS - K + 1, STEPS + 1):
        end = centre(STEPS) + 12 * (t - STEPS)
        shapes.append(arrow(centre(t), below - GAP, end, above + GAP, BLUE))
    shapes.append(
        label(centre(1) - 23, below - 34, labels["unseen"], 13, 200, ORANGE, "start")
    )
    return shapes


def recurrent_panel(top, labels):
    """Each state gets an input and the state before; the last one gives the output."""
    above, middle, below = top + 44, top + 114, top + 184
    shapes = [label(20, top + 8, labels["recurrent"], 15, 200, INK, "start")]
    rows = (("output", above), ("state", middle), ("input", below))
    shapes += names(rows, labels) + inputs(below, STEPS)
    shapes += box(centre(STEPS), above, "ŷ", "6", INK)
    for t in range(1, STEPS + 1):
        x = centre(t)
        shapes += box(x, middle, "h", str(t), INK)
        colour = ORANGE if t == 1 else INK
        shapes.append(arrow(x, below - GAP, x, middle + GAP, colour))
        if t < STEPS:
            ends = x + WIDTH / 2 + 3, middle, centre(t + 1) - WIDTH / 2 - 3, middle
            shapes.append(arrow(*ends, ORANGE))
    x = centre(STEPS)
    shapes.append(arrow(x, middle - GAP, x, above + GAP, ORANGE))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = window_panel(18, labels) + recurrent_panel(190, labels)
    title, description = say(TITLE), say(DESCRIPTION)
    return document(640, 412, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
