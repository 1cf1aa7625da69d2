"""Memory: glibc is told to keep what was freed, and others are left alone."""

import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from d2l_local.torch import memory

ROOT = Path(__file__).parents[2]
GLIBC = platform.libc_ver()[0] == "glibc"


@pytest.fixture
def libc(monkeypatch):
    """A pretended C library: `answers` of its mallopt, and its `calls` so far."""
    pretended = SimpleNamespace(calls=[], answers={})

    def mallopt(parameter, value):
        pretended.calls.append((parameter, value))
        return pretended.answers.get(parameter, 1)

    library = SimpleNamespace(mallopt=mallopt)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: library)
    memory.keep_freed_memory.cache_clear()
    yield pretended
    memory.keep_freed_memory.cache_clear()


def test_both_thresholds_are_raised_with_the_numbers_of_malloc_h(libc):
    assert memory.keep_freed_memory() is True
    assert dict(libc.calls) == {-3: 32 * 2**20, -1: 2**31 - 1}


def test_a_second_call_does_nothing_more(libc):
    memory.keep_freed_memory()
    assert memory.keep_freed_memory() is True
    assert len(libc.calls) == 2


@pytest.mark.parametrize("parameter", [-3, -1])
def test_a_refused_threshold_gives_false(libc, parameter):
    libc.answers[parameter] = 0
    assert memory.keep_freed_memory() is False


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_a_system_without_mallopt_gives_false(libc, monkeypatch, error):
    def without(name):
        raise error

    monkeypatch.setattr(memory.ctypes, "CDLL", without)
    assert memory.keep_freed_memory() is False
    assert libc.calls == []


@pytest.mark.skipif(not GLIBC, reason="mallopt is glibc's")
def test_freed_buffers_are_not_faulted_in_again():
    code = """if True:
        import resource
        import numpy as np
        from d2l_local.torch.memory import keep_freed_memory

        def faults():
            begun = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            for _ in range(20):
                np.ones(2**20)  # 8 MiB, which is 2048 pages of 4 KiB
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begun

        assert keep_freed_memory()
        faults()  # takes the buffer for the first time
        print(faults())
    """
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 1000
