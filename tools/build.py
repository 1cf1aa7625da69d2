"""Write the notebooks from source/ and translations/, or check them.

The table of the notebooks in README.md goes with them.

    python -m tools.build           write every notebook that has changed
    python -m tools.build --check   write nothing; exit 1 if anything is stale

Exit codes: 0 fine, 1 stale (with --check), a notebook without a source, or a passage
of a listed chapter whose translation can't wait, 2 the source is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from tools import contents
from tools import notebook as nb
from tools.book import ROOT, Book, BookError, Framework, Language, load
from tools.edition import KINDS, Edition, Shelf
from tools.head import ENGLISH
from tools.labels import collect
from tools.source import Chapter, read_all
from tools.translations.required import unfit
from tools.work import Work, translate

DIFF_LINES = 12


@dataclass(frozen=True)
class Built:
    """One notebook as the source says it should be."""

    chapter: Chapter
    edition: Edition
    path: Path
    notebook: NotebookNode
    dropped: bool  # stored outputs were there, but of other code

    @property
    def framework(self) -> Framework:
        return self.edition.framework


def build_all(
    book: Book,
    shelf: Shelf | None = None,
    languages: tuple[Language, ...] | None = None,
) -> list[Built]:
    """Assemble every notebook, with the outputs stored in notebooks/ if they fit.

    English comes first, in the order of the source. `shelf` says where the notebooks
    will stand, for links and image paths (default: where they are committed), and
    `languages` are those that are wanted beside English (default: all). Raises
    BookError; labels are checked over the whole book.
    """
    shelf = shelf or Shelf(book)
    english = read_all(book)
    works = {None: Work(english)}
    for language in book.languages if languages is None else languages:
        works[language] = translate(english, language, book)
    built = []
    for language in works:
        built += _build_language(language, works, shelf)
    return built


def _build_language(
    language: Language | None, works: dict[Language | None, Work], shelf: Shelf
) -> list[Built]:
    """Every notebook of one language."""
    work, english = works[language], works[None].chapters
    # Where a chapter isn't translated, references lead to the English one.
    labels = collect([work.find(c.document, c.stem) or c for c in english])
    built = []
    for original in english:
        chapter = work.find(original.document, original.stem)
        if chapter is None:
            continue
        ids = nb.cell_ids(original)
        for edition in _editions(chapter, language, shelf.book):
            frame = _frame(chapter, edition, works, shelf)
            new = nb.assemble(chapter, frame, labels, ids)
            built.append(_with_outputs(chapter, edition, new, shelf.book))
    if language is None:
        labels.check_used()
    return built


def _editions(
    chapter: Chapter, language: Language | None, book: Book
) -> Iterator[Edition]:
    for kind in KINDS[chapter.document]:
        for framework in book.frameworks:
            yield Edition(framework, kind, language)


def _frame(
    chapter: Chapter,
    edition: Edition,
    works: dict[Language | None, Work],
    shelf: Shelf,
) -> nb.Frame:
    """What the notebook's head shows: words and links that lead somewhere."""
    work = works[edition.language]
    related = {
        kind: replace(edition, kind=kind)
        for document, kinds in KINDS.items()
        for kind in kinds
        if kind != edition.kind and work.find(document, chapter.stem)
    }
    languages = {
        language.name if language else ENGLISH: replace(edition, language=language)
        for language, other in works.items()
        if language != edition.language and other.find(chapter.document, chapter.stem)
    }
    coverage = work.coverage.get((chapter.document, chapter.stem))
    return nb.Frame(edition, shelf, work.wording, related, languages, coverage)


def _with_outputs(
    chapter: Chapter, edition: Edition, new: NotebookNode, book: Book
) -> Built:
    """Put in the outputs of the English run; exercises have none."""
    shelf = Shelf(book)
    dropped = False
    english = replace(edition, language=None)
    if english.runs:
        old = nb.stored(shelf.path(english, chapter.stem))
        if old is not None:
            dropped = not nb.carry_outputs(new, old) and nb.has_outputs(old)
    path = shelf.path(edition, chapter.stem)
    return Built(chapter, edition, path, new, dropped and edition.runs)


def orphans(book: Book, built: list[Built]) -> list[Path]:
    """Notebook files that no source produces."""
    made = {item.path for item in built}
    found = [
        *book.notebooks.rglob("*.ipynb"),
        *book.translations.glob("*/notebooks/**/*.ipynb"),
    ]
    return sorted(
        path
        for path in found
        if path not in made and ".ipynb_checkpoints" not in path.parts
    )


def difference(path: Path, new: str) -> str | None:
    """None if the file holds `new`, else the first lines of the difference."""
    if not path.exists():
        return "the file is missing"
    old = path.read_text(encoding="utf-8")
    if old == new:
        return None
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), "committed", "from source", lineterm="", n=1
    )
    return _shorten(lines)


def _shorten(lines: Iterator[str]) -> str:
    shown = [line[:120] for _, line in zip(range(DIFF_LINES), lines, strict=False)]
    left = sum(1 for _ in lines)
    return "\n".join(shown + ([f"... and {left} more lines"] if left else []))


def check(book: Book) -> list[str]:
    """One message for each notebook that is stale or left over, and each translation
    that is missing and can't wait."""
    built = build_all(book)
    problems = []
    for item in built:
        change = difference(item.path, nb.dumps(item.notebook))
        if change:
            problems.append(f"stale: {book.relative(item.path)}\n{change}")
    behind, refused = unfit(book, _english(built))
    problems += contents.stale(book) + behind + refused
    return problems + _orphan_messages(book, built)


def _orphan_messages(book: Book, built: list[Built]) -> list[str]:
    return [
        f"no source produces {book.relative(path)}; delete it or restore its source"
        for path in orphans(book, built)
    ]


def write(book: Book) -> list[str]:
    """Write what has changed; return messages about what a build can't put right.

    New English that the catalogues don't know yet is only mentioned: they follow it.
    """
    built = build_all(book)
    for item in built:
        text = nb.dumps(item.notebook)
        name = book.relative(item.path)
        if difference(item.path, text) is None:
            print(f"unchanged  {name}")
            continue
        nb.write_text(item.path, text)
        print(f"written    {name}")
        if item.dropped:
            print(
                "           its code has changed, so the stored outputs were dropped; "
                "run `make execute`"
            )
    contents.write(book)
    behind, refused = unfit(book, _english(built))
    for line in behind:
        print(f"note       {line}")
    return refused + _orphan_messages(book, built)


def _english(built: list[Built]) -> list[Chapter]:
    """Return the English chapters and exercises that notebooks were built from."""
    sources = [item.chapter for item in built if item.edition.language is None]
    return list({(each.document, each.stem): each for each in sources}.values())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--root", type=Path, default=ROOT, help="root of the book")
    options = parser.parse_args(arguments)
    try:
        book = load(options.root.resolve())
        problems = check(book) if options.check else write(book)
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems and options.check:
        print("the notebooks are not up to date: run `make build`", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
