"""The book: its settings (`source/book.toml`), folders and chapters.

Everything that depends on where the book lies hangs on a `Book`, so that tests
can build a small one in a temporary folder.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from d2l_local import frameworks as helper

ROOT = Path(__file__).resolve().parent.parent
CHAPTER_NAME = re.compile(r"(\d\d-[a-z0-9]+|[a-z][a-z0-9]*)(-[a-z0-9]+)*")


class BookError(Exception):
    """The book's source is wrong; the message names place, value and remedy."""


@dataclass(frozen=True)
class Framework:
    """One deep-learning framework in which every chapter exists.

    `module` is what `import` calls it, which the helper package does, too.
    """

    key: str
    name: str
    folder: str
    module: str
    packages: tuple[str, ...]
    install: dict[str, str]

    @property
    def is_installed(self) -> bool:
        return helper.is_installed(self.module)


@dataclass(frozen=True)
class Language:
    """One language into which the book is translated; `name` is its own name.

    `translated` are the chapters whose translation is complete and must stay so.
    """

    key: str
    name: str
    translated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """Settings of one book, and the places of its files below `root`."""

    root: Path
    title: str
    repository: str
    branch: str
    flagship: str
    kernelspec: dict[str, str]
    install: dict[str, str]
    frameworks: tuple[Framework, ...]
    languages: tuple[Language, ...]

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def translations(self) -> Path:
        return self.root / "translations"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(framework.key for framework in self.frameworks)

    def framework(self, key: str) -> Framework:
        """Look a framework up by its key, or by what Python imports, as in 'torch'.

        Raises BookError if there is none.
        """
        for framework in self.frameworks:
            if key in (framework.key, framework.module):
                return framework
        raise BookError(
            f"there is no framework {key!r}; choose from {', '.join(self.keys)}"
        )

    def notebook(self, framework: Framework, stem: str) -> Path:
        return self.notebooks / framework.folder / f"{stem}.ipynb"

    def relative(self, path: Path) -> str:
        """Return a path as messages show it: from the root, with slashes."""
        return path.relative_to(self.root).as_posix()

    def address(self, path: Path) -> str:
        """Return the address at which a file of the book is read online."""
        return (
            f"https://github.com/{self.repository}/blob/{self.branch}/"
            f"{self.relative(path)}"
        )

    def chapter_paths(self) -> list[Path]:
        """Return the chapters' sources in reading order; refuse a stray name."""
        return self._sources(self.source)

    def exercise_paths(self) -> list[Path]:
        """Return the sources of the exercises, each named as its chapter."""
        return self._sources(self.source / "exercises")

    def _sources(self, folder: Path) -> list[Path]:
        """Return files, and folders that hold a source in parts, by their names."""
        parts = {p.parent for p in folder.glob("*/*.md")} - {self.source / "exercises"}
        paths = sorted([*folder.glob("*.md"), *parts], key=lambda path: path.stem)
        for path, following in zip(paths, [*paths[1:], None], strict=True):
            if not CHAPTER_NAME.fullmatch(path.stem):
                raise BookError(
                    f"{self.relative(path)}: a chapter is named NN-name.md "
                    "(two digits, then lower-case words joined by hyphens), and a "
                    "page beside the chapters name.md; a folder of parts has no ending"
                )
            if following and following.stem == path.stem:
                raise BookError(
                    f"{self.relative(path)} and {self.relative(following)} are the "
                    "same chapter: keep the file or the folder"
                )
        return paths

    def select(self, frameworks: list[str] | None) -> list[Framework]:
        """Return the named frameworks in reading order, or all of them."""
        named = {self.framework(key).key for key in frameworks or ()}
        return [f for f in self.frameworks if not named or f.key in named]

    @property
    def lacking(self) -> list[Framework]:
        """Frameworks that aren't installed here, in reading order."""
        return [f for f in self.frameworks if not f.is_installed]

    def select_installed(self, frameworks: list[str] | None) -> list[Framework]:
        """Return the named frameworks in reading order, or all that are installed.

        Prints a line for each that is left out. Raises BookError if one that isn't
        installed was named, or if none is installed.
        """
        chosen = self.select(frameworks)
        found = [f for f in chosen if f.is_installed]
        reasons = [helper.missing(f.module) for f in chosen if f not in found]
        if not found or (frameworks and reasons):
            raise BookError("; ".join(reasons))
        for reason in reasons:
            print(f"left out: {reason}", flush=True)
        return found

    def fits(self, all_frameworks: bool) -> bool:
        """Return False for a page that runs all frameworks, where one is missing."""
        return not (all_frameworks and self.lacking)


def load(root: Path = ROOT) -> Book:
    """Read `source/book.toml`; raise BookError naming what is missing in it."""
    path = root / "source" / "book.toml"
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BookError(f"{path} is missing: {root} is not the book's root") from error
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"{path}: not valid TOML: {error}") from error
    try:
        return _book(root, settings)
    except KeyError as error:
        raise BookError(f"{path}: the setting {error} is missing") from error


def _book(root: Path, settings: dict) -> Book:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", settings["repository"]):
        raise BookError(
            f"book.toml: repository = {settings['repository']!r} must be 'owner/name'"
        )
    return Book(
        root=root,
        title=settings["title"],
        repository=settings["repository"],
        branch=settings["branch"],
        flagship=settings["flagship"],
        kernelspec=dict(settings["kernelspec"]),
        install=dict(settings.get("install", {})),
        frameworks=tuple(_framework(entry) for entry in settings["frameworks"]),
        languages=tuple(
            Language(entry["key"], entry["name"], tuple(entry.get("translated", ())))
            for entry in settings.get("languages", [])
        ),
    )


def _framework(entry: dict) -> Framework:
    return Framework(
        key=entry["key"],
        name=entry["name"],
        folder=entry["folder"],
        module=entry.get("module", entry["key"]),
        packages=tuple(entry["packages"]),
        install=dict(entry.get("install", {})),
    )
