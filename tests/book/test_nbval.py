"""The test of the test: what must make nbval fail does, what may vary does not.

A small notebook on the helper's text functions is executed once. Copies of it, each
with one planted change, are then given to nbval together, with the options and hooks of
the real run.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebook as nb
from tools.book import ROOT
from tools.execute import Settings, run_cells
from tools.progress import Progress

# What would be another machine: a notebook reads it from a file beside it.
MACHINE = """\
import json
import sys
from pathlib import Path
machine = Path("machine.json")
machine = json.loads(machine.read_text()) if machine.exists() else {}
sys.path[:0] = machine.get("path", [])
from d2l_local.text.loading import clean
print(clean("The Time, Traveller!"))"""
CLOSING = """\
speed, perplexity = machine.get("speed", "6503.5"), machine.get("perplexity", "1.0")
for device in machine.get("devices", ["cpu"] * 5):
    print(f"perplexity {perplexity}, {speed} tokens/sec on {device}")"""
FIGURE = """\
from IPython.display import display
svg = machine.get("svg", "<svg/>")
display({"image/svg+xml": svg, "text/plain": "curve"}, raw=True)"""
WARNING = 'if "warn" in machine:\n    print("beware", file=sys.stderr)'
TABLE = """\
perplexity, rate = machine.get("held out", "5.23"), machine.get("rate", "31,504")
print(f"GRU  42,240  {perplexity}  {rate}")
print(machine.get("text", "time traveller said the"))"""
NEAR = {"margin": 0.1, "free": ["(?m)  [\\d,]+$", "time traveller[a-z ]{9}"]}
ENVIRONMENT = """\
import os
print(os.environ["D2L_TEXT"], "D2L_DATA_DIR" in os.environ)"""
CODES = (MACHINE, CLOSING, FIGURE, WARNING, TABLE, ENVIRONMENT)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    cells = [new_code_cell(code) for code in CODES]
    for number, cell in enumerate(cells):
        cell.id = f"cell{number}"
    cells[4].metadata = {"tags": ["nbval-ignore-output"], "near": NEAR}
    folder = tmp_path_factory.mktemp("executed")
    progress = Progress("fixture")
    return run_cells(new_notebook(cells=cells), folder, ROOT, Settings(), progress)


@dataclass(frozen=True)
class Case:
    """A change planted in the cell of this number, and whether the cell must fail.

    What is stored is changed by `stored`, a function of the cell, and what the fresh
    run finds by `machine`.
    """

    cell: int
    fails: bool
    stored: object = None
    machine: dict = field(default_factory=dict)


def replaced(old, new):
    """A change of a cell: another text in its outputs."""

    def change(cell):
        text = json.dumps(cell.outputs)
        assert old in text
        cell.outputs = [
            nb.nbformat.from_dict(o) for o in json.loads(text.replace(old, new))
        ]

    return change


def without_outputs(cell):
    cell.outputs = []


def never_run(cell):
    cell.outputs, cell.execution_count = [], None


DEVICES = ["cpu(0)", "gpu(0)", "cuda:0", "/CPU:0", "mps"]
CASES = {
    "a changed output": Case(0, True, replaced("the time tr", "the time sp")),
    "a removed output": Case(0, True, without_outputs),
    "a bug in the helper": Case(0, True, machine={"path": ["bug"]}),
    "another perplexity": Case(1, True, machine={"perplexity": "1.1"}),
    "no device": Case(1, True, machine={"devices": ["cpu"] * 4 + ["nothing"]}),
    "another speed and device": Case(
        1, False, machine={"speed": "61,503.5", "devices": DEVICES}
    ),
    "another drawing": Case(2, False, machine={"svg": "<svg><g/></svg>"}),
    "a lost figure": Case(2, True, replaced('"curve"', '"something else"')),
    "a new warning on stderr": Case(3, True, machine={"warn": "1"}),
    # What nbval by itself lets pass
    "a cell as never run": Case(1, True, never_run),
    "no output where it isn't compared": Case(4, True, without_outputs),
    "an uncompared cell as never run": Case(4, True, never_run),
    "a falsified number in a table": Case(4, True, replaced("5.23", "3.23")),
    "a falsified whole number": Case(4, True, replaced("42,240", "42,241")),
    "a falsified word": Case(4, True, replaced("GRU", "LSTM")),
    "a falsified text of another form": Case(4, True, replaced("said the", "says so")),
    "a number that isn't near": Case(4, True, machine={"held out": "9.99"}),
    "what may differ in a table": Case(
        4,
        False,
        machine={
            "held out": "5.01",
            "rate": "310,044",
            "text": "time traveller went his",
        },
    ),
}
WHOLE = {"unchanged": [], "stripped": list(range(len(CODES)))}  # cells that fail


def planted():
    """The notebooks to run, by name: each with the names of the cases in it.

    Cases in different cells share a notebook, as a kernel takes its time to start.
    """
    found = {}
    for name, case in CASES.items():
        place = sum(
            CASES[other].cell == case.cell
            for cases in found.values()
            for other in cases
        )
        found.setdefault(f"planted-{place}", []).append(name)
    return {**dict.fromkeys(WHOLE, ()), **found}


PLANTED = planted()


def plant_bug(folder):
    """A copy of the helper package that cleans a text wrongly."""
    shutil.copytree(ROOT / "d2l_local", folder / "d2l_local")
    loading = folder / "d2l_local" / "text" / "loading.py"
    with loading.open("a", encoding="utf-8") as file:
        file.write(
            "\n_right = clean\n\ndef clean(*args, **options):\n"
            "    return _right(*args, **options)[::-1]\n"
        )


def lay_out(notebook, cases, folder):
    """Write a notebook with its changes, and what it finds when it runs."""
    notebook, machine = copy.deepcopy(notebook), {}
    cells = nb.code_cells(notebook)
    for case in map(CASES.get, cases):
        machine |= case.machine
        if case.stored:
            case.stored(cells[case.cell])
    for cell in cells if folder.name == "stripped" else ():
        never_run(cell)
    folder.mkdir()
    nb.write(folder / "small.ipynb", notebook)
    (folder / "machine.json").write_text(json.dumps(machine))
    if "path" in machine:
        plant_bug(folder / "bug")


@pytest.fixture(scope="module")
def faults(executed, tmp_path_factory):
    """What nbval says of each cell, by notebook; one process runs them all."""
    root = tmp_path_factory.mktemp("nbval") / "notebooks"
    root.mkdir()
    shutil.copy(ROOT / "notebooks" / "conftest.py", root)
    for name, cases in PLANTED.items():
        lay_out(executed, cases, root / name)
    report = root / "report.xml"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
        + ["--rootdir", str(ROOT), "--nbval", "-q", "-p", "no:cacheprovider"]
        + [f"--junit-xml={report}", str(root)],
        cwd=ROOT,
        # Stored is what the embedded text gives, whatever is set outside.
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "D2L_TEXT": "book",
            "D2L_DATA_DIR": str(root),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = {name: {} for name in PLANTED}
    for result in ElementTree.parse(report).iter("testcase"):
        [name] = set(result.get("classname").split(".")) & set(PLANTED)
        cell = int(result.get("name").removeprefix("Cell "))
        found[name][cell] = [child.get("message") or child.text for child in result]
    return found


@pytest.mark.situation("nbval: planted changes, also where nbval compares nothing")
@pytest.mark.parametrize("name", CASES)
def test_a_planted_change_fails_and_what_may_vary_passes(faults, name):
    case = CASES[name]
    [place] = [place for place, names in PLANTED.items() if name in names]
    assert bool(faults[place][case.cell]) == case.fails, faults[place]


@pytest.mark.situation("nbval: outputs stripped from a whole notebook")
@pytest.mark.parametrize("name", PLANTED)
def test_nothing_else_fails_and_a_stripped_notebook_fails_in_every_cell(faults, name):
    assert sorted(faults[name]) == list(range(len(CODES)))
    wanted = {CASES[each].cell for each in PLANTED[name] if CASES[each].fails}
    wanted |= set(WHOLE.get(name, ()))
    assert {cell for cell, found in faults[name].items() if found} == wanted
