"""The whole work in one language: chapters, words of the frame, and how complete."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.book import Book, Language
from tools.head import Coverage
from tools.source import Chapter
from tools.wording import ENGLISH, Wording


@dataclass(frozen=True)
class Work:
    """Chapters and exercises of one language, and the words around them.

    `coverage` is empty for English; else by (document, stem).
    """

    chapters: list[Chapter]
    wording: Wording = ENGLISH
    coverage: dict[tuple[str, str], Coverage] = field(default_factory=dict)

    def find(self, document: str, stem: str) -> Chapter | None:
        for chapter in self.chapters:
            if (chapter.document, chapter.stem) == (document, stem):
                return chapter
        return None


def translate(english: list[Chapter], language: Language, book: Book) -> Work:
    """What exists in a language: each chapter of which anything is translated.

    Raises BookError, naming the catalogue, for a translation that would break.
    """
    return Work([])
