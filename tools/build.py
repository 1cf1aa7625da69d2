"""Write the notebooks from source/ and translations/, or check them.

The table of the notebooks in README.md goes with them.

    python -m tools.build           write every notebook that has changed
    python -m tools.build --check   write nothing; exit 1 if anything is stale

Exit codes: 0 fine, 1 stale (with --check), a notebook without a source, or a passage
of a listed chapter whose translation can't wait, 2 the source is wrong.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from tools import command, contents, rasters
from tools import notebook as nb
from tools.addresses import other_addresses
from tools.book import Book, BookError, Framework, Language, load
from tools.edition import KINDS, Edition, Places
from tools.effort import check_points
from tools.files import read_plain, write_text
from tools.head import ENGLISH
from tools.labels import collect
from tools.localized import LocalizedBook, localize
from tools.settings import SETTINGS
from tools.source import Chapter, read_all
from tools.translations.required import unfit

DIFF_LINES = 12


@dataclass(frozen=True)
class Built:
    """One notebook as the source says it should be."""

    chapter: Chapter
    edition: Edition
    path: Path
    notebook: NotebookNode
    dropped: bool  # stored outputs were there, but of other code
    unreadable: str = ""  # why the stored English notebook gave no outputs

    @property
    def framework(self) -> Framework:
        return self.edition.framework


def build_all(
    book: Book,
    places: Places | None = None,
    languages: tuple[Language, ...] | None = None,
) -> list[Built]:
    """Assemble every notebook, with the outputs stored in notebooks/ if they fit.

    English comes first, in the order of the source. `places` says where the notebooks
    will stand, for links and image paths (default: where they are committed), and
    `languages` are those that are wanted beside English (default: all). Raises
    BookError; labels are checked over the whole book.
    """
    places = places or Places(book)
    english = read_all(book)
    for source in english:
        check_points(source, book.keys)
    _check_settings(book, english)
    localized = {None: LocalizedBook(english)}
    known: dict[str, NotebookNode] = {}
    for language in book.languages if languages is None else languages:
        localized[language] = localize(english, language, book)
    built = []
    for language in localized:
        built += _build_language(language, localized, places, known)
    return built


def _check_settings(book: Book, english: list[Chapter]) -> None:
    """Raise BookError if the settings name a chapter that there isn't."""
    stems = [chapter.stem for chapter in english if chapter.document == "chapter"]
    known = f"source/ has no such chapter; choose from {', '.join(stems)}"
    if book.flagship not in stems:
        raise BookError(f"{SETTINGS}: flagship = {book.flagship!r}, but {known}")
    for language in book.languages:
        for stem in language.translated:
            if stem not in stems:
                raise BookError(
                    f"{SETTINGS}: {language.key}: translated = {stem!r}, but {known}"
                )


def _build_language(
    language: Language | None,
    localized: dict[Language | None, LocalizedBook],
    places: Places,
    known: dict[str, NotebookNode],
) -> list[Built]:
    """Assemble every notebook of one language; `known` are PNGs of pictures."""
    local, english = localized[language], localized[None].chapters
    # Where a chapter isn't translated, references lead to the English one.
    labels = collect([local.find(c.document, c.stem) or c for c in english])
    built = []
    for original in english:
        chapter = local.find(original.document, original.stem)
        if chapter is None:
            continue
        ids = nb.cell_ids(original)
        for edition in _editions(chapter, language, places.book):
            around = _surroundings(chapter, edition, localized, places)
            new = nb.assemble(chapter, around, labels, ids)
            built.append(_with_outputs(chapter, edition, new, places.book, known))
    if language is None:
        labels.check_used()
    return built


def _editions(
    chapter: Chapter, language: Language | None, book: Book
) -> Iterator[Edition]:
    for kind in KINDS[chapter.document]:
        for framework in book.frameworks:
            yield Edition(framework, kind, language)


def _surroundings(
    chapter: Chapter,
    edition: Edition,
    localized: dict[Language | None, LocalizedBook],
    places: Places,
) -> nb.Surroundings:
    """Return what the notebook's head shows: words, and links that lead somewhere."""
    local = localized[edition.language]
    related = {
        kind: replace(edition, kind=kind)
        for document, kinds in KINDS.items()
        for kind in kinds
        if kind != edition.kind and local.find(document, chapter.stem)
    }
    languages = {
        language.name if language else ENGLISH: replace(edition, language=language)
        for language, other in localized.items()
        if language != edition.language and other.find(chapter.document, chapter.stem)
    }
    coverage = local.coverage.get((chapter.document, chapter.stem))
    return nb.Surroundings(edition, places, local.wording, related, languages, coverage)


