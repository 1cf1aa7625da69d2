"""What importing the checks brings along, and what it doesn't."""

import ast
import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import d2l_check
from d2l_check.chapters import CHECKS

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
    names = ", ".join(f"d2l_check.{name}" for name in [*modules, "chapters"])
    assert imported(f"d2l_check, {names}") == set()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_comes_alone(framework):
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    also = {"keras"} if framework == "tensorflow" else set()
    assert imported(f"d2l_check.{framework}") == {framework} | also


def methods(framework):
    """The methods of a framework's class, in order."""
    body = ast.parse((FOLDER / f"{framework}.py").read_text(encoding="utf-8")).body
    (made,) = [node for node in body if isinstance(node, ast.ClassDef)]
    return [node.name for node in made.body if isinstance(node, ast.FunctionDef)]


def test_every_check_is_bound_under_its_name(ops):
    for check in CHECKS:
        assert getattr(ops.check, check.name).__doc__ == check.__doc__


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
    assert str(inspect.signature(ops.check.bag_of_words)) == "(bag_of_words)"
    with pytest.raises(TypeError, match="too many positional arguments"):
        ops.check.clip(lambda: None, lambda: None)
    assert ops.check.clip.__name__ == "clip"
    assert ops.check.clip.__doc__.startswith("Check that gradients are scaled")
