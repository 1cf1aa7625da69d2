"""One chapter's source: read it, and split it by framework.

A source file is MyST Markdown as jupytext reads it. A cell without a framework
tag belongs to every framework; a cell with one or more belongs to those only.

A long source may be a folder of such files. They make one chapter, in the order of
their names, as if they stood in one file beside the folder: from there they name their
images. The first one holds the front matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from jupytext.myst import MystMetadataParsingError, myst_to_notebook
from nbformat import ValidationError

from tools.book import Book, BookError, Language
from tools.exercise import check_name, has_solution, without_solution
from tools.fences import check_closed
from tools.files import read_text
from tools.near import check_near

# Tags with a meaning of their own. Anything else is refused, as a mistyped
# framework would otherwise put its cell into every notebook.
NOT_COMPARED = "nbval-ignore-output"  # goes with the option `near`
OTHER_TAGS = ("hide-input", "hide-output", "hide-cell", NOT_COMPARED)
SOLUTION = "solution"  # a Markdown cell that exercise notebooks leave out

FRONT_MATTER = re.compile(r"---\s*\n(.*?)^---\s*$", re.MULTILINE | re.DOTALL)
FRONT_KEYS = ("title", "number", "goals", "needs", "runtime", "all_frameworks")
OTHER_FRONT_KEYS = ("jupytext", "kernelspec")  # of the file's format
HEADING = re.compile(r"^#+ ", re.MULTILINE)
MINUTES = re.compile(r"\d+(\.\d+)?( to \d+(\.\d+)?)?")
# Comments by which nbval would leave a cell out, past all that is declared.
NBVAL_COMMENT = re.compile(r"^\s*#+\s*((?:NBVAL|PYTEST_VALIDATE)_\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell of a source file; `frameworks` are the ones it belongs to."""

    kind: str  # 'markdown' or 'code'
    text: str
    path: str  # of its file, from the book's root
    line: int  # line of the file where the text starts
    frameworks: frozenset[str]
    tags: tuple[str, ...] = ()
    fast: tuple[tuple[str, str], ...] = ()
    points: int = 0  # of a check, in nbgrader's sense
    solution: bool = False  # holds a solution: code between marks, or an answer
    near: dict | None = field(default=None, compare=False)  # see `tools.near`


@dataclass(frozen=True)
class Chapter:
    """One source, read and checked; `language` None is English."""

    path: str  # from the book's root; of a folder, that of the file it stands for
    front_path: str  # of the file with the front matter
    document: str  # 'chapter' or 'exercises'
    stem: str
    number: int | None  # None for a page beside the chapters
    title: str
    goals: tuple[str, ...]
    needs: tuple[str, ...]
    runtime: dict[str, str]
    cells: tuple[Cell, ...]
    all_frameworks: bool = False  # its code runs every framework, side by side
    language: Language | None = None

    def cells_for(self, framework: str) -> list[Cell]:
        return [cell for cell in self.cells if framework in cell.frameworks]


def read(path: Path, book: Book) -> Chapter:
    """Read a source file or folder; raise BookError naming file, line and remedy."""
    files = sorted(path.glob("*.md")) if path.is_dir() else [path]
    names = {book.relative(file): file for file in files}
    parts = {name: read_text(file, name) for name, file in names.items()}
    return parse_parts(parts, book.relative(path.with_suffix(".md")), book.keys)


def read_all(book: Book) -> list[Chapter]:
    """Read all chapters in reading order, then all exercises.

    Raises BookError for exercises without a chapter.
    """
    chapters = [read(path, book) for path in book.chapter_paths()]
    exercises = [read(path, book) for path in book.exercise_paths()]
    stems = {chapter.stem for chapter in chapters}
    for source in exercises:
        if source.stem not in stems:
            raise BookError(
                f"{source.path}: there is no chapter source/{source.stem}.md; "
                "exercises are named as the chapter that they belong to"
            )
    return chapters + exercises


def parse(text: str, path: str, frameworks: tuple[str, ...]) -> Chapter:
    """Turn a source file's text into a Chapter, see `parse_parts`."""
    return parse_parts({path: text}, path, frameworks)


def parse_parts(
    parts: dict[str, str], path: str, frameworks: tuple[str, ...]
) -> Chapter:
    """Turn the texts of source files, by their paths, into one Chapter.

    `path` gives the chapter its name. Raises BookError for front matter that is missing
    or wrong, or stands in another part than the first, unknown tags and cell options,
    and `fast` replacements that replace nothing.
    """
    document = "exercises" if Path(path).parent.name == "exercises" else "chapter"
    cells: list[Cell] = []
    fronts = {}
    for part, text in parts.items():
        check_closed(text, part)
        notebook = _notebook(text, part)
        cells += _cells(notebook, text, part, document, frameworks)
        fronts[part] = {k: v for k, v in notebook.metadata.items() if k != "source_map"}
    first, *others = fronts
    for part in others:
        if fronts[part]:
            raise BookError(f"{part}: the front matter of {path} belongs into {first}")
    stem = Path(path).stem
    return Chapter(
        path=path,
        front_path=first,
        document=document,
        stem=stem,
        cells=tuple(cells),
        **_front(fronts[first], first, stem, frameworks),
    )


