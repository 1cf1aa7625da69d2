"""Which cells a name needs, found out without running any."""

import pytest

from d2l_check.grading.cells import cell, needed

NOTEBOOK = [
    "import numpy as np\nfrom torch import nn as layers",
    "size = 3",
    "def helper(x):\n    return np.zeros(size) + x",
    "%matplotlib inline\n!pip install x\nprint(answer(3))",
    "%%time\nfor i in range(10**9):\n    slow = answer(i)",
    "def answer(x, hidden=None):\n    size_2 = helper(x)\n    return size_2",
    "np.seterr(all='raise')",
    "table = {}",
    "table['a'] = size",
    "table.update(b=slow)",
    "class Net(layers.Module):\n    def f(self):\n        return [size for _ in self]",
    "def broken(:",
    "size += 1",
]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("answer", [0, 1, 2, 5, 12]),
        ("helper", [0, 1, 2, 12]),
        ("size", [1, 12]),
        ("Net", [0, 1, 10, 12]),
        ("table", [0, 1, 2, 4, 5, 7, 8, 9, 12]),
        ("hidden", []),
        ("size_2", []),
        ("broken", []),
        ("i", [0, 1, 2, 4, 5, 12]),
    ],
)
def test_a_name_needs_what_binds_it_and_what_that_needs(name, places):
    assert needed(list(map(cell, NOTEBOOK)), [name]) == places


def test_an_import_of_everything_may_bind_anything():
    cells = list(map(cell, ["from math import *", "def f():\n    return pi"]))
    assert needed(cells, ["f"]) == [0, 1]


def test_a_global_statement_binds():
    cells = list(map(cell, ["def init():\n    global x\n    x = 1", "init()"]))
    assert needed(cells, ["x"]) == [0]


def test_magics_keep_the_numbers_of_lines():
    assert cell("%%capture\n%time\nx = 1\n  !ls").source == "\nx = 1\n"


@pytest.mark.parametrize(
    "source", ["%%bash\nls", "x = (", "\0", "(" * 10_000, "nonlocal x"], ids=repr
)
def test_what_is_not_python_binds_nothing(source):
    assert not cell(source).binds
