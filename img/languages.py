"""The languages that figures are drawn in, and their words from the catalogues.

A figure has one script for all languages: it asks an `Edition` for each of its words,
and is saved in `img/` in English and in `img/<language>/` otherwise. It isn't
drawn in a language in which `translations/<language>/figures.po` lacks one of them:
the English figure stands in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from svg import save

from tools.book import load
from tools.translations.translated import Catalogues

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Edition:
    """One language: its key, the folder of its figures, its translations."""

    language: str
    folder: Path
    lookup: Callable[[str], str | None]

    def __call__(self, text):
        """`text` in this language; raises Missing where it has no translation."""
        found = self.lookup(text)
        if found is None:
            raise Missing(f"{text!r} has no translation into {self.language}")
        return found


ENGLISH = Edition("en", HERE, lambda text: text)


def editions():
    """English and every language of the book."""
    book = load(HERE.parent)
    return [
        ENGLISH,
        *(
            Edition(language.key, HERE / language.key, Catalogues(book, language).label)
            for language in book.languages
        ),
    ]


class Missing(LookupError):
    """A word of a figure has no translation."""


def save_all(name, draw):
    """Save what `draw(edition)` gives for every language, as the file `name`.

    A language that lacks one of the words is left out, and loses the figure that it had
    when its words were others.
    """
    for edition in editions():
        try:
            drawn = draw(edition)
        except Missing:
            (edition.folder / name).unlink(missing_ok=True)
            continue
        save(edition.folder / name, drawn)
