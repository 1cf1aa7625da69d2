"""The TensorFlow half: devices, updates, models, prediction and training."""

import math
import subprocess
import sys

import numpy as np
import pytest

from d2l_local import tensorflow as d2l
from tests.helper.own_vocab import OwnVocab

import tensorflow as tf  # isort: skip (its notices are held back by then)

layers = tf.keras.layers
q, h = 10, 6  # size of the vocabulary, number of hidden units
WHOLE = {"return_sequences": True, "return_state": True}


def two_cells():
    return layers.StackedRNNCells([layers.LSTMCell(h), layers.GRUCell(h)])


# Every kind of layer that the docstring names, and the shapes of its states.
ONE_WAY = {
    "SimpleRNN": (lambda: layers.SimpleRNN(h, **WHOLE), 1),
    "GRU": (lambda: layers.GRU(h, **WHOLE), 1),
    "LSTM": (lambda: layers.LSTM(h, **WHOLE), 2),
    "RNN over a cell": (lambda: layers.RNN(layers.GRUCell(h), **WHOLE), 1),
    "RNN over stacked cells": (lambda: layers.RNN(two_cells(), **WHOLE), 3),
    "two layers": (
        lambda: [layers.LSTM(h, **WHOLE), layers.SimpleRNN(h, **WHOLE)],
        3,
    ),
    "three layers": (lambda: [layers.GRU(h, **WHOLE) for _ in range(3)], 3),
}
BOTH_WAYS = {
    f"Bidirectional {name}": (lambda make=make: layers.Bidirectional(make()), 2 * n)
    for name, (make, n) in ONE_WAY.items()
    if "layers" not in name
} | {
    "two bidirectional layers": (
        lambda: [layers.Bidirectional(layers.LSTM(h, **WHOLE)) for _ in range(2)],
        8,
    )
}
LAYERS = ONE_WAY | BOTH_WAYS


@pytest.fixture(autouse=True)
def seed():
    d2l.set_seed(0)


@pytest.fixture
def data(text):
    """The batches of the tiny text as a list, and the vocabulary."""
    train_iter, vocab = d2l.load_data_time_machine(4, 5, text=text)
    assert len(vocab) == q
    return list(train_iter), vocab


@pytest.fixture(scope="module")
def strategy():
    return tf.distribute.OneDeviceStrategy("/CPU:0")


def model(name="SimpleRNN", **options):
    return d2l.RNNModel(LAYERS[name][0](), q, **options)


def get_params(vocab_size, num_hiddens):
    def normal(*shape):
        return tf.Variable(tf.random.normal(shape) * 0.3)

    return [
        normal(vocab_size, num_hiddens),
        normal(num_hiddens, num_hiddens),
        normal(num_hiddens),
        normal(num_hiddens, vocab_size),
        normal(vocab_size),
    ]


def init_state(batch_size, num_hiddens):
    return (tf.zeros((batch_size, num_hiddens)),)


