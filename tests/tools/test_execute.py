"""Execution: progress, errors, cache, storage. Each run starts a kernel (seconds)."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from d2l_local import frameworks
from tools import notebook as nb
from tools import section as section_command
from tools.book import ROOT, BookError
from tools.build import build_all
from tools.build import main as build_command
from tools.cache import entry
from tools.execute import (
    ExecutionError,
    Settings,
    choose_text,
    main,
    prepare,
    run_cells,
)
from tools.files import write_text
from tools.progress import Progress

NOTE = """\
from IPython.display import display
shown = {"text/plain": "figure"}
handle = display(shown, raw=True, display_id="d",
                 metadata={"d2l_local": {"note": "epoch 1/2"}})
"""


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    """No test depends on, or changes, the text chosen outside."""
    monkeypatch.setenv("D2L_TEXT", "embedded")
    monkeypatch.delenv("D2L_DATA_DIR", raising=False)


def run(tmp_path, *codes, **settings):
    """Run code cells in a kernel; return the notebook and what was shown."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    shown = io.StringIO()
    progress = Progress("title", shown)
    done = run_cells(notebook, tmp_path, ROOT, Settings(**settings), progress)
    return done, shown.getvalue()


def test_a_run_shows_cells_and_live_notes(tmp_path):
    code = "import os, sys\nprint(os.getcwd(), os.environ['D2L_TEXT'], sys.executable)"
    done, shown = run(tmp_path, "# why\n" + code, NOTE)
    assert done.cells[0].outputs[0].text == f"{tmp_path} embedded {sys.executable}\n"
    assert "cell 1 of 2: import os, sys\n" in shown
    assert "cell 2 of 2: from IPython" in shown
    assert "    epoch 1/2\n" in shown
    assert "execution" not in done.cells[0].metadata


def test_a_failing_cell_is_shown_with_its_traceback(tmp_path):
    with pytest.raises(ExecutionError, match="title: code cell 2 failed") as caught:
        run(tmp_path, "a = 1", "a / 0")
    assert "a / 0" in str(caught.value) and "ZeroDivisionError" in str(caught.value)


def test_a_cell_over_the_time_limit_fails(tmp_path):
    with pytest.raises(ExecutionError, match="code cell 1 failed"):
        run(tmp_path, "import time; time.sleep(60)", timeout=1)


def test_stderr_fails_at_once_naming_cell_and_text(tmp_path):
    code = "import sys\nprint('beware', file=sys.stderr)"
    after = tmp_path / "after"
    with pytest.raises(ExecutionError, match="cell 1 wrote to stderr") as caught:
        run(tmp_path, code, f"open({str(after)!r}, 'w').close()")
    assert "beware" in str(caught.value) and code in str(caught.value)
    assert not after.exists()


def test_fast_mode_replaces_and_full_mode_does_not(book):
    notebook = build_all(book)[0].notebook
    codes = [cell.source for cell in nb.code_cells(prepare(notebook, "fast"))]
    assert any("num_epochs = 5\n" in code for code in codes)
    assert nb.same_code(prepare(notebook, "full"), notebook)


def command(book, *options):
    return main(["--root", str(book.root), "--chapter", "01-sample", *options])


def test_store_then_cache_then_fast(book, edit, capsys):
    one = ["--framework", "mxnet"]
    path = book.notebooks / "mxnet" / "01-sample.ipynb"
    assert command(book, *one) == 0
    assert not path.exists()  # nothing is stored unless asked for

    capsys.readouterr()
    edit("For all.", "For everybody.")  # new prose: the run is still valid
    assert command(book, *one, "--store") == 0
    assert "taken from build/cache/" in capsys.readouterr().out
    stored = nb.read(path)
    assert nb.execution_defects(stored) == []
    assert any(cell.source == "For everybody." for cell in stored.cells)
    assert "mx 500" in path.read_text()

    assert command(book, *one, "--mode", "fast") == 0
    assert "executing (fast budget" in capsys.readouterr().out
    assert "mx 500" in path.read_text()


