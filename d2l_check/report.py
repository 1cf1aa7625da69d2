"""What a check has found, and how it is shown."""

import sys
from dataclasses import dataclass, field, replace

from d2l_check.language import _

SIGNS = {True: "✓", False: "✗", None: "○"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `passed` is True or False, or None for what couldn't be looked at, because
    something before it is wrong. A failed finding has `hints`, the most general one
    first, and `mistake`, a name for the kind of mistake that stays the same in every
    language.
    """

    text: str
    passed: bool | None
    hints: tuple[str, ...] = ()
    mistake: str | None = None

    def lines(self):
        """Return the finding as lines of plain text, its hints indented below it.

        A hint may have several lines, as a table has.
        """
        hints = [f"  → {h}".replace("\n", "\n    ") for h in self.hints]
        return [f"{SIGNS[self.passed]} {self.text}", *hints]

    def written(self):
        """Return the finding with its messages turned into strings."""
        return replace(self, text=str(self.text), hints=tuple(map(str, self.hints)))


@dataclass(frozen=True, repr=False)
class Report:
    """The findings of one check, in order, and `notes` that don't count.

    The text of a correct solution holds no measured number, so that it is the same on
    every machine.
    """

    check: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    summary: str = field(init=False)

    def __post_init__(self):
        # Now and not when it is shown, so that a report speaks one language.
        object.__setattr__(self, "summary", str(summary(self.findings)))

    @property
    def passed(self):
        """True if everything is right."""
        return all(finding.passed for finding in self.findings)

    @property
    def mistakes(self):
        """The names of the mistakes that were found, in order."""
        return [f.mistake for f in self.findings if f.passed is False]

    def __repr__(self):
        lines = [line for finding in self.findings for line in finding.lines()]
        return "\n".join([*lines, *(f"· {note}" for note in self.notes), self.summary])

    def _ipython_display_(self):
        """Show the text as printed output.

        As the value of a cell it would be taken by nbgrader for an attempt at giving
        partial credit, with a warning in the grader's log.
        """
        # At once: a kernel may send what is written in two pieces as two outputs.
        sys.stdout.write(f"{self!r}\n")


def summary(findings):
    """Return the last line of a report: how many findings are right."""
    right = sum(finding.passed is True for finding in findings)
    waiting = sum(finding.passed is None for finding in findings)
    if right == len(findings):
        return _("all {total} correct").format(total=len(findings))
    if waiting:
        return _("{right} of {total} correct, {waiting} not checked yet").format(
            right=right, total=len(findings), waiting=waiting
        )
    return _("{right} of {total} correct").format(right=right, total=len(findings))


class CheckFailed(Exception):
    """A failed check, where an exception is what counts: under nbgrader.

    Its text is the report, and so is what a notebook shows of it.
    """

    def __init__(self, report):
        super().__init__(repr(report))
        self.report = report

    def _render_traceback_(self):
        """Return the lines that IPython shows in place of a traceback."""
        return str(self).splitlines()
