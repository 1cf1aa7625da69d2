"""Lay out the exercises as an nbgrader course, for teachers.

    python -m tools.assignment my-course
    python -m tools.assignment my-course --framework pytorch --language ko

writes my-course/source/12-deep-rnn/pytorch.ipynb and so on, with solutions and
checks marked for nbgrader, and my-course/nbgrader_config.py. Then, in my-course:
`nbgrader generate_assignment 12-deep-rnn`. A notebook that is there already, maybe
with changes of your own, is left alone unless --force is given.

Exit codes: 0 fine, 1 a file is in the way, 2 wrong source or arguments.
"""

from __future__ import annotations

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
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {name!r}
c.ExecutePreprocessor.timeout = 600  # seconds for one cell; a training run takes some
"""


def assignments(book: Book, frameworks: list[str] | None, language: str) -> list[Built]:
    """The solution notebooks, under the head of the exercises, links leading online.

    `language` is the key of a language, or 'en'.
    """
    known = ["en", *(language.key for language in book.languages)]
    if language not in known:
        raise BookError(
            f"there is no language {language!r}; choose from {', '.join(known)}"
        )
    # A framework that is named is laid out wherever its notebooks are to run.
    chosen = book.select(frameworks) if frameworks else book.select_installed(None)
    built = build_all(book, Online(book))
    found = [
        item
        for item in built
        if item.edition.kind == "solutions"
        and item.framework in chosen
        and (item.edition.language.key if item.edition.language else "en") == language
    ]
    for item in found:
        item.notebook.cells[0] = _exercise_head(item, built)
    return found


def _exercise_head(item: Built, built: list[Built]) -> NotebookNode:
    """The first cell of the exercises that `item` solves: no learner expects
    'solutions' over an assignment."""
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
        texts[folder / f"{item.framework.key}.ipynb"] = nb.dumps(item.notebook)
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
        texts = files(
            options.course, assignments(book, options.framework, options.language)
        )
        in_the_way = [
            path
            for path, text in texts.items()
            if path.exists() and path.read_text(encoding="utf-8") != text
        ]
        if in_the_way and not options.force:
            return [
                f"error: {path} exists and differs; --force replaces it"
                for path in in_the_way
            ]
        for path, text in texts.items():
            write_text(path, text)
            print(f"written    {path}")
        return None

    return command.exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
