"""One notebook: assemble it from a chapter, give its cells ids, store it.

A rebuild without a change gives the same bytes: ids come from the content, keys
are sorted, and stored outputs are carried over.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.book import Book, BookError
from tools.edition import Edition, Places
from tools.exercise import (
    answer_mark,
    check_mark,
    explanation_mark,
    without_solution,
)
from tools.files import read_plain, write_text
from tools.head import head, set_up, without_language
from tools.labels import Labels
from tools.markdown import render
from tools.myst import Block, Where
from tools.pictures import (
    SHOW,
    about_drawing,
    alt_of,
    defects,
    described,
    drawings,
    drawn_above,
    file_of,
    is_drawing,
    shown,
    undescribed,
)
from tools.references import Reader
from tools.source import Cell, Chapter
from tools.translations.catalogue import Counts
from tools.wording import Wording

SEAL = "outputs"  # in a notebook's metadata: a digest of what its run gave
CONFLICT = re.compile(r"<<<<<<< |=======$|>>>>>>> ")
MAY_RAISE = "raises-exception"  # a tag that Jupyter knows
LANGUAGE = {"name": "python"}  # a kernel says more, which depends on its version


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of a chapter in one notebook: edition, place and language.

    `related` and `languages` are the editions that the head links to, see
    `tools.head.head`.
    """

    edition: Edition
    places: Places
    wording: Wording
    related: dict[str, Edition]
    languages: dict[str, Edition]
    coverage: Counts | None = None

    def reader(self, labels: Labels, stem: str) -> Reader:
        return Reader(labels, stem, self.edition, self.places, self.wording)

    @property
    def language(self) -> str:
        """The language's key; none for English."""
        return self.edition.language.key if self.edition.language else ""


def assemble(
    chapter: Chapter, around: Surroundings, labels: Labels, ids: list[str]
) -> NotebookNode:
    """Return the notebook of one chapter in one edition, without outputs.

    `ids` are those of the source's cells, see `cell_ids`. Raises BookError for what
    cannot be resolved.
    """
    edition, book = around.edition, around.places.book
    reader = around.reader(labels, chapter.stem)
    front = Where(chapter.front_path, 1)
    goals, needs = (
        tuple(render(item, reader, front) for item in items)
        for items in (chapter.goals, chapter.needs)
    )
    opening = head(
        replace(chapter, goals=goals, needs=needs),
        edition,
        around.places,
        around.wording,
        around.related,
        around.languages,
        around.coverage,
    )
    frameworks = book.frameworks if chapter.all_frameworks else (edition.framework,)
    speaks = edition.language and _speaks(chapter)
    code = set_up(frameworks, book, edition.language if speaks else None)
    cells = [
        new_markdown_cell(opening, id=_digest(chapter.stem, "head")),
        new_code_cell(code, id=_digest(chapter.stem, "set-up")),
    ]
    key = edition.framework.key
    chosen = _join_answers(
        [
            (cell, name)
            for cell, name in zip(chapter.cells, ids, strict=True)
            if key in cell.frameworks
        ]
    )
    marks = _marks([cell for cell, _ in chosen])
    for (cell, name), mark in zip(chosen, marks, strict=True):
        first, *more = _cells(cell, name, chapter, reader, around)
        if mark:
            first.metadata["nbgrader"] = mark
        if cell.kind == "markdown":
            _describe_above(cell, cells[-1])
        cells += [first, *more]
    if edition.kind == "exercises":
        let_run_all_go_on(cells)
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": _metadata(chapter, edition, book),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def _speaks(chapter: Chapter) -> bool:
    """Return True if the code shows something in the reader's language."""
    return any(
        "d2l_check" in cell.text
        if cell.kind == "code"
        else drawings(cell.text, Where(cell.path, cell.line))
        for cell in chapter.cells
    )


def let_run_all_go_on(cells: list[NotebookNode]) -> None:
    """Tag the code cells from the first answer on, so that an error stops no other.

    Jupyter, Colab and nbclient execute what follows a cell tagged so. Until an exercise
    is solved, its cells raise; the next exercise may be solved before it.
    """
    behind = False
    for cell in cells:
        behind = behind or cell.metadata.get("nbgrader", {}).get("solution", False)
        if behind and cell.cell_type == "code":
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), MAY_RAISE]


def _describe_above(cell: Cell, above: NotebookNode) -> None:
    """Give the code cell `above` the alternative text of the picture that it draws."""
    where = Where(cell.path, cell.line)
    figure = drawn_above(cell.text, where)
    if not figure:
        return
    if above.cell_type != "code":
        raise where.error(
            figure.start,
            "a {figure} without an image needs a code cell right above it, in each "
            "framework that it stands in",
        )
    above.metadata["d2l_local"] = {"alt": figure.options.get("alt", "")}


