"""The main job, its pages, and the figures' freshness."""

import pytest

from tools import figures
from tools.page import page
from tools.run import main


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("D2L_TEXT", "embedded")
    monkeypatch.delenv("D2L_DATA_DIR", raising=False)


def test_run_ends_with_a_table_and_leaves_notebooks_and_pages(book, capsys):
    assert main(["--root", str(book.root)]) == 0
    shown = capsys.readouterr().out
    assert "[1/2] PyTorch" in shown and "cell 4 of 4" in shown
    for line in shown.split("\n"):
        if line.startswith("MXNet  "):
            assert "6,503.5  time traveller for so it was" in line
            assert line.endswith("build/run/embedded/mxnet/01-sample.ipynb")
            break
    else:
        raise AssertionError(f"no row for MXNet in\n{shown}")
    executed = book.root / "build/run/embedded/mxnet/01-sample.ipynb"
    assert "![Two boxes](../../../../img/net.svg)" in executed.read_text()
    html = (book.root / "build/html/mxnet/01-sample.html").read_text()
    assert 'alt="Two boxes" src="data:image/svg+xml;base64,' in html
    assert 'href="../pytorch/01-sample.html"' in html
    assert not book.notebooks.exists() or not list(book.notebooks.rglob("*.ipynb"))


def test_run_without_result_fails(book, edit, capsys):
    edit('print("perplexity', 'print("perplex')
    assert main(["--root", str(book.root)]) == 1
    assert "no cell printed" in capsys.readouterr().err


def test_run_without_the_book_says_so_before_running(
    book, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("D2L_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["--root", str(book.root)]) == 2
    captured = capsys.readouterr()
    assert "timemachine.txt" in captured.err and captured.out == ""


def test_a_page_keeps_addresses_of_the_web(book):
    from nbformat.v4 import new_markdown_cell, new_notebook

    cell = new_markdown_cell("[a](https://x.org/a.ipynb) [b](b.ipynb#C)")
    html = page(new_notebook(cells=[cell]), book.root, "t", book.root)
    assert "https://x.org/a.ipynb" in html and 'href="b.html#C"' in html


SCRIPT = """\
from pathlib import Path
from words import WORD
Path(__file__).with_name("two-boxes.svg").write_text(WORD)
"""


def test_figures_are_drawn_checked_and_found_stale(book, capsys):
    image = book.root / "img"
    (image / "net.svg").unlink()
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
    assert "img/net.svg: no script" in capsys.readouterr().err


def test_a_figure_script_that_fails_is_named(book, capsys):
    (book.root / "img" / "boxes.py").write_text("1 / 0")
    assert figures.main(["--root", str(book.root)]) == 2
    assert "boxes.py failed" in capsys.readouterr().err
