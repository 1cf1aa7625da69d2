"""The command that lets a file of weights speak: what it says, and nothing else."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from d2l_local import speak
from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import write_weights
from d2l_local.frameworks import NAMES, is_installed
from d2l_local.text.vocabulary import Vocab

ROOT = Path(__file__).parents[2]


def put(path, architecture, tokens):
    rng = np.random.default_rng(0)
    shapes = architecture.shapes()
    tensors = {
        name: rng.normal(size=size).astype("f4") for name, size in shapes.items()
    }
    vocab = Vocab(reserved_tokens=tokens) if tokens else None
    write_weights(path, architecture, tensors, vocab)
    return path


@pytest.fixture
def path(tmp_path):
    """A model with relu, since TensorFlow's compiler has remarks on that."""
    architecture = Architecture("rnn", 6, 8, 2, activation="relu")
    return put(tmp_path / "weights.safetensors", architecture, list("time "))


def run(*arguments):
    """The command in a process of its own, with every warning an error."""
    command = [sys.executable, "-W", "error", "-m", "d2l_local.speak"]
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Let each framework write from the same file: {framework: finished process}."""
    folder = tmp_path_factory.mktemp("spoken")
    architecture = Architecture("rnn", 6, 8, 2, activation="relu")
    path = put(folder / "weights.safetensors", architecture, list("time "))
    return {
        framework: run(path, "time it", "--framework", framework, "--num-preds", 9)
        for framework in NAMES
        if is_installed(framework)
    }


def test_pytorch_is_another_name_of_torch(said, path):
    code, out, _ = said(path, "time", "--framework", "pytorch")
    assert code == 0 and out == speak.speak(path, "time") + "\n"
    assert speak.speak(path, "time", framework="pytorch") + "\n" == out


def test_every_framework_says_the_same(spoken):
    assert spoken
    texts = {process.stdout for process in spoken.values()}
    assert len(texts) == 1
    (text,) = texts
    assert text.startswith("time it") and text.endswith("\n")


def test_nothing_else_is_said(spoken):
    for process in spoken.values():
        assert process.returncode == 0
        assert process.stderr == ""
        assert process.stdout.count("\n") == 1


@pytest.fixture
def said(capsys):
    """A function that runs the command here: (exit code, stdout, stderr)."""

    def call(*arguments):
        code = speak.main([*map(str, arguments)])
        return code, *capsys.readouterr()

    return call


def test_fifty_tokens_by_pytorch_unless_told_otherwise(said, path):
    pytest.importorskip("torch")
    code, out, err = said(path, "time")
    assert (code, err) == (0, "")
    tokens = out.removesuffix("\n").replace("<unk>", "?")
    assert len(tokens) == 4 + 50


def test_words_are_split_and_joined(said, tmp_path):
    pytest.importorskip("torch")
    architecture = Architecture("lstm", 4, 8)
    put(tmp_path / "words", architecture, ["the", "time", "machine"])
    code, out, err = said(tmp_path / "words", "the time", "--num-preds", 3)
    assert (code, err) == (0, "")
    assert out.startswith("the time ") and len(out.split()) == 5


def test_no_token_is_written_where_none_is_asked_for(said, path):
    pytest.importorskip("torch")
    assert said(path, "time", "--num-preds", 0) == (0, "time\n", "")


@pytest.mark.parametrize(
    "prefix, options, message",
    [
        ("xyz", [], "the prefix 'xyz' holds ['x', 'y', 'z'], which the vocabulary"),
        ("", [], "the prefix is empty"),
        ("time", ["--num-preds", "-1"], "num_preds is -1"),
    ],
)
def test_a_bad_request_ends_in_one_line(said, path, prefix, options, message):
    code, out, err = said(path, prefix, *options)
    assert (code, out) == (1, "")
    assert message in err and err.count("\n") == 1


def test_a_bad_file_ends_in_one_line(said, path, tmp_path):
    path.write_bytes(path.read_bytes()[:-7])
    for bad, message in (
        (path, "can't read weights from"),
        (tmp_path / "no", "no such file"),
        (tmp_path, "is a folder: name a file in it"),
    ):
        code, out, err = said(bad, "time")
        assert (code, out) == (1, "")
        assert str(bad) in err and message in err and err.count("\n") == 1


def test_a_file_without_a_vocabulary_ends_in_one_line(said, tmp_path):
    silent = put(tmp_path / "silent", Architecture("rnn", 6, 8), None)
    code, out, err = said(silent, "time")
    assert (code, out) == (1, "")
    assert "holds no vocabulary" in err and "export_weights(net, path, vocab)" in err


@pytest.mark.parametrize("framework", NAMES)
def test_a_framework_that_is_not_there_ends_in_one_line(
    said, path, framework, monkeypatch
):
    monkeypatch.setattr(speak, "is_installed", lambda name: False)
    code, out, err = said(path, "time", "--framework", framework)
    assert (code, out) == (1, "")
    assert f"{NAMES[framework]} is not installed" in err
    assert "pip install " in err and err.count("\n") == 1
    assert "pip install d2l-local" not in err  # a name that no index has


def test_what_a_framework_lacks_ends_in_one_line(said, tmp_path):
    pytest.importorskip("torch")
    gru = put(
        tmp_path / "gru", Architecture("gru", 6, 8, reset="before"), list("time ")
    )
    code, out, err = said(gru, "time")
    assert (code, out) == (1, "")
    assert "load it in TensorFlow" in err and err.count("\n") == 1


def test_an_unknown_framework_is_refused_with_the_known_ones(capsys, path):
    with pytest.raises(SystemExit) as caught:
        speak.main([str(path), "time", "--framework", "jax"])
    assert caught.value.code == 2
    assert "'torch', 'tensorflow', 'mxnet'" in capsys.readouterr().err.replace(
        "choose from torch, tensorflow, mxnet",
        "choose from 'torch', 'tensorflow', 'mxnet'",
    )


# All frameworks, by one call


def test_one_call_lets_every_installed_framework_speak(path, spoken, capfd):
    texts = speak.speak_everywhere(path, "time it", 9)
    assert texts == {
        NAMES[framework]: process.stdout.removesuffix("\n")
        for framework, process in spoken.items()
    }
    assert capfd.readouterr() == ("", "")


def test_only_installed_frameworks_are_asked(path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(speak, "is_installed", lambda name: name == "torch")
    assert list(speak.speak_everywhere(path, "time", 2)) == ["PyTorch"]


@pytest.mark.parametrize("prefix", ["xyz", ""])
def test_a_bad_prefix_is_refused_before_any_process(path, prefix, monkeypatch):
    monkeypatch.setattr(speak.subprocess, "run", None)
    with pytest.raises(ValueError, match="prefix"):
        speak.speak_everywhere(path, prefix)


def test_a_framework_that_fails_is_named_with_its_reason(tmp_path):
    pytest.importorskip("torch")
    architecture = Architecture("gru", 6, 8, reset="before")
    gru = put(tmp_path / "gru", architecture, list("time "))
    with pytest.raises(RuntimeError, match="PyTorch failed: .*load it in Tensor"):
        speak.speak_everywhere(gru, "time")


@pytest.mark.situation("processes: a console whose encoding lacks the letters")
def test_letters_of_any_script_are_read_whatever_the_console_writes(
    tmp_path, monkeypatch
):
    pytest.importorskip("torch")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    path = put(tmp_path / "weights", Architecture("rnn", 6, 8), list("ét中文 "))
    assert speak.generate_apart(path, "é中", 1, "torch").startswith("é中")


def test_a_text_that_begins_with_a_dash_is_no_option(tmp_path):
    pytest.importorskip("torch")
    path = put(tmp_path / "weights", Architecture("rnn", 6, 8), list("time-"))
    assert speak.generate_apart(path, "-t", 1, "torch").startswith("-t")
