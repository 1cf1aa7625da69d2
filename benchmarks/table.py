"""The tables of a run, in Markdown. Every number in them comes from its results."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import peak, summary
from benchmarks.plan import FRAMEWORKS, LEARNED, SGD_2, SMALL, TARGETS, Size
from benchmarks.results import Pair, Results
from benchmarks.summary import Spread

ABSENT = "–"
# A leak of 1 KiB a step would be 10 MiB in 10,000 steps.
FLAT_KIB_PER_STEP = 1.0


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Format a table, the first column aligned left, the others right."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])


def whole(value: float) -> str:
    """Format a number without decimals, in groups of three."""
    return f"{value:,.0f}"


def with_range(values: Spread, show: Callable[[float], str] = whole) -> str:
    """Format median and range, as `1,234 (1,200–1,300)`."""
    return f"{show(values.median)} ({show(values.low)}–{show(values.high)})"


def times(values: Spread) -> str:
    """Format a ratio and its range, as `**1.51** (1.48–1.60)`."""
    return f"**{values.median:.2f}** ({values.low:.2f}–{values.high:.2f})"


def cores(number: int) -> str:
    """Format a number of cores, as in a sentence."""
    return f"{number} core{'s' if number != 1 else ''}"


def by_framework(name: str, cell: Callable[[str], str]) -> list[str]:
    """Return a row: one cell for each framework."""
    return [name, *(cell(framework) for framework in FRAMEWORKS)]


def has_classic(results: Results) -> bool:
    """Tell if the classic helper could be installed."""
    return all(pair.classic for name in FRAMEWORKS for pair in results.pairs(name))


def helper_spread(results: Results, framework: str, helper: str, figure) -> Spread:
    """Return the spread of `figure(result)` over the rounds of 'classic' or 'ours'."""
    sides = (getattr(pair, helper) for pair in results.pairs(framework))
    return summary.spread(figure(side) for side in sides)


def ratio(results: Results, framework: str, figure) -> Spread:
    """Return how many times as fast ours is in a framework, within the pairs."""
    return ratio_of(results.pairs(framework), figure)


def ratio_of(pairs: list[Pair], figure) -> Spread:
    """Return how many times as fast ours is by `figure(result)`, within `pairs`."""
    return summary.ratios((figure(pair.classic), figure(pair.ours)) for pair in pairs)


def verdict(results: Results, framework: str) -> str:
    """Format the target, and if the median meets it."""
    target = TARGETS[framework]
    met = ratio(results, framework, summary.call_speed).median >= target
    return f"{target} {'met' if met else '**missed**'}"


def speed_rows(results: Results) -> list[list[str]]:
    """Return both speeds and their ratio; ours alone if the other is missing."""

    def speed(helper):
        return lambda name: with_range(
            helper_spread(results, name, helper, summary.call_speed)
        )

    def faster(name):
        return times(ratio(results, name, summary.call_speed))

    ours = by_framework("`d2l_local`, tokens/sec", speed("ours"))
    if not has_classic(results):
        return [ours]
    return [
        by_framework("`d2l` 0.17.6, tokens/sec", speed("classic")),
        ours,
        by_framework("times as fast", faster),
        by_framework("target", lambda name: verdict(results, name)),
    ]


def detail_rows(results: Results) -> list[list[str]]:
    """Return the rows for memory, imports and so on: classic → ours."""
    sides = ["classic", "ours"] if has_classic(results) else ["ours"]

    def row(name, show):
        def cell(framework):
            return " → ".join(show(framework, side) for side in sides)

        return by_framework(name, cell)

    def memory(framework, side):
        if results.pairs(framework)[0].ours["memory"] is None:
            return ABSENT
        values = helper_spread(results, framework, side, lambda job: job["memory"])
        return whole(values.median)

    def importing(framework, side):
        values = helper_spread(
            results, framework, side, lambda job: job["import_seconds"]
        )
        return f"{values.median:.1f}"

    def products(framework, side):
        values = helper_spread(results, framework, side, summary.call_speed)
        return f"{share(results, values.median):.0%}"

    return [
        *(comparison_rows(results) if len(sides) == 2 else []),
        row("peak memory, MiB", memory),
        row("import, seconds", importing),
        row("share of the machine's matrix products", products),
    ]


def comparison_rows(results: Results) -> list[list[str]]:
    """Return further comparisons with the classic helper."""

    def own_count(framework):
        return times(ratio(results, framework, summary.epoch_speed))

    def by_hand(framework):
        pairs = results.by_hand(framework)
        return times(ratio_of(pairs, summary.call_speed)) if pairs else ABSENT

    return [
        by_framework("times as fast, by the helpers' own count", own_count),
        by_framework("times as fast, classic threads set by hand", by_hand),
        by_framework(
            "perplexity after as many epochs",
            lambda framework: same_epochs(results, framework),
        ),
    ]


def share(results: Results, speed: float) -> float:
    """Return a speed as a fraction of the machine's best rate of matrix products."""
    return speed * peak.flops_per_token(Size()) / (best_rate(results) * 1e9)


