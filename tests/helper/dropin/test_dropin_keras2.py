"""Keras 3 takes classic calls while the drop-in is on, and is itself again after it."""

import inspect

import numpy as np
import pytest

import d2l_local

tf = pytest.importorskip("tensorflow")
layers = tf.keras.layers
T, n, d, h = 5, 3, 4, 6

LAYERS = {
    "SimpleRNN": lambda **options: layers.SimpleRNN(h, **options),
    "GRU": lambda **options: layers.GRU(h, **options),
    "LSTM": lambda **options: layers.LSTM(h, **options),
    "cell": lambda **options: layers.RNN(layers.GRUCell(h), **options),
    "stacked": lambda **options: layers.RNN(
        layers.StackedRNNCells([layers.LSTMCell(h), layers.GRUCell(h)]), **options
    ),
    "bidirectional": lambda **options: layers.Bidirectional(layers.LSTM(h, **options)),
}
BOTH = {"return_sequences": True, "return_state": True}


@pytest.fixture
def X():
    """Sequences with time first, (T, n, d)."""
    return tf.random.stateless_normal((T, n, d), seed=(1, 2))


def swap(x):
    return tf.transpose(x, (1, 0, 2))


def twins(make, X, **options):
    """A time-major and a batch-major layer with the same parameters."""
    first, second = make(time_major=True, **options), make(**options)
    first(X), second(swap(X))
    second.set_weights(first.get_weights())
    return first, second


def flat(result):
    return [x.numpy() for x in tf.nest.flatten(result)]


