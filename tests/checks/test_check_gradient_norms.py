"""Exercise 5: what the check says to good and to mistaken norms of gradients.

Of the mistakes that the reference plants, those of other routes and losses are here,
since there autograd is what goes wrong; all are tested with those of all checks.
"""

import inspect

import pytest

from tests.checks import learners
from tests.checks.planting import checked, report

LAYER_1 = "H_1 = ops.tanh(inputs[t] @ W_xh1 + H_1 @ W_hh1 + b_h1) + probes[t]"
LAYER_2 = "H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2) + probes[T + t]"
START = "H_1 = H_2 = ops.zeros((n, h))"
LOSS = "return ops.total(H_2**2) / 2"
NORMS = "norms = ops.np.array([ops.np.sqrt((grad**2).sum()) for grad in grads])"
RETURN = "return norms.reshape(2, T)"
PROBES = "grads = ops.gradients(loss, [ops.zeros((n, h)) for _ in range(2 * T)])"

GOOD = {
    "32 bits": [(RETURN, f"{RETURN}.astype('float32')")],
    "other norm, same number": [
        (NORMS, "norms = ops.np.array([ops.np.linalg.norm(grad) for grad in grads])")
    ],
}
MISTAKES = [
    ("axes-swapped", [(RETURN, f"{RETURN}.T")]),
    ("loss-of-layer-1", [(LOSS, LOSS.replace("H_2", "H_1"))]),
    (
        "loss-of-all-steps",
        [
            (
                LAYER_2,
                f"{LAYER_2}\n"
                "            total = (total if t else 0) + ops.total(H_2**2) / 2",
            ),
            (LOSS, "return total"),
        ],
    ),
    ("loss-is-a-sum", [(LOSS, "return ops.total(H_2)")]),
    ("direct-route-only", [(LAYER_1, LAYER_1.replace("H_1 @", "ops.detached(H_1) @"))]),
    (
        "direct-route-only",
        [
            (
                LAYER_2,
                LAYER_2.replace(
                    "H_1 @", "(H_1 if t == T - 1 else ops.detached(H_1)) @"
                ),
            )
        ],
    ),
    (
        "no-route-up",
        [
            (LAYER_1, LAYER_1.replace(" + probes[t]", "")),
            (LAYER_2, f"{LAYER_2}\n            H_1 = H_1 + probes[t]"),
        ],
    ),
    (
        "history-cut",
        [
            (
                LAYER_1,
                "H_1, H_2 = ops.detached(H_1), ops.detached(H_2)\n"
                f"            {LAYER_1}",
            )
        ],
    ),
    (
        "before-tanh",
        [
            (LAYER_1, LAYER_1.replace(") + probes[t]", " + probes[t])")),
            (LAYER_2, LAYER_2.replace(") + probes[T + t]", " + probes[T + t])")),
        ],
    ),
    (
        "step-too-early",
        [
            (START, "H_1, H_2 = probes[0] * 1, probes[T] * 1"),
            (
                LAYER_1,
                LAYER_1.replace("probes[t]", "(probes[t + 1] if t + 1 < T else 0)"),
            ),
            (
                LAYER_2,
                LAYER_2.replace(
                    "probes[T + t]", "(probes[T + t + 1] if t + 1 < T else 0)"
                ),
            ),
        ],
    ),
    (
        "gradient-of-weights",
        [
            (
                LAYER_1,
                "H_1 = ops.tanh(inputs[t] @ W_xh1 + H_1 @ (W_hh1 + probes[t]) + b_h1)",
            ),
            (
                LAYER_2,
                "H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ (W_hh2 + probes[T + t]) + b_h2)",
            ),
            (PROBES, PROBES.replace("(n, h)", "(h, h)")),
        ],
    ),
    (
        "gradient-of-weights",
        [
            (
                LAYER_1,
                "H_1 = ops.tanh(inputs[t] @ W_xh1 + H_1 @ (W_hh1 + probes[0]) + b_h1)",
            ),
            (LAYER_2, "H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ (W_hh2 + probes[T]) + b_h2)"),
            (
                PROBES,
                PROBES.replace("(n, h)", "(h, h)")
                + "\n    grads = T * [grads[0]] + T * [grads[T]]",
            ),
        ],
    ),
    ("gradient-of-weights", [(RETURN, "return norms.reshape(2, T)[:, 0]")]),
    (
        "layers-swapped and squared",
        [(NORMS, NORMS.replace("ops.np.sqrt(", "(")), (RETURN, f"{RETURN}[::-1]")],
    ),
    ("wrong-norms-of-layer-2", [(RETURN, "return norms.reshape(2, T) ** 3")]),
    ("wrong-norms-of-layer-1", [(RETURN, "return norms.reshape(2, T) * [[3], [1]]")]),
    ("wrong-single-step", [(RETURN, "return norms.reshape(2, T) * (1 + (T == 1))")]),
    ("not-numpy", [(RETURN, "return ops.tensor(norms.reshape(2, T))")]),
    ("not-numpy", [(RETURN, "return norms.reshape(2, T).tolist()")]),
    ("not-numpy", [(RETURN, "return norms.reshape(2, T).astype(object)")]),
    ("wrong-norm-shape", [(RETURN, "return norms")]),
    ("nothing-returned", [(RETURN, RETURN.removeprefix("return "))]),
    ("not-finite", [(RETURN, "return norms.reshape(2, T) * float('nan')")]),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_norms_pass(ops, changes):
    found = report(ops, "gradient_norms", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "gradient_norms", *changes)
    assert found.mistakes[:1] == [mistake], found


def test_a_function_must_not_count_on_parameters_that_ask_for_gradients(ops):
    """They ask for none in the experiment, where such a function would stop."""
    source = inspect.getsource(learners.gradient_norms)
    first = "    T, n, _ = inputs.shape\n"
    assert first in source
    watched = source.replace(first, f"{first}    assert not any(map(asks, params))\n")
    found = checked(ops, "gradient_norms", watched, asks=collects)
    assert found.passed, found


def collects(tensor):
    """Whether gradients with respect to a tensor are collected without being asked."""
    asked = getattr(tensor, "requires_grad", False)  # PyTorch
    variable = hasattr(tensor, "assign")  # TensorFlow
    attached = getattr(tensor, "grad", None) is not None  # MXNet
    return asked or variable or attached