def forward(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in tf.unstack(inputs):
        H = tf.tanh(X @ W_xh + H @ W_hh + b_h)
        outputs.append(H @ W_hq + b_q)
    return tf.concat(outputs, axis=0), (H,)


def scratch(forward_fn=forward):
    return d2l.RNNModelScratch(q, h, init_state, forward_fn, get_params)


def tokens(batch_size, num_steps):
    return tf.random.uniform((batch_size, num_steps), 0, q, tf.int32)


def weights(net):
    return np.concatenate([v.numpy().ravel() for v in net.trainable_variables])


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


# Devices


@pytest.fixture
def gpus(monkeypatch):
    """A function that pretends a number of GPUs."""

    def pretend(count):
        monkeypatch.setattr(
            tf.config, "list_physical_devices", lambda kind: [kind] * count
        )

    return pretend


@pytest.mark.parametrize(
    ("count", "i", "name"),
    [(0, 0, "CPU:0"), (1, 0, "GPU:0"), (1, 1, "CPU:0"), (2, 1, "GPU:1")],
)
def test_try_gpu_takes_the_gpu_or_else_the_cpu(gpus, count, i, name):
    gpus(count)
    assert d2l.try_gpu(i)._device_name.endswith(name)


@pytest.mark.parametrize(
    ("count", "names"), [(0, ["CPU:0"]), (1, ["GPU:0"]), (2, ["GPU:0", "GPU:1"])]
)
def test_try_all_gpus_lists_them_or_the_cpu(gpus, count, names):
    gpus(count)
    devices = d2l.try_all_gpus()
    assert [device._device_name[-5:] for device in devices] == names


def test_the_device_of_try_gpu_makes_a_strategy():
    strategy = tf.distribute.OneDeviceStrategy(d2l.try_gpu(99)._device_name)
    assert d2l.device_name(strategy) == "/CPU:0"


# Data


def test_batches_of_text_are_integer_tensors_one_step_apart(data):
    batches, vocab = data
    for X, Y in batches:
        assert X.shape == Y.shape == (4, 5)
        assert X.dtype.is_integer
        assert Y.dtype.is_integer
        assert (X[:, 1:].numpy() == Y[:, :-1].numpy()).all()
    assert "".join(vocab.to_tokens(batches[0][0][0].numpy())) in "time traveller " * 2


QUIET = """\
from d2l_local import tensorflow as d2l
import tensorflow as tf
X, Y = next(iter({}))
tf.transpose(X)
"""


@pytest.mark.parametrize(
    "batches",
    [
        "d2l.load_data_time_machine(4, 5)[0]",
        "d2l.seq_data_iter_sequential(list(range(99)), 4, 5)",
        "d2l.seq_data_iter_random(list(range(99)), 4, 5)",
    ],
)
def test_integers_are_transposed_without_a_word_on_stderr(monkeypatch, batches):
    """oneDNN complains of it, once in a process, on processors without AVX-512."""
    monkeypatch.setenv("D2L_TEXT", "embedded")
    code = QUIET.format(batches)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_load_array_keeps_the_order_for_evaluation():
    X, y = np.arange(14.0).reshape(7, 2), np.arange(7.0)
    batches = list(d2l.load_array((X, y), 3, is_train=False))
    assert [len(part) for _, part in batches] == [3, 3, 1]
    assert (np.concatenate([part for part, _ in batches]) == X).all()
    assert (np.concatenate([part for _, part in batches]) == y).all()


def test_load_array_shuffles_rows_and_labels_together_for_training():
    X, y = np.arange(100.0).reshape(50, 2), np.arange(50.0)
    rows, labels = map(np.concatenate, zip(*d2l.load_array((X, y), 8)))
    assert (labels != y).any()
    assert (np.sort(labels) == y).all()
    assert (rows[:, 0] == 2 * labels).all()


# Loss


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", None])
def test_evaluate_loss_is_the_mean_over_all_elements(reduction):
    loss = tf.keras.losses.MeanSquaredError(reduction=reduction)
    X, y = np.float32([[1], [2], [3]]), np.float32([2, 5, 6])
    # Labels (n,) meet outputs (n, 1). Errors are 0, 1 and 0, in batches of 2 and 1.
    mean = d2l.evaluate_loss(lambda X: 2 * X, d2l.load_array((X, y), 2, False), loss)
    assert mean == pytest.approx(1 / 3)


def test_evaluate_loss_of_no_batch_is_an_error():
    with pytest.raises(ValueError, match="yielded no batches"):
        d2l.evaluate_loss(lambda X: X, [], tf.keras.losses.MeanSquaredError())


# Updates


def test_sgd_steps_against_the_mean_gradient():
    param = tf.Variable([1.0, -2.0])
    d2l.sgd([param], [tf.constant([4.0, -8.0])], lr=0.5, batch_size=4)
    # 1 - 0.5 * 4 / 4 and -2 + 0.5 * 8 / 4
    assert param.numpy().tolist() == [0.5, -1.0]


def test_sgd_refuses_another_number_of_gradients_than_parameters():
    with pytest.raises(ValueError, match="zip"):
        d2l.sgd([tf.Variable(1.0), tf.Variable(1.0)], [tf.constant(1.0)], 1, 1)


def clip(grads, theta):
    return [g.numpy() for g in d2l.grad_clipping([*map(tf.constant, grads)], theta)]


def test_clipping_scales_all_gradients_to_one_global_norm():
    rng = np.random.default_rng(0)
    before = [rng.normal(size=shape).astype("float32") for shape in [(3, 4), (5,)]]
    norm = math.sqrt(sum((grad**2).sum() for grad in before))
    for clipped, grad in zip(clip(before, 0.5), before, strict=True):
        np.testing.assert_allclose(clipped, grad * 0.5 / norm, rtol=1e-5)


@pytest.mark.parametrize("theta", [5.0, 5.1, 1e9, math.inf])
def test_gradients_within_the_norm_stay_bit_for_bit(theta):
    clipped = clip([[3.0, 0.0], [4.0]], theta)
    assert [grad.tolist() for grad in clipped] == [[3.0, 0.0], [4.0]]


def test_zero_gradients_stay_zero():
    assert clip([[0.0, 0.0]], 1)[0].tolist() == [0.0, 0.0]


def test_a_nan_gradient_is_not_hidden_by_clipping():
    assert np.isnan(clip([[math.nan, 1.0], [2.0]], 1)[1]).all()


# The hand-written model


def test_scratch_model_has_time_major_outputs_and_a_state():
    net = scratch()
    Y, (H,) = net(tokens(3, 4), net.begin_state(3))
    assert Y.shape == (4 * 3, q)
    assert H.shape == (3, h)
    assert not net.begin_state(3)[0].numpy().any()


def test_scratch_model_feeds_one_hot_tokens_time_first():
    seen = []

    def echo(inputs, state, params):
        seen.append(inputs)
        return tf.reshape(inputs, (-1, q)), state

    X = tokens(3, 4).numpy()
    Y, _ = scratch(echo)(X, None)
    assert seen[0].shape == (4, 3, q)
    assert (seen[0].numpy().sum(axis=2) == 1).all()
    for t in range(4):
        for i in range(3):
            assert Y.numpy()[t * 3 + i].argmax() == X[i, t]


def test_scratch_model_agrees_with_the_built_in_layer():
    net, built_in = scratch(), model("SimpleRNN")
    W_xh, W_hh, b_h, W_hq, b_q = net.trainable_variables
    built_in.rnn[0].set_weights([W_xh, W_hh, b_h])
    built_in.dense.set_weights([W_hq, b_q])
    X = tokens(3, 4)
    Y, (H,) = net(X, net.begin_state(3))
    expected, state = built_in(X, built_in.begin_state(3))
    close(Y, expected)
    close(H, state[0][0])


# The model on layers of Keras


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_of_outputs_and_states(name):
    net = model(name)
    begin = net.begin_state(batch_size=3)
    Y, state = net(tokens(3, 4), begin)
    assert Y.shape == (4 * 3, q)
    for parts in (tf.nest.flatten(begin), tf.nest.flatten(state)):
        assert [part.shape for part in parts] == [(3, h)] * LAYERS[name][1]
    assert not any(part.numpy().any() for part in tf.nest.flatten(begin))
    assert net(tokens(3, 4), state)[0].shape == Y.shape


def test_a_state_begins_for_one_sequence_by_default():
    assert model().begin_state()[0][0].shape == (1, h)


@pytest.mark.parametrize("name", ["SimpleRNN", "three layers"])
def test_rows_are_ordered_by_time_then_by_sequence(name):
    net, X = model(name), tokens(3, 4)
    Y, _ = net(X, net.begin_state(3))
    for i in range(3):
        alone, _ = net(X[i : i + 1], net.begin_state(1))
        close(Y[i::3], alone)


@pytest.mark.parametrize("name", ONE_WAY)
def test_a_carried_state_continues_the_sequence(name):
    net, X = model(name), tokens(2, 7)
    whole, last = net(X, net.begin_state(2))
    first, state = net(X[:, :3], net.begin_state(2))
    second, state = net(X[:, 3:], state)
    close(tf.concat([first, second], axis=0), whole)
    for a, b in zip(tf.nest.flatten(state), tf.nest.flatten(last), strict=True):
        close(a, b)


@pytest.mark.parametrize("name", LAYERS)
def test_all_parameters_start_uniform_within_one_over_root_h(name):
    bound = h**-0.5
    net = model(name)
    for variable in net.trainable_variables:
        assert np.abs(variable.numpy()).max() <= bound, variable.path
        assert variable.numpy().std() > bound / 20, variable.path
    recurrent = sum((layer.trainable_variables for layer in net.rnn), [])
    values = np.concatenate([v.numpy().ravel() for v in recurrent])
    assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.15)
    assert np.abs(values).max() > 0.95 * bound


