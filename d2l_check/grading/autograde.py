"""Steps for nbgrader's `autograde`, by which grades come from the judge.

In `nbgrader_config.py`:

    from d2l_check.grading import autograde
    autograde.configure(c)
"""

import contextlib
import os
import tempfile
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from traitlets import Integer

from d2l_check.grading.guard import unchanged
from d2l_check.grading.judge import LIMIT, judge
from d2l_check.grading.original import NotebookError, fitting, mark, original, read
from d2l_check.grading.remote import stand_in

MOST_PRINTED = 4_000_000  # characters of a cell; a large figure has half of that
STOPPED = DeadKernelError, UnresponsiveKernelError, TimeoutError
OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data")


def configure(config):
    """Let `nbgrader autograde` ask the judge; `config` is that of nbgrader."""
    config.Autograde.sanitize_preprocessors = [
        ClearOutput,
        Restore,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    config.Autograde.autograde_preprocessors = [
        Judge,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.Autograde.pre_convert_hook = readable


def readable(assignment, student, notebooks):
    """Name the files of a student that aren't notebooks, before nbgrader fails."""
    for path in notebooks:
        try:
            read(path)
        except NotebookError as error:
            print(f"\n{student} can't be graded. {error}\n")


def source_of(preprocessor, resources):
    """Return the path of the notebook from which an assignment was made."""
    course = preprocessor.parent.parent.coursedir
    folder = course.format_path(
        course.source_directory, ".", resources["nbgrader"]["assignment"]
    )
    return Path(folder) / f"{resources['nbgrader']['notebook']}.ipynb"


class Restore(NbGraderPreprocessor):
    """Makes nbgrader's marks what they were handed out as, and puts test cells back.

    A student can change, copy and delete marks and cells, by accident or not.
    """

    def preprocess(self, nb, resources):
        path = source_of(self, resources)
        whose = f"the notebook of {resources['nbgrader']['student']}"
        try:
            fitting(original(path), nb, whose)
        except NotebookError as error:
            self.log.warning("%s", error)
        handed_out = read(path).cells
        marked = {mark(c)["grade_id"]: c for c in handed_out if mark(c).get("grade_id")}
        found = set()
        for cell in reversed(nb.cells):  # of copies, the last one counts
            name = mark(cell).get("grade_id")
            cell.metadata.pop("nbgrader", None)
            if name in marked and name not in found:
                cell.metadata["nbgrader"] = mark(marked[name]).copy()
                found.add(name)
        here = [mark(cell).get("grade_id") for cell in nb.cells]
        before = 0
        for name, cell in marked.items():
            found = mark(cell)
            if name not in here and found.get("grade") and not found.get("solution"):
                self.log.warning("Cell '%s' was missing, and is put back", name)
                again = new_code_cell(cell.source, metadata={"nbgrader": found.copy()})
                nb.cells.insert(before, again)
                here.insert(before, name)
            if name in here:
                before = here.index(name) + 1
        return nb, resources


class Judge(Execute):
    """Runs a notebook, and lets the judge say what its checks are worth.

    The notebook runs as nbgrader runs it, in a kernel whose checks do nothing. What
    happens there is shown and doesn't count: verdicts come from `judge`, and are
    written into the cells afterwards.
    """

    seconds = Integer(
        LIMIT, help="How long a check may take, with all that its function needs."
    ).tag(config=True)

    def preprocess(self, nb, resources, *arguments, **named):
        try:
            known = original(source_of(self, resources))
        except NotebookError as error:
            self.log.warning("%s. The notebook itself says what its cells are", error)
            return super().preprocess(nb, resources, *arguments, **named)
        folder, self.printed = resources["metadata"]["path"] or ".", {}
        with unchanged(f"the notebook of {resources['nbgrader']['student']}"):
            with self.checks_that_do_nothing():
                try:
                    super().preprocess(nb, resources, *arguments, **named)
                except STOPPED as error:
                    self.log.warning("The notebook didn't run to its end: %s", error)
                    stopped_in(nb, error)
            verdicts = judge(known, nb, folder, self.seconds)
        by_id = {verdict.test.id: verdict for verdict in verdicts}
        for cell in nb.cells:
            verdict = by_id.get(mark(cell).get("grade_id"))
            if verdict is not None:
                kept = cell.outputs if verdict.test.others else []
                cell.outputs = [*kept, output(verdict)]
        return nb, resources

    @contextlib.contextmanager
    def checks_that_do_nothing(self):
        """Let kernels find the stand-in in the place of `d2l_check`."""
        with tempfile.TemporaryDirectory(prefix="d2l-grading-") as self.standin:
            stand_in(self.standin)
            yield

    def process_message(self, msg, cell, cell_index):
        """Take up an output of the kernel, unless the cell has printed far too much."""
        if msg["msg_type"] in OUTPUTS:
            size = self.printed.get(cell_index, 0) + len(str(msg["content"]))
            self.printed[cell_index] = size
            if size > MOST_PRINTED:
                return None
        return super().process_message(msg, cell, cell_index)

    async def async_start_new_kernel(self, **kwargs):
        """Start a kernel that finds no checks but those of the stand-in."""
        environment = {**os.environ, **kwargs.pop("env", {})}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        paths = self.standin, environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        await super().async_start_new_kernel(env=environment, **kwargs)


def stopped_in(nb, error):
    """Show what ended the kernel in the cell that it was running."""
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.source and cell.execution_count is None:
            name, text = type(error).__name__, str(error).strip()[:1000]
            lines = [f"{name}: {text}", "The cells below weren't run."]
            cell.outputs.append(
                new_output("error", ename=name, evalue=text, traceback=lines)
            )
            return


def output(verdict):
    """Return the output of a cell that nbgrader gives the right points for."""
    if verdict.passed:
        return new_output("stream", name="stdout", text=f"{verdict.text}\n")
    lines = verdict.text.splitlines()
    return new_output("error", ename="CheckFailed", evalue=lines[-1], traceback=lines)
