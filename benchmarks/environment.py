"""The environment of the classic helper, `.venv-classic`.

It holds the classic helper, legacy Keras for its TensorFlow code, and stand-ins for
what the helper imports and never needs here. The frameworks themselves it takes from
the environment that this runs in, through a path file: both helpers then load the very
same files, nothing heavy is installed twice, and no pin of the helper, which are for
Python 3.7, has a say. `--system-site-packages` wouldn't do: it shows the packages of
the base Python, not those of the project's environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

from tools.files import write_text

PACKAGES = ("d2l==0.17.6", "tf-keras==2.21.0")
# Imported at the top of the classic helper, for chapters on images and tables.
STAND_INS = {
    "pandas": (),
    "torchvision": ("transforms",),
}
STAND_IN = '''\
"""A stand-in for {name}: the classic helper imports it and doesn't need it here."""


def __getattr__(attribute):
    if attribute.startswith("__"):
        raise AttributeError(attribute)  # the import system asks for some of these
    raise AttributeError(
        f"{name}.{{attribute}}: only a stand-in for {name} is installed here"
    )
'''
PATH_FILE = "frameworks_of_the_project.pth"
STAMP = ".installed.json"


class ClassicUnavailable(Exception):
    """The classic helper can't be installed; the message says why."""


def recipe() -> dict:
    """Return what the environment depends on; it is rebuilt when this changes."""
    paths = sysconfig.get_paths()
    return {
        "python": sys.version,
        "packages": list(PACKAGES),
        "stand_ins": sorted(STAND_INS),
        "frameworks": sorted({paths["purelib"], paths["platlib"]}),
    }


def python_of(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    windows = sys.platform == "win32"
    return folder / ("Scripts/python.exe" if windows else "bin/python")


def is_ready(folder: Path) -> bool:
    """Tell if the environment in `folder` is complete and follows today's recipe."""
    stamp = folder / STAMP
    if not (stamp.is_file() and python_of(folder).exists()):
        return False
    return json.loads(stamp.read_text(encoding="utf-8")) == recipe()


def ensure(folder: Path) -> Path:
    """Build the environment if it is missing; returns its interpreter.

    Raises ClassicUnavailable where a package can't be installed.
    """
    if not is_ready(folder):
        print(f"making {folder.name} for {PACKAGES[0]}", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])
        _install(folder)
        _furnish(site_packages(folder))
        write_text(folder / STAMP, json.dumps(recipe(), indent=1) + "\n")
    return python_of(folder)


def site_packages(folder: Path) -> Path:
    """Return the folder in which the environment keeps its packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run([str(python_of(folder)), "-c", code]).strip())


def _install(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(python_of(folder))]
    # Without its pins: they ask for versions that no longer install.
    _run([*pip, "install", "--quiet", "--no-deps", *PACKAGES])


def _furnish(folder: Path) -> None:
    """Add the path to the frameworks, and the stand-ins."""
    write_text(folder / PATH_FILE, "\n".join(recipe()["frameworks"]) + "\n")
    for name, submodules in STAND_INS.items():
        write_text(folder / name / "__init__.py", STAND_IN.format(name=name))
        for submodule in submodules:
            content = STAND_IN.format(name=f"{name}.{submodule}")
            write_text(folder / name / f"{submodule}.py", content)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode:
        said = textwrap.indent((done.stderr or done.stdout).strip()[-600:], "    ")
        raise ClassicUnavailable(
            f"the classic helper ({', '.join(PACKAGES)}) could not be installed: "
            "does pip reach a package index? See `pip config list`. "
            f"The output ended with:\n{said}"
        )
    return done.stdout
