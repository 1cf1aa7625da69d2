"""Exercise 3: what the check says to good and to mistaken perplexities."""

import pytest

from tests.checks.planting import report

START = "state, total, count = None, 0.0, 0"
BEGIN = "if state is None:\n            state = ops.begin_state(net, n)"
LABELS = "labels = ops.flat(ops.transposed(Y))"
TOTAL = "total += ops.number(ops.total(losses))"
COUNT = "count += n * T"
RETURN = "return math.exp(total / count)"
LOSSES = "losses = ops.losses(outputs, labels)"
MEAN = "ops.number(ops.total(losses)) / (n * T)"

GOOD = {
    "means weighted with their numbers": [(TOTAL, f"total += {MEAN} * n * T")],
    "a NumPy number": [(RETURN, "return ops.np.exp(total / count)")],
    "all losses kept": [
        (TOTAL, "kept = [losses] if not count else [*kept, losses]"),
        (RETURN, "return math.exp(ops.number(ops.total(ops.cat(kept))) / count)"),
    ],
    "logarithms and powers of two": [
        (RETURN, "return 2 ** (total / count / math.log(2))")
    ],
}
MISTAKES = [
    (
        "mean-of-perplexities",
        [
            (TOTAL, f"total += math.exp({MEAN})"),
            (COUNT, "count += 1"),
            (RETURN, "return total / count"),
        ],
    ),
    ("mean-of-batch-means", [(TOTAL, f"total += {MEAN}"), (COUNT, "count += 1")]),
    ("state-not-carried", [(BEGIN, "state = ops.begin_state(net, n)")]),
    ("axes-swapped", [(LABELS, "labels = ops.flat(Y)")]),
    ("loss-returned", [(RETURN, "return total / count")]),
    ("base-2", [(RETURN, "return 2 ** (total / count)")]),
    ("base-2", [(RETURN, "return math.exp(total / count / math.log(2))")]),
    ("sum-not-mean", [(RETURN, "return math.exp(total)")]),
    ("sign", [(RETURN, "return math.exp(-total / count)")]),
    ("divided-by-steps", [(COUNT, "count += T")]),
    ("divided-by-sequences", [(COUNT, "count += n")]),
    ("divided-by-batches", [(COUNT, "count += 1")]),
    ("inputs-as-labels", [(LABELS, "labels = ops.flat(ops.transposed(X))")]),
    ("sum-of-batch-means", [(TOTAL, f"total += {MEAN}"), (COUNT, "count = 1")]),
    ("last-batch-only", [(TOTAL, TOTAL.replace("+=", "=")), (COUNT, "count = n * T")]),
    ("first-batch-only", [(COUNT, f"{COUNT}\n        break")]),
    (
        "loss-returned and state-not-carried",
        [(RETURN, "return total / count"), (BEGIN, "state = ops.begin_state(net, n)")],
    ),
    ("wrong-perplexity", [(RETURN, "return math.exp(total / count) ** 2")]),
    ("wrong-over-batches", [(COUNT, f"{COUNT} if count == 0 else 1")]),
    ("tensor-returned", [(RETURN, "return ops.exp(ops.tensor(total / count))")]),
    ("not-a-number", [(RETURN, "return [math.exp(total / count)]")]),
    ("nothing-returned", [(RETURN, RETURN.removeprefix("return "))]),
    ("not-finite", [(RETURN, "return float('nan')")]),
    (
        "params-changed",
        [
            (RETURN, f"ops.learn(net, ops.total(losses))\n    {RETURN}"),
            ("ops.no_gradient()", "ops.gradient()"),
        ],
    ),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_functions_pass(ops, changes):
    found = report(ops, "held_out_perplexity", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "held_out_perplexity", *changes)
    assert found.mistakes[:1] == [mistake], found


@pytest.mark.parametrize("ops", ["torch", "mxnet"], indirect=True)
def test_a_history_that_grows_is_noticed(ops):
    found = report(ops, "held_out_perplexity", ("ops.no_gradient()", "ops.gradient()"))
    assert found.mistakes == ["gradient-computed"]
