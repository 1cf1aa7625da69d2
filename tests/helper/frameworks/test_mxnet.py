"""The MXNet half: devices, updates, models, prediction and training."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest

from d2l_local import mxnet as d2l
from tests.helper.own_vocab import OwnVocab

import mxnet  # isort: skip (it needs what the line above gives it)
from mxnet import autograd, gluon, init, np, npx  # isort: skip
from mxnet.gluon import nn, rnn  # isort: skip

npx.set_np()

ROOT = Path(__file__).parents[3]
CPU = npx.cpu()
LAYERS = [rnn.RNN, rnn.GRU, rnn.LSTM]
q, h = 10, 6  # size of the vocabulary, number of hidden units


@pytest.fixture(autouse=True)
def seed():
    d2l.set_seed(0)
    onp.random.seed(0)  # Gluon's loader shuffles with it


@pytest.fixture
def data(text):
    """The batches of the tiny text as a list, and the vocabulary."""
    train_iter, vocab = d2l.load_data_time_machine(4, 5, text=text)
    assert len(vocab) == q
    return list(train_iter), vocab


def bare(layer=rnn.RNN, **options):
    """A model without parameters."""
    return d2l.RNNModel(layer(h, **options), q)


def model(layer=rnn.RNN, **options):
    net = bare(layer, **options)
    net.initialize()
    net(np.zeros((1, 1)), net.begin_state(batch_size=1))  # Gluon draws with the shapes
    return net


def get_params(vocab_size, num_hiddens, device):
    def normal(*shape):
        return np.random.normal(scale=0.3, size=shape, ctx=device)

    params = [
        normal(vocab_size, num_hiddens),
        normal(num_hiddens, num_hiddens),
        normal(num_hiddens),
        normal(num_hiddens, vocab_size),
        normal(vocab_size),
    ]
    for param in params:
        param.attach_grad()
    return params


def init_state(batch_size, num_hiddens, device):
    return (np.zeros((batch_size, num_hiddens), ctx=device),)


def forward(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)


def scratch(forward_fn=forward):
    return d2l.RNNModelScratch(q, h, CPU, get_params, init_state, forward_fn)


def tokens(batch_size, num_steps):
    return np.random.randint(0, q, size=(batch_size, num_steps))


def arrays(net):
    """The parameters of a model by name, as NumPy arrays."""
    return {k: p.data().asnumpy() for k, p in net.collect_params().items()}


def weights(net):
    return onp.concatenate([array.ravel() for array in arrays(net).values()])


def close(a, b):
    onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-4, atol=1e-6)


# Devices


@pytest.mark.parametrize(
    ("count", "i", "device"),
    [(0, 0, "cpu(0)"), (1, 0, "gpu(0)"), (1, 1, "cpu(0)"), (2, 1, "gpu(1)")],
)
def test_try_gpu_takes_the_gpu_or_else_the_cpu(monkeypatch, count, i, device):
    monkeypatch.setattr(npx, "num_gpus", lambda: count)
    assert str(d2l.try_gpu(i)) == device


@pytest.mark.parametrize(
    ("count", "devices"), [(0, ["cpu(0)"]), (2, ["gpu(0)", "gpu(1)"])]
)
def test_try_all_gpus_lists_them_or_the_cpu(monkeypatch, count, devices):
    monkeypatch.setattr(npx, "num_gpus", lambda: count)
    assert [str(device) for device in d2l.try_all_gpus()] == devices


# Data


def test_batches_of_text_are_integer_arrays_one_step_apart(data):
    batches, vocab = data
    for X, Y in batches:
        assert X.shape == Y.shape == (4, 5)
        assert X.dtype == Y.dtype == onp.float32
        assert (X[:, 1:].asnumpy() == Y[:, :-1].asnumpy()).all()
    read = "".join(vocab.to_tokens(batches[0][0][0].asnumpy()))
    assert read in "time traveller " * 2


def test_load_array_keeps_the_order_for_evaluation():
    X, y = np.arange(14).reshape(7, 2), np.arange(7)
    batches = list(d2l.load_array((X, y), 3, is_train=False))
    assert [len(part) for _, part in batches] == [3, 3, 1]
    assert (np.concatenate([part for part, _ in batches]) == X).all()
    assert (np.concatenate([part for _, part in batches]) == y).all()


def test_load_array_shuffles_rows_and_labels_together_for_training():
    X, y = np.arange(100).reshape(50, 2), np.arange(50)
    rows, labels = map(np.concatenate, zip(*d2l.load_array((X, y), 8)))
    labels = labels.asnumpy()
    assert (labels != y.asnumpy()).any()
    assert (onp.sort(labels) == y.asnumpy()).all()
    assert (rows[:, 0].asnumpy() == 2 * labels).all()


# Loss


def test_evaluate_loss_is_the_mean_over_all_elements():
    X, y = np.array([[1], [2], [3]]), np.array([2, 5, 6])
    # Labels (n,) meet outputs (n, 1). Errors are 0, 1 and 0, in batches of 2 and 1;
    # Gluon takes half the square.
    data_iter = d2l.load_array((X, y), 2, is_train=False)
    mean = d2l.evaluate_loss(lambda X: 2 * X, data_iter, gluon.loss.L2Loss())
    assert mean == pytest.approx(1 / 6)


def test_evaluate_loss_of_no_batch_is_an_error():
    with pytest.raises(ValueError, match="yielded no batches"):
        d2l.evaluate_loss(lambda X: X, [], gluon.loss.L2Loss())


# Updates


class Gradients:
    """A hand-written model, as far as updates and clipping look at it."""

    def __init__(self, *grads):
        self.params = []
        for grad in grads:
            self.params.append(np.zeros(onp.shape(grad)))
            self.params[-1].attach_grad()
            self.params[-1].grad[:] = np.array(grad)

    @property
    def grads(self):
        return [param.grad.asnumpy() for param in self.params]


def test_sgd_steps_in_place_against_the_mean_gradient():
    net = Gradients([4.0, -8.0])
    (param,) = net.params
    param[:] = np.array([1.0, -2.0])
    d2l.sgd(net.params, lr=0.5, batch_size=4)
    # 1 - 0.5 * 4 / 4 and -2 + 0.5 * 8 / 4
    assert param.asnumpy().tolist() == [0.5, -1.0]


def test_clipping_scales_all_gradients_to_one_global_norm():
    rng = onp.random.default_rng(0)
    before = [rng.normal(size=shape).astype("float32") for shape in [(3, 4), (5,)]]
    norm = math.sqrt(sum((grad**2).sum() for grad in before))
    net = Gradients(*before)
    assert float(d2l.grad_clipping(net, 0.5)) == pytest.approx(norm, rel=1e-5)
    for clipped, grad in zip(net.grads, before):
        onp.testing.assert_allclose(clipped, grad * 0.5 / norm, rtol=1e-5)


@pytest.mark.parametrize("theta", [5.0, 5.1, 1e9, math.inf])
def test_gradients_within_the_norm_stay_bit_for_bit(theta):
    net = Gradients([3.0, 0.0], [4.0])
    d2l.grad_clipping(net, theta)
    assert [grad.tolist() for grad in net.grads] == [[3.0, 0.0], [4.0]]


def test_zero_gradients_stay_zero():
    net = Gradients([0.0, 0.0])
    assert float(d2l.grad_clipping(net, 1)) == 0
    assert net.grads[0].tolist() == [0.0, 0.0]


def test_a_nan_gradient_is_not_hidden_by_clipping():
    net = Gradients([math.nan, 1.0], [2.0])
    assert math.isnan(float(d2l.grad_clipping(net, 1)))
    assert onp.isnan(net.grads[1]).all()


def test_clipping_a_block_skips_frozen_parameters():
    net = nn.Dense(1, in_units=2)
    net.initialize()
    net.bias.grad_req = "null"
    net.weight.grad()[:] = np.array([[30.0, 40.0]])
    d2l.grad_clipping(net, 1)
    close(net.weight.grad(), np.array([[0.6, 0.8]]))


# The hand-written model


def test_scratch_model_has_time_major_outputs_and_a_state():
    net = scratch()
    Y, (H,) = net(tokens(3, 4), net.begin_state(3, CPU))
    assert Y.shape == (4 * 3, q)
    assert H.shape == (3, h)
    assert not net.begin_state(3, CPU)[0].asnumpy().any()


def test_scratch_model_feeds_one_hot_tokens_time_first():
    seen = []

    def echo(inputs, state, params):
        seen.append(inputs)
        return inputs.reshape(-1, q), state

    X = tokens(3, 4)
    Y, _ = scratch(echo)(X, None)
    assert seen[0].shape == (4, 3, q)
    assert (seen[0].asnumpy().sum(axis=2) == 1).all()
    for t in range(4):
        for i in range(3):
            assert Y[t * 3 + i].argmax() == X[i, t]


def test_scratch_model_agrees_with_the_built_in_layer():
    net, built_in = scratch(), model(activation="tanh")
    W_xh, W_hh, b_h, W_hq, b_q = net.params
    built_in.rnn.l0_i2h_weight.set_data(W_xh.T)
    built_in.rnn.l0_h2h_weight.set_data(W_hh.T)
    built_in.rnn.l0_i2h_bias.set_data(b_h)
    built_in.rnn.l0_h2h_bias.set_data(np.zeros(h))
    built_in.dense.weight.set_data(W_hq.T)
    built_in.dense.bias.set_data(b_q)
    X = tokens(3, 4)
    Y, (H,) = net(X, net.begin_state(3, CPU))
    expected, state = built_in(X, built_in.begin_state(batch_size=3))
    close(Y, expected)
    close(H, state[0][0])


# The model on a layer of Gluon


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("layer", LAYERS)
def test_shapes_of_outputs_and_states(layer, depth, bidirectional):
    net = model(layer, num_layers=depth, bidirectional=bidirectional)
    begin = net.begin_state(batch_size=3, ctx=CPU)
    Y, state = net(tokens(3, 4), begin)
    assert Y.shape == (4 * 3, q)
    shape = (depth * (1 + bidirectional), 3, h)
    for parts in (begin, state):
        assert [part.shape for part in parts] == [shape] * (1 + (layer is rnn.LSTM))
    assert not any(part.asnumpy().any() for part in begin)
    assert net(tokens(3, 4), state)[0].shape == Y.shape


@pytest.mark.parametrize("layer", LAYERS)
def test_rows_are_ordered_by_time_then_by_sequence(layer):
    net, X = model(layer), tokens(3, 4)
    Y, _ = net(X, net.begin_state(batch_size=3))
    for i in range(3):
        alone, _ = net(X[i : i + 1], net.begin_state(batch_size=1))
        close(Y[i::3], alone)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_carried_state_continues_the_sequence(layer, depth):
    net, X = model(layer, num_layers=depth), tokens(2, 9)
    whole, last = net(X, net.begin_state(batch_size=2))
    pieces, state = [], net.begin_state(batch_size=2)
    for cut in (slice(0, 3), slice(3, 6), slice(6, 9)):
        Y, state = net(X[:, cut], state)
        pieces.append(Y)  # the graph is static, yet later calls must not write here
    close(np.concatenate(pieces), whole)
    for a, b in zip(state, last, strict=True):
        close(a, b)


def test_a_model_without_the_numpy_mode_is_refused():
    code = (
        "from d2l_local import mxnet as d2l\n"
        "from mxnet.gluon import rnn\n"
        "d2l.RNNModel(rnn.RNN(4), 5)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    *_, last = run.stderr.splitlines()
    assert last.startswith("RuntimeError: ")
    assert "call npx.set_np() before" in last


@pytest.mark.parametrize("wrong", [rnn.RNNCell, nn.Dense])
def test_another_block_than_a_recurrent_layer_is_refused(wrong):
    with pytest.raises(TypeError, match=f"{wrong.__name__}: pass an rnn.RNN"):
        d2l.RNNModel(wrong(h), q)


def test_a_layer_with_the_batch_first_is_refused():
    with pytest.raises(ValueError, match="layout 'NTC'"):
        bare(layout="NTC")


# Initial weights


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layer", LAYERS)
def test_all_parameters_start_uniform_within_one_over_root_h(layer, bidirectional):
    bound = h**-0.5
    net = model(layer, num_layers=2, bidirectional=bidirectional)
    for name, array in arrays(net).items():
        assert onp.abs(array).max() <= bound, name
        assert array.std() > bound / 20, name
    values = weights(net.rnn)
    assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.15)
    assert onp.abs(values).max() > 0.95 * bound


def test_a_seed_makes_two_models_alike_and_another_seed_doesnt():
    def drawn(seed):
        d2l.set_seed(seed)
        return weights(model())

    assert (drawn(1) == drawn(1)).all()
    assert (drawn(1) != drawn(2)).any()


def test_a_second_initialize_keeps_the_weights():
    net = model()
    before = weights(net)
    net.initialize(ctx=CPU)
    assert (weights(net) == before).all()


def test_an_initialize_before_the_shapes_are_known_is_kept():
    net = bare()
    net.initialize(init.Constant(0.25))
    net.initialize(init.Constant(0.5))
    net(np.zeros((1, 1)), net.begin_state(batch_size=1))
    assert (arrays(net)[net.rnn.l0_i2h_weight.name] == 0.25).all()


def test_force_reinit_draws_again_by_the_same_rule():
    net = model()
    before = weights(net)
    net.initialize(force_reinit=True)
    after = weights(net)
    assert (after != before).all()
    assert onp.abs(after).max() <= h**-0.5


def test_another_initialiser_is_honoured():
    net = bare(rnn.GRU)
    net.initialize(init.Normal(1e-4))
    net(np.zeros((1, 1)), net.begin_state(batch_size=1))
    for name, array in arrays(net).items():
        if name.endswith("weight"):
            assert 0 < onp.abs(array).max() < 1e-3, name


def test_an_initialiser_for_matrices_alone_leaves_biases_to_gluon():
    net = bare(rnn.GRU)
    net.initialize(init.Xavier())
    net(np.zeros((1, 1)), net.begin_state(batch_size=1))
    for name, array in arrays(net).items():
        assert array.any() == name.endswith("weight"), name


# Prediction


class Successor:
    """A net that always predicts the next index, and counts its steps."""

    def __init__(self, vocab_size):
        self.vocab_size = vocab_size
        self.read = []

    def begin_state(self, batch_size, ctx):
        assert batch_size == 1
        return 0

    def __call__(self, X, state):
        assert X.shape == (1, 1)
        assert state == len(self.read)
        self.read.append(int(X))
        nxt = (X.reshape(-1) + 1) % self.vocab_size
        return npx.one_hot(nxt, self.vocab_size), state + 1


def test_prediction_feeds_each_token_back_after_the_prefix():
    vocab = d2l.Vocab(list("aaaabbbccd"))
    net = Successor(len(vocab))
    assert d2l.predict_ch8("ca", 3, net, vocab, CPU) == "cabcd"
    assert net.read == vocab[list("cabc")]  # the last one is not fed back


def test_a_prefix_of_words_is_continued_with_words():
    vocab = d2l.Vocab(["the", "the", "the", "time", "time", "machine"])
    written = d2l.predict_ch8(["the"], 2, Successor(len(vocab)), vocab, CPU)
    assert written == "the time machine"


@pytest.mark.parametrize("num_preds", [0, 1, 20])
def test_prediction_keeps_the_prefix_and_has_the_length_asked_for(data, num_preds):
    written = d2l.predict_ch8("time t", num_preds, model(), data[1], CPU)
    unknowns = written.count("<unk>")
    assert written.startswith("time t")
    assert len(written) - 4 * unknowns == 6 + num_preds


def test_prediction_is_deterministic_and_leaves_the_model_alone(data):
    net = model(rnn.LSTM)
    before = weights(net)
    written = [d2l.predict_ch8("time", 20, net, data[1], CPU) for _ in range(2)]
    assert written[0] == written[1]
    assert (weights(net) == before).all()


@pytest.mark.parametrize(
    ("prefix", "num_preds", "message"),
    [("", 5, "empty"), ("time", -1, "num_preds is -1")],
)
def test_prediction_refuses_a_bad_prompt(data, prefix, num_preds, message):
    with pytest.raises(ValueError, match=message):
        d2l.predict_ch8(prefix, num_preds, model(), data[1], CPU)


@pytest.mark.situation("predict_ch8: a prediction inside a loop doesn't end it")
def test_unknown_tokens_of_a_prefix_are_a_warning(data):
    with pytest.warns(UserWarning, match=r"'timzß' holds \['z', 'ß'\]") as seen:
        written = d2l.predict_ch8("timzß", 3, model(), data[1], CPU)
    assert written.startswith("tim<unk><unk>")
    assert [warning.filename for warning in seen] == [__file__]


# Dropout


class Dropping(gluon.Block):
    """A model with dropout between two layers."""

    def __init__(self, p=0.5):
        super().__init__()
        self.lower, self.dropout = rnn.LSTM(h, input_size=q), nn.Dropout(p)
        self.upper, self.dense = rnn.LSTM(h, input_size=h), nn.Dense(q, in_units=h)
        self.initialize(init.Uniform(1))

    def forward(self, X, state):
        Y, lower = self.lower(npx.one_hot(X.T, q), state[:2])
        Y, upper = self.upper(self.dropout(Y), state[2:])
        return self.dense(Y.reshape(-1, h)), [*lower, *upper]

    def begin_state(self, *args, **kwargs):
        return [
            part
            for layer in (self.lower, self.upper)
            for part in layer.begin_state(*args, **kwargs)
        ]


def test_training_drops_out_at_random(data):
    net = Dropping()
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first != second
    net = Dropping(0)
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first == second


def test_prediction_drops_nothing_after_a_training_that_did(data):
    net, vocab = Dropping(0.9), data[1]
    epoch(net, data[0], trainer(net))
    written = d2l.predict_ch8("time t", 30, net, vocab, CPU)
    net.dropout = nn.Dropout(0)
    assert d2l.predict_ch8("time t", 30, net, vocab, CPU) == written


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.situation("drop-in: dropout that MXNet ignores is a warning")
def test_a_layer_whose_dropout_mxnet_ignores_is_named(layer):
    with pytest.warns(UserWarning, match="dropout=0.5.*MXNET_USE_MKLDNN_RNN=0"):
        bare(layer, num_layers=2, dropout=0.5)


LAYERS_WITH_DROPOUT = """
from d2l_local import mxnet as d2l
from mxnet import autograd, np, npx
from mxnet.gluon import rnn

