"""The table of all notebooks in README.md, between two marks.

It is long, so GitHub shows it folded. `make build` writes it, and the check of the
build compares it.
"""

from __future__ import annotations

from tools.book import Book, BookError, Language
from tools.edition import KINDS, Edition, Shelf
from tools.notebook import write_text
from tools.source import Chapter, read_all
from tools.wording import ENGLISH
from tools.work import translate

PAGE = "README.md"
BEGIN, END = "<!-- contents:begin -->", "<!-- contents:end -->"
FOLDED = """\
<details>
<summary>All notebooks: chapters, exercises and solutions</summary>

{}

</details>"""


def table(book: Book) -> str:
    """The table of the English notebooks, and lines for the translated ones."""
    english = read_all(book)
    names = [framework.name for framework in book.frameworks]
    lines = [f"| | {' | '.join(names)} |", "| --- " * (1 + len(names)) + "|"]
    lines += [_row(chapter, english, None, book) for chapter in _chapters(english)]
    for language in book.languages:
        work = translate(english, language, book)
        if not work.chapters:
            continue
        lines += ["", f"{language.name}:", "", *lines[:2]]
        lines += [
            _row(chapter, work.chapters, language, book)
            for chapter in _chapters(work.chapters)
        ]
    return "\n".join(lines)


def _chapters(sources: list[Chapter]) -> list[Chapter]:
    return [source for source in sources if source.document == "chapter"]


def _row(
    chapter: Chapter, sources: list[Chapter], language: Language | None, book: Book
) -> str:
    """A chapter, and in the column of each framework the notebooks made of it."""
    shelf, start = Shelf(book), book.root / PAGE
    documents = {s.document for s in sources if s.stem == chapter.stem}
    kinds = [kind for d in KINDS if d in documents for kind in KINDS[d]]
    cells = []
    for framework in book.frameworks:
        editions = {kind: Edition(framework, kind, language) for kind in kinds}
        links = [
            f"[{kind}]({shelf.link(start, edition, chapter.stem)})"
            for kind, edition in editions.items()
        ]
        cells.append(" · ".join(links))
    return f"| {_title(chapter, book)} | {' | '.join(cells)} |"


def _title(chapter: Chapter, book: Book) -> str:
    if chapter.number is None:
        return chapter.title
    return ENGLISH("reference", number=chapter.number, title=chapter.title)


def page(book: Book) -> str | None:
    """The page with the table as it should be, or None where there is no such page.

    Raises BookError if a mark is missing.
    """
    path = book.root / PAGE
    if not path.exists():
        return None
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise BookError(f"{PAGE}: put the marks {BEGIN} and {END} where the table goes")
    return f"{before}{begin}\n\n{FOLDED.format(table(book))}\n\n{end}{after}"


def stale(book: Book) -> list[str]:
    """A message if the page doesn't hold the table as it should be."""
    wanted = page(book)
    if wanted is None or wanted == (book.root / PAGE).read_text(encoding="utf-8"):
        return []
    return [f"stale: {PAGE}; run `make build`"]


def write(book: Book) -> None:
    """Put the table into the page."""
    wanted = page(book)
    if stale(book):
        write_text(book.root / PAGE, wanted)
        print(f"written    {PAGE}")
