"""A PNG beside each SVG, for programs that don't show an SVG as it comes.

JupyterLab shows an SVG only in a notebook that it trusts, which is one that its reader
has run or saved on this machine; of an untrusted one it shows the PNG. Programs that
show an SVG prefer it.

The PNG of a picture is made once: a build takes it from the notebook that is stored, so
that nothing changes on a machine whose renderer rounds differently.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

import matplotlib
import resvg_py
from matplotlib.ft2font import FT2Font
from nbformat import NotebookNode
from PIL import Image

# Matplotlib brings these fonts to every machine.
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FAMILY = "DejaVu Sans"
ZOOM = 2  # dots of the PNG for one of the page: sharp on a fine screen
COLOURS = 64  # a palette takes half the space, and shows no difference
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
NOT_TEXT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<[^>]*>", re.DOTALL)

SVG, PNG = "image/svg+xml", "image/png"
OF = "svg"  # in a PNG's metadata: the digest of the SVG that it was made from


def remember(notebook: NotebookNode, known: dict[str, NotebookNode]) -> None:
    """Add the PNGs of a stored notebook to those that are known, by their SVG."""
    for output in _outputs(notebook):
        about = output.get("metadata", {}).get(PNG, {})
        if OF in about and PNG in output.data:
            known[about[OF]] = output


def add(notebook: NotebookNode, known: dict[str, NotebookNode]) -> None:
    """Put a PNG beside each SVG of a notebook, made from it unless it's known.

    An SVG whose letters the fonts don't have, such as Chinese ones, gets none. Raises
    ValueError for an SVG that can't be drawn.
    """
    for output in _outputs(notebook):
        if SVG not in output.data:
            continue
        remove(output)
        svg = "".join(output.data[SVG])
        name = digest(svg)
        if name not in known:
            if not _writable(svg):
                continue
            known[name] = _output(svg, name)
        about = output.metadata.get(SVG, {})
        output.metadata[PNG] = {**about, **_size_of(known[name]), OF: name}
        output.data[PNG] = known[name].data[PNG]


def remove(output: NotebookNode) -> None:
    """Take away the PNG that was put beside an SVG."""
    if OF in output.get("metadata", {}).get(PNG, {}):
        del output.metadata[PNG]
        output.data.pop(PNG, None)


def digest(svg: str) -> str:
    """Return what tells an SVG from others, whatever its title says."""
    return hashlib.sha256(TITLE.sub("", svg, count=1).encode()).hexdigest()[:16]


def _outputs(notebook: NotebookNode) -> list[NotebookNode]:
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [output for cell in code for output in cell.outputs if "data" in output]


def _writable(svg: str) -> bool:
    """Return True if the fonts have all letters of an SVG."""
    letters = set(map(ord, "".join(NOT_TEXT.sub("", svg).split())))
    return letters <= set(FT2Font(FONTS / "DejaVuSans.ttf").get_charmap())


def _output(svg: str, name: str) -> NotebookNode:
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        dpi=96,
        background="white",
        skip_system_fonts=True,
        font_dirs=[str(FONTS)],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
        monospace_family="DejaVu Sans Mono",
    )
    image = Image.open(io.BytesIO(bytes(drawn))).convert("RGB")
    file = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    width, height = (round(side / ZOOM) for side in image.size)
    return NotebookNode(
        data=NotebookNode({PNG: base64.b64encode(file.getvalue()).decode() + "\n"}),
        metadata=NotebookNode({PNG: {"width": width, "height": height, OF: name}}),
    )


def _size_of(output: NotebookNode) -> dict[str, int]:
    """Return how large a PNG is to be shown, in dots of the page."""
    return {side: output.metadata[PNG][side] for side in ("width", "height")}
