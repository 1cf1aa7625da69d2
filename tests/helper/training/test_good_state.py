"""A good state is never replaced by a worse one, and nothing is half restored."""

import copy
import math
import resource
from collections import namedtuple
from importlib import import_module

import numpy as np
import pytest

from d2l_local.run.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from d2l_local.run.progress import Progress, TrainingDiverged
from d2l_local.run.saving import Saver


@pytest.fixture
def checkpoint(tmp_path):
    """Saves after each batch."""
    return Checkpoint(tmp_path / "run.checkpoint", every=0)


# A run that diverges


@pytest.mark.situation("checkpoints: a diverged run keeps the last good one")
@pytest.mark.parametrize("lr", [1e3, 1e30, 1e38])
def test_a_diverged_run_leaves_a_state_from_which_a_smaller_rate_continues(
    training, text, checkpoint, lr
):
    options = {"text": text, "kind": "plain", "seed": 1, "checkpoint": checkpoint}
    first = training.train(num_epochs=1, **options)
    saved = checkpoint.path.read_bytes()
    with pytest.raises(TrainingDiverged) as error:
        training.train(num_epochs=4, net=first.net, **options, lr=lr)
    assert f"'{checkpoint.path}' holds the state after epoch 1" in str(error.value)
    assert "the same call" in str(error.value)
    assert checkpoint.path.read_bytes() == saved
    # The same call, and the same model, whose parameters are spoilt
    again = training.train(num_epochs=2, net=first.net, **options)
    assert all(np.isfinite(each).all() for each in again.weights)
    _, _, table = read_checkpoint(checkpoint.path)
    assert table["progress"]["history"][-1][1] < 30


@pytest.mark.situation("checkpoints: a run that diverges at once saves nothing")
def test_without_a_good_state_nothing_is_saved(training, text, checkpoint):
    with pytest.raises(TrainingDiverged, match="Nothing was saved to checkpoint"):
        training.train(text, 2, kind="plain", checkpoint=checkpoint, lr=1e30)
    assert not checkpoint.path.exists()


@pytest.mark.parametrize("training", ["tensorflow"], indirect=True)
def test_measuring_before_a_save_compiles_once(training, text, checkpoint):
    step = training.d2l.training.loss_step
    before = step.experimental_get_tracing_count()
    training.train(text, 1, kind="plain", checkpoint=checkpoint)  # 13 saves
    assert step.experimental_get_tracing_count() == before + 1


# What can't be written


@pytest.mark.situation("checkpoints: a full place is found before the first step")
def test_a_place_without_room_is_found_before_the_first_step(
    training, text, checkpoint
):
    loader, vocab = training.data(text)
    net, served = training.plain(len(vocab)), []

    class Watched:
        def __iter__(self):
            served.append(True)
            return iter(loader)

    def train():
        training.d2l.train_ch8(
            net, Watched(), vocab, 0.5, 1, training.device, checkpoint=checkpoint,
            prefixes=["time"],
        )  # fmt: skip

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(OSError, match="cannot save the checkpoint.*Make room"):
            train()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    checkpoint.path = checkpoint.path.with_name("n" * 300)
    with pytest.raises(OSError, match="File name too long"):
        train()
    assert served == []


# Another model, another optimiser


def relu_of(training, q):
    """Models of equal shapes, with tanh and with relu, by a layer of the framework."""
    d2l, h = training.d2l, 8
    if training.framework == "torch":
        from torch import nn

        return [d2l.RNNModel(nn.RNN(q, h, nonlinearity=f), q) for f in ("tanh", "relu")]
    if training.framework == "tensorflow":
        from tensorflow.keras import layers

        every = {"return_sequences": True, "return_state": True}
        cells = [layers.SimpleRNNCell(h, activation=f) for f in ("tanh", "relu")]
        stacks = [layers.RNN(layers.StackedRNNCells([c]), **every) for c in cells]
        return [d2l.RNNModel(layer, q) for layer in stacks]
    from mxnet.gluon import rnn

    layers = [rnn.RNN(h, activation=f, input_size=q) for f in ("tanh", "relu")]
    return [d2l.RNNModel(layer, q) for layer in layers]


