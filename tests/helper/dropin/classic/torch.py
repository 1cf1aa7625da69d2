# ruff: noqa: B905, E402, E741, F401, SIM115
# The chapters on sequences of a classic notebook, in PyTorch, called as such notebooks
# call the API: own words, small budgets. Executed cell by cell in a Jupyter kernel.

# %% Sequence models: an autoregressive network on a noisy sine
import torch
from d2l import torch as d2l
from torch import nn

T = 240
clock = torch.arange(1, T + 1, dtype=torch.float32)
wave = torch.sin(0.05 * clock) + torch.normal(0, 0.1, (T,))
d2l.plot(clock, [wave], "clock", "wave", xlim=[1, T], figsize=(6, 3))

# %%
tau = 4
features = torch.zeros((T - tau, tau))
for i in range(tau):
    features[:, i] = wave[i : T - tau + i]
labels = wave[tau:].reshape((-1, 1))
batch_size, n_train = 16, 150
train_iter = d2l.load_array(
    (features[:n_train], labels[:n_train]), batch_size, is_train=True
)
assert next(iter(train_iter))[0].shape == (batch_size, tau)


# %%
def init_weights(layer):
    if type(layer) == nn.Linear:  # noqa: E721
        nn.init.xavier_uniform_(layer.weight)


def get_net():
    net = nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 1))
    net.apply(init_weights)
    return net


loss = nn.MSELoss(reduction="none")


def train(net, train_iter, loss, epochs, lr):
    trainer = torch.optim.Adam(net.parameters(), lr)
    for epoch in range(epochs):
        for X, y in train_iter:
            trainer.zero_grad()
            l = loss(net(X), y)
            l.sum().backward()
            trainer.step()
        print(f"epoch {epoch + 1}, loss {d2l.evaluate_loss(net, train_iter, loss):f}")


net = get_net()
before = d2l.evaluate_loss(net, train_iter, loss)
train(net, train_iter, loss, 3, 0.01)
assert d2l.evaluate_loss(net, train_iter, loss) < before

# %%
onestep_preds = net(features)
multistep_preds = torch.zeros(T)
multistep_preds[: n_train + tau] = wave[: n_train + tau]
for i in range(n_train + tau, T):
    multistep_preds[i] = net(multistep_preds[i - tau : i].reshape((1, -1)))
d2l.plot(
    [clock, clock[tau:], clock[n_train + tau :]],
    [
        wave.detach().numpy(),
        onestep_preds.detach().numpy(),
        multistep_preds[n_train + tau :].detach().numpy(),
    ],
    "clock",
    "wave",
    legend=["data", "1-step preds", "multistep preds"],
    xlim=[1, T],
    figsize=(6, 3),
)

# %%
max_steps = 16
features = torch.zeros((T - tau - max_steps + 1, tau + max_steps))
for i in range(tau):
    features[:, i] = wave[i : i + T - tau - max_steps + 1]
for i in range(tau, tau + max_steps):
    features[:, i] = net(features[:, i - tau : i]).reshape(-1)
steps = (1, 4, 16)
d2l.plot(
    [clock[tau + i - 1 : T - max_steps + i] for i in steps],
    [features[:, (tau + i - 1)].detach().numpy() for i in steps],
    "clock",
    "wave",
    legend=[f"{i}-step preds" for i in steps],
    xlim=[5, T],
    figsize=(6, 3),
)

# %% Batches of a text
my_seq = list(range(35))
for X, Y in d2l.seq_data_iter_random(my_seq, batch_size=2, num_steps=5):
    print("X: ", X, "\nY:", Y)
    assert isinstance(X, torch.Tensor) and torch.equal(X + 1, Y)
for X, Y in d2l.seq_data_iter_sequential(my_seq, batch_size=2, num_steps=5):
    assert isinstance(Y, torch.Tensor) and X.shape == (2, 5)
data_iter = d2l.SeqDataLoader(2, 5, use_random_iter=False, max_tokens=500)
assert isinstance(next(iter(data_iter))[0], torch.Tensor)
assert len(data_iter.corpus) == 500 and len(data_iter.vocab) == 28


