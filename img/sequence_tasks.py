"""Draw sequence-tasks.svg in every language: tasks by the lengths of input and output.
Run it by `make figures`.
"""

from languages import ENGLISH, save_all
from svg import BLUE, GREY, INK, ORANGE, arrow, document, fitted, rectangle, text

NAME = "sequence-tasks.svg"

TITLE = "Four kinds of tasks on sequences"
DESCRIPTION = (
    "Four panels. In each, a row of inputs feeds a model, which gives a row of "
    "outputs: many inputs and one output, one input and many outputs, as many outputs "
    "as inputs, and outputs of another number than the inputs."
)
LABELS = {
    "sentiment": "sentiment",
    "generation": "name generation",
    "entities": "named entities",
    "translation": "translation",
    "output": "output",
    "model": "model",
    "input": "input",
}
# What stands in the boxes is data, the same in all languages.
PANELS = [
    ("sentiment", 215, 18, ("a", "dull", "long", "movie"), ("0",), (4, 1)),
    ("generation", 535, 18, ("n",), ("n", "o", "r", "a"), (1, 4)),
    (
        "entities",
        215,
        250,
        ("nora", "met", "mr", "kapoor"),
        ("1", "0", "0", "1"),
        (4, 4),
    ),
    (
        "translation",
        535,
        250,
        ("he", "sings", "well"),
        ("il", "chante", "très", "bien"),
        (3, 4),
    ),
]
BOX_WIDTH, BOX_HEIGHT, STEP = 62, 34, 70
MODEL_WIDTH, MODEL_HEIGHT = 4 * STEP - 8, 36
OUTPUT, MODEL, INPUT = 52, 112, 172  # rows, from the top of a panel
GAP = 3


def row(x, y, words, stroke, fill):
    """Boxes with a word each, in the middle of the panel; also their places."""
    places = [x + STEP * (i - (len(words) - 1) / 2) for i in range(len(words))]
    shapes = []
    for place, word in zip(places, words, strict=True):
        shapes.append(rectangle(place, y, BOX_WIDTH, BOX_HEIGHT, stroke, fill))
        shapes.append(text(place, y, word, fitted(word, 14, BOX_WIDTH - 8)))
    return shapes, places


def formula(x, y, T_x, T_y):
    """The two lengths, as a formula that ends at `x`."""
    lower = '<tspan dy="4" font-size="10">{}</tspan><tspan dy="-4"> = {}{}</tspan>'
    parts = "T" + lower.format("x", T_x, ", T") + lower.format("y", T_y, "")
    return (
        f'<text x="{x:g}" y="{y + 5:g}" font-size="14" fill="{GREY}" '
        f'text-anchor="end" font-style="italic">{parts}</text>'
    )


def panel(x, top, title, inputs, outputs, lengths):
    """One task: its name, its outputs, the model, its inputs."""
    above, outs = row(x, top + OUTPUT, outputs, ORANGE, "#fdf0e6")
    below, ins = row(x, top + INPUT, inputs, BLUE, "#e6f1f8")
    half_box, half_model = BOX_HEIGHT / 2 + GAP, MODEL_HEIGHT / 2 + GAP
    y = top + MODEL
    return [
        text(
            x - MODEL_WIDTH / 2, top + 12, title, fitted(title, 15, 150), INK, "start"
        ),
        formula(x + MODEL_WIDTH / 2, top + 12, *lengths),
        *above,
        *below,
        rectangle(x, y, MODEL_WIDTH, MODEL_HEIGHT, INK, "#f2f2f2"),
        *(arrow(i, top + INPUT - half_box, i, y + half_model) for i in ins),
        *(arrow(o, y - half_model, o, top + OUTPUT + half_box) for o in outs),
    ]


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    shapes = []
    for name, x, top, inputs, outputs, lengths in PANELS:
        shapes += panel(x, top, labels[name], inputs, outputs, lengths)
    for top in (18, 250):
        for name, y in (("output", OUTPUT), ("model", MODEL), ("input", INPUT)):
            word = labels[name]
            shapes.append(text(62, top + y, word, fitted(word, 14, 56), GREY, "end"))
    title, description = say(TITLE), say(DESCRIPTION)
    return document(690, 452, title, description, shapes, say.language)


if __name__ == "__main__":
    save_all(NAME, draw)
