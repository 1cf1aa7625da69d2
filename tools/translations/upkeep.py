"""Keep the catalogues in step with the source: merge, write, compare.

A catalogue is kept from its first translation on; the others exist in memory only, so
that what they lack can be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from tools.book import Book, BookError, Language
from tools.files import read_plain, write_bytes, write_text
from tools.source import Chapter
from tools.translations.catalogue import (
    Catalogue,
    Message,
    compiled,
    dumps,
    empty,
    keep,
    loads,
    merge,
    messages,
)
from tools.translations.fidelity import defects
from tools.translations.glossary import Glossary
from tools.translations.required import Required, shortened, version_of
from tools.translations.template import CHECKS, Template, every
from tools.translations.translated import path_of

BESIDE = 4  # words shown on either side of a change


@dataclass(frozen=True)
class Merged:
    """One catalogue of one language: as it was, and as it should be.

    `old` is the file's text, or None where there is no file; `begun` is True for a
    catalogue that is to be begun. `required` are the messages that must be translated.
    """

    language: Language
    template: Template
    path: Path
    old: str | None
    catalogue: Catalogue
    required: tuple[str, ...] = ()
    begun: bool = False

    @property
    def new(self) -> str:
        return dumps(self.catalogue)

    @property
    def kept(self) -> bool:
        """Return True if the catalogue has a file, or is to have one."""
        return self.old is not None or self.begun


def merge_all(
    book: Book, chapters: list[Chapter], begin: tuple[str, str] | None = None
) -> list[Merged]:
    """Merge every catalogue of every language with the source, and write nothing.

    `begin` is the key of a language and the name of the catalogue to begin in it.
    """
    templates = every(book, chapters)
    if begin:
        _check_choice("language", begin[0], [each.key for each in book.languages])
        _check_choice("chapter", begin[1], [template.name for template in templates])
    found = []
    for language in book.languages:
        required = Required(language, chapters)
        for template in templates:
            begun = begin == (language.key, template.name)
            texts = tuple(required.messages(template))
            found.append(_merge(template, language, book, texts, begun))
    return found


def _check_choice(what: str, value: str, choices: list[str]) -> None:
    if value not in choices:
        raise BookError(
            f"there is no {what} {value!r}; choose from {', '.join(choices)}"
        )


def _merge(
    template: Template,
    language: Language,
    book: Book,
    required: tuple[str, ...],
    begun: bool,
) -> Merged:
    path = path_of(book, language, template.name)
    old = _read(path, book)
    if old is None:
        # Nothing has changed since a translation that there has never been.
        new = merge(empty(language, template.name, book.title), template)
    else:
        start = loads(old, book.relative(path))
        new = merge(start, template, frozenset(required), version_of(book))
    return Merged(language, template, path, old, new, required, begun)


def _read(path: Path, book: Book) -> str | None:
    return read_plain(path, book.relative(path)) if path.exists() else None


def write(item: Merged, book: Book) -> None:
    """Write a catalogue if it is kept and has changed.

    Raises BookError if somebody else has written it since it was read.
    """
    if not item.kept or item.new == item.old:
        return
    if _read(item.path, book) != item.old:
        raise BookError(
            f"{book.relative(item.path)} was edited while this command ran, so nothing "
            "was written over it: run the command again"
        )
    write_text(item.path, item.new)
    print(f"written    {book.relative(item.path)}")


def stale(item: Merged, book: Book) -> list[str]:
    """Return a message if the file isn't what the command would write."""
    if not item.kept or item.new == item.old:
        return []
    return [f"stale: {book.relative(item.path)}; run `make translations`"]


# Hints are compiled, as the helper package reads them without the book's tools.


def hints_path(book: Book, language: Language) -> Path:
    return book.root / CHECKS / "locale" / language.key / "LC_MESSAGES" / "hints.mo"


def write_hints(item: Merged, book: Book) -> None:
    path, data = hints_path(book, item.language), compiled(item.catalogue)
    if path.exists() and path.read_bytes() == data:
        return
    write_bytes(path, data)
    print(f"written    {book.relative(path)}")


def stale_hints(item: Merged, book: Book) -> list[str]:
    path = hints_path(book, item.language)
    if path.exists() and path.read_bytes() == compiled(item.catalogue):
        return []
    return [f"stale: {book.relative(path)}; run `make translations`"]


# A change of the English that leaves the translations right


def keep_translations(
    merged: list[Merged],
    part: str,
    glossaries: dict[Language, Glossary],
    book: Book,
) -> list[str]:
    """Keep the old translations of the one passage whose English contains `part`.

    They must still be faithful to the new English. Returns what was kept, with the
    change. Raises BookError, and changes nothing, if a translation isn't faithful, and
    where `part` is in no changed passage or in several.
    """
    wanted = " ".join(part.split())  # a passage may be broken into lines in its source
    found = [
        (item, message)
        for item in merged
        for message in messages(item.catalogue)
        if wanted and wanted in message.id and message.fuzzy
    ]
    _check_one(part, sorted({message.id for _, message in found}))
    problems = [
        f"{book.relative(item.path)}: {shortened(message.id)}: {fault}"
        for item, message in found
        for fault in faults(item, message.id, message.string, glossaries[item.language])
    ]
    if problems:
        raise BookError("\n".join([*problems, "translate it; nothing was kept"]))
    lines = []
    for item, message in found:
        lines.append(f"kept       {book.relative(item.path)}: {difference(message)}")
        keep(message)
    return lines


def _check_one(part: str, texts: list[str]) -> None:
    if not texts:
        raise BookError(
            f"no passage with an older translation contains {part!r}; quote the "
            "English as it stands in the source now, or translate the passage"
        )
    if len(texts) > 1:
        names = "\n".join(f"  {text}" for text in texts)
        raise BookError(f"{part!r} is in {len(texts)} passages; quote more:\n{names}")


def faults(item: Merged, text: str, shown: str, glossary: Glossary) -> list[str]:
    """List what is wrong with a translation by itself: fidelity and terms."""
    terms = glossary.violations(text, shown, item.template.fields)
    return [
        *defects(text, shown, item.template.fields),
        *(f"glossary: {fault}" for fault in terms),
    ]


def difference(message: Message) -> str:
    """Show word by word how a message differs from the text it was translated for.

    [-Words-] are gone and {+words+} are new; of the others only those beside them are
    shown. A message without a translation is returned as it is.
    """
    if not message.previous_id:
        return message.id
    old, new = message.previous_id[0].split(), message.id.split()
    parts = []
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, start, stop, begin, end in changes:
        before, after = " ".join(old[start:stop]), " ".join(new[begin:end])
        if kind == "equal":
            parts.append(_without_middle(new[begin:end]))
            continue
        parts += [f"[-{before}-]"] if before else []
        parts += [f"{{+{after}+}}"] if after else []
    return " ".join(parts)


def _without_middle(words: list[str]) -> str:
    if len(words) > 3 * BESIDE:
        words = [*words[:BESIDE], "...", *words[-BESIDE:]]
    return " ".join(words)
