"""The reference is right: its gradients are the slopes of its own loss."""

import numpy as np
import pytest

from d2l_local.exchange.architecture import Architecture
from tests.helper.reference import biases, layer, lstm, network, training
from tests.helper.reference.loss import cross_entropy
from tests.helper.reference.params import draw_params, draw_state, draw_tokens

q, h, n, T = 5, 3, 2, 4
STEP = 1e-6

CELLS = {
    "rnn-tanh": {"cell": "rnn"},
    "rnn-relu": {"cell": "rnn", "activation": "relu"},
    "gru-before": {"cell": "gru", "reset": "before"},
    "gru-after": {"cell": "gru", "reset": "after"},
    "lstm": {"cell": "lstm"},
}


def make(cell, num_layers=1, bidirectional=False):
    return Architecture(
        vocab_size=q,
        num_hiddens=h,
        num_layers=num_layers,
        bidirectional=bidirectional,
        **CELLS[cell],
    )


def loss_of(model, params, X, Y, state):
    one = biases.added(model, params)
    outputs, _, _ = network.forward(model, one, X, state)
    return cross_entropy(outputs, Y.T.reshape(-1))[0]


def check_slopes(model, params, X, Y, state, rng):
    """Fail unless all derivatives are slopes, each tensor in a direction at random."""
    loss, grads, D_state, _, _ = training.gradients(model, params, X, Y, state)
    assert loss == loss_of(model, params, X, Y, state)
    assert set(grads) == set(params)
    by_params = slopes(lambda p: loss_of(model, p, X, Y, state), params, rng)
    for name, (way, slope) in by_params.items():
        assert np.sum(grads[name] * way) == pytest.approx(slope, rel=1e-6, abs=1e-9)
    for block, parts in state.items():
        for i, part in enumerate(parts):

            def loss_from(moved, block=block, i=i):
                there = list(state[block])
                there[i] = moved["part"]
                return loss_of(model, params, X, Y, state | {block: there})

            [(way, slope)] = slopes(loss_from, {"part": part}, rng).values()
            expected = pytest.approx(slope, rel=1e-6, abs=1e-9)
            assert np.sum(D_state[block][i] * way) == expected


def slopes(function, arrays, rng):
    """For each array the slope of `function(arrays)` in a random direction of it."""
    found = {}
    for name, array in arrays.items():
        way = rng.normal(size=array.shape)
        ahead = function(arrays | {name: array + STEP * way})
        behind = function(arrays | {name: array - STEP * way})
        found[name] = way, (ahead - behind) / (2 * STEP)
    return found


