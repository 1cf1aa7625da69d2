"""HTML pages of executed notebooks, to be read without Jupyter and without a network.

A page loads nothing: figures and styles are in it, formulas are MathML. Its links lead
to the pages written with it, and for all else to the repository online.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from mistune.util import striptags
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from tools.book import Book
from tools.edition import relative
from tools.files import write_text
from tools.formula import mathml

TEMPLATE = Path(__file__).with_suffix(".html.j2")
STYLES = Path(__file__).with_suffix(".css")
CODE_STYLES = {"light": "friendly", "dark": "github-dark"}
ONLINE = re.compile(r"[a-z][a-z0-9+.-]*:")
PLOT = "Plot of the code above; the text around it says what it shows"


@dataclass(frozen=True)
class Page:
    """A page to be written: of which notebook, which stands where, under which title.

    Links and images of the notebook are relative to `place`, its file.
    """

    notebook: NotebookNode
    place: Path
    path: Path
    title: str


class Renderer(IPythonRenderer):
    """Markdown as HTML, with formulas set and links led where something is."""

    def __init__(self, page: Page, pages: dict[Path, Path], book: Book):
        super().__init__(escape=False, embed_images=True, path=str(book.root))
        self.page, self.pages, self.book = page, pages, book

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def block_math(self, body: str) -> str:
        return mathml(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self._address(url), title)

    def _address(self, url: str) -> str:
        if ONLINE.match(url) or url.startswith("#"):
            return url
        file, mark, anchor = url.partition("#")
        target = self._file(file)
        if target in self.pages:
            file = relative(self.pages[target], self.page.path.parent)
        else:
            file = self.book.address(target)
        return f"{file}{mark}{anchor}"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if ONLINE.match(url):  # such as Colab's badge: its words stand for it
            return striptags(text)
        # Embedded are images from below the root.
        return super().image(text, self.book.relative(self._file(url)), title)

    def _file(self, address: str) -> Path:
        folder = self.page.place.parent.as_posix()
        return Path(posixpath.normpath(posixpath.join(folder, address)))


def render(page: Page, pages: list[Page], book: Book) -> str:
    """HTML of a page; `pages` are those that will be there to lead to.

    Raises BookError for a formula that can't be set.
    """
    renderer = Renderer(page, {other.place: other.path for other in pages}, book)
    exporter = HTMLExporter(
        template_file=str(TEMPLATE),
        filters={"markdown2html": MarkdownWithMath(renderer=renderer).render},
    )
    resources = {
        "metadata": {"name": page.title},
        "styles": styles(),
        "plot_alt": PLOT,
    }
    html, _ = exporter.from_notebook_node(page.notebook, resources)
    return html


def styles() -> str:
    """The page's style sheet, with colours of code for a light and a dark screen."""
    parts = [STYLES.read_text(encoding="utf-8")]
    for scheme, name in CODE_STYLES.items():
        rules = HtmlFormatter(style=name).get_style_defs(".highlight")
        parts.append(f"@media (prefers-color-scheme: {scheme}) {{\n{rules}\n}}")
    return "\n".join(parts)


def write_pages(pages: list[Page], book: Book) -> None:
    """Write the pages, each whole or not at all."""
    for page in pages:
        write_text(page.path, render(page, pages, book))
