"""Several notebooks that run at the same time: their plan, and what is left of it.

On a terminal each notebook has a bar, in a log there is a line now and then. A text
that a network wrote is shown the moment it is printed.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from tqdm import tqdm

from tools.result import Result, closing

INTERVAL = 30.0  # seconds between two lines in a log
# What a training's live note says of its epochs, as in "epoch 210/500, perplexity 5.2".
EPOCHS = re.compile(r"\bepoch (\d+)/(\d+)")
# How much of the flagship's time has passed when its network has learned its text: 0.7
# to 0.9 of the processor time of the three frameworks.
WRITTEN = 0.75
TRUSTED = 0.05  # of a training is done before its speed says how long a notebook takes


class Lane:
    """One notebook on the board; its execution reports here, from its own thread.

    `seconds` is how long it takes as planned. See `tools.progress.Progress` for the
    methods that an execution calls.
    """

    def __init__(self, title: str, seconds: float, board: Board):
        self.title, self.seconds, self.board = title, seconds, board
        self.began: float | None = None
        self.ended: float | None = None
        self.state = "waits"
        self.forecast: float | None = None  # seconds in all, once its speed is known
        self.result: Result | None = None
        self._where = ""  # such as "cell 3 of 37"
        self._cell_began = 0.0
        self._text = ""  # printed by the running cell
        self._stop: Callable[[], None] | None = None
        self._stopped = False

    def start(self) -> None:
        """The execution starts."""
        with self.board.lock:
            self.began, self.state = self.board.clock(), "starts"

    def cell(self, number: int, total: int, code: str) -> None:
        with self.board.lock:
            self._where = self.state = f"cell {number} of {total}"
            self._cell_began, self._text = self.board.clock(), ""

    def note(self, text: str) -> None:
        with self.board.lock:
            self.state = text
            if epochs := EPOCHS.search(text):
                self._learn(int(epochs[1]) / int(epochs[2]))

    def _learn(self, share: float) -> None:
        """Forecast the notebook's time when `share` of its training is done."""
        if share >= TRUSTED and self.result is None:
            before = self._cell_began - self.began
            training = (self.board.clock() - self._cell_began) / share
            self.forecast = (before + training) / WRITTEN

    def printed(self, text: str) -> None:
        with self.board.lock:
            self._text += text
            whole_lines = self._text.rpartition("\n")[0]  # a text may come in pieces
            result = closing(whole_lines, self.title)
            if result and self.result is None:
                self._learn(1)
                self.result, self.state = result, self._where
                self.board.show(
                    f"{self.title} wrote, {duration(self.elapsed)} after its start "
                    f"(perplexity {result.perplexity:.1f}, {result.speed:,.0f} "
                    f"tokens/sec on {result.device}):\n"
                    + "\n".join(f"    {line}" for line in result.text)
                )

    def say(self, text: str) -> None:
        with self.board.lock:
            self.state = text

    def stoppable(self, stop: Callable[[], None]) -> None:
        with self.board.lock:
            self._stop = stop
            if self._stopped:
                stop()

    def stop(self) -> None:
        """Stop the execution, even if it is only about to start."""
        with self.board.lock:
            self._stopped = True
            if self._stop and self.running:
                self._stop()

    def end(self, state: str) -> None:
        """The execution is over: 'done', 'failed' or what else became of it."""
        with self.board.lock:
            self.ended, self.state = self.board.clock(), state
            if self.began is not None:
                where = f", {self._where}" if state != "done" and self._where else ""
                self.board.show(
                    f"{self.title}: {state} after {duration(self.elapsed)}{where}"
                )

    @property
    def running(self) -> bool:
        return self.began is not None and self.ended is None

    @property
    def elapsed(self) -> float:
        """Seconds since its start."""
        if self.began is None:
            return 0.0
        return (self.ended or self.board.clock()) - self.began

    def left(self, pace: float) -> float:
        """Seconds to its end, if notebooks take `pace` times as long as planned."""
        if self.ended is not None:
            return 0.0
        return max((self.forecast or self.seconds * pace) - self.elapsed, 0.0)


