"""Weights go from each framework to each other, unchanged, and say the same there."""

import itertools

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

from d2l_local import mxnet as d2l_mxnet
from d2l_local import tensorflow as d2l_tensorflow
from d2l_local import torch as d2l_torch
from d2l_local.exchange import file
from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import read_weights, write_weights
from d2l_local.mxnet.weights import architecture_of as of_mxnet
from d2l_local.tensorflow.weights import architecture_of as of_tensorflow
from d2l_local.text.vocabulary import Vocab
from d2l_local.torch.weights import architecture_of as of_torch
from tests.helper.equality import in_mxnet, in_tensorflow, in_torch
from tests.helper.equality.models import CELLS, draw, make
from tests.helper.reference import biases

import tensorflow as tf  # isort: skip
from mxnet.gluon import nn as gluon_nn, rnn  # isort: skip

PACKAGES = {"torch": d2l_torch, "tensorflow": d2l_tensorflow, "mxnet": d2l_mxnet}
SIDES = {"torch": in_torch, "tensorflow": in_tensorflow, "mxnet": in_mxnet}
OF = {"torch": of_torch, "tensorflow": of_tensorflow, "mxnet": of_mxnet}
VOCAB = Vocab(list("time"))
EVERY_STEP = {"return_sequences": True, "return_state": True}


def put(path, model, dtype="float32", vocab=VOCAB):
    """Write a file of the model with weights at random; returns them."""
    tensors = {name: p.astype(dtype) for name, p in draw(model, dtype).items()}
    write_weights(path, model, tensors, vocab)
    return tensors


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def new(framework, model):
    """A model of a framework with weights of its own."""
    if framework == "torch":
        kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[model.cell]
        options = {"nonlinearity": model.activation} if model.cell == "rnn" else {}
        options["bidirectional"] = model.bidirectional
        layer = kind(model.vocab_size, model.num_hiddens, model.num_layers, **options)
        return d2l_torch.RNNModel(layer, model.vocab_size)
    if framework == "tensorflow":
        return in_tensorflow.in_layers(model, "float32")
    kind = {"rnn": rnn.RNN, "gru": rnn.GRU, "lstm": rnn.LSTM}[model.cell]
    options = {"activation": model.activation} if model.cell == "rnn" else {}
    options |= {"bidirectional": model.bidirectional, "input_size": model.vocab_size}
    layer = kind(model.num_hiddens, model.num_layers, **options)
    net = d2l_mxnet.RNNModel(layer, model.vocab_size)
    net.initialize()
    return net


SHARED = [cell for cell in CELLS if cell != "gru-before"]


@pytest.mark.parametrize("cell", SHARED)
@pytest.mark.parametrize("first, second", list(itertools.permutations(PACKAGES, 2)))
def test_from_each_framework_to_each_other(first, second, cell, tmp_path, eagerly):
    model = make(cell, num_layers=2, bidirectional=cell == "gru-after")
    here, there, back = (tmp_path / name for name in ("here", "there", "back"))
    net = new(first, model)
    PACKAGES[first].export_weights(net, here, VOCAB)
    other, vocab = PACKAGES[second].load_model(here)
    assert vocab.idx_to_token == VOCAB.idx_to_token
    assert OF[second](other) == model
    PACKAGES[second].export_weights(other, there)
    sent, came = read_weights(here), read_weights(there)
    assert came.vocab is None
    for name, array in sent.tensors.items():
        assert came.tensors[name].dtype == np.float32
        np.testing.assert_array_equal(came.tensors[name], array, err_msg=name)
    # What the first framework said, the second says, and the first after the way back
    said = SIDES[first].write("time", 6, net, VOCAB)
    assert SIDES[second].write("time", 6, other, vocab) == said
    PACKAGES[second].export_weights(other, back)
    net = new(first, model)
    assert PACKAGES[first].import_weights(net, back) is None
    assert SIDES[first].write("time", 6, net, VOCAB) == said


@pytest.mark.parametrize("cell", SHARED)
@pytest.mark.parametrize("framework", ["torch", "mxnet"])
def test_two_biases_become_their_sum(framework, cell, path):
    model = make(cell, num_layers=2)
    net = new(framework, model)
    params = SIDES[framework].parameters(net, model)
    assert biases.are_two(model, params)
    PACKAGES[framework].export_weights(net, path)
    found = read_weights(path).tensors
    expected = biases.added(model, params)
    assert set(found) == set(expected)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])
        assert np.abs(found[name]).max() > 0


