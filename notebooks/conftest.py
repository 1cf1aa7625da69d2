"""How nbval runs and compares the committed notebooks."""

import os

from d2l_local import frameworks as helper
from tools import notebook as nb
from tools.book import load
from tools.execute import KERNEL_ENVIRONMENT

# Stored outputs are of the embedded text, whatever has been downloaded. Kernels
# inherit the environment of this process.
os.environ.update(KERNEL_ENVIRONMENT, D2L_TEXT="embedded")
os.environ.pop("D2L_DATA_DIR", None)

# Exercises wait for the learner's code; tests/test_exercises.py runs them blank.
collect_ignore_glob = ["*/exercises/*"]

BOOK = load()


def pytest_ignore_collect(collection_path):
    """Leave out the notebooks that need a framework which isn't installed."""
    if BOOK.lacking and collection_path.suffix == ".ipynb":
        about = nb.read(collection_path).metadata.get("d2l_local", {})
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
        collector.skip_compare += ("image/svg+xml",)
