"""Exercise 2: what the check says to good and to mistaken GRU cells."""

import pytest

from tests.checks.planting import report

UNPACK = "W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = params"
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
        "gates-swapped",
        [(CANDIDATE, CANDIDATE.replace("R", "Z")), (RETURN, RETURN.replace("Z", "R"))],
    ),
    (
        "gates-swapped",
        [(UNPACK, "W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h = params")],
    ),
    ("update-turned-round", [(RETURN, "return (1 - Z) * H + Z * H_tilde")]),
    (
        "reset-after-product",
        [(CANDIDATE, CANDIDATE.replace("(R * H) @ W_hh", "R * (H @ W_hh)"))],
    ),
    (
        "reset-after-product",
        [
            (
                CANDIDATE,
                CANDIDATE.replace("(R * H) @ W_hh + b_h", "R * (H @ W_hh + b_h)"),
            )
        ],
    ),
    (
        "reset-on-the-sum",
        [(CANDIDATE, "H_tilde = ops.tanh(R * (X @ W_xh + H @ W_hh + b_h))")],
    ),
    ("no-reset", [(CANDIDATE, CANDIDATE.replace("(R * H)", "H"))]),
    ("gate-not-sigmoid", [(RESET, RESET.replace("sigmoid", "tanh"))]),
    ("gate-not-sigmoid", [(UPDATE, UPDATE.replace("sigmoid", "tanh"))]),
    ("gate-not-sigmoid", [(UPDATE, UPDATE.replace("ops.sigmoid", ""))]),
    ("candidate-not-tanh", [(CANDIDATE, CANDIDATE.replace("tanh", "sigmoid"))]),
    ("candidate-not-tanh", [(CANDIDATE, CANDIDATE.replace("tanh", "relu"))]),
    (
        "sigmoid-and-tanh-swapped",
        [
            (RESET, RESET.replace("sigmoid", "tanh")),
            (UPDATE, UPDATE.replace("sigmoid", "tanh")),
            (CANDIDATE, CANDIDATE.replace("tanh", "sigmoid")),
        ],
    ),
    ("mixed-wrongly", [(RETURN, "return Z * H + Z * H_tilde")]),
    ("mixed-wrongly", [(RETURN, "return Z * H + H_tilde")]),
    ("mixed-wrongly", [(RETURN, "return (1 - Z) * H_tilde")]),
    ("mixed-wrongly", [(RETURN, "return H_tilde")]),
    ("bias-forgotten", [(RESET, RESET.replace(" + b_r", ""))]),
    ("bias-forgotten", [(CANDIDATE, CANDIDATE.replace(" + b_h", ""))]),
    ("weights-of-other-gate", [(UPDATE, UPDATE.replace("W_hz", "W_hr"))]),
    ("weights-of-other-gate", [(RESET, RESET.replace("W_xr", "W_xz"))]),
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