def _notebook(text: str, path: str):
    """Let jupytext read a source file; the notebook comes with its source map."""
    _check_front_matter(text, path)
    try:
        return myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, yaml.YAMLError) as error:
        message = " ".join(str(error).split())
        raise BookError(
            f"{path}: the YAML of a cell is not valid: {message}"
        ) from error
    except ValidationError as error:
        raise BookError(f"{path}: in a cell's options, {error.message}") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise BookError(
            f"{path}: the options of a cell can't be read: {error}; a cell has "
            ":key: value lines, and +++ a JSON table"
        ) from error


def _check_front_matter(text: str, path: str) -> None:
    """Refuse front matter that isn't a mapping; that of a later part may be empty."""
    match = FRONT_MATTER.match(text)
    if not match:
        return
    try:
        front = yaml.safe_load(match[1])
    except (
        yaml.YAMLError,
        ValueError,
    ) as error:  # ValueError: a date such as 2026-99-99
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise BookError(
            f"{path}{line}: the front matter is not valid YAML: {problem}"
        ) from error
    if front is not None and not isinstance(front, dict):
        raise BookError(f"{path}:1: the front matter must be 'key: value' lines")
    if front and "title" in front:
        _front_value(front, "title", str, path)  # nbformat's words would be others


def _cells(
    notebook, text: str, path: str, document: str, frameworks: tuple[str, ...]
) -> list[Cell]:
    lines = text.split("\n")
    cells = []
    for raw, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        line = _first_line(raw, lines, start)
        cells.append(_cell(raw, path, line, frameworks))
        _check_document(cells[-1], document, f"{path}:{line}")
    return cells


def apply_fast(code: str, replacements: dict[str, str]) -> str:
    """Put the reduced budget into code; raise ValueError if a part has no effect."""
    for old, new in replacements.items():
        if old not in code or old == new:
            raise ValueError(f"fast: {old!r} -> {new!r} changes nothing in the cell")
        code = code.replace(old, new)
    return code


def _first_line(raw, lines: list[str], start: int) -> int:
    """Return the line number (from 1) of a cell's first text line.

    jupytext's map points at the line after the cell's opening, where options or
    blank lines may still come.
    """
    first = raw.source.split("\n", 1)[0]
    for number in range(start, len(lines)):
        if lines[number] == first:
            return number + 1
    return start + 1


def _cell(raw, path: str, line: int, frameworks: tuple[str, ...]) -> Cell:
    where = f"{path}:{line}"
    options = dict(raw.metadata)
    tags = options.pop("tags", [])
    fast = options.pop("fast", {})
    points = options.pop("points", 0)
    near = options.pop("near", None)
    if raw.cell_type not in ("markdown", "code"):
        raise BookError(f"{where}: {raw.cell_type} cells are not used in this book")
    if options:
        raise BookError(
            f"{where}: unknown cell option {', '.join(sorted(options))}; "
            "a cell may have 'tags' and, for code, 'fast', 'near' and 'points'"
        )
    _check_tags(tags, where, frameworks)
    _check_fast(raw, fast, where)
    _check_points(raw, points, where)
    _check_compared(raw, tags, near, where)
    named = frozenset(tag for tag in tags if tag in frameworks)
    return Cell(
        kind=raw.cell_type,
        text=raw.source,
        path=path,
        line=line,
        frameworks=named or frozenset(frameworks),
        tags=tuple(tag for tag in tags if tag in OTHER_TAGS),
        fast=tuple(fast.items()),
        points=points,
        solution=_holds_solution(raw, tags, where),
        near=near,
    )


def _holds_solution(raw, tags, where: str) -> bool:
    if raw.cell_type == "markdown":
        return SOLUTION in tags
    if SOLUTION in tags:
        raise BookError(
            f"{where}: the tag {SOLUTION!r} is for text; mark a solution in code by "
            "### BEGIN SOLUTION and ### END SOLUTION"
        )
    try:
        without_solution(raw.source)
    except ValueError as error:
        raise BookError(f"{where}: {error}") from error
    return has_solution(raw.source)


def _check_points(raw, points, where: str) -> None:
    if not points:
        return
    whole = isinstance(points, int) and not isinstance(points, bool)
    if raw.cell_type != "code" or not whole or points < 0:
        raise BookError(
            f"{where}: points must be a whole number above 0 on a code cell, "
            f"but is {points!r}"
        )
    try:
        check_name(raw.source)
    except ValueError as error:
        raise BookError(f"{where}: {error}") from error


