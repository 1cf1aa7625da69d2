"""An environment like this one, but without some of the frameworks."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tools.book import ROOT

# What the wheels of a framework put into site-packages, and what comes with it alone.
WHEELS = {
    "torch": ("torch", "torchgen", "functorch"),
    "tensorflow": ("tensorflow", "keras"),
    "mxnet": ("mxnet",),
}


@dataclass(frozen=True)
class Without:
    """An environment in `folder` from which `missing` frameworks are left out."""

    folder: Path
    missing: tuple[str, ...]

    @property
    def framework(self):
        """The framework, if only one is missing."""
        (name,) = self.missing
        return name

    @property
    def python(self):
        return self.folder / "bin" / "python"

    def run(self, *arguments, **variables):
        """Run its Python in the repository's root; return the finished process."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        env |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables}
        return subprocess.run(
            [str(self.python), *map(str, arguments)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )


def belongs(name, framework):
    """Return True if a file in site-packages comes with the framework."""
    parts = WHEELS[framework]
    exact = name.partition(".")[0].partition("-")[0]
    return exact in parts or exact.startswith(f"{framework}_")


def make(folder, *missing):
    """Make an environment of links to what is installed here, `missing` left out."""
    venv.create(folder, with_pip=False, symlinks=True)
    here = Path(sysconfig.get_path("purelib"))
    there = folder / here.relative_to(sys.prefix)
    for path in here.iterdir():
        # The helper package comes by PYTHONPATH, from this checkout.
        left_out = any(belongs(path.name, framework) for framework in missing)
        if not left_out and "d2l_local" not in path.name:
            (there / path.name).symlink_to(path)
    # Templates and kernels of Jupyter lie outside.
    (folder / "share").symlink_to(Path(sys.prefix) / "share")
    return Without(folder, missing)
