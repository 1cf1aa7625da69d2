"""What a figure shows, in words: for those who hear it, and where no picture is shown.

An author's alternative text says what a figure means. Where there is none, these words
give what the data say: axes, and where each curve starts, ends and has its extremes.
"""

import math

from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.container import BarContainer

MOST_CURVES = 8  # that are described one by one


def describe(figure):
    """Return a description of a Matplotlib figure in plain words, in English."""
    parts = [_axes(axes) for axes in figure.axes if axes.has_data()]
    if len(parts) > 1:
        parts = [f"Panel {number}: {part}" for number, part in enumerate(parts, 1)]
    return " ".join(parts) or "An empty figure."


def _axes(axes):
    curves = [line for line in axes.get_lines() if len(line.get_xdata())]
    grids = [*axes.images, *(p for p in axes.collections if isinstance(p, QuadMesh))]
    bars = sum(len(part) for part in axes.containers if isinstance(part, BarContainer))
    dots = [part for part in axes.collections if isinstance(part, PathCollection)]
    kinds = [_heat_map(grid) for grid in grids]
    kinds += [_several(bars, "bar")] if bars else []
    kinds += [_several(sum(len(p.get_offsets()) for p in dots), "dot")] if dots else []
    kinds += [_several(len(curves), "curve")] if curves else []
    title = f"{axes.get_title()}: " if axes.get_title() else ""
    neither = "no data" if axes.get_lines() else "a drawing"  # of shapes and words
    words = f"{title}{', '.join(kinds) or neither}; {_over(axes)}."
    told = zip(curves[:MOST_CURVES], _names(axes, curves))
    return " ".join([words, *(_curve(line, name) for line, name in told)])


def _names(axes, curves):
    """Return what the legend calls the curves, or else how each is labelled."""
    legend = axes.get_legend()
    names = [text.get_text() for text in legend.get_texts()] if legend else []
    if len(names) != len(curves):
        names = [line.get_label() for line in curves]
    return ["" if name.startswith("_") else name for name in names]


def _several(number, what):
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _over(axes):
    """Say what the axes stand for, and which of them are logarithmic."""
    found = []
    for way, axis, scale in (
        ("across", axes.xaxis, axes.get_xscale()),
        ("upwards", axes.yaxis, axes.get_yscale()),
    ):
        name = axis.get_label_text() or "no label"
        logarithmic = " on a logarithmic axis" if scale == "log" else ""
        found.append(f"{way} {name}{logarithmic}")
    return ", ".join(found)


def _curve(line, name):
    """Say where a curve starts, ends and has its extremes, if these are elsewhere."""
    x, y = (list(map(float, data)) for data in line.get_data(orig=False))
    points = [(a, b) for a, b in zip(x, y) if math.isfinite(a) and math.isfinite(b)]
    name = f"Curve {name!r}" if name else "The curve"
    if not points:
        return f"{name} has no finite values."
    if len(points) == 1:
        return f"{name} is a single point, {_at(points[0])}."
    first, last = points[0], points[-1]
    words = f"{name} starts at {_at(first)} and ends at {_at(last)}"
    low, high = (choose(points, key=lambda point: point[1]) for choose in (min, max))
    for extreme, point in (("lowest", low), ("highest", high)):
        if point[1] not in (first[1], last[1]):
            words += f", {extreme} {_at(point)}"
    return f"{words}."


def _at(point):
    return f"{point[1]:.3g} (at {point[0]:.3g})"


def _heat_map(grid):
    """Say the size of a heat map, and the range of its numbers."""
    values = grid.get_array()
    size = " by ".join(map(str, values.shape[:2]))
    if values.ndim > 2:  # colours, without a number behind each
        return f"an image of {size} pixels"
    return f"a heat map of {size} cells from {values.min():.3g} to {values.max():.3g}"
