"""Split a MyST text into the units of translation: one block of prose each.

A unit is a paragraph, a heading, the text of a list item, a table cell, a figure's
caption or alt text, a table's caption. Its text is the raw inline source, with
formulas, code spans, roles and links in it, on one line; these are the message ids
that Sphinx's gettext builder gives as well. Code, display formulas, labels,
comments, HTML, and blocks without a word of prose aren't units.

`replace_units` puts other texts in their place and leaves every other byte as it is.
A text that would change the structure of the page is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from markdown_it.token import Token

from tools.book import BookError
from tools.myst import DIRECTIVE, OPTION, TITLED, Where, parsed, parsed_inline

CLOSING = re.compile(r"[ \t]#+$")  # the closing marks of a heading
PIPE = re.compile(r"(?<!\\)\|")
ROW_PREFIX = re.compile(r"[\s>]*(?:(?:[-+*]|\d+[.)])\s+(?=\|))?")
BLANKS = " \t\r\v\f"  # Markdown's own: a no-break space is a letter to it
CELLS = ("th_open", "td_open")
KINDS = {
    "heading_open": "heading",
    "th_open": "table cell",
    "td_open": "table cell",
    "list_item_open": "list item",
    "blockquote_open": "quote",
}
ALT_TEXT = "alt text"
NOT_IN_ALT = "[]`"  # would end the image's text, or show as they are


@dataclass(frozen=True)
class Unit:
    """One block of prose; `line` counts from 0 within its text."""

    text: str
    kind: str
    line: int


@dataclass(frozen=True)
class _Place:
    """Where a unit stands: from (`start`, `column`) to `stop` in the line `last`."""

    unit: Unit
    start: int
    column: int
    last: int
    stop: int

    def moved(self, lines: int, columns: Callable[[int], int]) -> _Place:
        """Return the same place seen from outside, where every line has a prefix."""
        return replace(
            self,
            unit=replace(self.unit, line=self.unit.line + lines),
            start=self.start + lines,
            column=self.column + columns(self.start),
            last=self.last + lines,
            stop=self.stop + columns(self.last),
        )


def units(text: str, where: Where) -> list[Unit]:
    """Return the units of a text, in order.

    Raises BookError for a hard line break, which a unit on one line cannot keep.
    """
    return [place.unit for place in _places(text, where)]


def replace_units(text: str, where: Where, lookup: Callable[[Unit], str]) -> str:
    """Replace each unit of a text by `lookup(unit)`, and leave all else unchanged.

    Raises BookError, naming the unit, for a replacement that would be read as
    something else: one of several lines, a list or a heading in place of a
    paragraph, brackets or backticks in an alt text. Pipes in a table cell are
    escaped.
    """
    places = _places(text, where)
    new = [lookup(place.unit) for place in places]
    result = _put(text, places, new)
    if result != text and not _holds(result, places, new):
        _blame(text, places, new, where)
    return result


@cache  # every language asks for the English again
def prose(text: str) -> str:
    """Return the words of an inline text, with the titles of links and references.

    What isn't prose (formulas, code, labels) stands in it as a NUL.
    """
    parts = []
    for token in parsed_inline(text):
        if token.type in ("text", "text_special"):
            parts.append(token.content)
        elif token.type == "myst_role" and (titled := TITLED.fullmatch(token.content)):
            parts.append(f"\0{titled['title']}\0")
        elif token.type == "softbreak":
            parts.append(" ")
        elif not token.nesting:
            parts.append("\0")
    return "".join(parts)


def has_prose(text: str) -> bool:
    """Return True if there is a letter outside formulas, code and roles."""
    return any(sign.isalpha() for sign in prose(text))


def _holds(text: str, places: list[_Place], wanted: list[str]) -> bool:
    """Return True if a text with units put in is read as these units, nothing else."""
    for place, new in zip(places, wanted, strict=True):
        if place.unit.kind == ALT_TEXT and any(sign in new for sign in NOT_IN_ALT):
            return False
    try:
        return [unit.text for unit in units(text, Where("", 1))] == wanted
    except BookError:
        return False


def _put(text: str, places: list[_Place], new: list[str]) -> str:
    lines = text.split("\n")
    for place, replacement in reversed(list(zip(places, new, strict=True))):
        if replacement == place.unit.text:
            continue  # a paragraph over several lines stays on them
        if place.unit.kind == "table cell":
            replacement = replacement.replace("|", "\\|")
        before = lines[place.start][: place.column]
        after = lines[place.last][place.stop :]
        lines[place.start : place.last + 1] = [before + replacement + after]
    return "\n".join(lines)


def _blame(text: str, places: list[_Place], new: list[str], where: Where) -> None:
    """Raise the error of the first replacement that breaks the text by itself."""
    old = [place.unit.text for place in places]
    for number, replacement in enumerate(new):
        wanted = [*old[:number], replacement, *old[number + 1 :]]
        if not _holds(_put(text, places, wanted), places, wanted):
            unit = places[number].unit
            raise where.error(
                unit.line,
                f"the translation {replacement!r} of the {unit.kind} {unit.text!r} "
                f"is refused: {_reason(unit, replacement)}",
            )
    raise where.error(0, f"the translations {new} break the text between them")


def _reason(unit: Unit, new: str) -> str:
    if len(new.splitlines()) > 1:
        return "it has a line break, and a unit is one line"
    if new != new.strip():
        return "it begins or ends with a blank"
    if unit.kind == ALT_TEXT and any(sign in new for sign in NOT_IN_ALT):
        return "an alt text is plain words, without brackets and backticks"
    if not has_prose(new):
        return "it has no word outside formulas, code and roles"
    return (
        "Markdown would read it as something else; if it starts as a list, a heading "
        "or a quote does (-, 1., #, >), put a backslash before the sign"
    )


def _places(text: str, where: Where) -> list[_Place]:
    lines = text.split("\n")
    found: list[_Place] = []
    parents: list[Token] = []
    column = 0  # of the current table row
    for token in parsed(text):
        if token.nesting == 1:
            parents.append(token)
            column = column + 1 if token.type in CELLS else column
            column = 0 if token.type == "tr_open" else column
        elif token.nesting == -1:
            parents.pop()
        elif token.type in ("fence", "colon_fence"):
            found += _directive(token, lines, where)
        elif token.type == "inline" and has_prose(token.content):
            found.append(_inline(token, parents, column - 1, lines, where))
    return found


def _inline(
    token: Token, parents: list[Token], number: int, lines: list[str], where: Where
) -> _Place:
    """Find the text of a paragraph, a heading or a table cell."""
    start = token.map[0]
    kind = _kind(parents)
    if any(child.type == "hardbreak" for child in token.children):
        raise where.error(start, "a hard line break: make it two paragraphs")
    if kind == "table cell":
        last = start
        column, stop = _cell(lines[start], number)
        text = token.content
        found, wanted = [lines[start][column:stop].replace("\\|", "|")], [text]
    else:
        parts = token.content.split("\n")
        last = start + len(parts) - 1
        column, end = _span(lines[start], parts[0], kind)
        begin, stop = _span(lines[last], parts[-1], kind)
        text = " ".join(part.strip(BLANKS) for part in parts)
        found = [lines[start][column:end], lines[last][begin:stop]]
        wanted = [parts[0].rstrip(BLANKS), parts[-1].rstrip(BLANKS)]
    if found != wanted:
        raise where.error(start, f"cannot find {text!r} in its line: no tabs, please")
    return _Place(Unit(text, kind, start), start, column, last, stop)


def _kind(parents: list[Token]) -> str:
    """Name what a text is, by the innermost of its parents that says it."""
    for parent in reversed(parents):
        if parent.type in KINDS:
            return KINDS[parent.type]
    return "paragraph"


def _span(line: str, content: str, kind: str) -> tuple[int, int]:
    """Find where the content, whatever stands before it, ends its line."""
    line = line.rstrip(BLANKS)
    if kind == "heading":
        line = CLOSING.sub("", line)
    return len(line) - len(content.rstrip(BLANKS)), len(line)


def _cell(line: str, number: int) -> tuple[int, int]:
    """Find a table cell in its row, by the tokenizer's rules for pipes."""
    begin = ROW_PREFIX.match(line).end()
    end = len(line.rstrip(BLANKS))
    edges = [begin - 1, *(m.start() for m in PIPE.finditer(line, begin, end)), end]
    if len(edges) > 2 and edges[1] == begin:
        edges.pop(0)
    column, stop = edges[number] + 1, edges[number + 1]
    cell = line[column:stop]
    left = len(cell) - len(cell.lstrip(BLANKS))
    return column + left, column + left + len(cell.strip(BLANKS))


