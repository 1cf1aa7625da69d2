"""A training that was interrupted gives what it would have given in one go."""

import errno
import os
import pickle
import resource

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from d2l_local.run.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from d2l_local.run.progress import TrainingDiverged

EPOCHS = 4  # of 13 or 14 batches


@pytest.fixture
def checkpoint(tmp_path):
    """Saves after each batch."""
    return Checkpoint(tmp_path / "run.checkpoint", every=0)


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def differ(one, other):
    return any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Going on


CASES = {
    "dropout and momentum": {"kind": "dropout", "optimizer": "momentum"},
    "adam": {"kind": "plain", "optimizer": "adam", "lr": 0.01},
    "random batches": {"kind": "dropout", "random": True},
    "hand-written": {"kind": "scratch"},
}


@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_run_ends_as_if_it_had_not_been(
    training, text, checkpoint, tmp_path, case
):
    options = {"text": text, "num_epochs": EPOCHS, "seed": 1, **CASES[case]}
    whole = training.train(**options, checkpoint=tmp_path / "whole.checkpoint")
    for batch in (3, 14, 9):  # each time further on, also at the end of an epoch
        with pytest.raises(KeyboardInterrupt):
            training.train(**options, checkpoint=checkpoint, interrupt=batch)
    resumed = training.train(**options, checkpoint=checkpoint)
    assert_equal(resumed.weights, whole.weights)


def test_without_a_checkpoint_nothing_changes(training, text, checkpoint):
    options = {"text": text, "num_epochs": 2, "kind": "plain", "seed": 1}
    with_one = training.train(**options, checkpoint=checkpoint)
    assert_equal(with_one.weights, training.train(**options).weights)


def test_the_test_sees_what_it_is_for(training, text, checkpoint, monkeypatch):
    """Forget one thing after the other: the result must be another one."""
    options = {"text": text, "num_epochs": EPOCHS, "seed": 1, "kind": "dropout"}
    options["optimizer"] = "momentum"
    whole = training.train(**options, checkpoint=checkpoint)
    checkpoint.path.unlink()
    with pytest.raises(KeyboardInterrupt):
        training.train(**options, checkpoint=checkpoint, interrupt=18)
    saved, found = checkpoint.path.read_bytes(), []
    for forgotten in ("state/", "updater/", "start", "stopped", "model/"):
        checkpoint.path.write_bytes(saved)
        arrays, run, table = read_checkpoint(checkpoint.path)
        for name, array in arrays.items():
            if name.startswith(forgotten):
                arrays[name] = np.zeros_like(array)
        if forgotten == "start":  # other batches, as after another shuffling
            table["start"]["batches"][1][:600] = range(600)
            table["start"]["batches"][1][-1] = 0
        if forgotten == "stopped" and "stopped/seed" in arrays:
            arrays["stopped/seed"] = np.array(5)  # of MXNet
        write_checkpoint(checkpoint.path, arrays, run, table)
        try:
            resumed = training.train(**options, checkpoint=checkpoint)
        except (RuntimeError, TrainingDiverged, ValueError):
            continue  # seen at once, which is better still
        if not differ(resumed.weights, whole.weights):
            found.append(forgotten)
    # Keras keeps the numbers of its dropout with the model.
    allowed = {"tensorflow": ["stopped"]}.get(training.framework, [])
    assert found == allowed


def test_a_finished_run_is_not_trained_again(training, text, checkpoint, capsys):
    options = {"text": text, "seed": 1, "kind": "plain", "checkpoint": checkpoint}
    first = training.train(num_epochs=2, **options)
    before, saved = capsys.readouterr().out, checkpoint.path.read_bytes()
    again = training.train(num_epochs=2, **options)
    # Its random numbers too are those with which a longer run would go on.
    assert checkpoint.path.read_bytes() == saved
    assert_equal(first.weights, again.weights)
    assert capsys.readouterr().out == before


def test_a_finished_run_can_be_prolonged(training, text, checkpoint, tmp_path):
    options = {"text": text, "seed": 1, "kind": "dropout"}
    training.train(num_epochs=1, **options, checkpoint=checkpoint)
    longer = training.train(num_epochs=3, **options, checkpoint=checkpoint)
    whole = training.train(num_epochs=3, **options, checkpoint=tmp_path / "other")
    assert_equal(longer.weights, whole.weights)


def test_the_curve_and_the_speed_of_all_epochs_come_back(training, text, checkpoint):
    epochs, before = [], []
    options = {"text": text, "seed": 1, "kind": "plain", "checkpoint": checkpoint}
    training.train(num_epochs=2, callback=before.append, **options)
    training.train(num_epochs=4, callback=epochs.append, **options)
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4]
    assert epochs[:2] == before
    _, _, table = read_checkpoint(checkpoint.path)
    assert table["progress"]["history"] == [list(epoch) for epoch in epochs]


def test_ctrl_c_says_how_to_go_on(training, text, checkpoint, capsys):
    with pytest.raises(KeyboardInterrupt):
        training.train(text, 2, kind="plain", checkpoint=checkpoint, interrupt=15)
    said = capsys.readouterr().out.splitlines()
    assert said[-2].startswith("interrupted after epoch 1 of 2")
    assert (
        said[-1]
        == f"to continue from {str(checkpoint.path)!r}, make the same call again"
    )


# Refusing


