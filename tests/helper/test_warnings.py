"""No warning comes from the helper or the checks, nor from what it asks of others."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["torch", "tensorflow", "mxnet"]
# No import of another package is exempt: with the pinned versions all are silent.
PREPARE = """
import importlib, json, pathlib, sys
framework, text = json.loads(sys.argv[1])
"""
IMPORT_ALL = """
import d2l_check, d2l_local
others = {"torch", "tensorflow", "mxnet"} - {framework}
if framework != "tensorflow":
    others |= {"keras2", "keras2_calls"}
imported = 0
for package in (d2l_local, d2l_check):
    root = pathlib.Path(package.__file__).parent
    for path in sorted(root.rglob("*.py")):  # walk_packages would import all frameworks
        parts = path.relative_to(root.parent).with_suffix("").parts
        if not others & set(parts) and parts[-1] not in ("__init__", "__main__"):
            importlib.import_module(".".join(parts))
            imported += 1
print(imported, len({"torch", "tensorflow", "mxnet"} & set(sys.modules)))
"""
TRAIN = """
d2l = importlib.import_module(f"d2l_local.{framework}")
device = d2l.try_gpu()
if framework == "mxnet":
    from mxnet import npx
    npx.set_np()

def lstm():
    if framework == "torch":
        from torch import nn
        return nn.LSTM(len(vocab), 8, 2)
    if framework == "tensorflow":
        import tensorflow as tf
        cells = [tf.keras.layers.LSTMCell(8) for _ in range(2)]
        return tf.keras.layers.RNN(
            tf.keras.layers.StackedRNNCells(cells),
            return_sequences=True, return_state=True,
        )
    from mxnet.gluon import rnn
    return rnn.LSTM(8, 2)

def model():
    net = d2l.RNNModel(lstm(), len(vocab))
    if framework == "torch":
        return net.to(device)
    if framework == "mxnet":
        from mxnet import init
        net.initialize(init.Xavier(), ctx=device)
    return net

for use_random_iter in (False, True):
    train_iter, vocab = d2l.load_data_time_machine(4, 5, use_random_iter, text=text)
    where = device
    if framework == "tensorflow":
        import tensorflow as tf
        where = tf.distribute.OneDeviceStrategy(device._device_name)
        with where.scope():
            net = model()
    else:
        net = model()
    d2l.train_ch8(net, train_iter, vocab, 1, 2, where, use_random_iter)
for X, Y in d2l.seq_data_iter_random(train_iter.corpus, 2, 5):
    assert tuple(X.shape) == (2, 5)
words, vocab = d2l.load_corpus(text, token="word", unicode=True)
d2l.plot([1, 2], [3, 4], xlabel="x", legend=["y"])
curves = d2l.Animator(xlabel="x", legend=["y"])
curves.add(1, 2)
curves._svg()
"""


def run(code, framework, text):
    """Run `code` in a fresh process in which every warning is an error."""
    arguments = json.dumps([framework, str(text)])
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PREPARE + code, arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "tiny.txt"
    path.write_text("time traveller " * 15, encoding="utf-8")
    return path


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_module_is_imported_and_a_model_trained_without_a_warning(
    framework, text
):
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    done = run(IMPORT_ALL + TRAIN, framework, text)
    assert done.returncode == 0, done.stderr
    # A warning where no error can be raised, as an object ends, is only printed.
    assert "Warning" not in done.stderr and "ignored" not in done.stderr, done.stderr
    first, *lines = done.stdout.splitlines()
    modules, frameworks = map(int, first.split())
    assert modules > 50 and frameworks == 1
    assert sum("tokens/sec" in line for line in lines) == 2


@pytest.mark.parametrize(
    "slip",
    [
        "import warnings; warnings.warn('old', DeprecationWarning)",
        "open(text); import gc; gc.collect()",
        "exec(chr(39) + chr(92) + 'd' + chr(39))",
    ],
)
def test_a_warning_would_be_seen(slip, text):
    done = run(slip, "torch", text)
    assert done.returncode != 0 or "Warning" in done.stderr
