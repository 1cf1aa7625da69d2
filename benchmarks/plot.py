"""The figures of a run, as SVG in the style of the book's drawn figures."""

from __future__ import annotations

import math

from benchmarks import summary
from benchmarks.plan import CLASSIC, FRAMEWORKS, LEARNED, OURS, TARGETS, Size
from benchmarks.results import Results
from benchmarks.summary import Spread
from benchmarks.table import cores, has_classic, helper_spread, ratio
from img.svg import BLUE, GREEN, GREY, INK, ORANGE, document, text

WIDTH, LEFT, RIGHT, TOP = 760, 130, 190, 62
BAR, GAP, GROUP = 20, 4, 70  # heights: of a bar, between two, of a framework
COLOURS = {"classic": GREY, "ours": BLUE}
NAMES = {"classic": CLASSIC, "ours": OURS}
CURVES = (INK, BLUE, GREEN, ORANGE)


def speed(results: Results) -> str:
    """Draw tokens per second for both helpers as bars, with ranges and ratios."""
    sides = ["classic", "ours"] if has_classic(results) else ["ours"]
    speeds = {
        (name, side): helper_spread(results, name, side, summary.call_speed)
        for name in FRAMEWORKS
        for side in sides
    }
    widest = max(spread.high for spread in speeds.values())
    shapes, told = legend(sides), []
    for row, (key, name) in enumerate(FRAMEWORKS.items()):
        top = TOP + row * GROUP
        middle = top + (len(sides) * (BAR + GAP) - GAP) / 2
        shapes.append(text(LEFT - 12, middle, name, 16, anchor="end"))
        for place, side in enumerate(sides):
            y = top + place * (BAR + GAP)
            shapes += bar(y, speeds[key, side], widest, COLOURS[side])
        told.append(f"{name} {speeds[key, 'ours'].median:,.0f}")
        if len(sides) == 2:
            spread = ratio(results, key, summary.call_speed)
            shapes += factor(middle, spread.median, TARGETS[key])
            told[-1] += f", {spread.median:.2f} times the classic helper"
    height = TOP + len(FRAMEWORKS) * GROUP + 26
    shapes.append(text(WIDTH / 2, height - 20, caption(results), 13, GREY))
    description = (
        "Horizontal bars of tokens per second while training, for each framework, with "
        f"the range over all processes. By the medians: {'; '.join(told)}."
    )
    title = "How fast the two helpers train in three frameworks"
    return document(WIDTH, height, title, description, shapes)


def legend(sides: list[str]) -> list[str]:
    """Draw the heading and the two colours."""
    shapes = [text(LEFT, 24, "tokens per second", 15, anchor="start")]
    x = LEFT + 160
    for side in sides:
        shapes.append(block(x, 17, 14, 14, COLOURS[side]))
        shapes.append(text(x + 20, 24, NAMES[side], 14, anchor="start"))
        x += 90
    return shapes


def bar(y: float, values: Spread, widest: float, colour: str) -> list[str]:
    """Draw a bar up to the median, a line over the range, and the median in figures."""
    scale = (WIDTH - LEFT - RIGHT - 60) / widest
    low, end, high = (
        LEFT + value * scale for value in (values.low, values.median, values.high)
    )
    middle = y + BAR / 2
    return [
        block(LEFT, y, end - LEFT, BAR, colour),
        line(low, middle, high, middle, INK),
        line(low, middle - 4, low, middle + 4, INK),
        line(high, middle - 4, high, middle + 4, INK),
        text(high + 8, middle, f"{values.median:,.0f}", 14, anchor="start"),
    ]


def factor(y: float, median: float, target: float) -> list[str]:
    """Write the ratio of a framework, and its target."""
    x = WIDTH - 30
    colour = GREEN if median >= target else ORANGE
    bold = "font-weight:bold"
    return [
        text(x, y - 9, f"{median:.2f} times as fast", 15, colour, "end", bold),
        text(x, y + 10, f"target {target}", 12, GREY, "end"),
    ]


def caption(results: Results) -> str:
    """Describe the job and the machine in short."""
    size, machine = Size(), results.data["machine"]
    return (
        f"LSTM, {size.layers} layers, {size.hidden} units, batch {size.batch}, "
        f"{size.steps} steps; {cores(machine['cores'])}; medians and ranges over "
        f"{len(results.pairs('torch'))} processes each"
    )


