"""Lay out the exercises as an nbgrader course, for teachers.

    python -m tools.assignment my-course
    python -m tools.assignment my-course --framework pytorch --language ko

writes my-course/source/12-deep-rnn/12-deep-rnn-pytorch.ipynb and so on, with solutions
and checks marked for nbgrader, and my-course/nbgrader_config.py. Then, in my-course:
`nbgrader generate_assignment 12-deep-rnn`. In another language than English there are
the sections that are translated; the others are named. A notebook that is there
already, maybe with changes of your own, is left alone unless --force is given.

Exit codes: 0 fine, 1 a file is in the way, 2 wrong source or arguments.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from tools import command
from tools import notebook as nb
from tools.book import Book, BookError, load
from tools.build import Built, build_all
from tools.edition import Online
from tools.files import write_text

CONFIG = """\
from d2l_check.grading import autograde

c = get_config()  # noqa: F821
autograde.configure(c)  # grades come from where no answer can reach them
c.CourseDirectory.course_id = {name!r}
c.ExecutePreprocessor.timeout = 600  # seconds for one cell; a training run takes some
"""


# What leads from the head of an exercise notebook to the solutions; the dot that
# separates links goes with it.
SOLUTIONS_LINK = re.compile(r"(?: · )?\[[^]]*\]\([^)]*/solutions/[^)]*\)")


def assignments(book: Book, frameworks: list[str] | None, language: str) -> list[Built]:
    """The solution notebooks, under the head of the exercises, links leading online.

    `language` is the key of a language, or 'en'. Raises BookError if there is no such
    language or framework, or if no exercises are translated into the language.
    """
    known = ["en", *(language.key for language in book.languages)]
    if language not in known:
        raise BookError(
            f"there is no language {language!r}; choose from {', '.join(known)}"
        )
    # A framework that is named is laid out wherever its notebooks are to run.
    chosen = book.select(frameworks) if frameworks else book.select_installed(None)
    wanted = tuple(each for each in book.languages if each.key == language)
    built = build_all(book, Online(book), wanted)
    found = [
        item
        for item in built
        if item.edition.kind == "solutions"
        and item.framework in chosen
        and (item.edition.language.key if item.edition.language else "en") == language
    ]
    if not found:
        raise BookError(f"no exercises are translated into {language!r} yet")
    for item in found:
        item.notebook.cells[0] = _assignment_head(item, built)
    return found


def left_out(book: Book, found: list[Built]) -> list[str]:
    """Names of the sections whose exercises aren't among those found."""
    stems = {item.chapter.stem for item in found}
    return [path.stem for path in book.exercise_paths() if path.stem not in stems]


def _assignment_head(item: Built, built: list[Built]) -> NotebookNode:
    """The first cell of the exercises that `item` solves, as students are to see it.

    Without the links to the solutions, to this notebook in Colab, where nobody can
    hand it in, and to its other editions, whose heads lead to the solutions.
    """
    cell = _exercise_head(item, built)
    itself = f"/exercises/{item.chapter.stem}.ipynb"
    paragraphs = [
        paragraph
        for paragraph in cell.source.split("\n\n")
        if f"{itself})" not in paragraph
    ]
    cell.source = SOLUTIONS_LINK.sub("", "\n\n".join(paragraphs))
    return cell


def _exercise_head(item: Built, built: list[Built]) -> NotebookNode:
    """The first cell of the exercise notebook that `item` solves."""
    place = (item.chapter.stem, item.framework, item.edition.language)
    for other in built:
        edition = other.edition
        same = (other.chapter.stem, edition.framework, edition.language) == place
        if same and edition.kind == "exercises":
            return other.notebook.cells[0]
    raise BookError(f"{item.chapter.path} gives no exercise notebook")


def files(course: Path, built: list[Built]) -> dict[Path, str]:
    """What is to be written: path -> text."""
    config = CONFIG.format(name=course.resolve().name)
    texts = {course / "nbgrader_config.py": config}
    for item in built:
        folder = course / "source" / item.chapter.stem
        for cell in nb.code_cells(item.notebook):
            cell.outputs, cell.execution_count = [], None
        item.notebook.metadata["d2l_local"].pop(nb.SEAL, None)
        nb.let_run_all_go_on(item.notebook.cells)  # for students; nbgrader always does
        # Section and framework in the name: notebooks of several assignments may
        # meet in one folder, and nbgrader knows a notebook by its name.
        name = f"{item.chapter.stem}-{item.framework.key}.ipynb"
        texts[folder / name] = nb.dumps(item.notebook)
    return texts


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.assignment", __doc__)
    parser.add_argument("course", type=Path, help="folder of the nbgrader course")
    parser.add_argument("--framework", action="append", metavar="F")
    parser.add_argument("--language", default="en", metavar="L", help="such as ko")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    options = parser.parse_args(arguments)

    def work() -> list[str] | None:
        book = load(options.root)
        found = assignments(book, options.framework, options.language)
        texts = files(options.course, found)
        in_the_way = [
            path
            for path, text in texts.items()
            if path.exists() and path.read_bytes() != text.encode()
        ]
        if in_the_way and not options.force:
            return [
                f"error: {path} exists and differs; --force replaces it"
                for path in in_the_way
            ]
        for path, text in texts.items():
            write_text(path, text)
            print(f"written    {path}")
        if missing := left_out(book, found):
            print(
                f"left out: {', '.join(missing)}, not translated into "
                f"{options.language!r} yet; they are there with --language en"
            )
        return None

    return command.exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
