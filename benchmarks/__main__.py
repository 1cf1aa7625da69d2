"""Measure the helper package beside the classic one, and write the results.

    python -m benchmarks            everything; continues where it was interrupted
    python -m benchmarks --quick    a smoke run, which writes below build/ only
    python -m benchmarks --fresh    forget earlier results
    python -m benchmarks --tables   rewrite tables and figures from results.json
    python -m benchmarks --check    compare them, write nothing

Exit codes: 0 fine, 1 stale or a process failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import sys
import time
from pathlib import Path

from benchmarks import environment, machine, page
from benchmarks.plan import CLASSIC, FRAMEWORKS, FULL, OURS, QUICK, Plan, Unit, units
from benchmarks.process import Bench, JobFailed, code_digest
from benchmarks.results import (
    FORMAT,
    Results,
    ResultsError,
    check,
    dumps,
    load,
    without_paths,
)
from benchmarks.summary import Mismatch
from d2l_local import frameworks
from d2l_local.text.loading import clean, read_lines
from d2l_local.text.sources import EMBEDDED, STAND_IN
from tools.book import ROOT
from tools.files import write_text

ROOM, BUILD = ROOT / "benchmarks", ROOT / "build" / "bench"
RESULTS = ROOM / "results.json"


def prepare(description: dict) -> tuple[Bench, str | None]:
    """Prepare the classic helper's environment, and the text that both helpers read.

    Returns where to run, and why the classic helper is missing, or None.
    """
    missing, pythons = None, {OURS: Path(sys.executable)}
    try:
        pythons[CLASSIC] = environment.ensure(ROOT / ".venv-classic")
    except environment.ClassicUnavailable as error:
        missing = str(error)
        print(f"{missing}\nOnly d2l_local is measured.", file=sys.stderr, flush=True)
    text = BUILD / "text.txt"
    lines = (clean(line) for line in read_lines(EMBEDDED[STAND_IN].path))
    write_text(text, "".join(f"{line}\n" for line in lines))
    lasting = {name: value for name, value in description.items() if name != "commit"}
    context = {
        "machine": lasting,
        "versions": machine.versions(),
        "code": code_digest(ROOT),
    }
    return Bench(ROOT, BUILD, text, pythons, context), missing


def run_all(bench: Bench, todo: list[Unit]) -> dict[str, list[dict]]:
    """Run all units without a result, with a line for each; returns all raw results."""
    found, began = {}, time.monotonic()
    for number, unit in enumerate(todo, 1):
        started = time.monotonic()
        results = bench.finished(unit)
        if results is None:
            print(f"[{number}/{len(todo)}] {unit.name} ...", end="", flush=True)
            results = bench.run(unit)
            now = time.monotonic()
            print(f" {now - started:.0f} s; {(now - began) / 60:.1f} min in all")
        found[unit.name] = results
    return found


def measure(plan: Plan, fresh: bool) -> Results:
    """Run what is left of a plan, and return all results."""
    lacking = [name for name in FRAMEWORKS if not frameworks.is_installed(name)]
    if lacking:
        reasons = "; ".join(map(frameworks.missing, lacking))
        raise ResultsError(f"all three are measured, but {reasons}")
    load_before = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    description = machine.describe(ROOT)
    bench, missing = prepare(description)
    if fresh:
        bench.forget()
    todo = units(plan, description["cores"], classic=missing is None)
    kept = sum(bench.finished(unit) is not None for unit in todo)
    if kept:
        print(f"{kept} of {len(todo)} are kept from before; --fresh repeats them")
    found = run_all(bench, todo)
    check(Results({"units": found}))
    return Results(
        {
            "format": FORMAT,
            "mode": plan.mode,
            "date": datetime.date.today().isoformat(),
            "machine": description,
            "load_before": load_before,
            "versions": bench.context["versions"],
            "classic_packages": list(environment.PACKAGES),
            "classic_missing": missing is not None,
            "memory_steps": list(plan.memory_steps),
            "kept_from_before": kept,
            "units": without_paths(found),
        }
    )


def publish(results: Results, quick: bool) -> None:
    """Write results, tables and figures: of a quick run below build/ only."""
    text = dumps(results.data)
    if quick:
        folder = BUILD / "quick"
        files = {
            folder / "results.json": text,
            folder / "README.md": page.long(results) + "\n",
            **page.figures(folder, results),
        }
    else:
        files = {RESULTS: text, **page.generated(ROOT, results)}
    page.write(files)
    print(f"\n{page.long(results)}\n\nwritten:")
    for path in files:
        print(f"  {path.relative_to(ROOT).as_posix()}")


def act(options: argparse.Namespace) -> int:
    """Do what the command line asks for; returns the exit code."""
    if options.check:
        problems = page.stale(ROOT, load(RESULTS))
        print("\n".join(problems), end="\n" * bool(problems), file=sys.stderr)
        return 1 if problems else 0
    if options.tables:
        page.write(page.generated(ROOT, load(RESULTS)))
        return 0
    plan = QUICK if options.quick else FULL
    publish(measure(plan, options.fresh), options.quick)
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--quick", action="store_true", help="a smoke run")
    what.add_argument("--tables", action="store_true", help="rewrite the tables")
    what.add_argument("--check", action="store_true", help="are the tables fresh?")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    options = parser.parse_args(arguments)
    try:
        return act(options)
    except (JobFailed, ResultsError, page.PageError, Mismatch) as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        if not (options.check or options.tables):
            raise
        print(
            f"\nerror: benchmarks/{RESULTS.name} lacks what the tables show, "
            f"{error!r}: take it from the repository again, or run `make bench`",
            file=sys.stderr,
        )
        return 1
    except (OSError, UnicodeDecodeError) as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\ninterrupted: finished jobs are kept, and `make bench` continues",
            file=sys.stderr,
        )
        return 130


if __name__ == "__main__":
    # Ended from outside, a run ends its process too, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
