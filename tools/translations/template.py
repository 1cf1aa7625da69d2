"""Collect what there is to translate: the messages of one catalogue, in order.

A chapter's messages are the units of its prose (`units`), for all frameworks
together. Each has remarks for translators: what it is, under which heading it stands,
and the frameworks if it isn't for all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from babel.messages.extract import extract_from_file

from tools import wording
from tools.book import Book, BookError
from tools.files import read_plain
from tools.myst import Where
from tools.source import Chapter
from tools.translations.units import Unit, units

CHECKS = "d2l_check"


@dataclass
class Entry:
    """One message: where it comes from, and what a translator should know."""

    text: str
    sources: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class Template:
    """The messages of one catalogue; `name` is its path below translations/<lang>.

    With `fields`, messages are Python format strings, whose {names} must stay.
    """

    name: str
    entries: dict[str, Entry] = field(default_factory=dict)
    fields: bool = False

    def add(self, text: str, source: str, *remarks: str) -> None:
        """Enter a message; one that is there already gets the further remarks."""
        entry = self.entries.setdefault(text, Entry(text))
        for values, new in ((entry.sources, [source]), (entry.remarks, remarks)):
            values += [value for value in new if value and value not in values]


def name_of(chapter: Chapter) -> str:
    """Name a chapter's catalogue: '12-deep-rnn' or 'exercises/12-deep-rnn'."""
    return chapter.path.removeprefix("source/").removesuffix(".md")


def of_chapter(chapter: Chapter, book: Book) -> Template:
    """Collect the messages of a chapter's front matter and prose."""
    template = Template(name_of(chapter))
    frameworks: dict[str, set[str]] = {}
    for unit, keys, heading, path in units_of(chapter):
        under = f'under "{heading}"' if heading else ""
        template.add(unit.text, path, ", ".join(filter(None, (unit.kind, under))))
        frameworks.setdefault(unit.text, set()).update(keys)
    for text, keys in frameworks.items():
        if keys != set(book.keys):
            names = [item.name for item in book.frameworks if item.key in keys]
            template.add(text, "", f"only in {', '.join(names)}")
    return template


def units_of(chapter: Chapter) -> Iterator[tuple[Unit, frozenset[str], str, str]]:
    """Yield the units of a chapter, each with its frameworks, heading and file."""
    where = Where(chapter.front_path, 1)
    for kind, text in front_matter(chapter):
        for unit in units(text, where):
            keys = frozenset(chapter.runtime)
            yield replace(unit, kind=kind), keys, "", chapter.front_path
    heading = ""
    for cell in chapter.cells:
        if cell.kind != "markdown":
            continue
        for unit in units(cell.text, Where(cell.path, cell.line)):
            heading = unit.text if unit.kind == "heading" else heading
            above = "" if unit.kind == "heading" else heading
            yield unit, cell.frameworks, above, cell.path


def front_matter(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Yield kind and text of what the front matter says in words."""
    yield "title of the section", chapter.title
    for goal in chapter.goals:
        yield 'goal, after "you can"', goal
    for need in chapter.needs:
        yield "what the reader needs", need


def of_figures(book: Book) -> Template:
    """Collect the words in the figures: TITLE, DESCRIPTION and LABELS of their scripts.

    A script without LABELS draws no words to be translated.
    """
    template = Template("figures")
    for script in sorted((book.root / "img").glob("*.py")):
        words = words_of(script)
        place = book.relative(script)
        if "LABELS" in words:
            _check_words(words, place)
            template.add(words["TITLE"], place, "title of a figure, read out")
            template.add(words["DESCRIPTION"], place, "description, read out")
            for name, label in words["LABELS"].items():
                template.add(label, place, f"label in a figure, {name}; keep it short")
    return template


def _check_words(words: dict, place: str) -> None:
    """Raise BookError if the constants of a figure's script aren't texts."""
    labels = words["LABELS"]
    named = isinstance(labels, dict) and all(isinstance(name, str) for name in labels)
    texts = [words.get("TITLE"), words.get("DESCRIPTION")]
    texts += labels.values() if named else [None]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BookError(
            f"{place}: TITLE and DESCRIPTION must be texts, and LABELS a table of "
            f"texts by their names, found {words!r}"
        )


def words_of(script: Path) -> dict:
    """Read the literal constants of a script by name, without running it.

    Raises BookError if TITLE, DESCRIPTION or LABELS is computed.
    """
    found = {}
    for line in _parsed(script, f"img/{script.name}").body:
        if not isinstance(line, ast.Assign) or not isinstance(
            line.targets[0], ast.Name
        ):
            continue
        if (name := line.targets[0].id) in ("TITLE", "DESCRIPTION", "LABELS"):
            try:
                found[name] = ast.literal_eval(line.value)
            except (ValueError, TypeError) as error:
                raise BookError(
                    f"img/{script.name}:{line.lineno}: {name} must be written out, "
                    "so that it can be read without drawing"
                ) from error
    return found


def _parsed(script: Path, name: str) -> ast.Module:
    """Parse a script; raise BookError, with its line, for what isn't Python."""
    try:
        return ast.parse(read_plain(script, name))
    except (SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if getattr(error, "lineno", None) else ""
        reason = getattr(error, "msg", None) or error
        raise BookError(f"{name}{line}: isn't valid Python: {reason}") from error


def of_words() -> Template:
    """Collect the words around a notebook's text."""
    template = Template("book", fields=True)
    for text, remark in wording.messages():
        template.add(text, "tools/wording.py", remark)
    return template


def of_hints(book: Book) -> Template:
    """Collect what the checks of the exercises say: the literals in calls of `_`."""
    template = Template("hints", fields=True)
    for script in sorted((book.root / CHECKS).rglob("*.py")):
        _check_hints(script, book)
        found = extract_from_file(
            "python",
            script,
            keywords={"_": None},
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for _, text, comments, _ in found:
            template.add(text, book.relative(script), *comments)
    return template


def _check_hints(script: Path, book: Book) -> None:
    """Raise BookError for a call of `_` whose text is known only when it runs."""
    for node in ast.walk(_parsed(script, book.relative(script))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "_":
            continue
        texts = [isinstance(part, ast.Constant) for part in node.args]
        if texts != [True] or node.keywords or not isinstance(node.args[0].value, str):
            raise BookError(
                f"{book.relative(script)}:{node.lineno}: {ast.unparse(node)}: "
                "_ takes one literal text; fill in what varies behind it, by .format"
            )


def every(book: Book, chapters: Iterable[Chapter]) -> list[Template]:
    """Return the templates of all catalogues that hold anything."""
    templates = [of_chapter(chapter, book) for chapter in chapters]
    templates += [of_words(), of_figures(book), of_hints(book)]
    return [template for template in templates if template.entries]
