"""The tables of mistakes: complete, and each with words of its own."""

import ast
from pathlib import Path

import pytest

import d2l_check
from d2l_check.chapters.deep_rnn import gru_layer

FOLDER = Path(d2l_check.__file__).parent
MODULES = sorted([*FOLDER.glob("*.py"), *FOLDER.glob("chapters/deep_rnn/*.py")])


def first_words(module):
    """Pairs of a key and its first hint, for every mistake in a module's source.

    Only hints that are written out: others are those of a mistake found before.
    """
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "Mistake":
            key, what = map(ast.unparse, node.args[:2])
            if what.startswith("_("):
                yield key, what


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_different_mistakes_say_different_things(module):
    said = {}
    for key, what in first_words(module):
        assert said.setdefault(what, key) == key


def test_the_mistakes_of_a_layer_say_different_things():
    class Framework:
        batch_first = "batch_first=True"

    faults = gru_layer.faults(Framework).values()
    kinds = gru_layer.WRONG_KINDS.values()
    said = [str(mistake.general[0]) for mistake in (*faults, *kinds)]
    assert len(set(said)) == len(said)
