"""The main job, from its plan to the closing table, and the figures' freshness."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tools import figures
from tools import notebook as nb
from tools.book import ROOT
from tools.build import build_all
from tools.run import ONE_THREAD, THREADS, in_turn, main, minutes


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("D2L_TEXT", "embedded")
    monkeypatch.delenv("D2L_DATA_DIR", raising=False)
    for name in THREADS:  # what the command sets is undone after the test
        monkeypatch.setenv(name, os.environ.get(name, "1"))


def test_run_ends_with_a_table_and_leaves_notebooks_and_pages(book, capsys):
    assert main(["--root", str(book.root)]) == 0
    shown = capsys.readouterr().out
    plan, _, rest = shown.partition("MXNet wrote, ")
    assert "1. PyTorch  about 1 min" in plan and "2. MXNet " in plan
    assert rest and "PyTorch wrote, " in shown  # the texts, before the table
    assert "    time traveller for so it was\n    traveller with a slight" in shown
    for line in shown.split("\n"):
        if line.startswith("MXNet  "):
            assert "6,503.5  time traveller for so it was" in line
            assert line.endswith("build/run/embedded/mxnet/01-sample.ipynb")
            break
    else:
        raise AssertionError(f"no row for MXNet in\n{shown}")
    executed = book.root / "build/run/embedded/mxnet/01-sample.ipynb"
    assert "<title>Two boxes</title>" in executed.read_text()
    html = (book.root / "build/html/mxnet/01-sample.html").read_text()
    assert '<img alt="Two boxes" class="plot" src="data:image/svg+xml;' in html
    assert 'href="../pytorch/01-sample.html"' in html
    assert not book.notebooks.exists() or not list(book.notebooks.rglob("*.ipynb"))


def test_a_second_call_takes_up_what_is_there(book, capsys):
    assert main(["--root", str(book.root)]) == 0
    table = capsys.readouterr().out.partition("\n\n")[2]
    assert main(["--root", str(book.root)]) == 0
    again = capsys.readouterr().out
    assert "PyTorch  taken from an earlier run" in again and "about" not in again
    assert table.endswith(again.partition("\n\n")[2])


def test_run_without_result_fails(book, edit, capsys):
    edit('print("perplexity', 'print("perplex')
    assert main(["--root", str(book.root)]) == 1
    assert "no cell printed" in capsys.readouterr().err


def test_where_one_framework_fails_the_others_still_show_their_results(
    book, edit, capsys
):
    edit('framework = "mx"', 'raise ValueError("no mx here")')
    assert main(["--root", str(book.root)]) == 1
    shown = capsys.readouterr()
    assert "MXNet: failed after" in shown.out and "\nPyTorch  " in shown.out
    assert "MXNet: code cell 3 failed" in shown.err and "no mx here" in shown.err
    # No page leads to the one that isn't there.
    html = (book.root / "build/html/pytorch/01-sample.html").read_text()
    assert 'href="../mxnet/' not in html
    assert not (book.root / "build/html/mxnet").exists()


def test_a_formula_that_cannot_be_set_is_said_before_anything_runs(book, edit, capsys):
    edit("u = v", r"u = \nosuchcommand v")
    assert main(["--root", str(book.root)]) == 2
    captured = capsys.readouterr()
    assert r"u = \nosuchcommand v" in captured.err and captured.out == ""


@pytest.mark.situation("first steps: make run on a book that is missing")
def test_run_without_the_book_says_so_before_running(
    book, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("D2L_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["--root", str(book.root)]) == 2
    captured = capsys.readouterr()
    assert "timemachine.txt" in captured.err and captured.out == ""
    assert "-m d2l_local.download time_machine" in captured.err
    assert "d2l.download(" not in captured.err


def test_the_shortest_notebook_starts_first_and_then_the_longest(book):
    item = build_all(book)[0]
    key = item.framework.key
    built = [
        replace(item, chapter=replace(item.chapter, runtime={key: runtime}))
        for runtime in ("4", "7 to 9", "6")
    ]
    times = [pytest.approx(ONE_THREAD[key] * number) for number in (4, 8, 6)]
    assert [minutes(item) for item in built] == times
    assert [minutes(item) for item in in_turn(built)] == times
    assert [minutes(item) for item in in_turn(built[::-1])] == times
    assert in_turn([]) == []


@pytest.mark.parametrize("wanted", [None, "3"])
def test_every_notebook_computes_in_one_thread_unless_the_user_says_otherwise(
    book, edit, monkeypatch, wanted
):
    edit("print(framework, num_epochs)", "import os\nos.environ['OMP_NUM_THREADS']")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if wanted:
        monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert main(["--root", str(book.root)]) == 0
    path = book.root / "build/run/embedded/mxnet/01-sample.ipynb"
    assert any(
        output.get("data", {}).get("text/plain") == repr(wanted or "1")
        for cell in nb.code_cells(nb.read(path))
        for output in cell.outputs
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_every_kernel_and_leaves_one_clear_line(book, edit, tmp_path):
    edit(
        "print(framework, num_epochs)",
        "import os, time\n"
        f"open(f'{tmp_path}/{{framework}}', 'w').write(str(os.getpid()))\n"
        "time.sleep(60)",
    )
    with subprocess.Popen(
        [sys.executable, "-m", "tools.run", "--root", str(book.root)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not list(tmp_path.glob("mx")) and process.poll() is None:
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == (
        "interrupted; finished notebooks are kept: `make run` continues with the rest"
    )
    for path in (tmp_path / "torch", tmp_path / "mx"):
        if path.exists():  # with a single core, one runs at a time
            with pytest.raises(ProcessLookupError):
                os.kill(int(path.read_text()), 0)


SCRIPT = """\
from pathlib import Path
from words import WORD
Path(__file__).with_name("two-boxes.svg").write_text(WORD)
"""


def test_figures_are_drawn_checked_and_found_stale(book, capsys):
    image = book.root / "img"
    (image / "lstm.svg").unlink()
    (image / "boxes.py").write_text(SCRIPT)
    (image / "words.py").write_text("WORD = '<svg>1</svg>'")
    root = ["--root", str(book.root)]
    assert figures.main([*root, "--check"]) == 1
    assert "stale: img/two-boxes.svg" in capsys.readouterr().err
    assert figures.main(root) == 0
    assert figures.main([*root, "--check"]) == 0
    (image / "words.py").write_text("WORD = '<svg>2</svg>'")
    assert figures.main([*root, "--check"]) == 1
    assert (image / "two-boxes.svg").read_text() == "<svg>1</svg>"


def test_a_figure_without_script_is_reported(book, capsys):
    assert figures.main(["--root", str(book.root), "--check"]) == 1
    assert "img/lstm.svg: no script" in capsys.readouterr().err


def test_a_figure_script_that_fails_is_named(book, capsys):
    (book.root / "img" / "boxes.py").write_text("1 / 0")
    assert figures.main(["--root", str(book.root)]) == 2
    assert "boxes.py failed" in capsys.readouterr().err
