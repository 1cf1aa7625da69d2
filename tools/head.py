"""The two cells that open every notebook: the head and the set-up.

The head's words come from `tools.wording`; the set-up code is the same in every
language.
"""

from __future__ import annotations

import json
from dataclasses import replace

from tools.book import Book, Framework
from tools.edition import Edition, Shelf
from tools.source import Chapter
from tools.translations.catalogue import Counts
from tools.translations.translated import MARK
from tools.wording import Wording

ENGLISH = "English"

BADGE_ADDRESS = "https://colab.research.google.com/assets/colab-badge.svg"
COLAB_ADDRESS = (
    "https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"
)

LINE_LENGTH = 88  # of code, as pyproject.toml gives it to ruff; "needed |= " takes 10

SET_UP = """\
# On a bare machine such as Colab, install what is missing; elsewhere do nothing.
import importlib.util
import subprocess
import sys

{needed}
missing = [pip for name, pip in needed.items() if not importlib.util.find_spec(name)]
if missing:  # --no-deps leaves NumPy and the frameworks as they are
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, *missing], check=True)
    importlib.invalidate_caches()"""


def head(
    chapter: Chapter,
    edition: Edition,
    shelf: Shelf,
    wording: Wording,
    related: dict[str, Edition],
    languages: dict[str, Edition],
    coverage: Counts | None = None,
) -> str:
    """Markdown of the opening cell: title, badge, links, goals, needs, run time.

    `related` are the chapter's other notebooks by their kind, `languages` the other
    editions of this one by the language's own name; `coverage` is for translations.
    """
    parts = [f"# {_title(chapter, edition, wording)}"]
    parts.append(_badge(chapter, edition, shelf, wording))
    parts += _links(chapter, edition, shelf, wording, related, languages)
    if coverage:
        listed = chapter.stem in edition.language.translated
        parts += _translated(edition, wording, coverage, listed)
    parts += _list(wording("goals"), chapter.goals)
    parts += _list(wording("needs"), chapter.needs)
    parts.append(_runtime(chapter.runtime[edition.framework.key], wording))
    return "\n\n".join(parts)


def set_up(frameworks: tuple[Framework, ...], book: Book) -> str:
    """Code of the set-up cell of a notebook that runs these frameworks.

    It looks for modules without importing them. Where the book's environment is
    installed it does nothing and prints nothing; a failing installation raises.
    """
    package = {"d2l_local": f"git+https://github.com/{book.repository}"}
    groups = (package, book.install, *(each.install for each in frameworks))
    tables = [table for group in groups for table in _lines(group)]
    signs = ["=", *["|="] * (len(tables) - 1)]
    pairs = zip(signs, tables, strict=True)
    lines = [f"needed {sign} {table}" for sign, table in pairs]
    return SET_UP.format(needed="\n".join(lines))


def _lines(group: dict[str, str]) -> list[str]:
    """The items of `group` as dicts that fit on a line each, as ruff writes them."""
    tables: list[dict[str, str]] = []
    for name, pip in group.items():
        wider = {**tables[-1], name: pip} if tables else None
        if wider is not None and len(json.dumps(wider)) <= LINE_LENGTH - 10:
            tables[-1] = wider
        else:
            tables.append({name: pip})
    # json's quotes are Python's here.
    return [json.dumps(table, ensure_ascii=False) for table in tables]


def _title(chapter: Chapter, edition: Edition, wording: Wording) -> str:
    framework = edition.framework.name
    if chapter.number is None:
        return wording("title-page", title=chapter.title, framework=framework)
    name = "title" if edition.kind == "chapter" else f"title-{edition.kind}"
    values = {"number": chapter.number, "title": chapter.title}
    return wording(name, framework=framework, **values)


def _badge(chapter: Chapter, edition: Edition, shelf: Shelf, wording: Wording) -> str:
    book = shelf.book
    address = COLAB_ADDRESS.format(
        repository=book.repository,
        branch=book.branch,
        path=book.relative(Shelf(book).path(edition, chapter.stem)),
    )
    return f"[![{wording('colab')}]({BADGE_ADDRESS})]({address})"


def _links(chapter, edition, shelf, wording, related, languages) -> list[str]:
    """Lines of links to the same subject: by framework, by language, by kind."""
    start = shelf.path(edition, chapter.stem)

    def line(name: str, targets: dict[str, Edition]) -> list[str]:
        links = [
            f"[{text}]({shelf.link(start, target, chapter.stem)})"
            for text, target in targets.items()
        ]
        return [wording(name, links=" · ".join(links))] if links else []

    frameworks = {
        other.name: replace(edition, framework=other)
        for other in shelf.book.frameworks
        if other != edition.framework
    }
    kinds = {wording(kind): target for kind, target in related.items()}
    lines = line("frameworks", frameworks) + line("languages", languages)
    return lines + line("related", kinds)


def _translated(
    edition: Edition, wording: Wording, coverage: Counts, listed: bool
) -> list[str]:
    """Write the paragraphs on the translation.

    What is missing from a listed chapter, which has been complete, is newer English.
    The sentences aren't joined in a line, as some languages want a blank between them
    and others none.
    """
    done, total = coverage.translated, coverage.total
    if done == total:
        paragraphs = [wording("complete", total=total)]
    elif listed:
        paragraphs = [wording("newer", newer=total - done, total=total, mark=MARK)]
    else:
        paragraphs = [wording("incomplete", done=done, total=total, mark=MARK)]
    paragraphs.append(wording("code"))
    if edition.kind != "chapter":
        paragraphs.append(wording("hints", language=edition.language.key))
    return paragraphs


def _list(title: str, items: tuple[str, ...]) -> list[str]:
    return [f"**{title}**", "\n".join(f"- {item}" for item in items)]


def _runtime(minutes: str, wording: Wording) -> str:
    low, _, high = minutes.partition(" to ")
    if high:
        minutes = wording("range", low=low, high=high)
    return wording("runtime-one" if minutes == "1" else "runtime", minutes=minutes)
