"""The file of weights: what is written is read, and nothing else is."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from d2l_local import files
from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import read_weights, write_weights
from d2l_local.exchange.gates import added_biases, pack_gates, unpack_gates
from d2l_local.text.vocabulary import Vocab

LSTM = Architecture("lstm", 5, 3, 2)
KINDS = [
    LSTM,
    Architecture("rnn", 5, 3, activation="relu"),
    Architecture("gru", 4, 2, 3, bidirectional=True, reset="after"),
    Architecture("gru", 4, 2, reset="before"),
]


def draw(architecture, dtype="float32"):
    rng = np.random.default_rng(1)
    shapes = architecture.shapes()
    return {
        name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()
    }


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


@pytest.fixture
def written(path):
    """A good file, and what it holds."""
    tensors = draw(LSTM)
    write_weights(path, LSTM, tensors, Vocab(list("time")))
    return path, tensors


def rewrite(path, change_metadata=None, change_tensors=None, checksum=True):
    """Write a file anew with other contents, by default with the right checksum."""
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + size])["__metadata__"]
    tensors = load(content)
    metadata |= change_metadata or {}
    metadata = {key: value for key, value in metadata.items() if value is not None}
    tensors |= change_tensors or {}
    tensors = {key: value for key, value in tensors.items() if value is not None}
    if checksum and "sha256" in metadata:
        rest = {k: v for k, v in metadata.items() if k != "sha256"}
        metadata["sha256"] = files.checksum(rest, tensors)
    path.write_bytes(save(tensors, metadata))


# The architecture


def test_the_names_are_those_of_the_formulas_from_the_bottom_up():
    assert list(Architecture("rnn", 5, 3, 2).shapes().items()) == [
        ("layer1.forward.W_xh", (5, 3)),
        ("layer1.forward.W_hh", (3, 3)),
        ("layer1.forward.b_h", (3,)),
        ("layer2.forward.W_xh", (3, 3)),
        ("layer2.forward.W_hh", (3, 3)),
        ("layer2.forward.b_h", (3,)),
        ("W_hq", (3, 5)),
        ("b_q", (5,)),
    ]


def test_in_two_directions_the_layers_above_read_both():
    shapes = Architecture("lstm", 5, 3, 2, bidirectional=True).shapes()
    assert shapes["layer1.backward.W_xi"] == (5, 3)
    assert shapes["layer2.backward.W_xi"] == (6, 3)
    assert shapes["layer2.backward.W_hi"] == (3, 3)
    assert shapes["W_hq"] == (6, 5)


def test_a_reset_gate_after_the_product_stands_between_two_biases():
    after = set(Architecture("gru", 5, 3, reset="after").shapes())
    before = set(Architecture("gru", 5, 3, reset="before").shapes())
    assert after - before == {"layer1.forward.b_xh", "layer1.forward.b_hh"}
    assert before - after == {"layer1.forward.b_h"}


@pytest.mark.parametrize("architecture", KINDS, ids=str)
def test_the_number_of_tensors_is_known_without_listing_them(architecture):
    assert architecture.num_tensors == len(architecture.shapes())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"cell": "gtu"}, "cell is 'gtu'"),
        ({"num_layers": 0}, "num_layers is 0"),
        ({"num_hiddens": -1}, "num_hiddens is -1"),
        ({"activation": "relu"}, "activation is 'relu' in a cell 'lstm'"),
        ({"reset": "after"}, "reset is 'after' in a cell 'lstm'"),
        ({"cell": "gru"}, "reset is None in a cell 'gru'"),
        ({"cell": "rnn", "activation": "sigmoid"}, "activation is 'sigmoid'"),
    ],
)
def test_what_no_formula_describes_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Architecture(**{"cell": "lstm", "vocab_size": 5, "num_hiddens": 3} | options)


# Gates


@pytest.mark.parametrize("architecture", KINDS, ids=str)
def test_gates_are_laid_side_by_side_and_taken_apart_again(architecture):
    tensors = draw(architecture)
    block = architecture.blocks[-1]
    names = {name for name in tensors if name.startswith(block)}
    order = {"rnn": "h", "gru": "zhr", "lstm": "coif"}[architecture.cell]
    together = pack_gates(tensors, block, order, architecture.reset)
    h, g = architecture.num_hiddens, len(order)
    assert [a.shape[1:] for a in together[:2]] == [(g * h,)] * 2
    assert [a.shape for a in together[2:]] == [(g * h,)] * 2
    both = unpack_gates(*together, block, order)
    apart = added_biases(both, block, order, architecture.reset)
    assert set(apart) == names
    for name in names:
        np.testing.assert_array_equal(apart[name], tensors[name])


def test_gates_stand_in_the_order_asked_for():
    tensors = draw(LSTM)
    W_x, W_h, b_x, b_h = pack_gates(tensors, "layer1.forward.", "cofi", None)
    np.testing.assert_array_equal(W_x[:, 3:6], tensors["layer1.forward.W_xo"])
    np.testing.assert_array_equal(W_h[:, 6:9], tensors["layer1.forward.W_hf"])
    np.testing.assert_array_equal(b_x[:3], tensors["layer1.forward.b_c"])
    assert not b_h.any()


def test_two_biases_are_added_unless_the_reset_gate_stands_between_them():
    tensors = {f"b_{side}{gate}": np.ones(2) for side in "xh" for gate in "rzh"}
    tensors |= {f"W_{side}{gate}": np.ones((2, 2)) for side in "xh" for gate in "rzh"}
    after = added_biases(tensors, "", "rzh", "after")
    assert after["b_r"].tolist() == [2, 2] and after["b_hh"].tolist() == [1, 1]
    before = added_biases(tensors, "", "rzh", "before")
    assert before["b_h"].tolist() == [2, 2] and "b_hh" not in before


# What is written is read


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("architecture", KINDS, ids=str)
def test_what_is_written_is_read(architecture, dtype, path):
    tensors = draw(architecture, dtype)
    write_weights(path, architecture, tensors)
    held = read_weights(path)
    assert held.architecture == architecture and held.vocab is None
    assert list(held.tensors) == list(architecture.shapes())
    for name, array in tensors.items():
        assert held.tensors[name].dtype == dtype
        np.testing.assert_array_equal(held.tensors[name], array)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(max_size=4), unique=True, min_size=1, max_size=5))
@example(["\n", '"', "\ud83d", "\u3042"])
def test_any_vocabulary_comes_back_in_its_order(tmp_path, tokens):
    path = tmp_path / "v.safetensors"
    tokens = [token for token in tokens if token != "<unk>"]
    vocab = Vocab(reserved_tokens=tokens)
    architecture = Architecture("rnn", len(vocab), 1)
    write_weights(path, architecture, draw(architecture), vocab)
    read = read_weights(path).vocab
    assert read.idx_to_token == vocab.idx_to_token
    assert read.token_to_idx == vocab.token_to_idx


def test_tensors_may_be_views_with_other_strides(path):
    tensors = draw(LSTM)
    turned = {k: np.asfortranarray(v) if v.ndim == 2 else v for k, v in tensors.items()}
    write_weights(path, LSTM, turned)
    for name, array in read_weights(path).tensors.items():
        np.testing.assert_array_equal(array, tensors[name])


def test_the_file_holds_what_its_description_says(written):
    path, tensors = written
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + size])
    metadata = head.pop("__metadata__")
    assert set(head) == set(tensors)
    assert head["layer2.forward.W_xi"]["shape"] == [3, 3]
    assert metadata.pop("sha256") == files.checksum(metadata, tensors)
    assert json.loads(metadata.pop("tokens")) == ["<unk>", "t", "i", "m", "e"]
    assert metadata == {
        "format": "d2l_local.weights",
        "version": "1",
        "cell": "lstm",
        "activation": "tanh",
        "reset": "none",
        "bidirectional": "false",
        "num_layers": "2",
        "num_hiddens": "3",
        "vocab_size": "5",
    }


# What can't be written


@pytest.mark.parametrize(
    "change, message",
    [
        ({"b_q": np.zeros(4, "f4")}, r"'b_q' has the shape \(4,\).* needs \(5,\)"),
        ({"b_q": None}, "lacks 'b_q'"),
        ({"b_z": np.zeros(3, "f4")}, "also has 'b_z'"),
        ({"b_q": np.zeros(5)}, "float32, float64"),
        ({"b_q": np.full(5, np.nan, "f4")}, "'b_q' holds numbers that aren't finite"),
        ({"b_q": np.full(5, np.inf, "f4")}, "lower learning rate"),
    ],
)
def test_tensors_that_do_not_fit_are_not_written(change, message, path):
    tensors = {k: v for k, v in (draw(LSTM) | change).items() if v is not None}
    with pytest.raises(ValueError, match=f"can't write the weights to.*{message}"):
        write_weights(path, LSTM, tensors)
    assert not path.exists()


def test_whole_numbers_are_not_written(path):
    tensors = {name: array.astype(int) for name, array in draw(LSTM).items()}
    with pytest.raises(ValueError, match="of type int64, but all must be float32"):
        write_weights(path, LSTM, tensors)


@pytest.mark.parametrize(
    "tokens, message",
    [
        (["<unk>", "a"], "2 tokens, but the model reads 5"),
        (["<unk>", "a", "b", "c", "a"], "each token once"),
        (["a", "<unk>", "b", "c", "d"], "begin with '<unk>'"),
        (["<unk>", "a", "b", "c", 3], "list of strings"),
    ],
)
def test_a_vocabulary_that_does_not_fit_is_not_written(tokens, message, path):
    vocab = Vocab()
    vocab.idx_to_token = tokens
    with pytest.raises(ValueError, match=message):
        write_weights(path, LSTM, draw(LSTM), vocab)
    assert not path.exists()


def test_a_file_that_is_there_stays_when_the_disk_is_full(written, monkeypatch):
    path, tensors = written

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_weights(path, LSTM, draw(LSTM, "float64"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    np.testing.assert_array_equal(read_weights(path).tensors["W_hq"], tensors["W_hq"])


def test_a_file_gets_its_name_when_it_has_reached_the_disk(path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(path.exists()))
    files.write_whole(path, b"whole")
    assert seen == [False]
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "models" / "weights.safetensors"
    with pytest.raises(FileNotFoundError, match="so create it first: .*models'"):
        write_weights(path, LSTM, draw(LSTM))


# What isn't read


@pytest.mark.parametrize(
    "change, message",
    [
        ({"format": None}, "claims to be in the format None"),
        ({"format": "pt"}, "in the format 'pt', not 'd2l_local.weights'"),
        ({"version": "2"}, "version '2' .* reads version '1'"),
        ({"cell": None}, "metadata it lacks 'cell'"),
        ({"more": "1"}, "metadata it also has 'more'"),
        ({"sha256": None}, "lacks 'sha256'"),
        ({"cell": "gru"}, "reset is None in a cell 'gru'"),
        (
            {"num_layers": "3"},
            "tensors of LSTM, layers 3.* lacks 'layer3.forward.W_hc'",
        ),
        ({"num_layers": "999999999"}, "but LSTM, .* has 11999999990"),
        ({"num_layers": "9" * 5000}, "not a whole number"),
        ({"num_layers": "-1"}, "num_layers is '-1', not a whole number"),
        ({"num_layers": "٣"}, "not a whole number"),
        ({"num_hiddens": "4"}, r"shape \(5, 3\), but .* needs \(5, 4\)"),
        ({"bidirectional": "yes"}, "bidirectional is 'yes'"),
        ({"tokens": "[1, 2"}, "vocabulary isn't JSON"),
        ({"tokens": "[" * 100_000}, "vocabulary isn't JSON"),
        ({"tokens": '{"a": 1}'}, "isn't a list of strings"),
        ({"tokens": '["<unk>", "a"]'}, "2 tokens, but the model reads 5"),
    ],
)
def test_wrong_metadata_is_refused(change, message, written):
    path, _ = written
    rewrite(path, change_metadata=change)
    with pytest.raises(ValueError, match=message) as caught:
        read_weights(path)
    assert str(path) in str(caught.value)
    assert "Use a file of export_weights" in str(caught.value)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"b_q": None}, "lacks 'b_q'"),
        ({"b_h": np.zeros(3, "f4")}, "also has 'b_h'"),
        ({"b_q": np.zeros(6, "f4")}, r"'b_q' has the shape \(6,\)"),
        ({"b_q": np.zeros(5)}, "float32, float64"),
        ({"b_q": np.zeros(5, "i4")}, "I32, float32"),
        ({"b_q": np.full(5, np.nan, "f4")}, "aren't finite"),
    ],
)
def test_wrong_tensors_are_refused(change, message, written):
    path, _ = written
    rewrite(path, change_tensors=change)
    with pytest.raises(ValueError, match=message):
        read_weights(path)


def test_numbers_that_were_changed_are_refused(written):
    path, tensors = written
    rewrite(path, change_tensors={"b_q": 2 * tensors["b_q"]}, checksum=False)
    with pytest.raises(ValueError, match="checksum is wrong"):
        read_weights(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing.safetensors"):
        read_weights(tmp_path / "nothing.safetensors")
    with pytest.raises(IsADirectoryError, match="is a folder: name a file in it"):
        read_weights(tmp_path)


FUZZ = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a good file."""
    path = tmp_path_factory.mktemp("whole") / "whole.safetensors"
    write_weights(path, LSTM, draw(LSTM), Vocab(list("time")))
    return path.read_bytes()


