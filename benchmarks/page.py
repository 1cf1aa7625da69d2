"""Generate two blocks of Markdown, and the figures, from the results."""

from __future__ import annotations

from pathlib import Path

from benchmarks import plot, table
from benchmarks.plan import FRAMEWORKS, LEARNED, TARGETS, Size
from benchmarks.results import Results
from tools.files import write_text

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
FRAMEWORK_HEAD = ["", *FRAMEWORKS.values()]


class PageError(Exception):
    """A page lacks the markers of its block; the message names it."""


def placed(page: str, block: str, name: str) -> str:
    """Return `page` with `block` between its markers."""
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise PageError(
            f"{name} needs one line {BEGIN} and one line {END}: between them goes "
            "what `make bench` writes"
        )
    before, _, rest = page.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not end:
        raise PageError(f"{name}: {END} stands before {BEGIN}")
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"


def generated(root: Path, results: Results) -> dict[Path, str]:
    """Return the content of every file that is made from the results, by path."""
    page, readme = root / "benchmarks" / "README.md", root / "README.md"
    return {
        page: placed(page.read_text("utf-8"), long(results), "benchmarks/README.md"),
        readme: placed(readme.read_text("utf-8"), short(results), "README.md"),
        **figures(root / "benchmarks", results),
    }


def figures(folder: Path, results: Results) -> dict[Path, str]:
    """Return the figures, by path."""
    return {
        folder / "speed.svg": plot.speed(results),
        folder / "learning.svg": plot.learning(results),
    }


def write(files: dict[Path, str]) -> None:
    for path, content in files.items():
        write_text(path, content)


def stale(root: Path, results: Results) -> list[str]:
    """Return a message for each file that the results would make differently."""
    return [
        f"stale: {path.relative_to(root).as_posix()}; run `make bench-tables`"
        for path, content in generated(root, results).items()
        if not path.exists() or path.read_text("utf-8") != content
    ]


def short(results: Results) -> str:
    """Write the block of the book's README: the speeds and a figure."""
    rows = table.speed_rows(results)
    return "\n\n".join(
        [
            table.markdown(FRAMEWORK_HEAD, rows),
            f"![{alt(results)}](benchmarks/speed.svg)",
            f"*{job(results)} {machine(results)} Medians, and in brackets the ranges, "
            f"over {rounds(results)}; [all figures](benchmarks/README.md) are made by "
            "`make bench`.*",
        ]
    )


def alt(results: Results) -> str:
    """Describe the figure of the speeds."""
    if not table.has_classic(results):
        return "Bars of tokens per second in PyTorch, TensorFlow and MXNet"
    return (
        "Bars of tokens per second in PyTorch, TensorFlow and MXNet, for each a grey "
        "one of the classic helper and a blue one of d2l_local"
    )


def rounds(results: Results) -> str:
    """Count the processes behind the speeds, in words."""
    number = len(results.pairs("torch"))
    if table.has_classic(results):
        return f"{number} pairs of processes"
    return f"{number} processes"


def job(results: Results) -> str:
    """Describe the headline job in one sentence."""
    job = results.pairs("torch")[0].ours
    size, choice = Size(**job["job"]["size"]), job["job"]["optimizer"]
    return (
        f"LSTM with {size.layers} layers of {size.hidden} units, batches of "
        f"{size.batch} sequences of {size.steps} characters, {job['tokens']:,} tokens "
        f"an epoch, SGD at learning rate {choice['lr']:g}, fp32."
    )


def machine(results: Results) -> str:
    """Describe the machine in one sentence."""
    data = results.data
    machine, versions = data["machine"], data["versions"]
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    memory = f", {machine['memory_gib']} GiB" if machine["memory_gib"] else ""
    cores = table.cores(machine["cores"])
    return (
        f"{data['date']}, commit {machine['commit']}: {cores} of "
        f"{machine['processor']}{memory}, {machine['system']}, "
        f"Python {machine['python']}, {listed}."
    )


def long(results: Results) -> str:
    """Write the block of the benchmark's page: all tables."""
    parts = [*opening(results), *speed(results), *learned(results), *rest(results)]
    return "\n\n".join(parts)


def opening(results: Results) -> list[str]:
    """Describe the job, the machine, and what is missing."""
    data = results.data
    load = data["load_before"]
    parts = [
        f"**The job.** {job(results)}",
        f"**The machine.** {machine(results)} Load average before the start: {load}.",
    ]
    if data["mode"] != "full":
        parts.insert(0, "**A smoke run: too short for its figures to mean anything.**")
    if data["classic_missing"]:
        parts.append(
            "**The classic helper could not be installed, so there is nothing to "
            "compare with.**"
        )
    return parts


def speed(results: Results) -> list[str]:
    """Write the section on speed, memory and imports."""
    targets = ", ".join(f"{TARGETS[key]} in {name}" for key, name in FRAMEWORKS.items())
    parts = [
        "### Speed",
        f"![{alt(results)}](speed.svg)",
        table.markdown(
            FRAMEWORK_HEAD, [*table.speed_rows(results), *table.detail_rows(results)]
        ),
        f"Medians, and in brackets the ranges, over {rounds(results)}. The targets, "
        f"times as fast as the classic helper: {targets}.",
    ]
    if table.has_classic(results):
        parts[-1] += " Where two figures stand side by side, the first one is classic."
    return parts


def learned(results: Results) -> list[str]:
    """Write the section on learning."""
    return [
        "### Learning",
        "![Curves of perplexity over seconds in three panels, PyTorch, TensorFlow and "
        "MXNet, one curve for each optimiser](learning.svg)",
        table.markdown(FRAMEWORK_HEAD, table.learning_rows(results)),
        f"The first epoch with a perplexity of at most {LEARNED}, the seconds from the "
        "call of `train_ch8` to its end, and the epoch from which on perplexity never "
        "exceeds it again. Where it wasn't reached: in how many epochs, and the "
        "smallest perplexity.",
    ]


def rest(results: Results) -> list[str]:
    """Write the sections on memory, sizes, and the machine's own speed."""
    steps = tuple(results.data["memory_steps"])
    return [
        "### Memory over many steps",
        table.markdown(FRAMEWORK_HEAD, table.memory_rows(results, steps)),
        "Memory in use by a small model in one call of `train_ch8`; flat is less than "
        f"{table.FLAT_KIB_PER_STEP:g} KiB more for each step.",
        "### Other sizes",
        table.markdown(FRAMEWORK_HEAD, table.scaling_rows(results)),
        "Tokens per second of `d2l_local`, one short run each.",
        "### The machine's matrix products",
        table.markdown(["GFLOP/s, fp32", *results.gflops], table.peak_rows(results)),
    ]
