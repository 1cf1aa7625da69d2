# ruff: noqa: B905, E402, E741, F401, I001
# The chapters on sequences of a classic notebook, in MXNet Gluon, called as such
# notebooks call the API: own words, small budgets. Executed cell by cell in a kernel.

# %% Sequence models: MXNet is imported before d2l
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn, rnn
from d2l import mxnet as d2l

npx.set_np()
T = 240
clock = np.arange(1, T + 1, dtype=np.float32)
wave = np.sin(0.05 * clock) + np.random.normal(0, 0.1, (T,))
d2l.plot(clock, [wave], "clock", "wave", xlim=[1, T], figsize=(6, 3))

# %%
tau = 4
features = np.zeros((T - tau, tau))
for i in range(tau):
    features[:, i] = wave[i : T - tau + i]
labels = wave[tau:].reshape((-1, 1))
batch_size, n_train = 16, 150
train_iter = d2l.load_array(
    (features[:n_train], labels[:n_train]), batch_size, is_train=True
)


# %%
def get_net():
    net = nn.Sequential()
    net.add(nn.Dense(10, activation="relu"), nn.Dense(1))
    net.initialize(init.Xavier())
    return net


loss = gluon.loss.L2Loss()


def train(net, train_iter, loss, epochs, lr):
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": lr})
    for epoch in range(epochs):
        for X, y in train_iter:
            with autograd.record():
                l = loss(net(X), y)
            l.backward()
            trainer.step(batch_size)
        print(f"epoch {epoch + 1}, loss {d2l.evaluate_loss(net, train_iter, loss):f}")


net = get_net()
before = d2l.evaluate_loss(net, train_iter, loss)
train(net, train_iter, loss, 3, 0.01)
assert d2l.evaluate_loss(net, train_iter, loss) < before

# %%
onestep_preds = net(features)
multistep_preds = np.zeros(T)
multistep_preds[: n_train + tau] = wave[: n_train + tau]
for i in range(n_train + tau, T):
    multistep_preds[i] = net(multistep_preds[i - tau : i].reshape((1, -1)))
d2l.plot(
    [clock, clock[tau:], clock[n_train + tau :]],
    [
        wave.asnumpy(),
        onestep_preds.asnumpy(),
        multistep_preds[n_train + tau :].asnumpy(),
    ],
    "clock",
    "wave",
    legend=["data", "1-step preds", "multistep preds"],
    xlim=[1, T],
    figsize=(6, 3),
)

# %%
max_steps = 16
features = np.zeros((T - tau - max_steps + 1, tau + max_steps))
for i in range(tau):
    features[:, i] = wave[i : i + T - tau - max_steps + 1]
for i in range(tau, tau + max_steps):
    features[:, i] = net(features[:, i - tau : i]).reshape(-1)
steps = (1, 4, 16)
d2l.plot(
    [clock[tau + i - 1 : T - max_steps + i] for i in steps],
    [features[:, (tau + i - 1)].asnumpy() for i in steps],
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
    assert isinstance(X, np.ndarray) and bool((X + 1 == Y).all())
for X, Y in d2l.seq_data_iter_sequential(my_seq, batch_size=2, num_steps=5):
    assert isinstance(Y, np.ndarray) and X.shape == (2, 5)
data_iter = d2l.SeqDataLoader(2, 5, use_random_iter=False, max_tokens=500)
assert isinstance(next(iter(data_iter))[0], np.ndarray)
assert len(data_iter.corpus) == 500 and len(data_iter.vocab) == 28
own_iter = d2l.SeqDataLoader(8, 10, True, 900)

# %% RNNs
X, W_xh = np.random.normal(0, 1, (3, 1)), np.random.normal(0, 1, (1, 4))
H, W_hh = d2l.normal(0, 1, (3, 4)), d2l.normal(0, 1, (4, 4))
two = np.dot(X, W_xh) + np.dot(H, W_hh)
one = d2l.matmul(d2l.concat((X, H), 1), d2l.concat((W_xh, W_hh), 0))
assert bool((np.abs(two - one) < 1e-4).all())

# %% RNNs from scratch
import math

batch_size, num_steps = 8, 10
train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps, max_tokens=1000)
npx.one_hot(np.array([0, 2]), len(vocab))


def get_params(vocab_size, num_hiddens, device):
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return np.random.normal(scale=0.01, size=shape, ctx=device)

    params = [
        normal((num_inputs, num_hiddens)),
        normal((num_hiddens, num_hiddens)),
        np.zeros(num_hiddens, ctx=device),
        normal((num_hiddens, num_outputs)),
        np.zeros(num_outputs, ctx=device),
    ]
    for param in params:
        param.attach_grad()
    return params


