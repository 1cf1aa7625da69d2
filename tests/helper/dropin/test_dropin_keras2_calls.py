"""Keras 3 computes what Keras 2 did while the drop-in is on: losses, weights, calls.

The values were compared with those of the package `tf-keras`, which is Keras 2.
"""

import numpy as np
import pytest

import d2l_local

tf = pytest.importorskip("tensorflow")
keras = tf.keras
LABELS = [0, 1]


@pytest.fixture(autouse=True)
def classic(dropin):
    tf.keras.utils.set_random_seed(1)


class OneHot(keras.losses.Loss):
    """A reader's loss that needs whole numbers for labels."""

    def call(self, label, pred):
        return tf.reduce_mean(tf.one_hot(label, 3) * pred, axis=-1)


def one_hot_loss(label, pred):
    return tf.reduce_mean(tf.one_hot(tf.reshape(label, (-1,)), 3) * pred, axis=-1)


# Losses


@pytest.mark.situation("Keras 3: a reader's loss gets whole labels")
@pytest.mark.parametrize("make", [tf.constant, np.array])
def test_labels_reach_a_readers_loss_as_they_are(make):
    pred = tf.constant([[3.0, 0, 0], [0, 6.0, 0]])
    assert float(OneHot()(make(LABELS), pred)) == pytest.approx(1.5)
    each = OneHot(reduction="none")(make(LABELS), pred)
    np.testing.assert_allclose(each, [1, 2])
    weighted = OneHot(reduction="sum")(make(LABELS), pred, sample_weight=[1.0, 0.0])
    assert float(weighted) == pytest.approx(1.0)


@pytest.mark.situation("Keras 3: a loss by the reductions of Keras 2")
def test_reductions_of_keras_2():
    pred = tf.ones((2, 3))
    assert OneHot("none")(LABELS, pred).shape == (2,)  # it came before the name
    assert OneHot(keras.losses.Reduction.NONE)(LABELS, pred).shape == (2,)
    assert OneHot(reduction="auto")(LABELS, pred).shape == ()
    assert OneHot(name="mine").name == "mine"
    with pytest.raises(ValueError, match="reduction"):
        OneHot(reduction="nonsense")


