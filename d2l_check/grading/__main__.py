"""Grade notebooks that came back, without nbgrader's database.

    python -m d2l_check.grading handed-out.ipynb returned/*.ipynb

The first notebook is the one that was handed out, or the one in a course's source/; it
says what is graded, and for how many points. For each of the others, this prints its
points and the reports of its checks. Nothing is executed but what the functions under
test need, each check in at most --seconds.

Students' code runs with your rights: grade on a machine, or as a user, that holds
nothing they shouldn't read or change.

Exit codes: 0 all are graded, 1 some can't be, 2 the first can't be read.
"""

import argparse
import sys
from pathlib import Path

from d2l_check.grading.guard import unchanged
from d2l_check.grading.judge import LIMIT, judge
from d2l_check.grading.original import NotebookError, fitting, original, read
from d2l_check.grading.remote import StartError


def seconds(text):
    """Return a time limit; raise ValueError unless it's positive."""
    if not 0 < float(text) < float("inf"):
        raise ValueError(text)
    return float(text)


def number(points):
    return f"{points:g}"


def graded(known, path, limit):
    """Return the lines that say what a notebook is worth."""
    notebook = read(path)
    fitting(known, notebook, path)
    with unchanged(path):
        verdicts = judge(known, notebook, Path(path).parent, limit)
    total = number(sum(verdict.points for verdict in verdicts))
    lines = [f"{path}: {total} of {number(known.points)} points"]
    for verdict in verdicts:
        test, points = verdict.test, number(verdict.points)
        lines += ["", f"    {test.id}: {points} of {number(test.points)}"]
        lines += [f"    {line}" for line in verdict.text.splitlines()]
    missing = [each.id for each in known.tests if not each.calls and each.points]
    if missing:
        lines += ["", f"    not graded here, as no check of the book: {missing}"]
    return lines


def main(arguments=None):
    description, _blank, epilog = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m d2l_check.grading",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("original", metavar="handed-out.ipynb")
    parser.add_argument("returned", nargs="+", metavar="returned.ipynb")
    parser.add_argument("--seconds", type=seconds, default=LIMIT, help="for one check")
    options = parser.parse_args(arguments)
    try:
        known = original(options.original)
    except NotebookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    code = 0
    for path in options.returned:
        try:
            print(*graded(known, path, options.seconds), "", sep="\n", flush=True)
        except (NotebookError, StartError) as error:
            print(f"error: {error}\n", file=sys.stderr, flush=True)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
