"""What an execution depends on follows what its notebook imports."""

import shutil

import pytest

from tools.book import ROOT, load
from tools.imports import PACKAGES, digest_of_use, files_used, package_digest
from tools.notebook import code_cells, read

NOTEBOOKS = (
    "pytorch/solutions/09-gru",
    "pytorch/00-index",
    "pytorch/09-gru",
    "tensorflow/09-gru",
    "mxnet/09-gru",
    "pytorch/12-deep-rnn",  # lets models of all frameworks write
    "pytorch/rosetta",  # runs all frameworks
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A copy of the book's packages, to be changed."""
    root = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, root / name)
    return root


def codes(name):
    notebook = read(load(ROOT).notebooks / f"{name}.ipynb")
    return [cell.source for cell in code_cells(notebook)]


@pytest.fixture
def changed_by(packages):
    """A function: the NOTEBOOKS whose digest changes with a file."""

    def digests():
        return {name: digest_of_use(packages, codes(name)) for name in NOTEBOOKS}

    def find(file):
        path = packages / file
        before, old = digests(), path.read_bytes()
        path.write_bytes(old + b"\n# changed")
        after = digests()
        path.write_bytes(old)
        return {name for name in NOTEBOOKS if before[name] != after[name]}

    return find


@pytest.mark.parametrize(
    "file",
    [
        "d2l_check/chapters/gradients.py",  # with its hints
        "d2l_check/locale/ko/LC_MESSAGES/hints.mo",
    ],
)
def test_a_changed_hint_concerns_only_what_imports_checks(changed_by, file):
    assert changed_by(file) == {"pytorch/solutions/09-gru", "pytorch/00-index"}


def test_a_framework_depends_on_no_other(changed_by):
    assert changed_by("d2l_local/torch/training.py") == {
        name for name in NOTEBOOKS if not name.startswith(("tensorflow", "mxnet"))
    }
    others = {"pytorch/12-deep-rnn", "pytorch/rosetta"}
    assert changed_by("d2l_local/numpy_shim.py") == {"mxnet/09-gru", *others}


@pytest.mark.parametrize(
    "file",
    ["d2l_local/data/winding_hour.txt", "d2l_local/__init__.py", "d2l_local/files.py"],
)
def test_all_depend_on_the_texts_and_on_what_all_frameworks_share(changed_by, file):
    assert changed_by(file) == set(NOTEBOOKS)


def write(root, modules):
    """Write modules of d2l_local, given by their paths without the ending."""
    for name, text in {"__init__": "", **modules}.items():
        path = root / "d2l_local" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def used(root, *codes):
    return {path.stem for path in files_used(root, codes)} - {"__init__"}


@pytest.mark.parametrize(
    "code",
    [
        "import d2l_local.one",
        "from d2l_local import one as d2l",
        "%matplotlib inline\n!ls\nif True:\n    from d2l_local.one import name",
        "import importlib\nimportlib.import_module('d2l_local.one')",
    ],
)
def test_imports_are_found_in_whatever_form(tmp_path, code):
    modules = {"one": "def f():\n    from . import two", "four": ""}
    modules |= {
        "two": "from .room.three import x",
        "room/__init__": "",
        "room/three": "",
    }
    write(tmp_path, modules)
    assert used(tmp_path, "x = 1", code) == {"one", "two", "three"}
    assert used(tmp_path, "import numpy") == set()


@pytest.mark.parametrize(
    "code",
    [
        "import d2l_local.one",  # which computes a name
        "import importlib\nimportlib.import_module(f'd2l_local.{name}')",
        "from d2l_local import (",
        "%load_ext d2l_local",
        "d2l_local.install_as_d2l()",
    ],
)
def test_what_cannot_be_read_off_the_code_depends_on_everything(tmp_path, code):
    one = "from importlib import import_module\nimport_module(name)"
    write(tmp_path, {"one": one, "other": ""})
    assert used(tmp_path, code) == {"one", "other"}


@pytest.mark.parametrize("name", ["text.py", "sub/deep.py", "data/story.txt"])
def test_the_digest_of_a_package_covers_its_code_and_its_texts(tmp_path, name):
    package = tmp_path / "d2l_local"
    path = package / name
    path.parent.mkdir(parents=True)
    path.write_text("one")
    before = package_digest(package)
    path.write_text("two")
    assert package_digest(package) != before
