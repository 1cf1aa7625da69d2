"""Exercise 2: what the check says to good and to mistaken GRU cells.

The mistakes that the reference plants are tested with those of all checks.
"""

import pytest

from tests.checks.planting import report

RESET = "R = ops.sigmoid(X @ W_xr + H @ W_hr + b_r)"
UPDATE = "Z = ops.sigmoid(X @ W_xz + H @ W_hz + b_z)"
CANDIDATE = "H_tilde = ops.tanh(X @ W_xh + (R * H) @ W_hh + b_h)"
RETURN = "return Z * H + (1 - Z) * H_tilde"

GOOD = {
    "the other way of writing the mix": [
        (RETURN, "return H_tilde + Z * (H - H_tilde)")
    ],
    "sigmoid by tanh": [
        (UPDATE, "Z = 0.5 + 0.5 * ops.tanh((X @ W_xz + H @ W_hz + b_z) / 2)")
    ],
    "the products joined": [
        (RESET, "R = ops.sigmoid(ops.cat([X, H], 1) @ ops.cat([W_xr, W_hr]) + b_r)")
    ],
}
MISTAKES = [
    (
        "update-turned-round and no-reset",
        [
            (RETURN, "return (1 - Z) * H + Z * H_tilde"),
            (CANDIDATE, CANDIDATE.replace("(R * H)", "H")),
        ],
    ),
    ("wrong-state", [(RETURN, "return Z * H * H + (1 - Z) * H_tilde")]),
    (
        "overflow",
        [
            (UPDATE, "Z = 1 - 1 / (1 + ops.exp(X @ W_xz + H @ W_hz + b_z))"),
            (RESET, "e = ops.exp(X @ W_xr + H @ W_hr + b_r)\n    R = e / (1 + e)"),
        ],
    ),
    (
        "gradient-lost",
        [(CANDIDATE, CANDIDATE.replace("(R * H)", "ops.detached(R * H)"))],
    ),
    ("wrong-shape", [(RETURN, "return (Z * H + (1 - Z) * H_tilde)[0]")]),
    ("not-a-tensor", [(RETURN, f"{RETURN},")]),
    ("not-a-tensor", [(RETURN, "return ops.array(Z * H + (1 - Z) * H_tilde)")]),
    ("nothing-returned", [(RETURN, RETURN.removeprefix("return "))]),
    ("not-finite", [(RETURN, "return H / (H - H)")]),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_cells_pass(ops, changes):
    found = report(ops, "gru_cell", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "gru_cell", *changes)
    assert found.mistakes[:1] == [mistake], found
