"""What stands in notebooks/ is the record of clean runs, chapters and solutions alike.

nbval passes over a notebook without code or outputs, so that is asserted here.
"""

import pytest

from tools.book import ROOT, load
from tools.edition import Edition, Places
from tools.notebook import execution_defects, read

BOOK = load(ROOT)
EDITIONS = [
    (Edition(framework, kind), path.stem)
    for kind, paths in (
        ("chapter", BOOK.chapter_paths()),
        ("solutions", BOOK.exercise_paths()),
    )
    for path in paths
    for framework in BOOK.frameworks
]
NOTEBOOKS = [Places(BOOK).path(edition, stem) for edition, stem in EDITIONS]


def test_there_is_a_notebook_of_each_kind_and_every_one_is_looked_at():
    assert all(edition.runs for edition, _ in EDITIONS)
    kinds = [edition.kind for edition, _ in EDITIONS]
    assert kinds.count("chapter") >= 42 and kinds.count("solutions") >= 36
    found = set(BOOK.notebooks.rglob("*.ipynb")) - set(NOTEBOOKS)
    assert {p.parent.name for p in found if ".ipynb_ch" not in str(p)} == {"exercises"}


@pytest.mark.situation("nbval: outputs stripped from a notebook of solutions")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=BOOK.relative)
def test_notebook_is_the_record_of_one_clean_run(path):
    assert execution_defects(read(path)) == [], "run `make execute`"