def init_rnn_state(batch_size, num_hiddens, device):
    return (np.zeros((batch_size, num_hiddens), ctx=device),)


def rnn_forward(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)


class OwnScratch:
    def __init__(
        self, vocab_size, num_hiddens, device, get_params, init_state, forward_fn
    ):
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.params = get_params(vocab_size, num_hiddens, device)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X, state):
        X = npx.one_hot(X.T, self.vocab_size)
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size, ctx):
        return self.init_state(batch_size, self.num_hiddens, ctx)


X = np.arange(10).reshape((2, 5))
num_hiddens = 16
scratch = [
    made(len(vocab), num_hiddens, d2l.try_gpu(), get_params, init_rnn_state, forward)
    for made, forward in (
        (OwnScratch, rnn_forward),
        (d2l.RNNModelScratch, rnn_forward),
    )
]
for net in scratch:
    state = net.begin_state(X.shape[0], d2l.try_gpu())
    Y, new_state = net(X.as_in_context(d2l.try_gpu()), state)
    assert Y.shape == (10, 28) and new_state[0].shape == (2, num_hiddens)
    print(d2l.predict_ch8("time traveller ", 10, net, vocab, d2l.try_gpu()))
assert d2l.try_all_gpus()


# %%
def own_predict(prefix, num_preds, net, vocab, device):
    state = net.begin_state(batch_size=1, ctx=device)
    outputs = [vocab[prefix[0]]]
    get_input = lambda: np.array([outputs[-1]], ctx=device).reshape((1, 1))  # noqa: E731
    for y in prefix[1:]:
        _, state = net(get_input(), state)
        outputs.append(vocab[y])
    for _ in range(num_preds):
        y, state = net(get_input(), state)
        outputs.append(int(y.argmax(axis=1).reshape(1)))
    return "".join([vocab.idx_to_token[i] for i in outputs])


def own_clipping(net, theta):
    if isinstance(net, gluon.Block):
        params = [p.data() for p in net.collect_params().values()]
    else:
        params = net.params
    norm = math.sqrt(sum((p.grad**2).sum() for p in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm


def own_epoch(net, train_iter, loss, updater, device, use_random_iter):
    state, timer = None, d2l.Timer()
    metric = d2l.Accumulator(2)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], ctx=device)
        else:
            for s in state:
                s.detach()
        y = Y.T.reshape(-1)
        X, y = X.as_in_ctx(device), y.as_in_ctx(device)
        with autograd.record():
            y_hat, state = net(X, state)
            l = loss(y_hat, y).mean()
        l.backward()
        own_clipping(net, 1)
        updater(batch_size=1)
        metric.add(l * d2l.size(y), d2l.size(y))
    return math.exp(metric[0] / metric[1]), metric[1] / timer.stop()


def own_train(net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False):
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    animator = d2l.Animator(
        xlabel="epoch", ylabel="perplexity", legend=["train"], xlim=[1, num_epochs]
    )
    if isinstance(net, gluon.Block):
        net.initialize(ctx=device, force_reinit=True, init=init.Normal(0.01))
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": lr})
        updater = lambda batch_size: trainer.step(batch_size)  # noqa: E731
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
own_train(scratch[1], own_iter, vocab, lr, 2, d2l.try_gpu(), use_random_iter=True)

# %%
for net in scratch:
    d2l.train_ch8(net, train_iter, vocab, lr, 2, d2l.try_gpu())
    d2l.train_ch8(net, own_iter, vocab, lr, 2, d2l.try_gpu(), use_random_iter=True)
    ppl, speed = d2l.train_epoch_ch8(
        net,
        train_iter,
        gluon.loss.SoftmaxCrossEntropyLoss(),
        lambda batch_size: d2l.sgd(net.params, lr, batch_size),  # noqa: B023
        d2l.try_gpu(),
        False,
    )
    assert ppl < 28 and speed > 0
d2l.grad_clipping(scratch[0], 1)

# %% RNNs by the layers of the framework
rnn_layer = rnn.RNN(num_hiddens)
rnn_layer.initialize()
state = rnn_layer.begin_state(batch_size=batch_size)
assert len(state) == 1 and state[0].shape == (1, batch_size, num_hiddens)
X = np.random.uniform(size=(num_steps, batch_size, len(vocab)))
Y, state_new = rnn_layer(X, state)
assert Y.shape == (num_steps, batch_size, num_hiddens) and len(state_new) == 1


class OwnModel(nn.Block):
    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super(OwnModel, self).__init__(**kwargs)  # noqa: UP008
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.dense = nn.Dense(vocab_size)

    def forward(self, inputs, state):
        X = npx.one_hot(inputs.T, self.vocab_size)
        Y, state = self.rnn(X, state)
        output = self.dense(Y.reshape(-1, Y.shape[-1]))
        return output, state

    def begin_state(self, *args, **kwargs):
        return self.rnn.begin_state(*args, **kwargs)