def test_without_an_init_the_layers_keep_the_start_of_keras():
    net = model("LSTM", init=None)
    kernel, recurrent, bias = (v.numpy() for v in net.rnn[0].trainable_variables)
    close(recurrent @ recurrent.T, np.eye(h))  # orthogonal
    assert bias.tolist() == [0] * h + [1] * h + [0] * 2 * h  # the forget gate's is 1
    assert not net.dense.bias.numpy().any()


def test_another_init_is_refused():
    with pytest.raises(ValueError, match="init is 'xavier'"):
        model(init="xavier")


def test_a_seed_makes_two_models_alike_and_another_seed_doesnt():
    def drawn(seed):
        d2l.set_seed(seed)
        return weights(model("GRU"))

    assert (drawn(1) == drawn(1)).all()
    assert (drawn(1) != drawn(2)).any()


@pytest.mark.parametrize(
    "wrong", [layers.GRUCell(h), layers.Dense(h), two_cells(), None]
)
def test_another_thing_than_a_recurrent_layer_is_refused(wrong):
    message = f"{type(wrong).__name__}: pass an RNN, SimpleRNN, GRU or LSTM"
    with pytest.raises(TypeError, match=message):
        d2l.RNNModel(wrong, q)
    with pytest.raises(TypeError, match=message):
        d2l.RNNModel([layers.GRU(h, **WHOLE), wrong], q)


