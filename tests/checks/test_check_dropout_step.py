"""Exercise 8: what the check says to good and to mistaken places for dropout.

The mistakes that the reference plants are tested with those of all checks.
"""

import pytest

from tests.checks.planting import report

LAYER_1 = "H_1 = ops.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)"
LAYER_2 = "H_2 = ops.tanh(dropout(H_1) @ W_xh2 + H_2 @ W_hh2 + b_h2)"
RETURN = "return dropout(H_2) @ W_hq + b_q, H_1, H_2"

GOOD = {
    "names for what is dropped": [
        (LAYER_2, f"D = dropout(H_1)\n    {LAYER_2.replace('dropout(H_1)', 'D')}")
    ],
    "a list": [(RETURN, "return [dropout(H_2) @ W_hq + b_q, H_1, H_2]")],
}
MISTAKES = [
    (
        "not-between-layers and on-the-input",
        [
            (LAYER_1, LAYER_1.replace("X @", "dropout(X) @")),
            (LAYER_2, LAYER_2.replace("dropout(H_1)", "H_1")),
        ],
    ),
    (
        "own-dropout",
        [
            (LAYER_2, LAYER_2.replace("dropout(H_1)", "H_1")),
            (RETURN, RETURN.replace("dropout(H_2)", "(1.5 * H_2)")),
        ],
    ),
    (
        "wrong-dropout",
        [(RETURN, RETURN.replace("dropout(H_2)", "dropout(dropout(H_2))"))],
    ),
    ("wrong-step", [(LAYER_1, LAYER_1.replace(" + b_h1", ""))]),
    ("wrong-structure", [(RETURN, "return dropout(H_2) @ W_hq + b_q, (H_1, H_2)")]),
    ("wrong-structure", [(RETURN, "return dropout(H_2) @ W_hq + b_q")]),
    ("wrong-shape", [(RETURN, "return dropout(H_2), H_1, H_2")]),
    ("nothing-returned", [(RETURN, "pass")]),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_steps_pass(ops, changes):
    found = report(ops, "dropout_step", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "dropout_step", *changes)
    assert found.mistakes[:1] == [mistake], found
