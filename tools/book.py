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
from tools.errors import BookError
from tools.files import read_text
from tools.settings import SETTINGS, Table

ROOT = Path(__file__).resolve().parent.parent
WORD, WORD_REMEDY = r"[a-z][a-z0-9]*", "one lower-case word"
LOCALE = r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?"
CHAPTER_NAME = re.compile(r"(\d\d-[a-z0-9]+|[a-z][a-z0-9]*)(-[a-z0-9]+)*")


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
        for path in paths:
            if path.is_dir() and path.suffix:
                raise BookError(
                    f"{self.relative(path)} is a folder: a folder of parts has no "
                    f"ending; rename it to {path.stem}"
                )
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
    """Read `source/book.toml`; raise BookError naming line, value and remedy."""
    path = root / "source" / "book.toml"
    if not path.is_file():
        raise BookError(f"{path} is missing: {root} is not the book's root")
    text = read_text(path, SETTINGS)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"{SETTINGS}: not valid TOML: {error}") from error
    return _book(root, Table(content, "", text))


def _book(root: Path, settings: Table) -> Book:
    settings.allow(
        *("title", "repository", "branch", "flagship", "kernelspec", "install"),
        *("frameworks", "languages"),
    )
    book = Book(
        root=root,
        title=settings.text("title"),
        repository=settings.text("repository", r"[\w.-]+/[\w.-]+", "'owner/name'"),
        branch=settings.text("branch", r"[\w.-]+", "one word, such as 'main'"),
        flagship=settings.text("flagship"),
        kernelspec=_kernelspec(settings.table("kernelspec")),
        install=settings.table("install", {}).texts(),
        frameworks=tuple(map(_framework, settings.tables("frameworks"))),
        languages=tuple(map(_language, settings.tables("languages", []))),
    )
    if not book.frameworks:
        raise settings.error("frameworks", [], "at least one [[frameworks]]")
    named = [("frameworks", f) for f in book.frameworks]
    named += [("languages", f) for f in book.languages]
    for number, (kind, item) in enumerate(named):
        if any(item.key == other.key for _, other in named[:number]):
            raise BookError(f"{SETTINGS}: [[{kind}]]: key = {item.key!r} stands twice")
    return book


def _kernelspec(entry: Table) -> dict[str, str]:
    """Return what nbformat demands of a kernelspec."""
    keys = ("name", "display_name", "language")
    entry.allow(*keys)
    return {key: entry.text(key) for key in keys}


def _framework(entry: Table) -> Framework:
    entry.allow("key", "name", "folder", "module", "packages", "install")
    key = entry.text("key", WORD, WORD_REMEDY)
    return Framework(
        key=key,
        name=entry.text("name"),
        folder=entry.text("folder", WORD, WORD_REMEDY),
        module=entry.text("module", r"[\w.]+", "what Python imports", default=key),
        packages=entry.list("packages"),
        install=entry.table("install", {}).texts(),
    )


def _language(entry: Table) -> Language:
    entry.allow("key", "name", "translated")
    key = entry.text("key", LOCALE, "a language's code, such as 'ko' or 'pt_BR'")
    return Language(key, entry.text("name"), entry.list("translated", ()))
