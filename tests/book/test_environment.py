"""One set of pins: the other files that name versions agree with requirements.txt."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from d2l_local import frameworks
from tests.conftest import SLOW
from tools.book import ROOT

FILES = ("requirements.txt", "requirements-mxnet.txt")
PINS = [
    Requirement(line)
    for name in FILES
    for line in (ROOT / name).read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
CONDA = """\
conda env create -f environment.yml && conda activate d2l-local
pip install --no-deps -r requirements-mxnet.txt -e ."""

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# System and machine, as markers name them.
MACHINES = {
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("darwin", "arm64"),
    ("darwin", "x86_64"),
    ("win32", "AMD64"),
}


def pin(name):
    """The exact version pinned for a package."""
    (specifier,) = {s for p in PINS if p.name == name for s in p.specifier}
    return specifier.version


def wanted(requirements, python, system="linux", machine="x86_64", extra=""):
    """Those of the requirements that apply on a machine: {name: requirement}."""
    place = {"python_version": python, "sys_platform": system, "extra": extra}
    place |= {"platform_machine": machine, "python_full_version": f"{python}.0"}
    return {
        r.name: r for r in requirements if r.marker is None or r.marker.evaluate(place)
    }


def test_every_pin_is_exact():
    for requirement in PINS:
        assert re.fullmatch(r"==[\d.]+", str(requirement.specifier)), requirement


def test_mxnet_alone_comes_second_as_it_asks_for_an_older_numpy():
    (second,) = (ROOT / FILES[1]).read_text().rstrip().split("\n")[-1:]
    assert second.startswith("mxnet==") and pin("numpy").startswith("2.")
    assert "mxnet" not in {
        Requirement(line).name
        for line in (ROOT / FILES[0]).read_text().split("\n")
        if line and not line.startswith("#")
    }
    assert "--no-deps --requirement requirements-mxnet.txt --editable ." in MAKEFILE


@pytest.mark.parametrize("framework", frameworks.NAMES)
def test_pins_and_messages_know_the_same_machines(framework, monkeypatch):
    for python, (system, machine) in itertools.product(PYTHONS, MACHINES):
        names = wanted(PINS, python, system, machine)
        monkeypatch.setattr(frameworks.sys, "platform", system)
        monkeypatch.setattr(frameworks.platform, "machine", lambda m=machine: m)
        version = (*map(int, python.split(".")), 0, "final", 0)
        monkeypatch.setattr(frameworks.sys, "version_info", Info(version))
        pinned = bool({framework, f"{framework}-cpu"} & set(names))
        place = (framework, python, system, machine)
        assert pinned == (not frameworks.no_build(framework)), place
        last = frameworks.missing(framework)
        assert ("pip install" in last) == pinned and "\n" not in last


class Info(tuple):
    """What `sys.version_info` is, with a version of our own."""

    major, minor = property(lambda self: self[0]), property(lambda self: self[1])


def test_conda_takes_its_packages_from_the_same_pins():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    *conda, pip = yaml.safe_load(text)["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    assert [item.split("=")[0] for item in conda] == ["python", "pip"]
    assert (
        conda[0].split("=")[1]
        in WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"]
    )


@pytest.mark.situation("first steps: README says conda activate")
def test_readme_and_environment_yml_print_the_same_commands_for_conda():
    assert CONDA in (ROOT / "README.md").read_text(encoding="utf-8")
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("\n")
    comments = "\n".join(re.sub(r"^#\s*", "", x) for x in lines if x.startswith("#"))
    assert CONDA in comments


def test_the_pins_satisfy_the_package():
    requirements = [*PROJECT["project"]["dependencies"], *sum(EXTRAS.values(), [])]
    for requirement in map(Requirement, requirements):
        if requirement.name != "requests":  # which Jupyter brings along
            version = pin(requirement.name)
            assert requirement.specifier.contains(version), requirement


@pytest.mark.situation("install: the mxnet extra on Python 3.13")
def test_no_extra_asks_pip_for_a_numpy_that_has_no_build():
    """MXNet 1.9.1 wants NumPy 1, whose last release has builds up to Python 3.12."""
    for python in PYTHONS:
        names = wanted(map(Requirement, EXTRAS["mxnet"]), python, extra="mxnet")
        assert ("mxnet" in names) == (Version(python) <= Version("3.12")), python
        assert ("setuptools" in names) == (Version(python) >= Version("3.12"))
    for name in ("torch", "tensorflow"):
        assert "mxnet" not in wanted(map(Requirement, EXTRAS[name]), "3.13")


def test_the_settings_of_the_book_agree_with_the_pins():
    settings = tomllib.loads((ROOT / "source" / "book.toml").read_text())
    installs = [f.get("install", {}) for f in settings["frameworks"]]
    for requirement in (Requirement(r) for i in installs for r in i.values()):
        assert requirement.specifier.contains(pin(requirement.name)), requirement


def test_the_remedies_name_the_pinned_versions():
    for framework, command in frameworks.INSTALL.items():
        *_, options = command.partition("pip install ")
        for word in options.split():
            if "==" in word:
                assert Requirement(word).specifier.contains(pin(framework)), word


def test_the_workflow_runs_what_make_looks_for():
    matrix = WORKFLOW["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    names = [f"python{version}" for version in reversed(matrix["python"])]
    assert f"$(or $(PYTHON),{' '.join(names)} python3)" in MAKEFILE
    (mac,) = matrix["include"]
    assert mac == {"system": "macos-latest", "python": "3.13"}
    (*_, last) = WORKFLOW["jobs"]["test"]["steps"]
    assert last == {"run": "make test PYTHON=python"}


# Finding a Python


class Shell:
    """A PATH of one's own: a folder with the tools of make, and Pythons in it."""

    TOOLS = ("sh", "sed", "awk", "cat", "touch", "test", "env", "find", "rm", "ls")

    def __init__(self, folder):
        self.folder = folder
        for tool in (*self.TOOLS, "make", "echo", "mkdir"):
            found = shutil.which(tool)
            if found:
                (folder / tool).symlink_to(found)

    def python(self, name, version="3.11", venv=True, fails=False):
        """Put a program there that answers as a Python does."""
        lines = ["#!/bin/sh"]
        if fails:
            lines.append('echo "pyenv: command not found" >&2; exit 127')
        elif venv:
            lines.append(f'case "$2" in *version_info*) echo {version};; esac')
        else:
            lines.append(
                f'case "$2" in *version_info*) echo {version};; *) exit 1; esac'
            )
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)
        return path

    def run(self, *command, cwd=ROOT, **variables):
        return subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env={"PATH": str(self.folder), "HOME": str(self.folder), **variables},
            capture_output=True,
            text=True,
        )

    def find(self, *candidates, **variables):
        return self.run("sh", "tools/find_python.sh", *candidates, **variables)


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    return Shell(folder)


