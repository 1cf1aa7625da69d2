"""What the judge says of answers that are right, wrong, or meant to deceive it."""

import os
from functools import cache

import pytest
from nbformat.v4 import new_notebook

from d2l_check.grading import guard
from d2l_check.grading import judge as judging
from d2l_check.grading.__main__ import main
from d2l_check.grading.judge import judge
from d2l_check.grading.original import original
from d2l_check.grading.remote import Process, StartError
from d2l_check.language import CHOICE
from tests.grading.attacks import ATTACKS, TOO_MUCH, cell
from tests.grading.conftest import assignment, code
from tools import notebook as nb

RIGHT = """
def sliding_windows(series, k):
    X = np.stack([series[i : i + k] for i in range(len(series) - k)])
    return X, series[k:]
"""
BAG = """
def bag_of_words(tokens, words):
    return [tokens.count(word) for word in words]
"""


@pytest.fixture
def plain(monkeypatch):
    """Processes without a framework, which start at once."""
    monkeypatch.setattr(
        judging,
        "Process",
        lambda _framework, *rest: Process("tests.grading.plain", *rest),
    )


@pytest.fixture
def graded(plain, tmp_path):
    """A function that grades answers to checks: their names, and sources for them."""

    def grade(answers, limit=20):
        handed_out = assignment(*answers)
        nb.write(tmp_path / "handed-out.ipynb", handed_out)
        returned = nb.read(tmp_path / "handed-out.ipynb")
        for each in returned.cells:
            name = each.metadata.get("nbgrader", {}).get("grade_id", "")
            if name.startswith("answer-"):
                each.source = answers[name.removeprefix("answer-")]
        known = original(tmp_path / "handed-out.ipynb")
        return judge(known, returned, tmp_path, limit)

    return grade


def test_right_answers_pass(graded):
    verdicts = graded({"sliding_windows": RIGHT, "bag_of_words": BAG})
    assert [verdict.points for verdict in verdicts] == [2, 2]
    assert "all 3 correct" in verdicts[0].text


@pytest.mark.situation("exercises: no attack from an answer cell gets points")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_no_points(graded, name, tmp_path):
    (tmp_path / "numpy.py").write_text("from os import *\nanswer = 3\n")
    (tmp_path / "d2l_check.py").write_text("torch = 3\n")
    (verdict,) = graded({"sliding_windows": cell(ATTACKS[name])})
    assert not verdict.passed and verdict.points == 0
    assert "✗" in verdict.text


@pytest.mark.situation("exercises: an answer that is too much costs its own points")
@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_costs_the_points_of_its_own_check(graded, name):
    bad = f"def sliding_windows(series, k):\n    {TOO_MUCH[name]}\n"
    first, second = graded({"sliding_windows": bad, "bag_of_words": BAG}, limit=3)
    assert not first.passed
    assert second.passed, second.text
    assert len(first.text) < 5000


@pytest.mark.situation("nbgrader: right answers whose import cells were deleted")
def test_answers_need_neither_marks_nor_imports_of_their_own(plain, tmp_path):
    nb.write(tmp_path / "handed-out.ipynb", assignment("sliding_windows"))
    known = original(tmp_path / "handed-out.ipynb")
    returned = assignment("sliding_windows")
    returned.cells[1].source = RIGHT
    for marks in (True, False):
        cells = returned.cells[1:] if marks else returned.cells[1:2]
        notebook = new_notebook(cells=cells)
        if not marks:
            notebook.cells[0].metadata = {}
        (verdict,) = judge(known, notebook, tmp_path)
        assert verdict.passed, verdict.text


def test_an_answer_below_its_check_counts(plain, tmp_path):
    nb.write(tmp_path / "handed-out.ipynb", assignment("sliding_windows"))
    known = original(tmp_path / "handed-out.ipynb")
    returned = assignment("sliding_windows")
    returned.cells[1].source = RIGHT
    returned.cells[1:] = returned.cells[:0:-1]
    (verdict,) = judge(known, returned, tmp_path)
    assert verdict.passed, verdict.text


