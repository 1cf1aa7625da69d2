"""When a run is saved, and when a file is better left as it is: without a framework."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from d2l_local.run.checkpoint import Checkpoint, read_checkpoint
from d2l_local.run.describing import describe_optimizer, nonlinearities
from d2l_local.run.nested import describe, map_tensors, rebuild, tensors_in
from d2l_local.run.progress import Progress, TrainingDiverged
from d2l_local.run.saving import Saver


class Snapshot:
    """Arrays in the place of a framework."""

    framework = "none"

    def __init__(self):
        self.arrays = {"W": np.ones(3), "mask": np.array([0, -math.inf])}
        self.memory = {"0/momentum": np.zeros(3)}

    def model(self):
        return {name: array.copy() for name, array in self.arrays.items()}

    def updater(self):
        return {name: array.copy() for name, array in self.memory.items()}

    def load(self, model, updater):
        self.arrays, self.memory = model, updater

    def layers(self):
        return []

    def optimizer_name(self):
        return "SGD"

    def expected_updater(self):
        return self.updater()

    def begin_state(self, batch_size):
        return [np.zeros((batch_size, 2))]

    def array(self, tensor):
        return tensor

    def tensor(self, array, like=None):
        return array

    def random_state(self):
        return {}

    def set_random_state(self, arrays):
        pass


@pytest.fixture
def run(tmp_path):
    """A run with an epoch of three batches and a batch, saved after each of them."""
    run = SimpleNamespace(snapshot=Snapshot(), perplexity=9.0)
    run.path = tmp_path / "run.checkpoint"

    def epoch(saver, batches=3, loss=2.0, state=None, spoil=None):
        for number, _ in enumerate(saver.batches(), 1):
            if number > batches:
                break
            if spoil is not None:
                spoil(run.snapshot)
            saver.tally.add(loss, 10, np.ones((4, 2)) if state is None else state)

    def train(**options):
        """Train for a batch of the second epoch."""
        checkpoint = Checkpoint(run.path, every=0)
        measure = lambda batches: run.perplexity  # noqa: E731
        saver = Saver(checkpoint, run.snapshot, measure, [1, 2, 3], False)
        with saver, Progress(9, 0.5) as progress:
            saver.resume(progress)
            if progress.epoch == 0:
                epoch(saver)
                progress.update(10.0, 100.0)
                saver.after_epoch()
            epoch(saver, batches=1, **options)

    run.train = train
    train()
    run.saved = run.path.read_bytes()
    return run


def test_a_healthy_state_is_saved_with_the_constants_of_its_model(run):
    run.train()
    arrays, _, table = read_checkpoint(run.path)
    assert run.path.read_bytes() != run.saved
    assert arrays["model/mask"][1] == -math.inf
    assert table["position"]["batch"] == 2


@pytest.mark.situation("checkpoints: NaN in weights, memory, state or loss")
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", ["model/W", "updater/0/momentum", "state/0", "loss"])
def test_what_is_not_finite_never_replaces_what_is(run, place, bad):
    options = {
        "model/W": {"spoil": lambda held: held.arrays.update(W=np.array([1, bad]))},
        "updater/0/momentum": {
            "spoil": lambda held: held.memory.update({"0/momentum": np.full(3, bad)})
        },
        "state/0": {"state": np.full((4, 2), bad)},
        "loss": {"loss": bad},
    }
    with pytest.raises(TrainingDiverged, match=f"{place} not finite after") as error:
        run.train(**options[place])
    assert str(run.path) in str(error.value)
    assert "the state after batch 1 of epoch 2" in str(error.value)
    assert run.path.read_bytes() == run.saved


@pytest.mark.situation("checkpoints: huge weights that are still finite")
@pytest.mark.parametrize("perplexity", [math.inf, math.nan, 1e5])
def test_a_state_that_has_exploded_is_not_saved_and_a_line_says_so(
    run, capsys, perplexity
):
    run.perplexity = perplexity
    run.train()
    assert run.path.read_bytes() == run.saved
    assert (
        f"the last state wasn't saved to {str(run.path)!r}" in capsys.readouterr().out
    )
    run.perplexity = 20.0  # a bad batch is nothing unusual
    run.train()
    assert run.path.read_bytes() != run.saved
    assert "wasn't saved" not in capsys.readouterr().out


def test_a_loss_of_the_epoch_that_can_only_end_in_a_divergence_is_not_saved(run):
    run.train(loss=1e6)
    assert run.path.read_bytes() == run.saved


@pytest.mark.parametrize(
    "state",
    [1, (1,), [1, (2, [3])], {"h": 1, 2: (2, None)}, [True, 2.5, "name", {"a": [1]}]],
)
def test_a_state_comes_back_as_it_was_nested(state):
    def tensor(part):
        return np.array([part])

    # Numbers are no tensors.
    state = tensor(1) if state == 1 else [state, tensor(7), (tensor(8),)]
    table, tensors = describe(state), tensors_in(state)
    again = rebuild(table, tensors)
    assert repr(again) == repr(state)
    doubled = map_tensors(lambda part: 2 * part, state)
    assert [part[0] for part in tensors_in(doubled)] == [2 * p[0] for p in tensors]


def test_a_dict_whose_keys_no_table_can_hold_is_named():
    with pytest.raises(ValueError, match=r"dict with the key \(1, 2\)"):
        describe({(1, 2): np.zeros(3)})


def helper(x):
    return np.maximum(x, 0)


def test_nonlinearities_are_found_in_code_closures_and_helpers():
    activation = np.tanh

    def closed(x):
        return activation(x)

    def nested(x):
        return [each.sigmoid() for each in x]

    assert nonlinearities(lambda x: x.relu()) == ["relu"]
    assert nonlinearities(lambda x: helper(x)) == ["maximum"]
    assert nonlinearities(nested, closed) == ["sigmoid", "tanh"]
    assert nonlinearities(lambda x: x @ x, None, 5) == []


def test_the_kind_of_an_optimizer_is_named_but_not_its_rates():
    assert describe_optimizer("SGD", {"momentum": 0, "lr": 1}) == "SGD"
    one, other = ({"momentum": m, "nesterov": True} for m in (0.5, 0.9))
    assert describe_optimizer("SGD", one) == "SGD with momentum, nesterov"
    assert describe_optimizer("SGD", one) == describe_optimizer("SGD", other)