def learning(results: Results) -> str:
    """Draw perplexity over seconds of training, for each optimiser, in three panels."""
    panel, margin, top, height = 220, 56, 84, 210
    shapes = [text(14, 58, "perplexity", 13, anchor="start")]
    runs = [run for key in FRAMEWORKS for run in results.learning(key).values()]
    longest = max(run["epochs"]["end"][-1] for run in runs)
    labels = [each.label for each in results.learning("torch")]
    x = margin
    for label, colour in zip(labels, CURVES, strict=False):
        shapes += [line(x, 24, x + 22, 24, colour, 3)]
        shapes += [text(x + 28, 24, label, 13, anchor="start")]
        x += 60 + 7.5 * len(label)
    for place, (key, name) in enumerate(FRAMEWORKS.items()):
        left = margin + place * (panel + 26)
        frame = (left, top, panel, height)
        shapes.append(text(left + panel / 2, 68, name, 15))
        shapes += axes(frame, longest, labelled=place == 0)
        shapes += curves(list(results.learning(key).values()), frame, longest)
    width = margin + 3 * (panel + 26) + 4
    shapes.append(text(width / 2, top + height + 44, "seconds of training", 13, INK))
    description = (
        "Perplexity on a logarithmic axis over seconds of training, in one panel for "
        "each framework and on the same axes, one curve for each optimiser. A dashed "
        f"line marks the perplexity {LEARNED}, at which the text counts as learned by "
        "heart."
    )
    title = "How soon d2l_local learns the text by heart"
    return document(width, top + height + 66, title, description, shapes)


def placed(frame, longest: float, second: float, perplexity: float):
    """Place a point in a frame (left, top, width, height).

    The vertical axis is logarithmic and goes from 1 to 32, a little more than the
    perplexity of a model that knows nothing of 28 tokens.
    """
    left, top, width, height = frame
    up = min(math.log(max(perplexity, 1.0), 32), 1.0)
    return left + second / longest * width, top + (1 - up) * height


def axes(frame, longest: float, labelled: bool) -> list[str]:
    """Draw the axes of one panel, and a line at the perplexity to reach."""
    left, top, width, height = frame
    bottom = top + height
    shapes = [
        line(left, top, left, bottom, INK),
        line(left, bottom, left + width, bottom, INK),
    ]
    for perplexity in (1, 2, 4, 8, 16, 32):
        _, y = placed(frame, longest, 0, perplexity)
        shapes.append(line(left - 4, y, left, y, INK))
        if labelled:
            shapes.append(text(left - 9, y, f"{perplexity}", 12, anchor="end"))
    for second in ticks(longest):
        x, _ = placed(frame, longest, second, 1)
        shapes.append(line(x, bottom, x, bottom + 4, INK))
        shapes.append(text(x, bottom + 16, f"{second:g}", 12))
    _, y = placed(frame, longest, 0, LEARNED)
    return [*shapes, line(left, y, left + width, y, GREY, 1, "4 3")]


def ticks(longest: float) -> list[float]:
    """Return round numbers from 0 to `longest`, six at most."""
    power = 10 ** math.floor(math.log10(longest / 5))
    step = next(n * power for n in (1, 2, 5, 10) if longest / (n * power) <= 5)
    return [number * step for number in range(int(longest / step) + 1)]


def curves(runs: list[dict], frame, longest: float) -> list[str]:
    """Draw the curves of all optimisers in one panel."""
    shapes = []
    for run, colour in zip(runs, CURVES, strict=False):
        epochs = run["epochs"]
        points = zip(epochs["end"], epochs["perplexity"], strict=True)
        path = " ".join(
            f"{x:.1f},{y:.1f}"
            for x, y in (placed(frame, longest, *at) for at in points)
        )
        shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="1.6"/>'
        )
    return shapes


def block(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Draw a filled rectangle; `x`, `y` is its upper left corner."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}"/>'
    )


def line(x1, y1, x2, y2, colour: str, width: float = 1.4, dashes: str = "") -> str:
    """Draw a straight line."""
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"{broken}/>'
    )
