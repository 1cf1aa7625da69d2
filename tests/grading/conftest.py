"""A process for each framework, and notebooks made of a few cells."""

from importlib.util import find_spec

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from d2l_check import language
from d2l_check.grading import judge as judging
from d2l_check.grading import original
from d2l_check.grading.remote import Process

FRAMEWORKS = ("torch", "tensorflow", "mxnet")


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    """English, the text that is always there, and one thread for small tensors."""
    monkeypatch.setenv(language.CHOICE, "en")
    monkeypatch.setenv("D2L_TEXT", "embedded")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("D2L_DATA_DIR", raising=False)


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """A function that returns a framework's process, started once while it lives."""
    started = {}

    def get(framework):
        if find_spec(framework) is None:
            pytest.skip(f"{framework} is not installed")
        if framework not in started or started[framework].ended:
            folder = tmp_path_factory.mktemp(framework)
            started[framework] = Process(f"d2l_check.{framework}", folder, 60)
        return started[framework]

    yield get
    for each in started.values():
        each.close()


@pytest.fixture
def shared(process, monkeypatch):
    """Let notebooks of a framework share a process, which takes long to start."""

    def start(module, _folder, _limit):
        started = process(module.removeprefix("d2l_check."))
        monkeypatch.setattr(started, "close", lambda: None, raising=False)
        return started

    monkeypatch.setattr(judging, "Process", start)


def code(source, **mark):
    """A cell of code, with nbgrader's marks if some are given."""
    return new_code_cell(source, metadata={"nbgrader": mark} if mark else {})


def assignment(*names, framework="torch"):
    """The cells of an assignment with an answer and a check for each name."""
    cells = [code(f"from d2l_check import {framework} as check\nimport numpy as np")]
    for name in names:
        functions = original.KNOWN[name].functions
        stub = "def {}(*args):\n    raise NotImplementedError()"
        cells.append(
            code(
                "\n\n\n".join(map(stub.format, functions)),
                grade_id=f"answer-{name}", grade=False, solution=True, locked=False,
                task=False, schema_version=3,
            )
        )  # fmt: skip
        cells.append(
            code(
                f"check.{name}({', '.join(functions)})",
                grade_id=f"check-{name}", grade=True, solution=False, locked=True,
                task=False, schema_version=3, points=2,
            )
        )  # fmt: skip
    return new_notebook(cells=cells)
