"""The loop that a learner reads: its length, its options, and what it counts."""

import ast
import inspect
from pathlib import Path

import pytest
from trainers import FRAMEWORKS

from d2l_local.run.checkpoint import Checkpoint, read_checkpoint
from d2l_local.run.epochs import Run
from d2l_local.run.tally import Tally

ROOT = Path(__file__).parents[3]


# On one screen


def function(framework, name):
    """The syntax tree of a function in `training.py`, and the lines of the file."""
    path = ROOT / "d2l_local" / framework / "training.py"
    text = path.read_text(encoding="utf-8")
    found = {node.name: node for node in ast.parse(text).body if hasattr(node, "name")}
    return found[name], text.splitlines()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_loop_over_batches_has_at_most_twenty_lines(framework):
    epoch, lines = function(framework, "train_epoch_ch8")
    first = epoch.body[1].lineno  # after the docstring
    code = [line for line in lines[first - 1 : epoch.end_lineno] if line.strip()]
    assert ast.get_docstring(epoch)
    assert len(code) <= 20


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_loop_over_epochs_has_at_most_sixty_lines(framework):
    train, _ = function(framework, "train_ch8")
    first = train.decorator_list[0].lineno
    assert train.end_lineno - first + 1 <= 60


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_each_step_of_training_can_be_pointed_at_in_order(framework):
    """TensorFlow's are in the function that is compiled."""
    where = "train_step" if framework == "tensorflow" else "train_epoch_ch8"
    node, lines = function(framework, where)
    source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    backward = "tape.gradient(" if framework == "tensorflow" else "l.backward()"
    steps = ["# forward", "loss(y", backward, "grad_clipping(", "take_step("]
    places = [source.index(step) for step in steps]
    assert places == sorted(places)


# The options, listed once


def test_the_signature_shows_every_option_with_its_default(training):
    shown = inspect.signature(training.d2l.train_ch8).parameters
    options = {
        name: parameter.default
        for name, parameter in inspect.signature(Run).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert {"prefixes", "optimizer", "held_out", "checkpoint"} <= options.keys()
    assert options["prefixes"] == ("time traveller", "traveller")
    for name, default in options.items():
        assert shown[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert shown[name].default == default
    assert "options" not in shown


def test_the_docstrings_name_every_option(training):
    shown = inspect.signature(training.d2l.train_ch8).parameters.values()
    for parameter in shown:
        if parameter.kind is parameter.KEYWORD_ONLY:
            assert f"`{parameter.name}`: " in training.d2l.train_ch8.__doc__
            assert f"`{parameter.name}`: " in Run.__doc__


def test_an_unknown_option_is_refused_with_the_known_ones(training, text):
    with pytest.raises(TypeError, match="no option 'optimiser': .* optimizer, mixed_"):
        training.train(text, 1, kind="plain", optimiser="adam")


# What is counted


def test_a_tally_weighs_each_batch_by_its_tokens():
    tally = Tally()
    tally.add(1.0, 30, "first")
    tally.add(4.0, 10, "second")
    assert (tally.batch, tally.num_tokens, tally.state) == (2, 40, "second")
    perplexity, speed = tally.result()
    assert perplexity == pytest.approx(2.718281828459045**1.75)
    assert speed > 0


def test_a_tally_counts_no_time_between_two_runs(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("d2l_local.run.timing.time.perf_counter", lambda: now[0])
    tally = Tally(batch=1, num_tokens=5, total_loss=0.0, seconds=10.0)
    now[0] = 100.0  # not trained meanwhile
    tally.start_clock()
    now[0] = 103.0
    tally.add(0.0, 5, None)
    assert tally.seconds == 13
    now[0] = 105.0  # the device finishes its work
    assert tally.result() == (1.0, 10 / 15)


def test_a_tally_without_a_batch_has_no_result():
    with pytest.raises(ValueError, match="yielded no batches.*nothing to train on"):
        Tally().result()


# What is saved


@pytest.mark.parametrize("interrupt", [None, 17])
def test_the_layout_of_a_checkpoint_stays(training, text, tmp_path, interrupt):
    """Files that an earlier version wrote are read: version 2 has these names."""
    checkpoint = Checkpoint(tmp_path / "run", every=0)
    options = {"kind": "dropout", "optimizer": "momentum", "checkpoint": checkpoint}
    if interrupt is None:
        training.train(text, 2, **options)
    else:
        with pytest.raises(KeyboardInterrupt):
            training.train(text, 2, **options, interrupt=interrupt)
    arrays, run, table = read_checkpoint(checkpoint.path)
    told = {"framework", "model", "kind of layers", "optimizer", "order", "data"}
    assert run.keys() == told
    assert table.keys() == {"progress", "position", "state", "start", "stopped"}
    assert table["progress"].keys() == {"history"}
    named = ["batch", "num_tokens", "total_loss", "seconds"]
    assert list(table["position"]) == named
    for random in ("start", "stopped"):
        assert list(table[random]) == ["python", "numpy", "batches"]
    sections = {name.partition("/")[0] for name in arrays}
    generators = {"start", "stopped"} if training.framework != "tensorflow" else set()
    state = set() if interrupt is None else {"state"}  # at the end of an epoch: none
    assert sections == {"model", "updater"} | generators | state
    done = {None: [0, 0, 0.0, 0.0]}.get(interrupt)
    assert done is None or [table["position"][name] for name in named] == done


# What is shown


@pytest.mark.situation("figures: train_ch8 leaves its curve to plt.show and savefig")
def test_the_curve_of_a_training_is_pyplots_current_figure(training, text, tmp_path):
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    plt.close("all")
    training.train(text, 3, kind="plain")
    assert len(plt.get_fignums()) == 1
    (curve,) = plt.gca().lines
    assert curve.get_xdata().tolist() == [1, 2, 3]
    assert plt.gca().get_ylabel() == "perplexity"
    plt.savefig(tmp_path / "curve.png")
    pixels = plt.imread(tmp_path / "curve.png")[:, :, :3]
    assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.2).sum() > 100
    plt.close("all")
