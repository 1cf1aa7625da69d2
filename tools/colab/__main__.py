"""Check that every notebook runs on Colab: `make test-colab`.

    python -m tools.colab                         every chapter and every solution
    python -m tools.colab --framework pytorch     those of one framework
    python -m tools.colab --fresh                 also what has passed before

.venv-colab holds what Colab has preinstalled (requirements-colab.txt). In a copy of it
the first notebook of a framework installs what its set-up cell installs, from the files
of this checkout as they are now; the others find that done. All run on the reduced
budget. A notebook that has
passed is not run again as long as code, package and environment are the same, so an
interrupted call continues where it stopped.

Exit codes: 0 fine, 1 a notebook broke the contract, 2 wrong set-up or arguments,
130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tools import command
from tools import notebook as nb
from tools.book import Book, load
from tools.colab.contract import Colab, Subject, check, find, proof_entry
from tools.colab.environment import Environment, check_base, requirements
from tools.colab.repository import snapshot
from tools.execute import prepare
from tools.progress import Progress

REQUIREMENTS = "requirements-colab.txt"
TIMEOUT = 600  # seconds for one cell, the installation included


def check_unless_passed(subject: Subject, colab: Colab, fresh: bool) -> None:
    """Check one notebook, unless it has passed as it is."""
    prepared = prepare(nb.read(subject.path), "fast")
    entry = proof_entry(subject, prepared, colab)
    progress = Progress(subject.name)
    if not fresh and entry.load() is not None:
        progress.say("has passed before, and nothing has changed")
        return
    progress.say("runs with the versions of Colab")
    start = time.monotonic()
    check(subject, prepared, colab, progress)
    entry.store(prepared)
    progress.say(f"passed in {time.monotonic() - start:.0f} seconds")


def check_all(book: Book, options: argparse.Namespace) -> None:
    subjects = find(book, book.select_installed(options.framework))
    base = Environment(options.environment.resolve())
    preinstalled = check_base(base, requirements(book.root / REQUIREMENTS))
    place = book.build / "colab"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as scratch:
        scratch = Path(scratch)
        repository = snapshot(book.root, scratch / "repository.git")
        colab = Colab(book, base, preinstalled, repository, scratch, options.timeout)
        for subject in subjects:
            check_unless_passed(subject, colab, options.fresh)


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    return command.exit_code(
        lambda: check_all(load(options.root), options),
        "what has passed is kept: the same command continues",
    )


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = command.parser("tools.colab", __doc__)
    add = parser.add_argument
    add("--framework", action="append", metavar="F", help="may be given repeatedly")
    add("--fresh", action="store_true", help="run also what has passed before")
    add("--timeout", type=int, default=TIMEOUT, help="seconds for one cell")
    add(
        "--environment",
        type=Path,
        metavar="FOLDER",
        help="with what Colab has preinstalled (default: .venv-colab)",
    )
    options = parser.parse_args(arguments)
    options.environment = options.environment or options.root / ".venv-colab"
    return options


if __name__ == "__main__":
    sys.exit(main())
