"""The table of the notebooks in README.md."""

import pytest

from tools import contents
from tools.book import BookError, Language

MARKS = f"# Title\n\n{contents.BEGIN}\nold\n{contents.END}\n\nafter\n"


@pytest.fixture
def readme(book):
    path = book.root / contents.PAGE
    path.write_text(MARKS)
    return path


def test_every_notebook_is_linked_by_kind_and_framework(book, readme):
    contents.update_readme(book)
    text = readme.read_text()
    assert text.startswith("# Title\n") and text.endswith(f"{contents.END}\n\nafter\n")
    assert "| | PyTorch | MXNet |" in text
    row = next(line for line in text.splitlines() if "1. A Sample" in line)
    for kind in ("exercises/", "solutions/", ""):
        assert f"(notebooks/mxnet/{kind}01-sample.ipynb)" in row
    assert "old" not in text


def test_a_chapter_without_exercises_links_to_none(book, readme):
    contents.update_readme(book)
    row = next(line for line in readme.read_text().splitlines() if "02-next" in line)
    assert "exercises" not in row


def test_a_language_lists_what_it_has(book, readme, monkeypatch):
    made = book.languages or (Language("ko", "한국어"),)
    object.__setattr__(book, "languages", made)
    contents.update_readme(book)
    assert f"{made[0].name}:" not in readme.read_text()  # nothing is translated yet


def test_stale_until_written(book, readme):
    assert contents.readme_problems(book) == ["stale: README.md; run `make build`"]
    contents.update_readme(book)
    assert contents.readme_problems(book) == []


def test_a_page_without_marks_is_refused_and_kept(book, readme):
    readme.write_text("nothing here")
    with pytest.raises(BookError, match="contents:begin"):
        contents.update_readme(book)
    assert readme.read_text() == "nothing here"


def test_no_page_is_no_fault(book):
    assert contents.readme_problems(book) == []
