"""The notebook that was handed out: what is graded, and for how many points."""

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from d2l_check.chapters import CHECKS
from d2l_check.grading.cells import Cell, cell
from d2l_check.grading.layers import JudgedGRULayer

KNOWN = {check.name: check for check in (*CHECKS, JudgedGRULayer)}  # the last one wins
SPOKEN = re.compile(r"""setdefault\(["']D2L_LANGUAGE["'], ["'](\w+)["']\)""")
FRAMEWORKS = ("torch", "tensorflow", "mxnet")


class NotebookError(Exception):
    """A notebook that can't be graded; says which file it is, why, and what to do."""


@dataclass(frozen=True)
class Test:
    """A cell that is graded: the checks that it calls, and the names it gives them.

    `answer` is the id of the answer cell that comes before it, and `others` tells if
    the cell holds anything but checks of the book, on which the judge has no say.
    """

    id: str
    points: float
    calls: tuple[tuple[str, tuple[str, ...]], ...]
    answer: str | None
    others: bool


@dataclass(frozen=True)
class Original:
    """An assignment as its author knows it.

    `framework` is a module of `d2l_check`, such as ``'torch'``, `tests` what is graded,
    `setup` the cells with imports before the first answer, and `cells` all other cells
    that nobody has to change: what an answer may rely on, even if a student has deleted
    it. `language` is the one that a translated notebook's checks answer in.
    """

    path: Path
    framework: str
    tests: tuple[Test, ...]
    setup: tuple[Cell, ...] = ()
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    language: str | None = None

    @property
    def points(self):
        return sum(test.points for test in self.tests)


def read(path):
    """Return a notebook; raise NotebookError if the file isn't one."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        for each in notebook.cells:
            each.metadata, each.source = each.get("metadata", {}), str(each.source)
    except OSError as error:
        raise NotebookError(f"{path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise NotebookError(f"{path}:{error.lineno}: not JSON, {error.msg}") from error
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise NotebookError(
            f"{path} is not a Jupyter notebook: {first or type(error).__name__}. Ask "
            "for the .ipynb file itself"
        ) from error
    return notebook


def mark(each):
    """Return nbgrader's metadata of a cell, an empty dict where there is none."""
    found = each.metadata.get("nbgrader")
    if not isinstance(found, dict) or not isinstance(found.get("grade_id"), str):
        return {}
    return found


def original(path):
    """Return the Original that a notebook holds, with or without its solutions.

    Raises NotebookError if it has none of the book's checks.
    """
    notebook = read(path)
    framework, name = imported(notebook, path)
    tests, setup, others, answer = [], [], [], None
    for each in notebook.cells:
        found = mark(each)
        if found.get("solution"):
            answer = found.get("grade_id")
        elif each.cell_type != "code":
            continue
        elif found.get("grade"):
            tests.append(test(each, found, name, answer))
        else:
            made = cell(each.source)
            first = answer is None and made.imports
            (setup if first and not installs(made) else others).append(made)
    if not any(each.calls for each in tests):
        raise NotebookError(
            f"{path} has no graded cell that calls a check: give the notebook that was "
            "handed out, or the one in the course's source/"
        )
    known = Path(path), framework, tuple(tests), tuple(setup), tuple(others)
    return Original(*known, spoken(notebook))


def fitting(known, notebook, path):
    """Raise NotebookError for a notebook of another assignment or framework."""
    ids = {mark(each).get("grade_id") for each in notebook.cells}
    bound = {
        name
        for each in notebook.cells
        if each.cell_type == "code"
        for name in cell(each.source).binds
    }
    names = {name for each in known.tests for _, names in each.calls for name in names}
    if not names & bound and not ids & {each.id for each in known.tests}:
        raise NotebookError(
            f"{path} is of another assignment: it has no {', '.join(sorted(names))}, "
            f"which {known.path.name} asks for"
        )
    try:
        framework, _name = imported(notebook, path)
    except NotebookError:  # the import may have been deleted
        return
    if framework != known.framework:
        raise NotebookError(
            f"{path} is for {framework}, and {known.path.name} for {known.framework}: "
            "grade it against the notebook that it was made from"
        )


def imported(notebook, path):
    """Return which framework's checks a notebook imports, and under which name."""
    for each in notebook.cells:
        if each.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell(each.source).source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "d2l_check":
                for alias in node.names:
                    if alias.name in FRAMEWORKS:
                        return alias.name, alias.asname or alias.name
    raise NotebookError(
        f"{path} doesn't import the checks, as in 'from d2l_check import torch as "
        "check': it's not an assignment of this book"
    )


def spoken(notebook):
    """Return the language that a notebook sets for its checks, or None."""
    for each in notebook.cells:
        if each.cell_type == "code" and (found := SPOKEN.search(each.source)):
            return found[1]
    return None


def installs(made):
    """Return True for the cell that installs what a bare machine lacks."""
    return "check_call" in made.imports


def test(each, found, name, answer):
    """Return the Test in a graded cell."""
    calls, others = [], False
    try:
        statements = ast.parse(cell(each.source).source).body
    except SyntaxError:
        statements, others = [], True
    for statement in statements:
        call = check_call(statement, name)
        if call is None:
            others = True
        else:
            calls.append(call)
    points = float(found.get("points", 0))
    return Test(found["grade_id"], points, tuple(calls), answer, others)


def check_call(statement, name):
    """Return the check and the names in a statement `check.f(f)`, or None."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    known = call.func.attr in KNOWN
    if ast.unparse(call.func.value) != name or not known or call.keywords:
        return None
    if not all(isinstance(argument, ast.Name) for argument in call.args):
        return None
    if len(call.args) != len(KNOWN[call.func.attr].functions):
        return None
    return call.func.attr, tuple(argument.id for argument in call.args)
