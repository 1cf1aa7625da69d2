"""The book's address online: where files name it, and how it's replaced.

`source/book.toml` says it, and the build puts it into the notebooks. Other files, such
as README.md and CITATION.cff, may name it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.book import Book
from tools.files import read_plain

# Where people write: the root of the book, and these folders with all below them.
FOLDERS = ("source", "translations", "d2l_local", "d2l_check", ".github")
ENDINGS = ("", ".cff", ".md", ".po", ".py", ".toml", ".txt", ".yaml", ".yml")
NAME = r"[\w-](?:[\w.-]*[\w-])?"  # of an owner or a repository
# What leads to the book or to a copy of it; other repositories are linked by their
# plain addresses.
ADDRESS = re.compile(
    rf"""
    (?: colab\.research\.google\.com/github/
      | mybinder\.org/v2/gh/
      | raw\.githubusercontent\.com/
      | git\+https://github\.com/
      | github\.com/ (?= {NAME}/{NAME}/(?:blob|tree)/[\w.-]+/(?:notebooks|source)\b )
      | github\.com/ (?= {NAME}/(?P<name>{NAME}) )
    )
    (?P<repository>{NAME}/{NAME})
    (?: /(?:blob|tree|raw|edit)/ (?P<branch>[\w.-]+) )?
    """,
    re.VERBOSE,
)


def hand_written(book: Book) -> Iterator[Path]:
    """Yield the files of the book that people write."""
    patterns = ["*", *(f"{folder}/**/*" for folder in FOLDERS)]
    for pattern in patterns:
        for path in sorted(book.root.glob(pattern)):
            if path.is_file() and path.suffix in ENDINGS:
                yield path


def other_addresses(book: Book) -> list[str]:
    """Return a message for each address that leads to another copy of the book."""
    problems = []
    for path in hand_written(book):
        text = read_plain(path, book.relative(path))
        for match in ADDRESS.finditer(text):
            if not _leads_elsewhere(match, book):
                continue
            line = text.count("\n", 0, match.start()) + 1
            problems.append(
                f"{book.relative(path)}:{line}: {match[0]} isn't the book's address, "
                f"{book.repository} with the branch {book.branch}; correct it, or set "
                "another one by `make address REPOSITORY=owner/name`"
            )
    return problems


def _leads_elsewhere(match: re.Match, book: Book) -> bool:
    name, repository = (
        (match[group] or "").removesuffix(".git") for group in ("name", "repository")
    )
    if name and name != book.repository.split("/")[1]:
        return False  # somebody else's repository
    branch = match["branch"] or book.branch
    return (repository, branch) != (book.repository, book.branch)


def readdress(text: str, old: Book, repository: str, branch: str) -> str:
    """Return a text with the address of the `old` book replaced by another one."""
    name = rf"(?<![\w.-]){re.escape(old.repository)}(?![\w-]|\.(?!git\b)\w)"
    of_branch = rf"({name}/(?:blob|tree|raw|edit)/){re.escape(old.branch)}(?![\w.-])"
    text = re.sub(of_branch, rf"\g<1>{branch}", text)
    return re.sub(name, repository, text)
