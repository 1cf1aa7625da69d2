"""Models that a reader wrote in TensorFlow run under the drop-in."""

import pytest

tf = pytest.importorskip("tensorflow")
q, h = 28, 4  # the vocabulary of characters; hidden units


@pytest.fixture
def d2l(dropin, monkeypatch):
    monkeypatch.setenv("D2L_TEXT", "embedded")
    from d2l import tensorflow

    return tensorflow


@pytest.fixture
def strategy():
    return tf.distribute.OneDeviceStrategy("/CPU:0")


@pytest.fixture
def data(d2l):
    """A new loader serves the same epochs as any other."""
    return d2l.load_data_time_machine(2, 3, max_tokens=20)


def get_params(vocab_size, num_hiddens):
    def normal(*shape, seed):
        return tf.Variable(tf.random.stateless_normal(shape, (seed, 1)) * 0.1)

    return [
        normal(vocab_size, num_hiddens, seed=1),
        normal(num_hiddens, num_hiddens, seed=2),
        normal(num_hiddens, vocab_size, seed=3),
    ]


def init_state(batch_size, num_hiddens):
    return (tf.zeros((batch_size, num_hiddens)),)


class Recurrence:
    """A forward function that loops over a tensor, and counts its own calls."""

    def __init__(self, look=lambda inputs: inputs):
        self.calls, self.look = 0, look

    def __call__(self, inputs, state, params):
        self.calls += 1
        W_xh, W_hh, W_hq = params
        (H,) = state
        outputs = []
        for X in self.look(inputs):
            H = tf.tanh(tf.matmul(X, W_xh) + tf.matmul(H, W_hh))
            outputs.append(tf.matmul(H, W_hq))
        return tf.concat(outputs, axis=0), (H,)


def trained(d2l, strategy, data, forward):
    model = d2l.RNNModelScratch(q, h, init_state, forward, get_params)
    d2l.train_ch8(model, *data, 1, 3, strategy)
    return [param.numpy() for param in model.trainable_variables]


@pytest.fixture
def wanted(d2l, strategy):
    """The parameters of a model that the package itself can make a graph."""
    from d2l_local import tensorflow as package

    unstacked = Recurrence(tf.unstack)
    model = package.RNNModelScratch(q, h, init_state, unstacked, get_params)
    data = package.load_data_time_machine(2, 3, max_tokens=20)
    package.train_ch8(model, *data, 1, 3, strategy)
    return [param.numpy() for param in model.trainable_variables]


def test_a_loop_over_a_tensor_is_compiled(d2l, strategy, data, wanted):
    forward = Recurrence()
    for param, other in zip(trained(d2l, strategy, data, forward), wanted):
        assert abs(param - other).max() < 1e-5
    assert forward.calls < 10  # traced a few times, not once a batch or a character


def test_what_reads_numbers_is_run_operation_by_operation(
    d2l, strategy, data, wanted, capsys
):
    forward = Recurrence(lambda inputs: tf.constant(inputs.numpy()))
    for param, other in zip(trained(d2l, strategy, data, forward), wanted):
        assert abs(param - other).max() < 1e-5
    assert forward.calls > 100  # at least once for each character that it writes
    assert not tf.config.functions_run_eagerly()
    assert "tokens/sec on /CPU:0\ntime traveller" in capsys.readouterr().out


def test_the_steps_are_a_tensor_for_everything_else(d2l, strategy, data, wanted):
    def look(inputs):
        assert inputs.shape[-1] == q and len(inputs) == inputs.shape[0]
        assert inputs[0].shape == inputs.shape[1:]
        return tf.unstack(tf.reshape(inputs, inputs.shape))

    forward = Recurrence(look)
    for param, other in zip(trained(d2l, strategy, data, forward), wanted):
        assert abs(param - other).max() < 1e-5
    assert forward.calls < 10


def test_the_mistake_of_a_reader_is_what_the_reader_sees(d2l, strategy, data):
    def forward(inputs, state, params):
        raise ValueError("my own mistake")

    model = d2l.RNNModelScratch(q, h, init_state, forward, get_params)
    with pytest.raises(ValueError, match="^my own mistake$"):
        d2l.predict_ch8("time", 3, model, data[1])
    assert not tf.config.functions_run_eagerly()


def test_a_layer_that_was_never_called_can_be_trained(d2l, strategy, data):
    class Own(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.rnn = tf.keras.layers.RNN(
                tf.keras.layers.GRUCell(h),
                time_major=True,
                return_sequences=True,
                return_state=True,
            )
            self.dense = tf.keras.layers.Dense(q)

        def call(self, inputs, state):
            Y, *state = self.rnn(tf.one_hot(tf.transpose(inputs), q), state)
            return self.dense(tf.reshape(Y, (-1, Y.shape[-1]))), state

        def begin_state(self, *args, **kwargs):
            return self.rnn.cell.get_initial_state(*args, **kwargs)

    net = Own()
    d2l.train_ch8(net, *data, 1, 1, strategy)
    assert net.built and len(net.trainable_variables) == 5
