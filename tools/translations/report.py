"""Report on the catalogues: what is wrong in them, what is owed, what is left."""

from __future__ import annotations

from tools.book import Book, BookError, Language
from tools.source import Chapter
from tools.translations import glossary as terms
from tools.translations.catalogue import (
    count,
    messages,
    owed_since,
    translation_of,
)
from tools.translations.required import refused, shortened, version_of
from tools.translations.template import CHECKS, name_of
from tools.translations.translated import translate_chapter
from tools.translations.upkeep import Merged, difference, faults, hints_path

ROW = "{:<10}{:<44}{:>10}{:>8}{:>9}{:>6}"


def problems(merged: list[Merged], chapters: list[Chapter], book: Book) -> list[str]:
    """List what is wrong in the translations, and files that don't belong there."""
    sources = {name_of(chapter): chapter for chapter in chapters}
    glossaries, found = read_glossaries(book)
    for item in merged:
        wrong = _wrong(item, glossaries[item.language], book)
        if not wrong and item.kept and item.template.name in sources:
            wrong = _unreadable(item, sources[item.template.name])
        found += wrong
    return found + _empty(merged, book) + _orphans(merged, book)


def read_glossaries(book: Book) -> tuple[dict[Language, terms.Glossary], list[str]]:
    """Read each language's glossary; return messages about those that are missing."""
    found, missing = {}, []
    for language in book.languages:
        path = book.translations / language.key / "glossary.toml"
        name = book.relative(path)
        if path.exists():
            found[language] = terms.load(path, name)
        else:
            found[language] = terms.Glossary(())
            missing.append(f"{name} is missing: list the terms in it")
    return found, missing


def _wrong(item: Merged, glossary: terms.Glossary, book: Book) -> list[str]:
    """List what each translation in a catalogue does wrong by itself."""
    return [
        f"{book.relative(item.path)}: {shortened(message.id)}: {fault}"
        for message in messages(item.catalogue)
        if (shown := translation_of(item.catalogue, message.id)) is not None
        for fault in faults(item, message.id, shown, glossary)
    ]


def _unreadable(item: Merged, chapter: Chapter) -> list[str]:
    """Return a message if the translations break the chapter's Markdown."""
    try:
        translate_chapter(chapter, item.catalogue)
    except BookError as error:
        return [str(error)]
    return []


def _empty(merged: list[Merged], book: Book) -> list[str]:
    return [
        f"{book.relative(item.path)} holds no translation yet: translate something "
        "in it, or delete it"
        for item in merged
        if item.kept and not item.begun and not _has_translations(item)
    ]


def _has_translations(item: Merged) -> bool:
    found = [*messages(item.catalogue), *item.catalogue.obsolete.values()]
    return any(message.string for message in found)


def _orphans(merged: list[Merged], book: Book) -> list[str]:
    made = {item.path for item in merged}
    made |= {
        hints_path(book, item.language)
        for item in merged
        if item.template.name == "hints" and item.kept
    }
    found = [*book.translations.rglob("*.po"), *(book.root / CHECKS).rglob("*.mo")]
    return [
        f"no source produces {book.relative(path)}; delete it or restore its source"
        for path in sorted(found)
        if path not in made
    ]


def incomplete(merged: list[Merged], book: Book) -> list[str]:
    """List what must be translated and isn't, nor can wait: see `required`."""
    found, version = [], version_of(book)
    for item in merged:
        name = book.relative(item.path)
        wrong = refused(item.catalogue, item.required, version, name)
        if wrong and not item.kept:
            key, catalogue = item.language.key, item.template.name
            wrong.append(
                f"{name} is missing: begin it, by "
                f"`make translations LANGUAGE={key} CHAPTER={catalogue}`"
            )
        found += wrong
    return found


def table(merged: list[Merged]) -> str:
    """Tell how much is translated, by language and catalogue."""
    heads = ("language", "catalogue", "translated", "fuzzy", "missing", "owed")
    rows = [ROW.format(*heads)]
    for item in merged:
        counts = count(messages(item.catalogue))
        waiting = sum(map(bool, map(owed_since, messages(item.catalogue))))
        numbers = (counts.translated, counts.fuzzy, counts.missing, waiting)
        rows.append(ROW.format(item.language.key, item.template.name, *numbers))
    return "\n".join(rows)


def owed(merged: list[Merged]) -> list[str]:
    """Say for each passage that is owed where, and what has changed in its English."""
    languages: dict[tuple[str, str, str], list[str]] = {}
    for item in merged:
        for message in messages(item.catalogue):
            if since := owed_since(message):
                passage = item.template.name, since, difference(message)
                languages.setdefault(passage, []).append(item.language.key)
    return [
        f"owed since {since} in {', '.join(keys)}: {name}: {text}"
        for (name, since, text), keys in languages.items()
    ]