ALL = ("python3.13", "python3.12", "python3.11", "python3")


def test_the_first_python_that_runs_and_fits_is_taken(path):
    path.python("python3.13", fails=True)
    path.python("python3.12", "3.12", venv=False)
    path.python("python3", "3.11")
    assert path.find(*ALL).stdout == "python3\n"
    path.python("python3.12", "3.12")
    assert path.find(*ALL).stdout == "python3.12\n"


def test_the_running_python_fits(path):
    done = path.find(sys.executable)
    assert done.stdout == f"{sys.executable}\n", done.stderr


def test_a_python_that_is_too_new_for_colab_does_for_the_book(path):
    path.python("python3", "3.14")
    assert path.find("python3").returncode == 0
    assert path.find("python3", HIGHEST="13").returncode == 1


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10", "3.15", "4.0"])
def test_an_old_or_unknown_python_is_refused_with_its_version(path, version):
    path.python("python3", version)
    done = path.find("python3")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"python3: is Python {version}\n" in done.stderr


def test_with_none_every_reason_is_named_and_three_ways_are_offered(path):
    path.python("python3.13", fails=True)
    path.python("python3.12", "3.12", venv=False)
    done = path.find(*ALL)
    assert (done.returncode, done.stdout) == (1, "")
    for part in (
        "needs Python 3.11 to 3.13",
        "python3.13: not installed, or doesn't run",
        "python3.12: lacks its venv module (Debian, Ubuntu: apt install python3.12-v",
        "make setup PYTHON=/path/to/python3.13",
        "uv venv --python 3.13 --seed .venv",
        "conda",
    ):
        assert part in done.stderr, done.stderr
    assert "pyenv" not in done.stderr