npx.set_np()
for layer in (rnn.RNN, rnn.GRU, rnn.LSTM):
    net = d2l.RNNModel(layer(6, 2, dropout=0.5, input_size=10), 10)
    net.initialize()
    X, drawn = np.zeros((3, 4), dtype="int32"), []
    drawn += [net(X, net.begin_state(batch_size=3))[0] for _ in range(2)]
    with autograd.record():
        drawn += [net(X, net.begin_state(batch_size=3))[0] for _ in range(2)]
    first, second, third, fourth = (array.asnumpy() for array in drawn)
    print((first == second).all(), (first == third).all(), (third == fourth).all())
"""


def test_without_onednn_the_dropout_of_layers_is_on_in_training_only():
    run = subprocess.run(
        [sys.executable, "-c", LAYERS_WITH_DROPOUT],
        cwd=ROOT,
        env=os.environ | {"MXNET_USE_MKLDNN_RNN": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == ["True False False"] * 3


# One epoch


LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def epoch(net, batches, updater, use_random_iter=False, **options):
    return d2l.train_epoch_ch8(
        net, batches, LOSS, updater, CPU, use_random_iter, **options
    )


def trainer(net, lr=1):
    return gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": lr}, kvstore=None
    )


def nothing(batch_size):
    """An updater that leaves the parameters alone."""


def test_an_epoch_gives_perplexity_and_positive_speed(data):
    net = model()
    ppl, speed = epoch(net, data[0], trainer(net, 0.1))
    assert 1 < ppl < 2 * q
    assert 0 < speed < math.inf


def test_perplexity_is_that_of_the_mean_loss_over_all_tokens(data):
    net = scratch()
    batches = [*data[0][:2], tuple(part[:1, :2] for part in data[0][2])]
    losses, count = 0, 0
    for X, Y in batches:
        scores, _ = net(X, net.begin_state(X.shape[0], CPU))
        scores = npx.log_softmax(scores).asnumpy().reshape(X.shape[1], X.shape[0], q)
        for i in range(X.shape[0]):
            for t in range(X.shape[1]):
                losses -= scores[t, i, int(Y[i, t])]
                count += 1
    ppl, _ = epoch(net, batches, nothing, use_random_iter=True)
    assert ppl == pytest.approx(math.exp(losses / count), rel=1e-5)


@pytest.mark.parametrize("use_random_iter", [False, True])
@pytest.mark.parametrize("layer", LAYERS)
def test_perplexity_falls_from_epoch_to_epoch(text, layer, use_random_iter):
    batches, _ = d2l.load_data_time_machine(4, 5, use_random_iter, text=text)
    net = model(layer)
    updater = trainer(net, 2)
    ppl = [epoch(net, batches, updater, use_random_iter)[0] for _ in range(12)]
    assert ppl[-1] < 0.7 * ppl[0]


def test_a_hand_written_model_is_trained_by_a_function(data):
    net, calls = scratch(), []

    def updater(batch_size):
        calls.append(batch_size)
        d2l.sgd(net.params, 1, batch_size)

    ppl = [epoch(net, data[0], updater)[0] for _ in range(8)]
    assert ppl[-1] < 0.7 * ppl[0]
    assert calls == [1] * 8 * len(data[0])


@pytest.mark.parametrize("net", [model, scratch])
@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_state_begins_once_an_epoch_or_with_each_random_batch(
    data, monkeypatch, net, use_random_iter
):
    net, sizes = net(), []
    begin_state = net.begin_state

    def spy(batch_size, ctx):
        sizes.append(batch_size)
        return begin_state(batch_size=batch_size, ctx=ctx)

    monkeypatch.setattr(net, "begin_state", spy)
    epoch(net, data[0], nothing, use_random_iter)
    assert sizes == [4] * (len(data[0]) if use_random_iter else 1)


def test_a_detached_state_keeps_its_value_and_loses_its_history():
    a = np.array([2.0])
    a.attach_grad()
    with autograd.record():
        (detached,) = d2l.detach_state((3 * a,))
        product = a * detached
    product.backward()
    assert detached.item() == 6
    assert a.grad.item() == 6  # 12, had the history of 3 * a gone on


@pytest.mark.parametrize("layer", LAYERS)
def test_the_state_is_carried_from_batch_to_batch_detached(data, monkeypatch, layer):
    net, left, taken_up = model(layer), [], []
    detach = d2l.detach_state

    def spy(state):
        left.append([part.asnumpy() for part in state])
        return detach(state)

    monkeypatch.setattr(d2l.training, "detach_state", spy)

    def record(block, inputs):
        taken_up.append([part.asnumpy() for part in inputs[1]])

    net.register_forward_pre_hook(record)
    epoch(net, data[0], nothing)
    assert len(taken_up) == len(data[0]) > 2
    for before, after in zip(left, taken_up[1:], strict=True):
        for a, b in zip(before, after, strict=True):
            assert a.any()
            assert (a == b).all()


def test_gradients_are_clipped_at_one_unless_told_otherwise(data):
    net, norms = scratch(), []
    net.params[3][:] *= 20  # steep enough for the norm 1 to be passed

    def updater(batch_size):
        norms.append(math.sqrt(sum(float((p.grad**2).sum()) for p in net.params)))

    def largest(**options):
        norms.clear()
        epoch(net, data[0], updater, **options)
        return max(norms)

    assert largest(theta=math.inf) > 1.1
    assert largest(theta=1e-3) == pytest.approx(1e-3, rel=1e-4)
    assert largest() == pytest.approx(1, rel=1e-4)


def test_the_loss_is_read_from_the_device_once_an_epoch(data, monkeypatch):
    net, reads = model(), []
    updater = trainer(net)
    for name in ("asnumpy", "wait_to_read"):
        read = getattr(mxnet.nd.NDArray, name)

        def spy(array, _read=read, _name=name):
            reads.append(_name)
            return _read(array)

        monkeypatch.setattr(mxnet.nd.NDArray, name, spy)
    epoch(net, data[0], updater)
    assert reads == ["asnumpy"]


def test_an_epoch_over_no_batch_is_an_error():
    with pytest.raises(ValueError, match="yielded no batches"):
        epoch(model(), [], nothing)


# Training


@pytest.mark.parametrize("net", [bare, model, scratch])
@pytest.mark.parametrize("lr", [1, 0.5])
def test_training_ends_with_the_three_classic_lines(data, closing, net, lr):
    batches, vocab = data
    d2l.train_ch8(net(), batches, vocab, lr, 2, CPU)
    closing(r"cpu\(0\)")


def test_training_begins_with_the_weights_that_are_there(data):
    batches, vocab = data
    net = model()
    before = weights(net)
    d2l.train_ch8(net, batches, vocab, 1e-9, 1, CPU)
    onp.testing.assert_allclose(weights(net), before, atol=1e-6)


def test_training_on_random_batches_begins_each_with_a_new_state(text, closing):
    batches, vocab = d2l.load_data_time_machine(4, 5, True, text=text)
    d2l.train_ch8(model(rnn.LSTM), batches, vocab, 1, 2, CPU, use_random_iter=True)
    closing(r"cpu\(0\)")


def test_training_learns_the_text_by_heart(text, capsys):
    batches, vocab = d2l.load_data_time_machine(4, 10, text=text)
    net = d2l.RNNModel(rnn.GRU(24), q)
    d2l.train_ch8(net, batches, vocab, 2, 80, CPU)
    assert ("time traveller " * 5)[:64] in capsys.readouterr().out


def test_other_prefixes_may_be_asked_for(data, capsys):
    batches, vocab = data
    d2l.train_ch8(model(), batches, vocab, 1, 1, CPU, prefixes=["travel"])
    assert capsys.readouterr().out.splitlines()[1].startswith("travel")


def test_an_unknown_prefix_is_refused_before_the_training(untouched):
    vocab = d2l.Vocab(list("time"))
    with pytest.raises(ValueError, match=r"'zoo'.*prefixes=\[\.\.\.\] names other"):
        d2l.train_ch8(model(), untouched, vocab, 1, 500, CPU, prefixes=["zoo"])


@pytest.mark.situation("train_ch8: a text of one's own needs no prefixes")
def test_a_text_of_ones_own_is_continued_without_prefixes(capsys):
    tokens = ["es", "war", "einmal", "ein", "Fuchs"] * 3
    vocab = d2l.Vocab(tokens)
    corpus = vocab[tokens]
    batches = list(d2l.seq_data_iter_sequential(corpus, 2, 3))
    net = d2l.RNNModel(rnn.GRU(4), len(vocab))
    d2l.train_ch8(net, batches, vocab, 1, 1, CPU)
    *_, written = capsys.readouterr().out.splitlines()
    assert written.startswith("es ") and len(written.split()) == 51


@pytest.mark.situation("vocabularies: one of one's own trains and predicts")
def test_a_vocabulary_of_ones_own_will_do(data, capsys):
    vocab = OwnVocab(data[1].idx_to_token[1:])
    net = model()
    d2l.train_ch8(net, data[0], vocab, 1, 1, CPU)
    assert "time traveller" in capsys.readouterr().out
    with pytest.warns(UserWarning, match=r"holds \['Z'\]"):
        written = d2l.predict_ch8("timeZ", 2, net, vocab, CPU)
    assert written.startswith("time<unk>")


def test_divergence_stops_the_training_and_names_epoch_and_rate(data):
    batches, vocab = data
    with pytest.raises(d2l.TrainingDiverged, match=r"epoch \d .*rate 1000000"):
        d2l.train_ch8(model(), batches, vocab, 1e6, 5, CPU)


def test_spoilt_parameters_are_found_in_the_first_epoch(data):
    batches, vocab = data
    net = model()
    net.dense.bias.set_data(np.full(q, math.nan))
    with pytest.raises(d2l.TrainingDiverged, match="nan in epoch 1 "):
        d2l.train_ch8(net, batches, vocab, 1, 5, CPU)


@pytest.mark.parametrize("net", [bare, scratch])
def test_an_interrupted_model_can_be_used_and_trained_further(
    data, capsys, interrupted, net
):
    batches, vocab = data
    net = net()
    with pytest.raises(KeyboardInterrupt):
        d2l.train_ch8(net, interrupted(batches), vocab, 1, 5, CPU)
    assert "interrupted after epoch 1 of 5" in capsys.readouterr().out
    assert d2l.predict_ch8("time", 5, net, vocab, CPU).startswith("time")
    d2l.train_ch8(net, batches, vocab, 1, 1, CPU)
    assert "perplexity" in capsys.readouterr().out


@pytest.mark.situation("text: a learning rate of NumPy's, which MXNet takes none of")
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("kind", [onp.float32, onp.float64, onp.array])
def test_a_learning_rate_may_be_one_of_numpys(data, optimizer, kind):
    batches, vocab = data

    def trained(lr):
        d2l.set_seed(0)
        net = model()
        options = {"optimizer": optimizer, "prefixes": []}
        d2l.train_ch8(net, batches, vocab, lr, 1, CPU, **options)
        return [param.data().asnumpy() for param in net.collect_params().values()]

    rate = kind(0.125)
    for param, expected in zip(trained(rate), trained(0.125)):
        onp.testing.assert_array_equal(param, expected)
    assert float(rate) == 0.125  # not changed in place
