"""Trainings in processes of their own: killed, repeated, and long ones."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from trainers import FRAMEWORKS, TEXT, trainer

WORKER = Path(__file__).with_name("worker.py")
ROOT = Path(__file__).parents[3]
EPOCHS = 20  # of 13 batches


def start(training, text, num_epochs, checkpoint="-", kind="dropout"):
    arguments = [training.framework, text, num_epochs, checkpoint, kind]
    return subprocess.Popen(
        [sys.executable, WORKER, *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(process):
    """Return what a worker printed, and the dict in its last line."""
    printed, _ = process.communicate()
    assert process.returncode == 0
    *lines, last = printed.splitlines()
    return lines, json.loads(last)


@pytest.fixture(scope="module", params=FRAMEWORKS)
def once(request, tmp_path_factory):
    """A framework, and what one process prints that trains from start to end."""
    pytest.importorskip(request.param)
    folder = tmp_path_factory.mktemp("once")
    (folder / "tiny.txt").write_text(TEXT, encoding="utf-8")
    training = trainer(request.param)
    process = start(training, folder / "tiny.txt", EPOCHS, folder / "whole")
    return training, outcome(process)


def changed(path):
    return path.stat().st_mtime_ns if path.exists() else None


def kill_some_time_after_the_next_save(process, path):
    """The process saves all the time, so some of the kills come amid writing."""
    before = changed(path)
    while changed(path) == before:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.3))
    process.kill()
    process.communicate()


def test_a_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    once, text, tmp_path
):
    training, (expected, whole) = once
    checkpoint = tmp_path / "killed"
    for _ in range(2):
        killed = start(training, text, EPOCHS, checkpoint)
        kill_some_time_after_the_next_save(killed, checkpoint)
    lines, resumed = outcome(start(training, text, EPOCHS, checkpoint))
    assert resumed["weights"] == whole["weights"]
    assert lines[1:] == expected[1:]  # the text; the first line tells the speed
    assert not list(tmp_path.glob(".*.tmp"))  # what kills have left is gone


def test_the_same_seed_gives_the_same_text_in_another_process(once, text, tmp_path):
    training, (expected, whole) = once
    lines, again = outcome(start(training, text, EPOCHS, tmp_path / "again"))
    assert lines[1:] == expected[1:]
    assert again["weights"] == whole["weights"]


def test_memory_stays_flat_over_five_thousand_steps(training, text):
    _, seen = outcome(start(training, text, 5_000 // 13, kind="plain"))
    assert len(seen["resident"]) >= 5
    growth = max(seen["resident"][2:]) - seen["resident"][0]
    assert growth < 5  # MiB in the 4,000 steps after the first 1,000
