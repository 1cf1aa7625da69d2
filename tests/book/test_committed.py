"""What stands in notebooks/ is the record of clean runs.

nbval passes over a notebook without code or outputs, so that is asserted here.
"""

import pytest

from tools.book import ROOT, load
from tools.notebook import execution_defects, read

BOOK = load(ROOT)
NOTEBOOKS = [
    BOOK.notebook(framework, path.stem)
    for path in BOOK.chapter_paths()
    for framework in BOOK.frameworks
]


def test_there_is_a_notebook():
    assert NOTEBOOKS, "source/ holds no chapter"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=BOOK.relative)
def test_notebook_is_the_record_of_one_clean_run(path):
    assert execution_defects(read(path)) == [], "run `make execute`"
