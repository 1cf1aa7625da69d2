r"""Labels of the book: collecting and numbering them, resolving references.

Equations, figures and tables are numbered within their chapter in the order of
the source file, over all frameworks, so that "Figure 12.3" is the same figure in
every notebook. Only labelled equations get a number.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from tools.book import BookError, Language
from tools.edition import Edition, Shelf
from tools.myst import PARSER, ROLE_OR_CODE, Block, Where, blocks
from tools.source import Cell, Chapter
from tools.wording import Wording

PREFIXES = {"eq": "equation", "fig": "figure", "tab": "table", "sec": "section"}
NAME = re.compile(r"(eq|fig|tab|sec)-[a-z0-9]+(-[a-z0-9]+)*")
TITLED = re.compile(r"(.+?)\s*<([^<>]+)>", re.DOTALL)


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
    """All labels of the given chapters, numbered."""
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
    where = Where(chapter.path, cell.line)
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
            number = chapter.stem[0].upper() if chapter.number is None else (
                chapter.number
            )  # fmt: skip
            text = f"{series}{number}.{counts[kind]}"
        document, stem, language = chapter.document, chapter.stem, chapter.language
        body = block.body if block.name == "table" else ""
        labels.add(
            Label(name, text, document, stem, language, cell.frameworks, place, body)
        )


def name_of(block: Block) -> str:
    """The label that a block defines, or ''."""
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


@dataclass(frozen=True)
class Reader:
    """The notebook that a reference stands in: it decides how links look."""

    labels: Labels
    stem: str
    edition: Edition
    shelf: Shelf
    wording: Wording

    def references(self, text: str, expected: int, where: Where) -> str:
        """Text with its roles replaced by what they refer to.

        `expected` is the number of roles that the tokenizer saw in it. Raises
        BookError for unknown roles and labels.
        """
        replaced = 0

        def replace(match: re.Match) -> str:
            nonlocal replaced
            if match["role"] is None:
                return match[0]
            replaced += 1
            offset = text.count("\n", 0, match.start())
            return self._reference(match["role"], match["text"], where.at(offset))

        result = ROLE_OR_CODE.sub(replace, text)
        if replaced != expected:
            raise where.error(
                0,
                f"{expected} roles are meant here but {replaced} can be read; "
                "check the backticks",
            )
        return result

    def _reference(self, role: str, target: str, where: Where) -> str:
        if role == "eq":
            return f"({self._label(target, ('equation',), where).text})"
        if role == "numref":
            label = self._label(target, ("figure", "table"), where)
            return self.wording(label.kind, number=label.text)
        if role == "ref":
            titled = TITLED.fullmatch(target)
            title, name = titled.groups() if titled else (None, target)
            label = self._label(name, ("section",), where)
            return f"[{title or label.text}]({self._address(label)})"
        if role == "doc":
            return self._chapter(target, where)
        raise where.error(
            0, f"unknown role {{{role}}}; use {{eq}}, {{numref}}, {{ref}} or {{doc}}"
        )

    def table(self, name: str, where: Where) -> str:
        """The rows of a table that is labelled `name`, to be shown once more."""
        return self._label(name, ("table",), where).body

    def _chapter(self, target: str, where: Where) -> str:
        """A link to another chapter, by its name; its title unless words are given."""
        titled = TITLED.fullmatch(target)
        title, stem = titled.groups() if titled else (None, target)
        chapter = self.labels.chapters.get(stem)
        if chapter is None:
            known = ", ".join(self.labels.chapters)
            raise where.error(0, f"no chapter {stem!r}; there are {known}")
        if title is None and chapter.number is None:
            title = chapter.title
        elif title is None:
            values = {"number": chapter.number, "title": chapter.title}
            title = self.wording("reference", **values)
        edition = replace(self.edition.of("chapter"), language=chapter.language)
        start = self.shelf.path(self.edition, self.stem)
        return f"[{title}]({self.shelf.link(start, edition, stem)})"

    def _label(self, name: str, kinds: tuple[str, ...], where: Where) -> Label:
        label = self.labels.by_name.get(name)
        if label is None:
            raise where.error(0, f"no label {name!r} in any chapter")
        if label.kind not in kinds:
            raise where.error(
                0,
                f"{name!r} labels a {label.kind}, but the role is for a "
                f"{' or '.join(kinds)}",
            )
        framework = self.edition.framework.key
        if framework not in label.frameworks:
            raise where.error(
                0,
                f"{name!r} does not exist in the {framework} notebook, "
                f"only in {', '.join(sorted(label.frameworks))}; see {label.place}",
            )
        self.labels.used.add(name)
        return label

    def _address(self, label: Label) -> str:
        """Where a section stands: in the same language, if that is translated."""
        edition = replace(self.edition.of(label.document), language=label.language)
        file = ""
        if (edition, label.stem) != (self.edition, self.stem):
            start = self.shelf.path(self.edition, self.stem)
            file = self.shelf.link(start, edition, label.stem)
        return f"{file}#{anchor(label.text)}"


def anchor(heading: str) -> str:
    """JupyterLab's anchor of a heading: its visible text, blanks as hyphens."""
    inline = PARSER.parseInline(heading)[0]
    text = "".join(child.content for child in inline.children)
    return quote(text.replace(" ", "-"), safe="-._~!*:,;?@/")
