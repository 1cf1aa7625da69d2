"""Exercise 1: what the check says to good and to mistaken two-layer networks."""

import pytest

from tests.checks.planting import report

LOOP = "for X in ops.steps(inputs):"
LAYER_1 = "H_1 = ops.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)"
LAYER_2 = "H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2)"
BOTH = f"{LAYER_1}\n        {LAYER_2}"
OUTPUT = "outputs.append(H_2 @ W_hq + b_q)"
RETURN = "return ops.cat(outputs), (H_1, H_2)"
UNPACK = "W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = params"
START = "H_1, H_2 = state"
PARAMS = "return [ops.parameter(param) for param in params]"
ZEROS = "return (ops.zeros(shape, *device), ops.zeros(shape, *device))"
SHAPES = "shapes = [(q, h), (h, h), (h,), (h, h), (h, h), (h,), (h, q), (q,)]"

GOOD = {
    "the state as a list": [(RETURN, "return ops.cat(outputs), [H_1, H_2]")],
    "zeros as a list": [(ZEROS, f"return list({ZEROS.removeprefix('return ')})")],
    "parameters as a tuple": [(PARAMS, "return tuple(map(ops.parameter, params))")],
    "one layer after the other": [
        (
            f"    {LOOP}\n        {BOTH}\n        {OUTPUT}\n",
            "    below, above = [], []\n"
            f"    {LOOP}\n        {LAYER_1}\n        below.append(H_1)\n"
            f"    for H_1 in below:\n        {LAYER_2}\n        above.append(H_2)\n"
            "    outputs = [H_2 @ W_hq + b_q for H_2 in above]\n",
        )
    ],
    "stacked and reshaped": [
        (
            "ops.cat(outputs)",
            "ops.reshape(ops.stack(outputs, 0), (-1, b_q.shape[0]))",
        )
    ],
    "the output once for all": [
        (OUTPUT, "outputs.append(H_2)"),
        ("ops.cat(outputs)", "ops.cat(outputs) @ W_hq + b_q"),
    ],
    "counted steps": [
        (LOOP, "for t in range(inputs.shape[0]):\n        X = inputs[t]")
    ],
}
MISTAKES = [
    # the network
    ("state-not-carried", [(BOTH, f"H_1, H_2 = state\n        {BOTH}")]),
    (
        "state-not-carried",
        [
            (LAYER_1, LAYER_1.replace("H_1 @", "state[0] @")),
            (LAYER_2, LAYER_2.replace("H_2 @", "state[1] @")),
        ],
    ),
    ("one-state-not-carried", [(LAYER_2, LAYER_2.replace("H_2 @", "state[1] @"))]),
    ("one-state-not-carried", [(LAYER_1, LAYER_1.replace("H_1 @", "state[0] @"))]),
    ("input-to-both-layers", [(LAYER_2, LAYER_2.replace("H_1 @", "X @"))]),
    ("layer-2-a-step-late", [(BOTH, f"{LAYER_2}\n        {LAYER_1}")]),
    ("axes-swapped-in-loop", [(LOOP, LOOP.replace("inputs", "TURNED"))]),
    ("rows-by-sequence", [("ops.cat(outputs)", "FLAT")]),
    ("no-tanh-in-layer-2", [(LAYER_2, LAYER_2.replace("ops.tanh", ""))]),
    ("no-tanh-in-layer-1", [(LAYER_1, LAYER_1.replace("ops.tanh", ""))]),
    (
        "no-tanh",
        [
            (LAYER_1, LAYER_1.replace("ops.tanh", "")),
            (LAYER_2, LAYER_2.replace("ops.tanh", "")),
        ],
    ),
    (
        "other-activation",
        [
            (LAYER_1, LAYER_1.replace("tanh", "sigmoid")),
            (LAYER_2, LAYER_2.replace("tanh", "sigmoid")),
        ],
    ),
    ("output-from-layer-1", [(OUTPUT, OUTPUT.replace("H_2", "H_1"))]),
    ("output-activated", [("H_2 @ W_hq + b_q", "ops.softmax(H_2 @ W_hq + b_q)")]),
    ("state-ignored", [(START, "H_1 = H_2 = ops.zeros(state[0].shape)")]),
    ("states-swapped-at-start", [(START, "H_2, H_1 = state")]),
    (
        "backwards",
        [(LOOP, LOOP.replace("ops.steps(inputs)", "ops.steps(inputs)[::-1]"))],
    ),
    ("weights-of-layer-1", [(LAYER_2, LAYER_2.replace("W_hh2", "W_hh1"))]),
    ("weights-of-layer-1", [(LAYER_2, LAYER_2.replace("W_xh2", "W_xh1"))]),
    ("weights-mixed-up", [(UNPACK, UNPACK.replace("W_xh2, W_hh2", "W_hh2, W_xh2"))]),
    ("weights-mixed-up", [(UNPACK, UNPACK.replace("W_xh1, W_hh1", "W_hh1, W_xh1"))]),
    ("weights-unused", [(LAYER_2, LAYER_2.replace("H_2 @ W_hh2", "0"))]),
    ("bias-forgotten", [(OUTPUT, OUTPUT.replace(" + b_q", ""))]),
    ("bias-forgotten", [(LAYER_1, LAYER_1.replace(" + b_h1", ""))]),
    (
        "state-not-carried and output-from-layer-1",
        [
            (BOTH, f"H_1, H_2 = state\n        {BOTH}"),
            (OUTPUT, OUTPUT.replace("H_2", "H_1")),
        ],
    ),
    ("wrong-first-step", [(OUTPUT, OUTPUT.replace("H_2", "(H_1 * H_2)"))]),
    ("wrong-later-step", [(OUTPUT, f"{OUTPUT}\n        H_1 = 0.5 * H_1")]),
    # what the network returns
    ("initial-state-returned", [(RETURN, "return ops.cat(outputs), state")]),
    ("states-swapped", [(RETURN, "return ops.cat(outputs), (H_2, H_1)")]),
    ("one-state-twice", [(RETURN, "return ops.cat(outputs), (H_2, H_2)")]),
    ("one-state-twice", [(RETURN, "return ops.cat(outputs), (H_1, H_1)")]),
    ("wrong-states", [(RETURN, "return ops.cat(outputs), (2 * H_1, H_2)")]),
    ("outputs-not-joined", [(RETURN, "return outputs, (H_1, H_2)")]),
    ("outputs-not-joined", [(RETURN, "return ops.stack(outputs, 0), (H_1, H_2)")]),
    ("last-output-only", [(RETURN, "return outputs[-1], (H_1, H_2)")]),
    ("wrong-structure", [(RETURN, "return ops.cat(outputs)")]),
    ("wrong-structure", [(RETURN, "return ops.cat(outputs), H_1, H_2")]),
    ("wrong-structure", [(RETURN, "return ops.cat(outputs), H_2")]),
    ("nothing-returned", [(RETURN, "ops.cat(outputs), (H_1, H_2)")]),
    ("nothing-returned", [(RETURN, "return ops.cat(outputs), (None, H_2)")]),
    ("not-a-tensor", [(RETURN, "return ops.array(ops.cat(outputs)), (H_1, H_2)")]),
    ("wrong-shape", [(RETURN, "return ops.cat(outputs[1:]), (H_1, H_2)")]),
    ("wrong-shape", [(RETURN, "return ops.cat(outputs), (H_1, X)")]),
    ("not-finite", [(OUTPUT, OUTPUT.replace("b_q", "float('nan')"))]),
    (
        "not-floating",
        [
            (
                ZEROS,
                "zeros = ops.zeros(shape, *device)\n"
                "    return ops.whole(zeros), ops.whole(zeros)",
            )
        ],
    ),
    (
        "exception",
        [
            (
                ZEROS,
                "zeros = ops.zeros(shape, *device)\n"
                "    return ops.double(zeros), ops.double(zeros)",
            )
        ],
    ),
    ("gradient-lost", [(LAYER_2, LAYER_2.replace("H_1 @", "ops.detached(H_1) @"))]),
    # parameters and state
    ("wrong-number-of-params", [(SHAPES, SHAPES.replace(", (q,)", ""))]),
    ("wrong-number-of-params", [(PARAMS, "return ops.parameter(params[0])")]),
    ("nothing-returned", [(PARAMS, PARAMS.removeprefix("return "))]),
    ("wrong-shape", [(SHAPES, SHAPES.replace("(h,), (h, h)", "(h,), (q, h)"))]),
    ("weights-zero", [("ops.normal(shape, *device)", "ops.zeros(shape, *device)")]),
    (
        "weights-shared",
        [(PARAMS, f"params[3:6] = [params[1], *params[1:3]]\n    {PARAMS}")],
    ),
    ("state-not-zero", [(ZEROS, ZEROS.replace("ops.zeros", "ops.normal", 1))]),
    ("wrong-structure", [(ZEROS, "return ops.zeros(shape, *device)")]),
    ("wrong-shape", [("shape = (batch_size, ", "shape = (num_hiddens, ")]),
]


