"""The two cells that open every notebook: the head and the set-up.

The head's words come from `tools.wording`; the set-up code is the same in every
language, but that a translated notebook with checks says the language of these.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tools.book import Book, Framework, Language
from tools.edition import Edition, Places
from tools.source import Chapter
from tools.translations.catalogue import Counts
from tools.translations.translated import MARK
from tools.wording import Wording

ENGLISH = "English"

BADGE_ADDRESS = "https://colab.research.google.com/assets/colab-badge.svg"
COLAB_ADDRESS = (
    "https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"
)

SET_UP = """\
from importlib.util import find_spec  # this cell installs what a bare machine lacks
from subprocess import check_call, sys

needed = "{needed}"
if lack := [n.split("|")[-1] for n in needed.split() if not find_spec(n.split("|")[0])]:
    check_call([sys.executable, "-m", "pip", "install", "-q", "--no-deps", *lack])"""


def head(
    chapter: Chapter,
    edition: Edition,
    places: Places,
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
    parts.append(_badge(chapter, edition, places, wording))
    parts += _links(chapter, edition, places, wording, related, languages)
    if coverage:
        listed = chapter.stem in edition.language.translated
        parts += _translated(edition, wording, coverage, listed)
    parts += _list(wording("goals"), chapter.goals)
    parts += _list(wording("needs"), chapter.needs)
    parts.append(_runtime(chapter.runtime[edition.framework.key], wording))
    return "\n\n".join(parts)


# What a translated notebook with checks has in its set-up in the place of what the
# English one has: the language of the checks. It gives way to a choice made before.
SILENT = "import check_call, sys\n\n"
SPEAKING = (
    "import check_call, os, sys\n\n"
    'os.environ.setdefault("D2L_LANGUAGE", "{language}")  # the checks answer in it\n'
)
SPOKEN = re.compile(re.escape(SPEAKING).replace(r"\{language\}", "[a-z]+"))


def with_language(code: str, language: str) -> str:
    """Return the set-up code of an English notebook for another language's checks."""
    return code.replace(SILENT, SPEAKING.format(language=language), 1)


def without_language(code: str) -> str:
    """Return code as it stands in the English notebook, which says no language."""
    return SPOKEN.sub(SILENT, code)


def set_up(
    frameworks: tuple[Framework, ...], book: Book, language: Language | None = None
) -> str:
    """Code of the set-up cell of a notebook that runs these frameworks.

    It looks for modules without importing them. Where the book's environment is
    installed it does nothing and prints nothing; a failing installation raises, and
    --no-deps leaves NumPy and the frameworks as they are.

    Each item of `needed` is a module and, behind a bar, what pip installs for it,
    if that isn't just its name. The address comes last: ruff allows a line to be
    longer than others if it ends in one. With a `language` the checks answer in it.
    """
    groups = [book.install, *(each.install for each in frameworks)]
    package = {"d2l_local": f"git+https://github.com/{book.repository}"}
    modules = {name: pip for group in [*groups, package] for name, pip in group.items()}
    items = [name if name == pip else f"{name}|{pip}" for name, pip in modules.items()]
    code = SET_UP.format(needed=" ".join(items))
    return with_language(code, language.key) if language else code


def _title(chapter: Chapter, edition: Edition, wording: Wording) -> str:
    framework = edition.framework.name
    if chapter.number is None:
        return wording("title-page", title=chapter.title, framework=framework)
    name = "title" if edition.kind == "chapter" else f"title-{edition.kind}"
    values = {"number": chapter.number, "title": chapter.title}
    return wording(name, framework=framework, **values)


def _badge(chapter: Chapter, edition: Edition, places: Places, wording: Wording) -> str:
    book = places.book
    address = COLAB_ADDRESS.format(
        repository=book.repository,
        branch=book.branch,
        path=book.relative(Places(book).path(edition, chapter.stem)),
    )
    return f"[![{wording('colab')}]({BADGE_ADDRESS})]({address})"


def _links(chapter, edition, places, wording, related, languages) -> list[str]:
    """Lines of links to the same subject: by framework, by language, by kind."""
    start = places.path(edition, chapter.stem)

    def line(name: str, targets: dict[str, Edition]) -> list[str]:
        links = [
            f"[{text}]({places.link(start, target, chapter.stem)})"
            for text, target in targets.items()
        ]
        return [wording(name, links=" · ".join(links))] if links else []

    frameworks = {
        other.name: replace(edition, framework=other)
        for other in places.book.frameworks
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
        paragraphs.append(wording("hints"))
    return paragraphs


def _list(title: str, items: tuple[str, ...]) -> list[str]:
    return [f"**{title}**", "\n".join(f"- {item}" for item in items)]


def _runtime(minutes: str, wording: Wording) -> str:
    low, _, high = minutes.partition(" to ")
    if high:
        minutes = wording("range", low=low, high=high)
    return wording("runtime-one" if minutes == "1" else "runtime", minutes=minutes)