device = d2l.try_gpu()
net = OwnModel(rnn_layer, len(vocab))
net.initialize(force_reinit=True, ctx=device)
print(d2l.predict_ch8("time traveller", 10, net, vocab, device))
d2l.train_ch8(net, train_iter, vocab, lr, 2, device)
own_train(net, train_iter, vocab, lr, 2, device)
net = d2l.RNNModel(rnn_layer, len(vocab))
net.initialize(force_reinit=True, ctx=device)
print(d2l.predict_ch8("time traveller", 10, net, vocab, device))
own_train(net, train_iter, vocab, lr, 2, device)


# %% GRUs and LSTMs, from scratch
def gate_params(num_gates, num_outputs=28):
    def get_params(vocab_size, num_hiddens, device):
        def normal(shape):
            return np.random.normal(scale=0.01, size=shape, ctx=device)

        def three():
            return (
                normal((vocab_size, num_hiddens)),
                normal((num_hiddens, num_hiddens)),
                np.zeros(num_hiddens, ctx=device),
            )

        params = [param for _ in range(num_gates) for param in three()]
        params += [
            normal((num_hiddens, num_outputs)),
            np.zeros(num_outputs, ctx=device),
        ]
        for param in params:
            param.attach_grad()
        return params

    return get_params


def gru(inputs, state, params):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        Z = npx.sigmoid(np.dot(X, W_xz) + np.dot(H, W_hz) + b_z)
        R = npx.sigmoid(np.dot(X, W_xr) + np.dot(H, W_hr) + b_r)
        H_tilde = np.tanh(np.dot(X, W_xh) + np.dot(R * H, W_hh) + b_h)
        H = Z * H + (1 - Z) * H_tilde
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)


def init_lstm_state(batch_size, num_hiddens, device):
    return (
        np.zeros((batch_size, num_hiddens), ctx=device),
        np.zeros((batch_size, num_hiddens), ctx=device),
    )


def lstm(inputs, state, params):
    (W_xi, W_hi, b_i, W_xf, W_hf, b_f) = params[:6]
    (W_xo, W_ho, b_o, W_xc, W_hc, b_c, W_hq, b_q) = params[6:]
    (H, C) = state
    outputs = []
    for X in inputs:
        I = npx.sigmoid(np.dot(X, W_xi) + np.dot(H, W_hi) + b_i)
        F = npx.sigmoid(np.dot(X, W_xf) + np.dot(H, W_hf) + b_f)
        O = npx.sigmoid(np.dot(X, W_xo) + np.dot(H, W_ho) + b_o)
        C_tilda = np.tanh(np.dot(X, W_xc) + np.dot(H, W_hc) + b_c)
        C = F * C + I * C_tilda
        H = O * np.tanh(C)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H, C)


for num_gates, init_state, forward in (
    (3, init_rnn_state, gru),
    (4, init_lstm_state, lstm),
):
    model = d2l.RNNModelScratch(
        len(vocab), num_hiddens, device, gate_params(num_gates), init_state, forward
    )
    d2l.train_ch8(model, train_iter, vocab, lr, 2, device)

# %% GRUs and LSTMs by layers; deep and bidirectional RNNs
num_layers = 2
for layer in (
    rnn.GRU(num_hiddens),
    rnn.LSTM(num_hiddens),
    rnn.LSTM(num_hiddens, num_layers),
    rnn.LSTM(num_hiddens, num_layers, bidirectional=True),
):
    model = d2l.RNNModel(layer, len(vocab))
    d2l.train_ch8(model, train_iter, vocab, lr, 2, device)

# %% Names that the source notebooks share between frameworks
a = d2l.reshape(d2l.arange(6, dtype=d2l.float32), (2, 3))
assert d2l.size(a) == 6 and d2l.numpy(d2l.transpose(a)).shape == (3, 2)
assert int(d2l.argmax(d2l.reduce_sum(a, 0))) == 2
assert d2l.astype(a, d2l.int32).dtype == np.int32
assert d2l.stack([a, d2l.zeros((2, 3)), d2l.ones((2, 3))]).shape == (3, 2, 3)
assert float(d2l.reduce_mean(d2l.abs(d2l.sin(d2l.tensor([0.0]))))) == 0
assert d2l.expand_dims(d2l.eye(2), 0).shape == (1, 2, 2)
assert d2l.to(a, device).shape == (2, 3)
x, y = d2l.meshgrid(d2l.linspace(-1, 1, 3), d2l.linspace(-1, 1, 3))
assert d2l.exp(x).shape == d2l.tanh(y).shape == (3, 3)
