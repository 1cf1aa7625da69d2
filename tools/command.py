"""What all commands of the book share: the option --root, and exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tools.book import ROOT, BookError


class Failure(Exception):
    """Something that a command ran has failed, though the source is right."""


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with --root for `python -m module`.

    `description`, usually the module's docstring, is printed as it stands.
    """
    made = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--root", type=_folder, default=ROOT, help="root of the book")
    return made


def _folder(text: str) -> Path:
    return Path(text).resolve()


def exit_code(
    work: Callable[[], list[str] | None], interrupted: str = "", *failures: type
) -> int:
    """Do the work of a command; return its exit code, having said why on stderr.

    1 for a Failure, for `failures` and for problems that `work` returns, 2 for a
    BookError and for a file that can't be read or written, 130 for Ctrl-C;
    `interrupted` then says how to continue.
    """
    try:
        problems = work() or []
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (Failure, *failures) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # Such as a folder in the place of a file, or one that mustn't be written.
        reason = error.strerror or str(error)
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        message = f"interrupted; {interrupted}" if interrupted else "interrupted"
        print(f"\n{message}", file=sys.stderr)
        return 130
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
