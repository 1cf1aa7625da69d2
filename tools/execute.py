"""Execute chapters and solutions, each in a fresh kernel of this Python.

    python -m tools.execute                       all notebooks, for a trial
    python -m tools.execute --store               those without outputs, or changed,
                                                  and store their outputs
    python -m tools.execute --store --again       all of them
    python -m tools.execute --mode fast           on the reduced budget
    python -m tools.execute --framework pytorch --chapter 12-deep-rnn --kind solutions

What has been executed is kept in build/cache/ and taken up again as long as code,
helper package, versions and text are the same; an interrupted call continues with
the notebooks that weren't done. Nothing in notebooks/ changes without --store,
and then only for notebooks that ran to their end. Those whose outputs are complete
stay as they are, until something that they depend on has changed since they were
stored here. Frameworks that aren't installed are left out.

Exit codes: 0 fine, 1 a notebook failed, 2 wrong source or arguments,
130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import zmq
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode
from traitlets import default

from tools import command
from tools import notebook as nb
from tools.book import Book, BookError, load
from tools.build import Built, build_all
from tools.cache import Entry, entry
from tools.command import Failure
from tools.files import write_text
from tools.pictures import is_drawing
from tools.progress import Progress
from tools.source import apply_fast

MODES = ("full", "fast")
TEXTS = ("embedded", "book")
KINDS = ("chapter", "solutions")
TIMEOUT = 2400  # seconds for one cell
# TensorFlow logs to stderr, which would count as an unexpected output; stored reports
# of checks are in English, whatever the language of this machine.
KERNEL_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "D2L_LANGUAGE": "en"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionError(Failure):
    """A notebook did not run to its end, or wrote what must not be stored."""


@dataclass(frozen=True)
class Settings:
    """Options of an execution; `book_digest` is of the book's file, if it's read."""

    mode: str = "full"
    text: str = "embedded"
    timeout: int = TIMEOUT
    book_digest: str = ""


class CurrentKernel(AsyncKernelManager):
    """A kernel of the Python that runs this program.

    The kernel called python3 may belong to another environment: a kernel spec in
    the user's home folder wins over the one of the environment. Messages are
    encrypted where ZeroMQ can, as the kernel warns on the terminal otherwise.
    """

    @default("transport_encryption")
    def _default_encryption(self) -> str:
        return "auto" if zmq.has("curve") else "disabled"

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(resource_dir="", **get_kernel_dict())


class Client(NotebookClient):
    """nbclient that reports each cell, what it prints, and a training's live note."""

    def __init__(self, notebook: NotebookNode, progress: Progress, **options):
        super().__init__(
            notebook,
            kernel_manager_class=CurrentKernel,
            record_timing=False,  # time stamps would change with each run
            coalesce_streams=True,
            **options,
        )
        self.progress = progress
        self.current = 0  # number of the cell that runs, counting code cells
        self.stopped = False  # by Ctrl-C
        self.on_cell_execute = self._announce
        self.on_cell_executed = self._check

    async def async_start_new_kernel(self, **options) -> None:
        """Start the kernel, and let Ctrl-C cancel the execution in good order.

        nbclient's own handlers, which are in place by now, kill the kernel under
        the running cell and end in an error of their own.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop() -> None:
            self.stopped = True
            self.shutdown_kernel = "immediate"
            task.cancel()

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
        else:  # signals reach the main thread alone, which then calls this
            self.progress.stoppable(lambda: call_in(loop, stop))
        await super().async_start_new_kernel(**options)

    def _announce(self, cell: NotebookNode, cell_index: int) -> None:
        self.current += 1
        total = len(nb.code_cells(self.nb))
        self.progress.cell(self.current, total, cell.source)

    def _check(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        # At once, before hours of training follow that would be thrown away.
        check_stderr(cell, self.current, self.progress.title)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int):
        if msg["msg_type"] in ("display_data", "update_display_data"):
            note = msg["content"]["metadata"].get("d2l_local", {}).get("note")
            if note:
                self.progress.note(note)
        elif msg["msg_type"] == "stream" and msg["content"]["name"] == "stdout":
            self.progress.printed(msg["content"]["text"])
        return super().process_message(msg, cell, cell_index)


def call_in(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call a function in the loop of another thread, unless that has just ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function)


def kernel_environment(root: Path, text: str) -> dict[str, str]:
    """Return the environment of a kernel: this process's, with text and helper set."""
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **KERNEL_ENVIRONMENT,
        "PYTHONPATH": os.pathsep.join(paths),
        "D2L_TEXT": text,
    }