# %%
class OwnLoader:
    def __init__(self, batch_size, num_steps, use_random_iter, max_tokens):
        if use_random_iter:
            self.data_iter_fn = d2l.seq_data_iter_random
        else:
            self.data_iter_fn = d2l.seq_data_iter_sequential
        self.corpus, self.vocab = d2l.load_corpus_time_machine(max_tokens)
        self.batch_size, self.num_steps = batch_size, num_steps

    def __iter__(self):
        return self.data_iter_fn(self.corpus, self.batch_size, self.num_steps)


own_iter = OwnLoader(8, 10, True, 900)

# %% RNNs
X, W_xh = torch.normal(0, 1, (3, 1)), torch.normal(0, 1, (1, 4))
H, W_hh = torch.normal(0, 1, (3, 4)), torch.normal(0, 1, (4, 4))
two = torch.matmul(X, W_xh) + torch.matmul(H, W_hh)
one = d2l.matmul(d2l.concat((X, H), 1), d2l.concat((W_xh, W_hh), 0))
assert torch.allclose(two, one, atol=1e-5)

# %% RNNs from scratch
import math

from torch.nn import functional as F

batch_size, num_steps = 8, 10
train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps, max_tokens=1000)


def get_params(vocab_size, num_hiddens, device):
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return torch.randn(size=shape, device=device) * 0.01

    params = [
        normal((num_inputs, num_hiddens)),
        normal((num_hiddens, num_hiddens)),
        torch.zeros(num_hiddens, device=device),
        normal((num_hiddens, num_outputs)),
        torch.zeros(num_outputs, device=device),
    ]
    for param in params:
        param.requires_grad_(True)
    return params


def init_rnn_state(batch_size, num_hiddens, device):
    return (torch.zeros((batch_size, num_hiddens), device=device),)


def rnn(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        H = torch.tanh(torch.mm(X, W_xh) + torch.mm(H, W_hh) + b_h)
        outputs.append(torch.mm(H, W_hq) + b_q)
    return torch.cat(outputs, dim=0), (H,)


class OwnScratch:
    def __init__(
        self, vocab_size, num_hiddens, device, get_params, init_state, forward_fn
    ):
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.params = get_params(vocab_size, num_hiddens, device)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = F.one_hot(X.T, self.vocab_size).type(torch.float32)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, device):
        return self.init_state(batch_size, self.num_hiddens, device)


X = torch.arange(10).reshape((2, 5))
num_hiddens = 16
scratch = [
    made(len(vocab), num_hiddens, d2l.try_gpu(), get_params, init_rnn_state, rnn)
    for made in (OwnScratch, d2l.RNNModelScratch)
]
for net in scratch:
    state = net.begin_state(X.shape[0], d2l.try_gpu())
    Y, new_state = net(X.to(d2l.try_gpu()), state)
    assert Y.shape == (10, 28) and new_state[0].shape == (2, num_hiddens)
    print(d2l.predict_ch8("time traveller ", 10, net, vocab, d2l.try_gpu()))
assert d2l.try_all_gpus()


# %%
def own_predict(prefix, num_preds, net, vocab, device):
    state = net.begin_state(batch_size=1, device=device)
    outputs = [vocab[prefix[0]]]
    get_input = lambda: torch.tensor([outputs[-1]], device=device).reshape((1, 1))  # noqa: E731
    for y in prefix[1:]:
        _, state = net(get_input(), state)
        outputs.append(vocab[y])
    for _ in range(num_preds):
        y, state = net(get_input(), state)
        outputs.append(int(y.argmax(dim=1).reshape(1)))
    return "".join([vocab.idx_to_token[i] for i in outputs])


