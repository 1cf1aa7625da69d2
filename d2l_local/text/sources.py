"""Find the text to read: the book, an embedded text, or a file of your own.

*The Time Machine* is read once it has been downloaded. Until then an original text
shipped in the package stands in for it, and a printed line says so.
"""

import os
import warnings
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from d2l_local.arguments import level_of_caller
from d2l_local.download import data_dir, user_cache, verify
from d2l_local.quiet import say
from d2l_local.text.reading import is_file, reason_of_no_file, shown

CHOICE_VARIABLE = "D2L_TEXT"
BOOK_FILE = "timemachine.txt"
STAND_IN = "winding_hour"


@dataclass(frozen=True)
class Source:
    """A text: its short `name`, its `title`, and its file.

    `path` is a `pathlib.Path`, or an `importlib.resources` file for a text that
    is `embedded` in the package.
    """

    name: str
    title: str
    path: Path | Traversable
    embedded: bool


def _embedded():
    """Return the source of every text in the package's data folder, by file name."""
    texts = {}
    for path in files("d2l_local").joinpath("data").iterdir():
        name, _, ending = path.name.rpartition(".")
        if ending == "txt":
            with path.open(encoding="utf-8") as file:
                title = file.readline().strip()
            texts[name] = Source(name, title, path, embedded=True)
    return dict(sorted(texts.items()))


EMBEDDED = _embedded()


def find_source(text):
    """Return the source of `text`: ``'time_machine'``, a name in `EMBEDDED`, or a path.

    A `pathlib.Path` is always a file, even if a text has its name.
    Raises FileNotFoundError if there is no such file, TypeError for another type.
    """
    if not isinstance(text, (str, os.PathLike)):
        raise TypeError(
            f"text={text!r:.200} is neither a name nor a path: give a str or a "
            "pathlib.Path"
        )
    if text == "time_machine":
        return find_time_machine()
    if text in EMBEDDED:
        return EMBEDDED[text]
    path = Path(text)
    if not is_file(path):
        raise FileNotFoundError(
            f"there is no text file {shown(text)} in {str(Path.cwd())!r}"
            f"{reason_of_no_file(path)}. "
            f"Embedded texts are {', '.join(EMBEDDED)}; 'time_machine' is the book"
        )
    return Source(path.stem, path.name, path, embedded=False)


def find_time_machine():
    """Return the book, or the embedded text that stands in for it.

    The environment variable D2L_TEXT decides: ``embedded``, ``book``, or unset for
    the book where it has been fetched and the embedded text elsewhere. The book is
    looked for in the folder D2L_DATA_DIR, then in the user's cache. Nothing is
    downloaded. For the embedded text one line is printed.

    Raises ValueError for another value of D2L_TEXT and for a book file with
    different content, FileNotFoundError if D2L_TEXT is ``book`` and it is missing.
    """
    choice = os.environ.get(CHOICE_VARIABLE, "")
    if choice not in ("", "book", "embedded"):
        raise ValueError(
            f"{CHOICE_VARIABLE}={choice!r}: set it to 'book' or 'embedded', or unset it"
        )
    book = None if choice == "embedded" else _book()
    if book is not None:
        return book
    if choice == "book":
        folders = " or ".join(repr(str(folder)) for folder in _folders()) or "no folder"
        raise FileNotFoundError(
            f"{CHOICE_VARIABLE}=book, but there is no {BOOK_FILE} in {folders}. "
            "Fetch it with d2l.download('time_machine')"
        )
    return _announced(EMBEDDED[STAND_IN])


def _folders():
    """Return the folders that may hold the book, the preferred one first.

    Warns of one that isn't to be had, such as a home folder in some containers.
    """
    folders, reasons = [], []
    for find in (data_dir, user_cache):
        try:
            folders.append(find())
        except FileNotFoundError as error:
            reasons.append(str(error))
    for reason in dict.fromkeys(reasons):
        warnings.warn(
            f"{reason}. Until then, The Time Machine isn't looked for there",
            stacklevel=level_of_caller(),
        )
    return list(dict.fromkeys(folders))


def _book():
    for folder in _folders():
        path = folder / BOOK_FILE
        if path.is_file():
            verify(
                path,
                "time_machine",
                remedy="Delete it and call d2l.download('time_machine'), or read "
                "another text with load_corpus(path)",
            )
            return Source("time_machine", "The Time Machine", path, embedded=False)
    return None


def _announced(source):
    # No path in this line: stored notebook outputs are compared between machines.
    say(
        f'Text: "{source.title}", embedded in d2l_local - not The Time Machine. '
        "Fetch the book once with d2l.download('time_machine')."
    )
    return source
