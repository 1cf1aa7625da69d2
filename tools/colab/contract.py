"""The demands on a notebook on Colab, and the check that it meets them.

1. Its set-up cell, unchanged, adds exactly what is missing, and leaves every
   preinstalled version as it is.
2. All its cells run, with the helper package that has been installed, and show what
   they show in the committed notebook: figures as figures, tables as tables.
3. The set-up cell, run again, starts no program.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools import notebook as nb
from tools.book import Book, BookError, Framework
from tools.cache import Entry, entry_of
from tools.colab.environment import Environment, violations
from tools.colab.kernel import ColabClient, variables
from tools.colab.repository import Repository
from tools.execute import ExecutionError, run_client
from tools.imports import digest_of_use, package_digest
from tools.pictures import undescribed
from tools.progress import Progress

# Runs after the notebook, in its kernel.
PROBE = "import d2l_local\nprint(d2l_local.__file__)"

# In front of the set-up cell when it runs again.
GUARD = """\
import sys
def refuse(event, details):
    if event == "subprocess.Popen":
        raise RuntimeError(f"the second run of the set-up cell starts {details[1]}")
sys.addaudithook(refuse)
"""


@dataclass(frozen=True)
class Subject:
    """A committed notebook that runs on Colab; `name` is what messages call it."""

    path: Path
    framework: Framework
    name: str
    install: dict[str, str]  # what its set-up cell knows beside the book's own


@dataclass(frozen=True)
class Session:
    """An environment that a set-up cell has installed into, and its `freeze()`."""

    environment: Environment
    installed: dict[str, str]


@dataclass(frozen=True)
class Colab:
    """Everything that the check of a notebook needs beside it.

    `base` is the environment with what Colab has preinstalled, and `preinstalled`
    its `freeze()`; `scratch` is a folder on the same disk.
    """

    book: Book
    base: Environment
    preinstalled: dict[str, str]
    repository: Repository
    scratch: Path
    timeout: int
    sessions: dict[str, Session] = field(default_factory=dict)  # by set-up code

    @property
    def address(self) -> str:
        return f"https://github.com/{self.book.repository}"


def find(book: Book, frameworks: list[Framework]) -> list[Subject]:
    """Return the notebooks that run, in reading order; refuse a framework without any.

    Exercises are left out: they wait for the learner's code, and their solutions
    run the same cells filled in. So are translations, whose code cells are those of
    the English notebooks.
    """
    found = []
    for framework in frameworks:
        folder = book.notebooks / framework.folder
        paths = [p for p in sorted(folder.rglob("*.ipynb")) if _runs(p, folder, book)]
        if not paths:
            raise BookError(f"{book.relative(folder)} holds no notebook: `make build`")
        for path in paths:
            name = path.relative_to(folder).with_suffix("").as_posix()
            title = f"{framework.name}, {name}"
            found.append(
                Subject(path, framework, title, _install(path, framework, book))
            )
    return found


def _install(path: Path, framework: Framework, book: Book) -> dict[str, str]:
    if not _all_frameworks(path):
        return framework.install
    return {k: v for each in book.frameworks for k, v in each.install.items()}


def _all_frameworks(path: Path) -> bool:
    return bool(nb.read(path).metadata.get("d2l_local", {}).get("all_frameworks"))


def _runs(path: Path, folder: Path, book: Book) -> bool:
    parents = path.relative_to(folder).parent.parts
    if {"exercises", ".ipynb_checkpoints"} & set(parents):
        return False
    return book.fits(_all_frameworks(path))


def proof_entry(subject: Subject, prepared: NotebookNode, colab: Colab) -> Entry:
    """Return where the proof for a notebook is kept, named by all it depends on.

    Left out are the versions that pip adds, which nothing here decides.
    """
    code = [cell.source for cell in nb.code_cells(prepared)]
    key = {
        "notebook": subject.name,
        "code": code,
        "own packages": digest_of_use(colab.book.root, code),
        "packaging": colab.repository.packaging,
        "python": colab.base.version(),
        "preinstalled": sorted(colab.preinstalled.values()),
        "settings": [colab.address, colab.book.install, subject.install],
        "check": package_digest(Path(__file__).parent),
    }
    return entry_of(key, colab.book.build / "colab")


def changed_displays(stored: NotebookNode, run: NotebookNode) -> list[str]:
    """Return a message for each cell that shows another kind of output than stored.

    What is printed may differ on the reduced budget. Without stored outputs, as after
    a change of the code, nothing can be compared.
    """
    if not nb.has_outputs(stored):
        return []
    pairs = zip(nb.code_cells(stored), nb.code_cells(run), strict=True)
    return [
        f"code cell {number} should show {before}, but shows {after or 'nothing'}"
        for number, (old, new) in enumerate(pairs, 1)
        if (before := _shown(old)) != (after := _shown(new))
    ]


def _shown(cell: NotebookNode) -> list[str]:
    """Return the media types of each output that is displayed, not just printed."""
    outputs = [output for output in cell.outputs if "data" in output]
    return [" or ".join(sorted(undescribed(output).data)) for output in outputs]


def check(
    subject: Subject, prepared: NotebookNode, colab: Colab, progress: Progress
) -> None:
    """Run a prepared notebook as on a Colab machine; it gets its outputs.

    The machine is fresh for the first notebook with its set-up cell. The others follow
    on it, where their set-up has nothing left to do. Raises ExecutionError that names
    what breaks the contract.
    """
    set_up = nb.code_cells(prepared)[0].source
    session = colab.sessions.get(set_up) or fresh(colab)
    # pip, when it is interrupted with the kernel, may write there a moment longer.
    with tempfile.TemporaryDirectory(
        dir=colab.scratch, ignore_cleanup_errors=True
    ) as folder:
        trial = Trial(subject, colab, session, Path(folder))
        trial.run(prepared, progress)
        trial.set_up_again(set_up)
    colab.sessions[set_up] = Session(session.environment, session.environment.freeze())


def fresh(colab: Colab) -> Session:
    """Return a machine on which no notebook has run."""
    folder = Path(tempfile.mkdtemp(dir=colab.scratch))
    return Session(colab.base.copy(folder / "environment"), colab.preinstalled)


@dataclass(frozen=True)
class Trial:
    """One notebook on a machine on which it may install."""

    subject: Subject
    colab: Colab
    session: Session
    folder: Path

    @property
    def environment(self) -> Environment:
        return self.session.environment

    def run(self, notebook: NotebookNode, progress: Progress) -> None:
        wanted = self.wanted()  # known before the set-up cell runs
        content = self.folder / "content"
        content.mkdir()
        notebook.cells.append(new_code_cell(PROBE))
        client = ColabClient(
            notebook,
            progress,
            self.environment,
            installed=lambda: self.compare(wanted),
            timeout=self.colab.timeout,
            resources={"metadata": {"path": str(content)}},
        )
        stand_in = self.colab.repository.stand_in(self.colab.address)
        run_client(client, variables(str(self.folder / "ipython"), stand_in))
        self.check_helper(notebook.cells.pop())
        self.refuse(changed_displays(nb.read(self.subject.path), notebook))
        self.compare(wanted)

    def wanted(self) -> list[str]:
        """Return what the set-up cell is to install: what's missing of all it knows."""
        address = f"git+{self.colab.address}@{self.colab.repository.commit}"
        needed = {
            "d2l_local": f"d2l-local @ {address}",
            **self.colab.book.install,
            **self.subject.install,
        }
        return [needed[name] for name in self.environment.missing(list(needed))]

    def compare(self, wanted: list[str]) -> None:
        after = self.environment.freeze()
        self.refuse(violations(self.session.installed, after, wanted))

    def check_helper(self, probe: NotebookNode) -> None:
        place = Path(probe.outputs[0].text.strip())
        if not place.is_relative_to(self.environment.root):
            self.refuse([f"the notebook ran with {place}, not with what it installed"])

    def set_up_again(self, code: str) -> None:
        """Run the set-up cell once more, then import what every notebook needs."""
        modules = ["d2l_local", *self.colab.book.install]
        imports = f"import {', '.join(modules)}"
        done = self.environment.run("-c", f"{GUARD}{code}\n{imports}", cwd=self.folder)
        if done.returncode:
            self.refuse([f"after the set-up:\n{done.stderr.strip()}"])

    def refuse(self, problems: list[str]) -> None:
        if problems:
            raise ExecutionError("\n".join([f"{self.subject.name}:", *problems]))
