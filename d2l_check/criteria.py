"""Running the criteria of a check and reporting on them."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from d2l_check.language import Message, _, in_one_language
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.report import CheckFailed, Finding, Report
from d2l_check.returned import changed_in_place, odd_result
from d2l_check.submission import Submission
from d2l_check.words import message

# From the third time that a check finds the same mistake, its concrete hint is shown.
PATIENCE = 3
_failures = Counter()


@dataclass(frozen=True)
class Criterion:
    """One thing that a check looks at.

    `text` says what should be true, and `test` raises Mistaken where it isn't. As long
    as one of the tests in `needs` isn't passed, the criterion is left open.
    """

    text: Message
    test: Callable[[], None]
    needs: tuple[Callable[[], None], ...] = ()


class Check:
    """A check of a function that was written for an exercise, or of several.

    A subclass has a `signature`, the call as the task writes it, such as
    ``'clip(grads, theta)'``, whose first word is the `name` of the check and of the
    function; and `criteria()`, the list of what is looked at, in order. `functions`
    names what is handed to the check, if that is more than the one function.
    """

    signature: str
    functions: tuple[str, ...]

    def __init_subclass__(cls):
        super().__init_subclass__()
        if "signature" in vars(cls):
            cls.name = cls.signature.partition("(")[0]
        if "functions" not in vars(cls) and "signature" in vars(cls):
            cls.functions = (cls.name,)

    def __init__(self, framework, function):
        self.framework = framework
        self.submission = Submission(framework, function, self.signature)

    @property
    def submissions(self):
        """All functions under test, as they are called."""
        return [self.submission]

    def criteria(self):
        raise NotImplementedError

    def arguments_unchanged(self):
        """Raise Mistaken if a function has changed what it was given."""
        for submission in self.submissions:
            if submission.changed:
                raise Mistaken(changed_in_place(submission))

    def report(self):
        """Test all criteria and return a Report.

        Raises CheckFailed under nbgrader if anything is wrong. nbgrader says that it
        runs a notebook by the environment variable NBGRADER_EXECUTION.
        """
        findings, passed = [], []
        for criterion in self.criteria():
            finding = self.finding(criterion, passed)
            findings.append(finding)
            if finding.passed:
                passed.append(criterion.test)
        report = in_one_language(partial(self.written, findings))
        remember(report)
        if not report.passed and os.environ.get("NBGRADER_EXECUTION"):
            raise CheckFailed(report)
        return report

    def written(self, findings):
        """Return the report on findings, its messages turned into strings."""
        notes = [submission.note() for submission in self.submissions]
        return Report(
            self.name,
            tuple(finding.written() for finding in findings),
            tuple(map(str, filter(None, notes))),
        )

    def finding(self, criterion, passed):
        """Return the finding of one criterion; `passed` holds the tests passed so far.

        The third time that it is the same mistake, its hints are more concrete.
        """
        if any(test not in passed for test in criterion.needs):
            return Finding(criterion.text, None)
        try:
            criterion.test()
        except Mistaken as error:
            mistake, evidence = error.mistake, error.evidence
        except Exception as error:
            mistake, evidence = self.unforeseen(error), ()
        else:
            return Finding(criterion.text, True)
        hints = mistake.general
        if _failures[self.name, mistake.key] >= PATIENCE - 1:
            hints = (*hints, *mistake.concrete, *(evidence or self.trace()))
        return Finding(criterion.text, False, tuple(filter(None, hints)), mistake.key)

    def unforeseen(self, error):
        """Return the mistake behind an exception that comes from the check's own code.

        Tests hold that a check deals with all that is right. So once a learner's
        function has been called, what it returned is what the check stumbles over.
        """
        called = [each for each in self.submissions if each.last]
        if not called:
            return check_broken(error)
        return odd_result(called[-1].name, called[-1].found)

    def trace(self):
        """Return the last call of a learner's function as a hint, if there was one."""
        called = [each for each in self.submissions if each.last]
        return called[-1].trace() if called else ()


def check_broken(error):
    """Return the mistake of a check that stumbles over what it was given."""
    return Mistake(
        "check-broken",
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
