"""Run All reaches the end of a blank exercise, and each of its checks reports."""

import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebook as nb
from tools.book import ROOT, load
from tools.edition import Edition, Places
from tools.execute import Client, Settings, kernel_environment, prepare, run_client
from tools.progress import Progress

BOOK = load(ROOT)
STEMS = [path.stem for path in BOOK.exercise_paths()]


class Tolerant(Client):
    """A client that, like Jupyter, lets a cell write to stderr."""

    def _check(self, cell, cell_index, execute_reply):
        pass


def path_of(framework, stem):
    return Places(BOOK).path(Edition(framework, "exercises"), stem)


@pytest.fixture(scope="module", params=BOOK.frameworks, ids=lambda f: f.key)
def ran(request, tmp_path_factory):
    """Exercise notebooks of a framework, run blank on the reduced budget.

    Each has a namespace of its own, but they share a kernel, as imports take longest.
    Each section runs in one of the frameworks, for whose sake nothing differs here.
    """
    if not request.param.is_installed:
        pytest.skip(f"{request.param.name} is not installed")
    # From the last on, so that the longest is PyTorch's, which is the fastest.
    stems = STEMS[::-1][BOOK.frameworks.index(request.param) :: len(BOOK.frameworks)]
    notebooks = {s: nb.read(path_of(request.param, s)) for s in stems}
    cells = {s: prepare(made, "fast").cells for s, made in notebooks.items()}
    joined = []
    for each in cells.values():
        joined += [new_code_cell("%reset -f"), *each]
    progress = Progress("blank exercises", stream=io.StringIO())
    folder = tmp_path_factory.mktemp("blank")
    client = Tolerant(
        new_notebook(cells=joined),
        progress,
        timeout=Settings().timeout,
        resources={"metadata": {"path": str(folder)}},
    )
    run_client(client, kernel_environment(ROOT, "embedded"))
    return cells


@pytest.mark.situation(
    "first steps: Run All on a blank exercise goes on below the first"
)
def test_run_all_reaches_the_end_and_only_what_is_tagged_stops(ran):
    for stem, cells in ran.items():
        code = [cell for cell in cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in code), stem
        stopped = [c for c in code if any(o.output_type == "error" for o in c.outputs)]
        assert stopped, stem  # an unsolved exercise can't be used
        assert all(nb.MAY_RAISE in cell.metadata.tags for cell in stopped), stem


@pytest.mark.situation("first steps: each check of a blank exercise shows its report")
def test_every_check_says_what_is_missing(ran):
    for stem, cells in ran.items():
        checks = [c for c in cells if c.metadata.get("nbgrader", {}).get("points")]
        assert checks, stem
        for cell in checks:
            text = "".join(o.get("text", "") for o in cell.outputs)
            text += "".join(
                o.data.get("text/plain", "") for o in cell.outputs if "data" in o
            )
            assert "✗" in text, f"{stem}: {cell.source}: {cell.outputs}"


def test_solutions_and_chapters_have_no_such_tag():
    for path in BOOK.notebooks.rglob("*.ipynb"):
        if path.parent.name != "exercises":
            assert nb.MAY_RAISE not in path.read_text(encoding="utf-8"), path
