"""A kernel in the environment of Colab, driven from the book's own environment."""

from __future__ import annotations

import os
from collections.abc import Callable

from jupyter_client.kernelspec import KernelSpec
from nbformat import NotebookNode
from traitlets import Unicode, default

from tools.colab.environment import Environment
from tools.execute import Client, CurrentKernel, ExecutionError
from tools.progress import Progress

# Variables by which the machine of the test would differ from a fresh one. git's are
# those of a hook, which would lead the git of the set-up cell astray.
FOREIGN = (
    "PYTHON",
    "PYTEST_",
    "VIRTUAL_ENV",
    "CONDA_",
    "D2L_",
    "GIT_",
    "TF_",
    "KERAS_",
)
FOREIGN += ("MPL", "IPYTHON", "JUPYTER", "JPY_")
KEPT = ("GIT_SSL_CAINFO",)


class ColabKernel(CurrentKernel):
    """A kernel of another Python; its ipykernel knows nothing of encryption."""

    python = Unicode()

    @default("transport_encryption")
    def _default_encryption(self) -> str:
        return "disabled"

    @property
    def kernel_spec(self) -> KernelSpec:
        launch = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=launch, display_name="Colab", language="python")


class ColabClient(Client):
    """Runs a notebook in `environment`; the set-up cell is its first code cell.

    `installed` is called when that cell has run, before the others.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        progress: Progress,
        environment: Environment,
        installed: Callable[[], None],
        **options,
    ):
        super().__init__(notebook, progress, **options)
        self.environment = environment
        self.installed = installed

    def create_kernel_manager(self) -> ColabKernel:
        python = str(self.environment.python)
        self.km = ColabKernel(python=python, config=self.config)
        return self.km

    def _check(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        if self.current > 1:
            super()._check(cell, cell_index, execute_reply)
            return
        # What pip writes is about this machine's index and no output of the book's.
        if execute_reply["content"]["status"] == "error":
            raise ExecutionError(
                f"{self.progress.title}: the set-up cell failed. It needs a package "
                f"index that pip can reach (see `pip config list`)\n{written(cell)}"
            )
        self.installed()


def written(cell: NotebookNode) -> str:
    """Return what a cell, and programs that it started, wrote to the terminal."""
    streams = (out for out in cell.outputs if out.output_type == "stream")
    return "".join(out.text for out in streams).strip()


def variables(folder: str, stand_in: dict[str, str]) -> dict[str, str]:
    """Return the environment variables of a kernel as on a fresh machine.

    `folder` takes IPython's profile, so that the user's own has no say; `stand_in`
    leads git to the repository under test. What tells pip its index is kept.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or not name.startswith(FOREIGN)
    }
    own = {"IPYTHONDIR": folder, "D2L_TEXT": "embedded", "D2L_LANGUAGE": "en"}
    # Only said on the terminal, by the debugger of an old kernel when it starts.
    quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**kept, **own, **quiet, **stand_in}
