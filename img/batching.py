"""Draw batching.svg in every language: random and sequential batches of a long text.
Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREEN, GREY, INK, ORANGE, arrow, document, fitted, text

NAME = "batching.svg"

TITLE = "Random and sequential batches"
DESCRIPTION = (
    "A text of 24 tokens is cut into pieces of three, and two pieces make a batch. In "
    "random order the pieces of a batch lie anywhere in the text. In sequential order "
    "the text is folded into two rows, and each batch continues the one before in both "
    "rows; arrows show that the state is handed on."
)
LABELS = {
    "random": "random order",
    "sequential": "sequential order",
    "text": "text",
    "rows": "text in 2 rows",
    "batches": "batches",
    "state": "the state is carried over",
    "zero": "the state starts from zero in each batch",
}

CELL, T, NUM_BATCHES = 23, 3, 4
LEFT = 112  # where the text begins
STROKES = (BLUE, ORANGE, GREEN, GREY)
FILLS = ("#e6f1f8", "#fdf0e6", "#e5f5f0", "#f2f2f2")
# The pieces of each batch, by the token that each begins with.
RANDOM = ((15, 3), (9, 18), (0, 12), (21, 6))
SEQUENTIAL = ((0, 12), (3, 15), (6, 18), (9, 21))
BATCH_STEP = 4 * CELL + 50  # from one batch to the next


def piece(x, y, start, batch):
    """Three tokens in a row, the left edge at `x`, in the colour of their batch."""
    stroke, fill = STROKES[batch], FILLS[batch]
    shapes = []
    for k in range(T):
        left = x + k * CELL
        shapes.append(
            f'<rect x="{left:g}" y="{y - CELL / 2:g}" width="{CELL}" height="{CELL}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="0.7"/>'
        )
        shapes.append(text(left + CELL / 2, y, str(start + k), 11))
    shapes.append(
        f'<rect x="{x + 1:g}" y="{y - CELL / 2 + 1:g}" width="{T * CELL - 2}" '
        f'height="{CELL - 2}" rx="3" fill="none" stroke="{stroke}" stroke-width="2"/>'
    )
    return shapes


def whole_text(y, batches, per_row):
    """The text, folded after `per_row` tokens, each piece with the colour of its
    batch."""
    shapes = []
    for batch, starts in enumerate(batches):
        for start in starts:
            row, column = divmod(start, per_row)
            shapes += piece(LEFT + column * CELL, y + row * (CELL + 8), start, batch)
    return shapes


def served(y, batches, carried):
    """The batches one after the other, two rows each, with arrows if `carried`."""
    shapes = []
    for batch, starts in enumerate(batches):
        x = LEFT + batch * BATCH_STEP
        shapes.append(
            text(x + T * CELL / 2, y - 24, str(batch + 1), 13, STROKES[batch])
        )
        for row, start in enumerate(starts):
            shapes += piece(x, y + row * (CELL + 8), start, batch)
            if carried and batch + 1 < NUM_BATCHES:
                begin, end = x + T * CELL + 5, x + BATCH_STEP - 5
                height = y + row * (CELL + 8)
                shapes.append(arrow(begin, height, end, height, INK))
    return shapes


def name(y, word, size=13, colour=GREY):
    """What stands in a row, on its left."""
    return text(LEFT - 14, y, word, fitted(word, size, LEFT - 20), colour, "end")


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {key: say(word) for key, word in LABELS.items()}
    right = LEFT + 24 * CELL
    shapes = []
    for top, key, below in ((26, "random", "zero"), (212, "sequential", "state")):
        shapes.append(
            text(20, top, labels[key], fitted(labels[key], 16, 300), INK, "start")
        )
        shapes.append(
            text(right, top, labels[below], fitted(labels[below], 13, 320), GREY, "end")
        )
    shapes += [name(62, labels["text"]), *whole_text(62, RANDOM, 24)]
    shapes += [name(144, labels["batches"]), *served(130, RANDOM, False)]
    shapes += [name(264, labels["rows"]), *whole_text(248, SEQUENTIAL, 12)]
    shapes += [name(362, labels["batches"]), *served(347, SEQUENTIAL, True)]
    title, description = say(TITLE), say(DESCRIPTION)
    return document(690, 405, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
