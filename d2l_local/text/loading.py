"""Read a text, clean it, cut it into tokens and number them."""

import warnings

from d2l_local.text.cleaning import clean
from d2l_local.text.corpus import check_max_tokens, corpus_of
from d2l_local.text.reading import read_lines
from d2l_local.text.sources import find_source, find_time_machine


def tokenize(lines, token="word"):
    """Cut each line into words or characters; returns a list of lists of strings.

    By characters, a line may be a list of strings, which are its tokens. One string is
    taken as a list of its characters, with a warning. Raises ValueError if `token` is
    neither ``'word'`` nor ``'char'``, TypeError for lines of any other kind.
    """
    if isinstance(lines, str):
        warnings.warn(
            f"lines is one string, {lines[:20]!r}, so that each of its characters is a "
            "line: give a list of lines, such as text.splitlines()",
            stacklevel=2,
        )
    if isinstance(lines, bytes) or not hasattr(lines, "__iter__"):
        raise TypeError(f"lines={lines!r:.200} isn't a list: give a list of strings")
    lines = list(lines)
    for i, line in enumerate(lines):
        if not isinstance(line, str) and not (token == "char" and _is_cut(line)):
            raise TypeError(
                f"lines[{i}] is {line!r}, not a string: give a list of strings"
            )
    if token == "word":
        return [line.split() for line in lines]
    if token == "char":
        return [list(line) for line in lines]
    raise ValueError(f"token must be 'word' or 'char', got {token!r}")


def _is_cut(line):
    """Tell if a line is a list of tokens already."""
    return isinstance(line, (list, tuple)) and all(isinstance(t, str) for t in line)


def read_time_machine():
    """Return the lines of *The Time Machine* or its stand-in: lower case, a-z, spaces.

    Blank lines stay, as ``''``. Which text is read: see `find_time_machine`.
    """
    return [clean(line) for line in read_lines(find_time_machine().path)]


def load_corpus_time_machine(max_tokens=-1):
    """Return the characters of *The Time Machine*, or its stand-in, as indices.

    Returns `(corpus, vocab)`: a list of int, cut to `max_tokens` unless that is -1,
    and the `Vocab` of the whole text. The lines are joined without a space,
    so the last word of a line runs into the first of the next. Published results
    depend on this (170580 tokens and 28 indices for the book), so it stays.
    Warns if `max_tokens` is 0 or below -1, which is the whole text, too.
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
    """Return the tokens of a text as indices: your own file, or an embedded text.

    `path_or_name` is the path of a UTF-8 file, a name in `sources.EMBEDDED`, or
    ``'time_machine'`` (see `load_corpus_time_machine`). A name wins over a file
    of that name: write ``'./name'`` for the file. `token` and `unicode` are as in
    `tokenize` and `clean`, `min_freq` and `reserved_tokens` as in `Vocab`.

    Returns `(corpus, vocab)`: a list of int, cut to `max_tokens` unless that is -1,
    and the `Vocab` of the whole text. Beyond `corpus.LONGEST_LIST` tokens, four
    million, the corpus is a NumPy array of unsigned integers in a file
    (see `d2l_local.text.corpus`). Among characters one space stands between
    lines, and blank lines are skipped; only ``'time_machine'`` has the classic join.
    Raises FileNotFoundError; ValueError for a text that is not UTF-8, has no
    letters or changes while it is read, and for a bad `token` or `max_tokens`; OSError
    if there is no room for the file. Warns, with the numbers, if `unicode` is false and
    the text has letters outside a-z; the classic text of the book is exempt.
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
