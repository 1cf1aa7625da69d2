"""The exercises as an nbgrader course, proved with nbgrader itself."""

import ast
import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from d2l_check.grading.original import mark
from tests.grading.attacks import ATTACKS
from tools import notebook as nb
from tools.assignment import assignments, main
from tools.book import ROOT, BookError, Language, load
from tools.build import build_all
from tools.execute import KERNEL_ENVIRONMENT

BIN = str(Path(sys.executable).parent)
ENVIRONMENT = {
    **os.environ,
    **KERNEL_ENVIRONMENT,
    # As in an activated environment: nbgrader calls alembic by its name.
    "PATH": os.pathsep.join([BIN, os.environ["PATH"]]),
    "PYTHONPATH": str(ROOT),
    "D2L_TEXT": "embedded",
    "D2L_CHECK_SECONDS": "10",
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not of the user
}
ENVIRONMENT.pop("D2L_DATA_DIR", None)


def lay_out(course, book, *options):
    return main([str(course), "--root", str(book.root), *options])


def nbgrader(course, *arguments, fails=False):
    """Run an nbgrader command in a course, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


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


# nbgrader itself, on the exercises of one section without their experiments

STEM = "12-deep-rnn"
FULL = 18
CONFIG = """
c.Judge.seconds = 50
c.ExecutePreprocessor.timeout = 15  # what a silenced kernel is waited for
"""


def graded(notebook):
    return [c for c in nb.code_cells(notebook) if mark(c).get("grade")]


def answers(notebook):
    """The cells of code that are to be filled in, by the name that their check has."""
    cells = [c for c in nb.code_cells(notebook) if mark(c).get("solution")]
    names = [mark(cell)["grade_id"].removeprefix("check-") for cell in graded(notebook)]
    return dict(zip(names, cells, strict=True))


def only_defines(cell):
    body = ast.parse(cell.source).body if cell.cell_type == "code" else [None]
    return all(isinstance(each, ast.FunctionDef | ast.ClassDef) for each in body)


def without_experiments(notebook):
    """Leave out what comes between the checks, which may take minutes."""
    first = next(i for i, cell in enumerate(notebook.cells) if mark(cell))
    rest = [c for c in notebook.cells[first:] if mark(c) or only_defines(c)]
    notebook.cells[first:] = rest


def solved(notebook, source):
    """Write the right answers in."""
    for name, cell in answers(notebook).items():
        cell.source = answers(source)[name].source


def careless(notebook, source):
    """Answer everything, and delete what can be deleted, the imports among it."""
    solved(notebook, source)
    notebook.cells = [c for c in notebook.cells if c.cell_type != "code" or mark(c)]


def cheat(notebook, source):
    """Try all attacks at once in front of each answer, and solve nothing."""
    tries = [
        f"try:\n    exec({code!r}, globals())\nexcept BaseException:\n    pass"
        for code in ATTACKS.values()
        if "def sliding_windows" not in code
    ]
    for cell in answers(notebook).values():
        cell.source = "\n".join([*tries, cell.source])


def killer(notebook, source):
    """Break four functions so that they end a process, or flood it; and the kernel."""
    solved(notebook, source)
    broken = {
        "gru-cell": "gru_cell(X, H, params):\n    import os; os._exit(0)",
        "gru-layer": "gru_layer(q, h, number):\n    while True:\n        pass",
        "detach": "detach(state):\n    return [0.0] * 3_000_000",
        "clip": "clip(grads, theta):\n    print('a' * 30_000_000); raise SystemExit",
    }
    for name, code in broken.items():
        answers(notebook)[name].source = f"def {code}"
    place = notebook.cells.index(answers(notebook)["gru-cell"])
    notebook.cells.insert(place, new_code_cell("import os\nos._exit(1)"))


def tamperer(notebook, source):
    """Change, copy, exchange and delete what belongs to nbgrader; solve nothing."""
    tests = graded(notebook)
    for number, cell in enumerate(tests):
        cell.source = "print('all 9 correct')"
        cell.metadata["tags"] = ["skip-execution"]
        cell.metadata["nbgrader"] |= {
            "points": 100, "grade": number % 2 == 0, "solution": number % 3 == 0
        }  # fmt: skip
    marks = [cell.metadata["nbgrader"] for cell in tests]
    marks[0]["grade_id"], marks[1]["grade_id"] = marks[1]["grade_id"], "answer-1"
    marks[2]["grade_id"] = "check-of-my-own"
    marks[3]["grade_id"] = ["a", "list"]
    del marks[4]["grade_id"]
    tests[5].metadata["nbgrader"] = "a text"
    tests[6].cell_type = "markdown"
    del tests[6]["outputs"], tests[6]["execution_count"]
    notebook.cells.remove(tests[7])
    notebook.cells.remove(tests[8])
    notebook.cells.insert(0, tests[8])
    notebook.cells.insert(5, from_dict(tests[8]))


def honest_tamperer(notebook, source):
    """Do the same by accident, with the right answers."""
    tamperer(notebook, source)
    cells = [c for c in nb.code_cells(notebook) if mark(c).get("solution")]
    right = {mark(c)["grade_id"]: c.source for c in answers(source).values()}
    for cell in cells:
        cell.source = right.get(mark(cell)["grade_id"], cell.source)


EVERY = "pytorch", "tensorflow", "mxnet"
STUDENTS = {
    solved: (("pytorch",), FULL),
    careless: (EVERY, FULL),
    cheat: (("mxnet",), 0),  # tests/grading tries each attack with PyTorch
    killer: (("pytorch",), FULL - 4 * 2),
    tamperer: (("mxnet",), 0),
    honest_tamperer: (("mxnet",), FULL),
}


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """The points of each student's notebook, as nbgrader has them, and the course."""
    course, book = tmp_path_factory.mktemp("course"), load(ROOT)
    with contextlib.redirect_stdout(io.StringIO()):
        assert lay_out(course, book) == 0
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(CONFIG)
    for path in (course / "source" / STEM).glob("*.ipynb"):
        notebook = nb.read(path)
        without_experiments(notebook)
        nb.write(path, notebook)
    nbgrader(course, "generate_assignment", STEM)
    for student, (keys, _points) in STUDENTS.items():
        target = course / "submitted" / student.__name__ / STEM
        target.mkdir(parents=True)
        for key in set(keys) & set(book.keys):
            name = f"{STEM}-{key}.ipynb"
            notebook = nb.read(course / "release" / STEM / name)
            student(notebook, nb.read(course / "source" / STEM / name))
            nbformat.write(notebook, target / name)
    nbgrader(course, "autograde", STEM)
    scores = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as records:
        for submission in records.assignment_submissions(STEM):
            for notebook in submission.notebooks:
                key = notebook.name.removeprefix(f"{STEM}-")
                scores[submission.student.id, key] = notebook.score, notebook.max_score
    return course, scores