def test_a_function_that_is_not_there_is_told_with_the_reason(graded):
    (verdict,) = graded({"sliding_windows": "x = 1 / 0\nsliding_windows = x"})
    assert "There is no sliding_windows." in verdict.text
    assert "A cell above stops with ZeroDivisionError: division by zero" in verdict.text


def test_an_array_that_is_changed_over_there_is_seen(graded):
    changing = RIGHT.replace("    return", "    series[0] += 0.5\n    return")
    (verdict,) = graded({"sliding_windows": changing})
    assert "sliding_windows changes what it was given: series" in verdict.text


@pytest.mark.situation("exercises: a translated notebook is graded in its language")
def test_reports_are_in_the_language_of_the_notebook(plain, tmp_path, monkeypatch):
    notebook = assignment("sliding_windows")
    setting = 'from os import environ\n\nenviron.setdefault("D2L_LANGUAGE", "ko")'
    notebook.cells.insert(0, code(setting))
    nb.write(tmp_path / "handed-out.ipynb", notebook)
    known = original(tmp_path / "handed-out.ipynb")
    notebook.cells[2].source = RIGHT
    assert known.language == "ko"
    monkeypatch.delenv(CHOICE)
    for chosen, words in ((None, "3개 모두 맞았습니다"), ("en", "all 3 correct")):
        if chosen:
            monkeypatch.setenv(CHOICE, chosen)
        (verdict,) = judge(known, notebook, tmp_path)
        assert words in verdict.text
        assert os.environ.get(CHOICE) == chosen


def test_the_command_prints_points_and_reports(plain, tmp_path, capsys):
    handed_out = tmp_path / "handed-out.ipynb"
    notebook = assignment("sliding_windows", "bag_of_words")
    nb.write(handed_out, notebook)
    notebook.cells[1].source = RIGHT
    nb.write(tmp_path / "ada.ipynb", notebook)
    (tmp_path / "bob.ipynb").write_text("{")
    paths = [str(tmp_path / name) for name in ("ada.ipynb", "bob.ipynb")]
    assert main([str(handed_out), *paths]) == 1
    said = capsys.readouterr()
    assert f"{paths[0]}: 2 of 4 points" in said.out
    assert "    check-sliding_windows: 2 of 2\n    ✓" in said.out
    assert "bag_of_words is not written yet." in said.out
    assert f"error: {paths[1]} is not a Jupyter notebook" in said.err
    assert main([paths[1], paths[0]]) == 2


WRITES = """
def sliding_windows(series, k):
    from pathlib import Path
    Path({path!r}).write_text("points = 18")
    return series, k
"""


@pytest.mark.situation("exercises: an answer writes into the files of the checks")
def test_what_changes_the_judge_s_files_is_not_graded(
    plain, tmp_path, monkeypatch, capsys
):
    room = tmp_path / "package"
    room.mkdir()
    (room / "checks.py").write_text("points = 0")
    monkeypatch.setattr(guard, "ROOMS", (room,))
    monkeypatch.setattr(guard, "at_first", cache(guard.digests))
    handed_out, path = tmp_path / "handed-out.ipynb", tmp_path / "returned.ipynb"
    notebook = assignment("sliding_windows")
    nb.write(handed_out, notebook)
    for name in ("checks.py", "new.py"):
        notebook.cells[1].source = WRITES.format(path=str(room / name))
        nb.write(path, notebook)
        assert main([str(handed_out), str(path)]) == 1
        said = capsys.readouterr()
        assert not said.out
        assert (
            f"{path} isn't graded: while its code ran, files of the judge" in said.err
        )
        assert str(room / name) in said.err
    (room / "checks.py").write_text("points = 0")
    (room / "new.py").unlink()
    (room / "checks.cpython-311.pyc").write_bytes(b"new")
    assert main([str(handed_out), str(handed_out)]) == 0


def test_a_framework_that_cannot_be_loaded_is_named(tmp_path):
    with pytest.raises(StartError, match="no.such.module couldn't be loaded within"):
        Process("no.such.module", tmp_path, 5)
