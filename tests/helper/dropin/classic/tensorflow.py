# ruff: noqa: B905, E402, E741, F401
# The chapters on sequences of a classic notebook, in TensorFlow, called as such
# notebooks call the API: own words, small budgets. Executed cell by cell in a kernel.

# %% Sequence models: an autoregressive network on a noisy sine
import tensorflow as tf
from d2l import tensorflow as d2l

T = 60
clock = tf.range(1, T + 1, dtype=tf.float32)
wave = tf.sin(0.05 * clock) + tf.random.normal([T], 0, 0.1)
d2l.plot(clock, [wave], "clock", "wave", xlim=[1, T], figsize=(6, 3))

# %%
tau = 4
features = tf.Variable(tf.zeros((T - tau, tau)))
for i in range(tau):
    features[:, i].assign(wave[i : T - tau + i])
labels = tf.reshape(wave[tau:], (-1, 1))
batch_size, n_train = 16, 40
train_iter = d2l.load_array(
    (features[:n_train], labels[:n_train]), batch_size, is_train=True
)


# %%
def get_net():
    net = tf.keras.Sequential(
        [tf.keras.layers.Dense(10, activation="relu"), tf.keras.layers.Dense(1)]
    )
    return net


loss = tf.keras.losses.MeanSquaredError()


def train(net, train_iter, loss, epochs, lr):
    trainer = tf.keras.optimizers.Adam()
    for epoch in range(epochs):
        for X, y in train_iter:
            with tf.GradientTape() as g:
                out = net(X)
                l = loss(y, out)
                params = net.trainable_variables
                grads = g.gradient(l, params)
            trainer.apply_gradients(zip(grads, params))
        print(f"epoch {epoch + 1}, loss {d2l.evaluate_loss(net, train_iter, loss):f}")


net = get_net()
before = d2l.evaluate_loss(net, train_iter, loss)
train(net, train_iter, loss, 3, 0.01)
assert d2l.evaluate_loss(net, train_iter, loss) < before

# %%
onestep_preds = net(features)
multistep_preds = tf.Variable(tf.zeros(T))
multistep_preds[: n_train + tau].assign(wave[: n_train + tau])
for i in range(n_train + tau, T):
    multistep_preds[i].assign(
        tf.reshape(net(tf.reshape(multistep_preds[i - tau : i], (1, -1))), ())
    )
d2l.plot(
    [clock, clock[tau:], clock[n_train + tau :]],
    [wave.numpy(), onestep_preds.numpy(), multistep_preds[n_train + tau :].numpy()],
    "clock",
    "wave",
    legend=["data", "1-step preds", "multistep preds"],
    xlim=[1, T],
    figsize=(6, 3),
)

# %%
max_steps = 8
features = tf.Variable(tf.zeros((T - tau - max_steps + 1, tau + max_steps)))
for i in range(tau):
    features[:, i].assign(wave[i : i + T - tau - max_steps + 1].numpy())
for i in range(tau, tau + max_steps):
    features[:, i].assign(tf.reshape(net(features[:, i - tau : i]), -1))
steps = (1, 4, 8)
d2l.plot(
    [clock[tau + i - 1 : T - max_steps + i] for i in steps],
    [features[:, (tau + i - 1)].numpy() for i in steps],
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
    assert tf.is_tensor(X) and bool(tf.reduce_all(X + 1 == Y))
for X, Y in d2l.seq_data_iter_sequential(my_seq, batch_size=2, num_steps=5):
    assert tf.is_tensor(Y) and X.shape == (2, 5)
data_iter = d2l.SeqDataLoader(2, 5, use_random_iter=False, max_tokens=500)
assert tf.is_tensor(next(iter(data_iter))[0])
assert len(data_iter.corpus) == 500 and len(data_iter.vocab) == 28
own_iter = d2l.SeqDataLoader(4, 5, True, 60)

# %% RNNs
X, W_xh = tf.random.normal((3, 1), 0, 1), tf.random.normal((1, 4), 0, 1)
H, W_hh = d2l.normal((3, 4), 0, 1), d2l.normal((4, 4), 0, 1)
two = tf.matmul(X, W_xh) + tf.matmul(H, W_hh)
one = d2l.matmul(d2l.concat((X, H), 1), d2l.concat((W_xh, W_hh), 0))
assert bool(tf.reduce_all(tf.abs(two - one) < 1e-4))

# %% RNNs from scratch
import math

batch_size, num_steps = 4, 5
train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps, max_tokens=60)
train_random_iter, vocab_random_iter = d2l.load_data_time_machine(
    batch_size, num_steps, use_random_iter=True, max_tokens=60
)
tf.one_hot(tf.constant([0, 2]), len(vocab))


