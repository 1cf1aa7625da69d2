"""The environment of the classic helper, without its packages."""

import json
import subprocess
import sys

import pytest

from benchmarks import environment
from benchmarks.environment import ClassicUnavailable


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An environment into which no package was installed."""
    folder = tmp_path_factory.mktemp("environment") / "classic"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "_install", lambda folder: None)
        environment.ensure(folder)
    return folder


@pytest.fixture
def made(whole):
    """The same, put right after the test."""
    stamp = whole / environment.STAMP
    before = stamp.read_text()
    yield whole
    stamp.write_text(before)


def run(folder, code):
    command = [str(environment.python_of(folder)), "-c", code]
    return subprocess.run(command, text=True, capture_output=True, cwd=folder)


def test_frameworks_are_the_very_files_of_this_environment(made):
    import numpy

    assert run(made, "import numpy; print(numpy.__file__)").stdout.strip() == (
        numpy.__file__
    )


def test_stand_ins_are_there_and_say_what_they_are(made):
    done = run(made, "import pandas; from torchvision import transforms")
    assert done.returncode == 0, done.stderr
    done = run(made, "import pandas; pandas.DataFrame()")
    assert "only a stand-in for pandas" in done.stderr


def test_an_environment_is_made_once(made, monkeypatch):
    monkeypatch.setattr(environment, "_run", lambda command: pytest.fail("made again"))
    assert environment.ensure(made) == environment.python_of(made)


@pytest.mark.parametrize("name", ["packages", "frameworks", "python"])
def test_another_recipe_makes_it_anew(made, name):
    stamp = made / environment.STAMP
    recipe = json.loads(stamp.read_text())
    stamp.write_text(json.dumps(recipe | {name: "another"}))
    assert not environment.is_ready(made)


def test_an_interrupted_making_is_not_taken_for_whole(made):
    (made / environment.STAMP).unlink()
    assert not environment.is_ready(made)


def test_what_cannot_be_installed_is_named_with_the_reason():
    fail = "import sys; print('no such host', file=sys.stderr); sys.exit(1)"
    with pytest.raises(
        ClassicUnavailable, match="(?s)d2l==0.17.6.*index.*no such host"
    ):
        environment._run([sys.executable, "-c", fail])
