"""Results of a run that never was, with figures that can be checked by hand."""

import json
from dataclasses import replace

import pytest

from benchmarks.plan import CLASSIC, FRAMEWORKS, OURS, Job, Optimizer, Size
from benchmarks.results import FORMAT, Results

# Seconds that an epoch of 1,000 tokens takes, by framework: classic, ours.
PACE = {"torch": (0.2, 0.1), "tensorflow": (0.8, 0.2), "mxnet": (0.4, 0.2)}


def epochs(seconds, perplexity, memory=100.0):
    """Return the entries of a recorder: a slow first epoch, then `seconds` each."""
    number = len(perplexity)
    return {
        "perplexity": list(perplexity),
        "speed": [1000 / seconds] * number,
        "end": [5 + seconds * epoch for epoch in range(number)],
        "memory": [memory] * number,
    }


def trained(job, seconds, perplexity=(9.0, 3.0, 1.5), memory=100.0):
    """The result of a job."""
    return {
        "job": job.as_dict(),
        "import_seconds": 2.0 if job.helper == CLASSIC else 1.0,
        "framework": "1.2.3",
        "framework_file": "/somewhere/framework.py",
        "threads": 2,
        "tokens": 1000,
        "data": "abc",
        "epochs": epochs(seconds, perplexity, memory),
        "memory": 400.0 if job.helper == CLASSIC else 300.0,
    }


def units_of(framework):
    slow, fast = PACE[framework]
    job = Job("train", framework, epochs=3)
    classic = replace(job, helper=CLASSIC)
    adam = replace(job, optimizer=Optimizer("adam", 0.005))
    small = Size(hidden=64, layers=2, steps=10, batch=8)
    scaling = Job("scaling", framework, points=(Size(), Size(hidden=64)))
    point = {"tokens": 1000, "epochs": epochs(fast, (9.0, 8.0, 7.0))}
    points = [{"size": vars(size), **point} for size in scaling.points]
    units = {
        f"pair-{framework}-1": [trained(classic, slow), trained(job, fast)],
        f"pair-{framework}-2": [trained(job, fast), trained(classic, slow * 1.5)],
        f"classic-{framework}": [trained(classic, slow, (9.0, 5.0))],
        f"learning-{framework}-sgd-2": [trained(job, fast, (9.0, 1.04, 1.2, 1.05))],
        f"learning-{framework}-adam-0.005": [trained(adam, fast, (9.0, 2.0, 1.3))],
        f"memory-{framework}": [trained(replace(job, size=small), fast)],
        f"scaling-{framework}": [{"job": scaling.as_dict(), "points": points}],
        f"threads-{framework}-1": [
            {"job": replace(scaling, cores=1).as_dict(), "points": points[:1]}
        ],
    }
    if framework == "mxnet":
        by_hand = [trained(classic, slow / 2), trained(job, fast)]
        units["byhand-mxnet-1"] = by_hand
    return units


@pytest.fixture
def results():
    """A whole run with two rounds; ours is faster in every one of them."""
    units = {
        "peak": [{"gflops": {"numpy": {"square": 50.0}, "torch": {"square": 99.0}}}]
    }
    for framework in FRAMEWORKS:
        units |= units_of(framework)
    return Results(
        {
            "format": FORMAT,
            "mode": "full",
            "date": "2026-01-02",
            "machine": {
                "processor": "Abacus 3000",
                "cores": 2,
                "memory_gib": 8,
                "system": "Some Linux",
                "python": "3.11.9",
                "commit": "0123456789ab",
            },
            "load_before": 0.1,
            "versions": {"numpy": "1.2", "torch": "3.4"},
            "classic_packages": ["d2l==0.17.6"],
            "classic_missing": False,
            "memory_steps": [1, 2],
            "kept_from_before": 0,
            "units": json.loads(json.dumps(units)),
        }
    )


@pytest.fixture
def alone(results):
    """The same run where the classic helper could not be installed."""
    results.data["classic_missing"] = True
    results.data["units"] = {
        name: [job for job in jobs if job.get("job", {}).get("helper") != CLASSIC]
        for name, jobs in results.data["units"].items()
        if not name.startswith(("classic", "byhand"))
    }
    assert all(jobs for jobs in results.data["units"].values())
    assert OURS in str(results.data)
    return results