@pytest.mark.parametrize("cell", SHARED)
@pytest.mark.parametrize("framework", ["torch", "mxnet"])
def test_the_second_bias_is_zero_after_an_import(framework, cell, path):
    model = make(cell, num_layers=2)
    put(path, model)
    net = new(framework, model)
    PACKAGES[framework].import_weights(net, path)
    found = SIDES[framework].parameters(net, model)
    for block in model.blocks:
        for gate in biases.gates_with_one(model):
            assert not found[f"{block}b_h{gate}"].any()
            assert found[f"{block}b_x{gate}"].any()


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_double_precision_is_kept(framework, path, tmp_path):
    model = make("lstm", num_layers=2)
    tensors = put(path, model, "float64")
    net, _ = PACKAGES[framework].load_model(path)
    PACKAGES[framework].export_weights(net, tmp_path / "again")
    for name, array in read_weights(tmp_path / "again").tensors.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, tensors[name])


def test_mxnet_rounds_to_single_precision(path, tmp_path):
    model = make("lstm", num_layers=2)
    tensors = put(path, model, "float64")
    net, _ = d2l_mxnet.load_model(path)
    d2l_mxnet.export_weights(net, tmp_path / "again")
    for name, array in read_weights(tmp_path / "again").tensors.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, tensors[name].astype("float32"))


@pytest.mark.parametrize("framework", PACKAGES)
def test_an_import_takes_the_type_of_the_model(framework, path):
    model = make("rnn-tanh")
    tensors = put(path, model, "float64")
    net = new(framework, model)
    PACKAGES[framework].import_weights(net, path)
    found = SIDES[framework].parameters(net, model)["W_hq"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, tensors["W_hq"].astype("float32"))


def test_torch_models_lie_on_the_device_asked_for(path):
    put(path, make("lstm"))
    net, _ = d2l_torch.load_model(path, device="meta")
    assert {param.device.type for param in net.parameters()} == {"meta"}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("both_ways", [False, True])
def test_tensorflow_builds_any_model_from_its_file_alone(
    cell, both_ways, path, tmp_path, eagerly
):
    model = make(cell, num_layers=2, bidirectional=both_ways)
    tensors = put(path, model)
    net, _ = d2l_tensorflow.load_model(path)
    assert of_tensorflow(net) == model
    d2l_tensorflow.export_weights(net, tmp_path / "again")
    for name, array in read_weights(tmp_path / "again").tensors.items():
        np.testing.assert_array_equal(array, tensors[name])


@pytest.mark.parametrize("cell", ["rnn-relu", "gru-before", "lstm"])
def test_keras_models_of_cells_and_of_layers_hold_the_same(cell, path, tmp_path):
    model = make(cell, num_layers=3)
    tensors = put(path, model)
    for build in (in_tensorflow.in_cells, in_tensorflow.in_layers):
        net = build(model, "float32")
        assert d2l_tensorflow.import_weights(net, path).token_to_idx["e"] == 4
        d2l_tensorflow.export_weights(net, tmp_path / build.__name__)
        for name, array in read_weights(tmp_path / build.__name__).tensors.items():
            np.testing.assert_array_equal(array, tensors[name])


def test_keras_layers_around_a_single_cell_are_layers_too(path):
    cells = [tf.keras.layers.LSTMCell(3), tf.keras.layers.LSTMCell(3)]
    layers = [
        tf.keras.layers.RNN(cells[0], **EVERY_STEP),
        tf.keras.layers.RNN(tf.keras.layers.StackedRNNCells(cells[1:]), **EVERY_STEP),
        tf.keras.layers.LSTM(3, **EVERY_STEP),
    ]
    net = d2l_tensorflow.RNNModel(layers, 5)
    assert of_tensorflow(net) == make("lstm", num_layers=3)


# What doesn't fit


