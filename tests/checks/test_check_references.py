"""The reference against PyTorch in double precision, and its variants among themselves.

The variants are how a mistake is recognised, so each must be far from what is right and
from every other mistake, far being a hundred times what counts as equal.
"""

import itertools
from functools import partial

import keras
import numpy as np
import pytest
import torch

from d2l_check.chapters.deep_rnn import (
    clip,
    dropout_step,
    gradient_norms,
    gru_cell,
    held_out_perplexity,
    network,
)
from d2l_check.comparison import CLOSE, close
from d2l_check.mistake import Mistake
from d2l_check.recognition import merged, recognise
from d2l_check.reference import deep_rnn as rnn_reference
from d2l_check.reference_check import alike

FAR = 100 * CLOSE


def double(array):
    return torch.tensor(array, dtype=torch.float64)


def write(layer, **arrays):
    """Write NumPy arrays into the parameters of a PyTorch module."""
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(layer, name).copy_(double(array))


def two_layers(params, q, h):
    """PyTorch's own two-layer network with these parameters."""
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2 = params[:6]
    layer = torch.nn.RNN(q, h, 2).double()
    write(layer, weight_ih_l0=W_xh1.T, weight_hh_l0=W_hh1.T, bias_ih_l0=b_h1)
    write(layer, weight_ih_l1=W_xh2.T, weight_hh_l1=W_hh2.T, bias_ih_l1=b_h2)
    write(layer, bias_hh_l0=0 * b_h1, bias_hh_l1=0 * b_h2)
    return layer


# What is right


def test_the_deep_network_is_that_of_pytorch():
    case = network.APART
    layer = two_layers(case.params, case.q, case.h)
    H, last = layer(double(case.inputs), double(np.stack(case.state)))
    W_hq, b_q = map(double, case.params[6:])
    outputs, (all_1, all_2) = case.right()
    assert np.allclose(outputs, (H @ W_hq + b_q).reshape(-1, case.q).detach())
    assert np.allclose([all_1[-1], all_2[-1]], last.detach())


def test_the_gru_cell_is_that_of_keras():
    X, H, params = gru_cell.GRUCell.cases[0].arguments
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = params
    cell = keras.layers.GRUCell(H.shape[1], reset_after=False, dtype="float64")
    cell.build((None, X.shape[1]))
    cell.set_weights(
        [
            np.hstack([W_xz, W_xr, W_xh]),  # Keras puts the update gate first
            np.hstack([W_hz, W_hr, W_hh]),
            np.hstack([b_z, b_r, b_h]),
        ]
    )
    assert np.allclose(gru_cell.GRUCell.reference(X, H, params), cell(X, [H])[0])


def test_the_other_gru_cell_is_that_of_pytorch():
    X, H, params = gru_cell.GRUCell.cases[0].arguments
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = params
    cell = torch.nn.GRUCell(X.shape[1], H.shape[1]).double()
    write(
        cell,
        weight_ih=np.hstack([W_xr, W_xz, W_xh]).T,
        weight_hh=np.hstack([W_hr, W_hz, W_hh]).T,
        bias_ih=np.hstack([b_r, b_z, b_h]),
        bias_hh=np.zeros(3 * H.shape[1]),
    )
    found = cell(double(X), double(H)).detach()
    assert np.allclose(gru_cell.GRUCell.reference(X, H, params, reset="after"), found)


def test_the_perplexity_is_that_of_pytorch():
    batches, params = held_out_perplexity.HeldOutPerplexity.cases[1].arguments
    W_xh, W_hh, b_h, W_hq, b_q = params
    q, h = W_xh.shape
    layer = torch.nn.RNN(q, h).double()
    write(layer, weight_ih_l0=W_xh.T, weight_hh_l0=W_hh.T, bias_ih_l0=b_h)
    write(layer, bias_hh_l0=0 * b_h)
    X, Y = (np.hstack(parts) for parts in zip(*batches))
    H, _ = layer(double(np.eye(q)[X.T]))
    outputs = (H @ double(W_hq) + double(b_q)).reshape(-1, q)
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y.T).reshape(-1))
    found = held_out_perplexity.HeldOutPerplexity.reference(batches, params)
    assert np.allclose(found, loss.exp().item())


def test_the_gradients_are_those_of_autograd():
    inputs, arrays = gradient_norms.SEVERAL
    norms = partial(gradient_norms.GradientNorms.reference, inputs, arrays)
    params = [double(param).requires_grad_() for param in arrays]
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2 = params
    H_1 = H_2 = torch.zeros(inputs.shape[1], len(W_hh1), dtype=torch.float64)
    states = [], []
    for X in double(inputs):
        H_1 = torch.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)
        H_2 = torch.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2)
        for H, kept in zip((H_1, H_2), states):
            H.retain_grad()
            kept.append(H)
    ((H_2**2).sum() / 2).backward()
    assert np.allclose(norms(), [[H.grad.norm() for H in row] for row in states])
    for name, own in (("W_hh", (W_hh1, W_hh2)), ("W_xh", (W_xh1, W_xh2))):
        found = norms(of=name)[:, 0]
        assert np.allclose(found, [W.grad.norm() for W in own])


