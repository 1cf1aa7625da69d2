"""Reports: their text, how notebooks show them, and what nbgrader makes of them."""

import sys
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from d2l_check.criteria import PATIENCE, Check, Criterion
from d2l_check.mistake import Mistake, Mistaken, together
from d2l_check.report import CheckFailed, Finding, Report

GOOD = Finding("the shapes are right", True)
BAD = Finding("the values are right", False, ("They are zero.", "Look at W."), "zero")
OPEN = Finding("the gradient is right", None)


class Example(Check):
    """A check that fails with the mistakes in `wrong`."""

    signature = "example()"

    def __init__(self, *wrong):
        super().__init__(None, None)
        self.wrong = wrong

    def criteria(self):
        return [
            Criterion("one", self.one),
            Criterion("two", self.two, (self.one,)),
            Criterion("three", self.three),
        ]

    def test(self, key):
        if key in self.wrong:
            raise Mistaken(
                Mistake(key, f"{key} is wrong.", f"Look at {key}.", f"Do {key} so.")
            )

    def one(self):
        self.test("one")

    def two(self):
        self.test("two")

    def three(self):
        self.test("three")


def test_a_report_lists_findings_hints_and_a_count():
    report = Report("example", (GOOD, BAD, OPEN), ("a note",))
    assert repr(report).splitlines() == [
        "✓ the shapes are right",
        "✗ the values are right",
        "  → They are zero.",
        "  → Look at W.",
        "○ the gradient is right",
        "· a note",
        "1 of 3 correct, 1 not checked yet",
    ]
    assert not report.passed
    assert report.mistakes == ["zero"]


def test_the_last_line_counts():
    assert repr(Report("example", (GOOD, GOOD))).endswith("\nall 2 correct")
    assert repr(Report("example", (GOOD, BAD))).endswith("\n1 of 2 correct")
    assert Report("example", (GOOD, GOOD)).passed
    assert not Report("example", (GOOD, OPEN)).passed


def test_what_needs_something_wrong_is_left_open():
    report = Example("one").report()
    assert [f.passed for f in report.findings] == [False, None, True]


def test_the_concrete_hint_comes_the_third_time():
    assert PATIENCE == 3
    for _ in range(2):
        assert "Do two so." not in repr(Example("two").report())
    assert "  → Do two so." in repr(Example("two").report())
    # another mistake of the same check is a first one
    assert "Do three so." not in repr(Example("three").report())


def test_success_makes_the_check_patient_again():
    for _ in range(3):
        Example("two").report()
    assert Example().report().passed
    assert "Do two so." not in repr(Example("two").report())


def test_mistakes_that_go_together_keep_all_their_hints():
    one, other = Mistake("a", "A.", "Look a.", "Do a."), Mistake("b", "B.")
    both = together([one, other])
    assert both.key == "a and b"
    assert both.hints(insist=False) == ("A.", "Look a.", "B.")
    assert both.hints(insist=True) == ("A.", "Look a.", "B.", "Do a.")
    # and are still themselves, since a check holds them for the next report
    assert (one.key, one.hints(insist=False)) == ("a", ("A.", "Look a."))
    assert (other.key, other.hints(insist=True)) == ("b", ("B.",))


def test_a_mistake_with_further_hints_is_another_one():
    one = Mistake("a", "A.", "Look a.", "Do a.", planted=[{"x": 1}])
    longer = one.adding(("More.", ""))
    assert longer.hints(insist=True) == ("A.", "Look a.", "More.", "Do a.")
    assert (longer.key, longer.planted) == ("a", [{"x": 1}])
    assert one.hints(insist=True) == ("A.", "Look a.", "Do a.")


def test_under_nbgrader_a_failed_check_raises(monkeypatch):
    for mode in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
        with pytest.raises(CheckFailed) as caught:
            Example("one").report()
        assert str(caught.value) == repr(caught.value.report)
        assert Example().report().passed


def test_a_report_is_written_at_once(monkeypatch):
    pieces = []
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(write=pieces.append))
    Report("example", (GOOD, BAD))._ipython_display_()
    assert pieces == [f"{Report('example', (GOOD, BAD))!r}\n"]


# In a notebook

SETUP = (
    "from d2l_check.report import CheckFailed, Finding, Report\n"
    "good = Report('x', (Finding('it is right', True),))\n"
    "bad = Report('x', (Finding('it is right', False, ('It is not.',), 'key'),))"
)
BAD_LINES = ["✗ it is right", "  → It is not.", "0 of 1 correct"]


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell()
    shell.run_cell(SETUP)
    return shell


def test_ipython_shows_a_report_as_it_is(shell):
    with capture_output() as captured:
        shell.run_cell("bad")
    assert captured.stdout.removeprefix("Out[0]: ").splitlines() == BAD_LINES


def test_ipython_shows_the_report_in_place_of_a_traceback(shell):
    with capture_output() as captured:
        shell.run_cell("raise CheckFailed(bad)")
    assert captured.stdout.splitlines() == BAD_LINES


@pytest.fixture(scope="module")
def cells():
    """The executed cells of a notebook with a good and a bad report."""
    codes = [SETUP, "good", "bad", "raise CheckFailed(bad)"]
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    for number, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = {
            "grade_id": f"cell-{number}",
            "grade": True,
            "solution": False,
            "points": 2,
        }
    return notebook.cells


def test_a_kernel_shows_reports_as_printed_text(cells):
    _, good, bad, _ = cells
    assert [o.output_type for o in good.outputs + bad.outputs] == ["stream", "stream"]
    assert good.outputs[0].text == "✓ it is right\nall 1 correct\n"
    assert bad.outputs[0].text.splitlines() == BAD_LINES


def test_a_kernel_shows_the_report_in_place_of_a_traceback(cells):
    (error,) = cells[3].outputs
    assert error.ename == "CheckFailed"
    assert error.traceback == BAD_LINES
    assert error.evalue.splitlines() == BAD_LINES


def test_nbgrader_gives_all_points_or_none(cells):
    assert determine_grade(cells[1]) == (2, 2)
    assert determine_grade(cells[3]) == (0, 2)
