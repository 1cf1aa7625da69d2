"""The exercises of the book before the judge: solved, blank, and without set-up."""

import pytest
from nbformat import from_dict

from d2l_check.grading.judge import judge
from d2l_check.grading.original import mark, original
from tools import notebook as nb
from tools.book import ROOT, load

BOOK = load(ROOT)
STEMS = [path.stem for path in BOOK.exercise_paths()]
FRAMEWORKS = {each.folder: each.module for each in BOOK.frameworks}
NOTEBOOKS = ROOT / "notebooks"


def without_setup(notebook):
    """The same notebook without any code cell that a student can delete unnoticed."""
    copy = from_dict(notebook)
    copy.cells = [c for c in notebook.cells if c.cell_type != "code" or mark(c)]
    return copy


@pytest.mark.situation("nbgrader: right answers whose set-up cells were deleted")
@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("key", FRAMEWORKS)
def test_solutions_get_all_points_and_blanks_none(key, stem, shared, tmp_path):
    path = NOTEBOOKS / key / "solutions" / f"{stem}.ipynb"
    blank = nb.read(NOTEBOOKS / key / "exercises" / f"{stem}.ipynb")
    known, solved = original(path), nb.read(path)
    assert known.framework == FRAMEWORKS[key] and known.points > 0
    assert all(test.calls and not test.others for test in known.tests)
    for verdict in judge(known, solved, tmp_path):
        assert verdict.points == verdict.test.points, verdict.text
    for verdict in judge(known, without_setup(solved), tmp_path):
        assert verdict.passed, verdict.text
    for verdict in judge(known, blank, tmp_path):
        assert verdict.points == 0
        assert "is not written yet." in verdict.text