def stored_files(book):
    paths = book.notebooks.rglob("*.ipynb")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


@pytest.mark.situation("first steps: outputs of untouched notebooks stay as they are")
def test_what_is_up_to_date_is_neither_executed_nor_written(book, edit, capsys):
    one = ["--framework", "mxnet", "--kind", "chapter", "--store"]
    assert command(book, *one) == 0
    before = stored_files(book)
    shutil.rmtree(book.build)  # as in a fresh clone
    capsys.readouterr()
    assert command(book, *one) == 0
    assert stored_files(book) == before
    assert "executing" not in capsys.readouterr().out

    assert command(book, *one, "--again") == 0
    assert "executing" in capsys.readouterr().out

    (book.root / "d2l_local").unlink()  # a link; the notebook imports nothing of it
    assert command(book, *one) == 0
    assert "up to date" in capsys.readouterr().out
    edit('framework = "mx"', "import d2l_local\n\nframework = d2l_local.__name__")
    (book.root / "d2l_local").mkdir()
    module = book.root / "d2l_local" / "__init__.py"
    for text in ("", "changed = True\n"):
        module.write_text(f"{text}def figure(name):\n    pass\n")
        assert command(book, *one) == 0
        assert "executing" in capsys.readouterr().out
        assert command(book, *one) == 0
        assert "executing" not in capsys.readouterr().out


def test_a_framework_that_is_missing_is_left_out_and_named(book, capsys, monkeypatch):
    monkeypatch.setattr(frameworks, "is_installed", lambda name: name != "torch")
    assert command(book, "--mode", "fast", "--kind", "chapter") == 0
    shown = capsys.readouterr().out
    assert "left out: PyTorch" in shown
    assert "MXNet, 01-sample: done" in shown and "PyTorch, 01" not in shown
    page = (book.source / "02-next.md").read_text()
    (book.source / "02-next.md").write_text(
        page.replace("number: 2", "number: 2\nall_frameworks: true")
    )
    assert main(["--root", str(book.root), "--chapter", "02-next"]) == 2


def section(book, *options):
    return section_command.main(["01-sample", "--root", str(book.root), *options])


def test_a_section_is_built_executed_stored_and_checked(book, edit, capsys):
    assert section(book) == 0
    for name in ("01-sample", "solutions/01-sample"):
        for framework in ("pytorch", "mxnet"):
            path = book.notebooks / framework / f"{name}.ipynb"
            assert nb.execution_defects(nb.read(path)) == []
    assert not nb.has_outputs(nb.read(book.notebooks / "mxnet" / "02-next.ipynb"))
    assert build_command(["--root", str(book.root), "--check"]) == 0
    before = stored_files(book)
    capsys.readouterr()
    assert section(book) == 0
    assert stored_files(book) == before
    assert "executing" not in capsys.readouterr().out

    edit("print(framework, num_epochs)", "print( framework, undefined)")
    assert section(book, "--framework", "mxnet") == 1
    assert "NameError" in capsys.readouterr().err
    edit("undefined", "num_epochs")
    assert section(book, "--framework", "mxnet") == 1
    assert "would be reformatted" in capsys.readouterr().err


def test_a_section_that_does_not_exist_is_refused(book, capsys):
    assert section_command.main(["99-x", "--root", str(book.root)]) == 2
    assert "choose from 01-sample" in capsys.readouterr().err


def test_a_failure_leaves_the_stored_notebook_alone(book, edit, capsys):
    one = ["--framework", "mxnet", "--store"]
    path = book.notebooks / "mxnet" / "01-sample.ipynb"
    write_text(path, nb.dumps(build_all(book)[1].notebook))
    before = path.read_bytes()
    edit("print(framework, num_epochs)", "print(undefined)")
    assert command(book, *one) == 1
    assert path.read_bytes() == before
    assert "NameError" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--mode", "fast"], ["--text", "book"]])
