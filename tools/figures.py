"""Draw the figures, or check that they are what their scripts draw.

Every SVG in `img/` is drawn by a Python script beside it: without arguments, next
to itself, the same bytes at every run. A script that draws nothing is a module of
the others.

    python -m tools.figures           draw all
    python -m tools.figures --check   draw in a temporary folder and compare

Exit codes: 0 fine, 1 a figure is stale (with --check), 2 a script failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.book import ROOT


class FigureError(Exception):
    """A script failed; the message holds what it said."""


def draw(folder: Path) -> None:
    """Run every script of a folder; raise FigureError if one fails.

    Scripts may import `tools`, to read the committed notebooks.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for script in sorted(folder.glob("*.py")):
        command = [sys.executable, script.name]
        done = subprocess.run(
            command, cwd=folder, env=environment, text=True, capture_output=True
        )
        if done.returncode:
            raise FigureError(f"img/{script.name} failed:\n{done.stderr}")


def check(folder: Path) -> list[str]:
    """One message for each figure that is stale, missing, or drawn by no script."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for script in folder.glob("*.py"):
            shutil.copy(script, copy)
        draw(copy)
        drawn = _contents(copy)
    committed = _contents(folder)
    problems = []
    for name in sorted(drawn | committed):
        if name not in drawn:
            problems.append(f"img/{name}: no script in img/ draws it")
        elif drawn[name] != committed.get(name):
            problems.append(f"stale: img/{name}; run `make figures`")
    return problems


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.svg")}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.figures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--root", type=Path, default=ROOT, help="root of the book")
    options = parser.parse_args(arguments)
    folder = options.root / "img"
    try:
        if options.check:
            problems = check(folder)
        else:
            draw(folder)
            problems = []
    except FigureError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
