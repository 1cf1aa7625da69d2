"""Frameworks for the tests of the checks, and a session of its own for each."""

from functools import cache
from importlib.util import find_spec

import pytest

if find_spec("mxnet") is not None:
    # Tensors as small as these are faster on one thread, which MXNet learns at import.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        import d2l_local.mxnet  # noqa: F401

from d2l_check import criteria, language
from tests.checks.ops import FRAMEWORKS

made = cache(lambda name: FRAMEWORKS[name]())


@pytest.fixture(params=FRAMEWORKS)
def ops(request):
    """One framework after the other, as `tests/checks/ops.py` wraps it."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return made(request.param)


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch):
    """English, no mistakes remembered, and no nbgrader around."""
    monkeypatch.setenv(language.CHOICE, "en")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    criteria._failures.clear()