@pytest.mark.parametrize("framework", PACKAGES)
@pytest.mark.parametrize(
    "held",
    [
        make("lstm", num_layers=1),
        make("gru-after", num_layers=2),
        make("lstm", num_layers=2, bidirectional=True),
        Architecture("lstm", 5, 4, 2),
        Architecture("lstm", 6, 3, 2),
    ],
    ids=str,
)
def test_the_weights_of_another_model_are_refused(framework, held, path):
    put(path, held, vocab=None)
    wanted = make("lstm", num_layers=2)
    net = new(framework, wanted)
    before = SIDES[framework].parameters(net, wanted)
    with pytest.raises(ValueError, match="weights of another model") as caught:
        PACKAGES[framework].import_weights(net, path)
    message = str(caught.value)
    assert str(path) in message and str(held) in message and str(wanted) in message
    for name, array in SIDES[framework].parameters(net, wanted).items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("framework", PACKAGES)
def test_another_activation_is_refused(framework, path):
    put(path, make("rnn-tanh"))
    with pytest.raises(ValueError, match="tanh RNN.* This model is relu RNN"):
        PACKAGES[framework].import_weights(new(framework, make("rnn-relu")), path)


@pytest.mark.parametrize("framework", PACKAGES)
def test_the_other_reset_placement_is_refused(framework, path):
    put(path, make("gru-before"))
    with pytest.raises(ValueError, match="gate before the product.* gate after the"):
        PACKAGES[framework].import_weights(new(framework, make("gru-after")), path)


@pytest.mark.parametrize("framework", ["torch", "mxnet"])
def test_a_reset_gate_before_the_product_is_for_tensorflow(framework, path):
    put(path, make("gru-before"))
    with pytest.raises(ValueError, match="load it in TensorFlow"):
        PACKAGES[framework].load_model(path)


@pytest.mark.parametrize("framework", PACKAGES)
@pytest.mark.parametrize("call", ["load_model", "import_weights"])
def test_a_file_is_read_once(call, framework, path, monkeypatch):
    model, opened = make("lstm"), []
    put(path, model)

    def count(path, *args, **kwargs):
        opened.append(path)
        return safe_open(path, *args, **kwargs)

    monkeypatch.setattr(file, "safe_open", count)
    if call == "load_model":
        _, vocab = PACKAGES[framework].load_model(path)
    else:
        vocab = PACKAGES[framework].import_weights(new(framework, model), path)
    assert opened == [path]
    assert vocab.idx_to_token == VOCAB.idx_to_token


@pytest.mark.parametrize("framework", PACKAGES)
def test_a_damaged_file_changes_nothing(framework, path):
    wanted = make("lstm", num_layers=2)
    put(path, wanted)
    content = bytearray(path.read_bytes())
    content[-3] ^= 8
    path.write_bytes(content)
    net = new(framework, wanted)
    before = SIDES[framework].parameters(net, wanted)
    with pytest.raises(ValueError, match="checksum is wrong"):
        PACKAGES[framework].import_weights(net, path)
    with pytest.raises(ValueError, match="checksum is wrong"):
        PACKAGES[framework].load_model(path)
    for name, array in SIDES[framework].parameters(net, wanted).items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.situation("checkpoints: float64 weights beyond float32")
@pytest.mark.parametrize("framework", PACKAGES)
def test_numbers_beyond_the_type_of_a_model_are_refused(framework, path):
    model = make("lstm")
    tensors = draw(model, "float64")
    tensors["b_q"][2] = -1e300
    write_weights(path, model, tensors, VOCAB)
    net = new(framework, model)
    before = SIDES[framework].parameters(net, model)
    message = r"holds 1e\+300 in 'b_q', but the numbers of this model end at 3.4"
    with pytest.raises(ValueError, match=message):
        PACKAGES[framework].import_weights(net, path)
    for name, array in SIDES[framework].parameters(net, model).items():
        np.testing.assert_array_equal(array, before[name])
    if framework == "mxnet":  # which is float32 whatever the file is
        with pytest.raises(ValueError, match=message):
            d2l_mxnet.load_model(path)
    else:
        double, _ = PACKAGES[framework].load_model(path)
        read = SIDES[framework].parameters(double, model)["b_q"]
        assert read[2] == -1e300


@pytest.mark.situation("checkpoints: diverged weights over an export that was good")
@pytest.mark.parametrize("framework", PACKAGES)
def test_weights_that_are_not_finite_replace_no_good_file(framework, path):
    model = make("lstm")
    put(path, model)
    content, net = path.read_bytes(), new(framework, model)
    for bad in (np.nan, np.inf):
        if framework == "torch":
            nn.init.constant_(net.linear.bias, bad)
        elif framework == "tensorflow":
            net.dense.bias.assign(tf.fill(net.dense.bias.shape, bad))
        else:
            net.dense.bias.set_data(net.dense.bias.data() * 0 + bad)
        with pytest.raises(ValueError, match="weights.safetensors.*aren't finite"):
            PACKAGES[framework].export_weights(net, path, VOCAB)
        assert path.read_bytes() == content


