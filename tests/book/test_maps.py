"""Each package says in its docstring what lives in it; here it's held to the folder."""

import ast
import re

import pytest

from tools.book import ROOT

PACKAGES = sorted(
    path.parent
    for room in ("d2l_local", "d2l_check", "tools", "benchmarks")
    for path in (ROOT / room).rglob("__init__.py")
)
LINE = re.compile(r"^    (\w+(?:, \w+)*,?)(?:  +\S.*)?$", re.MULTILINE)


def mapped(text):
    """The names in the tables of a docstring: lines set in by four blanks."""
    return [name for line in LINE.findall(text) for name in line.split(", ")]


def inside(package):
    """The modules of a package and the packages in it."""
    modules = {path.stem for path in package.glob("*.py")}
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    return (modules | rooms) - {"__init__", "__main__"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_map_names_everything_in_the_room_once(package):
    tree = ast.parse((package / "__init__.py").read_text("utf-8"))
    text = ast.get_docstring(tree, clean=False)
    assert sorted(mapped(text)) == sorted(inside(package))


def test_a_map_is_read_as_it_is_written():
    text = "A room.\n\n    alpha   one\n    beta, gamma\n            two\n\n    x = 1\n"
    assert mapped(text) == ["alpha", "beta", "gamma"]