def _check_compared(raw, tags, near, where: str) -> None:
    """Refuse a cell whose output could be anything."""
    if raw.cell_type == "code" and (comment := NBVAL_COMMENT.search(raw.source)):
        raise BookError(
            f"{where}: the comment {comment[1]} would keep nbval from comparing the "
            f"cell; use the tag {NOT_COMPARED!r} with the option 'near'"
        )
    if (near is not None) != (NOT_COMPARED in tags):
        raise BookError(
            f"{where}: the tag {NOT_COMPARED!r} and the option 'near', which says what "
            "may differ in the output, go together"
        )
    if near is None:
        return
    if raw.cell_type != "code":
        raise BookError(f"{where}: only code cells may have 'near'")
    try:
        check_near(near)
    except ValueError as error:
        raise BookError(f"{where}: {error}") from error


def _check_document(cell: Cell, document: str, where: str) -> None:
    if cell.solution and cell.kind == "markdown" and HEADING.search(cell.text):
        raise BookError(
            f"{where}: a heading inside a solution, which exercises leave out; "
            "end the solution before it by a line +++"
        )
    if document == "chapter" and (cell.points or cell.solution):
        raise BookError(
            f"{where}: points and solutions belong into source/exercises/, "
            "not into a chapter"
        )


def _check_tags(tags, where: str, frameworks: tuple[str, ...]) -> None:
    known = (*frameworks, *OTHER_TAGS, SOLUTION)
    for tag in tags:
        if tag not in known:
            raise BookError(
                f"{where}: unknown tag {tag!r}; choose from {', '.join(known)}"
            )


def _check_fast(raw, fast, where: str) -> None:
    strings = isinstance(fast, dict) and all(
        isinstance(text, str) for pair in fast.items() for text in pair
    )
    if not strings:
        raise BookError(
            f"{where}: fast must map strings to strings, both in quotes, "
            f"but is {fast!r}"
        )
    if fast and raw.cell_type != "code":
        raise BookError(f"{where}: only code cells may have 'fast'")
    try:
        apply_fast(raw.source, fast)
    except ValueError as error:
        raise BookError(f"{where}: {error}; copy the literal from the cell") from error


def _front(front: dict, path: str, stem: str, frameworks: tuple[str, ...]) -> dict:
    """Check and return the front matter; `stem` is the chapter's name."""
    for key in front:
        if key not in (*FRONT_KEYS, *OTHER_FRONT_KEYS):
            raise BookError(
                f"{path}: front matter has the unknown key {key!r}; there are "
                f"{', '.join(FRONT_KEYS)}"
            )
    return {
        "title": _front_value(front, "title", str, path),
        "number": _number(front, path, stem),
        "goals": _front_list(front, "goals", path),
        "needs": _front_list(front, "needs", path),
        "runtime": _runtime(front, path, frameworks),
        "all_frameworks": _all_frameworks(front, path),
    }


def _front_value(front, key: str, kind: type, path: str):
    value = front.get(key)
    if not isinstance(value, kind) or not value:
        raise BookError(
            f"{path}: front matter needs {key!r} as a non-empty {kind.__name__}, "
            f"found {value!r}"
        )
    if isinstance(value, str) and (value != value.strip() or "\n" in value):
        raise BookError(f"{path}: front matter {key!r}: {value!r} must be one line")
    return value


def _front_list(front, key: str, path: str) -> tuple[str, ...]:
    items = _front_value(front, key, list, path)
    for item in items:
        if not isinstance(item, str) or not item.strip():
            raise BookError(
                f"{path}: front matter {key!r}: {item!r} is not a text; "
                "put it in quotes (a colon inside makes YAML read a mapping)"
            )
    return tuple(items)


def _number(front, path: str, stem: str) -> int | None:
    number = front.get("number")
    if not stem[0].isdigit():
        if number is not None:
            raise BookError(
                f"{path}: front matter has number: {number}, but the name of the file "
                "has none; leave it out, or name the file NN-name.md"
            )
        return None
    if not isinstance(number, int) or isinstance(number, bool):
        raise BookError(
            f"{path}: front matter needs 'number' as an int, found {number!r}"
        )
    if f"{number:02d}" != stem[:2]:
        raise BookError(
            f"{path}: front matter has number: {number}, but the file's name starts "
            f"with {stem[:2]}; make them agree"
        )
    return number


def _all_frameworks(front, path: str) -> bool:
    value = front.get("all_frameworks", False)
    if not isinstance(value, bool):
        raise BookError(
            f"{path}: front matter 'all_frameworks' is true or false, found {value!r}"
        )
    return value


def _runtime(front, path: str, frameworks: tuple[str, ...]) -> dict[str, str]:
    runtime = _front_value(front, "runtime", dict, path)
    if set(runtime) != set(frameworks):
        raise BookError(
            f"{path}: front matter 'runtime' needs one entry for each of "
            f"{', '.join(frameworks)}, found {', '.join(sorted(map(str, runtime)))}"
        )
    for key, value in runtime.items():
        if not MINUTES.fullmatch(str(value)):
            raise BookError(
                f"{path}: front matter 'runtime': {key}: {value!r} must be minutes, "
                "such as 2 or '2 to 4'"
            )
    return {key: str(value) for key, value in runtime.items()}