@pytest.mark.situation("Keras 3: fit with a reader's loss")
@pytest.mark.parametrize("loss", [OneHot(), one_hot_loss])
def test_fit_gives_a_readers_loss_whole_labels(loss):
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile(loss=loss, optimizer="sgd")
    history = model.fit(np.ones((2, 3), "float32"), np.array(LABELS), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_losses_of_keras_itself_are_as_they_were():
    pred = tf.constant([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="none")
    wanted = -np.log([0.5, 0.8])
    np.testing.assert_allclose(loss(LABELS, pred), wanted, rtol=1e-5)
    mse = keras.losses.MeanSquaredError()(tf.constant([1, 2]), tf.constant([1.0, 4]))
    assert float(mse) == 2


# Optimisers


@pytest.mark.situation("Keras 3: optimizer.lr, lr=, and rates that are tensors")
def test_the_rate_by_its_old_name():
    optimizer = keras.optimizers.SGD(lr=0.5)
    assert float(optimizer.lr) == 0.5
    optimizer.lr.assign(0.25)
    assert float(optimizer.learning_rate) == 0.25
    optimizer.lr = 0.125
    assert float(optimizer.learning_rate) == 0.125
    assert float(keras.optimizers.Adam(tf.constant(0.5)).learning_rate) == 0.5


def test_a_rate_in_a_variable_is_read_at_each_step():
    rate, param = tf.Variable(0.5), tf.Variable(4.0)
    optimizer = keras.optimizers.SGD(rate)
    optimizer.apply_gradients([(tf.constant(1.0), param)])
    rate.assign(1.0)
    optimizer.apply_gradients([(tf.constant(1.0), param)])
    assert float(param) == 2.5


@pytest.mark.situation("Keras 3: optimizer.minimize")
def test_minimize():
    param, optimizer = tf.Variable(2.0), keras.optimizers.SGD(0.25)
    optimizer.minimize(lambda: param * param, [param])
    assert float(param) == 1
    with tf.GradientTape() as tape:
        loss = param * param
    optimizer.minimize(loss, lambda: [param], tape=tape)
    assert float(param) == 0.5
    with pytest.raises(ValueError, match="give the tape"):
        optimizer.minimize(loss, [param])


# Weights


class Plain(keras.layers.Layer):
    """A layer with its parameters in variables of TensorFlow."""

    def __init__(self):
        super().__init__()
        self.W = tf.Variable(tf.ones((2, 2)))
        self.more = [tf.Variable(1.0), {"b": tf.Variable(2.0, trainable=False)}]
        self.dense = keras.layers.Dense(1)

    def call(self, X):
        return self.dense(X @ self.W * self.more[0])


class Whole(keras.Model):
    def __init__(self):
        super().__init__()
        self.part = Plain()

    def call(self, X):
        return self.part(X)


@pytest.mark.situation("Keras 3: parameters in tf.Variables are trained")
@pytest.mark.parametrize("make", [Plain, Whole])
def test_plain_variables_are_among_the_weights(make):
    net = make()
    assert net(tf.ones((3, 2))).shape == (3, 1)
    assert len(net.trainable_variables) == len(net.trainable_weights) == 4
    assert len(net.variables) == len(net.weights) == 5
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net(tf.ones((3, 2))))
    before = [variable.numpy() for variable in net.trainable_variables]
    grads = tape.gradient(loss, net.trainable_variables)
    keras.optimizers.SGD(0.1).apply_gradients(zip(grads, net.trainable_variables))
    for variable, value in zip(net.trainable_variables, before, strict=True):
        assert not np.array_equal(variable.numpy(), value)
    net.trainable = False
    assert net.trainable_variables == []


@pytest.mark.situation("Keras 3: add_weight with its name first")
def test_a_weight_by_its_name_first():
    class Own(keras.layers.Layer):
        def build(self, shape):
            self.W = self.add_weight("W", (shape[-1], 2), initializer="ones")
            self.b = self.add_weight("b", shape=(2,), trainable=False)
            self.c = self.add_weight(shape=(2,), name="c")

        def call(self, X):
            return X @ self.W

    layer = Own()
    np.testing.assert_array_equal(layer(tf.ones((1, 3))), [[3, 3]])
    assert [w.name for w in layer.weights] == ["W", "c", "b"]

    class Sum(keras.metrics.Metric):
        def __init__(self):
            super().__init__()
            self.total = self.add_weight("total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(tf.one_hot(y_true, 3)))

        def result(self):
            return self.total

    metric = Sum()
    assert float(metric(LABELS, None)) == 2
    metric.reset_states()
    assert float(metric.result()) == 0


@pytest.mark.situation("Keras 3: two layers that share an initialiser differ")
def test_an_initialiser_that_is_used_twice_draws_twice():
    draw = keras.initializers.RandomNormal()
    assert not np.allclose(draw((3, 3)), draw((3, 3)))
    seeded = keras.initializers.GlorotUniform(seed=3)
    np.testing.assert_array_equal(seeded((3, 3)), seeded((3, 3)))
    tf.keras.utils.set_random_seed(1)
    first = [keras.initializers.HeNormal()((2, 2)) for _ in range(2)]
    tf.keras.utils.set_random_seed(1)
    again = [keras.initializers.HeNormal()((2, 2)) for _ in range(2)]
    np.testing.assert_array_equal(first, again)


@pytest.mark.situation("Keras 3: weights saved under any name")
@pytest.mark.parametrize("name", ["mlp.params", "mlp.h5", "mlp.weights.h5"])
def test_weights_are_saved_under_any_name(tmp_path, name):
    def made():
        model = keras.Sequential([keras.layers.Dense(3)])
        model(tf.ones((1, 2)))
        return model

    first, second = made(), made()
    first.save_weights(tmp_path / name)
    second.load_weights(tmp_path / name)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# Calls


@pytest.mark.situation("Keras 3: layers called with anything by position")
def test_a_layer_may_be_called_with_anything_by_position():
    class Own(keras.layers.Layer):
        def call(self, X, state, mode="a", *, scale=1):
            return X, state, mode, scale

    X = tf.ones((1, 2))
    assert Own()(X, 3)[1:] == (3, "a", 1)
    assert Own()(X, None, "b", scale=2)[1:] == (None, "b", 2)
    assert Own()(X, [1.0, 2.0], True)[1:3] == ([1.0, 2.0], True)
    assert Own()(X, tf.ones(3))[1].shape == (3,)
    assert not keras.layers.Dropout(0.9999)(tf.ones((1, 50)), True).numpy().all()

    @tf.function
    def step(X):
        return Own()(X, 3, "c")[0] * 2

    assert step(X).shape == (1, 2)


@pytest.mark.situation("Keras 3: the first call of a layer runs it once")
@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model])
def test_the_first_call_runs_a_readers_layer_once(base):
    calls = []

    class Own(base):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, X):
            calls.append(X.shape)
            return self.dense(X)

    net = Own()
    assert net(tf.ones((3, 4))).shape == (3, 2)
    assert calls == [(3, 4)]
    assert net.built and len(net.trainable_variables) == 2


@pytest.mark.situation("Keras 3: get_initial_state of a layer takes its inputs")
def test_a_layers_state_for_its_inputs():
    X = tf.ones((5, 3, 4))
    for layer, rows in (
        (keras.layers.LSTM(2), 5),
        (keras.layers.LSTM(2, time_major=True), 3),
    ):
        for state in (layer.get_initial_state(X), layer.get_initial_state(inputs=X)):
            assert [part.shape for part in state] == [(rows, 2)] * 2
        assert layer.get_initial_state(batch_size=7)[0].shape == (7, 2)
    cells = keras.layers.StackedRNNCells([keras.layers.GRUCell(2) for _ in range(2)])
    state = keras.layers.RNN(cells).get_initial_state(X)
    assert [part.shape for part in state] == [(5, 2)] * 2


def test_it_all_vanishes_when_the_drop_in_is_off():
    d2l_local.uninstall_as_d2l()
    assert not hasattr(keras.optimizers.SGD(0.1), "lr")
    assert Plain().trainable_variables == []
    with pytest.raises(tf.errors.InvalidArgumentError):
        OneHot()(tf.constant(LABELS), tf.ones((2, 3)))
    draw = keras.initializers.RandomNormal()
    np.testing.assert_array_equal(draw((2, 2)), draw((2, 2)))
