"""One notebook: assembly from a chapter, identity of its cells, storage.

A rebuild without a change gives the same bytes: ids come from the content, keys
are sorted, and stored outputs are carried over.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.book import Book, Framework
from tools.head import head, set_up
from tools.labels import Labels, Reader
from tools.markdown import Images, render
from tools.myst import Where
from tools.source import Cell, Chapter


def assemble(
    chapter: Chapter,
    framework: Framework,
    book: Book,
    labels: Labels,
    folder: Path | None = None,
) -> NotebookNode:
    """The notebook of one chapter in one framework, without outputs.

    `folder` is where it will stand (default: its place below notebooks/); image
    paths are relative to it. Raises BookError for what cannot be resolved.
    """
    folder = folder or book.notebooks / framework.folder
    reader = Reader(labels, chapter.stem, framework.key)
    images = Images(book.source, folder)
    front = Where(chapter.path, 1)
    goals, needs = (
        tuple(render(item, reader, images, front) for item in items)
        for items in (chapter.goals, chapter.needs)
    )
    opening = replace(chapter, goals=goals, needs=needs)
    cells = [
        new_markdown_cell(
            head(opening, framework, book), id=_digest(chapter.stem, "head")
        ),
        new_code_cell(set_up(framework, book), id=_digest(chapter.stem, "set-up")),
    ]
    for cell, name in zip(chapter.cells, cell_ids(chapter), strict=True):
        if framework.key in cell.frameworks:
            cells.append(_cell(cell, name, chapter, reader, images))
    return new_notebook(cells=cells, metadata=_metadata(chapter, framework, book))


def cell_ids(chapter: Chapter) -> list[str]:
    """A stable id for each source cell: of its content, the same in each framework.

    A content that comes again is told apart by a counter.
    """
    taken: set[str] = set()
    ids = []
    for cell in chapter.cells:
        count = 0
        while (name := _digest(chapter.stem, cell.kind, cell.text, count)) in taken:
            count += 1
        taken.add(name)
        ids.append(name)
    return ids


def _digest(*parts: object) -> str:
    text = "\0".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _cell(
    cell: Cell, name: str, chapter: Chapter, reader: Reader, images: Images
) -> NotebookNode:
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.kind == "markdown":
        text = render(cell.text, reader, images, Where(chapter.path, cell.line))
        return new_markdown_cell(text, id=name, metadata=metadata)
    if cell.fast:
        metadata["fast"] = dict(cell.fast)
    return new_code_cell(cell.text, id=name, metadata=metadata)


def _metadata(chapter: Chapter, framework: Framework, book: Book) -> dict:
    return {
        "kernelspec": dict(book.kernelspec),
        "language_info": {"name": "python"},
        "d2l_local": {"source": chapter.path, "framework": framework.key},
    }


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def same_code(first: NotebookNode, second: NotebookNode) -> bool:
    """Whether two notebooks run the same code cells in the same order."""
    return [cell.source for cell in code_cells(first)] == [
        cell.source for cell in code_cells(second)
    ]


def carry_outputs(target: NotebookNode, stored: NotebookNode) -> bool:
    """Put the outputs of a stored run into `target`; say whether that was done.

    It is all or nothing: once one code cell has changed, the stored outputs come
    from another program, and `target` is left without any.
    """
    if not same_code(target, stored):
        return False
    for new, old in zip(code_cells(target), code_cells(stored), strict=True):
        new.outputs = [_without_live_note(output) for output in old.outputs]
        new.execution_count = old.execution_count
    return True


def _without_live_note(output: NotebookNode) -> NotebookNode:
    """The status line of a training run serves while it runs, not afterwards."""
    output = nbformat.from_dict(output)
    output.get("metadata", {}).pop("d2l_local", None)
    return output


def has_outputs(notebook: NotebookNode) -> bool:
    return any(
        cell.outputs or cell.execution_count is not None
        for cell in code_cells(notebook)
    )


def dumps(notebook: NotebookNode) -> str:
    """Canonical text of a notebook: valid nbformat 4.5, one trailing newline."""
    notebook = nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """Read and validate a notebook file."""
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    nbformat.validate(notebook)
    return notebook


def write(path: Path, notebook: NotebookNode) -> None:
    write_text(path, dumps(notebook))


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)  # mkstemp gives its owner alone any right
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def stored(path: Path) -> NotebookNode | None:
    """The notebook at `path`, or None where there is none yet."""
    return read(path) if path.exists() else None


def defects(notebook: NotebookNode) -> list[str]:
    """Why a notebook cannot be the record of one clean run; empty if it can.

    nbval compares what is stored with a fresh run, so a notebook from which cells
    or their outputs were taken away could pass without testing anything.
    """
    cells = code_cells(notebook)
    if not any(cell.outputs for cell in cells):
        return ["no code cell has an output"]
    found = []
    for number, cell in enumerate(cells, 1):
        if cell.execution_count != number:
            found.append(
                f"code cell {number} has execution count {cell.execution_count}: "
                "not executed, or not in order from a fresh start"
            )
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"code cell {number} ended in {output.ename}")
            elif output.get("name") == "stderr":
                found.append(f"code cell {number} wrote to stderr: {output.text}")
    return found
