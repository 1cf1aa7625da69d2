"""Exercise 6: what the check says to good and to mistaken ways of detaching."""

import pytest

from tests.checks.planting import report

NESTED = "return type(state)(detach(part) for part in state)"
ONE = "return ops.detached(state)"
BOTH = f"if isinstance(state, list | tuple):\n        {NESTED}\n    {ONE}"

GOOD = {
    "always a list": [(NESTED, "return [detach(part) for part in state]")],
    "always a tuple": [(NESTED, "return tuple(map(detach, state))")],
    "a copy": [(ONE, "return ops.detached(state) * 1")],
}
MISTAKES = [
    ("not-detached", [(ONE, "return state")]),
    ("not-detached", [(ONE, "return state * 1")]),
    ("value-lost", [(ONE, "return ops.zeros(state.shape)")]),
    ("value-changed", [(ONE, "return ops.detached(state) * 2")]),
    ("structure-lost", [(NESTED, "return detach(state[0])")]),
    ("structure-lost", [(NESTED, "return detach(ops.stack(state, 0))")]),
    (
        "structure-lost",
        [(BOTH, "return [ops.detached(part) for part in ops.steps(state)]")],
    ),
    (
        "partly-detached",
        [(NESTED, "return type(state)([detach(state[0]), *state[1:]])")],
    ),
    ("structure-refused", [(BOTH, ONE)]),
    (
        "structure-refused",
        [(NESTED, "return type(state)(ops.detached(part) for part in state)")],
    ),
    ("shape-changed", [(ONE, "return ops.detached(state)[0]")]),
    ("not-a-tensor", [(ONE, "return ops.array(ops.detached(state))")]),
    ("nothing-returned", [(ONE, "ops.detached(state)")]),
    (
        "nothing-returned",
        [(NESTED, NESTED.removeprefix("return ")), (ONE, f"else:\n        {ONE}")],
    ),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_functions_pass(ops, changes):
    found = report(ops, "detach", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    if ops.name == "tensorflow":  # it makes one tensor of a list, and says nothing
        mistake = mistake.replace("structure-refused", "structure-lost")
    found = report(ops, "detach", *changes)
    assert found.mistakes[:1] == [mistake], found


@pytest.mark.parametrize("ops", ["torch"], indirect=True)
def test_cutting_the_given_state_is_noticed(ops):
    found = report(ops, "detach", (ONE, "return state.detach_()"))
    assert found.mistakes == ["cut-in-place"]


@pytest.mark.parametrize("ops", ["torch"], indirect=True)
def test_overwriting_the_given_state_is_noticed(ops):
    new = "new = state.detach().clone()\n    state.data.zero_()\n    return new"
    assert report(ops, "detach", (ONE, new)).mistakes == ["changed-in-place"]


@pytest.mark.parametrize("ops", ["tensorflow"], indirect=True)
def test_numbers_taken_out_of_a_graph_are_noticed(ops):
    found = report(ops, "detach", (ONE, "return ops.tensor(state.numpy())"))
    assert found.mistakes == ["not-compilable"]
