import pytest
from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.filemanager import FileContentsManager

from tests.tools.records import executed
from tools import notebook as nb
from tools.book import BookError, load
from tools.build import difference, main


def build(book, *options):
    return main(["--root", str(book.root), *options])


def test_build_then_check_passes_and_a_second_build_writes_nothing(book, capsys):
    assert build(book) == 0
    assert build(book, "--check") == 0
    capsys.readouterr()
    assert build(book) == 0
    assert "written" not in capsys.readouterr().out


def test_check_names_each_stale_file_with_the_difference(book, edit, capsys):
    build(book)
    edit("For all.", "For everybody.")
    assert build(book, "--check") == 1
    message = capsys.readouterr().err
    assert "stale: notebooks/pytorch/01-sample.ipynb" in message
    assert "stale: notebooks/mxnet/01-sample.ipynb" in message
    assert "02-next" not in message
    assert "For everybody." in message
    assert "make build" in message


def test_check_writes_nothing(book):
    assert build(book, "--check") == 1
    assert not book.notebooks.exists()


def test_check_reports_a_notebook_edited_by_hand(book):
    build(book)
    path = book.notebooks / "mxnet" / "02-next.ipynb"
    path.write_text(path.read_text().replace("1 + 1", "1 + 2"))
    assert build(book, "--check") == 1


def save_in_jupyter(path):
    """Open a notebook and save it, as JupyterLab and its server do."""
    manager = FileContentsManager(root_dir=str(path.parent))
    model = manager.get(path.name)
    told_by_the_kernel = dict(IPythonKernel.language_info)
    model["content"]["metadata"]["language_info"] = told_by_the_kernel
    manager.save(model, path.name)


@pytest.mark.situation("first steps: a notebook that JupyterLab has saved")
def test_a_notebook_saved_in_jupyter_is_not_stale_and_the_build_restores_it(book):
    build(book)
    path = book.notebooks / "mxnet" / "01-sample.ipynb"
    nb.write(path, executed(nb.read(path)))
    before = path.read_bytes()
    save_in_jupyter(path)
    assert b"codemirror_mode" in path.read_bytes()
    assert build(book, "--check") == 0
    build(book)
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["language", "prose", "conflict"])
def test_a_change_in_a_notebook_saved_in_jupyter_is_seen(book, change):
    build(book)
    path = book.notebooks / "mxnet" / "02-next.ipynb"
    save_in_jupyter(path)
    text = path.read_text()
    texts = {
        "language": text.replace('"name": "python",', '"name": "R",'),
        "prose": text.replace("1 + 1", "1 + 2"),
        "conflict": text.replace('{\n "cells"', '<<<<<<< HEAD\n{\n "cells"'),
    }
    assert texts[change] != text
    assert difference(path, texts[change]) is not None
    path.write_text(texts[change])
    assert difference(path, text) is not None


def test_a_notebook_without_source_is_reported_and_left_in_place(book, capsys):
    build(book)
    (book.source / "02-next.md").unlink()
    text = (book.source / "01-sample.md").read_text()
    text = text.replace("{ref}`the next one <sec-next>`", "it")
    (book.source / "01-sample.md").write_text(text)
    assert build(book, "--check") == 1
    assert build(book) == 1
    assert "no source produces notebooks/mxnet/02-next" in capsys.readouterr().err
    assert (book.notebooks / "mxnet" / "02-next.ipynb").exists()


def test_new_prose_keeps_outputs_and_new_code_drops_them(book, edit, capsys):
    build(book)
    path = book.notebooks / "mxnet" / "01-sample.ipynb"
    nb.write(path, executed(nb.read(path)))
    edit("For all.", "For everybody.")
    build(book)
    assert nb.execution_defects(nb.read(path)) == []
    capsys.readouterr()

    edit("print(framework", "print(1, framework")
    build(book)
    assert not nb.has_outputs(nb.read(path))
    assert "stored outputs were dropped" in capsys.readouterr().out


def test_a_mistake_in_the_source_ends_with_code_2(book, edit, capsys):
    edit("{eq}`eq-state`", "{eq}`eq-stat`")
    assert build(book) == 2
    assert "01-sample.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('branch = "main"', "", "'branch' is missing"),
        ("someone/some-book", "https://x/y/z", "owner/name"),
        ('title = "', 'title = ""', "not valid TOML"),
    ],
)
def test_a_mistake_in_the_settings_is_named(book, old, new, message):
    path = book.source / "book.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BookError, match=message):
        load(book.root)


def test_a_folder_that_is_no_book_is_named(tmp_path):
    with pytest.raises(BookError, match="is not the book's root"):
        load(tmp_path)
