"""How nbval runs and compares the committed notebooks."""

import os

from tools.execute import KERNEL_ENVIRONMENT

# Stored outputs are of the embedded text, whatever has been downloaded. Kernels
# inherit the environment of this process.
os.environ.update(KERNEL_ENVIRONMENT, D2L_TEXT="embedded")
os.environ.pop("D2L_DATA_DIR", None)

# Exercises wait for the learner's code; tests/test_exercises.py runs them blank.
collect_ignore_glob = ["*/exercises/*"]


def pytest_collectstart(collector):
    """Leave figures out of the comparison: their floats differ between processors.

    That there is a figure is still compared, as its text/plain part is.
    """
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml",)