@pytest.mark.parametrize("missing", WHOLE)
def test_a_layer_that_keeps_its_steps_or_its_state_is_refused(missing):
    layer = layers.GRU(h, name="mine", **(WHOLE | {missing: False}))
    for wrong in (layer, layers.Bidirectional(layer, name="mine")):
        with pytest.raises(ValueError, match="'mine' must.*return_state=True"):
            d2l.RNNModel(wrong, q)


def test_a_bidirectional_layer_with_two_outputs_is_refused():
    layer = layers.Bidirectional(layers.GRU(h, **WHOLE), merge_mode=None)
    with pytest.raises(ValueError, match="merge_mode=None.*'concat'"):
        d2l.RNNModel(layer, q)


def test_a_model_of_no_layer_is_refused():
    with pytest.raises(ValueError, match="empty list"):
        d2l.RNNModel([], q)


@pytest.mark.parametrize("net", [model, scratch])
def test_a_state_may_be_asked_for_with_a_type_as_classic_code_does(net):
    state = net().begin_state(batch_size=2, dtype=tf.float32)
    assert tf.nest.flatten(state)[0].shape == (2, h)


# Prediction


class Successor:
    """A net that always predicts the next index."""

    def __init__(self, vocab_size):
        self.vocab_size = vocab_size

    def begin_state(self, batch_size):
        assert batch_size == 1
        return tf.zeros((1,), tf.int32)

    def next(self, X, state):
        return tf.reshape(X, (-1,)) + 1

    def __call__(self, X, state):
        assert X.shape == (1, 1)
        nxt = self.next(X, state) % self.vocab_size
        return tf.one_hot(nxt, self.vocab_size), state + 1


class Counter(Successor):
    """A net that predicts the number of tokens it has read."""

    def next(self, X, state):
        return state + 1


def test_prediction_feeds_each_token_back_after_the_prefix():
    vocab = d2l.Vocab(list("aaaabbbccd"))
    assert d2l.predict_ch8("ca", 3, Successor(len(vocab)), vocab) == "cabcd"


def test_prediction_reads_the_prefix_into_the_state():
    vocab = d2l.Vocab(list("aaaabbbccd"))
    assert d2l.predict_ch8("dd", 3, Counter(len(vocab)), vocab) == "ddbcd"


def test_a_prefix_of_words_is_continued_with_words():
    vocab = d2l.Vocab(["the", "the", "the", "time", "time", "machine"])
    written = d2l.predict_ch8(["the"], 2, Successor(len(vocab)), vocab)
    assert written == "the time machine"


@pytest.mark.parametrize("num_preds", [0, 1, 20])
def test_prediction_keeps_the_prefix_and_has_the_length_asked_for(data, num_preds):
    written = d2l.predict_ch8("time t", num_preds, model(), data[1])
    unknowns = written.count("<unk>")
    assert written.startswith("time t")
    assert len(written) - 4 * unknowns == 6 + num_preds


