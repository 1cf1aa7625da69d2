import os
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.book import ROOT, load
from tools.build import build_all
from tools.head import set_up, without_language
from tools.notebook import code_cells, read


def opening(book, index=0):
    return build_all(book)[index].notebook.cells[0].source


def test_head_has_title_badge_links_goals_needs_and_run_time(book):
    text = opening(book)
    assert text.startswith("# 1. A Sample (PyTorch)\n")
    address = "github/someone/some-book/blob/main/notebooks/pytorch/01-sample.ipynb"
    assert f"(https://colab.research.google.com/{address})" in text
    assert "[MXNet](../mxnet/01-sample.ipynb)" in text
    assert "- follow [The Idea of `x`](#The-Idea-of-x)" in text
    assert "- nothing" in text
    assert "about 1 minute on" in text
    assert "about 2 to 3 minutes on" in opening(book, 1)


@pytest.fixture
def real_book():
    return load(ROOT)


def framework_keys():
    return load(ROOT).keys


@pytest.mark.parametrize("key", framework_keys())
def test_set_up_is_short_and_touches_neither_numpy_nor_torch(real_book, key):
    code = set_up((real_book.framework(key),), real_book)
    lines = code.splitlines()
    assert len(lines) <= 6
    assert max(len(line) for line in lines if not line.startswith("needed")) <= 88
    (needed,) = [line for line in lines if line.startswith("needed")]
    assert not re.search(r"\b(numpy|torch|tensorflow)\b", needed)


def every_set_up(book):
    """The set-up code of each framework by its key, and of a page that runs all."""
    found = {each.key: set_up((each,), book) for each in book.frameworks}
    return {**found, "all": set_up(book.frameworks, book)}


@pytest.mark.parametrize("key", [*framework_keys(), "all"])
def test_set_up_is_accepted_by_ruff_as_it_stands(real_book, key, tmp_path):
    cells = [new_code_cell(every_set_up(real_book)[key])]
    path = tmp_path / "notebook.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    options = ["--config", ROOT / "pyproject.toml", "--no-cache", path]
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, *options]
        done = subprocess.run(ruff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def run(code, tmp_path, present):
    """Run set-up code where only the modules in `present` exist; return pip's calls."""
    fake = f"""
import importlib.util, subprocess
importlib.util.find_spec = lambda name: name in {present!r} or None
subprocess.check_call = lambda command: print(*command[1:])
"""
    done = subprocess.run(
        [sys.executable, "-c", fake + code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_set_up_does_nothing_where_all_is_there(real_book, tmp_path):
    code = set_up((real_book.framework("mxnet"),), real_book)
    ours = ["d2l_local", *real_book.install]
    assert run(code, tmp_path, [*ours, "mxnet", "distutils"]) == ""


def test_set_up_installs_what_is_missing_without_dependencies(real_book, tmp_path):
    code = set_up((real_book.framework("mxnet"),), real_book)
    package = f"git+https://github.com/{real_book.repository}"
    present = ["platformdirs", "tqdm", "distutils"]
    assert run(code, tmp_path, present) == (
        f"-m pip install -q --no-deps pooch safetensors mxnet==1.9.1 {package}\n"
    )
    assert "setuptools" in run(code, tmp_path, ["d2l_local", "mxnet"])


def test_set_up_of_a_page_that_runs_all_frameworks_installs_for_all(
    real_book, tmp_path
):
    code = every_set_up(real_book)["all"]
    assert "mxnet==1.9.1" in run(code, tmp_path, ["d2l_local", *real_book.install])


@pytest.mark.situation("language: a translated notebook's checks answer in its own")
def test_set_up_of_a_translated_notebook_says_the_language(real_book, monkeypatch):
    frameworks, language = real_book.frameworks[:1], real_book.languages[0]
    english = set_up(frameworks, real_book)
    code = set_up(frameworks, real_book, language)
    assert without_language(code) == without_language(english) == english
    assert len(code.splitlines()) == len(english.splitlines()) + 1
    begin = code.partition("needed =")[0]
    monkeypatch.setenv("D2L_LANGUAGE", "")  # so that it's put back, set or not
    monkeypatch.delenv("D2L_LANGUAGE")
    exec(begin)
    assert os.environ["D2L_LANGUAGE"] == language.key
    monkeypatch.setenv("D2L_LANGUAGE", "en")  # whoever has chosen has chosen
    exec(begin)
    assert os.environ["D2L_LANGUAGE"] == "en"


@pytest.mark.situation("language: the committed translations with checks say theirs")
def test_translated_notebooks_with_checks_say_their_language(real_book):
    found = sorted(real_book.translations.glob("*/notebooks/*/*/*.ipynb"))
    assert len(found) >= 18
    for path in found:
        language = path.relative_to(real_book.translations).parts[0]
        code = code_cells(read(path))[0].source
        assert f'environ.setdefault("D2L_LANGUAGE", "{language}")' in code, path


def test_set_up_reports_a_failing_installation(real_book, tmp_path):
    code = set_up((real_book.framework("pytorch"),), real_book)
    fake = "import sys; sys.executable = '/bin/false'\n"
    alone = "import importlib.util\nimportlib.util.find_spec = lambda name: None\n"
    done = subprocess.run(
        [sys.executable, "-c", fake + alone + code], capture_output=True, text=True
    )
    assert done.returncode and "CalledProcessError" in done.stderr


def test_the_address_stands_in_one_place(book):
    text = (book.source / "book.toml").read_text()
    (book.source / "book.toml").write_text(text.replace("someone/some", "other/new"))
    for item in build_all(load(book.root)):
        code = code_cells(item.notebook)[0].source
        assert "other/new-book" in item.notebook.cells[0].source
        assert "other/new-book" in code
        assert "someone" not in nbformat.writes(item.notebook)
