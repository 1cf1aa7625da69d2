"""What importing the checks brings along, and what it doesn't."""

import ast
import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import d2l_check

FOLDER = Path(d2l_check.__file__).parent
FRAMEWORKS = ["torch", "tensorflow", "mxnet"]
HEAVY = {"torch", "tensorflow", "keras", "mxnet"}


def imported(module):
    """The frameworks that a fresh process has after importing `module`."""
    code = f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(ast.literal_eval(run.stdout))


def test_the_checks_themselves_need_no_framework():
    modules = [p.stem for p in FOLDER.glob("[!_]*.py") if p.stem not in FRAMEWORKS]
    names = ", ".join(f"d2l_check.{name}" for name in modules)
    assert imported(f"d2l_check, {names}") == set()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_comes_alone(framework):
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    also = {"keras"} if framework == "tensorflow" else set()
    assert imported(f"d2l_check.{framework}") == {framework} | also


def public(framework):
    """The names that a framework's module binds at its end, in order."""
    body = ast.parse((FOLDER / f"{framework}.py").read_text(encoding="utf-8")).body
    names = [node.targets[0].id for node in body if isinstance(node, ast.Assign)]
    return [name for name in names if name.islower()]


def methods(framework):
    """The methods of a framework's class, in order."""
    body = ast.parse((FOLDER / f"{framework}.py").read_text(encoding="utf-8")).body
    (made,) = [node for node in body if isinstance(node, ast.ClassDef)]
    return [node.name for node in made.body if isinstance(node, ast.FunctionDef)]


def test_the_three_files_bind_the_same_checks_in_the_same_order():
    assert public("torch") == public("tensorflow") == public("mxnet")
    assert len(public("torch")) == 10  # nine checks, and the framework


def test_the_three_classes_have_the_same_methods_in_the_same_order():
    first, *others = [
        [name for name in methods(framework) if name != "__init__"]
        for framework in FRAMEWORKS
    ]
    assert others == [first, first]


def test_a_check_is_called_as_its_exercise_says(ops):
    found = inspect.signature(ops.check.deep_rnn)
    assert str(found) == "(get_deep_params, init_deep_state, deep_rnn)"
    assert str(inspect.signature(ops.check.clip)) == "(clip)"
    assert ops.check.clip.__name__ == "clip"
    assert ops.check.clip.__doc__.startswith("Check that gradients are scaled")
