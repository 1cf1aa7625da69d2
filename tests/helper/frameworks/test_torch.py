"""The PyTorch half: devices, updates, models, prediction and training."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from d2l_local import torch as d2l
from tests.helper.own_vocab import OwnVocab

CPU = torch.device("cpu")
LAYERS = [nn.RNN, nn.GRU, nn.LSTM]
q, h = 10, 6  # size of the vocabulary, number of hidden units


@pytest.fixture(autouse=True)
def seed():
    d2l.set_seed(0)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Models as small as these are faster without a second thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def data(text):
    """The batches of the tiny text as a list, and the vocabulary."""
    train_iter, vocab = d2l.load_data_time_machine(4, 5, text=text)
    assert len(vocab) == q
    return list(train_iter), vocab


def model(layer=nn.RNN, **options):
    return d2l.RNNModel(layer(q, h, **options), q)


def get_params(vocab_size, num_hiddens, device):
    def normal(*shape):
        return (torch.randn(shape, device=device) * 0.3).requires_grad_()

    return [
        normal(vocab_size, num_hiddens),
        normal(num_hiddens, num_hiddens),
        normal(num_hiddens),
        normal(num_hiddens, vocab_size),
        normal(vocab_size),
    ]


def init_state(batch_size, num_hiddens, device):
    return (torch.zeros((batch_size, num_hiddens), device=device),)


def forward(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        H = torch.tanh(X @ W_xh + H @ W_hh + b_h)
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs), (H,)


def scratch(forward_fn=forward):
    return d2l.RNNModelScratch(q, h, CPU, get_params, init_state, forward_fn)


def tokens(batch_size, num_steps):
    return torch.randint(0, q, (batch_size, num_steps))


# Devices


@pytest.fixture
def machine(monkeypatch):
    """A function that pretends a number of CUDA devices, and MPS or not."""

    def pretend(cuda, mps):
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


@pytest.mark.parametrize(
    ("cuda", "mps", "i", "device"),
    [
        (0, False, 0, "cpu"),
        (0, True, 0, "mps"),
        (0, True, 1, "cpu"),
        (1, True, 0, "cuda:0"),
        (2, False, 1, "cuda:1"),
        (2, False, 2, "cpu"),
    ],
)
def test_try_gpu_takes_cuda_then_mps_then_the_cpu(machine, cuda, mps, i, device):
    machine(cuda, mps)
    assert d2l.try_gpu(i) == torch.device(device)


@pytest.mark.parametrize(
    ("cuda", "mps", "devices"),
    [
        (0, False, ["cpu"]),
        (0, True, ["mps"]),
        (2, True, ["cuda:0", "cuda:1"]),
    ],
)
def test_try_all_gpus_lists_them_or_the_one_fallback(machine, cuda, mps, devices):
    machine(cuda, mps)
    assert d2l.try_all_gpus() == [torch.device(device) for device in devices]


# Data


def test_batches_of_text_are_integer_tensors_one_step_apart(data):
    batches, vocab = data
    for X, Y in batches:
        assert X.shape == Y.shape == (4, 5)
        assert X.dtype == Y.dtype == torch.int64
        assert torch.equal(X[:, 1:], Y[:, :-1])
    assert "".join(vocab.to_tokens(batches[0][0][0])) in "time traveller " * 2


def test_load_array_keeps_the_order_for_evaluation():
    X, y = torch.arange(14.0).reshape(7, 2), torch.arange(7.0)
    batches = list(d2l.load_array((X, y), 3, is_train=False))
    assert [len(part) for _, part in batches] == [3, 3, 1]
    assert torch.equal(torch.cat([part for part, _ in batches]), X)
    assert torch.equal(torch.cat([part for _, part in batches]), y)


def test_load_array_shuffles_rows_and_labels_together_for_training():
    X, y = torch.arange(100.0).reshape(50, 2), torch.arange(50.0)
    rows, labels = map(torch.cat, zip(*d2l.load_array((X, y), 8)))
    assert not torch.equal(labels, y)
    assert torch.equal(labels.sort().values, y)
    assert torch.equal(rows[:, 0], 2 * labels)


# Loss


def test_evaluate_loss_is_the_mean_over_all_elements():
    data_iter = d2l.load_array(
        (torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([2.0, 5.0, 6.0])), 2, False
    )
    # Labels (n,) meet outputs (n, 1). Errors are 0, 1 and 0, in batches of 2 and 1.
    mean = d2l.evaluate_loss(lambda X: 2 * X, data_iter, nn.MSELoss(reduction="none"))
    assert mean == pytest.approx(1 / 3)


def test_evaluate_loss_takes_no_gradient():
    weight = torch.ones(1, requires_grad=True)
    outputs = []

    def net(X):
        outputs.append(X * weight)
        return outputs[-1]

    d2l.evaluate_loss(net, [(torch.ones(2), torch.ones(2))], nn.MSELoss())
    assert not outputs[0].requires_grad


def test_evaluate_loss_of_no_batch_is_an_error():
    with pytest.raises(ValueError, match="yielded no batches"):
        d2l.evaluate_loss(lambda X: X, [], nn.MSELoss())


# Updates


def test_sgd_steps_against_the_mean_gradient_and_zeroes_it():
    param = torch.tensor([1.0, -2.0], requires_grad=True)
    param.grad = torch.tensor([4.0, -8.0])
    d2l.sgd([param], lr=0.5, batch_size=4)
    # 1 - 0.5 * 4 / 4 and -2 + 0.5 * 8 / 4
    assert param.tolist() == [0.5, -1.0]
    assert param.grad.tolist() == [0.0, 0.0]
    assert param.requires_grad


class Gradients:
    """A hand-written model, as far as clipping looks at it."""

    def __init__(self, *grads):
        self.params = []
        for grad in grads:
            grad = torch.tensor(grad)
            self.params.append(torch.zeros_like(grad, requires_grad=True))
            self.params[-1].grad = grad

    @property
    def grads(self):
        return [param.grad.numpy() for param in self.params]


def test_clipping_scales_all_gradients_to_one_global_norm():
    rng = np.random.default_rng(0)
    before = [rng.normal(size=shape).astype("float32") for shape in [(3, 4), (5,)]]
    norm = math.sqrt(sum((grad**2).sum() for grad in before))
    net = Gradients(*before)
    assert float(d2l.grad_clipping(net, 0.5)) == pytest.approx(norm, rel=1e-5)
    for clipped, grad in zip(net.grads, before):
        np.testing.assert_allclose(clipped, grad * 0.5 / norm, rtol=1e-5)


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
    assert math.isnan(d2l.grad_clipping(net, 1))
    assert np.isnan(net.grads[1]).all()


def test_clipping_a_module_skips_parameters_without_a_gradient():
    net = nn.Linear(2, 1)
    net.weight.grad = torch.tensor([[30.0, 40.0]])
    d2l.grad_clipping(net, 1)
    torch.testing.assert_close(net.weight.grad, torch.tensor([[0.6, 0.8]]))
    assert net.bias.grad is None


def test_clipping_before_backward_is_an_error():
    with pytest.raises(ValueError, match="call backward"):
        d2l.grad_clipping(nn.Linear(2, 1), 1)


# The hand-written model


def test_scratch_model_has_time_major_outputs_and_a_state():
    net = scratch()
    Y, (H,) = net(tokens(3, 4), net.begin_state(3, CPU))
    assert Y.shape == (4 * 3, q)
    assert H.shape == (3, h)
    assert net.begin_state(3, CPU)[0].abs().sum() == 0


def test_scratch_model_feeds_one_hot_tokens_time_first():
    seen = []

    def echo(inputs, state, params):
        seen.append(inputs)
        return inputs.reshape(-1, q), state

    X = tokens(3, 4)
    Y, _ = scratch(echo)(X, None)
    assert seen[0].shape == (4, 3, q)
    assert torch.equal(seen[0].sum(dim=2), torch.ones(4, 3))
    for t in range(4):
        for i in range(3):
            assert Y[t * 3 + i].argmax() == X[i, t]


def test_scratch_model_agrees_with_the_built_in_layer():
    net, built_in = scratch(), model()
    W_xh, W_hh, b_h, W_hq, b_q = net.params
    with torch.no_grad():
        built_in.rnn.weight_ih_l0.copy_(W_xh.T)
        built_in.rnn.weight_hh_l0.copy_(W_hh.T)
        built_in.rnn.bias_ih_l0.copy_(b_h)
        built_in.rnn.bias_hh_l0.zero_()
        built_in.linear.weight.copy_(W_hq.T)
        built_in.linear.bias.copy_(b_q)
    X = tokens(3, 4)
    Y, (H,) = net(X, net.begin_state(3, CPU))
    expected, state = built_in(X, built_in.begin_state(CPU, 3))
    torch.testing.assert_close(Y, expected)
    torch.testing.assert_close(H, state[0])


# The model on a built-in layer


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("layer", LAYERS)
def test_shapes_of_outputs_and_states(layer, depth, bidirectional):
    net = model(layer, num_layers=depth, bidirectional=bidirectional)
    begin = net.begin_state(CPU, batch_size=3)
    Y, state = net(tokens(3, 4), begin)
    assert Y.shape == (4 * 3, q)
    shape = (depth * (1 + bidirectional), 3, h)
    for parts in (begin, state):
        parts = parts if layer is nn.LSTM else (parts,)
        assert [part.shape for part in parts] == [shape] * (1 + (layer is nn.LSTM))
    assert all(part.abs().sum() == 0 for part in begin)
    assert net(tokens(3, 4), state)[0].shape == Y.shape


@pytest.mark.parametrize("layer", LAYERS)
def test_rows_are_ordered_by_time_then_by_sequence(layer):
    net, X = model(layer), tokens(3, 4)
    Y, _ = net(X, net.begin_state(CPU, 3))
    for i in range(3):
        alone, _ = net(X[i : i + 1], net.begin_state(CPU))
        torch.testing.assert_close(Y[i::3], alone)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_carried_state_continues_the_sequence(layer, depth):
    net, X = model(layer, num_layers=depth), tokens(2, 7)
    whole, last = net(X, net.begin_state(CPU, 2))
    first, state = net(X[:, :3], net.begin_state(CPU, 2))
    second, state = net(X[:, 3:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    torch.testing.assert_close(state, last)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layer", LAYERS)
def test_all_parameters_start_uniform_within_one_over_root_h(layer, bidirectional):
    bound = h**-0.5
    net = model(layer, num_layers=2, bidirectional=bidirectional)
    for name, param in net.named_parameters():
        assert param.abs().max() <= bound, name
        assert param.std() > bound / 20, name
    values = torch.cat([param.flatten() for param in net.rnn.parameters()])
    assert values.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.15)
    assert values.abs().max() > 0.95 * bound


def test_a_seed_makes_two_models_alike_and_another_seed_doesnt():
    def weights(seed):
        d2l.set_seed(seed)
        return nn.utils.parameters_to_vector(model().parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_a_model_in_double_precision_has_states_and_outputs_to_match():
    net = model(nn.LSTM).double()
    Y, state = net(tokens(1, 2), net.begin_state(CPU))
    assert {Y.dtype, *(part.dtype for part in state)} == {torch.float64}


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_an_lstm_with_projected_outputs():
    net = model(nn.LSTM, proj_size=2)
    H, C = net.begin_state(CPU, 3)
    assert (H.shape, C.shape) == ((1, 3, 2), (1, 3, h))
    assert net(tokens(3, 4), (H, C))[0].shape == (12, q)


@pytest.mark.parametrize("cell", [nn.RNNCell(q, h), nn.Linear(q, h), None])
def test_another_module_than_a_recurrent_layer_is_refused(cell):
    with pytest.raises(TypeError, match=f"{type(cell).__name__}: pass an nn.RNN"):
        d2l.RNNModel(cell, q)


def test_a_layer_for_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match=r"size 28, .* 10 tokens.*input_size=10"):
        d2l.RNNModel(nn.GRU(28, h), q)


def test_a_layer_with_the_batch_first_is_refused():
    with pytest.raises(ValueError, match="batch_first=True"):
        model(batch_first=True)


# Prediction


class Successor:
    """A net that always predicts the next index, and counts its steps."""

    def __init__(self, vocab_size):
        self.vocab_size = vocab_size
        self.read = []

    def begin_state(self, batch_size, device):
        assert batch_size == 1
        return 0

    def __call__(self, X, state):
        assert X.shape == (1, 1)
        assert state == len(self.read)
        self.read.append(int(X))
        nxt = (X.reshape(-1) + 1) % self.vocab_size
        return F.one_hot(nxt, self.vocab_size).float(), state + 1


def test_prediction_feeds_each_token_back_after_the_prefix():
    vocab = d2l.Vocab(list("aaaabbbccd"))
    net = Successor(len(vocab))
    assert d2l.predict_ch8("ca", 3, net, vocab, CPU) == "cabcd"
    assert net.read == vocab[list("cabc")]  # the last one is not fed back


def test_a_prefix_of_words_is_continued_with_words():
    vocab = d2l.Vocab(["the", "the", "time", "time", "machine"])
    written = d2l.predict_ch8(["the"], 2, Successor(len(vocab)), vocab, CPU)
    assert written == "the time machine"


@pytest.mark.parametrize("num_preds", [0, 1, 20])
def test_prediction_keeps_the_prefix_and_has_the_length_asked_for(data, num_preds):
    written = d2l.predict_ch8("time t", num_preds, model(), data[1], CPU)
    unknowns = written.count("<unk>")
    assert written.startswith("time t")
    assert len(written) - 4 * unknowns == 6 + num_preds


def test_prediction_is_deterministic_and_leaves_the_model_alone(data):
    net = model(nn.LSTM)
    before = nn.utils.parameters_to_vector(net.parameters()).clone()
    written = [d2l.predict_ch8("time", 20, net, data[1], CPU) for _ in range(2)]
    assert written[0] == written[1]
    assert torch.equal(nn.utils.parameters_to_vector(net.parameters()), before)


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


def dropping(p=0.5):
    """A model with dropout between its layers."""
    return model(nn.LSTM, num_layers=2, dropout=p)


def test_training_drops_out_at_random(data):
    net = dropping()
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first != second
    net.rnn.dropout = 0.0
    first, second = (epoch(net, data[0], nothing)[0] for _ in range(2))
    assert first == second


def test_prediction_drops_nothing_even_from_a_model_in_training_mode(data):
    net, seen = dropping(), []
    net.rnn.register_forward_hook(lambda layer, *_: seen.append(layer.training))
    net.train()
    d2l.predict_ch8("time", 3, net, data[1], CPU)
    assert seen == [False] * 6
    assert net.training and net.rnn.training and net.linear.training


def test_prediction_gives_every_part_the_mode_back_that_it_had(data):
    net = dropping()
    net.rnn.eval()  # the whole is still in training mode
    d2l.predict_ch8("time", 3, net, data[1], CPU)
    assert (net.training, net.rnn.training, net.linear.training) == (True, False, True)
    net.eval()
    d2l.predict_ch8("time", 3, net, data[1], CPU)
    assert not any(part.training for part in net.modules())


def test_the_mode_is_given_back_after_an_error_too(data):
    net = dropping()
    with pytest.raises(RuntimeError, match="unseen"), d2l.evaluation_mode(net):
        assert not net.rnn.training
        raise RuntimeError("unseen")
    assert net.training and net.rnn.training


# One epoch


LOSS = nn.CrossEntropyLoss()


def epoch(net, batches, updater, use_random_iter=False, **options):
    return d2l.train_epoch_ch8(
        net, batches, LOSS, updater, CPU, use_random_iter, **options
    )


def nothing(batch_size):
    """An updater that only takes the gradients away."""


def test_an_epoch_gives_perplexity_and_positive_speed(data):
    net = model()
    ppl, speed = epoch(net, data[0], torch.optim.SGD(net.parameters(), 0.1))
    assert 1 < ppl < 2 * q
    assert 0 < speed < math.inf


def test_perplexity_is_that_of_the_mean_loss_over_all_tokens(data):
    net = scratch()
    batches = [*data[0][:2], tuple(part[:1, :2] for part in data[0][2])]
    losses, count = 0, 0
    for X, Y in batches:
        scores, _ = net(X, net.begin_state(X.shape[0], CPU))
        scores = scores.reshape(X.shape[1], X.shape[0], q).log_softmax(dim=2)
        for i in range(X.shape[0]):
            for t in range(X.shape[1]):
                losses -= scores[t, i, Y[i, t]].item()
                count += 1
    ppl, _ = epoch(net, batches, nothing, use_random_iter=True)
    assert ppl == pytest.approx(math.exp(losses / count), rel=1e-5)


@pytest.mark.parametrize("use_random_iter", [False, True])
@pytest.mark.parametrize("layer", LAYERS)
def test_perplexity_falls_from_epoch_to_epoch(text, layer, use_random_iter):
    batches, _ = d2l.load_data_time_machine(4, 5, use_random_iter, text=text)
    net = model(layer)
    updater = torch.optim.SGD(net.parameters(), 1)
    ppl = [epoch(net, batches, updater, use_random_iter)[0] for _ in range(8)]
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

    def spy(batch_size, device):
        sizes.append(batch_size)
        return begin_state(batch_size=batch_size, device=device)

    monkeypatch.setattr(net, "begin_state", spy)
    params = net.parameters() if isinstance(net, nn.Module) else net.params
    epoch(net, data[0], torch.optim.SGD(params, 0.1), use_random_iter)
    assert sizes == [4] * (len(data[0]) if use_random_iter else 1)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_carried_state_keeps_its_value_and_loses_its_history(data, layer):
    net, states = model(layer), []

    def record(module, inputs, outputs):
        states.append((inputs[1], outputs[1]))

    net.register_forward_hook(record)
    epoch(net, data[0], torch.optim.SGD(net.parameters(), 0.1))
    assert len(states) == len(data[0]) > 2
    for (_, before), (after, _) in zip(states, states[1:]):
        pairs = zip(before, after) if layer is nn.LSTM else [(before, after)]
        for left, taken_up in pairs:
            assert left.requires_grad
            assert not taken_up.requires_grad
            assert torch.equal(left, taken_up)


def test_gradients_are_clipped_at_one_unless_told_otherwise(data):
    net, norms = scratch(), []

    def updater(batch_size):
        norms[-1].append(math.sqrt(sum(p.grad.square().sum() for p in net.params)))
        for param in net.params:
            param.grad.zero_()

    for options in ({"theta": math.inf}, {"theta": 1e-3}, {}):
        norms.append([])
        with torch.no_grad():
            net.params[3] *= 5  # steep enough for the norm 1 to be passed
        epoch(net, data[0], updater, **options)
    free, small, classic = norms
    assert min(free) > 1e-3
    assert small == pytest.approx([1e-3] * len(small), rel=1e-4)
    assert max(classic) == pytest.approx(1, rel=1e-4)


def test_an_optimiser_sees_only_the_gradient_of_its_own_batch(data):
    net = model()
    for param in net.parameters():
        param.grad = torch.full_like(param, 1e6)
    before = nn.utils.parameters_to_vector(net.parameters()).clone()
    epoch(net, data[0][:1], torch.optim.SGD(net.parameters(), 1), theta=math.inf)
    change = nn.utils.parameters_to_vector(net.parameters()) - before
    assert change.abs().max() < 10


def test_the_loss_is_read_from_the_device_once_an_epoch(data, monkeypatch):
    reads = []
    for name in ("item", "__float__", "__int__", "__bool__", "tolist", "numpy"):
        read = getattr(torch.Tensor, name)

        def spy(tensor, *args, _read=read, _name=name):
            reads.append(_name)
            return _read(tensor, *args)

        monkeypatch.setattr(torch.Tensor, name, spy)
    net = model()
    epoch(net, data[0], torch.optim.SGD(net.parameters(), 0.1))
    assert reads == ["__float__"]


def test_an_epoch_over_no_batch_is_an_error():
    net = model()
    with pytest.raises(ValueError, match="yielded no batches"):
        epoch(net, [], torch.optim.SGD(net.parameters(), 0.1))


# Training


@pytest.mark.parametrize("net", [model, scratch])
@pytest.mark.parametrize("lr", [1, 0.5])
def test_training_ends_with_the_three_classic_lines(data, closing, net, lr):
    batches, vocab = data
    d2l.train_ch8(net(), batches, vocab, lr, 2, CPU)
    closing("cpu")


def test_training_on_random_batches_begins_each_with_a_new_state(text, closing):
    batches, vocab = d2l.load_data_time_machine(4, 5, True, text=text)
    d2l.train_ch8(model(nn.LSTM), batches, vocab, 1, 2, CPU, use_random_iter=True)
    closing("cpu")


def test_training_learns_the_text_by_heart(text, capsys):
    batches, vocab = d2l.load_data_time_machine(4, 10, text=text)
    net = d2l.RNNModel(nn.GRU(q, 24), q)
    d2l.train_ch8(net, batches, vocab, 2, 60, CPU)
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
    net = d2l.RNNModel(nn.GRU(len(vocab), 4), len(vocab))
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
    nn.init.constant_(net.linear.bias, math.nan)
    with pytest.raises(d2l.TrainingDiverged, match="nan in epoch 1 "):
        d2l.train_ch8(net, batches, vocab, 1, 5, CPU)


@pytest.mark.parametrize("net", [model, scratch])
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
