"""What an execution shows while it runs: the cell, and the training's live note.

On a terminal the note is one line that is written over; in a log it is a line now
and then, so that the log stays short and still shows that something happens. Several
notebooks at a time are shown by `tools.board`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

INTERVAL = 20.0  # seconds between two notes in a log
ERASE = "\r\033[K"


class Progress:
    """Prints the progress of one notebook, named by `title`."""

    def __init__(self, title: str, stream: TextIO | None = None, clock=time.monotonic):
        self.title = title
        self.stream = stream or sys.stdout
        self.clock = clock
        self.live = self.stream.isatty()
        self.open_line = False
        self.last_note = -INTERVAL

    def cell(self, number: int, total: int, code: str) -> None:
        """Cell `number` of `total` starts; its first telling line names it."""
        self._end_line()
        self._write(f"  cell {number} of {total}: {_first_line(code)}\n")
        self.last_note = self.clock() - INTERVAL

    def note(self, text: str) -> None:
        """Show the status line of a running training."""
        if self.live:
            self._write(f"{ERASE}    {text}")
            self.open_line = True
        elif self.clock() - self.last_note >= INTERVAL:
            self.last_note = self.clock()
            self._write(f"    {text}\n")

    def printed(self, text: str) -> None:
        """Take in what the running cell printed; it isn't shown here."""

    def stoppable(self, stop: Callable[[], None]) -> None:
        """Take in a function that stops an execution in a thread; not needed here."""

    def say(self, text: str) -> None:
        """Print a line about the whole notebook."""
        self._end_line()
        self._write(f"{self.title}: {text}\n")

    def _end_line(self) -> None:
        if self.open_line:
            self._write("\n")
            self.open_line = False

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def _first_line(code: str) -> str:
    lines = [line for line in code.split("\n") if line.strip()]
    telling = [line for line in lines if not line.lstrip().startswith(("#", "%", "@"))]
    return ((telling or lines or [""])[0])[:60]