def get_params(vocab_size, num_hiddens):
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return tf.random.normal(shape=shape, stddev=0.01, mean=0, dtype=tf.float32)

    W_xh = tf.Variable(normal((num_inputs, num_hiddens)), dtype=tf.float32)
    W_hh = tf.Variable(normal((num_hiddens, num_hiddens)), dtype=tf.float32)
    b_h = tf.Variable(tf.zeros(num_hiddens), dtype=tf.float32)
    W_hq = tf.Variable(normal((num_hiddens, num_outputs)), dtype=tf.float32)
    b_q = tf.Variable(tf.zeros(num_outputs), dtype=tf.float32)
    return [W_xh, W_hh, b_h, W_hq, b_q]


def init_rnn_state(batch_size, num_hiddens):
    return (tf.zeros((batch_size, num_hiddens)),)


def rnn(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        X = tf.reshape(X, [-1, W_xh.shape[0]])
        H = tf.tanh(tf.matmul(X, W_xh) + tf.matmul(H, W_hh) + b_h)
        outputs.append(tf.matmul(H, W_hq) + b_q)
    return tf.concat(outputs, axis=0), (H,)


class OwnScratch:
    def __init__(self, vocab_size, num_hiddens, init_state, forward_fn, get_params):
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.init_state, self.forward_fn = init_state, forward_fn
        self.trainable_variables = get_params(vocab_size, num_hiddens)

    def __call__(self, X, state):
        X = tf.one_hot(tf.transpose(X), self.vocab_size)
        X = tf.cast(X, tf.float32)
        return self.forward_fn(X, state, self.trainable_variables)

    def begin_state(self, batch_size, *args, **kwargs):
        return self.init_state(batch_size, self.num_hiddens)


device_name = d2l.try_gpu()._device_name
strategy = tf.distribute.OneDeviceStrategy(device_name)
num_hiddens = 8
with strategy.scope():
    scratch = [
        made(len(vocab), num_hiddens, init_rnn_state, rnn, get_params)
        for made in (OwnScratch, d2l.RNNModelScratch)
    ]
X = tf.reshape(tf.range(10), (2, 5))
for net in scratch:
    state = net.begin_state(X.shape[0])
    Y, new_state = net(X, state)
    assert Y.shape == (10, 28) and new_state[0].shape == (2, num_hiddens)
    print(d2l.predict_ch8("time traveller ", 10, net, vocab))
assert d2l.try_all_gpus()


# %%
def own_predict(prefix, num_preds, net, vocab):
    state = net.begin_state(batch_size=1, dtype=tf.float32)
    outputs = [vocab[prefix[0]]]
    get_input = lambda: tf.reshape(tf.constant([outputs[-1]]), (1, 1)).numpy()  # noqa: E731
    for y in prefix[1:]:
        _, state = net(get_input(), state)
        outputs.append(vocab[y])
    for _ in range(num_preds):
        y, state = net(get_input(), state)
        outputs.append(int(y.numpy().argmax(axis=1).reshape(1)[0]))
    return "".join([vocab.idx_to_token[i] for i in outputs])


def own_clipping(grads, theta):
    theta = tf.constant(theta, dtype=tf.float32)
    new_grad = []
    for grad in grads:
        if isinstance(grad, tf.IndexedSlices):
            new_grad.append(tf.convert_to_tensor(grad))
        else:
            new_grad.append(grad)
    norm = tf.math.sqrt(sum((tf.reduce_sum(grad**2)).numpy() for grad in new_grad))
    norm = tf.cast(norm, tf.float32)
    if tf.greater(norm, theta):
        for i, grad in enumerate(new_grad):
            new_grad[i] = grad * theta / norm
    return new_grad


def own_epoch(net, train_iter, loss, updater, use_random_iter):
    state, timer = None, d2l.Timer()
    metric = d2l.Accumulator(2)
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], dtype=tf.float32)
        with tf.GradientTape(persistent=True) as g:
            y_hat, state = net(X, state)
            y = tf.reshape(tf.transpose(Y), (-1))
            l = loss(y, y_hat)
        params = net.trainable_variables
        grads = g.gradient(l, params)
        grads = own_clipping(grads, 1)
        updater.apply_gradients(zip(grads, params))
        metric.add(l * d2l.size(y), d2l.size(y))
    return math.exp(metric[0] / metric[1]), metric[1] / timer.stop()


