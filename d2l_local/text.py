"""Text: reading it, cleaning it, cutting it into tokens, numbering the tokens."""

import io
import re
import unicodedata
from operator import index as as_index
from pathlib import Path

from .sources import find_source, find_time_machine
from .vocabulary import Vocab

TOKEN_KINDS = ("word", "char")


def read_lines(path):
    """Read the lines of a UTF-8 text file, without their line ends.

    `path` is a path or an `importlib.resources` file. A byte-order mark is skipped.
    Raises FileNotFoundError naming the path, ValueError if it is not UTF-8.
    """
    path = Path(path) if isinstance(path, str) else path
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no text file {str(path)!r} (folder: {str(Path.cwd())!r})"
        )
    text = _decode(path.read_bytes(), path)
    # Line ends as Python's text mode knows them. `str.splitlines` would also cut
    # at form feeds and at the line separators inside other scripts' paragraphs.
    return [line.rstrip("\n") for line in io.StringIO(text, newline=None)]


def _decode(data, path):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A byte-order mark is stripped before the decoder starts to count.
        offset = error.start + 3 * data.startswith(b"\xef\xbb\xbf")
        raise ValueError(
            f"{str(path)!r} is not UTF-8: byte {data[offset]:#04x} at offset {offset}. "
            "Save it as UTF-8 in an editor, or convert it with "
            "`iconv -f ENCODING -t UTF-8 OLD > NEW`, where ENCODING is for example "
            "WINDOWS-1252, UTF-16 or GB18030"
        ) from error


def clean(line, unicode=False):
    """Reduce a line to lower-case letters and single spaces.

    Classic rule: every run of characters other than A-Z and a-z is one space.
    With `unicode`, the letters and combining marks of every script stay, composed
    (NFC) where Unicode has a composed form; every other run is one space.
    """
    if not unicode:
        return re.sub("[^A-Za-z]+", " ", line).strip().lower()
    # Composed last, as the lower case of a composed letter can come out decomposed.
    letters = unicodedata.normalize("NFC", line.lower())
    kept = (c if unicodedata.category(c)[0] in "LM" else " " for c in letters)
    return " ".join("".join(kept).split())


def tokenize(lines, token="word"):
    """Cut each line into words or characters: a list of lists of strings.

    Raises ValueError if `token` is neither ``'word'`` nor ``'char'``.
    """
    if token == "word":
        return [line.split() for line in lines]
    if token == "char":
        return [list(line) for line in lines]
    raise ValueError(f"token={token!r} is no kind of token: use 'word' or 'char'")


def read_time_machine():
    """Lines of *The Time Machine*, or of the stand-in text: lower case, a-z, spaces.

    Blank lines stay, as ``''``. Which text is read: see `find_time_machine`.
    """
    return [clean(line) for line in read_lines(find_time_machine().path)]


def load_corpus_time_machine(max_tokens=-1):
    """Characters of *The Time Machine*, or of the stand-in text, as indices.

    Returns `(corpus, vocab)`: a list of int, cut to `max_tokens` unless that is -1,
    and the `Vocab` of the whole text. The lines follow each other without a space,
    so the last word of a line runs into the first of the next. Published results
    depend on it (170580 tokens and 28 indices for the book), so it stays.
    Raises ValueError if `max_tokens` is 0 or below -1.
    """
    return load_corpus("time_machine", max_tokens=max_tokens)


def load_corpus(
    path_or_name,
    token="char",
    max_tokens=-1,
    unicode=False,
    min_freq=0,
    reserved_tokens=None,
):
    """Tokens of a text as indices, for your own file or an embedded text.

    `path_or_name` is the path of a UTF-8 file, a name in `sources.EMBEDDED`, or
    ``'time_machine'`` (see `load_corpus_time_machine`). A name wins over a file
    of that name: write ``'./name'`` for the file. `token` and `unicode` are as in
    `tokenize` and `clean`, `min_freq` and `reserved_tokens` as in `Vocab`.

    Returns `(corpus, vocab)`: a list of int, cut to `max_tokens` unless that is -1,
    and the `Vocab` of the whole text. Among characters one space stands between
    lines, and blank lines are skipped; only ``'time_machine'`` has the classic join.
    Raises FileNotFoundError, and ValueError for a text that is not UTF-8 or holds
    no letters, and for a bad `token` or `max_tokens`.
    """
    max_tokens = check_max_tokens(max_tokens)
    tokenize([], token)  # a wrong kind is reported before a file is opened
    joint = "" if path_or_name == "time_machine" else " "
    return corpus_of(
        find_source(path_or_name),
        token,
        max_tokens,
        unicode,
        min_freq,
        reserved_tokens,
        joint,
    )


def corpus_of(
    source,
    token="char",
    max_tokens=-1,
    unicode=False,
    min_freq=0,
    reserved_tokens=None,
    joint=" ",
):
    """`(corpus, vocab)` of a `Source`; `joint` stands between lines of characters."""
    raw = read_lines(source.path)
    lines = [line for line in (clean(line, unicode) for line in raw) if line]
    if not lines:
        raise ValueError(_no_letters(source, raw, unicode))
    if token == "char":
        lines = [joint.join(lines)]
    tokens = [each for line in tokenize(lines, token) for each in line]
    vocab = Vocab(tokens, min_freq, reserved_tokens)
    corpus = vocab[tokens]
    return (corpus[:max_tokens] if max_tokens > 0 else corpus), vocab


def check_max_tokens(max_tokens):
    """`max_tokens` as an int: -1 for the whole text, else 1 or more."""
    try:
        number = as_index(max_tokens)
    except TypeError:
        raise TypeError(
            f"max_tokens={max_tokens!r} is not a whole number: "
            "use -1 for the whole text, or 1 or more"
        ) from None
    if number == 0 or number < -1:
        raise ValueError(
            f"max_tokens={max_tokens!r} leaves no text: "
            "use -1 for the whole text, or 1 or more"
        )
    return number


def _no_letters(source, raw, unicode):
    message = f"{str(source.path)!r} is empty once cleaned to letters and spaces"
    if not unicode and any(clean(line, unicode=True) for line in raw):
        return (
            f"{message} a-z: its letters are of another script. Pass unicode=True, "
            "as in load_corpus(path, unicode=True)"
        )
    return f"{message}: give a file that holds text"
