"""Run one job, in a process of its own, and write its result as JSON.

    python -m benchmarks.worker JOB.json TEXT RESULT.json

Only the standard library is loaded before the helper, so that the time of the import
is that of the helper alone.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import random
import re
import sys
import time
from pathlib import Path

from benchmarks import peak
from benchmarks.helpers import digest, open_helper
from benchmarks.machine import memory_mib
from benchmarks.plan import Job, Size
from benchmarks.recorder import Enough, Recorder

PRINTED = re.compile(r"perplexity (\S+), (\S+) tokens/sec")


def main(arguments: list[str]) -> int:
    job_path, text, target = map(Path, arguments)
    job = Job.from_dict(json.loads(job_path.read_text(encoding="utf-8")))
    if job.cores and hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[: job.cores])
    result = {"job": job.as_dict(), **run(job, text), "memory": memory_mib("peak")}
    target.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
    return 0


def run(job: Job, text: Path) -> dict:
    """Do the job; returns the figures to keep."""
    if job.kind == "peak":
        return {"gflops": peak.measure(job.size, job.seconds)}
    began = time.perf_counter()
    helper = open_helper(job.helper, job.framework, text)
    import_seconds = time.perf_counter() - began
    native = importlib.import_module(f"benchmarks.frameworks.{job.framework}")
    common = {
        "import_seconds": round(import_seconds, 3),
        "framework": sys.modules[job.framework].__version__,
        "framework_file": sys.modules[job.framework].__file__,
        "threads": native.threads(),
    }
    if job.kind == "scaling":
        points = [
            {"size": vars(size), **train(job, helper, native, size)}
            for size in job.points
        ]
        return {**common, "points": points}
    return {**common, **train(job, helper, native, job.size)}


def train(job: Job, helper, native, size: Size) -> dict:
    """Call train_ch8 once; returns the figures of each epoch."""
    native.seed(job.seed)
    random.seed(job.seed)  # the classic helper draws the offset of an epoch from it
    train_iter, vocab = helper.load_data_time_machine(
        size.batch, size.steps, max_tokens=job.max_tokens
    )
    tokens = sum(X.shape[0] * X.shape[1] for X, _ in train_iter)
    net, place = native.model(helper, job.helper, size, len(vocab))

    def enough(record: Recorder) -> bool:
        elapsed = record.end[-1] - record.end[0]
        return bool(job.seconds) and len(record.end) > 2 and elapsed >= job.seconds

    printed = io.StringIO()
    with (
        Recorder(helper.train_ch8, enough) as record,
        contextlib.suppress(Enough),
        contextlib.redirect_stdout(printed),
    ):
        lr, choice = job.optimizer.lr, job.optimizer.name
        # The classic helper knows SGD only, and nothing of the option.
        option = {} if choice == "sgd" else {"optimizer": choice}
        helper.train_ch8(net, train_iter, vocab, lr, job.epochs, place, **option)
    return {
        "tokens": tokens,
        "data": digest(train_iter.corpus, vocab),
        "epochs": record.as_dict(),
        "printed": PRINTED.findall(printed.getvalue()),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
