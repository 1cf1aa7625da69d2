"""Draw gru-one-gate.svg in every language: a gated unit with an update gate alone. Run
it by `make figures`.
"""

import gru
from languages import ENGLISH, save_all

NAME = "gru-one-gate.svg"

TITLE = "A cell with one gate"
DESCRIPTION = (
    "The old state runs along the top from left to right. It is multiplied by the "
    "update gate, and the candidate, multiplied by one minus the update gate, is added "
    "to it. The input and the old state feed the gate and the candidate."
)


def draw(say=ENGLISH):
    """The figure as SVG text, with its words as `say` puts them."""
    return gru.cell(say(TITLE), say(DESCRIPTION), say, reset=False)


if __name__ == "__main__":
    save_all(NAME, draw)