def refused(folder, content):
    """Fail unless a file with this content is refused as it should be."""
    path = Path(folder) / "fuzzed.safetensors"
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match="can't read weights from .*fuzzed.safetensors"
    ):
        read_weights(path)


@FUZZ
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path, content):
    refused(tmp_path, content)


@FUZZ
@given(head=st.binary(max_size=200), rest=st.binary(max_size=50))
def test_random_bytes_behind_a_length_are_refused(tmp_path, head, rest):
    refused(tmp_path, len(head).to_bytes(8, "little") + head + rest)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@FUZZ
@given(head=st.dictionaries(st.sampled_from(["__metadata__", "b_q"]), json_values))
def test_foreign_tables_of_contents_are_refused(tmp_path, head):
    content = json.dumps(head).encode()
    refused(tmp_path, len(content).to_bytes(8, "little") + content)


@FUZZ
@given(
    change=st.dictionaries(
        st.sampled_from(["cell", "reset", "num_layers", "num_hiddens", "vocab_size",
                         "bidirectional", "activation", "version", "tokens"]),
        st.text(max_size=8) | st.sampled_from(["gru", "rnn", "after", "true", "1"]),
        min_size=1,
    )
)  # fmt: skip
def test_metadata_at_random_is_refused_even_with_the_right_checksum(
    tmp_path, whole, change
):
    path = tmp_path / "fuzzed.safetensors"
    path.write_bytes(whole)
    same = {"cell": "lstm", "reset": "none", "num_layers": "2", "num_hiddens": "3",
            "vocab_size": "5", "bidirectional": "false", "activation": "tanh",
            "version": "1"}  # fmt: skip
    rewrite(path, change_metadata=change)
    if all(same.get(key) == value for key, value in change.items()):
        read_weights(path)
    else:
        with pytest.raises(ValueError, match="can't read weights"):
            read_weights(path)


@FUZZ
@given(data=st.data())
def test_a_truncated_file_is_refused(tmp_path, whole, data):
    refused(tmp_path, whole[: data.draw(st.integers(0, len(whole) - 1))])


@FUZZ
@given(data=st.data())
def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path, whole, data):
    content = bytearray(whole)
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    refused(tmp_path, bytes(content))
