"""A few shapes as SVG text, in the one style of the collection's drawn figures.

Every figure brings its own light background: line art on a transparent one vanishes on
a dark page. The colours are Okabe and Ito's, which colour-blind readers tell apart.
"""

import unicodedata
from pathlib import Path
from xml.sax.saxutils import escape

INK = "#222222"
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#8a8a8a"
FONT = "Helvetica, Arial, 'Noto Sans', sans-serif"
# Fonts for what the first ones lack, so that Chinese isn't drawn in Japanese shapes.
FONTS = {
    "zh": "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC'",
    "ko": "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR', 'Noto Sans KR'",
}
# Widths in units of the font size, on the safe side: Helvetica's lower-case letters
# are about half as wide as high, capitals and digits of a language may be wider.
NARROW, WIDE = 0.56, 1.0
SMALLEST = 10  # the smallest text that is still read with ease


def rectangle(x, y, width, height, stroke=INK, fill="#ffffff", line=1.5):
    """A box with rounded corners; `x`, `y` is its centre."""
    return (
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" '
        f'height="{height:g}" rx="7" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{line:g}"/>'
    )


def arrow(x1, y1, x2, y2, colour=INK, line=1.6):
    """A straight line with a head at its second end; heads come from `document`."""
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" '
        f'stroke-width="{line:g}" marker-end="url(#head-{colour[1:]})"/>'
    )


def text(x, y, content, size=15, colour=INK, anchor="middle", style=""):
    """Plain text, its middle line at `y`; `style` is further CSS."""
    return (
        f'<text x="{x:g}" y="{y + size * 0.35:g}" font-size="{size:g}" '
        f'fill="{colour}" text-anchor="{anchor}" style="{style}">'
        f"{escape(content)}</text>"
    )


def text_width(content, size):
    """About how wide a text is: Chinese and Korean signs are squares."""
    shares = [
        WIDE if unicodedata.east_asian_width(sign) in "WF" else NARROW
        for sign in unicodedata.normalize("NFC", content)
    ]
    return size * sum(shares)


def fitted(content, size, room):
    """The size, at most `size`, at which a text is no wider than `room`.

    Raises ValueError for a text that would be too small to read.
    """
    needed = text_width(content, size)
    size = size if needed <= room else int(10 * size * room / needed) / 10
    if size < SMALLEST:
        raise ValueError(
            f"the label {content!r} is too long for its place in the figure, which "
            f"holds {room / (SMALLEST * NARROW):.0f} narrow or "
            f"{room / (SMALLEST * WIDE):.0f} wide letters: shorten it"
        )
    return size


def symbol(x, y, letter, lower, upper="", colour=INK):
    """A bold matrix letter with a lower and an upper index, as in the formulas."""
    bold, italic = "font-weight:bold", "font-style:italic"
    parts = [text(x - 9, y, letter, 18, colour, style=bold)]
    parts.append(text(x - 1, y + 8, lower, 12, colour, "start", italic))
    if upper:
        parts.append(text(x - 1, y - 8, upper, 12, colour, "start", italic))
    return "\n".join(parts)


def line(*points, colour=INK, width=1.6):
    """A broken line without a head, through `points`."""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:g}"/>'
    )


def dot(x, y, colour=INK):
    """A branch: what arrives goes on in two ways."""
    return f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'


def operation(x, y, sign, colour):
    """A circle in which two arrows meet: a product or a sum, element by element."""
    return "\n".join(
        [
            f'<circle cx="{x}" cy="{y}" r="14" fill="#ffffff" stroke="{colour}" '
            'stroke-width="2"/>',
            text(x, y, sign, 18, colour),
        ]
    )


def label(x, y, content, size, room, colour=INK, anchor="middle"):
    """A word that may be longer in another language: smaller, if need be."""
    return text(x, y, content, fitted(content, size, room), colour, anchor)


def document(width, height, title, description, shapes, language="en"):
    """A whole SVG file; `title` and `description` are read out by screen readers."""
    font = FONT
    if language in FONTS:
        font = FONT.replace("sans-serif", f"{FONTS[language]}, sans-serif")
    spoken = "" if language == "en" else f' lang="{language}"'
    heads = "\n".join(
        f'<marker id="head-{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" '
        f'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        f'<path d="M0,0 L10,5 L0,10 z" fill="{colour}"/></marker>'
        for colour in (INK, BLUE, ORANGE, GREEN, GREY)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" role="img" '
            f'font-family="{font}"{spoken}>',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f"<defs>\n{heads}\n</defs>",
            f'<rect width="{width}" height="{height}" rx="10" fill="#ffffff"/>',
            *shapes,
            "</svg>\n",
        ]
    )


def save(path, content):
    """Write a figure in UTF-8 with plain line ends, the same on every system."""
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(content, encoding="utf-8", newline="\n")