# Time-major layers


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("sequences", [False, True])
def test_a_time_major_layer_computes_what_a_batch_major_one_does(
    dropin, X, name, sequences
):
    options = {"return_sequences": sequences, "return_state": True}
    first, second = twins(LAYERS[name], X, **options)
    (Y, *state), (Z, *wanted) = first(X), second(swap(X))
    np.testing.assert_allclose(Y, swap(Z) if sequences else Z, rtol=1e-5)
    for one, other in zip(flat(state), flat(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    shapes = first.compute_output_shape((T, n, d))
    assert tuple(shapes[0]) == Y.shape == ((T, n) if sequences else (n,)) + Y.shape[-1:]


@pytest.mark.parametrize("name", LAYERS)
def test_without_its_state_a_time_major_layer_returns_one_tensor(dropin, X, name):
    first, second = twins(LAYERS[name], X, return_sequences=True)
    np.testing.assert_allclose(first(X), swap(second(swap(X))), rtol=1e-5)


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM", "cell", "bidirectional"])
def test_a_state_can_be_given_by_position_and_by_name(dropin, X, name):
    first, second = twins(LAYERS[name], X, **BOTH)
    state = [tf.random.stateless_normal(s.shape, (3, 4)) for s in first(X)[1:]]
    wanted = swap(second(swap(X), initial_state=state)[0])
    np.testing.assert_allclose(first(X, state)[0], wanted, rtol=1e-5)
    np.testing.assert_allclose(first(X, initial_state=state)[0], wanted, rtol=1e-5)
    # A sequence in two halves, with its state carried over, is the whole sequence.
    if name != "bidirectional":
        Y, *state = first(X[:2])
        Z, *state = first(X[2:], state)
        whole, *last = first(X)
        np.testing.assert_allclose(tf.concat([Y, Z], 0), whole, atol=1e-6)
        np.testing.assert_allclose(state[0], last[0], atol=1e-6)


@pytest.mark.parametrize("cell", ["SimpleRNNCell", "GRUCell", "LSTMCell"])
def test_states_of_stacked_cells_are_nested_as_in_keras_2(dropin, X, cell):
    make = getattr(layers, cell)
    stacked = layers.StackedRNNCells([make(h), make(h)])
    layer = layers.RNN(stacked, time_major=True, **BOTH)
    state = stacked.get_initial_state(batch_size=n, dtype=tf.float32)
    assert isinstance(state, tuple) and len(state) == 2
    one = [(n, h)] * 2 if cell == "LSTMCell" else (n, h)
    _, *after = layer(X, state)
    for nest in (state, after, layer(X)[1:], layer.get_initial_state(n)):
        assert [tf.nest.map_structure(np.shape, part) for part in nest] == [one, one]


def test_a_mask_is_time_major_too(dropin, X):
    first, second = twins(LAYERS["GRU"], X)
    mask = np.arange(T)[:, None] < [2, 5, 3]  # (T, n)
    np.testing.assert_allclose(
        first(X, mask=tf.constant(mask)),
        second(swap(X), mask=tf.constant(mask.T)),
        rtol=1e-5,
    )


@pytest.mark.parametrize("merge_mode", ["sum", None])
def test_a_bidirectional_layer_merges_along_time(dropin, X, merge_mode):
    def make(**options):
        return layers.Bidirectional(layers.GRU(h, **options), merge_mode=merge_mode)

    for options in (BOTH, {"return_sequences": True}, {}):
        first, second = twins(make, X, **options)
        for one, other in zip(flat(first(X)), flat(second(swap(X))), strict=True):
            other = swap(other) if other.ndim == 3 else other
            np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_bidirectional_layer_wants_both_directions_alike(dropin):
    forward = layers.GRU(h, time_major=True)
    backward = layers.GRU(h, go_backwards=True)
    with pytest.raises(ValueError, match="differ in time_major"):
        layers.Bidirectional(forward, backward_layer=backward)


def test_a_stateful_time_major_layer_counts_the_batch_not_the_steps(dropin, X):
    layer = layers.LSTM(h, time_major=True, stateful=True)
    layer(X)
    assert [state.shape for state in layer.states] == [(n, h), (n, h)]


@pytest.mark.parametrize("name", LAYERS)
def test_the_configuration_keeps_time_major(dropin, X, name):
    layer = LAYERS[name](time_major=True, **BOTH)
    copy = type(layer).from_config(layer.get_config())
    assert copy.time_major and type(copy) is type(layer)
    saved = tf.keras.layers.serialize(layer)
    assert tf.keras.layers.deserialize(saved).time_major


def test_a_model_with_a_time_major_layer_can_be_saved(dropin, X, tmp_path):
    inputs = tf.keras.Input(batch_shape=(T, n, d))
    layer = layers.GRU(h, time_major=True, return_sequences=True)
    model = tf.keras.Model(inputs, layer(inputs))
    assert model.output_shape == (T, n, h)
    model.save(tmp_path / "model.keras")
    again = tf.keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)


def test_a_layer_of_a_readers_own_class_can_be_time_major(dropin, X):
    class Own(layers.GRU):
        def __init__(self, **options):
            super().__init__(h, time_major=True, **options)

    layer = Own(return_sequences=True)
    assert isinstance(layer, Own) and layer(X).shape == (T, n, h)


@pytest.mark.parametrize("name", ["cell", "stacked", "LSTM", "bidirectional"])
def test_rnn_model_gives_the_same_on_both_kinds_of_layer(dropin, name):
    from d2l import tensorflow as d2l

    first, second = (
        d2l.RNNModel(LAYERS[name](**kind, **BOTH), vocab_size=7)
        for kind in ({"time_major": True}, {})
    )
    second.set_weights(first.get_weights())
    tokens = tf.constant([[1, 2, 3], [4, 5, 6]])
    Y, state = first(tokens, first.begin_state(batch_size=2, dtype=tf.float32))
    Z, wanted = second(tokens, second.begin_state(batch_size=2))
    np.testing.assert_allclose(Y, Z, rtol=1e-5)
    for one, other in zip(flat(state), flat(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


# States and rates


@pytest.mark.parametrize("cell", ["SimpleRNNCell", "GRUCell", "LSTMCell"])
def test_a_cell_makes_a_state_of_a_type(dropin, cell):
    made = getattr(layers, cell)(h, kernel_initializer="glorot_uniform")
    state = made.get_initial_state(batch_size=n, dtype=tf.float64)
    parts = state if cell == "LSTMCell" else [state]
    assert [(part.shape, part.dtype) for part in parts] == [((n, h), tf.float64)] * len(
        parts
    )
    like = made.get_initial_state(inputs=tf.zeros((n, d), tf.float16))
    assert tf.nest.flatten(like)[0].dtype == tf.float16


@pytest.mark.parametrize("rate", [2, np.int64(2), np.float32(2)])
def test_an_optimiser_takes_any_number_for_its_rate(dropin, rate):
    for made in (tf.keras.optimizers.SGD(rate), tf.keras.optimizers.Adam(rate)):
        assert float(made.learning_rate) == 2.0
    with pytest.raises(ValueError, match="learning_rate"):
        tf.keras.optimizers.SGD("2")


# What nobody asked for stays as it is


def traces():
    """Return what Keras does for code that asks for nothing old, in comparable form."""
    tf.keras.utils.set_random_seed(1)
    X = tf.random.stateless_normal((n, T, d), seed=(1, 2))
    found = []
    for name in LAYERS:
        if name == "bidirectional":
            inner = layers.LSTM(h, name="inner", **BOTH)
            layer = layers.Bidirectional(inner, name=name)
        else:
            layer = LAYERS[name](name=name, **BOTH)
        result = layer(X)
        found.append(type(layer))
        found.append(repr(tf.nest.map_structure(lambda x: x.numpy().tolist(), result)))
        config = layer.get_config()
        found.append(sorted(config))
        found.append(layer.get_build_config())
    for cell in (layers.SimpleRNNCell(h), layers.GRUCell(h), layers.LSTMCell(h)):
        found.append(repr(cell.get_initial_state(n)))
        found.append(repr(cell.get_initial_state(batch_size=n)))
    found.append(repr(layers.StackedRNNCells([layers.GRUCell(h)]).get_initial_state(n)))
    found.append(repr(tf.keras.optimizers.SGD(0.5).learning_rate.numpy()))
    found.append(sorted(tf.keras.optimizers.Adam(0.5, name="a").get_config().items()))
    found.append(str(inspect.signature(layers.RNN)))
    found.append(str(inspect.signature(layers.Bidirectional.__init__)))
    return found


def test_code_that_asks_for_nothing_old_is_not_touched():
    before = traces()
    d2l_local.install_as_d2l()
    try:
        meanwhile = traces()
    finally:
        d2l_local.uninstall_as_d2l()
    assert meanwhile == before == traces()


def methods():
    kinds = (
        layers.RNN,
        layers.Bidirectional,
        layers.SimpleRNNCell,
        layers.GRUCell,
        layers.LSTMCell,
        layers.StackedRNNCells,
        tf.keras.optimizers.Optimizer,
    )
    return [dict(vars(kind)) for kind in kinds]


REFUSED = [
    lambda: layers.GRU(h, time_major=True),
    lambda: layers.RNN(layers.GRUCell(h), time_major=False),
    lambda: layers.LSTMCell(h).get_initial_state(batch_size=n, dtype=tf.float32),
    lambda: tf.keras.optimizers.SGD(2),
]


def test_it_all_vanishes_when_the_drop_in_is_off(X):
    before = methods()
    d2l_local.install_as_d2l()
    d2l_local.install_as_d2l()
    assert methods() != before
    for make in REFUSED:
        make()
    layer = layers.LSTM(h, time_major=True, **BOTH)
    Y, *_ = layer(X)
    d2l_local.uninstall_as_d2l()
    assert methods() == before
    for make in REFUSED:
        with pytest.raises((TypeError, ValueError)):
            make()
    # A layer made meanwhile keeps its meaning, and doesn't turn batch-major unheard.
    np.testing.assert_allclose(layer(X)[0], Y)
    assert layer.get_config()["time_major"]


def test_keras_is_taught_as_soon_as_it_is_imported(run):
    run(
        """
        import d2l_local, sys
        d2l_local.install_as_d2l()
        import tensorflow as tf
        layer = tf.keras.layers.GRU(2, time_major=True, return_sequences=True)
        assert layer(tf.zeros((5, 3, 4))).shape == (5, 3, 2)
        import keras
        assert type(keras.__loader__).__name__ == "SourceFileLoader"
        assert "d2l_local.tensorflow" not in sys.modules
        """
    )