class Board:
    """The notebooks of one command, `workers` of which run at a time."""

    def __init__(
        self, workers: int, stream: TextIO | None = None, clock=time.monotonic
    ):
        self.workers = workers
        self.stream = stream or sys.stdout
        self.clock = clock
        self.live = self.stream.isatty()
        self.lock = threading.RLock()
        self.lanes: list[Lane] = []
        self.began = clock()
        self._bars: list[tqdm] = []
        self._last_line = self.began

    def add(self, title: str, seconds: float) -> Lane:
        """A further notebook, which starts after those that were added before."""
        self.lanes.append(Lane(title, seconds, self))
        return self.lanes[-1]

    def __enter__(self) -> Board:
        if self.live:
            self._bars = [
                tqdm(
                    total=1,
                    position=place,
                    leave=False,
                    file=self.stream,
                    dynamic_ncols=True,
                    bar_format=" ",
                )
                for place in range(len(self.lanes) + 1)
            ]
        return self

    def __exit__(self, *error) -> None:
        for bar in reversed(self._bars):
            bar.close()
        self._bars = []

    def show(self, text: str) -> None:
        """Print lines that stay, above the bars."""
        with self.lock:
            if self._bars:
                tqdm.write(text, file=self.stream)
            else:
                print(text, file=self.stream, flush=True)

    def tick(self) -> None:
        """Bring the bars up to date; in a log, write a line if it is time for one."""
        with self.lock:
            if self._bars:
                self._draw()
            elif self.clock() - self._last_line >= INTERVAL:
                self._last_line = self.clock()
                parts = [f"{lane.title}: {lane.state}" for lane in self.lanes]
                self.show(" | ".join([*parts, self.outlook()]))

    def _draw(self) -> None:
        pace, width = self.pace(), max(len(lane.title) for lane in self.lanes)
        for lane, bar in zip(self.lanes, self._bars, strict=False):
            left = lane.left(pace)
            bar.n = 1.0 if lane.ended else lane.elapsed / (lane.elapsed + left or 1)
            if lane.running:
                bar.n = min(bar.n, 0.99)
            state = lane.state.replace("{", "{{").replace("}", "}}")
            bar.bar_format = f"{lane.title:<{width}} {{bar:20}} {state}"
            bar.refresh()
        self._bars[-1].bar_format = self.outlook()
        self._bars[-1].refresh()

    def pace(self) -> float:
        """How much longer than planned the notebooks take, as far as is known."""
        known = [lane for lane in self.lanes if lane.forecast]
        if not known:
            return 1.0
        return sum(x.forecast for x in known) / sum(x.seconds for x in known)

    def outlook(self) -> str:
        """The time since the start, and about how long it will still take."""
        with self.lock:
            pace = self.pace()
            running = [lane.left(pace) for lane in self.lanes if lane.running]
            waiting = [
                lane.left(pace)
                for lane in self.lanes
                if lane.began is None and lane.ended is None
            ]
            left = makespan(waiting, self.workers, running)
            return f"{duration(self.clock() - self.began)} gone, {about(left)} left"


def makespan(
    seconds: Iterable[float], workers: int, running: Iterable[float] = ()
) -> float:
    """When the last job ends, if each starts in turn as soon as a worker is free.

    `running` are what is left of the jobs that run already.
    """
    free = sorted([*running, *[0.0] * workers])[-workers:]
    for job in seconds:
        free = sorted([free[0] + job, *free[1:]])
    return max(free)


def duration(seconds: float) -> str:
    """Such as '45 s' or '2 min 05 s'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def about(seconds: float) -> str:
    """Such as 'about 3 min'; nobody knows the seconds."""
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes >= 1 else "less than a minute"
