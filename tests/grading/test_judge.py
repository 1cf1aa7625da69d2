"""What the judge says of answers that are right, wrong, or meant to deceive it."""

import pytest

from d2l_check.grading import judge as judging
from d2l_check.grading.judge import judge
from d2l_check.grading.original import original
from d2l_check.grading.remote import Process
from tests.grading.attacks import ATTACKS, TOO_MUCH, cell
from tests.grading.conftest import assignment
from tools import notebook as nb

RIGHT = """
def sliding_windows(series, k):
    X = np.stack([series[i : i + k] for i in range(len(series) - k)])
    return X, series[k:]
"""
BAG = """
def bag_of_words(tokens, words):
    return [tokens.count(word) for word in words]
"""


@pytest.fixture
def plain(monkeypatch):
    """Processes without a framework, which start at once."""
    monkeypatch.setattr(
        judging,
        "Process",
        lambda _framework, *rest: Process("tests.grading.plain", *rest),
    )


@pytest.fixture
def graded(plain, tmp_path):
    """A function that grades answers to checks: their names, and sources for them."""

    def grade(answers, limit=20):
        handed_out = assignment(*answers)
        nb.write(tmp_path / "handed-out.ipynb", handed_out)
        returned = nb.read(tmp_path / "handed-out.ipynb")
        for each in returned.cells:
            name = each.metadata.get("nbgrader", {}).get("grade_id", "")
            if name.startswith("answer-"):
                each.source = answers[name.removeprefix("answer-")]
        known = original(tmp_path / "handed-out.ipynb")
        return judge(known, returned, tmp_path, limit)

    return grade


def test_right_answers_pass(graded):
    verdicts = graded({"sliding_windows": RIGHT, "bag_of_words": BAG})
    assert [verdict.points for verdict in verdicts] == [2, 2]
    assert "all 3 correct" in verdicts[0].text


@pytest.mark.situation("exercises: no attack from an answer cell gets points")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_no_points(graded, name, tmp_path):
    (tmp_path / "numpy.py").write_text("from os import *\nanswer = 3\n")
    (tmp_path / "d2l_check.py").write_text("torch = 3\n")
    (verdict,) = graded({"sliding_windows": cell(ATTACKS[name])})
    assert not verdict.passed and verdict.points == 0
    assert "✗" in verdict.text


@pytest.mark.situation("exercises: an answer that is too much costs its own points")
@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_costs_the_points_of_its_own_check(graded, name):
    bad = f"def sliding_windows(series, k):\n    {TOO_MUCH[name]}\n"
    first, second = graded({"sliding_windows": bad, "bag_of_words": BAG}, limit=3)
    assert not first.passed
    assert second.passed, second.text
    assert len(first.text) < 5000
