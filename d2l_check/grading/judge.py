"""Judging what came back: the checks run here, the student's functions elsewhere."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from d2l_check import criteria
from d2l_check.grading.cells import cell, needed
from d2l_check.grading.original import KNOWN, mark
from d2l_check.grading.remote import Process, RemoteError
from d2l_check.language import CHOICE, _, in_one_language
from d2l_check.mistake import Mistaken
from d2l_check.report import CheckFailed, Finding, Report

LIMIT = 60  # seconds for one check, with the cells that its function needs


@dataclass(frozen=True)
class Verdict:
    """What a graded cell is worth: the reports of its checks."""

    test: object
    reports: tuple[Report, ...]

    @property
    def passed(self):
        return all(report.passed for report in self.reports)

    @property
    def points(self):
        return self.test.points if self.passed else 0.0

    @property
    def text(self):
        return "\n".join(map(repr, self.reports))


def judge(original, notebook, folder, limit=LIMIT):
    """Return a Verdict for each test of an `Original` that calls checks, in order.

    `notebook` is what came back, `folder` where its files are. Its functions get
    `limit` seconds for each check, with all that is run for it. All checks share one
    process of the student's; after one that has ended, the next gets a new one.
    """

    def start():
        module = f"d2l_check.{original.framework}"
        return Process(module, Path(folder).resolve(), limit)

    with speaking(original.language), contextlib.ExitStack() as stack:
        process, verdicts = None, []
        for test in filter(lambda each: each.calls, original.tests):
            reports = []
            for name, functions in test.calls:
                if process is None or process.ended:
                    process = stack.enter_context(contextlib.closing(start()))
                cells = before(test, notebook, original, functions)
                reports.append(report(process, KNOWN[name], functions, cells))
            verdicts.append(Verdict(test, tuple(reports)))
        return verdicts


@contextlib.contextmanager
def speaking(language):
    """Write reports in a language, unless the grader has chosen another."""
    if language is None or os.environ.get(CHOICE):
        yield
        return
    os.environ[CHOICE] = language
    try:
        yield
    finally:
        del os.environ[CHOICE]


def before(test, notebook, original, names):
    """Return the sources of all cells that the functions with these names need.

    These are the student's own above the test, or above the answer if that comes later,
    and what was handed out where the student has none: cells may have been deleted. If
    neither test nor answer can be told by their marks, all cells are the student's own.
    """
    ids = [mark(each).get("grade_id") for each in notebook.cells]
    places = [n for n, each in enumerate(ids) if each in (test.id, test.answer)]
    last = max(places, default=len(ids))
    graded = {each.id for each in original.tests}
    own = [
        cell(each.source)
        for each, found in zip(notebook.cells[: last + 1], ids)
        if each.cell_type == "code" and found not in graded
    ]
    bound = frozenset().union(*(each.binds for each in own))
    lost = [each for each in original.cells if each.binds - bound]
    every = [*original.setup, *lost, *own]
    places = {*range(len(original.setup)), *needed(every, names)}
    return [every[place].source for place in sorted(places)]


def report(process, check, names, sources):
    """Return the report of a check on the functions with these names."""
    criteria._failures.clear()  # each student has a patience of one's own
    try:
        process.begin()
        stopped = [process.ask("run", source) for source in sources]
        functions = [named(process, name, stopped) for name in names]
        with contextlib.redirect_stdout(None):
            made = check(process.framework, *functions).report()
    except CheckFailed as failed:
        made = failed.report
    except Mistaken as error:
        made = failure(check, error.mistake.general)
    except Missing as missing:
        made = failure(check, missing.hints)
    if made.passed and process.ended:
        made = failure(check, process.ended.general)
    return made


class Missing(Exception):
    """A function that isn't there; `hints` say why."""

    def __init__(self, hints):
        super().__init__(*hints)
        self.hints = hints


def named(process, name, stopped):
    """Return what has this name over there; raise Missing if nothing has."""
    try:
        return process.ask("name", name)
    except RemoteError:
        hints = [_("There is no {name}.").format(name=name)]
        last = next((words for words in reversed(stopped) if words), None)
        if isinstance(last, str):
            hints.append(_("A cell above stops with {words}").format(words=last))
        raise Missing(hints) from None


def failure(check, hints):
    """Return the report of a check that couldn't begin, or didn't come to an end."""
    text = _("{call} can be called").format(call=check.signature)
    finding = Finding(text, False, tuple(filter(None, hints)), "not-judged")
    return in_one_language(lambda: Report(check.name, (finding.written(),)))
