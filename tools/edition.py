"""Editions of a chapter: which notebooks it becomes, and where they stand.

A chapter exists as the chapter itself, its exercises and their solutions, each in
every framework and every language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tools.book import Book, Framework, Language

# A source file -> the kinds of notebook that are made of it.
KINDS = {"chapter": ("chapter",), "exercises": ("exercises", "solutions")}


@dataclass(frozen=True)
class Edition:
    """A kind of notebook in a framework and a language; `language` None is English."""

    framework: Framework
    kind: str = "chapter"
    language: Language | None = None

    @property
    def runs(self) -> bool:
        """Tell whether it is executed: exercises wait for the learner's code, and
        translations show the outputs of the English run."""
        return self.language is None and self.kind != "exercises"

    def of(self, document: str) -> Edition:
        """Return the edition that belongs to this one, of another kind of source."""
        if self.kind in KINDS[document]:
            return self
        return replace(self, kind=KINDS[document][0])


@dataclass(frozen=True)
class Places:
    """The places of a book's notebooks, and the links between them.

    `chapters` is another folder for the English chapters, where trial runs go.
    """

    book: Book
    chapters: Path | None = None

    def path(self, edition: Edition, stem: str) -> Path:
        if edition.language:
            base = self.book.translations / edition.language.key / "notebooks"
        elif edition.kind == "chapter" and self.chapters:
            base = self.chapters
        else:
            base = self.book.notebooks
        folder = base / edition.framework.folder
        if edition.kind != "chapter":
            folder /= edition.kind
        return folder / f"{stem}.ipynb"

    def link(self, start: Path, edition: Edition, stem: str) -> str:
        """Return the address of a notebook, as seen from the one at `start`."""
        return relative(self.path(edition, stem), start.parent)


class Online(Places):
    """Places whose links lead to the repository online, for notebooks that leave it."""

    def link(self, start: Path, edition: Edition, stem: str) -> str:
        return self.book.address(self.path(edition, stem))


def relative(file: Path, folder: Path) -> str:
    """Return the path of a file from a folder, with slashes."""
    common = next(p for p in (folder, *folder.parents) if file.is_relative_to(p))
    ups = len(folder.relative_to(common).parts)
    return "/".join([".."] * ups + list(file.relative_to(common).parts))