def _join_answers(chosen: list[tuple[Cell, str]]) -> list[tuple[Cell, str]]:
    """Join answers in words that follow one another: the learner finds one field for
    them. It keeps the id of the first."""
    joined: list[tuple[Cell, str]] = []
    for cell, name in chosen:
        before, first = joined[-1] if joined else (None, "")
        if before and all(c.solution and c.kind == "markdown" for c in (before, cell)):
            text = f"{before.text}\n\n{cell.text}"
            joined[-1] = (replace(before, text=text), first)
        else:
            joined.append((cell, name))
    return joined


def _marks(cells: list[Cell]) -> list[dict | None]:
    """Return nbgrader's metadata of each cell, None for a plain one."""
    answers, explanations = count(1), count(1)
    marks: list[dict | None] = []
    for cell in cells:
        if cell.points:
            marks.append(check_mark(cell.text, cell.points))
        elif cell.solution and cell.kind == "code":
            marks.append(answer_mark(next(answers)))
        elif cell.solution:
            marks.append(explanation_mark(next(explanations)))
        else:
            marks.append(None)
    return marks


# nbformat's own functions validate each cell, and `dumps` does that for all of them.


def new_markdown_cell(source: str, id: str, metadata: dict | None = None):
    return _new_cell("markdown", source, id, metadata)


def new_code_cell(source: str, id: str, metadata: dict | None = None):
    return _new_cell("code", source, id, metadata, outputs=[], execution_count=None)


def _new_cell(kind: str, source: str, id: str, metadata: dict | None, **more):
    cell = {"id": id, "cell_type": kind, "metadata": metadata or {}, "source": source}
    return nbformat.from_dict({**cell, **more})


def cell_ids(chapter: Chapter) -> list[str]:
    """Return a stable id for each source cell: a digest of its content, the same in
    each framework and, as it's taken from the English source, in each language.

    A counter tells apart cells with the same content.
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


def _cells(
    cell: Cell, name: str, chapter: Chapter, reader: Reader, around: Surroundings
) -> list[NotebookNode]:
    """Return the cells of a notebook that one cell of the source becomes.

    A drawing divides the text in two, and stands in a code cell between them.
    """
    if cell.kind == "code":
        return [_code_cell(cell, name, around)]
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.solution and around.edition.kind == "exercises":
        return [new_markdown_cell(around.wording("answer"), name, metadata)]
    where, lines = Where(cell.path, cell.line), cell.text.split("\n")
    found = drawings(cell.text, where)
    starts = [0, *(drawing.start for drawing in found), len(lines)]
    cells = []
    for number, (start, end) in enumerate(zip(starts, starts[1:], strict=False)):
        if number:
            cells.append(_drawing(found[number - 1], cell, chapter, around))
        text = render("\n".join(lines[start:end]), reader, where.at(start))
        if text or not found:
            id = _digest(name, number) if number else name
            cells.append(new_markdown_cell(text, id, dict(metadata)))
    return cells


def _drawing(
    drawing: Block, cell: Cell, chapter: Chapter, around: Surroundings
) -> NotebookNode:
    """Return the code cell that shows a drawing, with its output."""
    where = Where(cell.path, cell.line)
    folder = (around.places.book.root / chapter.path).parent
    file = file_of(drawing, folder, around.language, where)
    metadata = about_drawing(drawing)
    code = SHOW.format(name=metadata["d2l_local"]["drawing"])
    new = new_code_cell(code, _digest(chapter.stem, "drawing", file.stem), metadata)
    new.outputs = [shown(file, new)]
    return new


def _code_cell(cell: Cell, name: str, around: Surroundings) -> NotebookNode:
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    blank = cell.solution and around.edition.kind == "exercises"
    if cell.fast:
        metadata["fast"] = dict(cell.fast)
    if cell.near:
        metadata["near"] = dict(cell.near)
    code = without_solution(cell.text) if blank else cell.text
    return new_code_cell(code, id=name, metadata=metadata)


def _metadata(chapter: Chapter, edition: Edition, book: Book) -> dict:
    about = {"source": chapter.path, "framework": edition.framework.key}
    if chapter.all_frameworks:
        about["all_frameworks"] = True
    if edition.language:
        about["language"] = edition.language.key
    return {
        "kernelspec": dict(book.kernelspec),
        "language_info": dict(LANGUAGE),
        "d2l_local": about,
    }


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def own_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of the source, without those that show a drawing."""
    return [cell for cell in code_cells(notebook) if not is_drawing(cell)]


def same_code(first: NotebookNode, second: NotebookNode) -> bool:
    """Tell whether two notebooks run the same code cells in the same order.

    The language in which the checks answer makes no difference, nor do the cells that
    show a drawing.
    """
    return [without_language(cell.source) for cell in own_cells(first)] == [
        without_language(cell.source) for cell in own_cells(second)
    ]