@pytest.fixture
def checkout(tmp_path):
    """A folder with what `make setup` reads."""
    root = tmp_path / "checkout"
    (root / "tools").mkdir(parents=True)
    for name in ("Makefile", *FILES, "pyproject.toml", "tools/find_python.sh"):
        shutil.copy(ROOT / name, root / name)
    return root


def test_make_says_so_where_no_python_fits(path, checkout):
    path.python("python3", "3.9")
    done = path.run("make", "setup", cwd=checkout)
    assert done.returncode == 2
    assert "python3: is Python 3.9" in done.stderr and "uv venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_make_takes_the_python_that_is_named(path, checkout):
    path.python("python3.13", "3.13")
    done = path.run("make", "setup", "PYTHON=/no/such/python", cwd=checkout)
    assert done.returncode == 2
    assert "/no/such/python: not installed, or doesn't run" in done.stderr
    assert "python3.13:" not in done.stderr


PIP = """\
#!/bin/sh
case "$*" in *version_info*) echo 3.12;; *) echo "called $*";; esac
"""


def test_make_takes_an_environment_that_is_there_as_it_is(path, checkout):
    """Such as one that uv has made."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PIP)
    python.chmod(0o755)
    done = path.run("make", "setup", cwd=checkout)
    assert done.returncode == 0, done.stderr
    calls = [x for x in done.stdout.splitlines() if x.startswith("called -m")]
    pip = "called -m pip install --disable-pip-version-check"
    assert calls[:2] == [
        f"{pip} --requirement requirements.txt",
        f"{pip} --quiet --no-deps --requirement requirements-mxnet.txt --editable .",
    ]
    steps = [line[:3] for line in done.stdout.splitlines() if line[1:2] == "/"]
    assert steps == ["1/3", "2/3", "3/3"]
    assert path.run("make", "setup", cwd=checkout).stdout.count("pip install") == 0


# What make says and keeps

MINUTES = re.compile(r"\((?:.*; )?\d+(?: to \d+)? minutes\)")


@pytest.mark.situation("first steps: each target of minutes says how long")
def test_every_target_that_takes_minutes_says_so_before_it_starts(path):
    help_ = path.run("make", "help").stdout.splitlines()
    long = {x.split()[1] for x in help_ if MINUTES.search(x)}
    assert {"setup", "run", "test", "test-fast", "test-colab", "bench"} <= long
    for target in long - {"setup"}:  # which says more, step by step
        done = path.run("make", "-n", "PY=python", "MAKE=true", target)
        assert f"s/^{target}:.*## /make {target}: /p" in done.stdout, done.stdout


def test_the_line_that_a_target_says_is_that_of_the_help(path, checkout):
    path.python("python")
    done = path.run("make", "PY=python", "run", cwd=checkout)
    line = done.stdout.splitlines()[0]
    assert line.startswith("make run: train the flagship") and line.endswith("s)")


@pytest.mark.situation("first steps: make clean keeps what took long")
def test_clean_keeps_what_took_long_and_distclean_removes_it(path, checkout):
    for name in ("cache/a", "colab/b", "bench/c", "html/d", "run/e"):
        file = checkout / "build" / name
        file.parent.mkdir(parents=True)
        file.touch()
    assert path.run("make", "clean", cwd=checkout).returncode == 0
    left = {p.name for p in (checkout / "build").iterdir()}
    assert left == {"cache", "colab", "bench"}
    assert path.run("make", "distclean", cwd=checkout).returncode == 0
    assert not (checkout / "build").exists() and os.listdir(checkout)


def test_what_is_called_slow_exists_and_most_tests_are_not():
    modules = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("tests/**/test_*.py")}
    for name in SLOW:
        path, _, test = name.partition("::")
        assert path in modules, name
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), name
    assert len(set(SLOW)) == len(SLOW) < len(modules) / 2