def test_a_checkpoint_of_another_run_is_refused_and_nothing_is_changed(
    training, text, checkpoint, tmp_path
):
    options = {"kind": "plain", "checkpoint": checkpoint}
    training.train(text, 1, **options)
    saved = checkpoint.path.read_bytes()
    other = tmp_path / "other.txt"
    other.write_text("traveller went on and time said " * 9, encoding="utf-8")
    for change, message in [
        ({"text": other}, "its data is"),
        ({"random": True}, "its order is 'sequential', here it is 'random'"),
        ({"optimizer": "adam"}, "its optimizer is 'SGD', here it is 'Adam'"),
        ({"kind": "scratch"}, "its model is"),
    ]:
        with pytest.raises(ValueError, match=message) as error:
            training.train(**{"text": text, "num_epochs": 2, **options, **change})
        assert "delete the file to start over" in str(error.value)
    assert checkpoint.path.read_bytes() == saved


def test_a_checkpoint_of_another_framework_is_refused(training, text, checkpoint):
    training.train(text, 1, kind="plain", checkpoint=checkpoint)
    arrays, run, table = read_checkpoint(checkpoint.path)
    write_checkpoint(checkpoint.path, arrays, run | {"framework": "jax"}, table)
    with pytest.raises(ValueError, match="its framework is 'jax', here it is"):
        training.train(text, 1, kind="plain", checkpoint=checkpoint)


def test_fewer_batches_than_were_done_are_noticed(training, text, checkpoint):
    """Data that have no fingerprint: a list of batches."""
    loader, vocab = training.data(text)
    net, batches = training.plain(len(vocab)), list(loader)
    arguments = (vocab, 0.5, 2, training.device)
    options = {"prefixes": ["time"], "checkpoint": checkpoint}
    training.d2l.train_ch8(net, batches, *arguments, **options)
    arrays, run, table = read_checkpoint(checkpoint.path)
    table["position"]["batch"] = len(batches) + 1
    table["progress"]["history"].pop()
    write_checkpoint(checkpoint.path, arrays, run, table)
    with pytest.raises(ValueError, match=f"after batch {len(batches) + 1} .* fewer"):
        training.d2l.train_ch8(net, batches, *arguments, **options)


# The file


ARRAYS = {"a/b": np.arange(6.0).reshape(2, 3), "c": np.array(3), "d": np.zeros(0)}


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "saved.checkpoint"
    write_checkpoint(path, ARRAYS, {"model": ["a (2, 3)"]}, {"batch": 3})
    return path


def test_what_is_written_is_read(saved):
    arrays, run, progress = read_checkpoint(saved)
    assert (run, progress) == ({"model": ["a (2, 3)"]}, {"batch": 3})
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        np.testing.assert_array_equal(arrays[name], array)


def test_where_there_is_no_file_there_is_no_checkpoint(tmp_path):
    assert read_checkpoint(tmp_path / "none") is None


@given(st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_damage_is_a_clear_error(saved, data):
    content = saved.read_bytes()
    broken = saved.with_name("broken")
    if data.draw(st.booleans()):
        broken.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    else:
        at = data.draw(st.integers(0, len(content) - 1))
        changed = bytearray(content)
        changed[at] ^= data.draw(st.integers(1, 255))
        broken.write_bytes(changed)
    with pytest.raises(ValueError, match="broken.*delete the file to start over"):
        read_checkpoint(broken)


@given(st.binary(max_size=300))
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_other_file_is_a_clear_error(saved, content):
    other = saved.with_name("other")
    other.write_bytes(content)
    with pytest.raises(ValueError, match="other.*delete the file to start over"):
        read_checkpoint(other)


class Malice:
    """A pickle that harms its reader."""

    def __reduce__(self):
        return os.mkdir, ("ran",)


def test_reading_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil").write_bytes(pickle.dumps(Malice()))
    with pytest.raises(ValueError, match="can't be read"):
        read_checkpoint("evil")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("key", "value"), [("version", "3"), ("format", "other")])
def test_a_file_of_another_kind_or_version_is_refused(saved, key, value, monkeypatch):
    module = "d2l_local.run.checkpoint"
    monkeypatch.setattr(f"{module}.{key.upper()}", value)
    write_checkpoint(saved, ARRAYS, {}, {})
    monkeypatch.undo()
    with pytest.raises(ValueError, match="version '3'|isn't a checkpoint of d2l_local"):
        read_checkpoint(saved)


def test_a_full_disk_keeps_the_checkpoint_before(saved):
    """The system refuses to let a file grow, as it does when a disk is full."""
    before = saved.read_bytes()
    large = {"a": np.zeros(100_000)}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="saved before is intact. Make room") as error:
            write_checkpoint(saved, large, {}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.errno == errno.EFBIG
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize(
    ("path", "every", "error", "message"),
    [
        ("no/folder/file", 1, FileNotFoundError, "no folder 'no/folder'; make it"),
        (".", 1, IsADirectoryError, "'.' is a folder: name a file"),
        ("file", -1, ValueError, "every must be at least 0 seconds, got -1"),
        ("file", float("nan"), ValueError, "at least 0 seconds, got nan"),
        (7, 1, TypeError, "checkpoint must be a path or a Checkpoint, got 7"),
        ("file", "often", ValueError, "often"),
    ],
)
def test_bad_settings_are_refused(tmp_path, monkeypatch, path, every, error, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        Checkpoint(path, every)


def test_saves_are_as_far_apart_as_asked_for(training, text, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(
        "d2l_local.run.saving.write_checkpoint", lambda *args: written.append(args)
    )
    path = tmp_path / "file"
    training.train(text, 2, kind="plain", checkpoint=Checkpoint(path, every=1e6))
    assert len(written) == 1  # the end
    training.train(text, 2, kind="plain", checkpoint=Checkpoint(path, every=0))
    assert len(written) > 20
