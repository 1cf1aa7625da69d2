"""The whole work in one language: chapters, words of the frame, and how complete."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tools.book import Book, Language
from tools.source import Chapter
from tools.translations.catalogue import Counts
from tools.translations.translated import Catalogues
from tools.wording import ENGLISH, Wording


@dataclass(frozen=True)
class Work:
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


def translate(english: list[Chapter], language: Language, book: Book) -> Work:
    """What exists in a language: each chapter of which anything is translated.

    Raises BookError, naming the catalogue, for a translation that would break.
    """
    catalogues = Catalogues(book, language)
    work = Work([], Wording(catalogues.wording))
    for original in english:
        chapter, counts = catalogues.chapter(original)
        if counts.translated:
            work.chapters.append(replace(chapter, language=language))
            work.coverage[original.document, original.stem] = counts
    return work
