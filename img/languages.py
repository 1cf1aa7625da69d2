"""The languages that figures are drawn in, and their words from the catalogues.

A figure has one script for all languages: it asks an `Edition` for each of its words,
and is saved in `img/` in English and in `img/<language>/` otherwise. What has no
translation in `translations/<language>/figures.po` stays English.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from svg import save

from tools.book import load
from tools.translated import Translation

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Edition:
    """One language: its key, the folder of its figures, its translations."""

    language: str
    folder: Path
    lookup: Callable[[str], str | None]

    def __call__(self, text):
        """`text` in this language."""
        return self.lookup(text) or text


ENGLISH = Edition("en", HERE, lambda text: None)


def editions():
    """English and every language of the book."""
    book = load(HERE.parent)
    return [
        ENGLISH,
        *(
            Edition(
                language.key, HERE / language.key, Translation(book, language).label
            )
            for language in book.languages
        ),
    ]


def save_all(name, draw):
    """Save what `draw(edition)` gives for every language, as the file `name`."""
    for edition in editions():
        save(edition.folder / name, draw(edition))
