"""A small book for the tests of the build tools."""

import shutil
from pathlib import Path

import pytest

from tools.book import ROOT, load

FIXTURE = Path(__file__).parent / "fixtures" / "book"


@pytest.fixture
def book(tmp_path):
    """The fixture book in a folder of its own, with the real packages."""
    root = tmp_path / "book"
    shutil.copytree(FIXTURE, root)
    for package in ("d2l_local", "d2l_check"):
        (root / package).symlink_to(ROOT / package)
    return load(root)


@pytest.fixture
def edit(book):
    """A function that replaces text in a source file of the fixture book."""

    def replace(old, new, name="01-sample.md"):
        path = book.source / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
