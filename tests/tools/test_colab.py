"""The contract with Colab: what breaks it is caught, and what keeps it passes."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from packaging.requirements import Requirement

from tools import notebook as nb
from tools.book import ROOT, BookError
from tools.colab import __main__ as command
from tools.colab.contract import (
    Colab,
    Session,
    Subject,
    Trial,
    changed_displays,
    check,
    find,
    proof_entry,
)
from tools.colab.environment import (
    Environment,
    check_base,
    requirements,
    violations,
)
from tools.colab.kernel import ColabClient, variables
from tools.colab.repository import Repository, snapshot
from tools.execute import ExecutionError, run_client
from tools.progress import Progress

REQUIREMENTS = ROOT / "requirements-colab.txt"
ADDRESS = "https://github.com/someone/some-book"
HELPER = f"d2l-local @ git+{ADDRESS}@abc"
BEFORE = {"numpy": "numpy==2.1.3", "torch": "torch==2.13.0+cpu"}
AFTER = {**BEFORE, "d2l-local": HELPER, "mxnet": "mxnet==1.9.1", "pooch": "pooch==1.9"}
WANTED = [HELPER, "mxnet==1.9.1", "pooch"]


@dataclass(frozen=True)
class Planted(Environment):
    """The running environment, with a made-up list of what is installed in it."""

    listing: dict

    def freeze(self):
        return dict(self.listing)


@pytest.fixture
def here():
    """The environment that runs the tests, standing in for a copy of Colab's."""
    return Planted(Path(sys.prefix), dict(BEFORE))


@pytest.fixture
def subject(book):
    """A notebook of the fixture book, on disk."""

    def make(*codes):
        path = book.notebooks / "pytorch" / "01-sample.ipynb"
        nb.write(path, new_notebook(cells=[new_code_cell(code) for code in codes]))
        return Subject(path, book.frameworks[0], "PyTorch, 01-sample", {})

    return make


@pytest.fixture
def colab(book, here, tmp_path):
    repository = Repository(tmp_path, "abc", "tree of the package")
    return Colab(book, here, BEFORE, repository, tmp_path, timeout=60)


# What has been installed


def test_additions_that_are_wanted_keep_the_contract():
    assert violations(BEFORE, AFTER, WANTED) == []


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        (
            {"numpy": "numpy==1.26.4"},
            "numpy==2.1.3 was preinstalled, now it is numpy==",
        ),
        ({"torch": "torch==2.13.0"}, "torch==2.13.0+cpu was preinstalled, now it is"),
        ({"graphviz": "graphviz==0.8.4"}, "graphviz==0.8.4 was added, though no"),
        (
            {"mxnet": "mxnet==1.9.0"},
            "mxnet==1.9.1 should have been added, found: mxnet",
        ),
        ({"d2l-local": HELPER[:-1]}, "@abc should have been added, found: d2l-local @"),
        ({"d2l-local": "d2l-local==0.1.0"}, "@abc should have been added, found: d2l"),
    ],
)
def test_a_planted_version_is_caught_and_named(planted, message):
    (found,) = violations(BEFORE, {**AFTER, **planted}, WANTED)
    assert message in found


def test_what_is_gone_or_was_not_added_is_caught():
    after = {k: v for k, v in AFTER.items() if k not in ("torch", "pooch")}
    assert violations(BEFORE, after, WANTED) == [
        "torch==2.13.0+cpu was preinstalled, now it is gone",
        "pooch should have been added, found: nothing",
    ]


# The environment


def test_the_pins_are_exact_and_are_those_of_colab():
    pins = {pin.name: str(pin.specifier) for pin in requirements(REQUIREMENTS)}
    for name, pin in pins.items():
        assert re.fullmatch(r"==[\d.]+", pin), name
    tensorflow = pins.get("tensorflow-cpu") or pins["tensorflow"]
    assert (pins["numpy"], tensorflow, pins["keras"]) == (
        "==2.1.3",
        "==2.20.0",
        "==3.13.2",
    )
    assert (pins["ipykernel"], pins["ipython"]) == ("==6.17.1", "==7.34.0")
    assert pins["matplotlib"] == "==3.10.0"


def test_torch_is_the_one_of_the_book():
    book = {pin.name: pin for pin in requirements(ROOT / "requirements.txt")}
    assert [pin for pin in requirements(REQUIREMENTS) if pin.name == "torch"] == [
        book["torch"]
    ]


