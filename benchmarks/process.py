"""Run jobs in processes of their own, and keep the results of finished ones."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import CLASSIC, Job, Unit
from tools.files import write_text
from tools.imports import package_digest

# Files that affect a result, beside the helper and the job itself.
MEASURING = (
    "worker.py",
    "recorder.py",
    "helpers.py",
    "peak.py",
    "machine.py",
    "frameworks/torch.py",
    "frameworks/tensorflow.py",
    "frameworks/mxnet.py",
)
# Prefixes of shell variables for threads, memory and frameworks, which would favour one
# helper or the other.
SETTINGS = (
    "OMP_",
    "GOMP_",
    "KMP_",
    "MKL_",
    "OPENBLAS_",
    "MALLOC_",
    "TF_",
    "MXNET_",
    "D2L_",
    "PYTHONWARNINGS",
)
TIMEOUT = 1800  # seconds; no job of ours takes a fifth of it
LOG_TAIL = 2000  # characters


class JobFailed(Exception):
    """A process failed; the message shows the end of its output."""


@dataclass(frozen=True)
class Bench:
    """The place of the processes and of their results, with all that they share.

    `pythons`: an interpreter for each helper that is there. `context`: what all
    results depend on beside the job, such as the code, the versions, the machine.
    """

    root: Path
    folder: Path
    text: Path
    pythons: dict[str, Path]
    context: dict

    def path(self, unit: Unit) -> Path:
        """Return where the results of `unit` are kept: the name identifies them."""
        key = {"jobs": [job.as_dict() for job in unit.jobs], **self.context}
        text = json.dumps(key, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self.folder / "finished" / f"{unit.name}-{digest}.json"

    def finished(self, unit: Unit) -> list[dict] | None:
        """Return the kept results of `unit`, one for each job, or None."""
        path = self.path(unit)
        if not path.exists():
            return None
        return json.loads(path.read_text(encoding="utf-8"))

    def run(self, unit: Unit) -> list[dict]:
        """Run the jobs of `unit`, one after the other, and keep their results.

        They are kept together or not at all, as a pair is meaningful only if nothing
        came in between. Raises JobFailed.
        """
        results = [self._run_job(job, unit.name) for job in unit.jobs]
        write_text(self.path(unit), json.dumps(results) + "\n")
        return results

    def forget(self) -> None:
        """Drop all kept results."""
        for path in (self.folder / "finished").glob("*.json"):
            path.unlink()

    def _run_job(self, job: Job, name: str) -> dict:
        """Return the result of one job; `name` is its unit's, for log and messages."""
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as temporary:
            job_path, result_path = (
                Path(temporary) / file for file in ("job.json", "result.json")
            )
            job_path.write_text(json.dumps(job.as_dict()), encoding="utf-8")
            self._process(job, name, [job_path, self.text, result_path])
            result = json.loads(result_path.read_text(encoding="utf-8"))
        return {**result, "wall": round(time.perf_counter() - began, 2)}

    def _process(self, job: Job, name: str, arguments: list[Path]) -> None:
        """Run the worker and keep its output."""
        what = f"{name} ({job.helper})"
        try:
            done = subprocess.run(
                [self.pythons[job.helper], "-m", "benchmarks.worker", *arguments],
                cwd=self.root,
                env=environment_of(job),
                text=True,
                capture_output=True,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired as error:
            raise JobFailed(f"{what} was stopped after {TIMEOUT} seconds") from error
        log = self.folder / "log" / f"{name}-{job.helper}.txt"
        write_text(log, done.stdout + done.stderr)
        if done.returncode:
            raise JobFailed(
                f"{what} ended with code {done.returncode}; the end of its output, "
                f"which is in {log}:\n{done.stderr.strip()[-LOG_TAIL:]}"
            )


def environment_of(job: Job) -> dict[str, str]:
    """Return the environment variables of a job: those of a reader's first call."""
    found = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(SETTINGS)
    }
    found |= {"D2L_TEXT": "embedded", "MPLBACKEND": "Agg"}
    if job.threads:
        found["OMP_NUM_THREADS"] = str(job.threads)
    if job.helper == CLASSIC and job.framework == "tensorflow":
        found["TF_USE_LEGACY_KERAS"] = "1"  # its code is for Keras 2
    return found


def code_digest(root: Path) -> str:
    """Return a digest of the helper package and of the code that measures."""
    digest = hashlib.sha256(package_digest(root / "d2l_local").encode())
    for name in MEASURING:
        digest.update((root / "benchmarks" / name).read_bytes())
    return digest.hexdigest()
