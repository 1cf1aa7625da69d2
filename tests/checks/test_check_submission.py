"""Whatever a learner's function does, the check goes on and says so."""

import sys

import numpy as np
import pytest

from d2l_check import chapters
from d2l_check.criteria import Check, Criterion
from d2l_check.submission import Submission
from d2l_check.words import message
from tests.checks.ops import FRAMEWORKS
from tests.checks.planting import NAMES, cell, checked, report

RETURN = "return Z * H + (1 - Z) * H_tilde"
EVERY_CHECK = [check.name for check in chapters.CHECKS]
# Those whose good functions stand in `learners.py`; the others have the same frame.
CHECKS = [check.name for check in chapters.deep_rnn.CHECKS]
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"


def source(check, body):
    """Functions for a check that take what they get and have this body."""
    names = NAMES.get(check, (check,))
    return "".join(f"def {name}(*arguments):\n    {body}\n\n" for name in names)


@pytest.mark.parametrize("check", CHECKS)
def test_a_stub_gets_a_friendly_word(ops, check):
    found = checked(ops, check, source(check, STUB))
    assert set(found.mistakes) == {"not-written"}
    assert f"{NAMES.get(check, [check])[-1]} is not written yet." in repr(found)
    assert "Put your code in the place of: raise NotImplementedError()" in repr(found)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("thing", ["None", "3", "[1, 2]", "ops.zeros((2, 3))"])
def test_what_is_no_function_gets_a_finding(ops, check, thing):
    names = NAMES.get(check, (check,))
    found = checked(ops, check, "".join(f"{name} = {thing}\n" for name in names))
    assert set(found.mistakes) == {"not-a-function"}


@pytest.mark.parametrize("check", CHECKS)
def test_other_arguments_than_asked_for_get_a_finding(ops, check):
    found = checked(ops, check, source(check, "pass").replace("*arguments", ""))
    assert set(found.mistakes) == {"wrong-signature"}
    assert "It can't be called as" in repr(found)


def test_an_exception_is_shown_with_its_line(ops):
    change = (RETURN, 'raise KeyError("Z")')
    found = report(ops, "gru_cell", change)
    assert found.mistakes == ["exception"]
    assert "gru_cell stops with KeyError: 'Z'" in repr(found)
    assert 'It stops in line 6: raise KeyError("Z")' in repr(found)
    assert "Traceback" not in repr(found)


def test_an_exception_of_the_framework_is_shown_with_its_line(ops):
    change = ("(R * H) @ W_hh", "(R * H) @ X")
    found = report(ops, "gru_cell", change)
    assert found.mistakes == ["exception"]
    assert "It stops in line 5: H_tilde = " in repr(found)
    assert "Traceback" not in repr(found) and "{{" not in repr(found)


def test_the_line_is_that_of_a_helper_in_another_cell(ops):
    helper = cell("\n\ndef half(x):\n    return x / nothing\n")["half"]
    made = "def gru_cell(X, H, params):\n    return half(H)\n"
    found = checked(ops, "gru_cell", made, half=helper)
    assert "It stops in line 4: return x / nothing" in repr(found)


def test_leaving_python_is_an_exception_like_others(ops):
    found = report(ops, "gru_cell", (RETURN, "raise SystemExit('bye')"))
    assert "gru_cell stops with SystemExit: bye" in repr(found)


def test_an_interrupt_stops_the_check(ops):
    with pytest.raises(KeyboardInterrupt):
        report(ops, "gru_cell", (RETURN, "raise KeyboardInterrupt"))


def test_an_exception_without_words_is_shown_too(ops):
    found = report(ops, "gru_cell", (RETURN, "assert False"))
    assert "gru_cell stops with AssertionError: no message" in repr(found)


def test_what_is_printed_is_held_back_and_noted(ops, capsys):
    change = (RETURN, f"print('shape:', H.shape[0])\n    {RETURN}")
    found = report(ops, "gru_cell", change)
    assert found.passed
    assert capsys.readouterr().out == ""
    assert found.notes == ("gru_cell prints something, which begins with: shape: 2",)
    assert "· gru_cell prints something" in repr(found)


def test_nothing_comes_out_on_stderr(ops, capfd):
    words = (
        "import os, sys, warnings\n"
        "    print('to stderr', file=sys.stderr)\n"
        "    warnings.warn('a warning')\n"
        "    os.write(2, b'from native code')\n"
    )
    found = report(ops, "gru_cell", (RETURN, f"{words}    {RETURN}"))
    assert found.passed
    assert capfd.readouterr().err == ""


CHANGES = [
    ("gru_cell", "H", RETURN, f"new = {RETURN[7:]}\n    H[:] = 0\n    return new"),
    ("gru_cell", "params", RETURN, f"params.pop()\n    {RETURN}"),
    ("dropout_step", "X", "H_1 = ops.tanh(X", "X *= 1.5\n    H_1 = ops.tanh(X / 1.5"),
]


@pytest.mark.parametrize("ops", ["torch", "mxnet"], indirect=True)
@pytest.mark.parametrize("check, changed, old, new", CHANGES)
def test_changing_the_arguments_is_noticed(ops, check, changed, old, new):
    found = report(ops, check, (old, new))
    assert found.mistakes == ["changed-in-place"]
    assert f"{check} changes what it was given: {changed}" in repr(found)


def test_a_check_that_stumbles_says_so_and_shows_no_traceback():
    class Stumbling(Check):
        signature = "stumbling()"

        def criteria(self):
            return [Criterion("it works", lambda: 1 / 0)]

    found = Stumbling(None, None).report()
    assert found.mistakes == ["check-broken"]
    assert "The check itself stopped here, with ZeroDivisionError" in repr(found)
    assert "Please report it to the authors." in repr(found)


def test_what_frameworks_put_before_a_message_is_left_out():
    mxnet = (
        "Traceback (most recent call last):\n  File x.h, line 3\nMXNetError: shapes\n"
    )
    assert message(ValueError(mxnet)) == "MXNetError: shapes"
    tensorflow = "{{function_node __wrapped__MatMul_device_/x}} Matrix size [Op:MatMul]"
    assert message(ValueError(tensorflow)) == "Matrix size [Op:MatMul]"
    compiled = 'in user code:\n\n    File "x.py", line 2, in f\n\n    ValueError: odd\n'
    assert message(ValueError(compiled)) == "ValueError: odd"
    assert message(ValueError("x" * 500)) == "x" * 119 + "…"


def test_all_frameworks_have_the_same_checks_with_the_same_parameters():
    modules = [FRAMEWORKS[name]().check for name in FRAMEWORKS if name in sys.modules]
    assert len(modules) >= 2
    for module in modules:
        for check in EVERY_CHECK:
            assert callable(getattr(module, check))
            assert getattr(module, check).__doc__ == getattr(modules[0], check).__doc__


def test_a_numpy_array_that_is_changed_in_place_is_noticed(ops):
    framework = ops.check._framework
    submission = Submission(framework, lambda x: x.__iadd__(1), "add(x)")
    submission(np.zeros(3))
    assert submission.changed == ["x"]