def test_an_environment_is_taken_as_its_pins_describe_it(here):
    pins = [Requirement("numpy==2.1.3"), Requirement("torch==2.13.0")]
    assert check_base(here, pins) == BEFORE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"numpy": "numpy==2.2.0"}, "numpy==2.1.3 is wanted, but numpy==2.2.0 is in"),
        ({"d2l-local": HELPER}, "d2l-local must not be there"),
        ({"mxnet": "mxnet==1.9.1"}, "mxnet must not be there"),
    ],
)
def test_an_environment_that_has_been_changed_is_refused(here, change, message):
    here.listing.update(change)
    with pytest.raises(BookError, match=message) as caught:
        check_base(here, [Requirement("numpy==2.1.3")])
    assert "remove the folder" in str(caught.value)


def test_a_missing_environment_is_said_with_its_remedy(book, capsys):
    nb.write(book.notebooks / "mxnet" / "01-sample.ipynb", new_notebook())
    (book.root / REQUIREMENTS.name).write_text("numpy==2.1.3")
    arguments = ["--root", str(book.root), "--framework", "mxnet"]
    assert command.main(arguments) == 2
    shown = capsys.readouterr().err
    assert ".venv-colab" in shown and "make test-colab" in shown


def test_pip_writes_into_a_copy_without_a_change_to_the_original(tmp_path):
    root = tmp_path / "base"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "python").symlink_to(sys.executable)
    (root / "module.py").write_text("old")
    copy = Environment(root).copy(tmp_path / "copy")
    assert copy.python.is_symlink()
    module = copy.root / "module.py"
    assert module.samefile(root / "module.py")
    module.unlink()  # as pip replaces a file
    module.write_text("new")
    assert (root / "module.py").read_text() == "old"


def test_a_real_listing_knows_what_is_installed_and_what_is_missing():
    environment = Environment(Path(sys.prefix))
    assert re.fullmatch(r"numpy==[\d.]+", environment.freeze()["numpy"])
    assert environment.missing(["json", "no_such_module"]) == ["no_such_module"]


