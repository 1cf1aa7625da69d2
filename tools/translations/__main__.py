"""Bring the catalogues in translations/ up to date with the source, and check them.

    python -m tools.translations              merge what is new into every catalogue
    python -m tools.translations --check      write nothing; exit 1 if anything is stale
    python -m tools.translations --complete   exit 1 also if a chapter that a language
                                              lists as translated isn't, see tools/owed

There is a catalogue for each chapter, each chapter's exercises, the figures, the words
around the text (book) and the hints of the checks, which are compiled as well. Both
ways every translation is checked against its original and against the glossary.

Exit codes: 0 fine, 1 something is stale or a translation is to be mended, 2 a source
or a catalogue cannot be read.
"""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from tools import command
from tools.book import Book, BookError, Language, load
from tools.files import write_bytes, write_text
from tools.source import Chapter, read_all
from tools.translations import glossary as terms
from tools.translations.catalogue import (
    Catalogue,
    compiled,
    count,
    dumps,
    empty,
    loads,
    merge,
    messages,
    translation,
)
from tools.translations.fidelity import defects
from tools.translations.owed import Owed
from tools.translations.template import CHECKS, Template, every, name_of
from tools.translations.translated import path_of, translate_chapter

ROW = "{:<10}{:<26}{:>10}{:>8}{:>9}"


@dataclass(frozen=True)
class Merged:
    """One catalogue of one language: as it was, and as it should be."""

    language: Language
    template: Template
    path: Path
    old: str | None
    catalogue: Catalogue

    @property
    def new(self) -> str:
        return dumps(self.catalogue)


def merge_all(book: Book, chapters: list[Chapter]) -> list[Merged]:
    """Every catalogue of every language, merged with the source; nothing is written."""
    return [
        _merge(template, language, book)
        for language in book.languages
        for template in every(book, chapters)
    ]


def _merge(template: Template, language: Language, book: Book) -> Merged:
    path = path_of(book, language, template.name)
    old = _read(path)
    start = (
        empty(language, template.name, book.title)
        if old is None
        else loads(old, book.relative(path))
    )
    return Merged(language, template, path, old, merge(start, template))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else None
    except UnicodeDecodeError as error:
        raise BookError(f"{path}: not UTF-8: {error}") from error


def write(item: Merged, book: Book) -> None:
    """Write a catalogue if it has changed.

    Raises BookError if somebody else has written it since it was read.
    """
    if item.new == item.old:
        return
    if _read(item.path) != item.old:
        raise BookError(
            f"{book.relative(item.path)} has been edited in this moment; nothing was "
            "written over it: run the command again"
        )
    write_text(item.path, item.new)
    print(f"written    {book.relative(item.path)}")


def stale(item: Merged, book: Book) -> list[str]:
    """A message if the file isn't what the command would write."""
    if item.new == item.old:
        return []
    return [f"stale: {book.relative(item.path)}; run `make translations`"]


# Hints are compiled, as the helper package reads them without the book's tools.


def hints_path(book: Book, language: Language) -> Path:
    return book.root / CHECKS / "locale" / language.key / "LC_MESSAGES" / "hints.mo"


def write_hints(item: Merged, book: Book) -> None:
    path, data = hints_path(book, item.language), compiled(item.catalogue)
    if path.exists() and path.read_bytes() == data:
        return
    write_bytes(path, data)
    print(f"written    {book.relative(path)}")


def stale_hints(item: Merged, book: Book) -> list[str]:
    path = hints_path(book, item.language)
    if path.exists() and path.read_bytes() == compiled(item.catalogue):
        return []
    return [f"stale: {book.relative(path)}; run `make translations`"]


# Checks of what the catalogues say


def problems(merged: list[Merged], chapters: list[Chapter], book: Book) -> list[str]:
    """What is to be mended in the translations, and files that nothing produces."""
    sources = {name_of(chapter): chapter for chapter in chapters}
    found = []
    for language in book.languages:
        glossary, missing = _glossary(book, language)
        found += missing
        for item in merged:
            if item.language == language:
                wrong = _faults(item, glossary, book)
                if not wrong and item.template.name in sources:
                    wrong = _refused(item, sources[item.template.name])
                found += wrong
    return found + _orphans(merged, book)


def _glossary(book: Book, language: Language) -> tuple[terms.Glossary, list[str]]:
    path = book.translations / language.key / "glossary.toml"
    name = book.relative(path)
    if not path.exists():
        return terms.Glossary(()), [f"{name} is missing: list the terms in it"]
    return terms.load(path, name), []


def _faults(item: Merged, glossary: terms.Glossary, book: Book) -> list[str]:
    """What each translation in a catalogue does wrong by itself."""
    found = []
    for message in messages(item.catalogue):
        shown = translation(item.catalogue, message.id)
        if shown is None:
            continue
        start = f"{book.relative(item.path)}: {textwrap.shorten(message.id, 70)!r}"
        faults = defects(message.id, shown, item.template.fields)
        found += [f"{start}: {fault}" for fault in faults]
        faults = glossary.violations(message.id, shown, item.template.fields)
        found += [f"{start}: glossary: {fault}" for fault in faults]
    return found


def _refused(item: Merged, chapter: Chapter) -> list[str]:
    try:
        translate_chapter(chapter, item.catalogue)
    except BookError as error:
        return [str(error)]
    return []


def _orphans(merged: list[Merged], book: Book) -> list[str]:
    made = {item.path for item in merged}
    made |= {hints_path(book, language) for language in book.languages}
    found = [*book.translations.rglob("*.po"), *(book.root / CHECKS).rglob("*.mo")]
    return [
        f"no source produces {book.relative(path)}; delete it or restore its source"
        for path in sorted(found)
        if path not in made
    ]


def incomplete(merged: list[Merged], chapters: list[Chapter], book: Book) -> list[str]:
    """One message for each catalogue in which something owed is missing or fuzzy."""
    owed = {language: Owed(book, language, chapters) for language in book.languages}
    found = []
    for item in merged:
        texts = owed[item.language].messages(item.template)
        counts = count(item.catalogue.get(text) for text in texts)
        if counts.translated < counts.total:
            found.append(
                f"incomplete: {book.relative(item.path)}: "
                f"{counts.missing} missing, {counts.fuzzy} fuzzy"
            )
    return found


def table(merged: list[Merged]) -> str:
    """How much is translated, per language and catalogue."""
    rows = [ROW.format("language", "catalogue", "translated", "fuzzy", "missing")]
    for item in merged:
        counts = count(messages(item.catalogue))
        numbers = (counts.translated, counts.fuzzy, counts.missing)
        rows.append(ROW.format(item.language.key, item.template.name, *numbers))
    return "\n".join(rows)


def run(book: Book, check: bool, complete: bool) -> list[str]:
    """Do what the command does; return the messages about what is wrong."""
    chapters = read_all(book)
    merged = merge_all(book, chapters)
    hints = [item for item in merged if item.template.name == "hints"]
    found = []
    if check:
        found += [line for item in merged for line in stale(item, book)]
        found += [line for item in hints for line in stale_hints(item, book)]
    else:
        for item in merged:
            write(item, book)
        for item in hints:
            write_hints(item, book)
    print(table(merged))
    found += problems(merged, chapters, book)
    return found + (incomplete(merged, chapters, book) if complete else [])


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.translations", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--complete", action="store_true", help="demand everything")
    options = parser.parse_args(arguments)
    return command.exit_code(
        lambda: run(load(options.root), options.check, options.complete)
    )


if __name__ == "__main__":
    sys.exit(main())