@pytest.mark.parametrize("two_biases", [False, True], ids=["one-bias", "two-biases"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_slopes_of_the_loss(cell, num_layers, bidirectional, two_biases):
    rng = np.random.default_rng(7)
    model = make(cell, num_layers, bidirectional)
    params = draw_params(model, rng)
    if two_biases:
        params = biases.in_two(model, params, rng)
    X, Y = draw_tokens(model, rng, n, T)
    state = draw_state(model, rng, n)
    check_slopes(model, params, X, Y, state, rng)


@pytest.mark.parametrize(
    "cell, lost",
    [("rnn-tanh", "W_xh"), ("gru-before", "W_hr"), ("gru-after", "b_hh")],
)
def test_a_term_that_is_lost_on_the_way_back_is_noticed(cell, lost, monkeypatch):
    rng = np.random.default_rng(7)
    model = make(cell, num_layers=2)
    params = draw_params(model, rng)
    module = layer.CELLS[model.cell]
    right = module.back

    def back(D_state, seen, p, model):
        D_X, D_before, grads = right(D_state, seen, p, model)
        return D_X, D_before, grads | {lost: 0.999 * grads[lost]}

    monkeypatch.setattr(module, "back", back)
    X, Y = draw_tokens(model, rng, n, T)
    with pytest.raises(AssertionError):
        check_slopes(model, params, X, Y, draw_state(model, rng, n), rng)


@pytest.mark.parametrize("part", [0, 1])
def test_a_state_that_is_lost_on_the_way_back_is_noticed(part, monkeypatch):
    rng = np.random.default_rng(7)
    model = make("lstm", num_layers=2)
    params = draw_params(model, rng)
    right = lstm.back

    def back(D_state, seen, p, model):
        D_state = tuple(0.999 * D if i == part else D for i, D in enumerate(D_state))
        return right(D_state, seen, p, model)

    monkeypatch.setattr(lstm, "back", back)
    X, Y = draw_tokens(model, rng, n, T)
    with pytest.raises(AssertionError):
        check_slopes(model, params, X, Y, draw_state(model, rng, n), rng)


@pytest.mark.parametrize("cell", CELLS)
def test_every_element_of_every_gradient_is_a_slope(cell):
    rng = np.random.default_rng(8)
    model = make(cell)
    params = draw_params(model, rng)
    X, Y = draw_tokens(model, rng, n, T)
    _, grads, _, _, _ = training.gradients(model, params, X, Y)
    for name, array in params.items():
        found = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            way = np.zeros_like(array)
            way[place] = STEP
            ahead, behind = (
                loss_of(model, params | {name: moved}, X, Y, None)
                for moved in (array + way, array - way)
            )
            found[place] = (ahead - behind) / (2 * STEP)
        np.testing.assert_allclose(grads[name], found, rtol=1e-5, atol=1e-9)
        assert np.any(found != 0), f"{name} has no part in the loss: it isn't tested"


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_carries_a_sequence_on(cell):
    rng = np.random.default_rng(9)
    model = make(cell, num_layers=2)
    params = draw_params(model, rng)
    X, _ = draw_tokens(model, rng, n, 6)
    whole, last, _ = network.forward(model, params, X)
    first, state, _ = network.forward(model, params, X[:, :4])
    second, state, _ = network.forward(model, params, X[:, 4:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-14)
    for block in model.blocks:
        np.testing.assert_allclose(state[block], last[block], atol=1e-14)


def test_the_two_reset_placements_differ():
    rng = np.random.default_rng(10)
    before, after = make("gru-before"), make("gru-after")
    params = draw_params(before, rng)
    bias = params["layer1.forward.b_h"]
    there = params | {"layer1.forward.b_xh": bias, "layer1.forward.b_hh": 0 * bias}
    X, _ = draw_tokens(before, rng, n, T)
    one, _, _ = network.forward(before, params, X)
    other, _, _ = network.forward(after, there, X)
    assert np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("cell", CELLS)
def test_two_biases_compute_the_same_but_step_further(cell):
    rng = np.random.default_rng(11)
    model = make(cell, num_layers=2)
    params = draw_params(model, rng)
    two = biases.in_two(model, params, rng)
    X, Y = draw_tokens(model, rng, n, T)
    loss, grads, _, outputs, _ = training.gradients(model, params, X, Y)
    loss_2, grads_2, _, outputs_2, _ = training.gradients(model, two, X, Y)
    assert loss_2 == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(outputs_2, outputs, atol=1e-13)
    assert training.norm(grads_2) > 1.001 * training.norm(grads)
    stepped = biases.added(model, training.sgd(two, grads_2, 1.0))
    gate = biases.gates_with_one(model)[0]
    moved = stepped[f"layer2.forward.b_{gate}"] - params[f"layer2.forward.b_{gate}"]
    np.testing.assert_allclose(
        moved, -2 * grads[f"layer2.forward.b_{gate}"], atol=1e-13
    )


def test_clipping_acts_on_all_gradients_together_and_only_above_the_norm():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert training.norm(grads) == 5
    clipped = training.clip(grads, 1)
    assert clipped["a"].tolist() == pytest.approx([0.6, 0])
    assert clipped["b"].tolist() == [[pytest.approx(0.8)]]
    assert training.clip(grads, 5)["a"].tolist() == [3, 0]


def test_steps_of_training_lower_the_loss():
    rng = np.random.default_rng(12)
    model = make("lstm", num_layers=2)
    params = draw_params(model, rng)
    batches = [draw_tokens(model, rng, n, T) for _ in range(2)]
    perplexities = []
    for _ in range(60):
        params, perplexity = training.epoch(model, params, batches, lr=1.0, theta=1)
        perplexities.append(perplexity)
    assert perplexities[-1] < 0.8 * perplexities[0]
