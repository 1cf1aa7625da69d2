"""What the tests of all rooms share."""

import nbformat
import pytest
from hypothesis import settings
from nbclient import NotebookClient

from tools.book import ROOT

# A busy machine is no mistake; and what a test reads first may take a while.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def run_cells(tmp_path_factory):
    """A function that runs cells of code in a kernel and returns them with outputs.

    The kernel finds the helper package; an error ends the run unless it is allowed.
    """

    def run(codes, allow_errors=False):
        path = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
        codes = [f"{path}\n{codes[0]}", *codes[1:]]
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(code) for code in codes],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        resources = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
        options = {"timeout": 120, "allow_errors": allow_errors}
        client = NotebookClient(notebook, resources=resources, **options)
        return client.execute().cells

    return run
