"""The whole book in one language: chapters, words around them, how complete."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tools.book import Book, Language
from tools.source import Chapter
from tools.translations.catalogue import Counts
from tools.translations.translated import Catalogues
from tools.wording import ENGLISH, Wording


@dataclass(frozen=True)
class LocalizedBook:
    """Chapters and exercises of one language, and the words around them.

    `coverage` is empty for English; else by (document, stem).
    """

    chapters: list[Chapter]
    wording: Wording = ENGLISH
    coverage: dict[tuple[str, str], Counts] = field(default_factory=dict)

    def find(self, document: str, stem: str) -> Chapter | None:
        for chapter in self.chapters:
            if (chapter.document, chapter.stem) == (document, stem):
                return chapter
        return None


def localize(english: list[Chapter], language: Language, book: Book) -> LocalizedBook:
    """Return what exists in a language: chapters of which anything is translated.

    Raises BookError, naming the catalogue, for a translation that would break.
    """
    catalogues = Catalogues(book, language)
    local = LocalizedBook([], Wording(catalogues.wording))
    for original in english:
        chapter, counts = catalogues.chapter(original)
        if counts.translated:
            local.chapters.append(replace(chapter, language=language))
            local.coverage[original.document, original.stem] = counts
    return local
