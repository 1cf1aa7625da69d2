"""Reading what was handed out, and what came back."""

import json

import pytest
from nbformat import from_dict

from d2l_check.grading.original import NotebookError, fitting, original, read
from tests.grading.conftest import assignment, code
from tools import notebook as nb


@pytest.fixture
def handed_out(tmp_path):
    """A function that stores a notebook and returns its path."""

    def store(notebook, name="handed-out.ipynb"):
        nb.write(tmp_path / name, notebook)
        return tmp_path / name

    return store


def test_tests_are_read_with_their_checks_and_answers(handed_out):
    known = original(handed_out(assignment("deep_rnn", "clip", framework="mxnet")))
    assert known.framework == "mxnet" and known.points == 4
    deep, clip = known.tests
    names = ("get_deep_params", "init_deep_state", "deep_rnn")
    assert deep.calls == (("deep_rnn", names),) and deep.answer == "answer-deep_rnn"
    assert clip.calls == (("clip", ("clip",)),) and not clip.others


@pytest.mark.parametrize(
    ("source", "calls", "others"),
    [
        ("check.clip(clip)\ncheck.detach(detach)", 2, False),
        ("check.clip(clip)\nassert clip is not None", 1, True),
        ("check.clip(lambda grads, theta: grads)", 0, True),
        ("check.clip(clip, detach)", 0, True),
        ("check.no_such_check(clip)", 0, True),
        ("tools.clip(clip)", 0, True),
        ("check.clip(", 0, True),
    ],
)
def test_what_is_no_check_of_the_book_is_left_to_nbgrader(
    handed_out, source, calls, others
):
    notebook = assignment("clip", "detach")
    notebook.cells[2].source = source
    test = original(handed_out(notebook)).tests[0]
    assert (len(test.calls), test.others) == (calls, others)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not a Jupyter notebook: Notebook does not appear to be JSON"),
        ("", "is not a Jupyter notebook"),
        ("[]", "is not a Jupyter notebook"),
        ("{}", "is not a Jupyter notebook"),
        ('{"cells": 3, "nbformat": 4}', "is not a Jupyter notebook"),
        ("\0\1", "is not a Jupyter notebook"),
        (json.dumps({"nbformat": 99, "cells": []}), "is not a Jupyter notebook"),
    ],
    ids=repr,
)
@pytest.mark.situation("exercises: a file that isn't a notebook is named")
def test_a_file_that_is_no_notebook_is_named(tmp_path, text, said):
    path = tmp_path / "returned.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=said) as raised:
        read(path)
    assert str(path) in str(raised.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(NotebookError, match="No such file"):
        read(tmp_path / "missing.ipynb")
    with pytest.raises(NotebookError, match="Is a directory"):
        read(tmp_path)


def test_another_assignment_and_another_framework_are_refused(handed_out):
    known = original(handed_out(assignment("clip")))
    fitting(known, assignment("clip"), "returned")
    with pytest.raises(NotebookError, match="returned is of another assignment: it"):
        fitting(known, assignment("detach"), "returned")
    with pytest.raises(NotebookError, match="returned is for mxnet, and handed-out"):
        fitting(known, assignment("clip", framework="mxnet"), "returned")
    without_marks = from_dict(assignment("clip"))
    without_marks.cells[1].metadata = without_marks.cells[2].metadata = {}
    del without_marks.cells[0]
    fitting(known, without_marks, "returned")


def test_a_notebook_without_checks_is_refused(handed_out):
    empty = assignment()
    with pytest.raises(NotebookError, match="has no graded cell that calls a check"):
        original(handed_out(empty))
    empty.cells = [code("x = 1")]
    with pytest.raises(NotebookError, match="doesn't import the checks"):
        original(handed_out(empty))
