"""The two cells that open every notebook: the head and the set-up.

All wording stands in the templates, each a full sentence, so that it can be
translated without touching code.
"""

from __future__ import annotations

import json

from tools.book import Book, Framework
from tools.source import Chapter

TITLE = "# {number}. {title} ({framework})"
COLAB = "[![Open in Colab]({badge})]({address})"
SIBLINGS = "This section in other frameworks: {links}"
GOALS = "**When you have worked through this section, you can**"
NEEDS = "**What you need**"
RUNTIME_ONE = "**Run time:** about {minutes} minute on two processor cores."
RUNTIME = "**Run time:** about {minutes} minutes on two processor cores."

BADGE_ADDRESS = "https://colab.research.google.com/assets/colab-badge.svg"
COLAB_ADDRESS = (
    "https://colab.research.google.com/github/{repository}/blob/{branch}"
    "/notebooks/{folder}/{stem}.ipynb"
)

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


def head(chapter: Chapter, framework: Framework, book: Book) -> str:
    """Markdown of the opening cell: title, badge, links, goals, needs, run time."""
    minutes = chapter.runtime[framework.key]
    runtime = RUNTIME_ONE if minutes == "1" else RUNTIME
    title = TITLE.format(
        number=chapter.number, title=chapter.title, framework=framework.name
    )
    parts = [title, _badge(chapter, framework, book)]
    if len(book.frameworks) > 1:
        parts.append(_siblings(chapter, framework, book))
    parts += [GOALS, _bullets(chapter.goals), NEEDS, _bullets(chapter.needs)]
    parts.append(runtime.format(minutes=minutes))
    return "\n\n".join(parts)


def set_up(framework: Framework, book: Book) -> str:
    """Code of the set-up cell.

    It looks for modules without importing them. Where the book's environment is
    installed it does nothing and prints nothing; a failing installation raises.
    """
    package = {"d2l_local": f"git+https://github.com/{book.repository}"}
    groups = [group for group in (package, book.install, framework.install) if group]
    signs = ["=", *["|="] * (len(groups) - 1)]
    lines = [
        f"needed {sign} {_mapping(group)}"
        for sign, group in zip(signs, groups, strict=True)
    ]
    return SET_UP.format(needed="\n".join(lines))


def _mapping(group: dict[str, str]) -> str:
    """A dict as ruff writes it: json's quotes are Python's here."""
    return json.dumps(group, ensure_ascii=False)


def _badge(chapter: Chapter, framework: Framework, book: Book) -> str:
    address = COLAB_ADDRESS.format(
        repository=book.repository,
        branch=book.branch,
        folder=framework.folder,
        stem=chapter.stem,
    )
    return COLAB.format(badge=BADGE_ADDRESS, address=address)


def _siblings(chapter: Chapter, framework: Framework, book: Book) -> str:
    links = [
        f"[{other.name}](../{other.folder}/{chapter.stem}.ipynb)"
        for other in book.frameworks
        if other != framework
    ]
    return SIBLINGS.format(links=" · ".join(links))


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)
