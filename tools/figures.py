"""Draw the figures, or check that they are what their scripts draw.

Every SVG in `img/` is drawn by a Python script beside it: without arguments, the same
bytes at every run, next to itself and for every language in `img/<language>/`. A
script that draws nothing is a module of the others.

    python -m tools.figures           draw all
    python -m tools.figures --check   draw in a temporary folder and compare
    python -m tools.figures --list    list the figures of the chapters with alt texts

Exit codes: 0 fine, 1 a figure is stale (with --check), 2 a script failed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

from tools import command
from tools.book import ROOT, Book, BookError, load
from tools.labels import collect
from tools.myst import Where, blocks
from tools.source import read_all

# What scripts read, from the book's root: its languages and their catalogues.
READ = ("source", "translations")

# One process runs all, as what they import takes longest. It says which comes next.
RUN = """\
import runpy, sys
sys.path[0] = "."
for name in sys.argv[1:]:
    print(f"\\0{name}", flush=True)
    try:
        runpy.run_path(name, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
"""


class FigureError(BookError):
    """A script failed; the message holds what it said."""


def draw(root: Path) -> None:
    """Run every script in `img/`; raise FigureError if one fails.

    Scripts may import `tools`, to read catalogues and the committed notebooks.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    scripts = sorted(path.name for path in (root / "img").glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-c", RUN, *scripts],
        cwd=root / "img" if scripts else None,
        env=environment,
        text=True,
        capture_output=True,
    )
    if done.returncode:
        script = done.stdout.rpartition("\0")[2].split("\n")[0]
        raise FigureError(_failure(root / "img" / script, done.stderr))


def _failure(script: Path, said: str) -> str:
    """Say in a line where and why a script failed, from its traceback."""
    lines = [line for line in said.split("\n") if line.strip()]
    places = re.findall(rf'File "[^"]*{re.escape(script.name)}", line (\d+)', said)
    reason = lines[-1].strip() if lines else "it said nothing"
    # The tools' own message needs no name of its class.
    reason = re.sub(r"^tools\.\w+\.BookError: ", "", reason)
    where = f" in line {places[-1]}" if places else ""
    return f"img/{script.name} failed{where}: {reason}"


def check(root: Path) -> list[str]:
    """Return a message for each figure that is stale, missing, or without a script."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        (copy / "img").mkdir()
        for script in (root / "img").glob("*.py"):
            shutil.copy(script, copy / "img")
        for folder in READ:
            if (root / folder).exists():
                (copy / folder).symlink_to((root / folder).resolve())
        draw(copy)
        drawn = _contents(copy / "img")
    committed = _contents(root / "img")
    problems = []
    for name in sorted(drawn | committed):
        if name not in drawn:
            problems.append(f"img/{name}: no script in img/ draws it")
        elif drawn[name] != committed.get(name):
            problems.append(f"stale: img/{name}; run `make figures`")
    return problems


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the figures by their paths in the folder, with their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.svg")
    }


@dataclass(frozen=True)
class Figure:
    """A figure where it is shown: number, file in img/, alt text and caption."""

    stem: str
    number: str
    file: str
    alt: str
    caption: str


def shown(book: Book) -> list[Figure]:
    """Return the drawn figures of all chapters and exercises, in reading order.

    Raises BookError for a source that cannot be read.
    """
    chapters = read_all(book)
    labels = collect(chapters)
    found = []
    for chapter in chapters:
        for cell in chapter.cells:
            if cell.kind != "markdown":
                continue
            for block in blocks(cell.text, Where(cell.path, cell.line)):
                if block.name != "figure" or not block.argument:
                    continue
                number = labels.by_name[block.options["name"]].text
                file = Path(block.argument).name
                alt, caption = (
                    block.options.get("alt", ""),
                    " ".join(block.body.split()),
                )
                found.append(Figure(chapter.stem, number, file, alt, caption))
    return found


def listing(book: Book) -> str:
    """Return what `--list` prints."""
    return "\n\n".join(
        f"Figure {each.number} ({each.stem}): img/{each.file}\n"
        + textwrap.fill(f"alt text: {each.alt}", 88, subsequent_indent="  ")
        + "\n"
        + textwrap.fill(f"caption: {each.caption}", 88, subsequent_indent="  ")
        for each in shown(book)
    )


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.figures", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--list", action="store_true", help="list, draw nothing")
    options = parser.parse_args(arguments)

    def work() -> list[str] | None:
        if options.list:
            print(listing(load(options.root)))
            return None
        return check(options.root) if options.check else draw(options.root)

    return command.exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