def own_clipping(net, theta):
    if isinstance(net, nn.Module):
        params = [p for p in net.parameters() if p.requires_grad]
    else:
        params = net.params
    norm = torch.sqrt(sum(torch.sum(p.grad**2) for p in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm


def own_epoch(net, train_iter, loss, updater, device, use_random_iter):
    state, timer = None, d2l.Timer()
    metric = d2l.Accumulator(2)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], device=device)
        elif isinstance(net, nn.Module) and not isinstance(state, tuple):
            state.detach_()
        else:
            for s in state:
                s.detach_()
        y = Y.T.reshape(-1)
        X, y = X.to(device), y.to(device)
        y_hat, state = net(X, state)
        l = loss(y_hat, y.long()).mean()
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            l.backward()
            own_clipping(net, 1)
            updater.step()
        else:
            l.backward()
            own_clipping(net, 1)
            updater(batch_size=1)
        metric.add(l * d2l.size(y), d2l.size(y))
    return math.exp(metric[0] / metric[1]), metric[1] / timer.stop()


def own_train(net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False):
    loss = nn.CrossEntropyLoss()
    animator = d2l.Animator(
        xlabel="epoch", ylabel="perplexity", legend=["train"], xlim=[1, num_epochs]
    )
    if isinstance(net, nn.Module):
        updater = torch.optim.SGD(net.parameters(), lr)
    else:
        updater = lambda batch_size: d2l.sgd(net.params, lr, batch_size)  # noqa: E731
    for epoch in range(num_epochs):
        ppl, speed = own_epoch(net, train_iter, loss, updater, device, use_random_iter)
        if (epoch + 1) % 2 == 0:
            print(own_predict("time traveller", 50, net, vocab, device))
            animator.add(epoch + 1, [ppl])
    print(f"perplexity {ppl:.1f}, {speed:.1f} tokens/sec on {str(device)}")
    return ppl


num_epochs, lr = 4, 1
assert own_train(scratch[0], train_iter, vocab, lr, num_epochs, d2l.try_gpu()) < 28
own_train(
    scratch[1], own_iter, own_iter.vocab, lr, 2, d2l.try_gpu(), use_random_iter=True
)

# %%
for net in scratch:
    d2l.train_ch8(net, train_iter, vocab, lr, 2, d2l.try_gpu())
    d2l.train_ch8(net, own_iter, vocab, lr, 2, d2l.try_gpu(), use_random_iter=True)
    ppl, speed = d2l.train_epoch_ch8(
        net,
        train_iter,
        nn.CrossEntropyLoss(),
        lambda batch_size: d2l.sgd(net.params, lr, batch_size),  # noqa: B023
        d2l.try_gpu(),
        False,
    )
    assert ppl < 28 and speed > 0
d2l.grad_clipping(scratch[0], 1)

# %% RNNs by the layers of the framework
rnn_layer = nn.RNN(len(vocab), num_hiddens)
state = torch.zeros((1, batch_size, num_hiddens))
X = torch.rand(size=(num_steps, batch_size, len(vocab)))
Y, state_new = rnn_layer(X, state)
assert Y.shape == (num_steps, batch_size, num_hiddens)


class OwnModel(nn.Module):
    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super(OwnModel, self).__init__(**kwargs)  # noqa: UP008
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.num_hiddens = self.rnn.hidden_size
        self.num_directions = 2 if self.rnn.bidirectional else 1
        self.linear = nn.Linear(self.num_directions * self.num_hiddens, self.vocab_size)

    def forward(self, inputs, state):
        X = F.one_hot(inputs.T.long(), self.vocab_size)
        X = X.to(torch.float32)
        Y, state = self.rnn(X, state)
        output = self.linear(Y.reshape((-1, Y.shape[-1])))
        return output, state

    def begin_state(self, device, batch_size=1):
        shape = (
            self.num_directions * self.rnn.num_layers,
            batch_size,
            self.num_hiddens,
        )
        if not isinstance(self.rnn, nn.LSTM):
            return torch.zeros(shape, device=device)
        return torch.zeros(shape, device=device), torch.zeros(shape, device=device)


device = d2l.try_gpu()
for made in (OwnModel, d2l.RNNModel):
    net = made(rnn_layer, vocab_size=len(vocab))
    net = net.to(device)
    print(d2l.predict_ch8("time traveller", 10, net, vocab, device))
    d2l.train_ch8(net, train_iter, vocab, lr, 2, device)
    own_train(net, train_iter, vocab, lr, 2, device)


