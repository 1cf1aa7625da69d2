"""Exercise 7: what the check says to good and to mistaken ways of clipping."""

import pytest

from tests.checks.planting import report

NORM = "norm = ops.number(sum(ops.total(g**2) for g in grads)) ** 0.5"
FACTOR = "factor = theta / norm if norm > theta else 1.0"
RETURN = "return [g * factor for g in grads]"
ALL = f"{NORM}\n    {FACTOR}\n    {RETURN}"
EACH = "ops.number(ops.total(g**2)) ** 0.5"

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
        "each-by-itself",
        [(ALL, f"return [g * min(1.0, theta / ({EACH} + 1e-9)) for g in grads]")],
    ),
    (
        "element-by-element",
        [(ALL, "return [ops.clamp(g, -theta, theta) for g in grads]")],
    ),
    ("always-scaled", [(FACTOR, "factor = theta / norm if norm else 1.0")]),
    ("scaled-when-below", [(FACTOR, "factor = max(1.0, theta / norm)")]),
    ("never-scaled", [(RETURN, "return list(grads)")]),
    ("root-forgotten", [(NORM, NORM.removesuffix(" ** 0.5"))]),
    (
        "mean-not-sum",
        [
            (
                NORM,
                "norm = ops.number(sum(ops.total(g**2) for g in grads))\n"
                "    norm = (norm / len(grads)) ** 0.5",
            )
        ],
    ),
    ("sum-of-norms", [(NORM, f"norm = sum({EACH} for g in grads)")]),
    ("mean-not-sum", [(NORM, f"norm = sum({EACH} for g in grads) / len(grads)")]),
    (
        "other-norm",
        [(NORM, "norm = max(ops.number(abs(g).max()) for g in map(ops.array, grads))")],
    ),
    (
        "factor-turned-round",
        [(FACTOR, "factor = norm / theta if norm > theta else 1.0")],
    ),
    ("factor-without-theta", [(FACTOR, "factor = 1 / norm if norm > theta else 1.0")]),
    ("factor-without-norm", [(FACTOR, "factor = theta if norm > theta else 1.0")]),
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
