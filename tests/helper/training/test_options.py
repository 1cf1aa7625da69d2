"""The options of `train_ch8` beyond the classic signature, in each framework."""

import math

import numpy as np
import pytest

from d2l_local.display.plotting import Animator


def test_the_options_are_off_by_default(training, text, capsys):
    training.train(text, 2, kind="plain")
    assert len(capsys.readouterr().out.splitlines()) == 2  # the classic line, one text


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_optimisers_by_name_learn(training, text, name):
    epochs = []
    lr = {"sgd": 2, "momentum": 0.5, "adam": 0.02}[name]
    training.train(
        text, 12, kind="plain", optimizer=name, lr=lr, callback=epochs.append
    )
    assert epochs[-1].value < 0.8 * epochs[0].value


def test_an_optimiser_of_the_framework_is_taken_as_it_is(training, text):
    _, vocab = training.data(text)
    net, epochs = training.plain(len(vocab)), []
    optimizer = training.optimizer(net, 0.01)
    options = {"optimizer": optimizer, "callback": epochs.append}
    # A rate that would ruin the model at once, were it used
    training.train(text, 8, net=net, lr=1e9, **options)
    assert epochs[-1].value < epochs[0].value


def test_an_unknown_optimiser_is_refused_with_the_names(training, text):
    with pytest.raises(ValueError, match="'adagrad': use 'sgd', 'momentum' or 'adam'"):
        training.train(text, 1, kind="plain", optimizer="adagrad")


def test_a_hand_written_model_takes_another_optimiser_where_there_is_one(
    training, text
):
    if training.framework == "mxnet":
        with pytest.raises(ValueError, match="can't update a hand-written model"):
            training.train(text, 1, kind="scratch", optimizer="adam")
        return
    epochs = []
    training.train(
        text, 8, kind="scratch", optimizer="adam", lr=0.02, callback=epochs.append
    )
    assert epochs[-1].value < epochs[0].value


def test_training_ends_at_the_target(training, text, capsys):
    epochs = []
    training.train(
        text, 200, kind="plain", lr=2, target_perplexity=6, callback=epochs.append
    )
    values = [epoch.value for epoch in epochs]
    assert values[-1] <= 6 < min(values[:-1])
    said = capsys.readouterr().out.splitlines()
    assert said[-2] == f"ended after epoch {len(epochs)} of 200"


@pytest.mark.parametrize("target", [0.99, -3, math.nan])
def test_a_target_that_nobody_reaches_is_refused(training, text, target):
    with pytest.raises(
        ValueError, match=f"at least 1, such as 1.05, got {target}: no perpl"
    ):
        training.train(text, 1, kind="plain", target_perplexity=target)


def test_held_out_text_is_measured_shown_and_said(training, text, capsys, monkeypatch):
    points = []
    add = Animator.add
    monkeypatch.setattr(
        Animator, "add", lambda self, x, y: (points.append((x, y)), add(self, x, y))
    )
    held_out, vocab = training.data(text, seed=5)
    epochs = []
    trained = training.train(
        text, 3, kind="dropout", held_out=list(held_out), callback=epochs.append
    )
    assert points == [(e.epoch, [e.value, e.held_out]) for e in epochs]
    said = capsys.readouterr().out.splitlines()
    assert said[-2] == f"held-out perplexity {epochs[-1].held_out:.1f}"
    again = measured(training, trained.net, training.data(text, seed=5)[0])
    assert again == pytest.approx(epochs[-1].held_out, rel=1e-5)


def measured(training, net, batches):
    device = () if training.framework == "tensorflow" else (training.device,)
    return training.d2l.evaluate_perplexity(net, batches, *device)


def test_the_target_is_of_the_held_out_text_where_there_is_one(training, text):
    epochs = []
    training.train(
        text,
        3,
        kind="plain",
        lr=0.001,
        held_out=list(training.data(text)[0]),
        target_perplexity=1e6,
        callback=epochs.append,
    )
    assert len(epochs) == 1


def test_evaluation_neither_drops_out_nor_learns(training, text):
    net = training.train(text, 1, kind="dropout").net
    batches = list(training.data(text)[0])
    before = training.weights(net)
    first, second = (measured(training, net, batches) for _ in range(2))
    assert first == second > 1
    for a, b in zip(before, training.weights(net)):
        np.testing.assert_array_equal(a, b)


def test_a_model_that_guesses_has_the_perplexity_of_the_vocabulary(training, text):
    batches, vocab = training.data(text)
    net = training.train(text, 1, kind="plain", lr=0.0).net
    for parameter in parameters(training, net):
        zero(training, parameter)
    assert measured(training, net, batches) == pytest.approx(len(vocab), rel=1e-5)


def parameters(training, net):
    return {
        "torch": lambda: net.parameters(),
        "tensorflow": lambda: net.trainable_variables,
        "mxnet": lambda: net.collect_params().values(),
    }[training.framework]()


def zero(training, parameter):
    if training.framework == "tensorflow":
        parameter.assign(np.zeros(parameter.shape))
    else:
        data = parameter.data
        array = data() if callable(data) else data
        array[:] = 0


def test_held_out_text_without_a_batch_is_an_error(training, text):
    net = training.train(text, 1, kind="plain").net
    said = "data_iter yielded no batches, so there is no perplexity"
    with pytest.raises(ValueError, match=said):
        measured(training, net, [])


def test_a_callback_that_says_true_ends_the_training(training, text):
    epochs = []
    training.train(
        text,
        9,
        kind="plain",
        callback=lambda epoch: epochs.append(epoch) or epoch.epoch == 3,
    )
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]


def test_a_seed_fixes_dropout(training, text):
    """The models start alike in any case; only their dropout is seeded or not."""
    first, second, other = (
        training.train(text, 1, kind="dropout", seed=seed).weights for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second))
    if training.framework != "tensorflow":  # Keras seeds a layer when it is made
        assert not all(np.array_equal(a, b) for a, b in zip(first, other))


def test_mixed_precision_learns_nearly_the_same(training, text):
    options = {"num_epochs": 8, "kind": "plain", "lr": 2, "seed": 1}
    if training.framework == "mxnet":
        with pytest.raises(NotImplementedError, match="train in PyTorch or TensorFlow"):
            training.train(text, mixed_precision=True, **options)
        return
    full, mixed = [], []
    training.train(text, callback=full.append, **options)
    net = training.train(
        text, callback=mixed.append, mixed_precision=True, **options
    ).net
    assert mixed[-1].value == pytest.approx(full[-1].value, rel=0.05)
    assert [e.value for e in mixed] != [e.value for e in full]  # it did something
    # The parameters, and what is done with the model afterwards, are as before.
    assert {str(array.dtype) for array in training.weights(net)} == {"float32"}
    values = {measured(training, net, list(training.data(text)[0])) for _ in range(2)}
    assert len(values) == 1


def test_a_mixed_precision_run_can_be_resumed(training, text, tmp_path):
    if training.framework == "mxnet":
        pytest.skip("MXNet has no mixed precision on a CPU")
    options = {"num_epochs": 3, "kind": "plain", "seed": 1, "mixed_precision": True}
    whole = training.train(text, **options, checkpoint=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        training.train(text, **options, checkpoint=tmp_path / "cut", interrupt=17)
    resumed = training.train(text, **options, checkpoint=tmp_path / "cut")
    for a, b in zip(resumed.weights, whole.weights):
        np.testing.assert_array_equal(a, b)