def turned(ops, changes):
    """Fills in what is written differently in each framework."""
    inner = "ops.transposed(inputs, (1, 0, 2))"
    flat = "ops.reshape(ops.stack(outputs, 1), (-1, b_q.shape[0]))"
    return [
        (old, new.replace("TURNED", inner).replace("FLAT", flat))
        for old, new in changes
    ]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_networks_pass(ops, changes):
    found = report(ops, "deep_rnn", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "deep_rnn", *turned(ops, changes))
    assert found.mistakes[:1] == [mistake], found


@pytest.mark.parametrize("ops", ["torch", "mxnet"], indirect=True)
def test_parameters_must_lie_on_the_given_device(ops):
    found = report(ops, "deep_rnn", ("ops.normal(shape, *device)", "ops.normal(shape)"))
    assert found.mistakes == ["device-ignored"]


def test_parameters_must_be_ready_for_gradients(ops):
    found = report(ops, "deep_rnn", (PARAMS, "return params"))
    assert found.mistakes == ["no-gradient"]


@pytest.mark.parametrize("ops", ["torch"], indirect=True)
def test_what_is_computed_from_a_parameter_is_none(ops):
    found = report(
        ops, "deep_rnn", ("ops.parameter(param)", "ops.parameter(param) * 1")
    )
    assert found.mistakes == ["not-a-leaf"]