# The repository


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose index says less than its files, and the `git` in it."""
    root = tmp_path / "checkout"
    root.mkdir()

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)

    git("init")
    for name in ("changed", "deleted"):
        (root / name).write_text("committed")
    git("add", "--all")
    (root / "changed").write_text("not yet committed")
    (root / "deleted").unlink()
    (root / "untracked").write_text("new")
    (root / ".gitignore").write_text("ignored\n")
    (root / "ignored").write_text("private")
    return root


def clone(address, target, repository):
    environment = {**os.environ, **repository.stand_in(ADDRESS)}
    command = ["git", "clone", "--quiet", "--filter=blob:none", address, str(target)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_git_reads_the_public_address_from_the_working_tree(checkout, tmp_path):
    repository = snapshot(checkout, tmp_path / "repository.git")
    target = tmp_path / "clone"
    done = clone(ADDRESS, target, repository)
    assert (done.returncode, done.stderr) == (0, "")
    names = {path.name for path in target.iterdir()} - {".git"}
    assert names == {".gitignore", "changed", "untracked"}
    assert (target / "changed").read_text() == "not yet committed"


def test_git_refuses_any_other_address_without_asking_the_network(checkout, tmp_path):
    repository = snapshot(checkout, tmp_path / "repository.git")
    done = clone("https://github.com/else/where", tmp_path / "clone", repository)
    assert done.returncode != 0
    assert "transport 'https' not allowed" in done.stderr


def test_a_snapshot_leaves_the_checkout_alone_even_from_a_git_hook(
    checkout, tmp_path, monkeypatch
):
    index = (checkout / ".git" / "index").read_bytes()
    monkeypatch.setenv("GIT_DIR", str(checkout / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(checkout / ".git" / "index"))
    snapshot(checkout, tmp_path / "repository.git")
    assert (checkout / ".git" / "index").read_bytes() == index


def test_the_id_of_the_packaging_follows_what_pip_builds_with_alone(checkout, tmp_path):
    settings = checkout / "pyproject.toml"
    settings.write_text("one")
    first = snapshot(checkout, tmp_path / "1.git").packaging
    (checkout / "README.md").write_text("prose")
    assert snapshot(checkout, tmp_path / "2.git").packaging == first
    settings.write_text("two")
    assert snapshot(checkout, tmp_path / "3.git").packaging != first


def test_a_missing_git_is_said_with_its_remedy(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BookError, match="install git"):
        snapshot(checkout, tmp_path / "repository.git")


# The kernel


def test_a_kernel_starts_with_the_variables_of_a_fresh_machine(monkeypatch):
    for name in ("PYTHONPATH", "D2L_DATA_DIR", "TF_CPP_MIN_LOG_LEVEL", "GIT_DIR"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index")
    found = variables("profile", {"GIT_CONFIG_COUNT": "1"})
    assert not {"PYTHONPATH", "D2L_DATA_DIR", "TF_CPP_MIN_LOG_LEVEL", "GIT_DIR"} & {
        *found
    }
    assert found["PIP_INDEX_URL"] == "https://index"
    assert found["GIT_CONFIG_COUNT"] == "1"
    assert (found["D2L_TEXT"], found["D2L_LANGUAGE"]) == ("embedded", "en")


def run(here, tmp_path, *codes):
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    counts = []
    client = ColabClient(
        notebook,
        Progress("title", StringIO()),
        here,
        installed=lambda: counts.append(client.current),
        resources={"metadata": {"path": str(tmp_path)}},
    )
    run_client(client, variables(str(tmp_path), {}))
    return notebook, counts


def test_pip_may_write_in_the_set_up_cell_but_no_other_cell_may(here, tmp_path):
    noise = "import sys; print('beware', file=sys.stderr)"
    notebook, counts = run(here, tmp_path, noise, "print(sys.prefix)")
    assert notebook.cells[1].outputs[0].text.strip() == sys.prefix
    assert counts == [1]  # right after the set-up cell
    with pytest.raises(ExecutionError, match="cell 2 wrote to stderr"):
        run(here, tmp_path, "1", noise)


def test_a_failing_set_up_cell_is_reported_with_the_words_of_pip(here, tmp_path):
    code = "import sys; print('no index', file=sys.stderr); 1 / 0"
    with pytest.raises(ExecutionError, match="set-up cell failed.*index") as caught:
        run(here, tmp_path, code)
    assert "no index" in str(caught.value)


def test_a_failing_cell_is_reported_with_its_traceback(here, tmp_path):
    with pytest.raises(ExecutionError, match="(?s)title: code cell 2.*ZeroDivision"):
        run(here, tmp_path, "1", "1 / 0")


# A notebook


def test_chapters_and_solutions_run_and_exercises_wait(book):
    folder = book.notebooks / "pytorch"
    plain = new_notebook(metadata={"d2l_local": {}})
    for place in (".", "solutions", "exercises", ".ipynb_checkpoints"):
        nb.write(folder / place / "01-sample.ipynb", plain)
    found = find(book, book.select(["pytorch"]))
    assert [item.name for item in found] == [
        "PyTorch, 01-sample",
        "PyTorch, solutions/01-sample",
    ]
    with pytest.raises(BookError, match="notebooks/mxnet holds no notebook"):
        find(book, book.select(None))


def test_a_notebook_of_all_frameworks_installs_for_all(book):
    everything = new_notebook(metadata={"d2l_local": {"all_frameworks": True}})
    nb.write(book.notebooks / "pytorch" / "aside.ipynb", everything)
    (found,) = find(book, book.select(["pytorch"]))
    assert found.install == {"json": "json==1.0"}


def test_a_set_up_that_changes_a_version_stops_the_notebook(
    here, subject, colab, tmp_path
):
    here.listing["numpy"] = "numpy==1.26.4"
    after = tmp_path / "after"
    one = subject("installed = True", f"open({str(after)!r}, 'w').close()")
    with pytest.raises(ExecutionError, match=r"numpy==2.1.3 was preinstalled"):
        Trial(one, colab, Session(here, BEFORE), tmp_path).run(
            nb.read(one.path), Progress("t")
        )
    assert not after.exists()


def test_a_notebook_that_reads_the_helper_from_elsewhere_is_caught(
    subject, colab, here, tmp_path
):
    one = subject("1")  # installs nothing: the probe finds the helper of the checkout
    with pytest.raises(ExecutionError, match="not with what it installed"):
        Trial(one, colab, Session(here, BEFORE), tmp_path).run(
            nb.read(one.path), Progress("t")
        )


def test_what_the_set_up_is_to_install_is_what_is_missing(subject, colab, here):
    trial = Trial(subject("1"), colab, Session(here, BEFORE), Path())
    colab.book.install.update(json="json", no_such_module="no-such==1.0")
    assert trial.wanted() == ["no-such==1.0"]  # the helper is installed here


def test_the_second_run_of_the_set_up_may_start_no_program(
    subject, colab, here, tmp_path
):
    trial = Trial(subject("1"), colab, Session(here, BEFORE), tmp_path)
    trial.set_up_again("needed = {}")
    code = "import subprocess\nsubprocess.run(['pip', 'install'], check=True)"
    with pytest.raises(ExecutionError, match="set-up cell starts.*'pip', 'install'"):
        trial.set_up_again(code)
    colab.book.install["no_such_module"] = "no-such"
    with pytest.raises(ExecutionError, match="No module named 'no_such_module'"):
        trial.set_up_again("needed = {}")


def test_the_first_notebook_gets_a_fresh_machine_and_the_next_one_its_session(
    subject, colab, here, monkeypatch
):
    seen = []

    def run(trial, notebook, progress):
        seen.append(dict(trial.session.installed))
        trial.environment.listing["pooch"] = "pooch==1.9"

    monkeypatch.setattr(Trial, "run", run)
    monkeypatch.setattr(Trial, "set_up_again", lambda *_: None)
    monkeypatch.setattr(
        Planted, "copy", lambda self, root: Planted(here.root, dict(BEFORE))
    )
    for code in ("needed = 1", "needed = 1", "needed = 2"):
        one = subject(code)
        check(one, nb.read(one.path), colab, Progress("t"))
    assert seen == [BEFORE, {**BEFORE, "pooch": "pooch==1.9"}, BEFORE]


def test_a_later_notebook_that_installs_more_is_caught(subject, colab, here, tmp_path):
    session = Session(here, dict(BEFORE))
    here.listing["graphviz"] = "graphviz==0.8.4"
    one = subject("installed = True")
    with pytest.raises(ExecutionError, match="graphviz==0.8.4 was added"):
        Trial(one, colab, session, tmp_path).run(nb.read(one.path), Progress("t"))


def shows(*media):
    cell = new_code_cell("plot()")
    cell.outputs = [new_output("display_data", {m: "x"}) for m in media]
    cell.outputs.append(new_output("stream", name="stdout", text="printed"))
    return cell


def test_a_figure_that_is_not_shown_is_caught():
    stored = new_notebook(cells=[shows("image/svg+xml")])
    assert changed_displays(stored, new_notebook(cells=[shows("image/svg+xml")])) == []
    (nothing,) = changed_displays(stored, new_notebook(cells=[shows()]))
    assert nothing == "code cell 1 should show ['image/svg+xml'], but shows nothing"
    (other,) = changed_displays(stored, new_notebook(cells=[shows("image/png")]))
    assert other.endswith("but shows ['image/png']")
    assert changed_displays(new_notebook(cells=[new_code_cell("plot()")]), stored) == []


def test_a_notebook_that_has_passed_runs_again_only_when_something_changed(
    subject, colab, monkeypatch, capsys
):
    runs = []
    monkeypatch.setattr(command, "check", lambda *_: runs.append(1))
    one = subject("import json", "print(1)")
    for fresh in (False, False, True):
        command.check_unless_passed(one, colab, fresh)
    assert len(runs) == 2
    assert "has passed before" in capsys.readouterr().out
    command.check_unless_passed(subject("import json", "print(2)"), colab, False)
    assert len(runs) == 3


def test_the_proof_is_void_when_package_versions_or_settings_change(
    subject, colab, here
):
    one = subject("1")
    notebook = nb.read(one.path)
    first = proof_entry(one, notebook, colab)
    other = [
        {"repository": Repository(Path(), "abc", "another tree")},
        {"preinstalled": {**BEFORE, "numpy": "numpy==2.1.4"}},
    ]
    for change in other:
        assert (
            proof_entry(one, notebook, replace(colab, **change)).folder != first.folder
        )
    (colab.book.root / "d2l_local").unlink()  # a link to the real one
    module = colab.book.root / "d2l_local" / "__init__.py"
    module.parent.mkdir()
    module.write_text("")
    assert (
        proof_entry(one, notebook, colab).folder == first.folder
    )  # it imports nothing of it
    user = nb.read(subject("import d2l_local").path)
    before = proof_entry(one, user, colab)
    module.write_text("changed = True")
    assert proof_entry(one, user, colab).folder != before.folder
    colab.book.install["tqdm"] = "tqdm"
    assert proof_entry(one, notebook, colab).folder != first.folder


def test_a_notebook_that_fails_is_not_kept_as_passed(subject, colab, monkeypatch):
    def fail(*_):
        raise ExecutionError("planted")

    monkeypatch.setattr(command, "check", fail)
    one = subject("1")
    with pytest.raises(ExecutionError):
        command.check_unless_passed(one, colab, False)
    assert proof_entry(one, nb.read(one.path), colab).load() is None
