"""A check leaves the process as it found it, and ends in time."""

import os
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from d2l_check import limit
from d2l_check.limit import TimeUp, time_limit
from tests.checks.ops import FRAMEWORKS
from tests.checks.planting import report

RETURN = "return Z * H + (1 - Z) * H_tilde"


def leave(ops, check, mess):
    """Run a check on a good function that leaves a mess, and return its report."""
    body = "\n    ".join(["import os, random, sys, warnings, numpy", *mess.split("; ")])
    made = RETURN.replace("return", "made =")
    return report(ops, check, (RETURN, f"{made}\n    {body}\n    return made"))


def process():
    """What of the process a check could leave changed, in Python and NumPy."""
    return (
        sys.stdout,
        sys.stderr,
        os.fstat(2),
        os.getcwd(),
        sys.getrecursionlimit(),
        list(warnings.filters),
        random.getstate(),
        repr(np.random.get_state()),
        np.geterr(),
        np.get_printoptions(),
        threading.active_count(),
        signal.getsignal(signal.SIGALRM),
        signal.getitimer(signal.ITIMER_REAL),
    )


MESSES = [
    "sys.stdout = sys.stderr = None",
    "sys.stdout.close(); sys.stderr.close()",
    "os.close(2)",
    "os.chdir('/')",
    "sys.setrecursionlimit(5000)",
    "warnings.simplefilter('error'); warnings.warn('x') if False else None",
    "random.random(); numpy.random.rand(); numpy.random.seed(1)",
    "numpy.seterr(all='raise'); numpy.set_printoptions(precision=1)",
    "raise KeyError",
    "raise SystemExit",
    "raise GeneratorExit",
]


@pytest.mark.situation("checks: the process is as before, whatever a function does")
@pytest.mark.parametrize("mess", MESSES)
def test_python_is_left_as_it_was(ops, mess):
    before = process()
    found = leave(ops, "gru_cell", mess)
    assert process() == before
    # What has closed a stream once can't do it again, when the check calls it again.
    assert found.passed is (mess.split()[0] not in ("raise", "os.close(2)")), found


# Per framework: what a learner leaves on, and how to read it
LEFT_ON = {
    "torch": [
        ("torch.set_grad_enabled(False)", lambda torch: torch.is_grad_enabled()),
        ("torch.set_default_dtype(torch.float64)", lambda t: t.get_default_dtype()),
        ("torch.use_deterministic_algorithms(True)",
         lambda t: t.are_deterministic_algorithms_enabled()),
        ("torch.autograd.set_detect_anomaly(True)", lambda t: t.is_anomaly_enabled()),
        ("torch.set_default_device('meta')", lambda t: t.get_default_device()),
        ("torch.set_autocast_enabled('cpu', True)",
         lambda t: t.is_autocast_enabled("cpu")),
    ],
    "tensorflow": [
        ("tf.keras.config.set_floatx('float64')", lambda tf: tf.keras.config.floatx()),
        ("tf.config.run_functions_eagerly(True)",
         lambda tf: tf.config.functions_run_eagerly()),
        ("tf.keras.config.set_dtype_policy('mixed_bfloat16')",
         lambda tf: tf.keras.config.dtype_policy().name),
    ],
    "mxnet": [
        ("mxnet.autograd.set_recording(True)", lambda m: m.autograd.is_recording()),
        ("mxnet.autograd.set_training(True)", lambda m: m.autograd.is_training()),
        ("mxnet.npx.reset_np()", lambda m: m.npx.is_np_array()),
    ],
}  # fmt: skip
MODULES = {"torch": "torch", "tensorflow": "tensorflow as tf", "mxnet": "mxnet"}


def library(ops):
    return sys.modules[ops.name]


@pytest.mark.situation("checks: a mode that a function leaves on is switched back")
def test_a_mode_that_a_function_leaves_on_is_switched_back(ops):
    for code, read in LEFT_ON[ops.name]:
        before = read(library(ops))
        found = leave(ops, "gru_cell", f"import {MODULES[ops.name]}; {code}")
        after = read(library(ops))
        assert after == before, code
        assert found.passed, f"{code}: {found}"


@pytest.mark.situation("checks: a mode left on by a learner spoils no later check")
def test_a_mode_that_was_left_on_before_spoils_no_check(ops):
    for code, read in LEFT_ON[ops.name]:
        if "meta" in code:  # the check's own functions would have no numbers
            continue
        usual = ops.check._framework.settings()
        names = {"torch": library(ops), "tf": library(ops), "mxnet": library(ops)}
        try:
            exec(code, names)
            left = read(library(ops))
            found = report(ops, "gru_cell")
            assert found.passed, f"{code}: {found}"
            assert read(library(ops)) == left, code  # it isn't ours to switch off
        finally:
            ops.check._framework.change(usual)