@pytest.mark.situation("nbgrader: right answers, set-up cells deleted")
@pytest.mark.situation("nbgrader: the functions of check replaced, nothing solved")
@pytest.mark.situation("exercises: what grades is out of an answer's reach")
@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.__name__)
def test_points_are_those_of_the_answers(gradebook, student):
    course, scores = gradebook
    keys, points = STUDENTS[student]
    for key in set(keys) & set(load(ROOT).keys):
        assert scores[student.__name__, key] == (points, FULL), key
        name = f"{STEM}-{key}.ipynb"
        shown = nb.read(course / "autograded" / student.__name__ / STEM / name)
        reports = [str(output) for cell in graded(shown) for output in cell.outputs]
        assert len(reports) == 9
        assert sum("CheckFailed" in report for report in reports) == 9 - points / 2
        assert all("correct" in report for report in reports)


@pytest.mark.situation("nbgrader: a file that isn't a notebook, or of another section")
def test_a_wrong_file_is_named(gradebook, tmp_path):
    course, _scores = gradebook
    for student, text in (("scribbler", "{"), ("stranger", None)):
        target = course / "submitted" / student / STEM
        target.mkdir(parents=True)
        path = target / f"{STEM}-pytorch.ipynb"
        other = ROOT / "notebooks/pytorch/exercises/01-why-sequences.ipynb"
        path.write_text(text or other.read_text("utf-8"), "utf-8")
    said = nbgrader(course, "autograde", STEM, "--student", "scribbler", fails=True)
    assert "scribbler can't be graded." in said
    assert "12-deep-rnn-pytorch.ipynb is not a Jupyter notebook" in said
    said = nbgrader(course, "autograde", STEM, "--student", "stranger")
    assert "the notebook of stranger is of another assignment" in said