def best_rate(results: Results) -> float:
    """Return GFLOP/s of the fastest matrix product, of any library and shape."""
    return max(rate for rates in results.gflops.values() for rate in rates.values())


def same_epochs(results: Results, framework: str) -> str:
    """Return both perplexities after the epochs of the classic helper's long run."""
    classic = results.classic(framework)["epochs"]["perplexity"]
    ours = results.learning(framework)[SGD_2]["epochs"]["perplexity"]
    epochs = min(len(classic), len(ours))
    return f"{classic[epochs - 1]:.2f} → {ours[epochs - 1]:.2f} ({epochs})"


def learning_rows(results: Results) -> list[list[str]]:
    """Return when the text was learned, for each optimiser."""
    optimizers = list(results.learning("torch"))

    def cell(optimizer):
        def of(framework):
            return learned(results.learning(framework)[optimizer])

        return of

    return [by_framework(each.label, cell(each)) for each in optimizers]


def learned(result: dict) -> str:
    """Format when the text was learned, and from which epoch it stayed so."""
    perplexity = result["epochs"]["perplexity"]
    epoch = summary.reached(perplexity, LEARNED)
    if epoch is None:
        return f"not in {len(perplexity)} ({min(perplexity):.2f})"
    second = summary.seconds(result, epoch)
    stays = summary.stays(perplexity, LEARNED)
    stayed = f"stays from {stays}" if stays else f"not at the end, {len(perplexity)}"
    return f"epoch {epoch}, {second:.0f} s; {stayed}"


def memory_rows(results: Results, steps: tuple[int, int]) -> list[list[str]]:
    """Return the memory in use after two numbers of steps."""
    rows = [[f"after {whole(number)} steps, MiB"] for number in steps]
    verdict = ["flat"]
    for framework in FRAMEWORKS:
        result = results.memory(framework)
        if result["memory"] is None:
            cells = [ABSENT] * 3
        else:
            per_epoch = result["tokens"] // (SMALL.batch * SMALL.steps)
            first, last = summary.growth(result, steps, per_epoch)
            per_step = (last - first) * 1024 / (steps[1] - steps[0])
            flat = per_step < FLAT_KIB_PER_STEP
            cells = [f"{first:.1f}", f"{last:.1f}", "yes" if flat else "**no**"]
        for row, cell in zip([*rows, verdict], cells, strict=True):
            row.append(cell)
    return [*rows, verdict]


def scaling_rows(results: Results) -> list[list[str]]:
    """Return the speeds by size, then by number of cores."""
    speeds = {
        name: [summary.call_speed(point) for _, point in results.scaling(name)]
        for name in FRAMEWORKS
    }
    rows = [
        by_framework(described(size), lambda name, i=i: whole(speeds[name][i]))
        for i, (size, _) in enumerate(results.scaling("torch"))
    ]
    counts = [number for number, _ in results.threads("torch")]
    threads = {name: dict(results.threads(name)) for name in FRAMEWORKS}
    for number in counts:
        rows.append(
            by_framework(
                f"on {cores(number)}",
                lambda name, n=number: whole(summary.call_speed(threads[name][n])),
            )
        )
    return rows


def described(size: Size) -> str:
    """Describe how `size` differs from the headline job."""
    names = {
        "hidden": "{} units",
        "layers": "{} layer(s)",
        "steps": "{} steps",
        "batch": "batch of {}",
    }
    differing = [
        words.format(getattr(size, name))
        for name, words in names.items()
        if getattr(size, name) != getattr(Size(), name)
    ]
    return ", ".join(differing) or "headline job"


def peak_rows(results: Results) -> list[list[str]]:
    """Return the rates of matrix products."""
    return [
        [name, *(f"{results.gflops[library][name]:,.0f}" for library in results.gflops)]
        for name in results.gflops["numpy"]
    ]