def test_only_full_runs_on_the_embedded_text_can_be_stored(book, option):
    with pytest.raises(SystemExit) as caught:
        command(book, "--store", *option)
    assert caught.value.code == 2


def test_unknown_names_are_refused(book, capsys):
    assert main(["--root", str(book.root), "--chapter", "99-x"]) == 2
    assert "choose from 01-sample, 02-next" in capsys.readouterr().err
    assert command(book, "--framework", "jax") == 2
    assert "choose from pytorch, mxnet" in capsys.readouterr().err


def test_a_missing_book_is_said_before_anything_runs(book, tmp_path, monkeypatch):
    monkeypatch.setenv("D2L_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(BookError, match="timemachine.txt"):
        choose_text("book")


def test_relative_data_folders_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("D2L_DATA_DIR", "texts")
    assert choose_text("embedded") == ""
    assert os.environ["D2L_DATA_DIR"] == str(tmp_path / "texts")


def test_the_cache_key_covers_code_mode_text_and_framework(book):
    torch, mxnet = build_all(book)[:2]
    fast = prepare(torch.notebook, "fast")
    entries = [
        entry(book, torch.framework, torch.notebook, "full", "embedded"),
        entry(book, torch.framework, torch.notebook, "fast", "embedded"),
        entry(book, torch.framework, torch.notebook, "full", "book 1"),
        entry(book, torch.framework, torch.notebook, "full", "book 2"),
        entry(book, torch.framework, fast, "full", "embedded"),
        entry(book, mxnet.framework, torch.notebook, "full", "embedded"),
    ]
    assert len({item.folder for item in entries}) == len(entries)
    again = entry(book, torch.framework, torch.notebook, "full", "embedded")
    assert again.folder == entries[0].folder
    assert "numpy" in again.key["packages"]


def test_notes_are_overwritten_on_a_terminal_and_rare_in_a_log():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    now = [0.0]
    terminal, log = Terminal(), io.StringIO()
    for stream in (terminal, log):
        now[0] = 0.0
        progress = Progress("title", stream, clock=lambda: now[0])
        progress.cell(1, 2, "# comment\n%matplotlib inline\ntrain()")
        for second in range(25):
            now[0] = float(second)
            progress.note(f"epoch {second}")
        progress.say("done")
    assert log.getvalue().split("\n") == [
        "  cell 1 of 2: train()",
        "    epoch 0",
        "    epoch 20",
        "title: done",
        "",
    ]
    assert terminal.getvalue().count("\r") == 25
    assert terminal.getvalue().endswith("epoch 24\ntitle: done\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupted_call_ends_in_order_and_keeps_what_is_done(book, edit):
    edit(
        "print(framework, num_epochs)",
        "import time\nif framework == 'mx':\n    time.sleep(60)",
    )
    options = [
        "-m",
        "tools.execute",
        "--root",
        str(book.root),
        "--chapter",
        "01-sample",
    ]
    with subprocess.Popen(
        [sys.executable, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            if "MXNet" in line:
                break
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command continues" in errors and "Traceback" not in errors
    assert len(list((book.build / "cache").iterdir())) == 1


@pytest.mark.situation("first steps: a cell that is run again after the end")
def test_cells_that_fail_when_run_again_are_named(book, edit, capsys):

    cells = (
        "n = 2\n```\n\n```{code-cell}\nprint(n + 1)\n```\n\n```{code-cell}\nn = 'two'"
    )
    edit("1 + 1", cells, "02-next.md")
    options = ["02-next", "--root", str(book.root), "--framework", "pytorch", "--twice"]
    assert section_command.main(options) == 1
    message = capsys.readouterr().err
    assert message.count("run again after the end") == 1
    assert (
        "PyTorch, 02-next: code cell 3, run again after the end: TypeError" in message
    )
    assert not book.notebooks.exists() or not list(book.notebooks.rglob("*.ipynb"))
    edit("n = 'two'", "m = 'two'", "02-next.md")
    assert section_command.main(options) == 0
