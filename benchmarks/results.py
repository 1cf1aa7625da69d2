"""The raw results of a run: written as one JSON file, and found by topic."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import CLASSIC, FRAMEWORKS, OURS, Optimizer, Size
from benchmarks.summary import check_pair

FORMAT = 1  # of the file; one of another format must be measured again
LIST = re.compile(r"\[[\s\d.,e+\-nul]*\]")  # numbers and null


class ResultsError(Exception):
    """The file of results is missing or not ours; the message says what to do."""


@dataclass(frozen=True)
class Pair:
    """One job, done by both helpers in turn; `classic` is None where it is missing."""

    classic: dict | None
    ours: dict


@dataclass(frozen=True)
class Results:
    """`data` is what the file holds; the methods find what belongs to a framework."""

    data: dict

    def _units(self, topic: str, framework: str) -> list[list[dict]]:
        pattern = re.compile(rf"{topic}-{framework}(-|$)")
        units = self.data["units"]
        return [jobs for name, jobs in units.items() if pattern.match(name)]

    def pairs(self, framework: str, topic: str = "pair") -> list[Pair]:
        """Return all rounds of a framework."""
        found = []
        for jobs in self._units(topic, framework):
            by_helper = {job["job"]["helper"]: job for job in jobs}
            found.append(Pair(by_helper.get(CLASSIC), by_helper[OURS]))
        return found

    def by_hand(self, framework: str) -> list[Pair]:
        """Return the rounds with the classic helper's number of threads set by hand."""
        return self.pairs(framework, "byhand")

    def classic(self, framework: str) -> dict | None:
        """Return the long run of the classic helper."""
        units = self._units("classic", framework)
        return units[0][0] if units else None

    def learning(self, framework: str) -> dict[Optimizer, dict]:
        """Return the long runs of our helper, by optimiser."""
        jobs = (unit[0] for unit in self._units("learning", framework))
        return {Optimizer(**job["job"]["optimizer"]): job for job in jobs}

    def memory(self, framework: str) -> dict:
        """Return the run of many steps."""
        return self._units("memory", framework)[0][0]

    def scaling(self, framework: str) -> list[tuple[Size, dict]]:
        """Return the short runs, by size."""
        points = self._units("scaling", framework)[0][0]["points"]
        return [(Size(**point["size"]), point) for point in points]

    def threads(self, framework: str) -> list[tuple[int, dict]]:
        """Return the short runs, by number of cores."""
        jobs = [unit[0] for unit in self._units("threads", framework)]
        return [(job["job"]["cores"], job["points"][0]) for job in jobs]

    @property
    def gflops(self) -> dict[str, dict[str, float]]:
        """Rates of matrix products, by library and shape."""
        return self.data["units"]["peak"][0]["gflops"]


def check(results: Results) -> None:
    """Raise Mismatch where the two sides of a pair are not of the same job."""
    for framework in FRAMEWORKS:
        for pair in results.pairs(framework) + results.by_hand(framework):
            if pair.classic is not None:
                check_pair(pair.classic, pair.ours)


def without_paths(units: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Drop the paths of the frameworks from the results: they are private."""
    return {
        name: [
            {key: value for key, value in job.items() if key != "framework_file"}
            for job in jobs
        ]
        for name, jobs in units.items()
    }


def dumps(data: dict) -> str:
    """Write readable JSON: one line for each entry, and for each list of numbers."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    return LIST.sub(lambda found: " ".join(found[0].split()), text) + "\n"


def load(path: Path) -> Results:
    """Read the results; raises ResultsError without a file, or for another format."""
    if not path.exists():
        raise ResultsError(
            f"{path.parent.name}/{path.name} is missing: `make bench` measures and "
            "writes it"
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # JSON's and Unicode's errors are of this type
        raise ResultsError(
            f"{path.parent.name}/{path.name} can't be read: {error}; take it from the "
            "repository again, or write it by `make bench`"
        ) from error
    if not isinstance(data, dict):
        raise ResultsError(f"{path.parent.name}/{path.name} must hold a JSON object")
    if data.get("format") != FORMAT:
        raise ResultsError(
            f"{path.name} has format {data.get('format')!r}, not {FORMAT}: measure "
            "again with `make bench`"
        )
    return Results(data)
