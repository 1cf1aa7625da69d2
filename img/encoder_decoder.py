"""Draw encoder-decoder.svg in every language: one network reads, another writes.
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
    line,
    rectangle,
    text,
)

NAME = "encoder-decoder.svg"

TITLE = "Encoder and decoder"
DESCRIPTION = (
    "An encoder reads i'm, cold, a full stop and eos. Its last state starts a "
    "decoder and is brought to each of its steps. The decoder reads bos, j'ai, froid "
    "and a full stop, and writes j'ai, froid, a full stop and eos."
)
LABELS = {
    "encoder": "encoder",
    "decoder": "decoder",
    "state": "state",
    "teacher": "the correct words in training, its own in use",
}
SOURCE = ["i'm", "cold", ".", "<eos>"]
BEFORE = ["<bos>", "j'ai", "froid", "."]
TARGET = ["j'ai", "froid", ".", "<eos>"]
STEP, WIDTH, HEIGHT, GAP = 92, 66, 36, 3
TOP, STATE, LOW = 75, 150, 225  # rows: outputs, states, inputs
LEFT, RIGHT = 50, 480  # centres of the first states


def network(left, words, colour, fill):
    """States in a row that read words from below."""
    shapes, half = [], HEIGHT / 2 + GAP
    for i, word in enumerate(words):
        x = left + i * STEP
        if i:
            start, end = x - STEP + WIDTH / 2 + GAP, x - WIDTH / 2 - GAP
            shapes.append(arrow(start, STATE, end, STATE, colour, 2.2))
        shapes.append(arrow(x, LOW - half, x, STATE + half))
        shapes.append(rectangle(x, LOW, WIDTH, HEIGHT, fill="#f2f2f2"))
        shapes.append(text(x, LOW, word, 15))
        shapes.append(rectangle(x, STATE, WIDTH, HEIGHT, colour, fill))
    return shapes


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = network(LEFT, SOURCE, BLUE, "#e6f1f8")
    last = LEFT + STEP * (len(SOURCE) - 1)
    end = RIGHT + STEP * (len(BEFORE) - 1)
    # The context: from the last state over the decoder to each of its states.
    high = STATE - 38
    shapes.append(line((last, STATE - 21), (last, high), (end - 22, high), colour=GREY))
    for i in range(len(BEFORE)):
        x = RIGHT + i * STEP - 22
        shapes.append(arrow(x, high, x, STATE - HEIGHT / 2 - GAP, GREY))
    shapes += network(RIGHT, BEFORE, GREEN, "#e5f5f0")
    start = last + WIDTH / 2 + GAP
    shapes.append(arrow(start, STATE, RIGHT - WIDTH / 2 - GAP, STATE, BLUE, 3))
    middle = (start + RIGHT - WIDTH / 2) / 2
    size = fitted(labels["state"], 15, 90)
    shapes.append(text(middle, STATE + 16, labels["state"], size, BLUE))
    for i, word in enumerate(TARGET):
        x = RIGHT + i * STEP
        half = HEIGHT / 2 + GAP
        shapes.append(arrow(x, STATE - half, x, TOP + half - 14))
        shapes.append(rectangle(x, TOP - 14, WIDTH, HEIGHT, ORANGE, "#fdf0e6"))
        shapes.append(text(x, TOP - 14, word, 15))
    for name, x in (("encoder", LEFT + 1.5 * STEP), ("decoder", RIGHT + 1.5 * STEP)):
        size = fitted(labels[name], 16, 200)
        shapes.append(text(x, 22, labels[name], size, INK, style="font-weight:bold"))
    size = fitted(labels["teacher"], 13, 360)
    shapes.append(text(RIGHT + 1.5 * STEP, LOW + 35, labels["teacher"], size, GREY))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(810, 275, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
