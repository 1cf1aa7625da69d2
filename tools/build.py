"""Write notebooks/ from source/, or check that it is up to date.

    python -m tools.build           write every notebook that has changed
    python -m tools.build --check   write nothing; exit 1 if anything is stale

Exit codes: 0 fine, 1 stale (with --check) or a notebook without a source,
2 the source is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools import notebook as nb
from tools.book import ROOT, Book, BookError, Framework, load
from tools.labels import collect
from tools.source import Chapter, read_all

DIFF_LINES = 12


@dataclass(frozen=True)
class Built:
    """One notebook as the source says it should be."""

    chapter: Chapter
    framework: Framework
    path: Path
    notebook: NotebookNode
    dropped: bool  # stored outputs were there, but of other code


def build_all(book: Book, folder: Path | None = None) -> list[Built]:
    """Assemble every notebook, with the outputs stored in notebooks/ if they fit.

    `folder` is where the framework folders will stand, for image paths (default:
    notebooks/). Raises BookError; labels are checked over the whole book.
    """
    chapters = read_all(book)
    labels = collect(chapters)
    built = [
        _build(chapter, framework, book, labels, folder)
        for chapter in chapters
        for framework in book.frameworks
    ]
    labels.check_used()
    return built


def _build(chapter, framework, book, labels, folder) -> Built:
    path = book.notebook(framework, chapter.stem)
    place = folder / framework.folder if folder else None
    new = nb.assemble(chapter, framework, book, labels, place)
    old = nb.stored(path)
    dropped = False
    if old is not None:
        dropped = not nb.carry_outputs(new, old) and nb.has_outputs(old)
    return Built(chapter, framework, path, new, dropped)


def orphans(book: Book, built: list[Built]) -> list[Path]:
    """Notebook files that no source produces."""
    made = {item.path for item in built}
    found = book.notebooks.rglob("*.ipynb")
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
    """One message for each stale or left-over notebook."""
    built = build_all(book)
    problems = []
    for item in built:
        change = difference(item.path, nb.dumps(item.notebook))
        if change:
            problems.append(f"stale: {book.relative(item.path)}\n{change}")
    return problems + _orphan_messages(book, built)


def _orphan_messages(book: Book, built: list[Built]) -> list[str]:
    return [
        f"no source produces {book.relative(path)}; delete it or restore its source"
        for path in orphans(book, built)
    ]


def write(book: Book) -> list[str]:
    """Write what has changed; return the messages about left-over notebooks."""
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
    return _orphan_messages(book, built)


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
        print("notebooks/ is not up to date: run `make build`", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
