"""Wrong results in words and in a small table."""

import numpy as np
import pytest

from d2l_check import torch as check
from d2l_check.differences import Table, differences, width

RIGHT = np.random.default_rng(1).normal(size=(3, 3))
PATTERNS = {
    "The sign is wrong everywhere.": -RIGHT,
    "Rows and columns are exchanged: this is the transpose.": RIGHT.T,
    "Along axis 0 the order is reversed.": RIGHT[::-1],
    "Along axis 1 the order is reversed.": RIGHT[:, ::-1],
    "Along axis 0 everything stands one place too late.": np.roll(RIGHT, 1, 0),
    "Along axis 1 everything stands one place too early.": np.roll(RIGHT, -1, 1),
    "It is 2.5 times what it should be.": 2.5 * RIGHT,
    "Every number is off by the same amount: +0.5": RIGHT + 0.5,
    "The numbers are right, but they stand in other places.": RIGHT[[1, 0, 2]],
    "All numbers are the same: 7": np.full((3, 3), 7.0),
}


def said(found, right, name="f(...)"):
    return [str(hint) for hint in differences(found, right, name)]


@pytest.mark.situation("checks: what all wrong numbers have in common is said")
@pytest.mark.parametrize("words", PATTERNS)
def test_what_the_numbers_have_in_common_is_said(words):
    assert said(PATTERNS[words], RIGHT)[0] == words


@pytest.mark.situation("checks: a wrong array is a small table, no number is cut")
def test_a_wrong_array_is_shown_as_a_table_of_its_first_wrong_entries():
    found = np.arange(600.0).reshape(20, 30)
    right = found.copy()
    right[3, 4] = 1.23456789
    right[7:, 0] -= 5
    words, table = said(found, right)
    assert words == "Of 600 entries, 14 differ."
    assert table.splitlines() == [
        "f(...)  found  expected",
        "[3, 4]  94     1.235",
        "[7, 0]  210    205",
        "[8, 0]  240    235",
        "[9, 0]  270    265",
    ]


def test_numbers_have_as_many_digits_as_tell_them_apart():
    assert said(1.2345678, 1.2345112) == ["f(...) is 1.23457; it should be 1.23451."]


def test_lists_are_compared_entry_by_entry():
    words, table = said(["a", "b"], ["a", "c", "d"])
    assert words == "f(...) has the length 2; it should be 3."
    assert table.splitlines()[1:] == ["[1]     'b'    'c'"]
    assert said([2, 1, 0], [0, 1, 2])[0] == "The entries stand in the opposite order."


def test_of_several_results_the_wrong_one_is_named():
    hints = said([RIGHT, [RIGHT]], [RIGHT, [RIGHT + 1]])
    assert hints[-1].startswith("f(...)[1][0]  found")


def test_a_table_stands_straight_under_chinese_headings():
    assert width("实际") == 4
    lines = str(Table(("f", "实际", "x"), [("[0]", "1", "2")])).splitlines()
    assert lines == ["f    实际  x", "[0]  1     2"]


@pytest.mark.situation("checks: a wrong shape of several results says which")
def test_a_wrong_shape_of_several_results_says_which():
    def window_weights(d, k):
        return np.zeros((d, k * d)), np.eye(k)

    found = check.window_weights(window_weights)
    assert found.mistakes == ["wrong-shape"]
    assert "window_weights(...)[1] has the shape (3, 3)" in repr(found)


@pytest.mark.situation("checks: one transpose, and eye(k * d, k=1), are recognised")
def test_the_likeliest_mistakes_of_section_3_are_called_by_name():
    import torch

    def column_step(a, x, W_aa, W_ax, b_a):
        return torch.tanh(W_aa.T @ a + W_ax @ x + b_a)

    def window_weights(d, k):
        return np.eye(d, k * d), np.eye(k * d, k=1)

    assert check.column_step(column_step).mistakes == ["columns-one-transposed"]
    assert check.window_weights(window_weights).mistakes == ["window-shifts-by-one"]
