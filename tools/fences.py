"""Fences and display formulas of a source, and where one isn't closed.

What isn't closed swallows what follows, so that the reader of MyST finds the fault
somewhere below, or none. A fence holds no opening of another one with the same marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.errors import BookError

FENCE = re.compile(r"[\s>]*(?:(?:[-+*]|\d+[.)])\s+)?(`{3,}|~{3,}|:{3,})\s*(.*)")
FORMULA = re.compile(r"[\s>]*(?:(?:[-+*]|\d+[.)])\s+)?\$\$(.*)")
FORMULA_END = re.compile(r"\$\$\s*(\([\w:-]+\))?\s*$")


@dataclass(frozen=True)
class _Open:
    """What is open: its marks, and the line, from 1, where it was opened."""

    marks: str
    line: int


def check_closed(text: str, path: str) -> None:
    """Raise BookError, with the line of its opening, for what isn't closed."""
    lines = text.split("\n")
    stack: list[_Open] = []  # a box of colons may hold others
    for number, line in enumerate(lines, 1):
        inside = stack[-1] if stack else None
        if inside and inside.marks == "$$":
            if FORMULA_END.search(line):
                stack.pop()
            elif not line.strip() or FENCE.match(line):
                raise _unclosed(path, inside, number)
        elif fence := FENCE.match(line):
            _fence(fence, inside, stack, number, path)
        elif inside is None or inside.marks[0] == ":":
            formula = FORMULA.match(line)
            if formula and "$$" not in formula[1]:
                stack.append(_Open("$$", number))
    if stack:
        raise _unclosed(path, stack[-1], len(lines))


def _fence(
    fence: re.Match, inside: _Open | None, stack: list[_Open], number: int, path: str
) -> None:
    marks, info = fence.groups()
    if inside is None or inside.marks[0] == ":" != marks[0]:
        stack.append(_Open(marks, number))
        return
    if marks[0] != inside.marks[0]:
        return  # text of a code fence
    if not info and len(marks) >= len(inside.marks):
        stack.pop()
    elif info.startswith("{") and len(marks) >= len(inside.marks):
        raise _unclosed(path, inside, number)


def _unclosed(path: str, opened: _Open, number: int) -> BookError:
    what = "display formula" if opened.marks == "$$" else "fence"
    return BookError(
        f"{path}:{opened.line}: this {what} is not closed by line {number}: put "
        f"{opened.marks} in a line of its own at its end"
    )