@pytest.mark.parametrize("theta", [clip.ABOVE, clip.BELOW])
def test_clipping_is_that_of_pytorch(theta):
    params = [torch.nn.Parameter(double(0 * g)) for g in clip.GRADS]
    for param, grad in zip(params, clip.GRADS):
        param.grad = double(grad)
    torch.nn.utils.clip_grad_norm_(params, theta)
    for found, param in zip(clip.Clip.reference(clip.GRADS, theta), params):
        assert np.allclose(found, param.grad, atol=1e-6)  # PyTorch adds 1e-6 below


def test_a_dropout_that_triples_is_one_with_three_times_the_weights_upwards():
    X, H_1, H_2, given = dropout_step.APART
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = given
    params = [W_xh1, W_hh1, b_h1, 3 * W_xh2, W_hh2, b_h2, 3 * W_hq, b_q]
    outputs, (new_1, new_2) = rnn_reference.deep_rnn(X[None], [H_1, H_2], params)
    found = dropout_step.DropoutStep.reference(*dropout_step.APART, lambda x: 3 * x)
    for each, right in zip(found, (outputs, new_1[0], new_2[0]), strict=True):
        assert np.allclose(each, right)


# What is wrong


def flat(result):
    """All numbers of a result, however nested, in one array."""
    if isinstance(result, tuple | list):
        return np.concatenate([flat(part) for part in result])
    return np.ravel(result)


def telling(check):
    """What the reference of a check returns for the cases that mistakes show by."""

    def compute(**changes):
        cases = [case for case in check.cases if case.telling]
        return [check.reference(*case.arguments, **changes) for case in cases]

    return compute


FAMILIES = {
    network.DeepRNN: network.ALIKE.outputs,
    **{
        check: telling(check)
        for check in (
            gru_cell.GRUCell,
            held_out_perplexity.HeldOutPerplexity,
            gradient_norms.GradientNorms,
            clip.Clip,
            dropout_step.DropoutStep,
        )
    },
}


@pytest.mark.parametrize("check", FAMILIES, ids=lambda check: check.name)
def test_mistakes_are_far_from_right_and_from_one_another(check):
    compute = FAMILIES[check]
    results = [("right", flat(compute()))]
    for mistake in check.mistakes:
        results += [(mistake.key, flat(compute(**each))) for each in mistake.planted]
    for (key, left), (other, right) in itertools.combinations(results, 2):
        if key != other and left.shape == right.shape:
            distance = np.max(np.abs(left - right) / (1 + np.abs(right)))
            assert distance > FAR, (key, other)


def test_rounding_to_32_bits_stays_close():
    case = network.ALIKE
    single = [np.float32(a) for a in case.params]
    state = [np.float32(a) for a in case.state]
    found, _ = rnn_reference.deep_rnn(np.float32(case.inputs), state, single)
    assert found.dtype == np.float32
    assert np.max(np.abs(found - case.outputs())) < CLOSE / 10


def test_a_single_mistake_is_tried_before_two_together():
    def gives(number):
        return lambda a=0, b=0: a + b == number

    planted = {"one": {"a": 1}, "two": {"b": 2}, "three": {"a": 3}}
    mistakes = [Mistake(key, key, planted=[each]) for key, each in planted.items()]
    assert recognise(mistakes, gives(3)) is mistakes[2]
    assert recognise(mistakes, gives(5)).key == "two and three"
    assert recognise(mistakes, gives(4)) is None
    assert [mistake.key for mistake in mistakes] == list(planted)


def test_changes_of_the_same_keyword_do_not_go_together():
    assert merged([{"a": 1}, {"b": 2}]) == {"a": 1, "b": 2}
    assert merged([{"a": 1}, {"a": 2}]) is None


def test_close_compares_shapes_first():
    assert close(1.0, 1.0 + CLOSE / 2)
    assert not close(1.0, 1.001)
    assert not close([[1.0], [1.0]], [1.0, 1.0])


def test_an_array_stands_for_a_list_of_numbers_but_not_for_one_of_arrays():
    assert alike(np.array([1.0, 2.0]), [1, 2])
    assert not alike(np.zeros(3), [np.zeros(3), np.zeros((2, 3))])


@pytest.mark.parametrize("right", [0, 0.0, [0], np.zeros(1)])
def test_an_array_of_letters_is_no_number(right):
    assert alike(np.zeros(1), right)
    assert not alike(np.array(["a"]), right)
