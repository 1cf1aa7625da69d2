"""Turn raw results into figures: spreads, paired ratios, when a text was learned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


class Mismatch(Exception):
    """The two helpers didn't do the same job, so that nothing can be compared."""


@dataclass(frozen=True)
class Spread:
    """The median of some values, and their range."""

    median: float
    low: float
    high: float


def spread(values: Iterable[float]) -> Spread:
    """Return median and range; raises ValueError without any value."""
    values = list(values)
    if not values:
        raise ValueError("there are no values to take the median of")
    return Spread(median(values), min(values), max(values))


def call_speed(result: dict) -> float:
    """Return tokens per second of a call of train_ch8 by the clock, first epoch aside.

    It includes all that the call does between two epochs. The first epoch, which sets
    up graphs and buffers, is left out; a training has hundreds.
    """
    end = result["epochs"]["end"]
    if len(end) < 2:
        raise ValueError(
            f"{len(end)} epochs: the speed after the first needs two or more"
        )
    return result["tokens"] * (len(end) - 1) / (end[-1] - end[0])


def epoch_speed(result: dict) -> float:
    """Return tokens per second as the helper counts them, after the first epoch."""
    speeds = result["epochs"]["speed"][1:]
    return len(speeds) / sum(1 / speed for speed in speeds)


def ratios(pairs: Iterable[tuple[float, float]]) -> Spread:
    """Return the spread of the ratio second / first within each pair."""
    return spread(second / first for first, second in pairs)


def reached(perplexities: list[float], target: float) -> int | None:
    """Return the first epoch, from 1, with perplexity at most `target`, or None."""
    for epoch, value in enumerate(perplexities, 1):
        if value <= target:
            return epoch
    return None


def stays(perplexities: list[float], target: float) -> int | None:
    """Return the epoch from which perplexity never exceeds `target` again, or None."""
    # `not <=` rather than `>`: nan is above every target, too
    above = [
        epoch for epoch, value in enumerate(perplexities, 1) if not value <= target
    ]
    start = above[-1] + 1 if above else 1
    return start if start <= len(perplexities) else None


def seconds(result: dict, epoch: int | None) -> float | None:
    """Return the seconds from the call of train_ch8 to the end of an epoch."""
    return None if epoch is None else result["epochs"]["end"][epoch - 1]


def growth(result: dict, steps: tuple[int, int], per_epoch: int) -> tuple[float, float]:
    """Return the memory in MiB after the first and after the second number of steps.

    `per_epoch`: steps in an epoch. Memory is measured at the end of an epoch, so this
    is the first end of an epoch after as many steps.
    """
    memory = result["epochs"]["memory"]
    first, second = (memory[-(-number // per_epoch) - 1] for number in steps)
    return first, second


def check_pair(classic: dict, ours: dict) -> None:
    """Raise Mismatch unless both sides of a pair did the same job."""
    for name in ("data", "tokens", "framework", "framework_file"):
        if classic[name] != ours[name]:
            raise Mismatch(
                f"the two helpers had a different {name}: {classic[name]!r} for the "
                f"classic one, {ours[name]!r} for ours; their figures can't be compared"
            )
    epochs = [len(side["epochs"]["end"]) for side in (classic, ours)]
    if epochs[0] != epochs[1]:
        raise Mismatch(f"the two helpers trained for {epochs} epochs")
