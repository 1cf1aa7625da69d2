"""Jobs in processes, and going on where a run was interrupted."""

import sys
from pathlib import Path

import pytest

from benchmarks import process
from benchmarks.plan import CLASSIC, OURS, Job, Unit
from benchmarks.process import Bench, JobFailed, environment_of

# Leaves a line for each process, and fails where it is told to.
WORKER = """
import json, sys, time
from pathlib import Path

job_path, text, target = map(Path, sys.argv[1:])
job = json.loads(job_path.read_text())
with open("calls.txt", "a") as calls:
    calls.write(job["helper"] + "\\n")
if job["seed"] == 13:
    print("what went wrong", file=sys.stderr)
    sys.exit(3)
if job["seed"] == 14:
    time.sleep(60)
result = {"job": job, "text": text.read_text()}
target.write_text(json.dumps(result))
"""


@pytest.fixture
def bench(tmp_path):
    package = tmp_path / "benchmarks"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "worker.py").write_text(WORKER)
    (tmp_path / "text.txt").write_text("a text")
    pythons = dict.fromkeys((OURS, CLASSIC), Path(sys.executable))
    text = tmp_path / "text.txt"
    return Bench(tmp_path, tmp_path / "build", text, pythons, {"code": "1"})


def pair(seed=1):
    jobs = (Job("train", "torch", CLASSIC, seed=seed), Job("train", "torch"))
    return Unit("pair-torch-1", jobs)


def calls(bench):
    return (bench.root / "calls.txt").read_text().split()


def test_jobs_of_a_unit_run_in_order_on_the_text(bench):
    results = bench.run(pair())
    assert calls(bench) == [CLASSIC, OURS]
    assert [result["job"]["helper"] for result in results] == [CLASSIC, OURS]
    assert results[0]["text"] == "a text" and results[0]["wall"] > 0


def test_what_has_finished_is_found_again(bench):
    assert bench.finished(pair()) is None
    results = bench.run(pair())
    assert bench.finished(pair()) == results


def test_another_job_or_another_code_is_measured_anew(bench):
    bench.run(pair())
    assert bench.finished(pair(seed=2)) is None
    changed = Bench(bench.root, bench.folder, bench.text, bench.pythons, {"code": "2"})
    assert changed.finished(pair()) is None


def test_all_can_be_forgotten(bench):
    bench.run(pair())
    bench.forget()
    assert bench.finished(pair()) is None


def test_a_failing_process_says_why_and_leaves_nothing(bench):
    with pytest.raises(JobFailed, match="code 3.*\n?.*what went wrong"):
        bench.run(pair(seed=13))
    assert bench.finished(pair(seed=13)) is None


def test_a_process_that_hangs_is_ended(bench, monkeypatch):
    monkeypatch.setattr(process, "TIMEOUT", 0.5)
    with pytest.raises(JobFailed, match="stopped after 0.5 seconds"):
        bench.run(pair(seed=14))


def test_half_a_pair_is_not_kept(bench):
    broken = Unit("pair-torch-1", (*pair().jobs[:1], Job("train", "torch", seed=13)))
    with pytest.raises(JobFailed):
        bench.run(broken)
    assert not list(bench.folder.glob("finished/*"))


def test_a_job_sees_no_settings_of_the_shell(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    monkeypatch.setenv("D2L_TEXT", "book")
    found = environment_of(Job("train", "torch"))
    assert "OMP_NUM_THREADS" not in found and "MALLOC_TRIM_THRESHOLD_" not in found
    assert found["D2L_TEXT"] == "embedded" and found["MPLBACKEND"] == "Agg"


def test_legacy_keras_is_for_the_classic_helper_alone():
    classic, ours = (Job("train", "tensorflow", helper) for helper in (CLASSIC, OURS))
    assert environment_of(classic)["TF_USE_LEGACY_KERAS"] == "1"
    assert "TF_USE_LEGACY_KERAS" not in environment_of(ours)


def test_threads_set_by_hand_are_set(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert environment_of(Job("train", "mxnet", threads=3))["OMP_NUM_THREADS"] == "3"


def test_code_that_measures_exists():
    root = Path(__file__).parents[2]
    assert len(process.code_digest(root)) == 64
