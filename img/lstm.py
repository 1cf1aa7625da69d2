"""Draw lstm-1.svg to lstm-3.svg and lstm.svg in every language: a memory cell that
grows, gate by gate. Run it by `make figures`.
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

TITLE = "A long short-term memory cell"
DESCRIPTION = (
    "The memory cell runs along the top from left to right. It is multiplied by the "
    "forget gate; then the candidate, multiplied by the input gate, is added to it. A "
    "branch of the new memory goes down through tanh and is multiplied by the output "
    "gate, which gives the hidden state. The old hidden state and the input come in "
    "along the bottom and feed the three gates and the candidate."
)
LABELS = {
    "forget": "forget gate",
    "input": "input gate",
    "candidate": "candidate",
    "output": "output gate",
    "memory": "memory cell",
    "hidden": "hidden state",
    "title 1": "A memory that adds up",
    "description 1": (
        "The memory cell runs along the top from left to right. The candidate, made "
        "from the input by tanh, is added to it."
    ),
    "title 2": "A memory with an input gate",
    "description 2": (
        "The candidate is multiplied by the input gate before it is added to the "
        "memory cell."
    ),
    "title 3": "A memory with an input gate and an output gate",
    "description 3": (
        "A branch of the new memory goes down through tanh and is multiplied by the "
        "output gate, which gives the hidden state."
    ),
}

ROAD, OUT, PRODUCT, GATES, HIDDEN, INPUT = 70, 190, 165, 270, 342, 395
LEFT, RIGHT = 60, 680
F_X, I_X, CANDIDATE_X, O_X, TANH_X = 190, 300, 410, 520, 592
BOX_WIDTH, BOX_HEIGHT = 84, 44
WHOLE = 4  # the last stage: the cell as it is


def boxes(stage):
    """What comes in and what goes out."""
    shapes = []
    for x, y, letter, step, fill, since in (
        (LEFT, ROAD, "C", "t-1", "#e6f1f8", 1),
        (RIGHT, ROAD, "C", "t", "#e6f1f8", 1),
        (LEFT, HIDDEN, "H", "t-1", "#e6f1f8", WHOLE),
        (RIGHT, OUT, "H", "t", "#e6f1f8", 3),
        (LEFT, INPUT, "X", "t", "#f2f2f2", 1),
    ):
        if stage >= since:
            shapes.append(rectangle(x, y, 64, 40, fill=fill))
            shapes.append(symbol(x, y, letter, step))
    return shapes


def feed(stage):
    """The input, and in the whole cell the old hidden state, along the bottom."""
    last = O_X if stage >= 3 else CANDIDATE_X
    shapes = [line((LEFT + 32, INPUT), (last + 18, INPUT))]
    if stage == WHOLE:
        shapes.append(line((LEFT + 32, HIDDEN), (last - 18, HIDDEN)))
    return shapes


def layer(stage, x, letter, function, colour, word, tilde=False):
    """One block of weights with its function, fed by the state and the input."""
    foot = GATES + BOX_HEIGHT / 2 + 3
    shapes = [
        arrow(x + 18, INPUT, x + 18, foot),
        rectangle(x, GATES, BOX_WIDTH, BOX_HEIGHT, stroke=colour, line=2),
        symbol(x - 18, GATES, letter, "t", colour=colour),
        text(x + 20, GATES, function, 14, INK, style="font-style:italic"),
        label(x + 9, GATES - 34, word, 12, 92, colour, "start"),
    ]
    if stage == WHOLE:
        shapes.append(arrow(x - 18, HIDDEN, x - 18, foot))
    if x != (O_X if stage >= 3 else CANDIDATE_X):
        shapes.append(dot(x + 18, INPUT))
        shapes += [dot(x - 18, HIDDEN)] if stage == WHOLE else []
    if tilde:
        shapes.append(text(x - 27, GATES - 13, "~", 15, colour))
    return shapes


def road(stage):
    """The way of the memory along the top."""
    shapes = [
        arrow(CANDIDATE_X + 14, ROAD, RIGHT - 35, ROAD, BLUE, 2.6),
        operation(CANDIDATE_X, ROAD, "+", INK),
    ]
    if stage < WHOLE:
        return [arrow(LEFT + 32, ROAD, CANDIDATE_X - 17, ROAD, BLUE, 2.6), *shapes]
    return [
        arrow(LEFT + 32, ROAD, F_X - 17, ROAD, BLUE, 2.6),
        arrow(F_X + 14, ROAD, CANDIDATE_X - 17, ROAD, BLUE, 2.6),
        arrow(F_X, GATES - 22, F_X, ROAD + 17, ORANGE, 2),
        operation(F_X, ROAD, "\N{MULTIPLICATION SIGN}", ORANGE),
        *shapes,
    ]


def writing(stage):
    """The candidate, through the input gate if there is one, on to the road."""
    if stage == 1:
        return [arrow(CANDIDATE_X, GATES - 22, CANDIDATE_X, ROAD + 17, GREEN, 2)]
    return [
        line((I_X, GATES - 22), (I_X, PRODUCT), colour=GREEN, width=2),
        arrow(I_X, PRODUCT, CANDIDATE_X - 17, PRODUCT, GREEN, 2),
        arrow(CANDIDATE_X, GATES - 22, CANDIDATE_X, PRODUCT + 17, GREEN, 2),
        arrow(CANDIDATE_X, PRODUCT - 14, CANDIDATE_X, ROAD + 17, GREEN, 2),
        operation(CANDIDATE_X, PRODUCT, "\N{MULTIPLICATION SIGN}", GREEN),
    ]


def reading():
    """The memory through tanh and the output gate, out of the cell."""
    return [
        dot(TANH_X, ROAD, BLUE),
        arrow(TANH_X, ROAD, TANH_X, 110),
        rectangle(TANH_X, 126, 56, 28),
        text(TANH_X, 126, "tanh", 14, INK, style="font-style:italic"),
        arrow(TANH_X, 140, TANH_X, OUT - 17),
        line((O_X, GATES - 22), (O_X, OUT), width=2),
        arrow(O_X, OUT, TANH_X - 17, OUT, INK, 2),
        arrow(TANH_X + 14, OUT, RIGHT - 35, OUT),
        operation(TANH_X, OUT, "\N{MULTIPLICATION SIGN}", INK),
    ]


def draw(stage, say=ENGLISH):
    """One stage of the cell as SVG text, with its words as `say` puts them."""
    labels = {name: say(word) for name, word in LABELS.items()}
    sigma = "\N{GREEK SMALL LETTER SIGMA}"
    shapes = [
        rectangle(370, 216, 530, 396, stroke=GREY, fill="#fcfcfc"),
        *feed(stage),
        *road(stage),
        *writing(stage),
        label(300, ROAD - 22, labels["memory"], 12, 190, BLUE),
    ]
    layers = [
        (WHOLE, F_X, "F", sigma, ORANGE, labels["forget"]),
        (2, I_X, "I", sigma, GREEN, labels["input"]),
        (1, CANDIDATE_X, "C", "tanh", GREEN, labels["candidate"], True),
        (3, O_X, "O", sigma, INK, labels["output"]),
    ]
    for since, *parts in layers:
        shapes += layer(stage, *parts) if stage >= since else []
    if stage >= 3:
        shapes += reading()
        shapes.append(label(RIGHT, OUT + 34, labels["hidden"], 12, 92, INK))
    shapes += boxes(stage)
    title, description = say(TITLE), say(DESCRIPTION)
    if stage < WHOLE:
        title, description = labels[f"title {stage}"], labels[f"description {stage}"]
    return document(740, 430, title, description, shapes, say.language)


if __name__ == "__main__":
    for number in range(1, WHOLE):
        save_all(f"lstm-{number}.svg", lambda say, stage=number: draw(stage, say))
    save_all("lstm.svg", lambda say: draw(WHOLE, say))
