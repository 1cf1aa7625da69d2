"""The drawn figures of the book, shown as the output of a cell.

An output is the one place in which a picture is seen wherever notebooks are read: in
JupyterLab without a network, in VS Code, on GitHub and in Colab, which shows neither a
file of the repository in a Markdown cell nor an SVG that is written into one.
"""

import os
from pathlib import Path

from d2l_local.files import open_regular

PACKAGE = Path(__file__).parents[1]
# In the repository that the package may stand in, and, which has the last word, in the
# package itself, where img is a link.
FOLDERS = (PACKAGE.parent / "img", PACKAGE / "img")


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
    drawing = in_language(known[name], os.environ.get("D2L_LANGUAGE", ""))
    with open_regular(drawing) as file:
        display(bundle(name, file.read().decode("utf-8")), raw=True)


def in_language(path, language):
    """Return the path of the same drawing in a language, or `path` if there is none."""
    translated = path.parent / language / path.name
    return translated if translated.is_file() else path


def bundle(name, svg):
    """Return what a cell shows for a drawing, by media type."""
    return {"image/svg+xml": svg, "text/plain": f"<d2l_local drawing: {name}>"}