def test_prediction_is_deterministic_and_leaves_the_model_alone(data):
    net = model("LSTM")
    before = weights(net)
    written = [d2l.predict_ch8("time", 20, net, data[1]) for _ in range(2)]
    assert written[0] == written[1]
    assert (weights(net) == before).all()


def test_prediction_sees_weights_that_changed_since_the_last_one(data):
    net, vocab = model(), data[1]
    for letter in "lm":
        bias = 1e3 * tf.one_hot(vocab[letter], q)
        net.dense.bias.assign(bias)
        assert d2l.predict_ch8("t", 3, net, vocab) == "t" + letter * 3


@pytest.mark.parametrize(
    ("prefix", "num_preds", "message"),
    [("", 5, "empty"), ("time", -1, "num_preds is -1")],
)
def test_prediction_refuses_a_bad_prompt(data, prefix, num_preds, message):
    with pytest.raises(ValueError, match=message):
        d2l.predict_ch8(prefix, num_preds, model(), data[1])


@pytest.mark.situation("predict_ch8: a prediction inside a loop doesn't end it")
def test_unknown_tokens_of_a_prefix_are_a_warning(data):
    with pytest.warns(UserWarning, match=r"'timzß' holds \['z', 'ß'\]") as seen:
        written = d2l.predict_ch8("timzß", 3, model(), data[1])
    assert written.startswith("tim<unk><unk>")
    assert [warning.filename for warning in seen] == [__file__]


# Dropout

DROPPING = {
    "LSTM": lambda p: layers.LSTM(h, dropout=p, **WHOLE),
    "RNN over stacked cells": lambda p: layers.RNN(
        layers.StackedRNNCells([layers.LSTMCell(h), layers.LSTMCell(h, dropout=p)]),
        **WHOLE,
    ),
    "two layers": lambda p: [
        layers.GRU(h, **WHOLE),
        layers.GRU(h, recurrent_dropout=p, **WHOLE),
    ],
    "Bidirectional": lambda p: layers.Bidirectional(layers.LSTM(h, dropout=p, **WHOLE)),
}


@pytest.mark.parametrize("make", DROPPING.values(), ids=DROPPING)
def test_training_drops_out_at_random(data, make):
    net = d2l.RNNModel(make(0.5), q)
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first != second
    net = d2l.RNNModel(make(0.0), q)
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("make", DROPPING.values(), ids=DROPPING)
def test_only_a_call_for_training_drops_out(make):
    net, X = d2l.RNNModel(make(0.5), q), tokens(3, 4)

    def outputs(**mode):
        return net(X, net.begin_state(3), **mode)[0].numpy()

    assert (outputs() == outputs(training=False)).all()
    assert (outputs(training=True) != outputs()).any()
    assert (outputs(training=True) != outputs(training=True)).any()


def test_prediction_drops_nothing_after_a_training_that_did(data):
    net = d2l.RNNModel(DROPPING["RNN over stacked cells"](0.9), q)
    epoch(net, data[0], sgd())
    X, start = tokens(1, 6), net.begin_state(1)
    expected = tf.argmax(net(X, start, training=False)[0], axis=1).numpy().tolist()
    for _ in range(5):
        read, state = [], start
        for t in range(6):
            token, state = d2l.predict_step(net, X[:, t : t + 1], state)
            read.append(int(token[0]))
        assert read == expected


# One epoch


LOSS = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def epoch(net, batches, updater, use_random_iter=False, **options):
    return d2l.train_epoch_ch8(net, batches, LOSS, updater, use_random_iter, **options)


def sgd(lr=1.0):
    return tf.keras.optimizers.SGD(lr)


def nothing(grads, batch_size):
    """An updater that leaves the parameters alone."""


def test_an_epoch_gives_perplexity_and_positive_speed(data):
    ppl, speed = epoch(model(), data[0], sgd(0.1))
    assert 1 < ppl < 2 * q
    assert 0 < speed < math.inf


def test_perplexity_is_that_of_the_mean_loss_over_all_tokens(data):
    net = scratch()
    batches = [*data[0][:2], tuple(part[:1, :2] for part in data[0][2])]
    losses, count = 0, 0
    for X, Y in batches:
        scores, _ = net(X, net.begin_state(X.shape[0]))
        scores = tf.nn.log_softmax(scores).numpy().reshape(X.shape[1], X.shape[0], q)
        for i in range(X.shape[0]):
            for t in range(X.shape[1]):
                losses -= scores[t, i, int(Y[i, t])]
                count += 1
    ppl, _ = epoch(net, batches, nothing, use_random_iter=True)
    assert ppl == pytest.approx(math.exp(losses / count), rel=1e-5)