def by_hand(training, q):
    """The same by hand: the nonlinearity stands in a function that another calls."""
    if training.framework == "torch":
        from torch import relu, tanh
    elif training.framework == "tensorflow":
        from tensorflow import tanh
        from tensorflow.nn import relu
    else:
        from mxnet import np as mx_np
        from mxnet import npx

        tanh, relu = mx_np.tanh, npx.relu

    def model(activation):
        net = training.scratch(q)
        inner = net.forward_fn

        def forward(inputs, state, params):
            outputs, state = inner(inputs, state, params)
            return activation(outputs), state

        net.forward_fn = forward
        return net

    return [model(tanh), model(relu)]


@pytest.mark.situation("checkpoints: resumed with another nonlinearity")
@pytest.mark.parametrize("models", [relu_of, by_hand])
def test_another_nonlinearity_is_refused_and_named(training, text, checkpoint, models):
    _, vocab = training.data(text)
    tanh, relu = models(training, len(vocab))
    training.train(text, 1, net=tanh, checkpoint=checkpoint)
    saved, before = checkpoint.path.read_bytes(), training.weights(tanh)
    with pytest.raises(ValueError, match="its kind of layers is .*, here it is .*relu"):
        training.train(text, 2, net=relu, checkpoint=checkpoint)
    assert checkpoint.path.read_bytes() == saved
    for one, other in zip(before, training.weights(tanh), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.situation("checkpoints: SGD resumed with momentum")
def test_another_kind_of_optimizer_is_refused_and_named(training, text, checkpoint):
    options = {"kind": "plain", "checkpoint": checkpoint}
    training.train(text, 1, **options)
    with pytest.raises(
        ValueError, match="optimizer is 'SGD', here it is 'SGD with momentum'"
    ):
        training.train(text, 2, **options, optimizer="momentum")
    checkpoint.path.unlink()
    training.train(text, 1, **options, optimizer="momentum")
    with pytest.raises(ValueError, match="is 'SGD with momentum', here it is 'SGD'"):
        training.train(text, 2, **options)
    training.train(text, 2, **options, optimizer="momentum", lr=0.25)  # another rate


# Forged files


def resume(training, net, loader, checkpoint):
    """Do what `train_ch8` does before its first step."""
    package = f"d2l_local.{training.framework}"
    snapshot = import_module(f"{package}.snapshot").Snapshot
    updater = import_module(f"{package}.updaters").make_updater(net, 0.5, "adam")
    device = [] if training.framework == "tensorflow" else [training.device]
    saver = Saver(checkpoint, snapshot(net, updater, *device), None, loader, False)
    with Progress(3, 0.5) as progress:
        saver.resume(progress)
    return progress


def tables(table):
    """Yield the table of a checkpoint with one thing changed at a time."""

    def put(value, *keys):
        changed = copy.deepcopy(table)
        inner = changed
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return changed

    yield from ({}, [], None, 7, "table")
    for name in table:
        yield {key: value for key, value in table.items() if key != name}
        for value in ({}, [], "x", -1):
            yield put(value, name)
    for name in table["position"]:
        # A loss may fall below zero by rounding.
        for value in (-1.5, "3", None, math.nan, math.inf, True)[
            name == "total_loss" :
        ]:
            yield put(value, "position", name)
    for i, values in enumerate([(2,), (math.nan,), (0.0, -1.0, math.inf), ("x",)]):
        for value in values:
            yield put(value, "progress", "history", 0, i)
    for value in ([[1]], [[1, 2.0, 3.0, None, 5]], {"1": 2}, [None]):
        yield put(value, "progress", "history")
    for value in (
        {"list": [0, 0]},
        {"set": []},
        {"list": [9]},
        True,
        {"value": []},
        [],
    ):
        yield put(value, "state")
    for name in ("start", "stopped"):
        for part in ("python", "numpy"):
            for value in (
                None,
                [],
                [3, [1], None],
                ["MT19937", [1], 0, 0, 0.0],
                "abc",
                ["MT19937", [1] * 624, 625, 0, 0.0],
            ):
                yield put(value, name, part)
    yield put([1, 2, 3], "start", "batches")
    yield put(None, "start", "batches")


def arrays_of(arrays):
    """Yield the arrays of a checkpoint with one of them changed at a time."""
    for name, array in arrays.items():
        yield {key: each for key, each in arrays.items() if key != name}
        yield arrays | {name: array.astype("int16")}
        yield arrays | {name: np.zeros((*array.shape, 2), array.dtype)}
        if array.ndim > 0 and array.dtype.kind == "f":
            yield arrays | {name: array[:-1]}
            yield arrays | {name: np.full_like(array, np.nan)}
    for section in ("model", "updater", "state", "start"):
        yield arrays | {f"{section}/another": np.zeros(3, "f4")}


def difference(held, said, arrays, table):
    """Say in which part a forged file differs from the true one."""
    names = [
        *(k for k in arrays if held.get(k) is not arrays[k]),
        *(held.keys() - arrays),
    ]
    return names or [(k, str(said[k])[:90]) for k in table if said[k] != table[k]]


@pytest.mark.situation("checkpoints: forged tables and tensors, right checksum")
def test_a_forged_file_is_refused_and_changes_nothing(training, text, checkpoint):
    loader, vocab = training.data(text)
    training.d2l.set_seed(3)
    net = training.plain(len(vocab))
    with pytest.raises(KeyboardInterrupt):  # in the middle of the second epoch
        options = {"optimizer": "adam", "lr": 0.01, "checkpoint": checkpoint}
        training.train(text, 3, net=net, interrupt=18, **options)
    arrays, run, table = read_checkpoint(checkpoint.path)
    assert resume(training, net, loader, checkpoint).epoch == 1
    other = training.plain(len(vocab))
    if training.framework == "mxnet":
        other.initialize()
    before, numbers = training.weights(other), loader.get_state()
    forged = [(arrays, each) for each in tables(table)]
    forged += [(each, table) for each in arrays_of(arrays)]
    accepted = []
    for held, said in forged:
        write_checkpoint(checkpoint.path, held, run, said)
        try:
            resume(training, other, loader, checkpoint)
        except ValueError as error:
            message = str(error)
            assert message.startswith(f"checkpoint {str(checkpoint.path)!r}: ")
            assert "delete the file to start over" in message
        else:
            accepted.append(difference(held, said, arrays, table))
    assert accepted == []
    for one, now in zip(before, training.weights(other), strict=True):
        np.testing.assert_array_equal(one, now)
    assert loader.get_state() == numbers
    assert len(forged) > 150


# States of every nesting


Pair = namedtuple("Pair", ["h", "steps"])
NESTINGS = {
    "tensor": (lambda H: H, lambda state: state),
    "tuple": (lambda H: (H,), lambda state: state[0]),
    "list": (lambda H: [H], lambda state: state[0]),
    "dict": (lambda H: {"h": H}, lambda state: state["h"]),
    "nested": (lambda H: [{"layer 1": (H, [H])}], lambda state: state[0]["layer 1"][0]),
    "with plain parts": (
        lambda H: {"h": [H], "none": None},
        lambda state: state["h"][0],
    ),
    "named": (lambda H: Pair(H, H), lambda state: state.h),
}


def with_state(training, q, nesting):
    """A model by hand whose state is nested so, after a first one that is a tuple."""
    pack, unpack = NESTINGS[nesting]
    net = training.scratch(q)
    forward, begin = net.forward_fn, net.init_state

    def packed(inputs, state, params):
        first = isinstance(state, Begun)
        outputs, (H,) = forward(inputs, [state.H if first else unpack(state)], params)
        return outputs, pack(H)

    net.forward_fn = packed
    net.init_state = lambda *sizes: Begun(begin(*sizes)[0])
    return net


Begun = namedtuple("Begun", ["H"])


@pytest.mark.situation("users: forward_fn returns its state as a list, a dict, nested")
@pytest.mark.parametrize("nesting", NESTINGS)
def test_states_of_every_nesting_train_resume_predict_and_are_measured(
    training, text, checkpoint, tmp_path, nesting
):
    d2l, device = training.d2l, []
    if training.framework != "tensorflow":
        device = [training.device]
    loader, vocab = training.data(text)

    def net():
        d2l.set_seed(3)
        return with_state(training, len(vocab), nesting)

    options = {"text": text, "num_epochs": 2, "seed": 1}
    whole = training.train(net=net(), **options, checkpoint=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        training.train(net=net(), **options, checkpoint=checkpoint, interrupt=4)
    resumed = training.train(net=net(), **options, checkpoint=checkpoint)
    for one, other in zip(resumed.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert 1 < d2l.evaluate_perplexity(resumed.net, loader, *device) < 100
    assert len(d2l.predict_ch8("time ", 3, resumed.net, vocab, *device)) == 8


@pytest.mark.parametrize("kind", ["plain", "scratch", "dropout"])
def test_a_file_of_version_1_is_resumed(
    training, text, checkpoint, tmp_path, monkeypatch, kind
):
    options = {"text": text, "num_epochs": 2, "seed": 1, "kind": kind}
    options["optimizer"] = "sgd" if kind == "scratch" else "momentum"
    whole = training.train(**options, checkpoint=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        training.train(**options, checkpoint=checkpoint, interrupt=17)
    arrays, run, table = read_checkpoint(checkpoint.path)
    del run["kind of layers"], table["state"]
    run["optimizer"] = run["optimizer"].partition(" ")[0]
    with monkeypatch.context() as patch:
        patch.setattr("d2l_local.run.checkpoint.VERSION", "1")
        write_checkpoint(checkpoint.path, arrays, run, table)
    if kind == "plain":
        with pytest.raises(ValueError, match="of its optimizer it lacks|its optimizer"):
            training.train(**options | {"optimizer": "sgd"}, checkpoint=checkpoint)
    resumed = training.train(**options, checkpoint=checkpoint)
    for one, other in zip(resumed.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(one, other)


# The callback


@pytest.mark.situation("first steps: a finished run tells the callback its epochs")
def test_a_resumed_run_tells_the_callback_the_epochs_before(training, text, checkpoint):
    told, options = [], {"text": text, "seed": 1, "kind": "plain"}
    options["checkpoint"] = checkpoint
    training.train(num_epochs=2, callback=told.append, **options)
    assert [epoch.restored for epoch in told] == [False, False]
    again, longer = [], []
    training.train(num_epochs=2, callback=again.append, **options)
    assert again == told and all(epoch.restored for epoch in again)
    training.train(num_epochs=3, callback=longer.append, **options)
    assert longer[:2] == told and [epoch.epoch for epoch in longer] == [1, 2, 3]
    assert [epoch.restored for epoch in longer] == [True, True, False]


@pytest.mark.situation("first steps: a run that its callback ended isn't continued")
def test_a_run_that_the_callback_ended_is_over(training, text, checkpoint):
    options = {"text": text, "kind": "plain", "checkpoint": checkpoint}
    for _ in range(2):
        training.train(num_epochs=3, callback=lambda epoch: epoch.epoch == 1, **options)
        _, _, table = read_checkpoint(checkpoint.path)
        assert len(table["progress"]["history"]) == 1