def _with_outputs(
    chapter: Chapter,
    edition: Edition,
    new: NotebookNode,
    book: Book,
    known: dict[str, NotebookNode],
) -> Built:
    """Put in the outputs of the English run, and a PNG of each picture.

    Exercises have no outputs but those of drawings.
    """
    places = Places(book)
    english = replace(edition, language=None)
    path, run = places.path(edition, chapter.stem), places.path(english, chapter.stem)
    old, unreadable = _stored(run)
    dropped = False
    if english.runs and old is not None:
        lost = not nb.carry_outputs(new, old) and nb.has_outputs(old)
        dropped = edition.runs and lost
    before = old if path == run else _stored(path)[0]
    for notebook in (old, before):
        if notebook is not None:
            rasters.remember(notebook, known)
    try:
        rasters.add(new, known)
    except ValueError as error:
        raise BookError(f"{path}: a picture can't be drawn as PNG: {error}") from error
    if not edition.runs:
        unreadable = ""
    return Built(chapter, edition, path, new, dropped, unreadable)


def _stored(path: Path) -> tuple[NotebookNode | None, str]:
    """Return the notebook at `path`, and why it can't be read; a build writes it."""
    try:
        return nb.stored(path), ""
    except BookError as error:
        return None, str(error)


def orphans(book: Book, built: list[Built]) -> list[Path]:
    """Return the notebook files that no source produces."""
    made = {item.path for item in built}
    found = [
        *book.notebooks.rglob("*.ipynb"),
        *book.translations.glob("*/notebooks/**/*.ipynb"),
    ]
    return sorted(
        path
        for path in found
        if path not in made and ".ipynb_checkpoints" not in path.parts
    )


def difference(path: Path, new: str) -> str | None:
    """Return None if the file holds `new`, else the first lines of the difference.

    What Jupyter adds when it saves a notebook makes no difference.
    """
    if not path.exists():
        return "the file is missing"
    try:
        old = read_plain(path, "the file")
    except BookError as error:
        return str(error)
    if old == new or (old := nb.as_built(old)) == new:
        return None
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), "committed", "from source", lineterm="", n=1
    )
    return _shorten(lines)


def _shorten(lines: Iterator[str]) -> str:
    shown = [line[:120] for _, line in zip(range(DIFF_LINES), lines, strict=False)]
    left = sum(1 for _ in lines)
    return "\n".join(shown + ([f"... and {left} more lines"] if left else []))


def check(book: Book) -> list[str]:
    """Return a message for all that is wrong.

    That is each notebook that is stale or left over, each old address, and each
    translation that is missing and can't wait.
    """
    built = build_all(book)
    problems = []
    for item in built:
        change = difference(item.path, nb.dumps(item.notebook))
        if change:
            problems.append(f"stale: {book.relative(item.path)}\n{change}")
        if item.edition.runs:
            problems += _edited_outputs(item, book)
    behind, refused = unfit(book, _english(built))
    problems += contents.readme_problems(book, _sources(built)) + other_addresses(book)
    problems += behind + refused
    return problems + _orphan_messages(book, built)


def _edited_outputs(item: Built, book: Book) -> list[str]:
    """Return a message if a notebook's outputs were stripped, or edited by hand."""
    return [
        f"{book.relative(item.path)}: {defect}; take the file from the repository "
        f"again, or run `make section NAME={item.chapter.stem}`"
        for defect in nb.seal_defects(item.notebook)
    ]


def _orphan_messages(book: Book, built: list[Built]) -> list[str]:
    return [
        f"no source produces {book.relative(path)}; delete it or restore its source"
        for path in orphans(book, built)
    ]


def write(book: Book, quiet: bool = False) -> list[str]:
    """Write what has changed; return messages about what a build can't put right.

    New English that the catalogues don't know yet is only mentioned: they follow it.
    Unless `quiet`, what is unchanged is listed, too.
    """
    built = build_all(book)
    for item in built:
        text = nb.dumps(item.notebook)
        name = book.relative(item.path)
        if item.path.exists() and item.path.read_bytes() == text.encode():
            if not quiet:
                print(f"unchanged  {name}")
            continue
        write_text(item.path, text)
        print(f"written    {name}")
        if item.unreadable:
            print(f"           {item.unreadable}\n{_lost(item)}")
        if item.dropped:
            print(
                "           its code has changed, so the stored outputs were dropped; "
                "run `make execute`"
            )
    contents.update_readme(book, _sources(built))
    behind, refused = unfit(book, _english(built))
    for line in behind:
        print(f"note       {line}")
    return refused + _orphan_messages(book, built)


def _lost(item: Built) -> str:
    return (
        "           that is done, but without the outputs, which couldn't be read: run "
        f"`make section NAME={item.chapter.stem}`, or take the file from the repository"
    )


def _english(built: list[Built]) -> list[Chapter]:
    """Return the English chapters and exercises that notebooks were built from."""
    return _sources(built)[None]


def _sources(built: list[Built]) -> contents.Sources:
    """Return the chapters and exercises of each language, in the order of the book."""
    found: dict[Language | None, dict] = {None: {}}
    for item in built:
        of_language = found.setdefault(item.edition.language, {})
        of_language[item.chapter.document, item.chapter.stem] = item.chapter
    return {language: list(each.values()) for language, each in found.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = command.parser("tools.build", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args(arguments)

    def work() -> list[str]:
        book = load(options.root)
        problems = check(book) if options.check else write(book)
        if problems and options.check:
            problems.append("the notebooks are not up to date: run `make build`")
        return problems

    return command.exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
