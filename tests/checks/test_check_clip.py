"""Exercise 7: what the check says to good and to mistaken ways of clipping.

The mistakes that the reference plants are tested with those of all checks.
"""

import pytest

from tests.checks.planting import report

NORM = "norm = ops.number(sum(ops.total(g**2) for g in grads)) ** 0.5"
FACTOR = "factor = theta / norm if norm > theta else 1.0"
RETURN = "return [g * factor for g in grads]"

GOOD = {
    "min": [(FACTOR, "factor = min(1.0, theta / norm) if norm else 1.0")],
    "a small number in the denominator": [
        (FACTOR, "factor = min(1.0, theta / (norm + 1e-6))")
    ],
    "a tuple": [(RETURN, "return tuple(g * factor for g in grads)")],
    "the given ones where they are short enough": [
        (RETURN, f"if norm <= theta:\n        return list(grads)\n    {RETURN}")
    ],
}
MISTAKES = [
    (
        "wrong-above",
        [(FACTOR, "factor = (theta / norm) ** 3 if norm > theta else 1.0")],
    ),
    ("changed-below", [(FACTOR, "factor = theta / norm if norm > theta else 1.01")]),
    ("zero-fails", [(FACTOR, "factor = min(1.0, theta / norm)")]),
    (
        "zero-fails",
        [
            (
                FACTOR,
                "norm = ops.tensor(norm)\n"
                "    factor = ops.number(min(1, theta / norm) * norm / norm)",
            )
        ],
    ),
    (
        "zero-changed",
        [(RETURN, "return [g * factor if norm else g + 1 for g in grads]")],
    ),
    (
        "infinite-fails",
        [
            (
                FACTOR,
                "factor = 1 - max(0, norm - theta) / norm if norm else 1.0\n"
                "    factor = factor + theta * 0",
            )
        ],
    ),
    ("nothing-returned", [(RETURN, RETURN.removeprefix("return "))]),
    ("not-a-list", [(RETURN, "return (g * factor for g in grads)")]),
    ("not-a-list", [(RETURN, "return grads[0] * factor")]),
    ("wrong-number", [(RETURN, "return [g * factor for g in grads[1:]]")]),
    ("wrong-shape", [(RETURN, "return [ops.flat(g * factor) for g in grads]")]),
    ("not-a-tensor", [(RETURN, "return [ops.array(g * factor) for g in grads]")]),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_functions_pass(ops, changes):
    found = report(ops, "clip", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "clip", *changes)
    assert found.mistakes[:1] == [mistake], found


@pytest.mark.parametrize(
    "ops, in_place",
    [("torch", "g.mul_(factor)"), ("mxnet", "g *= factor")],
    indirect=["ops"],
)
def test_overwriting_the_given_gradients_is_noticed(ops, in_place):
    change = (RETURN, f"for g in grads:\n        {in_place}\n    return grads")
    assert report(ops, "clip", change).mistakes == ["changed-in-place"]