@pytest.mark.parametrize("use_random_iter", [False, True])
@pytest.mark.parametrize("name", ["SimpleRNN", "RNN over stacked cells"])
def test_perplexity_falls_from_epoch_to_epoch(text, name, use_random_iter):
    batches, _ = d2l.load_data_time_machine(4, 5, use_random_iter, text=text)
    net, updater = model(name), sgd(2.0)
    ppl = [epoch(net, batches, updater, use_random_iter)[0] for _ in range(15)]
    assert ppl[-1] < 0.7 * ppl[0]


def test_a_hand_written_model_is_trained_by_a_function(data):
    net, calls = scratch(), tf.Variable(0)

    def updater(grads, batch_size):
        assert batch_size == 1
        calls.assign_add(1)
        d2l.sgd(net.trainable_variables, grads, 1, batch_size)

    ppl = [epoch(net, data[0], updater)[0] for _ in range(8)]
    assert ppl[-1] < 0.7 * ppl[0]
    assert calls.numpy() == 8 * len(data[0])


@pytest.mark.parametrize("net", [model, scratch])
@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_state_begins_once_an_epoch_or_with_each_random_batch(
    data, monkeypatch, net, use_random_iter
):
    net, sizes = net(), []
    begin_state = net.begin_state

    def spy(batch_size):
        sizes.append(batch_size)
        return begin_state(batch_size)

    monkeypatch.setattr(net, "begin_state", spy)
    epoch(net, data[0], nothing, use_random_iter)
    assert sizes == [4] * (len(data[0]) if use_random_iter else 1)


@pytest.mark.parametrize("name", ["SimpleRNN", "RNN over stacked cells"])
def test_the_state_is_carried_from_batch_to_batch(data, monkeypatch, name):
    states, step = [], d2l.train_step

    def spy(net, loss, updater, X, Y, state, theta):
        result = step(net, loss, updater, X, Y, state, theta)
        states.append((tf.nest.flatten(state), tf.nest.flatten(result[1])))
        return result

    monkeypatch.setattr(d2l.training, "train_step", spy)
    epoch(model(name), data[0], nothing)
    assert len(states) == len(data[0]) > 2
    for (_, before), (after, _) in zip(states, states[1:]):
        for left, taken_up in zip(before, after, strict=True):
            assert left.numpy().any()
            assert (left.numpy() == taken_up.numpy()).all()


def test_gradients_are_clipped_at_one_unless_told_otherwise(data):
    net, norm = scratch(), tf.Variable(0.0)
    net.trainable_variables[3].assign(net.trainable_variables[3] * 20)

    def updater(grads, batch_size):
        norm.assign(tf.linalg.global_norm(grads))

    def last_norm(**options):
        epoch(net, data[0], updater, **options)
        return float(norm)

    assert last_norm(theta=math.inf) > 1.1
    assert last_norm(theta=1e-3) == pytest.approx(1e-3, rel=1e-4)
    assert last_norm() == pytest.approx(1, rel=1e-4)


def test_the_loss_is_read_from_the_device_once_an_epoch(data, monkeypatch):
    net, updater, reads = model(), sgd(), []
    for name in ("__float__", "__int__", "__bool__", "numpy"):
        owner = next(c for c in type(tf.zeros(())).__mro__ if name in vars(c))
        read = getattr(owner, name)

        def spy(tensor, _read=read, _name=name):
            reads.append(_name)
            return _read(tensor)

        monkeypatch.setattr(owner, name, spy)
    epoch(net, data[0], updater)
    assert reads == ["__float__"]


def test_an_epoch_over_no_batch_is_an_error():
    with pytest.raises(ValueError, match="yielded no batches"):
        epoch(model(), [], sgd())


# Training


@pytest.mark.parametrize("net", [model, scratch])
@pytest.mark.parametrize("lr", [1, 0.5])
def test_training_ends_with_the_three_classic_lines(data, strategy, closing, net, lr):
    batches, vocab = data
    d2l.train_ch8(net(), batches, vocab, lr, 2, strategy)
    closing("/CPU:0")


