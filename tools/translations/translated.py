"""Put a chapter together in another language, from the catalogues.

What has no translation, or one that was made for an earlier text (fuzzy), stays
English behind a visible mark. A translation with defects is refused.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from tools.book import Book, BookError, Language
from tools.myst import Where
from tools.source import Chapter
from tools.translations.catalogue import (
    Catalogue,
    Counts,
    count,
    empty,
    load,
    translation_of,
)
from tools.translations.fidelity import defects
from tools.translations.template import name_of, units_of
from tools.translations.units import ALT_TEXT, Unit, replace_units

MARK = "`EN`"


class Catalogues:
    """All catalogues of one language, each read when it is asked for."""

    def __init__(self, book: Book, language: Language):
        self.book, self.language = book, language
        self.catalogue = cache(self._load)

    def _load(self, name: str) -> Catalogue:
        """Read the catalogue called `name`; make an empty one if there is none."""
        path = path_of(self.book, self.language, name)
        if not path.exists():
            return empty(self.language, name, self.book.title)
        return load(path, self.book.relative(path))

    def wording(self, text: str) -> str | None:
        """Return an interface text in this language, or None."""
        return translation_of(self.catalogue("book"), text)

    def label(self, text: str) -> str | None:
        """Return a word of a figure in this language, or None."""
        return translation_of(self.catalogue("figures"), text)

    def chapter(self, chapter: Chapter) -> tuple[Chapter, Counts]:
        """Return a chapter in this language, and how much of it is translated."""
        catalogue = self.catalogue(name_of(chapter))
        return translate_chapter(chapter, catalogue), coverage(chapter, catalogue)


def path_of(book: Book, language: Language, name: str) -> Path:
    return book.translations / language.key / f"{name}.po"


def translate_chapter(
    chapter: Chapter, catalogue: Catalogue, mark: str = MARK
) -> Chapter:
    """Replace the prose of a chapter from the catalogue; code stays as it is.

    Raises BookError, naming the catalogue, for translations that have defects or
    would be read as something else.
    """
    _refuse_defects(chapter, catalogue)

    def lookup(unit: Unit) -> str:
        found = translation_of(catalogue, unit.text)
        if found is not None or not mark or unit.kind == ALT_TEXT:
            return found or unit.text
        return f"{mark} {unit.text}"

    def put(text: str, path: str = chapter.front_path, line: int = 1) -> str:
        try:
            return replace_units(text, Where(path, line), lookup)
        except BookError as error:
            raise BookError(f"{catalogue.domain}: {error}") from error

    return replace(
        chapter,
        title=put(chapter.title),
        goals=tuple(map(put, chapter.goals)),
        needs=tuple(map(put, chapter.needs)),
        cells=tuple(
            replace(cell, text=put(cell.text, cell.path, cell.line))
            if cell.kind == "markdown"
            else cell
            for cell in chapter.cells
        ),
    )


def coverage(chapter: Chapter, catalogue: Catalogue) -> Counts:
    """Count how much of a chapter, as it stands now, the catalogue translates.

    Each text counts once, as in the catalogue.
    """
    texts = {unit.text for unit, *_ in units_of(chapter)}
    return count(catalogue.get(text) for text in texts)


def _refuse_defects(chapter: Chapter, catalogue: Catalogue) -> None:
    problems = [
        f"{catalogue.domain}: {text!r}: {problem}"
        for text in dict.fromkeys(unit.text for unit, *_ in units_of(chapter))
        if (found := translation_of(catalogue, text)) is not None
        for problem in defects(text, found)
    ]
    if problems:
        raise BookError("\n".join(problems))
