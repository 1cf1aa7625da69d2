"""The reference against PyTorch in double precision, and its variants among themselves.

The variants are how a mistake is recognised, so each must be far from what is right and
from every other mistake, far being a hundred times what counts as equal.
"""

import itertools

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
from d2l_check.reference import (
    clip as clip_reference,
)
from d2l_check.reference import (
    deep_rnn as rnn_reference,
)

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
    case = gru_cell.APART
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = case.params
    cell = keras.layers.GRUCell(case.h, reset_after=False, dtype="float64")
    cell.build((None, case.d))
    cell.set_weights(
        [
            np.hstack([W_xz, W_xr, W_xh]),  # Keras puts the update gate first
            np.hstack([W_hz, W_hr, W_hh]),
            np.hstack([b_z, b_r, b_h]),
        ]
    )
    assert np.allclose(case.right(), cell(case.X, [case.H])[0])


def test_the_other_gru_cell_is_that_of_pytorch():
    case = gru_cell.APART
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = case.params
    cell = torch.nn.GRUCell(case.d, case.h).double()
    write(
        cell,
        weight_ih=np.hstack([W_xr, W_xz, W_xh]).T,
        weight_hh=np.hstack([W_hr, W_hz, W_hh]).T,
        bias_ih=np.hstack([b_r, b_z, b_h]),
        bias_hh=np.zeros(3 * case.h),
    )
    found = cell(double(case.X), double(case.H)).detach()
    assert np.allclose(case.right(reset="after"), found)


def test_the_perplexity_is_that_of_pytorch():
    case = held_out_perplexity.SEVERAL
    W_xh, W_hh, b_h, W_hq, b_q = case.params
    q, h = W_xh.shape
    layer = torch.nn.RNN(q, h).double()
    write(layer, weight_ih_l0=W_xh.T, weight_hh_l0=W_hh.T, bias_ih_l0=b_h)
    write(layer, bias_hh_l0=0 * b_h)
    X, Y = (np.hstack(parts) for parts in zip(*case.batches))
    H, _ = layer(double(np.eye(q)[X.T]))
    outputs = (H @ double(W_hq) + double(b_q)).reshape(-1, q)
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y.T).reshape(-1))
    assert np.allclose(case.right(), loss.exp().item())


def test_the_gradients_are_those_of_autograd():
    case = gradient_norms.SEVERAL
    params = [double(param).requires_grad_() for param in case.params]
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2 = params
    H_1 = H_2 = torch.zeros(case.inputs.shape[1], len(W_hh1), dtype=torch.float64)
    states = [], []
    for X in double(case.inputs):
        H_1 = torch.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)
        H_2 = torch.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2)
        for H, kept in zip((H_1, H_2), states):
            H.retain_grad()
            kept.append(H)
    ((H_2**2).sum() / 2).backward()
    assert np.allclose(case.right(), [[H.grad.norm() for H in row] for row in states])
    for name, own in (("W_hh", (W_hh1, W_hh2)), ("W_xh", (W_xh1, W_xh2))):
        found = case.right(of=name)[:, 0]
        assert np.allclose(found, [W.grad.norm() for W in own])


@pytest.mark.parametrize("theta", [clip.ABOVE, clip.BELOW])
def test_clipping_is_that_of_pytorch(theta):
    params = [torch.nn.Parameter(double(0 * g)) for g in clip.GRADS]
    for param, grad in zip(params, clip.GRADS):
        param.grad = double(grad)
    torch.nn.utils.clip_grad_norm_(params, theta)
    for found, param in zip(clip_reference.clip(clip.GRADS, theta), params):
        assert np.allclose(found, param.grad, atol=1e-6)  # PyTorch adds 1e-6 below


def test_a_dropout_that_triples_is_one_with_three_times_the_weights_upwards():
    case = dropout_step.APART
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = case.params
    params = [W_xh1, W_hh1, b_h1, 3 * W_xh2, W_hh2, b_h2, 3 * W_hq, b_q]
    state = [case.H_1, case.H_2]
    outputs, (H_1, H_2) = rnn_reference.deep_rnn(case.X[None], state, params)
    for found, right in zip(case.right(lambda x: 3 * x), (outputs, H_1[0], H_2[0])):
        assert np.allclose(found, right)


# What is wrong


def flat(result):
    """All numbers of a result, however nested, in one array."""
    if isinstance(result, tuple | list):
        return np.concatenate([flat(part) for part in result])
    return np.ravel(result)


FAMILIES = {
    "deep_rnn": (network.VARIANTS, network.ALIKE.outputs),
    "gru_cell": (gru_cell.VARIANTS, gru_cell.ALIKE.right),
    "held_out_perplexity": (
        held_out_perplexity.VARIANTS,
        held_out_perplexity.SEVERAL.right,
    ),
    "gradient_norms": (gradient_norms.VARIANTS, gradient_norms.SEVERAL.right),
    "clip above": (
        clip.VARIANTS,
        lambda **c: clip_reference.clip(clip.GRADS, clip.ABOVE, **c),
    ),
    "dropout_step": (
        dropout_step.VARIANTS,
        lambda **c: dropout_step.ALIKE.right(dropout_step.mark, **c),
    ),
}
# Scaling is right above the threshold, whenever else it happens.
EXEMPT = {("clip above", "always-scaled")}


@pytest.mark.parametrize("family", FAMILIES)
def test_variants_are_far_from_right_and_from_one_another(family):
    variants, compute = FAMILIES[family]
    variants = [v for v in variants if (family, v[0]) not in EXEMPT]
    results = [("right", flat(compute()))]
    results += [(key, flat(compute(**changes))) for key, changes in variants]
    for (key, left), (other, right) in itertools.combinations(results, 2):
        if key != other and left.shape == right.shape:
            distance = np.max(np.abs(left - right) / (1 + np.abs(right)))
            assert distance > FAR, (key, other)


def test_scaling_up_shows_below_the_threshold():
    found = clip_reference.clip(clip.GRADS, clip.BELOW, when="always")
    assert min(np.max(np.abs(f - g)) for f, g in zip(found, clip.GRADS)) > FAR


def test_rounding_to_32_bits_stays_close():
    case = network.ALIKE
    single = [np.float32(a) for a in case.params]
    state = [np.float32(a) for a in case.state]
    found, _ = rnn_reference.deep_rnn(np.float32(case.inputs), state, single)
    assert found.dtype == np.float32
    assert np.max(np.abs(found - case.outputs())) < CLOSE / 10


def test_a_single_mistake_is_tried_before_two_together():
    def compute(a=0, b=0):
        return np.array(a + b)

    mistakes = [Mistake("one", "1"), Mistake("two", "2"), Mistake("three", "3")]
    variants = [("one", {"a": 1}), ("two", {"b": 2}), ("three", {"a": 3})]
    assert recognise(3, compute, variants, mistakes).key == "three"
    assert recognise(5, compute, variants, mistakes).key == "two and three"
    assert recognise(4, compute, variants, mistakes) is None


def test_changes_of_the_same_keyword_do_not_go_together():
    assert merged([{"a": 1}, {"b": 2}]) == {"a": 1, "b": 2}
    assert merged([{"a": 1}, {"a": 2}]) is None


def test_close_compares_shapes_first():
    assert close(1.0, 1.0 + CLOSE / 2)
    assert not close(1.0, 1.001)
    assert not close([[1.0], [1.0]], [1.0, 1.0])