def own_train(net, train_iter, vocab, lr, num_epochs, strategy, use_random_iter=False):
    with strategy.scope():
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        updater = tf.keras.optimizers.SGD(lr)
    animator = d2l.Animator(
        xlabel="epoch", ylabel="perplexity", legend=["train"], xlim=[1, num_epochs]
    )
    for epoch in range(num_epochs):
        ppl, speed = own_epoch(net, train_iter, loss, updater, use_random_iter)
        if (epoch + 1) % 2 == 0:
            print(own_predict("time traveller", 20, net, vocab))
            animator.add(epoch + 1, [ppl])
    device = d2l.try_gpu()._device_name
    print(f"perplexity {ppl:.1f}, {speed:.1f} tokens/sec on {str(device)}")
    return ppl


num_epochs, lr = 2, 1
assert own_train(scratch[0], train_iter, vocab, lr, num_epochs, strategy) < 28.1
own_train(
    scratch[1],
    train_random_iter,
    vocab_random_iter,
    lr,
    2,
    strategy,
    use_random_iter=True,
)

# %%
d2l.train_ch8(scratch[0], train_iter, vocab, lr, 2, strategy)
d2l.train_ch8(scratch[1], own_iter, vocab, lr, 2, strategy, use_random_iter=True)
params = scratch[0].trainable_variables


def updater(grads, batch_size):
    d2l.sgd(params, grads, lr, batch_size)


loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
ppl, speed = d2l.train_epoch_ch8(scratch[0], train_iter, loss, updater, False)
assert ppl < 28 and speed > 0
clipped = d2l.grad_clipping([tf.constant([3.0, 4.0])], 1)
assert abs(float(tf.norm(clipped[0])) - 1) < 1e-5

# %% RNNs by the layers of the framework
rnn_cell = tf.keras.layers.SimpleRNNCell(
    num_hiddens, kernel_initializer="glorot_uniform"
)
rnn_layer = tf.keras.layers.RNN(
    rnn_cell, time_major=True, return_sequences=True, return_state=True
)
state = rnn_layer.cell.get_initial_state(batch_size=batch_size, dtype=tf.float32)
assert state.shape == (batch_size, num_hiddens)
X = tf.random.uniform((num_steps, batch_size, len(vocab)))
Y, state_new = rnn_layer(X, state)
assert Y.shape == (num_steps, batch_size, num_hiddens)
assert len(state_new) == batch_size and state_new[0].shape == (num_hiddens,)


class OwnModel(tf.keras.layers.Layer):
    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super(OwnModel, self).__init__(**kwargs)  # noqa: UP008
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.dense = tf.keras.layers.Dense(vocab_size)

    def call(self, inputs, state):
        X = tf.one_hot(tf.transpose(inputs), self.vocab_size)
        Y, *state = self.rnn(X, state)
        output = self.dense(tf.reshape(Y, (-1, Y.shape[-1])))
        return output, state

    def begin_state(self, *args, **kwargs):
        return self.rnn.cell.get_initial_state(*args, **kwargs)


with strategy.scope():
    net = OwnModel(rnn_layer, vocab_size=len(vocab))
print(d2l.predict_ch8("time traveller", 10, net, vocab))
d2l.train_ch8(net, train_iter, vocab, lr, 2, strategy)
assert own_train(net, train_iter, vocab, lr, 2, strategy) < 28
with strategy.scope():
    net = d2l.RNNModel(rnn_layer, vocab_size=len(vocab))
assert own_train(net, train_random_iter, vocab, lr, 2, strategy, True) < 28


# %%
def two_cells(cell, **kwargs):
    cells = [cell(num_hiddens) for _ in range(2)]
    return tf.keras.layers.RNN(
        tf.keras.layers.StackedRNNCells(cells),
        time_major=True,
        return_sequences=True,
        return_state=True,
    )


with strategy.scope():
    net = OwnModel(two_cells(tf.keras.layers.LSTMCell), len(vocab))
d2l.train_ch8(net, train_iter, vocab, 2, 2, strategy)  # never called before
with strategy.scope():
    net = OwnModel(two_cells(tf.keras.layers.GRUCell), len(vocab))
own_train(net, train_iter, vocab, 2, 1, strategy)


# %% GRUs and LSTMs, from scratch
def gate_params(num_gates):
    def get_params(vocab_size, num_hiddens):
        def normal(shape):
            return tf.random.normal(shape=shape, stddev=0.01, mean=0, dtype=tf.float32)

        def three():
            return (
                tf.Variable(normal((vocab_size, num_hiddens)), dtype=tf.float32),
                tf.Variable(normal((num_hiddens, num_hiddens)), dtype=tf.float32),
                tf.Variable(tf.zeros(num_hiddens), dtype=tf.float32),
            )

        params = [param for _ in range(num_gates) for param in three()]
        W_hq = tf.Variable(normal((num_hiddens, vocab_size)), dtype=tf.float32)
        return [*params, W_hq, tf.Variable(tf.zeros(vocab_size), dtype=tf.float32)]

    return get_params


