"""Where a framework isn't installed, every command leaves it out, and says so once.

For each of the three in turn, in an environment that lacks it.
"""

import re
import shutil

import pytest

from d2l_local.frameworks import NAMES
from tests import environment
from tools.book import ROOT, load

FOLDERS = {"torch": "pytorch", "tensorflow": "tensorflow", "mxnet": "mxnet"}
LEFT_OUT = "{} is not installed: pip install "


@pytest.fixture(scope="module", params=NAMES)
def without(request, tmp_path_factory):
    """An environment without one framework, all of the others as they are here."""
    folder = tmp_path_factory.mktemp("without") / request.param
    return environment.make(folder, request.param)


@pytest.fixture
def small(without, book):
    """The fixture book, which has PyTorch and MXNet, with the missing one in it."""
    if without.framework == "tensorflow":
        for path in (book.source / "book.toml", *book.source.rglob("*.md")):
            text = path.read_text(encoding="utf-8").replace("mxnet", "tensorflow")
            path.write_text(text.replace("MXNet", "TensorFlow"), encoding="utf-8")
    return load(book.root)


def notes(without, text):
    """The lines that say what is left out."""
    return [line for line in text.splitlines() if NAMES[without.framework] in line]


def test_the_environment_lacks_one_framework_and_its_metadata(without):
    code = (
        "from importlib.metadata import distributions as d\n"
        "from d2l_local.frameworks import NAMES, is_installed\n"
        "print([n for n in NAMES if not is_installed(n)])\n"
        "print([x.name for x in d() if x.name.split('-')[0] in NAMES])"
    )
    missing, distributions = without.run("-c", code).stdout.splitlines()
    assert missing == f"['{without.framework}']"
    assert without.framework not in distributions and distributions != "[]"


@pytest.mark.situation("first steps: advice names what pip can install")
def test_its_notebooks_first_import_says_it_in_one_line(without):
    name = without.framework
    done = without.run("-W", "error", "-c", f"from d2l_local import {name} as d2l")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: " + LEFT_OUT.format(NAMES[name])), done.stderr
    assert "During handling" not in done.stderr
    assert "d2l-local[" not in done.stderr


def test_the_line_is_all_that_make_says_of_it(without):
    done = without.run("-m", "d2l_local.frameworks")
    (line,) = done.stdout.splitlines()
    assert line.startswith(LEFT_OUT.format(NAMES[without.framework]))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["execute --chapter 01-sample", "run"])
def test_the_others_are_executed(without, small, command):
    options = ["--root", small.root, "--mode", "fast"]
    done = without.run("-m", *f"tools.{command}".split(), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (note, *_) = notes(without, done.stdout)
    assert note.startswith("left out: " + LEFT_OUT.format(NAMES[without.framework]))
    assert len(notes(without, done.stdout)) == 1
    other = "MXNet" if without.framework == "torch" else "PyTorch"
    done_line = (
        f"{other}: done after" if command == "run" else f"{other}, 01-sample: done"
    )
    assert done_line in done.stdout


def test_a_framework_that_is_named_is_an_error_with_the_remedy(without, small):
    key = FOLDERS[without.framework]
    root = ["--root", small.root]
    done = without.run("-m", "tools.execute", *root, "--framework", key)
    assert done.returncode == 2
    assert done.stderr.startswith("error: " + LEFT_OUT.format(NAMES[without.framework]))


def test_an_assignment_has_the_others(without, small, tmp_path):
    options = [tmp_path / "course", "--root", small.root]
    done = without.run("-m", "tools.assignment", *options)
    assert done.returncode == 0, done.stderr
    assert len(notes(without, done.stdout)) == 1
    written = {path.stem for path in (tmp_path / "course").rglob("*.ipynb")}
    left = set(FOLDERS.values()) - {FOLDERS[without.framework]}
    assert {folder for folder in left if any(folder in name for name in written)}
    assert not any(FOLDERS[without.framework] in name for name in written)


def test_the_contract_with_colab_is_for_the_others(without):
    code = (
        "from tools.book import load\nfrom tools.colab.contract import find\n"
        "book = load()\n"
        "found = find(book, book.select_installed(None))\n"
        "print({s.framework.key for s in found}, {s.path.stem for s in found})"
    )
    note, found = without.run("-c", code).stdout.splitlines()
    assert note.startswith("left out: " + LEFT_OUT.format(NAMES[without.framework]))
    assert f"'{FOLDERS[without.framework]}'" not in found and "rosetta" not in found
    assert "'12-deep-rnn'" in found


def test_the_tables_of_the_benchmark_are_checked_all_the_same(without):
    done = without.run("-m", "benchmarks", "--check")
    assert done.returncode == 0, done.stderr


def test_the_benchmark_itself_wants_all_three(without):
    done = without.run("-m", "benchmarks", "--quick")
    assert done.returncode == 1
    assert LEFT_OUT.format(NAMES[without.framework]) in done.stderr


# Apart from the tests: it puts notebooks/ on Python's path, where folders have the
# names of frameworks.
def test_nbval_collects_the_notebooks_that_can_run(without):
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "--nbval"]
    done = without.run("-m", "pytest", *options, "notebooks")
    assert done.returncode == 0, done.stdout + done.stderr
    files = set(re.findall(r"^(notebooks/\S+\.ipynb)", done.stdout, re.MULTILINE))
    left = {key: f for key, f in FOLDERS.items() if key != without.framework}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in left.values()
        for path in (ROOT / "notebooks" / folder).rglob("*.ipynb")
        if path.stem != "rosetta" and "exercises" not in path.parts
        if ".ipynb_checkpoints" not in path.parts
    }
    assert files == wanted


def test_every_module_of_tests_is_collected_or_skipped_with_the_reason(tmp_path):
    none = environment.make(tmp_path / "none", *NAMES)
    options = ["--collect-only", "-q", "-rs", "-p", "no:cacheprovider"]
    done = none.run("-m", "pytest", *options, "tests/helper", "tests/checks")
    assert done.returncode == 0, done.stdout + done.stderr
    reasons = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert reasons, done.stdout
    known = [LEFT_OUT.format(name) for name in NAMES.values()]
    known += [f"No module named '{name}'" for name in NAMES]
    for line in reasons:
        assert any(reason in line for reason in known), line


def test_a_test_that_cannot_import_it_is_skipped_with_the_reason(without, tmp_path):
    name = without.framework
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(
        f"def test_framework():\n    import {name}\n"
        f"def test_package():\n    from d2l_local import {name}\n"
        "def test_another():\n    import no_such_module_of_mine\n"
    )
    (tmp_path / "test_top.py").write_text(f"import {name}\n")
    done = without.run("-m", "pytest", "-rs", "-p", "no:cacheprovider", tmp_path)
    assert "1 failed, 3 skipped" in done.stdout, done.stdout
    assert f"tests are skipped: {NAMES[name]} is not installed" in done.stdout


def test_a_folder_of_its_name_is_no_framework(without):
    code = (
        "import sys; sys.path.insert(0, 'notebooks')\n"
        "from d2l_local.frameworks import NAMES, is_installed\n"
        "print([n for n in NAMES if not is_installed(n)])"
    )
    assert without.run("-c", code).stdout == f"['{without.framework}']\n"
