"""Ask every external link of the book whether it leads somewhere: `make links`.

    python -m tools.links                 all of them
    python -m tools.links --timeout 60    seconds to wait for an answer

Links within the book are tested without a network. Those into the book's own
repository online are left out: `python -m tools.build --check` holds them to its
address. A server that refuses programs, or is down at the moment, says nothing about
a link: that is only mentioned.

Exit codes: 0 fine, 1 a link is dead or nothing could be reached, 2 wrong source.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from tools import command
from tools.book import Book, load
from tools.command import Failure
from tools.files import read_plain
from tools.myst import PARSER

PAGES = ("*.md", "d2l_local/**/*.md", "benchmarks/*.md", "source/**/*.md")
AGENT = "Mozilla/5.0 (compatible; link check of a textbook)"
TIMEOUT = 30.0  # seconds
AT_A_TIME = 8
GONE = (404, 410)


@dataclass(frozen=True)
class Answer:
    """What came of a link: dead, or only of no use today; both empty if it's fine."""

    dead: str = ""
    unclear: str = ""


def external_links(book: Book) -> dict[str, str]:
    """Return the addresses that the book's pages and sources link, each with the first
    place that links it."""
    found: dict[str, str] = {}
    paths = sorted({path for pattern in PAGES for path in book.root.glob(pattern)})
    for path in paths:
        name = book.relative(path)
        for address, line in _addresses(path, name):
            if book.repository not in address:
                found.setdefault(address.partition("#")[0], f"{name}:{line}")
    return found


def _addresses(path: Path, name: str) -> Iterator[tuple[str, int]]:
    """Yield the addresses on the web in a text, each with its line."""
    for token in PARSER.parse(read_plain(path, name)):
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            address = child.attrs.get("href") or child.attrs.get("src") or ""
            if address.startswith(("https://", "http://")):
                yield address, line


def ask(address: str, timeout: float = TIMEOUT) -> Answer:
    """Ask for a page, without reading it."""
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            return Answer()
    except urllib.error.HTTPError as error:
        answer = f"{error.code} {error.reason}"
        return Answer(dead=answer) if error.code in GONE else Answer(unclear=answer)
    except (OSError, HTTPException, ValueError) as error:
        # A name that no server has is dead only if others are found: see `check`.
        return Answer(unclear=str(getattr(error, "reason", error)))


def check(book: Book, timeout: float = TIMEOUT) -> list[str]:
    """Return a message for each dead link, with its place; print what is unclear.

    Raises Failure if no server could be reached at all.
    """
    links = external_links(book)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = dict(
            zip(links, pool.map(lambda a: ask(a, timeout), links), strict=True)
        )
    unclear = {address: a.unclear for address, a in answers.items() if a.unclear}
    if links and len(unclear) == len(links):
        address, reason = next(iter(unclear.items()))
        raise Failure(
            f"none of {len(links)} links could be asked for: is there a network? "
            f"{address}: {reason}"
        )
    for address, reason in unclear.items():
        print(f"unclear    {links[address]}: {address}: {reason}")
    dead = {address: a.dead for address, a in answers.items() if a.dead}
    print(f"{len(links)} links, {len(dead)} dead, {len(unclear)} unclear")
    return [
        f"{links[address]}: {address}: {reason}; lead elsewhere, or take the link out"
        for address, reason in dead.items()
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.links", __doc__)
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="SECONDS")
    options = parser.parse_args(arguments)
    return command.exit_code(lambda: check(load(options.root), options.timeout))


if __name__ == "__main__":
    sys.exit(main())
