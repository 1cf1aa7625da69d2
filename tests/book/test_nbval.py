"""The test of the test: what must make nbval fail does, what may vary does not.

A small notebook on the helper's text functions is executed once; each test then
plants one change and runs nbval on it with the options and hooks of the real run.
"""

import os
import shutil
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebook as nb
from tools.book import ROOT
from tools.execute import Settings, run_cells
from tools.progress import Progress

CLEAN = "from d2l_local.text.loading import clean\nprint(clean('The Time, Traveller!'))"
CLOSING = """\
import os
speed, device = os.environ.get("SPEED", "6503.5"), os.environ.get("DEVICE", "cpu")
perplexity = os.environ.get("PERPLEXITY", "1.0")
print(f"perplexity {perplexity}, {speed} tokens/sec on {device}")"""
FIGURE = """\
from IPython.display import display
svg = os.environ.get("SVG", "<svg/>")
display({"image/svg+xml": svg, "text/plain": "curve"}, raw=True)"""
WARNING = 'import sys\nif "WARN" in os.environ:\n    print("beware", file=sys.stderr)'


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    cells = [new_code_cell(code) for code in (CLEAN, CLOSING, FIGURE, WARNING)]
    for number, cell in enumerate(cells):
        cell.id = f"cell{number}"
    folder = tmp_path_factory.mktemp("executed")
    progress = Progress("fixture")
    return run_cells(new_notebook(cells=cells), folder, ROOT, Settings(), progress)


@pytest.fixture
def nbval(executed, tmp_path):
    """A function that runs nbval on the stored notebook's text, changed."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / "conftest.py", folder)

    def run(change=lambda text: text, package=ROOT, **environment):
        path = folder / "small.ipynb"
        path.write_text(change(nb.dumps(executed)), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
            + ["--rootdir", str(ROOT), "--nbval", "-q", "-p", "no:cacheprovider"]
            + [str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(package), **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done

    return run


def passes(done):
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
    return True


def fails(done):
    assert "1 failed, 3 passed" in done.stdout, done.stdout
    return done.returncode == 1


def test_the_unchanged_notebook_passes(nbval):
    assert passes(nbval())


def test_a_changed_stored_output_fails(nbval):
    assert fails(nbval(lambda text: text.replace("the time tr", "the time sp")))


def test_a_removed_output_fails(nbval, executed):
    copy = nb.nbformat.from_dict(executed)
    copy.cells[0].outputs = []
    assert fails(nbval(lambda text: nb.dumps(copy)))


def test_a_changed_perplexity_fails(nbval):
    assert fails(nbval(PERPLEXITY="1.1"))


@pytest.mark.parametrize("device", ["cpu(0)", "gpu(0)", "cuda:0", "/CPU:0", "mps"])
def test_another_speed_and_device_pass(nbval, device):
    assert passes(nbval(SPEED="61,503.5", DEVICE=device))


def test_another_word_in_place_of_the_device_fails(nbval):
    assert fails(nbval(DEVICE="nothing"))


def test_another_drawing_passes_but_a_lost_figure_fails(nbval):
    assert passes(nbval(SVG="<svg><g/></svg>"))
    assert fails(nbval(lambda text: text.replace('"curve"', '"something else"')))


def test_a_new_warning_on_stderr_fails(nbval):
    assert fails(nbval(WARN="1"))


def test_a_bug_in_the_helper_fails(nbval, tmp_path):
    package = tmp_path / "package"
    shutil.copytree(ROOT / "d2l_local", package / "d2l_local")
    loading = package / "d2l_local" / "text" / "loading.py"
    with loading.open("a", encoding="utf-8") as file:
        file.write(
            "\n_right = clean\n\ndef clean(*args, **options):\n"
            "    return _right(*args, **options)[::-1]\n"
        )
    assert fails(nbval(package=package))


def test_the_text_is_the_embedded_one_whatever_is_set_outside(nbval, tmp_path):
    code = "print(os.environ['D2L_TEXT'], 'D2L_DATA_DIR' in os.environ)"

    def ask(text):
        return text.replace('"print(clean(', f'"import os; {code}; print(clean(')

    done = nbval(ask, D2L_TEXT="book", D2L_DATA_DIR=str(tmp_path))
    assert "embedded False" in done.stdout
