"""Train the flagship chapter in every framework and compare: `make run`.

With D2L_DATA_DIR set, the notebooks train on the book in that folder, otherwise on
the embedded text, whatever has been downloaded. The executed notebooks go to
build/run/, their pages to build/html/; nothing that is committed changes.

Exit codes: 0 fine, 1 a notebook failed, 2 wrong source or no book, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools import command
from tools import notebook as nb
from tools.book import Book, BookError, load
from tools.build import Built, build_all
from tools.edition import Edition, Places
from tools.execute import (
    MODES,
    Settings,
    choose_text,
    execute,
)
from tools.page import write_page
from tools.result import HEADINGS, Result, ResultError, read_result, row, table


def flagship(book: Book, text: str) -> list[Built]:
    """The flagship's notebooks, in order, as they will stand below build/run/."""
    places = Places(book, book.build / "run" / text)
    frameworks = book.select_installed(None)
    built = [
        item
        for item in build_all(book, places)
        if item.chapter.stem == book.flagship
        and item.edition == Edition(item.framework)
        and item.framework in frameworks
    ]
    if not built:
        raise BookError(
            f"book.toml: flagship = {book.flagship!r}, but source/ has no such chapter"
        )
    return built


def run_one(item: Built, book: Book, settings: Settings) -> tuple[Result, Path, Path]:
    """Execute one notebook; return its result and where notebook and page are."""
    executed = execute(item, book, settings)
    folder, stem = item.framework.folder, item.chapter.stem
    target = book.build / "run" / settings.text / folder / f"{stem}.ipynb"
    nb.write(target, executed)
    html = book.build / "html" / folder / f"{stem}.html"
    title = f"{item.chapter.title} ({item.framework.name})"
    write_page(executed, target.parent, title, book.root, html)
    return read_result(executed), target, html


def run(book: Book, settings: Settings) -> str:
    """Execute all frameworks in turn; return the closing table and the pages."""
    rows, pages = [], []
    built = flagship(book, settings.text)
    for number, item in enumerate(built, 1):
        print(f"[{number}/{len(built)}] {item.framework.name}", flush=True)
        result, target, html = run_one(item, book, settings)
        rows.append(row(item.framework.name, result, book.relative(target)))
        pages.append(book.relative(html))
    listing = "\n".join(f"  {page}" for page in pages)
    return f"\n{table(HEADINGS, rows)}\n\nPages to read in a browser:\n{listing}"


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.run", __doc__)
    parser.add_argument("--mode", choices=MODES, default="full", help="training budget")
    options = parser.parse_args(arguments)
    text = "book" if os.environ.get("D2L_DATA_DIR") else "embedded"

    def work() -> None:
        book = load(options.root)
        digest = choose_text(text)
        print(run(book, Settings(options.mode, text, book_digest=digest)))

    interrupted = "finished notebooks are kept: `make run` goes on with the rest"
    return command.exit_code(work, interrupted, ResultError)


if __name__ == "__main__":
    sys.exit(main())
