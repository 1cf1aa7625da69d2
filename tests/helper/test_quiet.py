"""Quiet: known notices of TensorFlow are left out, every other line is passed on."""

import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import pytest

from d2l_local.quiet import ignore_known_warnings, is_known_notice

ROOT = Path(__file__).parents[2]

NOTICES = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to "
    "STDERR",
    "I0000 00:00:1748 port.cc:153] oneDNN custom operations are on. You may see "
    "slightly different numerical results",
    "I0000 00:00:1748 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to "
    "use available CPU instructions in performance-critical operations.",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild "
    "TensorFlow with the appropriate compiler flags.",
    "W0000 00:00:1748 cudart_stub.cc:31] Could not find cuda drivers on your machine, "
    "GPU will not be used.",
    "2026-08-01 12:00:00.5: E tensorflow/core/util/util.cc:131] oneDNN supports "
    "DT_INT64 only on platforms with AVX-512. Falling back to the default Eigen-based "
    "implementation if present.",
]
OTHERS = [
    "W0000 00:00:1748 gpu_device.cc:2342] Cannot dlopen some GPU libraries.",
    "E0000 00:00:1748 cuda_dnn.cc:8310] Unable to register cuDNN factory",
    "WARNING: something else",
    "the oneDNN custom operations are off",
    "",
]


def stderr_of(body, fails=False):
    """Run `body` in a process without the notices; returns its stderr."""
    code = (
        "import os, sys\n"
        "from d2l_local.quiet import without_known_notices\n"
        f"NOTICE = {NOTICES[1]!r} + chr(10)\n"
        "def native(text):\n"
        "    os.write(2, text.encode())\n"
        f"{textwrap.dedent(body)}"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert bool(run.returncode) == fails, run.stderr
    return run.stderr


@pytest.mark.parametrize("line", NOTICES)
def test_a_notice_is_known(line):
    assert is_known_notice(line)


@pytest.mark.parametrize("line", OTHERS)
def test_any_other_line_is_not(line):
    assert not is_known_notice(line)


@pytest.mark.situation("first steps: TensorFlow's log is silenced")
def test_known_notices_are_dropped_and_others_passed_on_in_order():
    written = stderr_of(r"""
        with without_known_notices():
            native("one\n")
            native(NOTICE)
            native("two\n" + NOTICE + "three\n")
    """)
    assert written == "one\ntwo\nthree\n"


def test_lines_are_passed_on_when_the_body_raises():
    written = stderr_of(
        r"""
        with without_known_notices():
            native(NOTICE)
            native("the reason\n")
            raise OSError("no library")
        """,
        fails=True,
    )
    assert "oneDNN" not in written
    assert written.startswith("the reason\n")
    assert written.endswith("OSError: no library\n")


def test_python_lines_are_held_and_passed_on_too():
    written = stderr_of(r"""
        with without_known_notices():
            sys.stderr.write(NOTICE)
            sys.stderr.write("from Python\n")
    """)
    assert written == "from Python\n"


def test_nothing_is_held_back_before_and_after():
    written = stderr_of(r"""
        sys.stderr.write("before\n" + NOTICE)
        with without_known_notices():
            native("inside\n")
        native(NOTICE + "after\n")
    """)
    assert written == f"before\n{NOTICES[1]}\ninside\n{NOTICES[1]}\nafter\n"


def test_a_last_line_without_end_and_broken_utf8_are_passed_on():
    written = stderr_of(r"""
        with without_known_notices():
            os.write(2, b"caf\xe9\nno end")
    """)
    assert written == "caf\ufffd\nno end"


def test_lines_go_to_what_replaces_stderr():
    written = stderr_of(r"""
        import io
        sys.stderr = io.StringIO()
        with without_known_notices():
            native(NOTICE + "kept\n")
        assert sys.stderr.getvalue() == "kept\n", sys.stderr.getvalue()
        sys.stderr = sys.__stderr__
    """)
    assert written == ""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files")
def test_no_file_stays_open():
    written = stderr_of(r"""
        before = os.listdir("/proc/self/fd")
        for _ in range(3):
            with without_known_notices():
                pass
        assert len(os.listdir("/proc/self/fd")) == len(before)
    """)
    assert written == ""


@pytest.mark.situation("Python 3.13: warnings are errors while TensorFlow compiles")
def test_only_the_known_warning_is_ignored():
    known = (
        "Constant.__init__ got an unexpected keyword argument '___pyct_anno'. Support "
        "for arbitrary keyword arguments is deprecated and will be removed in Python "
        "3.15."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ignore_known_warnings()
        warnings.warn(known, DeprecationWarning, stacklevel=1)
        for message, category in [
            (known, UserWarning),
            (known.replace("___pyct_anno", "anno"), DeprecationWarning),
        ]:
            with pytest.raises(category):
                warnings.warn(message, category, stacklevel=1)
