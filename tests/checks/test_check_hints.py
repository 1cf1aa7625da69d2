"""The tables of mistakes: complete, and each with words of its own."""

import ast
from pathlib import Path

import pytest

import d2l_check
from d2l_check.chapters.deep_rnn import (
    clip,
    dropout_step,
    gradient_norms,
    gru_cell,
    gru_layer,
    held_out_perplexity,
    network,
)

FOLDER = Path(d2l_check.__file__).parent
TABLES = [clip, network, dropout_step, gradient_norms, gru_cell, held_out_perplexity]
MODULES = sorted(path.name for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("module", TABLES)
def test_every_variant_has_its_mistake_and_the_other_way_round(module):
    keys = [mistake.key for mistake in module.mistakes()]
    assert len(set(keys)) == len(keys)
    assert {key for key, _changes in module.VARIANTS} == set(keys)


def first_words(module):
    """Pairs of a key and its first hint, for every mistake in a module's source."""
    tree = ast.parse((FOLDER / module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "Mistake":
            key, what = node.args[:2]
            yield ast.unparse(key), ast.unparse(what)


@pytest.mark.parametrize("module", MODULES)
def test_different_mistakes_say_different_things(module):
    said = {}
    for key, what in first_words(module):
        if "mistake.general" not in what:  # passed on from an exception
            assert said.setdefault(what, key) == key


def test_the_mistakes_of_a_layer_say_different_things():
    class Framework:
        batch_first = "batch_first=True"

    faults = gru_layer.faults(Framework).values()
    kinds = gru_layer.wrong_kinds().values()
    said = [mistake.general[0] for mistake in (*faults, *kinds)]
    assert len(set(said)) == len(said)