# %% GRUs and LSTMs, from scratch
def gate_params(num_gates, num_outputs=28):
    def get_params(vocab_size, num_hiddens, device):
        def normal(shape):
            return torch.randn(size=shape, device=device) * 0.01

        def three():
            return (
                normal((vocab_size, num_hiddens)),
                normal((num_hiddens, num_hiddens)),
                torch.zeros(num_hiddens, device=device),
            )

        params = [param for _ in range(num_gates) for param in three()]
        params += [
            normal((num_hiddens, num_outputs)),
            torch.zeros(num_outputs, device=device),
        ]
        for param in params:
            param.requires_grad_(True)
        return params

    return get_params


def gru(inputs, state, params):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        Z = torch.sigmoid((X @ W_xz) + (H @ W_hz) + b_z)
        R = torch.sigmoid((X @ W_xr) + (H @ W_hr) + b_r)
        H_tilde = torch.tanh((X @ W_xh) + ((R * H) @ W_hh) + b_h)
        H = Z * H + (1 - Z) * H_tilde
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs, dim=0), (H,)


def init_lstm_state(batch_size, num_hiddens, device):
    zeros = torch.zeros((batch_size, num_hiddens), device=device)
    return (zeros, zeros.clone())


def lstm(inputs, state, params):
    (W_xi, W_hi, b_i, W_xf, W_hf, b_f) = params[:6]
    (W_xo, W_ho, b_o, W_xc, W_hc, b_c, W_hq, b_q) = params[6:]
    (H, C) = state
    outputs = []
    for X in inputs:
        I = torch.sigmoid((X @ W_xi) + (H @ W_hi) + b_i)
        F = torch.sigmoid((X @ W_xf) + (H @ W_hf) + b_f)
        O = torch.sigmoid((X @ W_xo) + (H @ W_ho) + b_o)
        C_tilda = torch.tanh((X @ W_xc) + (H @ W_hc) + b_c)
        C = F * C + I * C_tilda
        H = O * torch.tanh(C)
        outputs.append((H @ W_hq) + b_q)
    return torch.cat(outputs, dim=0), (H, C)


for num_gates, init_state, forward in (
    (3, init_rnn_state, gru),
    (4, init_lstm_state, lstm),
):
    model = d2l.RNNModelScratch(
        len(vocab), num_hiddens, device, gate_params(num_gates), init_state, forward
    )
    d2l.train_ch8(model, train_iter, vocab, lr, 2, device)

# %% GRUs and LSTMs by layers; deep and bidirectional RNNs
vocab_size, num_layers = len(vocab), 2
for layer in (
    nn.GRU(vocab_size, num_hiddens),
    nn.LSTM(vocab_size, num_hiddens),
    nn.LSTM(vocab_size, num_hiddens, num_layers),
    nn.LSTM(vocab_size, num_hiddens, num_layers, bidirectional=True),
):
    model = d2l.RNNModel(layer, len(vocab))
    model = model.to(device)
    d2l.train_ch8(model, train_iter, vocab, lr * 1.0, 2, device)

# %% Names that the source notebooks share between frameworks
a = d2l.reshape(d2l.arange(6, dtype=d2l.float32), (2, 3))
assert d2l.size(a) == 6 and d2l.numpy(d2l.transpose(a)).shape == (3, 2)
assert int(d2l.argmax(d2l.reduce_sum(a, 0))) == 2
assert d2l.astype(a, d2l.int32).dtype == torch.int32
assert d2l.stack([a, d2l.zeros((2, 3)), d2l.ones((2, 3))]).shape == (3, 2, 3)
assert float(d2l.reduce_mean(d2l.abs(d2l.sin(d2l.tensor([0.0]))))) == 0
assert d2l.expand_dims(d2l.eye(2), 0).shape == (1, 2, 2)
assert d2l.to(a, device).shape == (2, 3) and d2l.normal(0, 1, (2,)).shape == (2,)
x, y = d2l.meshgrid(d2l.linspace(-1, 1, 3), d2l.linspace(-1, 1, 3))
assert d2l.exp(x).shape == d2l.tanh(y).shape == (3, 3)
