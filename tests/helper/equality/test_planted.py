"""The tests of equality have teeth: each planted mistake is caught."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from d2l_local.exchange import gates
from d2l_local.exchange.file import Weights, read_weights
from tests.helper.equality.models import make
from tests.helper.equality.test_equality import Case
from tests.helper.reference import biases

WAYS = ["torch", "tensorflow-cells", "tensorflow-layers", "mxnet"]


def module(way, name):
    return import_module(f"d2l_local.{way.partition('-')[0]}.{name}")


def make_case(way, cell, folder):
    dtype = "float32" if way == "mxnet" else "float64"
    return Case(way, make(cell, num_layers=2), dtype, folder)


def is_caught(case):
    """Fail unless the outputs, or the gradients, give a mistake away."""
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        case.check_gradients(case.state)


pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize("cell", ["gru-after", "lstm"])
@pytest.mark.parametrize("way", WAYS)
def test_gates_in_the_order_of_another_framework(way, cell, tmp_path, monkeypatch):
    order = module(way, "weights").ORDER
    wrong = {"rzh": "zrh", "zrh": "rzh", "ifco": "ifoc"}
    kind = cell.partition("-")[0]
    monkeypatch.setitem(order, kind, wrong[order[kind]])
    is_caught(make_case(way, cell, tmp_path))


@pytest.mark.parametrize("first, second", [("W_xi", "W_xf"), ("W_hi", "W_ho"),
                                           ("b_f", "b_i")])  # fmt: skip
@pytest.mark.parametrize("way", WAYS)
def test_swapped_gates(way, first, second, tmp_path, monkeypatch):
    def swapped(path):
        held = read_weights(path)
        one, other = (f"layer2.forward.{name}" for name in (first, second))
        both = {one: held.tensors[other], other: held.tensors[one]}
        return Weights(held.architecture, held.tensors | both, held.vocab)

    monkeypatch.setattr(module(way, "weights"), "read_weights", swapped)
    is_caught(make_case(way, "lstm", tmp_path))


@pytest.mark.parametrize("cell", ["rnn-tanh", "gru-after"])
@pytest.mark.parametrize("way", WAYS)
def test_a_transposed_weight(way, cell, tmp_path, monkeypatch):
    def transposed(tensors, block, order, reset):
        turned = {k: v.T for k, v in tensors.items() if k == f"{block}W_hh"}
        return gates.pack_gates(tensors | turned, block, order, reset)

    monkeypatch.setattr(module(way, "weights"), "pack_gates", transposed)
    is_caught(make_case(way, cell, tmp_path))


@pytest.mark.parametrize("way", ["torch", "mxnet"])
@pytest.mark.parametrize("cell", ["rnn-relu", "lstm"])
def test_a_bias_counted_twice(way, cell, tmp_path, monkeypatch):
    def twice(*args):
        W_x, W_h, b_x, b_h = gates.pack_gates(*args)
        return W_x, W_h, b_x, b_x

    monkeypatch.setattr(module(way, "weights"), "pack_gates", twice)
    is_caught(make_case(way, cell, tmp_path))


@pytest.mark.parametrize("way", WAYS)
def test_a_bias_on_the_wrong_side_of_the_reset_gate(way, tmp_path, monkeypatch):
    def swapped(*args):
        W_x, W_h, b_x, b_h = gates.pack_gates(*args)
        return W_x, W_h, b_h, b_x

    monkeypatch.setattr(module(way, "weights"), "pack_gates", swapped)
    is_caught(make_case(way, "gru-after", tmp_path))


@pytest.mark.parametrize("way", WAYS)
def test_the_other_placement_of_the_reset_gate(way, tmp_path, monkeypatch):
    """With b_hh = 0, nothing but the placement tells the two formulas apart."""

    def without_b_hh(path):
        held = read_weights(path)
        zero = {k: 0 * v for k, v in held.tensors.items() if k.endswith("b_hh")}
        return Weights(held.architecture, held.tensors | zero, held.vocab)

    monkeypatch.setattr(module(way, "weights"), "read_weights", without_b_hh)
    case = make_case(way, "gru-after", tmp_path)
    for name in case.params:
        if name.endswith("b_hh"):
            case.params[name] = np.zeros_like(case.params[name])
    X, Y = case.batches[0]
    case.check_gradients(case.state)  # so far all is right
    case.model = replace(case.model, reset="before")
    case.params = biases.in_two(case.model, biases.added(case.model, case.params))
    is_caught(case)


@pytest.mark.parametrize("way", WAYS)
def test_forgotten_clipping(way, tmp_path, monkeypatch):
    def forgotten(grads_or_net, theta):
        return grads_or_net  # TensorFlow's returns the gradients

    monkeypatch.setattr(module(way, "training"), "grad_clipping", forgotten)
    case = make_case(way, "lstm", tmp_path)
    case.check_epoch(theta=10.0)  # where clipping wouldn't act
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        case.check_epoch(theta=0.1)


def test_clipping_of_each_tensor_by_itself(tmp_path, monkeypatch):
    import torch

    def each(net, theta):
        for param in net.parameters():
            param.grad *= torch.clamp(theta / param.grad.norm(), max=1.0)

    monkeypatch.setattr(module("torch", "training"), "grad_clipping", each)
    case = make_case("torch", "lstm", tmp_path)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        case.check_epoch(theta=0.1)


def test_a_state_that_is_not_carried_on(tmp_path, monkeypatch):
    monkeypatch.setattr(
        module("torch", "training"),
        "detach_state",
        lambda state: tuple(0 * part.detach() for part in state),
    )
    case = make_case("torch", "lstm", tmp_path)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        case.check_epoch(theta=10.0)


def test_a_history_that_is_not_cut(tmp_path, monkeypatch):
    """Without detaching, the second step would go back through the first one."""
    monkeypatch.setattr(
        module("torch", "training"), "detach_state", lambda state: state
    )
    case = make_case("torch", "lstm", tmp_path)
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        case.check_epoch(theta=10.0)


def test_a_frozen_bias_is_noticed_in_the_step(tmp_path):
    """Two biases step twice as far as one; the reference has to know which it is."""
    case = make_case("torch", "lstm", tmp_path)
    case.check_epochs()
    case.net.rnn.bias_hh_l1.requires_grad_(False)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        case.check_epoch(theta=10.0)
