"""The exercises as an nbgrader course, proved with nbgrader itself."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tools import notebook as nb
from tools.assignment import assignments, main
from tools.book import ROOT, BookError, Language, load
from tools.build import build_all
from tools.execute import KERNEL_ENVIRONMENT
from tools.source import apply_fast

BIN = str(Path(sys.executable).parent)
ENVIRONMENT = {
    **os.environ,
    **KERNEL_ENVIRONMENT,
    # As in an activated environment: nbgrader calls alembic by its name.
    "PATH": os.pathsep.join([BIN, os.environ["PATH"]]),
    "PYTHONPATH": str(ROOT),
    "D2L_TEXT": "embedded",
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not of the user
}
ENVIRONMENT.pop("D2L_DATA_DIR", None)


def lay_out(course, book, *options):
    return main([str(course), "--root", str(book.root), *options])


def nbgrader(course, *arguments):
    """Run an nbgrader command in a course and let it fail loudly."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def hand_in(course, assignment, student, origin):
    """Put the notebooks of `origin` into the student's submission."""
    target = course / "submitted" / student / assignment
    target.mkdir(parents=True)
    for path in (course / origin / assignment).glob("*.ipynb"):
        nb.write(target / path.name, nb.read(path))


def grade(course, assignment):
    """Release an assignment, hand it in solved and blank, and have both graded."""
    nbgrader(course, "generate_assignment", assignment)
    hand_in(course, assignment, "solver", "source")
    hand_in(course, assignment, "sleeper", "release")
    nbgrader(course, "autograde", assignment)
    scores = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for submission in book.assignment_submissions(assignment):
            for notebook in submission.notebooks:
                key = submission.student.id, notebook.name
                scores[key] = (notebook.score, notebook.max_score)
    return scores


def failed_checks(course, student, assignment, name):
    """What each check of a graded notebook ended in; None where it passed."""
    graded = nb.read(course / "autograded" / student / assignment / f"{name}.ipynb")
    ends = {}
    for cell in nb.code_cells(graded):
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            errors = [o.ename for o in cell.outputs if o.output_type == "error"]
            ends[mark["grade_id"]] = errors[0] if errors else None
    return ends


def test_a_course_holds_marked_notebooks_without_outputs(book, tmp_path):
    assert lay_out(tmp_path / "course", book) == 0
    path = tmp_path / "course" / "source" / "01-sample" / "01-sample-mxnet.ipynb"
    notebook = nb.read(path)
    assert not nb.has_outputs(notebook)
    assert notebook.cells[0].source.startswith("# 1. A Sample: exercises (MXNet)")
    assert any("### BEGIN SOLUTION" in cell.source for cell in notebook.cells)


def test_links_of_a_course_lead_online(book, tmp_path):
    lay_out(tmp_path / "course", book)
    text = (tmp_path / "course/source/01-sample/01-sample-pytorch.ipynb").read_text()
    base = "https://github.com/someone/some-book/blob/main/notebooks"
    assert f"({base}/pytorch/01-sample.ipynb)" in text
    assert "](../" not in text


@pytest.mark.situation("first steps: torch and pytorch are one framework")
def test_a_framework_goes_by_the_name_that_python_imports_too(book, tmp_path):
    assert lay_out(tmp_path / "course", book, "--framework", "torch") == 0
    names = [path.name for path in (tmp_path / "course").rglob("*.ipynb")]
    assert names == ["01-sample-pytorch.ipynb"]


@pytest.fixture(scope="module", params=["en", "zh"])
def course(request, tmp_path_factory):
    """A course of the real exercises: its language, its folder and what was printed."""
    folder, printed = tmp_path_factory.mktemp("course"), io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert lay_out(folder, load(ROOT), "--language", request.param) == 0
    return request.param, folder, printed.getvalue()


@pytest.mark.situation("first steps: an assignment links to no solutions")
def test_no_cell_of_an_assignment_leads_to_the_solutions(course):
    _, folder, _ = course
    for path in (folder / "source").rglob("*.ipynb"):
        cells = nb.read(path).cells
        assert not [c.source for c in cells if "solutions/" in c.source], path
        assert "exercises/" not in cells[0].source, path
        assert f"/{path.parent.name}.ipynb)" in cells[0].source, path  # the chapter


@pytest.mark.situation("first steps: sections that a language lacks are named")
def test_sections_that_a_language_lacks_are_named(course):
    language, folder, printed = course
    made = {path.name for path in (folder / "source").iterdir()}
    missing = [stem for stem in exercises() if stem not in made]
    named = [line for line in printed.splitlines() if line.startswith("left out: ")]
    end = f", not translated into '{language}' yet; they are there with --language en"
    assert named == ([f"left out: {', '.join(missing)}{end}"] if missing else [])
    assert language != "en" or not missing


def test_a_language_without_any_exercises_is_refused(book):
    object.__setattr__(book, "languages", (Language("ko", "한국어"),))
    with pytest.raises(BookError, match="no exercises are translated into 'ko' yet"):
        assignments(book, None, "ko")


def test_own_changes_of_a_course_are_kept(book, tmp_path, capsys):
    course = tmp_path / "course"
    lay_out(course, book)
    assert lay_out(course, book) == 0
    path = course / "source" / "01-sample" / "01-sample-mxnet.ipynb"
    path.write_text("mine")
    assert lay_out(course, book) == 1
    assert path.read_text() == "mine"
    assert "01-sample-mxnet.ipynb exists and differs" in capsys.readouterr().err
    assert lay_out(course, book, "--force") == 0
    assert path.read_text() != "mine"


def test_unknown_language_and_framework_are_named(book, tmp_path, capsys):
    assert lay_out(tmp_path / "course", book, "--language", "tlh") == 2
    assert "no language 'tlh'; choose from en" in capsys.readouterr().err
    assert lay_out(tmp_path / "course", book, "--framework", "jax") == 2
    assert "no framework 'jax'" in capsys.readouterr().err
    assert not (tmp_path / "course").exists()


def test_nbgrader_releases_what_the_build_makes(book, tmp_path):
    course = tmp_path / "course"
    lay_out(course, book)
    nbgrader(course, "generate_assignment", "01-sample")
    for item in build_all(book):
        if item.edition.kind == "exercises":
            name = f"01-sample-{item.framework.key}.ipynb"
            released = nb.read(course / "release" / "01-sample" / name)
            texts = [cell.source for cell in item.notebook.cells]
            assert [cell.source for cell in released.cells][1:] == texts[1:]


def exercises():
    return [path.stem for path in load(ROOT).exercise_paths()]


@pytest.mark.parametrize("stem", exercises())
def test_solutions_get_full_marks_and_blanks_none(tmp_path, stem):
    """The real exercises, on the reduced budget, in every framework."""
    book = load(ROOT)
    course = tmp_path / "course"
    assert lay_out(course, book) == 0
    for path in (course / "source" / stem).glob("*.ipynb"):
        notebook = nb.read(path)
        for cell in nb.code_cells(notebook):
            cell.source = apply_fast(cell.source, cell.metadata.get("fast", {}))
        nb.write(path, notebook)
    scores = grade(course, stem)
    for key in book.keys:
        name = f"{stem}-{key}"
        solved, full = scores["solver", name]
        assert solved == full > 0, key
        assert scores["sleeper", name] == (0, full), key
        ends = failed_checks(course, "sleeper", stem, name)
        assert ends and set(ends.values()) == {"CheckFailed"}, key
