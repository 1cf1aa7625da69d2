"""The file of raw results."""

import json

import pytest

from benchmarks import results as module
from benchmarks.plan import CLASSIC, OURS, Optimizer, Size
from benchmarks.results import Results, ResultsError
from benchmarks.summary import Mismatch


def test_what_is_written_is_read_back(results, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(module.dumps(results.data))
    assert module.load(path).data == results.data


def test_a_list_of_numbers_takes_one_line(results):
    text = module.dumps({"a": [1.5, None, -2e-05], "b": [{"c": [3]}], "d": []})
    assert '"a": [ 1.5, null, -2e-05 ]' in text and '"c": [ 3 ]' in text
    assert json.loads(text)["a"] == [1.5, None, -2e-05]


def test_a_missing_file_is_named_with_the_remedy(tmp_path):
    with pytest.raises(ResultsError, match=r"results.json is missing.*make bench"):
        module.load(tmp_path / "results.json")


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "results.json"
    path.write_text('{"format": 0}')
    with pytest.raises(ResultsError, match="format 0"):
        module.load(path)


def test_sides_of_a_pair_are_told_apart_in_any_order(results):
    for pair in results.pairs("torch"):
        assert pair.classic["job"]["helper"] == CLASSIC
        assert pair.ours["job"]["helper"] == OURS
    assert len(results.pairs("torch")) == 2


def test_each_accessor_finds_its_own(results):
    assert list(results.learning("mxnet")) == [Optimizer(), Optimizer("adam", 0.005)]
    assert results.memory("torch")["job"]["size"]["batch"] == 8
    assert [size for size, _ in results.scaling("tensorflow")] == [Size(), Size(64)]
    assert [cores for cores, _ in results.threads("mxnet")] == [1]
    assert len(results.by_hand("mxnet")) == 1 and not results.by_hand("torch")


def test_pairs_of_different_texts_are_refused(results):
    module.check(results)
    results.data["units"]["pair-mxnet-2"][0]["data"] = "another"
    with pytest.raises(Mismatch, match="data"):
        module.check(results)


def test_no_path_of_the_machine_is_published(results):
    units = module.without_paths(results.data["units"])
    assert "/somewhere" in str(results.data["units"]) and "/somewhere" not in str(units)
    assert Results({"units": units}).pairs("torch")[0].ours["framework"] == "1.2.3"
