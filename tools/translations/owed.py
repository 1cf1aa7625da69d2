"""Which messages of a catalogue must be translated.

A language owes the chapters that it lists as `translated` in `source/book.toml`, their
exercises, and what is shown with them: labels of their figures, hints of their checks.
What belongs to no chapter, such as the words around a notebook, is owed by all.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from d2l_check.chapters import CHECKS as EXERCISES
from tools.book import Book, Language
from tools.exercise import CHECK
from tools.source import Chapter
from tools.translations.template import CHECKS, Template, name_of

FIGURE = re.compile(r"\{figure\}\s+\S*?img/([\w-]+)\.svg")


class Owed:
    """What one language owes, see the module's text."""

    def __init__(self, book: Book, language: Language, chapters: list[Chapter]):
        self.book = book
        done = [c for c in chapters if c.stem in language.translated]
        self.names = {name_of(chapter) for chapter in done}
        self.chapters = {name_of(chapter) for chapter in chapters}
        self.figures, self.shown = _used(FIGURE, done), _used(FIGURE, chapters)
        self.checks, self.called = _used(CHECK, done), _used(CHECK, chapters)

    def messages(self, template: Template) -> list[str]:
        """The messages of a template that must be translated."""
        if template.name in self.chapters and template.name not in self.names:
            return []
        return [
            text
            for text, entry in template.entries.items()
            if any(map(self.source, entry.sources))
        ]

    def source(self, path: str) -> bool:
        """Whether what a file says is owed."""
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
    """What a pattern finds in the cells of some chapters."""
    cells = (cell for chapter in chapters for cell in chapter.cells)
    return {name for cell in cells for name in pattern.findall(cell.text)}
