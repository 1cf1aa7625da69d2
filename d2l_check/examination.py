"""Running the criteria of a check and reporting on them."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.report import CheckFailed, Finding, Report
from d2l_check.words import message

# From the third time that a check finds the same mistake, its concrete hint is shown.
PATIENCE = 3
_failures = Counter()


@dataclass(frozen=True)
class Criterion:
    """One thing that a check looks at.

    `text` says what should be true, and `test` raises Mistake where it isn't. As long
    as one of the tests in `needs` isn't passed, the criterion is left open.
    """

    text: str
    test: Callable[[], None]
    needs: tuple[Callable[[], None], ...] = ()


class Check:
    """A check of some functions of a learner.

    A subclass has a `name`, `learners`, the functions under test, and `criteria()`, the
    list of what is looked at, in order.
    """

    name: str

    def __init__(self, framework, *learners):
        self.framework, self.learners = framework, learners

    def criteria(self):
        raise NotImplementedError

    def report(self):
        """Test all criteria; returns a Report.

        Raises CheckFailed under nbgrader if anything is wrong. nbgrader says that it
        runs a notebook by the environment variable NBGRADER_EXECUTION.
        """
        findings, passed = [], []
        for criterion in self.criteria():
            finding = self.finding(criterion, passed)
            findings.append(finding)
            if finding.passed:
                passed.append(criterion.test)
        notes = filter(None, [learner.note() for learner in self.learners])
        report = Report(self.name, tuple(findings), tuple(notes))
        remember(report)
        if not report.passed and os.environ.get("NBGRADER_EXECUTION"):
            raise CheckFailed(report)
        return report

    def finding(self, criterion, passed):
        """The finding of one criterion; `passed` holds the tests that passed before."""
        if any(test not in passed for test in criterion.needs):
            return Finding(criterion.text, None)
        try:
            criterion.test()
        except Mistake as mistake:
            insist = _failures[self.name, mistake.key] >= PATIENCE - 1
            hints = mistake.hints(insist)
            return Finding(criterion.text, False, hints, mistake.key)
        except Exception as error:
            return Finding(criterion.text, False, broken(error), "check-broken")
        return Finding(criterion.text, True)


def broken(error):
    """Hints for what no check should do: stumble over what it was given."""
    return (
        _("The check itself stopped here, with {type}: {message}").format(
            type=type(error).__name__, message=message(error)
        ),
        _("It can't say whether your work is right. Please report it to the authors."),
    )


def remember(report):
    """Count how often each mistake came back; a check that is passed forgets them."""
    if report.passed:
        for seen in [seen for seen in _failures if seen[0] == report.check]:
            del _failures[seen]
    _failures.update((report.check, mistake) for mistake in set(report.mistakes))
