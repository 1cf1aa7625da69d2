"""Exercise 2: what the check says to good and to mistaken GRU layers."""

import pytest

from tests.check.planting import checked

HEAD = "def gru_layer(vocab_size, num_hiddens, num_layers):\n    q, h, L = vocab_size, num_hiddens, num_layers\n"
SEQUENCES, STATE = "return_sequences=True", "return_state=True"
KERAS = f"{SEQUENCES}, {STATE}"


def stacked(cells, options=KERAS):
    return f"K.RNN(K.StackedRNNCells({cells}), {options})"


GOOD = {
    "torch": [
        "nn.GRU(q, h, L)",
        "nn.GRU(input_size=q, hidden_size=h, num_layers=L, dropout=0.1)",
    ],
    "tensorflow": [
        stacked("[K.GRUCell(h) for _ in range(L)]"),
        f"[K.GRU(h, {KERAS}) for _ in range(L)]",
        stacked("[K.GRUCell(h, reset_after=False) for _ in range(L)]"),
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
    ],
    "tensorflow": [
        ("lstm-returned", stacked("[K.LSTMCell(h) for _ in range(L)]")),
        ("rnn-returned", stacked("[K.SimpleRNNCell(h) for _ in range(L)]")),
        ("cell-returned", "K.GRUCell(h)"),
        ("cell-returned", "K.StackedRNNCells([K.GRUCell(h) for _ in range(L)])"),
        ("cell-returned", "[K.GRUCell(h) for _ in range(L)]"),
        (
            "model-returned",
            f"d2l.RNNModel({stacked('[K.GRUCell(h) for _ in range(L)]')}, q)",
        ),
        ("not-a-layer", "K.Dense(h)"),
        ("not-a-layer", "[]"),
        ("nothing-returned", "None"),
        ("one-layer", f"K.GRU(h, {KERAS})"),
        ("wrong-number-of-layers", stacked("[K.GRUCell(h), K.GRUCell(h)]")),
        ("wrong-number-of-units", stacked("[K.GRUCell(q) for _ in range(L)]")),
        ("no-sequences", stacked("[K.GRUCell(h) for _ in range(L)]", STATE)),
        ("no-sequences", f"[K.GRU(h, {STATE}) for _ in range(L)]"),
        ("no-state", stacked("[K.GRUCell(h) for _ in range(L)]", SEQUENCES)),
        ("cell-shared", stacked("[K.GRUCell(h)] * L")),
        ("both-directions", f"[K.Bidirectional(K.GRU(h, {KERAS})) for _ in range(L)]"),
        (
            "model-fails",
            f"[K.RNN(K.GRUCell(h), {KERAS}, return_all=1) if 0 else K.GRU(h, {KERAS}, stateful=True) for _ in range(L)]",
        ),
    ],
    "mxnet": [
        ("lstm-returned", "rnn.LSTM(h, L, input_size=q)"),
        ("rnn-returned", "rnn.RNN(h, L, input_size=q)"),
        ("cell-returned", "rnn.GRUCell(h)"),
        ("model-returned", "d2l.RNNModel(rnn.GRU(h, L, input_size=q), q)"),
        ("not-a-layer", "gluon.nn.Dense(h)"),
        ("nothing-returned", "None"),
        ("one-layer", "rnn.GRU(h, input_size=q)"),
        ("wrong-number-of-layers", "rnn.GRU(h, 2)"),
        ("wrong-number-of-units", "rnn.GRU(q, L)"),
        ("wrong-number-of-inputs", "rnn.GRU(h, L, input_size=h)"),
        ("batch-first", "rnn.GRU(h, L, layout='NTC')"),
        ("both-directions", "rnn.GRU(h, L, bidirectional=True)"),
    ],
}


def names(ops):
    """What the notebooks of a framework import."""
    if ops.name == "torch":
        from d2l_local import torch as d2l

        return {"nn": ops.lib.nn, "d2l": d2l}
    if ops.name == "tensorflow":
        from d2l_local import tensorflow as d2l

        return {"K": ops.lib.keras.layers, "d2l": d2l}
    from d2l_local import mxnet as d2l

    return {"rnn": ops.gluon.rnn, "gluon": ops.gluon, "d2l": d2l}


def report(ops, made):
    return checked(ops, "gru_layer", f"{HEAD}    return {made}\n", **names(ops))


@pytest.mark.parametrize("number", range(3))
def test_good_layers_pass(ops, number):
    for made in GOOD[ops.name][number : number + 1]:
        found = report(ops, made)
        assert found.passed, found


@pytest.mark.parametrize("number", range(18))
def test_mistakes_are_called_by_their_name(ops, number):
    for mistake, made in MISTAKES[ops.name][number : number + 1]:
        found = report(ops, made)
        assert found.mistakes == [mistake], found
