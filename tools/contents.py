"""The table of all notebooks in README.md, between two marks.

It is long, so GitHub shows it folded. `make build` writes it, and the check of the
build compares it.
"""

from __future__ import annotations

from tools.book import Book, BookError, Language
from tools.edition import KINDS, Edition, Places
from tools.files import read_text, write_text
from tools.localized import localize
from tools.source import Chapter, read_all
from tools.wording import ENGLISH

PAGE = "README.md"
BEGIN, END = "<!-- contents:begin -->", "<!-- contents:end -->"
FOLDED = """\
<details>
<summary>All notebooks: chapters, exercises and solutions</summary>

{}

</details>"""


Sources = dict[Language | None, list[Chapter]]


def sources_of(book: Book) -> Sources:
    """Read the chapters and exercises of each language; English has the key None."""
    english = read_all(book)
    found: Sources = {None: english}
    for language in book.languages:
        found[language] = localize(english, language, book).chapters
    return found


def notebook_table(book: Book, sources: Sources | None = None) -> str:
    """Return the table of the English notebooks, and those of the translated ones.

    `sources` are what `sources_of` gives (default: they are read).
    """
    sources = sources or sources_of(book)
    english = sources[None]
    names = [framework.name for framework in book.frameworks]
    lines = [f"| | {' | '.join(names)} |", "| --- " * (1 + len(names)) + "|"]
    lines += [_row(chapter, english, None, book) for chapter in _chapters(english)]
    for language in book.languages:
        local = sources.get(language)
        if not local:
            continue
        lines += ["", f"{language.name}:", "", *lines[:2]]
        lines += [_row(chapter, local, language, book) for chapter in _chapters(local)]
    return "\n".join(lines)


def _chapters(sources: list[Chapter]) -> list[Chapter]:
    return [source for source in sources if source.document == "chapter"]


def _row(
    chapter: Chapter, sources: list[Chapter], language: Language | None, book: Book
) -> str:
    """Return a chapter's row: in each framework's column, the notebooks made of it."""
    places, start = Places(book), book.root / PAGE
    documents = {s.document for s in sources if s.stem == chapter.stem}
    kinds = [kind for d in KINDS if d in documents for kind in KINDS[d]]
    cells = []
    for framework in book.frameworks:
        editions = {kind: Edition(framework, kind, language) for kind in kinds}
        links = [
            f"[{kind}]({places.link(start, edition, chapter.stem)})"
            for kind, edition in editions.items()
        ]
        cells.append(" · ".join(links))
    return f"| {_title(chapter, book)} | {' | '.join(cells)} |"


def _title(chapter: Chapter, book: Book) -> str:
    if chapter.number is None:
        return chapter.title
    return ENGLISH("reference", number=chapter.number, title=chapter.title)


def readme_text(book: Book, sources: Sources | None = None) -> str | None:
    """Return README.md with the table as it should be, or None if there is none.

    Raises BookError if a mark is missing.
    """
    path = book.root / PAGE
    if not path.exists():
        return None
    before, begin, rest = read_text(path, PAGE).partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise BookError(f"{PAGE}: put the marks {BEGIN} and {END} where the table goes")
    folded = FOLDED.format(notebook_table(book, sources))
    return f"{before}{begin}\n\n{folded}\n\n{end}{after}"


def readme_problems(book: Book, sources: Sources | None = None) -> list[str]:
    """Return a message if README.md doesn't hold the table as it should be."""
    wanted = readme_text(book, sources)
    if wanted is None or wanted == read_text(book.root / PAGE, PAGE):
        return []
    return [f"stale: {PAGE}; run `make build`"]


def update_readme(book: Book, sources: Sources | None = None) -> None:
    """Put the table into README.md."""
    wanted = readme_text(book, sources)
    if wanted is not None and wanted != read_text(book.root / PAGE, PAGE):
        write_text(book.root / PAGE, wanted)
        print(f"written    {PAGE}")
