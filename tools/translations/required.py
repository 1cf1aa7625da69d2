"""Which messages of a catalogue must be translated, and for which of them it can wait.

A language must keep the chapters translated that it lists as `translated` in
`source/book.toml`, with their exercises and what is shown with them: labels of their
figures, hints of their checks. What belongs to no chapter, such as the words around a
notebook, is required of every language.

Whoever improves the English needn't speak these languages. So a required message that
is new, or has changed, is marked in the catalogue as owed since the version of the book
in which that happened, and accepted until the next version. A gap without a mark is
refused at once.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterable
from pathlib import PurePosixPath

from d2l_check.chapters import CHECKS as EXERCISES
from tools.book import Book, BookError, Language
from tools.exercise import CHECK
from tools.files import read_text
from tools.source import Chapter
from tools.translations.catalogue import Catalogue, count, owed_since, translation_of
from tools.translations.template import CHECKS, Template, name_of, of_chapter, of_words
from tools.translations.translated import Catalogues, path_of

FIGURE = re.compile(r"\{figure\}\s+\S*?img/([\w-]+)\.svg")
KEEP = 'run `python -m tools.translations --keep "part of the English"`'


class Required:
    """Tell what one language must keep translated, see the module's text."""

    def __init__(self, language: Language, chapters: list[Chapter]):
        done = [c for c in chapters if c.stem in language.translated]
        self.names = {name_of(chapter) for chapter in done}
        self.chapters = {name_of(chapter) for chapter in chapters}
        self.figures, self.shown = _used(FIGURE, done), _used(FIGURE, chapters)
        self.checks, self.called = _used(CHECK, done), _used(CHECK, chapters)

    def messages(self, template: Template) -> list[str]:
        """Return the messages of a template that must be translated, in order."""
        if template.name in self.chapters and template.name not in self.names:
            return []
        return [
            text
            for text, entry in template.entries.items()
            if any(map(self.source, entry.sources))
        ]

    def source(self, path: str) -> bool:
        """Return True if what a file says must be translated."""
        file = PurePosixPath(path)
        if file.parent.name == "img":
            name = file.stem.replace("_", "-")
            return name in self.figures or name not in self.shown
        if file.is_relative_to(f"{CHECKS}/chapters"):
            module = ".".join(file.with_suffix("").parts)
            names = {c.name for c in EXERCISES if c.__module__ == module}
            return bool(names & self.checks or not names & self.called)
        return True


def _used(pattern: re.Pattern, chapters: list[Chapter]) -> set[str]:
    """Return what a pattern finds in the cells of some chapters."""
    cells = (cell for chapter in chapters for cell in chapter.cells)
    return {name for cell in cells for name in pattern.findall(cell.text)}


def version_of(book: Book) -> str:
    """Read the version of the book; raise BookError where there is none."""
    path = book.root / "pyproject.toml"
    if not path.exists():
        raise BookError(f"{path} is missing: it holds the book's version")
    try:
        version = tomllib.loads(read_text(path, path.name))["project"]["version"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BookError(f"{path}: no project.version can be read: {error}") from error
    if not isinstance(version, str):
        raise BookError(f"{path}: project.version = {version!r} must be a text")
    return version


def refused(
    catalogue: Catalogue, required: Iterable[str], version: str, name: str
) -> list[str]:
    """List what a catalogue lacks and can't wait, each with its remedy.

    `required` are messages of the catalogue; `name` is its file, for messages.
    """
    left = [text for text in required if translation_of(catalogue, text) is None]
    since = {text: _since(catalogue, text) for text in left}
    unmarked = [text for text in left if since[text] is None]
    found = []
    if unmarked:
        counts = count(map(catalogue.get, unmarked))
        found.append(
            f"incomplete: {name}: {counts.missing} missing, {counts.fuzzy} fuzzy, "
            f"the first of them {shortened(unmarked[0])}; translate what its language "
            "lists under `translated` in source/book.toml"
        )
    for text in left:
        if since[text] not in (None, version):
            found.append(
                f"overdue: {name}: {shortened(text)} has been owed since "
                f"{since[text]}, and the book is at {version}: translate it, or, if "
                f"its old translation still holds, {KEEP}"
            )
    return found


def _since(catalogue: Catalogue, text: str) -> str | None:
    message = catalogue.get(text)
    return owed_since(message) if message else None


def shortened(text: str) -> str:
    """Return a message as it is named in reports."""
    return repr(textwrap.shorten(text, 70))


def unfit(book: Book, chapters: list[Chapter]) -> tuple[list[str], list[str]]:
    """Compare the catalogues of what is listed with the notebooks' English, unmerged.

    Returns two lists of messages: which catalogues lack English passages, and what
    `refused` says about the passages that they have.
    """
    behind, found = [], []
    for language in book.languages:
        listed = [c for c in chapters if c.stem in language.translated]
        templates = [of_chapter(chapter, book) for chapter in listed]
        required = Required(language, chapters)
        catalogues = Catalogues(book, language)
        for template in [*templates, of_words()] if listed else []:
            texts = required.messages(template)
            catalogue = catalogues.catalogue(template.name)
            path = path_of(book, language, template.name)
            new = [text for text in texts if text not in catalogue]
            if new and path.exists():
                behind.append(
                    f"{book.relative(path)} lacks {len(new)} of the English passages, "
                    f"the first of them {shortened(new[0])}: run `make translations`"
                )
                texts = [text for text in texts if text in catalogue]
            found += refused(catalogue, texts, version_of(book), book.relative(path))
    return behind, found
