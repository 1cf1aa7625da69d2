"""Finished executions, kept below build/cache/ under a digest of what they ran.

Why not jupyter-cache: it finds a notebook by its code cells and kernel name alone,
so that helper package, versions, budget and text would each need a cache folder of
their own, keyed by a digest as here; what is then left of it is one look-up in an
SQL database, which costs more dependencies (SQLAlchemy among them) than the lines
below. A folder holds `key.json`, which says in plain words what was run, and the
notebook.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nbformat import NotebookNode

from tools import notebook as nb
from tools.book import Book, Framework
from tools.files import write_text
from tools.imports import digest_of_use

COMMON_PACKAGES = ("numpy", "matplotlib", "ipykernel")


@dataclass(frozen=True)
class Entry:
    """One execution: what it depends on, and where its notebook is kept."""

    key: dict
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "notebook.ipynb"

    def load(self) -> NotebookNode | None:
        """Return the executed notebook, or None if there is none yet."""
        return nb.stored(self.path)

    def store(self, notebook: NotebookNode) -> None:
        text = json.dumps(self.key, indent=1, ensure_ascii=False)
        write_text(self.folder / "key.json", text + "\n")
        nb.write(self.path, notebook)  # last: its presence makes the entry whole


def entry(
    book: Book,
    framework: Framework,
    notebook: NotebookNode,
    mode: str,
    text: str,
) -> Entry:
    """Return the entry for running `notebook` (fast replacements already made).

    mode is 'full' or 'fast'; text names what is trained on: 'embedded', or
    'book' with the digest of the file.
    """
    code = [cell.source for cell in nb.own_cells(notebook)]
    key = {
        "framework": framework.key,
        "mode": mode,
        "text": text,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": versions(framework),
        "own packages": digest_of_use(book.root, code),
        "code": code,
    }
    return entry_of(key, book.build / "cache")


def entry_of(key: dict, folder: Path) -> Entry:
    """Return the entry for what `key` describes, below `folder`."""
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return Entry(key, folder / digest[:16])


def versions(framework: Framework) -> dict[str, str]:
    """Return the installed versions of what a notebook computes with."""
    found = {}
    for package in (*COMMON_PACKAGES, *framework.packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # such as tensorflow where tensorflow-cpu is installed
    return found
