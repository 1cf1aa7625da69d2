"""How nbval runs and compares the committed notebooks."""

import json
import os

import pytest
from nbval.plugin import coalesce_streams

from d2l_local import frameworks as helper
from tools import notebook as nb
from tools.book import load
from tools.execute import KERNEL_ENVIRONMENT
from tools.near import differences
from tools.pictures import undescribed

# Stored outputs are of the embedded text, whatever has been downloaded. Kernels
# inherit the environment of this process.
os.environ.update(KERNEL_ENVIRONMENT, D2L_TEXT="embedded")
os.environ.pop("D2L_DATA_DIR", None)

# Exercises wait for the learner's code; tests/book/test_run_all.py runs them blank.
collect_ignore_glob = ["*/exercises/*"]

BOOK = load()


def about_of(path):
    """Return what a notebook says of itself; nbval names one that can't be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["metadata"]["d2l_local"]
    except (ValueError, LookupError, TypeError):
        return {}


def pytest_ignore_collect(collection_path):
    """Leave out the notebooks that need a framework which isn't installed."""
    if BOOK.lacking and collection_path.suffix == ".ipynb":
        about = about_of(collection_path)
        if about.get("framework") in [framework.key for framework in BOOK.lacking]:
            return True
        if not BOOK.fits(bool(about.get("all_frameworks"))):
            return True
    return None


def pytest_report_header():
    """Say what is left out, and why."""
    return [
        f"left out, with the pages that run all frameworks: {helper.missing(f.module)}"
        for f in BOOK.lacking
    ]


def pytest_collectstart(collector):
    """Leave figures out of the comparison: their floats differ between processors.

    That there is a figure is still compared, as its text/plain part is.
    """
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml", "image/png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Hold a cell to what nbval passes over.

    Such as one without a stored run, which it takes as it is, and one whose output it
    doesn't compare, which must be near the stored one: see `tools.near`.
    """
    cell = getattr(item, "cell", None)
    if cell is None:
        return (yield)
    result = yield
    if defects := nb.cell_defects(cell, item.cell_num + 1):
        item.raise_cell_error("It isn't the record of a clean run", "\n".join(defects))
    if not item.options["check"]:
        stored, fresh = (
            item.sanitize_outputs(coalesce_streams(list(map(undescribed, outputs))))
            for outputs in (cell.outputs, item.test_outputs)
        )
        near = cell.metadata.get("near", {})
        if problems := differences(stored, fresh, near):
            item.raise_cell_error("Cell outputs aren't near", "\n".join(problems))
    return result