def carry_outputs(target: NotebookNode, stored: NotebookNode) -> bool:
    """Put the outputs of a stored run into `target`; tell whether that was done.

    It is all or nothing: once one code cell has changed, the stored outputs come
    from another program, and `target` is left without any.
    """
    if not same_code(target, stored):
        return False
    for new, old in zip(own_cells(target), own_cells(stored), strict=True):
        alt = alt_of(new)
        new.outputs = [described(_without_live_note(o), alt) for o in old.outputs]
        new.execution_count = old.execution_count
    if in_order(stored):
        for number, cell in enumerate(code_cells(target), 1):
            cell.execution_count = number
    target.metadata["d2l_local"].pop(SEAL, None)
    if seal := stored.metadata.get("d2l_local", {}).get(SEAL):
        target.metadata["d2l_local"][SEAL] = seal
    return True


def in_order(notebook: NotebookNode) -> bool:
    """Return True if all code cells were executed one after the other."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    return counts == list(range(1, len(counts) + 1))


def seal(notebook: NotebookNode) -> None:
    """Note in a notebook's metadata which outputs its run gave.

    A comparison with a fresh run can't tell whether a speed, a picture or a text that
    a network wrote is the one that was stored.
    """
    notebook.metadata["d2l_local"][SEAL] = _outputs_digest(notebook)


def seal_defects(notebook: NotebookNode) -> list[str]:
    """Return a message if the outputs aren't those that a run has stored."""
    found = notebook.metadata.get("d2l_local", {}).get(SEAL)
    if found == (_outputs_digest(notebook) if has_outputs(notebook) else None):
        return []
    return ["its outputs aren't those that its run has stored: some were edited"]


def _outputs_digest(notebook: NotebookNode) -> str:
    # Alternative texts and drawings come from the source; each language has its own.
    ordered = in_order(notebook)
    outputs = [
        [
            number if ordered else cell.execution_count,
            list(map(undescribed, cell.outputs)),
        ]
        for number, cell in enumerate(own_cells(notebook), 1)
    ]
    text = json.dumps(outputs, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_live_note(output: NotebookNode) -> NotebookNode:
    """Drop the status line of a training run, which serves only while it runs."""
    output = nbformat.from_dict(output)
    output.get("metadata", {}).pop("d2l_local", None)
    return output


def has_outputs(notebook: NotebookNode) -> bool:
    return any(
        cell.outputs or cell.execution_count is not None for cell in own_cells(notebook)
    )


def dumps(notebook: NotebookNode) -> str:
    """Return a notebook's canonical text: valid nbformat 4.5, one trailing newline."""
    notebook = nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})
    nbformat.validate(notebook)
    return nbformat.v4.writes(notebook).rstrip("\n") + "\n"


def as_built(text: str) -> str:
    """Undo what Jupyter changes in a notebook's text by opening and saving it.

    It writes what the kernel tells of its language, with the version of Python.
    Other text than that of a notebook is returned as it is.
    """
    try:
        notebook = nbformat.reads(text, as_version=4)
        if notebook.metadata.language_info.name == LANGUAGE["name"]:
            notebook.metadata.language_info = dict(LANGUAGE)
        return dumps(notebook)
    except Exception:  # nbformat has many for a JSON text that is no notebook
        return text


def read(path: Path) -> NotebookNode:
    """Read and validate a notebook file; raise BookError for what isn't one."""
    text = read_plain(path, str(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids get some
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
    # What nbformat raises for a JSON text that is no notebook is of many types.
    except Exception as error:
        conflict = next(
            (n for n, line in enumerate(text.split("\n"), 1) if CONFLICT.match(line)), 0
        )
        if conflict:
            reason = f":{conflict}: has conflict markers of git"
        else:
            reason = f": isn't a notebook: {str(error).splitlines()[0] or 'empty'}"
        raise BookError(f"{path}{reason}; `make build` writes it again") from error
    return notebook


def write(path: Path, notebook: NotebookNode) -> None:
    write_text(path, dumps(notebook))


def stored(path: Path) -> NotebookNode | None:
    """Return the notebook at `path`, or None where there is none yet."""
    return read(path) if path.exists() else None


def execution_defects(notebook: NotebookNode) -> list[str]:
    """Return why a notebook can't be the record of one clean run; empty if it can.

    nbval compares what is stored with a fresh run, so a notebook from which cells
    or their outputs were taken away could pass without testing anything.
    """
    cells = code_cells(notebook)
    if not any(cell.outputs for cell in own_cells(notebook)):
        return ["no code cell has an output"]
    found = [
        defect
        for number, cell in enumerate(cells, 1)
        for defect in cell_defects(cell, number)
    ]
    return found + defects(notebook) + seal_defects(notebook)


def cell_defects(cell: NotebookNode, number: int) -> list[str]:
    """Return why the code cell with this number, from 1, can't be from a clean run."""
    found = []
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