@pytest.mark.parametrize("ops", ["tensorflow"], indirect=True)
def test_a_loop_that_no_graph_can_hold_is_noticed(ops):
    found = report(ops, "deep_rnn", (LOOP, "for X in inputs:"))
    assert found.mistakes == ["not-compilable"]


@pytest.mark.parametrize("ops", ["torch", "mxnet"], indirect=True)
def test_overwriting_the_given_state_is_noticed(ops):
    change = (LAYER_1, LAYER_1.replace("H_1 =", "H_1[:] =", 1))
    assert "changed-in-place" in report(ops, "deep_rnn", change).mistakes


def test_each_function_is_checked_even_if_another_is_not_written(ops):
    stub = "raise NotImplementedError()"
    found = report(ops, "deep_rnn", (ZEROS, stub), (PARAMS, stub))
    assert found.mistakes == ["not-written", "not-written"]
    assert found.findings[3].passed and found.findings[5].passed
    found = report(ops, "deep_rnn", (START, stub))
    assert found.mistakes == ["not-written"]
    assert [f.passed for f in found.findings[:5]] == [True, True, True, False, None]


@pytest.mark.parametrize("ops", ["torch"], indirect=True)
def test_a_gradient_that_cannot_be_computed_is_noticed(ops):
    change = (
        OUTPUT,
        f"{OUTPUT}\n        H_2.mul_(1)",
    )
    found = report(ops, "deep_rnn", change)
    assert found.mistakes == ["gradient-fails"]
