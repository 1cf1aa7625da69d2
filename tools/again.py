"""Run a notebook to its end and then every cell again, as readers who go back up do.

A name that is used for two things works from top to bottom only: a cell above, run
again, finds the second of them. All cells are run again from the first to the last, and
then from the last to the first, when each finds what the cells below it have left.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from tools import notebook as nb
from tools.book import Book
from tools.build import Built
from tools.execute import (
    ANSI,
    TIMEOUT,
    Client,
    kernel_environment,
    prepare,
    run_client,
    title,
)
from tools.progress import Progress


class TwiceClient(Client):
    """A client that looks for stray output in the first pass only."""

    def _check(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        if nb.MAY_RAISE not in cell.metadata.get("tags", []):
            super()._check(cell, cell_index, execute_reply)


def failures_again(item: Built, book: Book) -> list[str]:
    """Run a notebook in one kernel, on the reduced budget; store nothing.

    Returns a message for each cell that fails when it is run again. Raises
    ExecutionError if one fails the first time.
    """
    once, down, up = (nb.code_cells(prepare(item.notebook, "fast")) for _ in range(3))
    again = [*enumerate(down, 1), *reversed(list(enumerate(up, 1)))]
    for place, (_, cell) in enumerate(again):
        cell.id = f"again-{place}"
        cell.metadata["tags"] = [nb.MAY_RAISE]  # the others are run all the same
    cells = [*once, *(cell for _, cell in again)]
    notebook = new_notebook(cells=cells, metadata=item.notebook.metadata)
    progress = Progress(f"{title(item)}, twice")
    progress.say("executing (fast budget, embedded text)")
    item.path.parent.mkdir(parents=True, exist_ok=True)
    client = TwiceClient(
        notebook,
        progress,
        timeout=TIMEOUT,
        resources={"metadata": {"path": str(item.path.parent)}},
    )
    run_client(client, kernel_environment(book.root, "embedded"))
    found = {
        number: f"{title(item)}: code cell {number}, run again after the end: "
        f"{output.ename}: {_first_line(output.evalue)}\n    {_first_line(cell.source)}"
        for number, cell in again
        for output in cell.outputs
        if output.output_type == "error"
    }
    return [found[number] for number in sorted(found)]


def _first_line(text: str) -> str:
    return ANSI.sub("", text).strip().split("\n")[0][:100]
