"""Exercise 2: what the check says to good and to mistaken GRU layers."""

from importlib import import_module

import pytest

from tests.checks.planting import checked

SEQUENCES, STATE = "return_sequences=True", "return_state=True"
BOTH = f"{SEQUENCES}, {STATE}"


def stacked(cells, options=BOTH):
    """A Keras layer over stacked cells."""
    return f"K.RNN(K.StackedRNNCells({cells}), {options})"


def each(made):
    """A list with one layer or cell for each level."""
    return f"[{made} for _ in range(L)]"


GOOD = {
    "torch": [
        "nn.GRU(q, h, L)",
        "nn.GRU(input_size=q, hidden_size=h, num_layers=L, dropout=0.1)",
    ],
    "tensorflow": [
        stacked(each("K.GRUCell(h)")),
        stacked(each("K.GRUCell(h, reset_after=False)")),
        each(f"K.GRU(h, {BOTH})"),
    ],
    "mxnet": ["rnn.GRU(h, L, input_size=q)", "rnn.GRU(h, L)"],
}
MISTAKES = {
    "torch": [
        ("lstm-returned", "nn.LSTM(q, h, L)"),
        ("rnn-returned", "nn.RNN(q, h, L)"),
        ("cell-returned", "nn.GRUCell(q, h)"),
        ("model-returned", "d2l.RNNModel(nn.GRU(q, h, L), q)"),
        ("not-a-layer", "nn.Sequential(nn.GRU(q, h, L))"),
        ("not-a-layer", "[nn.GRU(q, h), nn.GRU(h, h)]"),
        ("nothing-returned", "None"),
        ("one-layer", "nn.GRU(q, h)"),
        ("wrong-number-of-layers", "nn.GRU(q, h, 2)"),
        ("wrong-number-of-units", "nn.GRU(q, q, L)"),
        ("wrong-number-of-units", "nn.GRU(h, q, L)"),
        ("wrong-number-of-inputs", "nn.GRU(h, h, L)"),
        ("batch-first", "nn.GRU(q, h, L, batch_first=True)"),
        ("both-directions", "nn.GRU(q, h, L, bidirectional=True)"),
        ("model-fails", "nn.GRU(q, h, L).double()"),
    ],
    "tensorflow": [
        ("lstm-returned", stacked(each("K.LSTMCell(h)"))),
        ("rnn-returned", stacked(each("K.SimpleRNNCell(h)"))),
        ("cell-returned", "K.GRUCell(h)"),
        ("cell-returned", f"K.StackedRNNCells({each('K.GRUCell(h)')})"),
        ("cell-returned", each("K.GRUCell(h)")),
        ("model-returned", f"d2l.RNNModel({stacked(each('K.GRUCell(h)'))}, q)"),
        ("not-a-layer", "K.Dense(h)"),
        ("not-a-layer", "[]"),
        ("not-a-layer", f"[K.GRU(h, {BOTH}), K.LSTM(h, {BOTH})]"),
        ("nothing-returned", "None"),
        ("one-layer", f"K.GRU(h, {BOTH})"),
        ("wrong-number-of-layers", stacked("[K.GRUCell(h), K.GRUCell(h)]")),
        ("wrong-number-of-units", stacked(each("K.GRUCell(q)"))),
        ("no-sequences", stacked(each("K.GRUCell(h)"), STATE)),
        ("no-sequences", each(f"K.GRU(h, {STATE})")),
        ("no-state", stacked(each("K.GRUCell(h)"), SEQUENCES)),
        ("cell-shared", stacked("[K.GRUCell(h)] * L")),
        ("both-directions", each(f"K.Bidirectional(K.GRU(h, {BOTH}))")),
        ("model-fails", each(f"K.GRU(h, {BOTH}, stateful=True)")),
    ],
    "mxnet": [
        ("lstm-returned", "rnn.LSTM(h, L, input_size=q)"),
        ("rnn-returned", "rnn.RNN(h, L, input_size=q)"),
        ("cell-returned", "rnn.GRUCell(h)"),
        ("model-returned", "d2l.RNNModel(rnn.GRU(h, L, input_size=q), q)"),
        ("not-a-layer", "nn.Dense(h)"),
        ("nothing-returned", "None"),
        ("one-layer", "rnn.GRU(h, input_size=q)"),
        ("wrong-number-of-layers", "rnn.GRU(h, 2)"),
        ("wrong-number-of-units", "rnn.GRU(q, L)"),
        ("wrong-number-of-inputs", "rnn.GRU(h, L, input_size=h)"),
        ("batch-first", "rnn.GRU(h, L, layout='NTC')"),
        ("both-directions", "rnn.GRU(h, L, bidirectional=True)"),
        ("model-fails", "rnn.GRU(h, L, dtype='float64')"),
    ],
}


def report(ops, made):
    """The report on a function that returns what is `made` by this piece of code."""
    names = {"d2l": import_module(f"d2l_local.{ops.name}"), **ops.layers()}
    source = (
        "def gru_layer(vocab_size, num_hiddens, num_layers):\n"
        "    q, h, L = vocab_size, num_hiddens, num_layers\n"
        f"    return {made}\n"
    )
    return checked(ops, "gru_layer", source, **names)


@pytest.mark.parametrize(
    "ops, made",
    [(name, made) for name in GOOD for made in GOOD[name]],
    indirect=["ops"],
)
def test_good_layers_pass(ops, made):
    found = report(ops, made)
    assert found.passed, found


@pytest.mark.parametrize(
    "ops, mistake, made",
    [(name, *each) for name in MISTAKES for each in MISTAKES[name]],
    indirect=["ops"],
)
def test_mistakes_are_called_by_their_name(ops, mistake, made):
    found = report(ops, made)
    assert found.mistakes == [mistake], found
