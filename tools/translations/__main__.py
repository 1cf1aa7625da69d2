"""Bring the catalogues in translations/ up to date with the source, and check them.

    python -m tools.translations              merge what is new into every catalogue
    python -m tools.translations --check      write nothing; exit 1 if anything is stale
    python -m tools.translations --complete   exit 1 also if something is missing from
                                              a chapter that a language lists as
                                              translated, and isn't owed to this version
    python -m tools.translations --language ko --chapter 09-gru
                                              begin a catalogue
    python -m tools.translations --keep "part of the English"
                                              keep the translations of a passage whose
                                              English has changed, but not its meaning

A catalogue holds a chapter, a chapter's exercises, the words of the figures, the words
around the text (book) or the hints of the checks, which are compiled as well. In every
case each translation is checked against its original and against the glossary.

Exit codes: 0 fine, 1 something is stale or a translation is to be mended, 2 a source
or a catalogue cannot be read, or nothing fits what was asked for.
"""

from __future__ import annotations

import sys

from tools import command
from tools.book import Book, load
from tools.source import read_all
from tools.translations.report import (
    incomplete,
    owed,
    problems,
    read_glossaries,
    table,
)
from tools.translations.upkeep import (
    Merged,
    keep_translations,
    merge_all,
    stale,
    stale_hints,
    write,
    write_hints,
)


def run(
    book: Book,
    check: bool = False,
    complete: bool = False,
    begin: tuple[str, str] | None = None,
    keep: tuple[str, ...] = (),
) -> list[str]:
    """Do what the command does; return the messages about what is wrong."""
    chapters = read_all(book)
    merged = merge_all(book, chapters, begin)
    glossaries, _ = read_glossaries(book)
    kept = [
        line
        for part in keep
        for line in keep_translations(merged, part, glossaries, book)
    ]
    found = _compare(merged, book) if check else []
    if not check:
        _write(merged, book)
    print("\n".join([*kept, table(merged), *owed(merged)]))
    found += problems(merged, chapters, book)
    return found + (incomplete(merged, book) if complete else [])


def _hints(merged: list[Merged]) -> list[Merged]:
    return [item for item in merged if item.template.name == "hints" and item.kept]


def _compare(merged: list[Merged], book: Book) -> list[str]:
    found = [line for item in merged for line in stale(item, book)]
    return found + [line for item in _hints(merged) for line in stale_hints(item, book)]


def _write(merged: list[Merged], book: Book) -> None:
    for item in merged:
        write(item, book)
    for item in _hints(merged):
        write_hints(item, book)


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.translations", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--complete", action="store_true", help="demand everything")
    parser.add_argument("--language", metavar="KEY", help="with --chapter: begin")
    parser.add_argument("--chapter", metavar="NAME", help="name of a catalogue")
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="ENGLISH",
        help="keep the translations of this changed passage; may be repeated",
    )
    options = parser.parse_args(arguments)
    if bool(options.language) != bool(options.chapter):
        parser.error("--language and --chapter go together: they begin a catalogue")
    begin = (options.language, options.chapter) if options.language else None
    if options.check and (begin or options.keep):
        parser.error("--check writes nothing: run it without --keep and --language")
    keep = tuple(options.keep)
    return command.exit_code(
        lambda: run(load(options.root), options.check, options.complete, begin, keep)
    )


if __name__ == "__main__":
    sys.exit(main())
