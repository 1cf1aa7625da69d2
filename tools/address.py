"""Set the address of the book's repository everywhere: `make address`.

    python -m tools.address owner/name
    python -m tools.address owner/name --branch trunk

writes it into source/book.toml and every other file that names the old one, and builds
the notebooks with it. They keep their outputs, as no cell computes anything else.

Exit codes: 0 fine, 1 another address is left, 2 wrong source or arguments.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

from tools import build, command
from tools import notebook as nb
from tools.addresses import hand_written, other_addresses, readdress
from tools.book import Book, BookError, load
from tools.files import read_plain, write_text

SETTING = r'^{name}\s*=\s*"[^"\n]*"'


def set_address(root: Path, repository: str, branch: str | None) -> list[str]:
    """Give the book below `root` another address; return what is wrong afterwards.

    Raises BookError for a name that GitHub doesn't allow.
    """
    old = load(root)
    branch = branch or old.branch
    if not re.fullmatch(r"[\w-]+/[\w.-]+", repository):
        raise BookError(f"the repository {repository!r} must be 'owner/name'")
    if not re.fullmatch(r"[\w.-]+", branch):
        raise BookError(f"the branch {branch!r} must be one word, such as main")
    _set_up_cells(old, replace(old, repository=repository, branch=branch))
    for path in hand_written(old):
        text = read_plain(path, old.relative(path))
        new = readdress(text, old, repository, branch)
        if path == root / "source" / "book.toml":
            for name, value in (("repository", repository), ("branch", branch)):
                setting = SETTING.format(name=name)
                new = re.sub(setting, f'{name} = "{value}"', new, flags=re.MULTILINE)
        if new != text:
            write_text(path, new)
            print(f"written    {old.relative(path)}")
    book = load(root)
    return build.write(book) + other_addresses(book)


def _set_up_cells(old: Book, new: Book) -> None:
    """Put the new set-up code into the notebooks that hold outputs.

    A build drops outputs once a code cell has changed, and only this change is known
    to have no influence on them.
    """
    for before, after in zip(
        build.build_all(old, languages=()),
        build.build_all(new, languages=()),
        strict=True,
    ):
        stored = None if before.unreadable else nb.stored(before.path)
        if stored is not None and nb.same_code(stored, before.notebook):
            cells = zip(
                nb.code_cells(stored), nb.code_cells(after.notebook), strict=True
            )
            for cell, changed in cells:
                cell.source = changed.source
            nb.write(before.path, stored)


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.address", __doc__)
    parser.add_argument("repository", help="owner/name on GitHub")
    parser.add_argument("--branch", help="default: as it is")
    options = parser.parse_args(arguments)
    return command.exit_code(
        lambda: set_address(options.root, options.repository, options.branch)
    )


if __name__ == "__main__":
    sys.exit(main())
