"""From raw results to figures: spreads, paired ratios, when a text was learned."""

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
    """Raises ValueError where there is no value."""
    values = list(values)
    if not values:
        raise ValueError("there is no value to take the median of")
    return Spread(median(values), min(values), max(values))


def call_speed(result: dict) -> float:
    """Tokens per second of a call of train_ch8 by the clock, after its first epoch.

    With all that the call does between two epochs. The first epoch is left out, as it
    sets graphs and buffers up; a training has hundreds.
    """
    end = result["epochs"]["end"]
    if len(end) < 2:
        raise ValueError(f"{len(end)} epoch: the speed after the first needs two")
    return result["tokens"] * (len(end) - 1) / (end[-1] - end[0])


def epoch_speed(result: dict) -> float:
    """Tokens per second as the helper itself counts them, after the first epoch."""
    speeds = result["epochs"]["speed"][1:]
    return len(speeds) / sum(1 / speed for speed in speeds)


def ratios(pairs: Iterable[tuple[float, float]]) -> Spread:
    """Ratio second / first within each pair, over all pairs."""
    return spread(second / first for first, second in pairs)


def reached(perplexities: list[float], target: float) -> int | None:
    """The first epoch, from 1, whose perplexity is at most `target`; None if none."""
    for epoch, value in enumerate(perplexities, 1):
        if value <= target:
            return epoch
    return None


def stays(perplexities: list[float], target: float) -> int | None:
    """The epoch from which on perplexity never exceeds `target`; None if none."""
    # `not <=` rather than `>`: nan is above every target, too
    above = [
        epoch for epoch, value in enumerate(perplexities, 1) if not value <= target
    ]
    start = above[-1] + 1 if above else 1
    return start if start <= len(perplexities) else None


def seconds(result: dict, epoch: int | None) -> float | None:
    """When, in seconds since the call of train_ch8, an epoch was over."""
    return None if epoch is None else result["epochs"]["end"][epoch - 1]


def growth(result: dict, steps: tuple[int, int], per_epoch: int) -> tuple[float, float]:
    """Memory in MiB after the first and after the second number of steps.

    `per_epoch`: steps in an epoch. Memory is looked at when an epoch is over, so it is
    that of the first epoch's end at which as many steps have been made.
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
