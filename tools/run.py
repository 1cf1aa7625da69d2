"""Train the flagship chapter in every framework and compare: `make run`.

As many notebooks run at a time as there are processor cores. With D2L_DATA_DIR set,
they train on the book in that folder, otherwise on the embedded text, whatever has
been downloaded. The executed notebooks go to build/run/, their pages to build/html/;
nothing that is committed changes.

Exit codes: 0 fine, 1 a notebook failed, 2 wrong source or no book, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import contextmanager

from nbformat import NotebookNode

from tools import command
from tools import notebook as nb
from tools.board import Board, Lane, about, makespan
from tools.book import Book, BookError, load
from tools.build import Built, build_all
from tools.edition import Edition, Places
from tools.execute import (
    MODES,
    ExecutionError,
    Settings,
    choose_text,
    execute,
    finished,
)
from tools.page import Page, render, write_pages
from tools.result import HEADINGS, ResultError, read_result, row, table

# One thread for each notebook in PyTorch and MXNet: on busy cores their threads wait
# for one another by spinning, which takes eight times the processor time and more.
# TensorFlow's don't, and are left to it.
THREADS = {"OMP_NUM_THREADS": "1"}
# A notebook's time with one thread over its time with all, which its head gives. On two
# idle cores an epoch took 0.41 and 0.33 s, 0.69 and 0.61 s, 0.79 and 0.46 s.
ONE_THREAD = {"pytorch": 1.2, "tensorflow": 1.1, "mxnet": 1.7}


def flagship(book: Book, text: str) -> list[Built]:
    """The flagship's notebooks, in order, as they will stand below build/run/."""
    places = Places(book, book.build / "run" / text, (book.flagship,))
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


def minutes(item: Built) -> float:
    """Return about how long the notebook takes with one thread.

    Its head says how long with all of them, as in '2 to 3'.
    """
    numbers = [float(n) for n in item.chapter.runtime[item.framework.key].split(" to ")]
    return sum(numbers) / len(numbers) * ONE_THREAD.get(item.framework.key, 1)


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_turn(built: list[Built]) -> list[Built]:
    """Return the order in which notebooks start.

    First the shortest, so that a text is soon there, then the longest first, so that
    the last of them doesn't run alone for long.
    """
    ordered = sorted(built, key=minutes)
    return ordered[:1] + ordered[:0:-1]


def plan(built: list[Built], done: list[Built], workers: int) -> str:
    """Say what will run, in which order and about how long."""
    names = max(len(item.framework.name) for item in [*built, *done])
    lines = [
        f"  {item.framework.name:<{names}}  taken from an earlier run" for item in done
    ]
    if not built:
        return "\n".join(lines)
    lines += [
        f"  {number}. {item.framework.name:<{names}}  {about(60 * minutes(item))}"
        for number, item in enumerate(built, 1)
    ]
    whole = makespan([60 * minutes(item) for item in built], workers)
    lines.append(
        f"Together {about(whole)}, {min(workers, len(built))} at a time. You will see "
        "each network's text as soon as it is written."
    )
    lines.append("Ctrl-C stops; `make run` then continues with what is left.\n")
    return "\n".join(lines)


def run_all(
    built: list[Built], book: Book, settings: Settings
) -> tuple[dict[str, NotebookNode], list[str]]:
    """Execute the notebooks, several at a time; return them by framework's key, and
    what failed.

    Those that were executed before are taken from the cache. Raises KeyboardInterrupt
    if the user stops it, when all kernels have ended.
    """
    executed = {i.framework.key: finished(i, book, settings) for i in built}
    todo = in_turn([item for item in built if executed[item.framework.key] is None])
    done = [item for item in built if item not in todo]
    workers = max(min(cores(), len(todo)), 1)
    print(f"{built[0].chapter.title}:\n{plan(todo, done, workers)}", flush=True)
    board, failures = Board(workers), []
    lanes = [board.add(item.framework.name, 60 * minutes(item)) for item in todo]
    jobs = list(zip(todo, lanes, strict=True))
    with ThreadPoolExecutor(workers) as pool, board:
        futures = {
            pool.submit(run_one, item, book, settings, lane): item
            for item, lane in jobs
        }
        with stopping(pool, lanes):
            while wait(futures, timeout=0.5).not_done:
                board.tick()
    for future, item in futures.items():
        try:
            executed[item.framework.key] = future.result()
        except ExecutionError as error:
            failures.append(str(error))
    return {key: notebook for key, notebook in executed.items() if notebook}, failures


def run_one(item: Built, book: Book, settings: Settings, lane: Lane) -> NotebookNode:
    """Execute one notebook, which reports to its lane of the board."""
    lane.start()
    try:
        notebook = execute(item, book, settings, lane)
    except KeyboardInterrupt as error:  # it mustn't end the thread of a pool
        raise CancelledError from error
    except BaseException:
        lane.end("failed")
        raise
    lane.end("done")
    return notebook


@contextmanager
def stopping(pool: ThreadPoolExecutor, lanes: list[Lane]) -> Iterator[None]:
    """On Ctrl-C, stop what runs and let nothing start; then pass the interrupt on."""
    try:
        yield
    except KeyboardInterrupt:
        # A second Ctrl-C would leave kernels behind, and end in a traceback.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        pool.shutdown(wait=False, cancel_futures=True)
        for lane in lanes:
            lane.stop()
        raise


def page_of(item: Built, notebook: NotebookNode, book: Book, text: str) -> Page:
    """Return the page of an executed notebook, and where both stand."""
    name = f"{item.framework.folder}/{item.chapter.stem}"
    place = book.build / "run" / text / f"{name}.ipynb"
    path = book.build / "html" / f"{name}.html"
    return Page(notebook, place, path, f"{item.chapter.title} ({item.framework.name})")


def run(book: Book, settings: Settings) -> None:
    """Execute all frameworks; print the closing table, and where the pages are.

    Raises ExecutionError, when all is done, if a notebook failed.
    """
    built = flagship(book, settings.text)
    # A formula that can't be set is found now, and not after minutes of training.
    drafts = [page_of(item, item.notebook, book, settings.text) for item in built]
    for draft in drafts:
        render(draft, drafts, book)
    notebooks, failures = run_all(built, book, settings)
    rows, pages = [], []
    for item in built:
        notebook = notebooks.get(item.framework.key)
        if notebook is not None:
            pages.append(page_of(item, notebook, book, settings.text))
            place = pages[-1].place
            nb.write(place, notebook)
            result = read_result(notebook)
            rows.append(row(item.framework.name, result, book.relative(place)))
    write_pages(pages, book)
    if rows:
        listing = "\n".join(f"  {book.relative(page.path)}" for page in pages)
        print(f"\n{table(HEADINGS, rows)}\n\nPages to read in a browser:\n{listing}")
    if failures:
        raise ExecutionError("\n".join(failures))


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.run", __doc__)
    parser.add_argument("--mode", choices=MODES, default="full", help="training budget")
    options = parser.parse_args(arguments)
    text = "book" if os.environ.get("D2L_DATA_DIR") else "embedded"

    def work() -> None:
        book = load(options.root)
        digest = choose_text(text)
        for name, value in THREADS.items():
            os.environ.setdefault(name, value)
        run(book, Settings(options.mode, text, book_digest=digest))

    interrupted = "finished notebooks are kept: `make run` continues with the rest"
    return command.exit_code(work, interrupted, ResultError)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
