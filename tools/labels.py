"""Labels of the book: collect and number them.

Equations, figures and tables are numbered within their chapter in the order of
the source file, over all frameworks, so that "Figure 12.3" is the same figure in
every notebook. Only labelled equations get a number.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tools.book import BookError, Language
from tools.myst import Block, Where, blocks
from tools.source import Cell, Chapter

PREFIXES = {"eq": "equation", "fig": "figure", "tab": "table", "sec": "section"}
NAME = re.compile(r"(eq|fig|tab|sec)-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Label:
    """One label; `text` is its number ('12.1') or its heading ('Training')."""

    name: str
    text: str
    document: str  # 'chapter' or 'exercises'
    stem: str
    language: Language | None
    frameworks: frozenset[str]
    place: str
    body: str = ""  # of a table, which may be shown again elsewhere

    @property
    def kind(self) -> str:
        return PREFIXES[self.name.split("-")[0]]


@dataclass
class Labels:
    """All labels of the book by name, and the names that were referred to."""

    by_name: dict[str, Label] = field(default_factory=dict)
    chapters: dict[str, Chapter] = field(default_factory=dict)  # by their stems
    used: set[str] = field(default_factory=set)

    def add(self, label: Label) -> None:
        """Enter a label; raise BookError if it is misspelt or taken."""
        if not NAME.fullmatch(label.name):
            raise BookError(
                f"{label.place}: label {label.name!r} must be eq-, fig-, tab- or sec- "
                "followed by lower-case words joined by hyphens"
            )
        if label.name in self.by_name:
            first = self.by_name[label.name].place
            raise BookError(
                f"{label.place}: label {label.name!r} is taken, see {first}"
            )
        self.by_name[label.name] = label

    def check_used(self) -> None:
        """Raise BookError for an equation that is numbered but never cited."""
        for name, label in self.by_name.items():
            if label.kind == "equation" and name not in self.used:
                raise BookError(
                    f"{label.place}: equation {name!r} is never cited; "
                    "label only what is cited: remove the label or cite it"
                )


def collect(chapters: list[Chapter]) -> Labels:
    """Return all labels of the given chapters, numbered."""
    labels = Labels()
    for chapter in chapters:
        if chapter.document == "chapter":
            labels.chapters[chapter.stem] = chapter
        counts: Counter[str] = Counter()
        for cell in chapter.cells:
            if cell.kind == "markdown":
                _collect_cell(cell, chapter, counts, labels)
    return labels


def _collect_cell(cell: Cell, chapter: Chapter, counts: Counter, labels: Labels):
    where = Where(cell.path, cell.line)
    found = blocks(cell.text, where)
    for position, block in enumerate(found):
        name = name_of(block)
        if not name:
            continue
        place = f"{where.path}:{where.line + block.start}"
        if block.kind == "target":
            text = _heading_after(found, position, where)
        else:
            kind = expected_prefix(block)
            if not name.startswith(f"{kind}-"):
                raise where.error(
                    block.start, f"label {name!r} must start with {kind}-"
                )
            counts[kind] += 1
            series = "E" if chapter.document == "exercises" else ""
            number = chapter.number
            if number is None:  # a page beside the chapters
                number = chapter.stem[0].upper()
            text = f"{series}{number}.{counts[kind]}"
        document, stem, language = chapter.document, chapter.stem, chapter.language
        body = block.body if block.name == "table" else ""
        labels.add(
            Label(name, text, document, stem, language, cell.frameworks, place, body)
        )


def name_of(block: Block) -> str:
    """Return the label that a block defines, or ''."""
    if block.kind in ("target", "math"):
        return block.name
    if block.kind == "directive":
        return block.options.get("name", "")
    return ""


def expected_prefix(block: Block) -> str:
    if block.kind == "math":
        return "eq"
    return {"figure": "fig", "table": "tab"}.get(block.name, "fig")


def _heading_after(found: list[Block], position: int, where: Where) -> str:
    target = found[position]
    following = found[position + 1] if position + 1 < len(found) else None
    if not following or following.kind != "heading":
        raise where.error(target.start, f"no heading follows the label {target.name!r}")
    if not target.name.startswith("sec-"):
        raise where.error(target.start, f"label {target.name!r} must start with sec-")
    return following.body
