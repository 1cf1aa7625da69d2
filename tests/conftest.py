"""What the tests of all rooms share."""

import re

import nbformat
import pytest
from hypothesis import settings
from nbclient import NotebookClient

from d2l_local import frameworks
from tools.book import ROOT

# A busy machine is no mistake; and what a test reads first may take a while.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# What `make test-fast` leaves out: a folder, a module, or a test in it. They start
# kernels and processes, train until something is learned, or run nbgrader.
SLOW = (
    "tests/benchmarks/test_bench_process.py",
    "tests/benchmarks/test_bench_worker.py",
    "tests/book/test_committed_translations.py::test_no_translation_has_a_defect_or_breaks_the_glossary",
    "tests/book/test_course.py",
    "tests/book/test_nbval.py",
    "tests/book/test_run_all.py",
    "tests/checks/test_check_author_corpora.py",
    "tests/checks/test_check_binding.py",
    "tests/checks/test_check_odd_results.py::test_no_check_blames_itself_whatever_comes_back",
    "tests/grading/test_book.py",
    "tests/grading/test_judged_frameworks.py",
    "tests/grading/test_judge.py",
    "tests/helper/dropin/test_dropin_classic.py",
    "tests/helper/dropin/test_dropin_install.py",
    "tests/helper/dropin/test_dropin_keras2.py",
    "tests/helper/dropin/test_dropin_keras2_calls.py",
    "tests/helper/dropin/test_dropin_tensorflow.py",
    "tests/helper/equality/test_exchange.py",
    "tests/helper/equality/test_planted.py",
    "tests/helper/equality/test_without_onednn.py",
    "tests/helper/frameworks/test_tensorflow_unrolling.py",
    "tests/helper/seq2seq/test_seq2seq.py",
    "tests/helper/test_corpus.py::test_a_hundred_megabytes_are_served_in_little_memory",
    "tests/helper/test_frameworks.py",
    "tests/helper/test_memory.py",
    "tests/helper/test_readme.py",
    "tests/helper/test_speak.py",
    "tests/helper/test_streams.py::test_a_model_is_trained_whatever_the_streams_are",
    "tests/helper/test_warnings.py",
    "tests/helper/training/test_good_state.py",
    "tests/helper/training/test_processes.py",
    "tests/helper/training/test_resume.py",
    "tests/tools/test_assignment.py",
    "tests/tools/test_catalogue_fuzz.py",
    "tests/tools/test_colab.py",
    "tests/tools/test_execute.py",
    "tests/tools/test_hostile_sources.py",
    "tests/tools/test_figures.py",
    "tests/tools/test_lab.py",
    "tests/tools/test_page.py",
    "tests/tools/test_run.py",
    "tests/tools/test_without_a_framework.py",
)


# Minutes in one process, as nbgrader grades one notebook after the other.
LONGEST = "tests/tools/test_assignment.py"


def pytest_collection_modifyitems(items):
    """Mark the slow tests, and put them first, so that no process waits at the end."""
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
    items.sort(key=lambda item: (LONGEST not in item.nodeid, not is_slow(item)))


def is_slow(item):
    return item.get_closest_marker("slow") is not None


# Tests import TensorFlow before the helper package, and PyTorch in the same process.
frameworks.load_triton()

# How an import of a framework that isn't installed ends, by the framework's own name or
# by the helper package's module.
LACKING = {name: frameworks.missing(name) for name in frameworks.NAMES}
LACKING = {k: v for k, v in LACKING.items() if not frameworks.is_installed(k)}


def pytest_report_header():
    """Say which tests are skipped, as their framework isn't there."""
    return [f"tests are skipped: {reason}" for reason in LACKING.values()]


def lacking(text):
    """The reason to skip, if an import of a missing framework ended in this text."""
    for name, reason in LACKING.items():
        modules = f"{name}|keras" if name == "tensorflow" else name
        if reason in text or re.search(rf"No module named '({modules})[.']", text):
            return reason
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """A module of tests that can't import a missing framework is skipped."""
    report = yield
    reason = lacking(str(report.longrepr)) if report.failed else None
    if reason:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 1, f"Skipped: {reason}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that can't import a missing framework is skipped."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    reason = lacking(str(error)) if isinstance(error, ImportError) else None
    if reason:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 1, f"Skipped: {reason}")
    return report


@pytest.fixture(scope="session")
def run_cells(tmp_path_factory):
    """A function that runs cells of code in a kernel and returns them with outputs.

    The kernel finds the helper package; an error ends the run unless it is allowed.
    """

    def run(codes, allow_errors=False):
        path = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
        codes = [f"{path}\n{codes[0]}", *codes[1:]]
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(code) for code in codes],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        resources = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
        options = {"timeout": 120, "allow_errors": allow_errors}
        client = NotebookClient(notebook, resources=resources, **options)
        return client.execute().cells

    return run
