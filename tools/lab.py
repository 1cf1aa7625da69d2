"""Open the map of the book in JupyterLab: `make lab`.

    python -m tools.lab                  in the first framework that is installed
    python -m tools.lab --port 8899      options of JupyterLab are passed on

JupyterLab's file browser shows the whole book.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.book import Book, BookError, load


def map_path(book: Book) -> Path:
    """The first chapter's notebook, in the first framework that is installed here.

    Raises BookError if no framework is installed.
    """
    stem = book.chapter_paths()[0].stem
    for framework in book.frameworks:
        if framework.is_installed:
            return book.notebook(framework, stem)
    names = ", ".join(framework.name for framework in book.frameworks)
    raise BookError(f"none of {names} is installed: run `make setup`")


def command(book: Book, options: list[str]) -> list[str]:
    """What is executed: JupyterLab below the book's root, with the map open."""
    lab = [sys.executable, "-m", "jupyter", "lab"]
    # A file's name alone would open it in a browser that is started here, but the
    # address that is printed, for a browser elsewhere, would lead to no notebook.
    place = f"/lab/tree/{book.relative(map_path(book))}"
    options = [f"--LabApp.default_url={place}", *options]
    return [*lab, f"--ServerApp.root_dir={book.root}", *options]


def main() -> int:
    try:
        arguments = command(load(), sys.argv[1:])
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    sys.exit(main())
