"""The files of the book's own packages that some code depends on.

A change of a check, or of what only another framework imports, isn't to throw away
what was executed without it. Imports are read, not run, and wherever they may stand:
what a function imports when it is called counts as well.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

# Each package, and what its modules read beside one another's code.
PACKAGES = {
    "d2l_local": ("data/*.txt", "data/*.tsv"),
    "d2l_check": ("locale/*/LC_MESSAGES/*.mo",),
}
# These modules can import anything of their package, but do so only for code that
# names what they offer.
HELPER = "d2l_local"
ON_DEMAND = ("d2l_local.dropin", "d2l_local.speak")
NAMED = re.compile(r"\b(install_as_d2l|load_ext|dropin|speak|speak_everywhere)\b")


def digest_of_use(root: Path, codes: Iterable[str]) -> str:
    """Return a digest of the files below `root` that these notebook cells use."""
    return digest(files_used(root, codes), root)


def package_digest(package: Path) -> str:
    """Return a digest of a whole package: its code, and its data in PACKAGES."""
    return digest(_whole(package), package)


def digest(files: Iterable[Path], root: Path) -> str:
    """Return a digest of files: their contents, and their names from `root`."""
    found = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def files_used(root: Path, codes: Iterable[str]) -> set[Path]:
    """Return the files of PACKAGES below `root` that these notebook cells depend on.

    Everything counts where imports can't be read off the code: a name is computed, or
    the code has a syntax error.
    """
    codes = list(codes)
    everything = {path for name in PACKAGES for path in _whole(root / name)}
    named = any(NAMED.search(code) for code in codes)
    done = set(_whole(root / HELPER)) if named else set()
    try:
        plain = [TransformerManager().transform_cell(code) for code in codes]
        waiting = {name for code in plain for name in _imported(code, "")}
        while waiting:
            name = waiting.pop()
            path = _file(root, name)
            if path is None or path in done:
                continue
            done.add(path)
            if name not in ON_DEMAND:
                package = name if path.stem == "__init__" else name.rpartition(".")[0]
                waiting |= _imported(path.read_text(encoding="utf-8"), package)
    except (SyntaxError, _Computed):
        return everything
    used = {path.relative_to(root).parts[0] for path in done}
    return done | {path for name in used for path in _data(root / name)}


class _Computed(Exception):
    """Code imports a module whose name is known only when it runs."""


@cache  # many notebooks import the same modules
def _imported(code: str, package: str) -> frozenset[str]:
    """Return the names of modules, and of what may be one, that code imports."""
    return frozenset(_names(ast.parse(code), package))


def _names(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            module = resolve_name(start, package)
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call) and _calls_import_module(node):
            if not (node.args and isinstance(node.args[0], ast.Constant)):
                raise _Computed
            names = [resolve_name(node.args[0].value, package)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _calls_import_module(node: ast.Call) -> bool:
    return ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__")


def _file(root: Path, name: str) -> Path | None:
    """Return the file of a module of PACKAGES, or None for anything else."""
    if name.partition(".")[0] not in PACKAGES:
        return None
    place = root.joinpath(*name.split("."))
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _whole(package: Path) -> Iterator[Path]:
    yield from package.rglob("*.py")
    yield from _data(package)


def _data(package: Path) -> Iterator[Path]:
    for pattern in PACKAGES.get(package.name, ()):
        yield from package.glob(pattern)
