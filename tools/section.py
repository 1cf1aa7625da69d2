"""Build, execute, store and check one section with its solutions: `make section`.

    python -m tools.section 09-gru                        in every framework
    python -m tools.section 09-gru --framework pytorch    in one
    python -m tools.section 09-gru --again                even if nothing has changed
    python -m tools.section 09-gru --twice                store nothing, but run each
                                                          cell again after the last

All notebooks are built from their sources. Executed are those of this section, unless
they are up to date (see `tools.execute`).

Exit codes: 0 fine, 1 a notebook failed or isn't right, 2 wrong source or arguments,
130 interrupted.
"""

from __future__ import annotations

import subprocess
import sys

from tools import build, command
from tools import notebook as nb
from tools.again import failures_again
from tools.book import Book, load
from tools.build import Built
from tools.execute import KINDS, choose, choose_text, run_and_store


def problems_of(items: list[Built], book: Book) -> list[str]:
    """Return a message for each notebook that isn't the record of a clean run."""
    return [
        f"{book.relative(item.path)}: {defect}"
        for item in items
        for defect in nb.execution_defects(nb.read(item.path))
    ]


def ruff_findings(items: list[Built]) -> list[str]:
    """Return what ruff finds in the notebooks."""
    paths = [str(item.path) for item in items]
    problems = []
    for options in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *options, "--quiet", *paths]
        done = subprocess.run(ruff, capture_output=True, text=True)
        if done.returncode:
            problems.append((done.stdout + done.stderr).strip())
    return problems


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.section", __doc__)
    parser.add_argument("name", help="such as 09-gru")
    parser.add_argument("--framework", action="append", metavar="F")
    parser.add_argument("--again", action="store_true", help="even if up to date")
    parser.add_argument(
        "--twice", action="store_true", help="run each cell again after the last"
    )
    options = parser.parse_args(arguments)
    options.chapter, options.kind, options.store = [options.name], KINDS, True

    def work() -> list[str]:
        book = load(options.root)
        choose_text("embedded")
        if options.twice:
            options.store = False
            items = choose(book, options)
            return [line for item in items for line in failures_again(item, book)]
        build.write(book, quiet=True)  # what it refuses is collected below
        items = choose(book, options)
        run_and_store(items, book, options.again)
        problems = build.write(book, quiet=True)  # the translations get the outputs
        return problems + problems_of(items, book) + ruff_findings(items)

    return command.exit_code(work, "the same command continues")


if __name__ == "__main__":
    sys.exit(main())
