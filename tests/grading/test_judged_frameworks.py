"""Answers in a framework before the judge, where more than numbers is asked for."""

import pytest

from d2l_check.grading.judge import judge
from d2l_check.grading.original import original
from tests.grading.conftest import FRAMEWORKS, assignment
from tools import notebook as nb

IMPORTS = {
    "torch": "import torch\nfrom torch.nn import GRU",
    "tensorflow": "import tensorflow as tf\nfrom tensorflow.keras.layers import *",
    "mxnet": "from mxnet import np as mx, npx\nfrom mxnet.gluon.rnn import *",
}
KERAS = "return_sequences=True, return_state=True"
GRUS = [
    ("torch", "GRU(vocab_size, num_hiddens, num_layers)"),
    ("torch", "GRU(vocab_size, num_hiddens, num_layers, dropout=0.5, bias=False)"),
    ("tensorflow", "RNN(StackedRNNCells([GRUCell(num_hiddens) for _ in "
                   f"range(num_layers)]), {KERAS})"),
    ("tensorflow", f"[GRU(num_hiddens, {KERAS}) for _ in range(num_layers)]"),
    ("tensorflow", f"[GRU(num_hiddens, reset_after=False, dropout=0.5, {KERAS}) "
                   "for _ in range(num_layers)]"),
    ("tensorflow", f"[GRU(num_hiddens, use_bias=False, activation='relu', {KERAS}) "
                   "for _ in range(num_layers)]"),
    ("mxnet", "GRU(num_hiddens, num_layers)"),
    ("mxnet", "GRU(num_hiddens, num_layers, input_size=vocab_size)"),
]  # fmt: skip
CLIP = """
def clip(grads, theta):
    for grad in grads:
        grad *= 2.0
    return [1.0 * grad for grad in grads]
"""
FORGED = """
class Layer:
    def __iter__(self):
        return iter(())

def gru_layer(*sizes):
    return Layer()

import gc
for each in gc.get_objects():
    if type(each).__name__ in ("PyTorch", "TensorFlow", "MXNet"):
        kind = type(type(each).stack(each, 3))
        made = [("gru", (5, 5), 7), ("gru", (4, 4, 4), 6)] * 9
        type(each).stack = lambda self, layer: kind(*made.pop(0))
        type(each).run_model = type(each).run_gru = lambda self, *arguments: np.zeros(3)
"""


@pytest.fixture
def graded(shared, tmp_path):
    """A function that returns the verdict on an answer in a framework."""

    def grade(framework, name, source):
        handed_out = assignment(name, framework=framework)
        handed_out.cells[0].source += f"\n{IMPORTS[framework]}"
        nb.write(tmp_path / "handed-out.ipynb", handed_out)
        known = original(tmp_path / "handed-out.ipynb")
        handed_out.cells[1].source = source
        (verdict,) = judge(known, handed_out, tmp_path)
        return verdict

    return grade


@pytest.mark.parametrize(("framework", "made"), GRUS)
def test_a_gru_that_was_made_in_another_way_is_one_too(graded, framework, made):
    source = f"def gru_layer(vocab_size, num_hiddens, num_layers):\n    return {made}"
    verdict = graded(framework, "gru_layer", source)
    assert verdict.passed, verdict.text


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_arguments_that_are_changed_over_there_are_seen(graded, framework):
    verdict = graded(framework, "clip", CLIP)
    in_place = framework != "tensorflow"  # whose tensors can't be changed
    assert ("clip changes what it was given: grads" in verdict.text) == in_place


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_exception_is_told_with_its_line(graded, framework):
    source = "def clip(grads, theta):\n    x = 3\n    return grads[7]"
    verdict = graded(framework, "clip", source)
    assert "clip stops with IndexError: list index out of range" in verdict.text
    assert "It stops in line 3: return grads[7]" in verdict.text


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_wrong_signature_is_told_as_one(graded, framework):
    verdict = graded(framework, "clip", "def clip(grads):\n    return grads")
    assert "It can't be called as clip(grads, theta)" in verdict.text


@pytest.mark.situation("exercises: a layer whose adapter tells what it's told to")
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_forged_layer_is_no_gru(graded, process, framework):
    try:
        verdict = graded(framework, "gru_layer", FORGED)
    finally:
        process(framework).end(None)
    assert not verdict.passed
    assert "✓ it has as many layers and units as were asked for" in verdict.text