def _directive(token: Token, lines: list[str], where: Where) -> Iterator[_Place]:
    """Find the units of a directive: its argument, its alt text, what it holds."""
    match = DIRECTIVE.fullmatch(token.info.strip())
    if not match or match[1] == "math":
        return
    name, argument = match[1], match[2].strip()
    start = token.map[0]
    if name == "table" and has_prose(argument):
        yield _line_end(lines, start, argument, "table caption")
    body = token.content.split("\n")
    number = 0
    while number < len(body) and (option := OPTION.fullmatch(body[number].strip())):
        number += 1
        if name == "figure" and option[1] == "alt" and has_prose(option[2]):
            yield _line_end(lines, start + number, option[2].strip(), ALT_TEXT)
    first = start + 1 + number

    def indent(line: int) -> int:
        return len(lines[first + line]) - len(body[number + line])

    for place in _places("\n".join(body[number:]), where.at(first)):
        if place.unit.kind == "paragraph":
            kind = "caption" if name == "figure" else f"{name} box"
            place = replace(place, unit=replace(place.unit, kind=kind))
        yield place.moved(first, indent)


def _line_end(lines: list[str], line: int, text: str, kind: str) -> _Place:
    column, stop = _span(lines[line], text, kind)
    return _Place(Unit(text, kind, line), line, column, line, stop)