def gru(inputs, state, params):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    (H,) = state
    outputs = []
    for X in inputs:
        X = tf.reshape(X, [-1, W_xh.shape[0]])
        Z = tf.sigmoid(tf.matmul(X, W_xz) + tf.matmul(H, W_hz) + b_z)
        R = tf.sigmoid(tf.matmul(X, W_xr) + tf.matmul(H, W_hr) + b_r)
        H_tilde = tf.tanh(tf.matmul(X, W_xh) + tf.matmul(R * H, W_hh) + b_h)
        H = Z * H + (1 - Z) * H_tilde
        outputs.append(tf.matmul(H, W_hq) + b_q)
    return tf.concat(outputs, axis=0), (H,)


def init_lstm_state(batch_size, num_hiddens):
    return (
        tf.zeros(shape=(batch_size, num_hiddens)),
        tf.zeros(shape=(batch_size, num_hiddens)),
    )


def lstm(inputs, state, params):
    (W_xi, W_hi, b_i, W_xf, W_hf, b_f) = params[:6]
    (W_xo, W_ho, b_o, W_xc, W_hc, b_c, W_hq, b_q) = params[6:]
    (H, C) = state
    outputs = []
    for X in inputs:
        X = tf.reshape(X, [-1, W_xi.shape[0]])
        I = tf.sigmoid(tf.matmul(X, W_xi) + tf.matmul(H, W_hi) + b_i)
        F = tf.sigmoid(tf.matmul(X, W_xf) + tf.matmul(H, W_hf) + b_f)
        O = tf.sigmoid(tf.matmul(X, W_xo) + tf.matmul(H, W_ho) + b_o)
        C_tilda = tf.tanh(tf.matmul(X, W_xc) + tf.matmul(H, W_hc) + b_c)
        C = F * C + I * C_tilda
        H = O * tf.tanh(C)
        outputs.append(tf.matmul(H, W_hq) + b_q)
    return tf.concat(outputs, axis=0), (H, C)


for num_gates, init_state, forward in (
    (3, init_rnn_state, gru),
    (4, init_lstm_state, lstm),
):
    with strategy.scope():
        model = d2l.RNNModelScratch(
            len(vocab), num_hiddens, init_state, forward, gate_params(num_gates)
        )
    d2l.train_ch8(model, train_iter, vocab, lr, 2, strategy)

# %% GRUs and LSTMs by layers; deep and bidirectional RNNs
gru_cell = tf.keras.layers.GRUCell(num_hiddens, kernel_initializer="glorot_uniform")
lstm_cell = tf.keras.layers.LSTMCell(num_hiddens, kernel_initializer="glorot_uniform")
many = {"time_major": True, "return_sequences": True, "return_state": True}
for layer in (
    tf.keras.layers.RNN(gru_cell, **many),
    tf.keras.layers.RNN(lstm_cell, **many),
    two_cells(tf.keras.layers.LSTMCell),
    tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(num_hiddens, **many)),
):
    with strategy.scope():
        model = d2l.RNNModel(layer, vocab_size=len(vocab))
    d2l.train_ch8(model, train_iter, vocab, lr, 1, strategy)
print(d2l.predict_ch8("time", 5, model, vocab))

# %% Names that the source notebooks share between frameworks
a = d2l.reshape(d2l.astype(d2l.arange(6), d2l.float32), (2, 3))
assert d2l.size(a) == 6 and d2l.numpy(d2l.transpose(a)).shape == (3, 2)
assert int(d2l.argmax(d2l.reduce_sum(a, 0))) == 2
assert d2l.astype(a, d2l.int32).dtype == tf.int32
assert d2l.stack([a, d2l.zeros((2, 3)), d2l.ones((2, 3))]).shape == (3, 2, 3)
assert float(d2l.reduce_mean(d2l.abs(d2l.sin(d2l.tensor([0.0]))))) == 0
assert d2l.expand_dims(d2l.eye(2), 0).shape == (1, 2, 2)
x, y = d2l.meshgrid(d2l.linspace(-1.0, 1.0, 3), d2l.linspace(-1.0, 1.0, 3))
assert d2l.exp(x).shape == d2l.tanh(y).shape == (3, 3)
