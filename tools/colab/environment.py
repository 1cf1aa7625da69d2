"""Python environments: what is installed in one, and cheap copies of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tools.book import BookError
from tools.files import read_text

# With one of these in it, an environment proves nothing: Colab has none of them,
# but for pooch, without which the set-up cell has more to do.
ABSENT = ("d2l-local", "mxnet", "nbval", "pooch")

FIND = """\
import importlib.util, json, sys
print(json.dumps([m for m in sys.argv[1:] if not importlib.util.find_spec(m)]))
"""


@dataclass(frozen=True)
class Environment:
    """A Python environment as venv lays it out on Linux and macOS."""

    root: Path

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    def run(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """Run this environment's Python; -I shuts out the folder and PYTHONPATH."""
        command = [str(self.python), "-I", *arguments]
        return subprocess.run(command, text=True, capture_output=True, **options)

    def freeze(self) -> dict[str, str]:
        """Every installed distribution by name: its line in `pip freeze --all`."""
        options = ["--all", "--disable-pip-version-check"]
        lines = self._output("-m", "pip", "freeze", *options).splitlines()
        return {_name(line): line for line in lines if not line.startswith("#")}

    def missing(self, modules: list[str]) -> list[str]:
        """Those of the `modules` that an import would not find."""
        return json.loads(self._output("-c", FIND, *modules))

    def version(self) -> str:
        code = "import platform; print(platform.python_version())"
        return self._output("-c", code).strip()

    def copy(self, root: Path) -> Environment:
        """A copy that can be installed into without a change to this environment.

        Its files are hard links, so that it takes a second and no space; pip never
        writes into a file that is there, it removes it and makes a new one.
        """
        shutil.copytree(self.root, root, symlinks=True, copy_function=_link)
        return Environment(root)

    def _output(self, *arguments: str) -> str:
        done = self.run(*arguments)
        if done.returncode:
            raise BookError(f"{self.python} failed:\n{done.stderr.strip()}")
        return done.stdout


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copy2(source, target)


def _name(line: str) -> str:
    """Normalised name of the distribution that a line of `pip freeze` is about."""
    if line.startswith("-e "):  # it has no name, and is unexpected in any case
        return line
    return canonicalize_name(Requirement(line).name)


def requirements(path: Path) -> list[Requirement]:
    """The requirements of a file that apply on this machine."""
    if not path.exists():
        raise BookError(f"{path} is missing: it says what Colab has preinstalled")
    found = []
    for number, line in enumerate(read_text(path, path.name).split("\n"), 1):
        if line and line[0] != "#":
            try:
                found.append(Requirement(line))
            except InvalidRequirement as error:
                reason = str(error).split("\n")[0]
                raise BookError(f"{path.name}:{number}: {line!r}: {reason}") from error
    return [r for r in found if r.marker is None or r.marker.evaluate()]


def check_base(base: Environment, pins: list[Requirement]) -> dict[str, str]:
    """Return `base.freeze()`; BookError unless it is what the pins describe."""
    if not base.python.exists():
        raise BookError(
            f"there is no environment {base.root}; `make test-colab` has it made"
        )
    installed = base.freeze()
    problems = [
        f"{pin} is wanted, but {installed.get(canonicalize_name(pin.name), 'nothing')} "
        "is installed"
        for pin in pins
        if not _satisfied(pin, installed)
    ]
    problems += [f"{name} must not be there" for name in ABSENT if name in installed]
    if problems:
        raise BookError(
            f"{base.root} is not the environment that requirements-colab.txt "
            "describes; remove the folder, and `make test-colab` makes it anew:\n"
            + "\n".join(problems)
        )
    return installed


def _satisfied(requirement: Requirement, installed: dict[str, str]) -> bool:
    line = installed.get(canonicalize_name(requirement.name))
    if line is None:
        return False
    (specifier,) = Requirement(line).specifier or [None]
    if specifier is None:  # from an address, without a version
        return not requirement.specifier
    return requirement.specifier.contains(specifier.version, prereleases=True)


def violations(
    before: dict[str, str], after: dict[str, str], wanted: list[str]
) -> list[str]:
    """What an installation did that it must not do, one message each.

    `before` and `after` are two `freeze()` of an environment, `wanted` what may and
    must have been added: a requirement, or a whole line of `pip freeze` with `@`.
    """
    expected = {_name(line): line for line in wanted}
    found = [
        f"{line} was preinstalled, now it is {after.get(name, 'gone')}"
        for name, line in before.items()
        if after.get(name) != line
    ]
    added = {name: line for name, line in after.items() if name not in before}
    found += [
        f"{line} was added, though no set-up asks for it"
        for name, line in added.items()
        if name not in expected
    ]
    found += [
        f"{line} should have been added, found: {added.get(name, 'nothing')}"
        for name, line in expected.items()
        if not _is(line, added.get(name))
    ]
    return found


def _is(wanted: str, line: str | None) -> bool:
    if line is None or "@" in wanted:
        return line == wanted
    requirement = Requirement(wanted)
    return _satisfied(requirement, {_name(line): line})