@pytest.mark.parametrize("framework", PACKAGES)
def test_a_vocabulary_of_another_size_is_not_exported(framework, path):
    with pytest.raises(ValueError, match="has 2 tokens, but the model reads 5"):
        PACKAGES[framework].export_weights(
            new(framework, make("lstm")), path, Vocab(["a"])
        )
    assert not path.exists()


@pytest.mark.parametrize("framework", PACKAGES)
def test_a_hand_written_model_has_no_description(framework, path):
    with pytest.raises(TypeError, match="net is object: pass an RNNModel"):
        PACKAGES[framework].export_weights(object(), path)


@pytest.mark.parametrize("options", [{"bias": False}, {"proj_size": 2}])
def test_torch_layers_that_no_file_describes_are_refused(options, path):
    net = d2l_torch.RNNModel(nn.LSTM(5, 3, **options), 5)
    with pytest.raises(ValueError, match="projection or no bias"):
        d2l_torch.export_weights(net, path)


def test_half_precision_is_refused(path):
    net = d2l_torch.RNNModel(nn.LSTM(5, 3), 5).to(torch.bfloat16)
    with pytest.raises(ValueError, match="of type bfloat16, but all must be float32"):
        d2l_torch.export_weights(net, path)


def test_mxnet_layers_without_values_are_refused(path):
    put(path, make("lstm"))
    net = d2l_mxnet.RNNModel(rnn.LSTM(3), 5)
    for call in (d2l_mxnet.export_weights, d2l_mxnet.import_weights):
        with pytest.raises(ValueError, match="has no values yet: call net.initialize"):
            call(net, path)
    assert isinstance(net.dense, gluon_nn.Dense)


def test_mxnet_layers_that_no_file_describes_are_refused(path):
    net = d2l_mxnet.RNNModel(rnn.LSTM(3, input_size=5, state_clip_min=-1), 5)
    with pytest.raises(ValueError, match="projection or clips its state"):
        d2l_mxnet.export_weights(net, path)


def keras(kind, **options):
    return getattr(tf.keras.layers, kind)(3, **options, **EVERY_STEP)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: keras("LSTM", use_bias=False), "has no bias"),
        (lambda: keras("LSTM", recurrent_activation="relu"), "use 'sigmoid'"),
        (lambda: keras("GRU", activation="relu"), "activation is 'relu'"),
        (lambda: keras("LSTM", go_backwards=True), "reads backwards"),
        (lambda: [keras("LSTM"), keras("GRU")], "the layers of the model differ"),
        (
            lambda: [keras("GRU"), keras("GRU", reset_after=False)],
            "the layers of the model differ",
        ),
        (
            lambda: [tf.keras.layers.Bidirectional(keras("GRU")), keras("GRU")],
            "some in one",
        ),
        (
            lambda: tf.keras.layers.Bidirectional(keras("GRU"), merge_mode="sum"),
            "merge_mode='sum'",
        ),
        (
            lambda: tf.keras.layers.Bidirectional(
                tf.keras.layers.RNN(
                    tf.keras.layers.StackedRNNCells(
                        [tf.keras.layers.LSTMCell(3) for _ in range(2)]
                    ),
                    **EVERY_STEP,
                )
            ),
            "a list of Bidirectional layers",
        ),
    ],
)
def test_keras_layers_that_no_file_describes_are_refused(build, message, path):
    net = d2l_tensorflow.RNNModel(build(), 5)
    with pytest.raises(ValueError, match=message):
        d2l_tensorflow.export_weights(net, path)
    assert not path.exists()


def test_a_cell_of_ones_own_is_refused(path):
    class Mine(tf.keras.layers.LSTMCell):
        pass

    net = d2l_tensorflow.RNNModel(tf.keras.layers.RNN(Mine(3), **EVERY_STEP), 5)
    with pytest.raises(ValueError, match="a Mine, is a class of your own"):
        d2l_tensorflow.export_weights(net, path)
