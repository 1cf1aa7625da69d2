"""The drawn figures of the book, shown as the output of a cell.

An output is the one place in which a picture is seen wherever notebooks are read: in
JupyterLab without a network, in VS Code, on GitHub and in Colab, which shows neither a
file of the repository in a Markdown cell nor an SVG that is written into one.
"""

import os
from pathlib import Path

from d2l_local.files import open_regular

PACKAGE = Path(__file__).parents[1]
# In the package, where img is a link, and in the repository that it may stand in.
FOLDERS = (PACKAGE / "img", PACKAGE.parent / "img")


def figure(name):
    """Display the drawn figure of this name, such as "lstm", in a notebook.

    It is drawn in the language of the notebook (`D2L_LANGUAGE`), where that has one.
    Raises ValueError for an unknown name.
    """
    from IPython.display import display

    known = {p.stem: p for folder in FOLDERS for p in folder.glob("*.svg")}
    if name not in known:
        raise ValueError(
            f"there is no figure {name!r}; choose from {', '.join(sorted(known))}"
        )
    language = os.environ.get("D2L_LANGUAGE", "")
    translated = known[name].parent / language / f"{name}.svg"
    with open_regular(translated if translated.is_file() else known[name]) as file:
        svg = file.read().decode("utf-8")
    text = f"<d2l_local drawing: {name}>"
    display({"image/svg+xml": svg, "text/plain": text}, raw=True)