def prepare(notebook: NotebookNode, mode: str) -> NotebookNode:
    """Return a copy to execute: in fast mode on the reduced budget.

    It has no outputs but the drawings, which are the build's.
    """
    copy = nbformat.from_dict(notebook)
    copy.metadata.get("d2l_local", {}).pop(nb.SEAL, None)
    for cell in nb.code_cells(copy):
        cell.outputs = cell.outputs if is_drawing(cell) else []
        cell.execution_count = None
        if mode == "fast":
            cell.source = apply_fast(cell.source, cell.metadata.get("fast", {}))
    return copy


def run_cells(
    notebook: NotebookNode,
    folder: Path,
    root: Path,
    settings: Settings,
    progress: Progress,
) -> NotebookNode:
    """Execute a prepared notebook in `folder` and return it with its outputs.

    Raises ExecutionError naming the cell, with the traceback, if a cell fails,
    takes longer than the time limit or writes to stderr, KeyboardInterrupt if the
    user stopped it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    client = Client(
        notebook,
        progress,
        timeout=settings.timeout,
        resources={"metadata": {"path": str(folder)}},
    )
    run_client(client, kernel_environment(root, settings.text))
    return notebook


def run_client(client: Client, environment: dict[str, str]) -> None:
    """Execute the client's notebook in a kernel with these environment variables.

    Raises ExecutionError naming the cell, with the traceback, if a cell fails or
    takes longer than the time limit, KeyboardInterrupt if the user stopped it.
    """
    try:
        # With a loop of its own, which ends no thread with tasks that still wait.
        asyncio.run(client.async_execute(env=environment))
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        if client.stopped:  # nbclient calls a cancelled cell a dead kernel
            raise KeyboardInterrupt from error
        message = str(error) if sys.stdout.isatty() else ANSI.sub("", str(error))
        raise ExecutionError(
            f"{client.progress.title}: code cell {client.current} failed\n{message}"
        ) from error


def check_stderr(cell: NotebookNode, number: int, title: str) -> None:
    """Raise ExecutionError if a code cell wrote to stderr.

    `number` counts the code cells of the notebook `title`, from 1.
    """
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise ExecutionError(
                f"{title}: code cell {number} wrote to stderr; fix the cause, "
                f"as readers would see it too:\n{output.text}\n"
                f"The cell:\n{cell.source}"
            )


def cache_entry(item: Built, book: Book, settings: Settings) -> Entry:
    """Return the place of this execution in the cache."""
    prepared = prepare(item.notebook, settings.mode)
    text = f"{settings.text} {settings.book_digest}".strip()
    return entry(book, item.framework, prepared, settings.mode, text)


def finished(item: Built, book: Book, settings: Settings) -> NotebookNode | None:
    """Return the notebook with the outputs of an earlier run, None if there is none."""
    executed = cache_entry(item, book, settings).load()
    if executed is None:
        return None
    return _carried(executed, item, settings)


def _carried(executed: NotebookNode, item: Built, settings: Settings) -> NotebookNode:
    """Return the notebook, whose prose may be newer, with the outputs of a run."""
    fresh = prepare(item.notebook, settings.mode)
    nb.carry_outputs(fresh, executed)
    return fresh


def title(item: Built) -> str:
    """Return what messages call a notebook."""
    kind = "" if item.edition.kind == "chapter" else f" {item.edition.kind}"
    return f"{item.framework.name}, {item.chapter.stem}{kind}"


def execute(
    item: Built, book: Book, settings: Settings, progress: Progress | None = None
) -> NotebookNode:
    """Return the executed notebook of one chapter, from the cache if it's there.

    `progress` is told what happens (default: it is printed).
    """
    progress = progress or Progress(title(item))
    kept = cache_entry(item, book, settings)
    executed = finished(item, book, settings)
    if executed is None:
        progress.say(f"executing ({settings.mode} budget, {settings.text} text)")
        prepared = prepare(item.notebook, settings.mode)
        executed = run_cells(prepared, item.path.parent, book.root, settings, progress)
        kept.store(executed)
        executed = _carried(executed, item, settings)
        progress.say("done")
    else:
        progress.say(f"taken from {book.relative(kept.folder)}")
    return executed


def store(item: Built, executed: NotebookNode, book: Book) -> None:
    """Write the outputs of a full run into the committed notebook."""
    nb.carry_outputs(item.notebook, executed)
    nb.seal(item.notebook)
    nb.write(item.path, item.notebook)
    write_text(_record(item, book), cache_entry(item, book, Settings()).folder.name)


def up_to_date(item: Built, book: Book) -> bool:
    """Tell whether the stored outputs are complete, and of what would run now.

    A notebook that was stored elsewhere, as in a fresh clone, is trusted: the tests
    compare it with a run.
    """
    if nb.execution_defects(item.notebook):
        return False
    record = _record(item, book)
    now = cache_entry(item, book, Settings()).folder.name
    if not record.exists():
        write_text(record, now)
    return record.read_text(encoding="utf-8") == now


def _record(item: Built, book: Book) -> Path:
    """Return the file that says which execution a notebook holds the outputs of."""
    return book.build / "stored" / book.relative(item.path).replace("/", "-")


def run_and_store(items: list[Built], book: Book, again: bool = False) -> None:
    """Execute notebooks and store their outputs; leave those that are up to date."""
    for item in items:
        if not again and up_to_date(item, book):
            print(f"up to date {book.relative(item.path)}")
            continue
        store(item, execute(item, book, Settings()), book)
        print(f"stored     {book.relative(item.path)}")


def choose_text(text: str) -> str:
    """Make this process and its kernels read `text`; return the book's digest.

    The digest is '' for the embedded text. Raises BookError, before anything
    runs, if the book is asked for and missing or damaged.
    """
    os.environ["D2L_TEXT"] = text
    if folder := os.environ.get("D2L_DATA_DIR"):
        # Kernels run in the notebook's folder, where a relative path leads nowhere.
        os.environ["D2L_DATA_DIR"] = str(Path(folder).resolve())
    if text == "embedded":
        return ""
    # Only here is the helper package needed.
    from d2l_local.download import data_dir
    from d2l_local.text.sources import BOOK_FILE, find_time_machine

    try:
        source = find_time_machine()
    except FileNotFoundError as error:  # whose remedy is for a notebook
        raise BookError(
            f"there is no {BOOK_FILE} in {data_dir()}. Fetch it once with: "
            f"{shlex.quote(sys.executable)} -m d2l_local.download time_machine"
        ) from error
    except (OSError, ValueError) as error:
        raise BookError(f"the book cannot be read: {error}") from error
    return hashlib.sha256(Path(str(source.path)).read_bytes()).hexdigest()


def choose(book: Book, options: argparse.Namespace) -> list[Built]:
    """Return the notebooks asked for that can run here.

    Raises BookError if a name fits none.
    """
    frameworks = book.select_installed(options.framework)
    kinds = options.kind or KINDS
    # Only a stored notebook needs the languages, for the links of its head; a trial
    # run isn't to wait for a translation that has to be fixed.
    languages = None if options.store else ()
    built = [
        item
        for item in build_all(book, languages=languages)
        if item.edition.runs
        and item.framework in frameworks
        and item.edition.kind in kinds
    ]
    stems = {item.chapter.stem for item in built}
    for name in options.chapter or ():
        if name not in stems:
            known = ", ".join(sorted(stems))
            raise BookError(f"there is no chapter {name!r}; choose from {known}")
    wanted = options.chapter or stems
    found = [item for item in built if item.chapter.stem in wanted]
    pages = {item.chapter.stem for item in found if not fits(item, book)}
    names = " and ".join(framework.name for framework in book.lacking)
    reasons = [f"{stem} runs all frameworks, and needs {names}" for stem in pages]
    if options.chapter and pages == {item.chapter.stem for item in found}:
        raise BookError("; ".join(sorted(reasons)))
    for reason in sorted(reasons):
        print(f"left out: {reason}", flush=True)
    return [item for item in found if item.chapter.stem not in pages]


def fits(item: Built, book: Book) -> bool:
    """Return False if the notebook runs a framework that isn't installed here."""
    return book.fits(bool(item.notebook.metadata["d2l_local"].get("all_frameworks")))


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)

    def work() -> None:
        book = load(options.root)
        digest = choose_text(options.text)
        settings = Settings(options.mode, options.text, options.timeout, digest)
        items = choose(book, options)
        if options.store:
            run_and_store(items, book, options.again)
        else:
            for item in items:
                execute(item, book, settings)

    how = "finished notebooks are kept: the same command continues"
    return command.exit_code(work, how)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = command.parser("tools.execute", __doc__)
    add = parser.add_argument
    add("--framework", action="append", metavar="F", help="may be given repeatedly")
    add("--chapter", action="append", metavar="C", help="such as 12-deep-rnn")
    add("--kind", action="append", choices=KINDS, help="may be given repeatedly")
    add("--mode", choices=MODES, default="full", help="training budget")
    add("--text", choices=TEXTS, default="embedded", help="text to train on")
    add("--timeout", type=int, default=TIMEOUT, help="seconds for one cell")
    add("--store", action="store_true", help="write the outputs into notebooks/")
    add("--again", action="store_true", help="store also what is up to date")
    options = parser.parse_args(arguments)
    if options.store and (options.mode, options.text) != ("full", "embedded"):
        parser.error("--store takes outputs of the full budget on the embedded text")
    return options


if __name__ == "__main__":
    sys.exit(main())
