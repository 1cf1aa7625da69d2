"""The book's address is set everywhere, and an old one is found."""

import pytest

from tests.tools.records import executed
from tools import notebook as nb
from tools.address import main
from tools.addresses import other_addresses, readdress
from tools.book import load
from tools.build import check, write


def texts(book):
    return {p: p.read_text() for p in book.root.glob("[a-zR]*/**/*.ipynb")}


@pytest.fixture
def named(book):
    """The fixture book, built and executed, with files that name its address."""
    write(book)
    for path in book.notebooks.rglob("*.ipynb"):
        nb.write(path, executed(nb.read(path)))
    (book.root / "README.md").write_text(
        "https://github.com/someone/some-book, "
        "https://github.com/someone/some-book.git and "
        "[map](https://github.com/someone/some-book/blob/main/notebooks/a.ipynb).\n"
        "<!-- contents:begin --><!-- contents:end -->\n"
        "https://github.com/someone/some-bookshop and github.com/else/where\n"
    )
    (book.root / "CITATION.cff").write_text("url: https://github.com/someone/some-book")
    write(book)
    return book


def test_the_address_is_set_everywhere_and_outputs_are_kept(named):
    before = texts(named)
    assert before
    options = ["--root", str(named.root), "--branch", "trunk"]
    assert main(["new-owner/new.name", *options]) == 0
    book = load(named.root)
    assert (book.repository, book.branch) == ("new-owner/new.name", "trunk")
    assert check(book) == []
    readme = (book.root / "README.md").read_text()
    assert readme.startswith(
        "https://github.com/new-owner/new.name, "
        "https://github.com/new-owner/new.name.git and "
        "[map](https://github.com/new-owner/new.name/blob/trunk/notebooks/a.ipynb).\n"
    )
    assert readme.endswith("someone/some-bookshop and github.com/else/where\n")
    assert (book.root / "CITATION.cff").read_text().endswith("/new-owner/new.name")
    for path, text in texts(book).items():
        assert "someone/some-book" not in text
        assert "new-owner/new.name" in text
        runs = "exercises" not in path.parts
        assert (nb.execution_defects(nb.read(path)) == []) == runs
    assert (
        main(["someone/some-book", "--root", str(named.root), "--branch", "main"]) == 0
    )
    assert texts(book) == before


@pytest.mark.parametrize("name", ["https://github.com/a/b", "name", "a/b/c", ""])
def test_a_name_that_is_not_an_address_is_refused(book, name, capsys):
    before = (book.source / "book.toml").read_text()
    assert main([name, "--root", str(book.root)]) == 2
    assert "owner/name" in capsys.readouterr().err
    assert (book.source / "book.toml").read_text() == before


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/other/some-book",
        "https://github.com/other/some-book.git",
        "see github.com/other/some-book.",
        "https://github.com/someone/old-name/blob/main/notebooks/pytorch/a.ipynb",
        "https://github.com/someone/some-book/blob/master/README.md",
        "https://colab.research.google.com/github/a/b/blob/main/x.ipynb",
        "pip install git+https://github.com/a/b",
        "https://raw.githubusercontent.com/a/b/main/x",
        "https://mybinder.org/v2/gh/a/b/main",
    ],
)
def test_another_address_of_the_book_is_found(book, address):
    write(book)
    assert check(book) == []
    (book.root / "CONTRIBUTING.md").write_text(f"First line\n{address}\n")
    (problem,) = check(book)
    assert problem.startswith("CONTRIBUTING.md:2: ")
    assert "someone/some-book" in problem and "make address" in problem


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/someone/some-book",
        "https://github.com/someone/some-book.git",
        "https://github.com/someone/some-book/blob/main/README.md",
        "https://github.com/huggingface/safetensors",
        "https://github.com/karpathy/char-rnn/blob/master/train.lua",
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/someone/some-book/blob/main/x.ipynb",
    ],
)
def test_the_address_itself_and_other_projects_are_fine(book, address):
    (book.root / "CONTRIBUTING.md").write_text(address)
    assert other_addresses(book) == []


def test_only_whole_names_are_replaced(book):
    text = "a/someone/some-book someone/some-book-2 x.someone/some-book"
    assert readdress(text, book, "new/name", "main") == text.replace(
        "a/someone/some-book ", "a/new/name "
    )
