"""The job of a process, done here with a tiny model and our helper."""

from dataclasses import replace

import pytest

from benchmarks import worker
from benchmarks.helpers import digest
from benchmarks.plan import Job, Optimizer, Size
from d2l_local.text.loading import load_corpus_time_machine
from d2l_local.text.vocabulary import Vocab

TINY = Size(hidden=8, layers=2, steps=5, batch=4)


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("D2L_TEXT", "embedded")


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "mxnet"])
def test_a_training_is_recorded_as_it_printed_itself(framework, tmp_path):
    adam = Optimizer("adam", 0.02)
    job = Job("train", framework, size=TINY, optimizer=adam, epochs=3, max_tokens=300)
    result = worker.run(job, tmp_path / "unused.txt")
    (printed,) = result["printed"]
    perplexities = result["epochs"]["perplexity"]
    assert len(perplexities) == 3 and perplexities[2] < perplexities[0]
    assert float(printed[0]) == round(perplexities[-1], 1)
    assert result["tokens"] % (TINY.steps * TINY.batch) == 0 < result["tokens"] < 300
    corpus, vocab = load_corpus_time_machine(300)
    assert result["data"] == digest(corpus, vocab)


def test_optimisers_differ(tmp_path):
    learned = set()
    for name in ("sgd", "momentum", "adam"):
        job = Job("train", "torch", size=TINY, optimizer=Optimizer(name, 0.02))
        job = replace(job, epochs=2, max_tokens=300)
        result = worker.run(job, tmp_path / "unused.txt")
        learned.add(result["epochs"]["perplexity"][-1])
    assert len(learned) == 3


def test_time_ends_a_training(tmp_path):
    points = (TINY, Size(8, 1, 5, 4))
    job = Job("scaling", "torch", points=points, seconds=1e-9, max_tokens=300)
    result = worker.run(job, tmp_path / "unused.txt")
    assert [point["size"]["layers"] for point in result["points"]] == [2, 1]
    for point in result["points"]:
        # the fewest epochs, as the time is up at once
        assert len(point["epochs"]["end"]) == 3 and not point["printed"]


def test_digest_tells_texts_and_vocabularies_apart():
    vocab, other = Vocab(list("aabb")), Vocab(list("aacc"))
    assert digest([1, 2], vocab) == digest([1, 2], Vocab(list("aabb")))
    assert digest([1, 2], vocab) != digest([2, 1], vocab)
    assert digest([1, 2], vocab) != digest([1, 2], other)