def drawn(ops):
    return [float(ops.array(ops.normal((1,)))[0]) for _ in range(3)]


def seeded(ops):
    library(ops).random.set_seed(1) if ops.name == "tensorflow" else (
        library(ops).manual_seed if ops.name == "torch" else library(ops).random.seed
    )(1)


@pytest.mark.situation("checks: random numbers go on where they were")
@pytest.mark.parametrize("check", ["deep_rnn", "gru_layer", "held_out_perplexity"])
def test_random_numbers_go_on_where_they_were(ops, check):
    if ops.name == "mxnet" and check == "deep_rnn":
        pytest.skip("the learner draws, and MXNet can't be put back")
    seeded(ops)
    right = drawn(ops)
    seeded(ops)
    first = drawn(ops)[:1]
    seeded(ops)
    drawn_before = [float(ops.array(ops.normal((1,)))[0])]
    report(ops, check)
    after = [float(ops.array(ops.normal((1,)))[0]) for _ in range(2)]
    assert drawn_before == first
    assert drawn_before + after == right


@pytest.mark.situation("checks: several threads at once leave the streams alone")
def test_checks_in_several_threads_leave_the_streams_alone(ops):
    before, found = process(), []

    def run():
        for _ in range(3):
            found.append(report(ops, "gru_cell", (RETURN, f"print('x')\n    {RETURN}")))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(100):  # a thread that watched the time may need a moment to end
        if process() == before:
            break
        time.sleep(0.1)
    assert process() == before
    assert [each.passed for each in found] == [True] * 9
    assert all(each.notes for each in found)


def test_another_thread_goes_on_printing(ops, capsys):
    saying, heard = threading.Event(), threading.Event()

    def talk():
        saying.wait(10)
        print("from elsewhere")
        heard.set()

    thread = threading.Thread(target=talk)
    thread.start()

    def gru_cell(X, H, params):
        print("from here")
        saying.set()
        heard.wait(10)
        return H

    found = ops.check.gru_cell(gru_cell)
    thread.join()
    assert capsys.readouterr().out == "from elsewhere\n"
    assert found.notes == ("gru_cell prints something, which begins with: from here",)


LOOPS = {
    "busy": "while True:\n        pass",
    "asleep": "import time\n    time.sleep(1000)",
    "catching": "while True:\n        try:\n            H = H\n"
    "        except Exception:\n            pass",
    "talking": "while True:\n        print('and on')",
}


@pytest.mark.situation("checks: an endless loop gets a hint after a stated time")
@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_loop_gets_a_hint(ops, monkeypatch, loop):
    monkeypatch.setenv(limit.CHOICE, "0.2")
    before = process()
    began = time.monotonic()
    found = report(ops, "gru_cell", (RETURN, LOOPS[loop]))
    assert time.monotonic() - began < 5
    assert set(found.mistakes) == {"time-up"}
    assert "gru_cell still ran after 0.2 seconds, and was stopped." in repr(found)
    assert process() == before


@pytest.mark.situation("checks: an endless loop gets a hint in another thread, too")
def test_an_endless_loop_in_another_thread_gets_a_hint(ops, monkeypatch):
    monkeypatch.setenv(limit.CHOICE, "0.2")
    found = []

    def run():
        found.append(report(ops, "gru_cell", (RETURN, LOOPS["busy"])))
        found.append(report(ops, "gru_cell"))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert [set(each.mistakes) for each in found] == [{"time-up"}, set()]


def test_the_limit_is_below_that_of_nbgrader(monkeypatch):
    monkeypatch.delenv(limit.CHOICE, raising=False)
    assert limit.seconds() == 20 < 30
    for wrong in ("soon", "-1", "nan", ""):
        monkeypatch.setenv(limit.CHOICE, wrong)
        assert limit.seconds() == 20
    monkeypatch.setenv(limit.CHOICE, "inf")
    assert limit.seconds() == threading.TIMEOUT_MAX


def test_an_alarm_of_somebody_else_rings_all_the_same():
    rung = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(TimeUp), time_limit(0.05):
            time.sleep(10)
        time.sleep(0.4)
        assert rung == [1]
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with time_limit(5):  # the other one is due earlier
            time.sleep(0.2)
        assert rung == [1, 1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_an_interrupt_leaves_everything_as_it_was(ops):
    before = process()
    with pytest.raises(KeyboardInterrupt):
        leave(ops, "gru_cell", "raise KeyboardInterrupt")
    assert process() == before
    assert report(ops, "gru_cell").passed


def test_the_frameworks_have_usual_settings_that_they_can_read():
    for name in FRAMEWORKS:
        if f"d2l_check.{name}" in sys.modules:
            module = sys.modules[f"d2l_check.{name}"]
            assert set(module.USUAL) <= set(module.SETTINGS)