def test_training_on_random_batches_begins_each_with_a_new_state(
    text, strategy, closing
):
    batches, vocab = d2l.load_data_time_machine(4, 5, True, text=text)
    d2l.train_ch8(model("LSTM"), batches, vocab, 1, 2, strategy, use_random_iter=True)
    closing("/CPU:0")


def test_training_learns_the_text_by_heart(text, strategy, capsys):
    batches, vocab = d2l.load_data_time_machine(4, 10, text=text)
    net = d2l.RNNModel(layers.GRU(24, **WHOLE), q)
    d2l.train_ch8(net, batches, vocab, 2, 80, strategy)
    assert ("time traveller " * 5)[:64] in capsys.readouterr().out


def test_other_prefixes_may_be_asked_for(data, strategy, capsys):
    batches, vocab = data
    d2l.train_ch8(model(), batches, vocab, 1, 1, strategy, prefixes=["travel"])
    assert capsys.readouterr().out.splitlines()[1].startswith("travel")


def test_an_unknown_prefix_is_refused_before_the_training(strategy, untouched):
    vocab = d2l.Vocab(list("time"))
    with pytest.raises(ValueError, match=r"'zoo'.*prefixes=\[\.\.\.\] names other"):
        d2l.train_ch8(model(), untouched, vocab, 1, 500, strategy, prefixes=["zoo"])


@pytest.mark.situation("train_ch8: a text of one's own needs no prefixes")
def test_a_text_of_ones_own_is_continued_without_prefixes(strategy, capsys):
    tokens = ["es", "war", "einmal", "ein", "Fuchs"] * 3
    vocab = d2l.Vocab(tokens)
    corpus = vocab[tokens]
    batches = list(d2l.seq_data_iter_sequential(corpus, 2, 3))
    net = d2l.RNNModel(layers.GRU(4, **WHOLE), len(vocab))
    d2l.train_ch8(net, batches, vocab, 1, 1, strategy)
    *_, written = capsys.readouterr().out.splitlines()
    assert written.startswith("es ") and len(written.split()) == 51


@pytest.mark.situation("vocabularies: one of one's own trains and predicts")
def test_a_vocabulary_of_ones_own_will_do(data, strategy, capsys):
    vocab = OwnVocab(data[1].idx_to_token[1:])
    net = model()
    d2l.train_ch8(net, data[0], vocab, 1, 1, strategy)
    assert "time traveller" in capsys.readouterr().out
    with pytest.warns(UserWarning, match=r"holds \['Z'\]"):
        written = d2l.predict_ch8("timeZ", 2, net, vocab)
    assert written.startswith("time<unk>")


def test_divergence_stops_the_training_and_names_epoch_and_rate(data, strategy):
    batches, vocab = data
    with pytest.raises(d2l.TrainingDiverged, match=r"epoch \d .*rate 1000000"):
        d2l.train_ch8(model(), batches, vocab, 1e6, 5, strategy)


def test_spoilt_parameters_are_found_in_the_first_epoch(data, strategy):
    batches, vocab = data
    net = model()
    net.dense.bias.assign([math.nan] * q)
    with pytest.raises(d2l.TrainingDiverged, match="nan in epoch 1 "):
        d2l.train_ch8(net, batches, vocab, 1, 5, strategy)


@pytest.mark.parametrize("net", [model, scratch])
def test_an_interrupted_model_can_be_used_and_trained_further(
    data, strategy, capsys, interrupted, net
):
    batches, vocab = data
    net = net()
    with pytest.raises(KeyboardInterrupt):
        d2l.train_ch8(net, interrupted(batches), vocab, 1, 5, strategy)
    assert "interrupted after epoch 1 of 5" in capsys.readouterr().out
    assert d2l.predict_ch8("time", 5, net, vocab).startswith("time")
    d2l.train_ch8(net, batches, vocab, 1, 1, strategy)
    assert "perplexity" in capsys.readouterr().out


def test_the_gradient_of_an_embedding_is_added_up_before_it_is_measured():
    """Token 1 occurs twice: its gradient is 3 + 4 = 7, and no norm of 5."""
    slices = tf.IndexedSlices(tf.constant([[3.0], [4.0]]), tf.constant([1, 1]), [3, 1])
    clipped = d2l.grad_clipping([slices, None], 3.5)
    np.testing.assert_allclose(clipped[0], [[0], [3.5], [0]])
    assert clipped[1] is None
