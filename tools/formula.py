"""A formula as MathML, which browsers draw without a script and without a network."""

from __future__ import annotations

import re
from html import escape

from math_core import LatexError, LatexToMathML

from tools.book import BookError

# The number of an equation. MathML has none, so it stands beside the formula.
TAG = re.compile(r"\\tag\{([^{}]*)\}")
CONVERTER = LatexToMathML(fancy_error=False)


def mathml(tex: str, display: bool = False) -> str:
    """HTML of the formula `tex`, in a line of its own if `display`.

    Raises BookError with its text if it can't be converted.
    """
    number = TAG.search(tex)
    try:
        math = CONVERTER.convert_with_local_state(
            TAG.sub("", tex).strip(), displaystyle=display
        )
    except LatexError as error:
        raise BookError(
            f"a formula can't be set as MathML: {error}. Write it in other commands: "
            f"{tex.strip()}"
        ) from error
    if not display:
        return math
    tag = f'<span class="number">({escape(number[1])})</span>' if number else ""
    return f'<span class="equation">{math}{tag}</span>'
