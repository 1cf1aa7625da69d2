"""Outputs that differ between machines: how near a fresh one must be to the stored one.

nbval doesn't compare the output of a cell tagged `nbval-ignore-output`. So such a cell
says by its option `near` what may differ, and `notebooks/conftest.py` holds it to that:

    :near: {"margin": 0.1}
    :near: {"margin": 0.1, "free": ["[\\d,]+ tokens/sec"]}

Two outputs are near if they have the same words and whole numbers in the same order,
and each number with a decimal point differs by no more than the margin, a proportion of
the stored one, or than rounding explains. What matches one of the patterns under
`free` is left out, so that a pattern tells the form that even a free text must have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from nbformat import NotebookNode

WORD = re.compile(r"\S+")
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
FREE = "<free>"
KEYS = ("margin", "free")


def check_near(near: object) -> None:
    """Raise ValueError, naming value and remedy, if an option `near` is malformed."""
    if not isinstance(near, dict) or not near or set(near) - set(KEYS):
        raise ValueError(
            'near must be such as {"margin": 0.1, "free": ["[a-z ]{40}"]}, with one of '
            f"these keys or both, but is {near!r}"
        )
    margin, patterns = near.get("margin", 0.1), near.get("free", [])
    if isinstance(margin, bool) or not isinstance(margin, (int, float)):
        raise ValueError(f"near: margin must be a number, but is {margin!r}")
    if not 0 < margin < 1:
        raise ValueError(
            f"near: margin is a proportion between 0 and 1, but is {margin!r}"
        )
    if not isinstance(patterns, list):
        raise ValueError(f"near: free must be a list of patterns, but is {patterns!r}")
    for pattern in patterns:
        _check_pattern(pattern)


def _check_pattern(pattern: object) -> None:
    if not isinstance(pattern, str):
        raise ValueError(f"near: free: {pattern!r} isn't a text; put it in quotes")
    try:
        empty = re.compile(pattern).search("")
    except re.error as error:
        raise ValueError(
            f"near: free: {pattern!r} isn't a regular expression: {error}"
        ) from error
    if empty:
        raise ValueError(f"near: free: {pattern!r} matches nothing at all; narrow it")


def differences(
    stored: list[NotebookNode], fresh: list[NotebookNode], near: dict
) -> list[str]:
    """Return a message for each place in which outputs aren't near each other."""
    old, new = _texts(stored), _texts(fresh)
    kinds = [name for name, _ in old], [name for name, _ in new]
    if kinds[0] != kinds[1]:
        return [f"stored are {_listing(kinds[0])}, fresh are {_listing(kinds[1])}"]
    return [
        problem
        for (_, before), (_, after) in zip(old, new, strict=True)
        for problem in text_differences(before, after, near)
    ]


def text_differences(stored: str, fresh: str, near: dict) -> list[str]:
    """Return a message for each line of a text that isn't near the stored one."""
    lines = [
        [line for line in _without_free(text, near).split("\n") if line.strip()]
        for text in (stored, fresh)
    ]
    return [
        f"stored {old!r}, fresh {new!r}"
        for old, new in zip_longest(*lines, fillvalue="")
        if not _near_lines(old, new, near.get("margin", 0))
    ]


def _texts(outputs: list[NotebookNode]) -> list[tuple[str, str]]:
    """Return a name of each output's kind, and its text where it has one."""
    found = []
    for output in outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif "data" in output:
            kinds = " or ".join(sorted(output.data))
            found.append((kinds, output.data.get("text/plain", "")))
        else:
            found.append((output.output_type, ""))
    return found


def _listing(kinds: list[str]) -> str:
    return ", ".join(kinds) or "no outputs"


def _without_free(text: str, near: dict) -> str:
    for pattern in near.get("free", []):
        text = re.sub(pattern, FREE, text)
    return text


def _near_lines(old: str, new: str, margin: float) -> bool:
    parts = zip_longest(_parts(old), _parts(new))
    return all(a == b or _near_numbers(a, b, margin) for a, b in parts)


def _parts(line: str) -> Iterator[str]:
    """Yield the numbers of a line, and what stands between them."""
    for word in WORD.findall(line):
        done = 0
        for match in NUMBER.finditer(word):
            yield from filter(None, (word[done : match.start()], match[0]))
            done = match.end()
        yield from filter(None, (word[done:],))


def _near_numbers(old: str | None, new: str | None, margin: float) -> bool:
    """Return True if both are numbers with a decimal point, and near each other."""
    if not (old and new and NUMBER.fullmatch(old) and NUMBER.fullmatch(new)):
        return False
    if "." not in old or "." not in new or not margin:
        return False
    before, after = (Decimal(text.replace(",", "")) for text in (old, new))
    # What is printed is rounded: one in the last digit is no difference.
    rounding = Decimal(1).scaleb(before.as_tuple().exponent)
    return abs(after - before) <= abs(before) * Decimal(str(margin)) + rounding
