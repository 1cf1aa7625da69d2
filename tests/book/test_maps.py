"""Each package says in its docstring what lives in it; here it's held to the folder."""

import ast
import re
import subprocess

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


def test_the_layout_in_the_readme_is_that_of_the_repository():
    layout = (ROOT / "README.md").read_text("utf-8").partition("## Layout")[2]
    rows = re.findall(r"^\| `(\w+)/` \|", layout.partition("\n## ")[0], re.MULTILINE)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert sorted(rows) == sorted(n for n in names if not n.startswith("."))


def test_a_map_is_read_as_it_is_written():
    text = "A room.\n\n    alpha   one\n    beta, gamma\n            two\n\n    x = 1\n"
    assert mapped(text) == ["alpha", "beta", "gamma"]


def imported(path):
    """What a file of tools/ imports of it: the names on the map of tools/."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("tools."))


def files_of_tools():
    tree = ast.parse((ROOT / "tools" / "__init__.py").read_text("utf-8"))
    for name in mapped(ast.get_docstring(tree, clean=False)):
        module, room = ROOT / "tools" / f"{name}.py", ROOT / "tools" / name
        for path in [module] if module.exists() else sorted(room.rglob("*.py")):
            yield name, path


def test_the_map_of_the_tools_names_each_after_all_that_it_imports():
    order = list(dict.fromkeys(name for name, _ in files_of_tools()))
    found = {(name, used) for name, path in files_of_tools() for used in imported(path)}
    assert ("build", "notebook") in found  # imports are seen
    late = [
        f"tools.{name} imports tools.{used}, which stands below it on the map"
        for name, used in sorted(found)
        if order.index(used) > order.index(name)
    ]
    assert late == []
