"""A text as a row of indices: a list, or for a large text an array in a file.

A text of any size is read twice, in pieces: once to count its tokens, once to number
them. The array of a large one lies in a file without a name in the folder for
temporary files (TMPDIR, which should not be in memory itself), in the smallest type
that holds its vocabulary, one byte a character as a rule. The parts that are read
come into memory, and may leave it again. The system removes the file with the array,
even if the process is killed.

Measured with 100 MB of English: the memory of the process grows by 5 MiB at most
while they are loaded. Words need the memory of their vocabulary besides.
"""

import tempfile
import warnings
from collections import Counter
from contextlib import closing, contextmanager
from itertools import repeat
from operator import index as as_index

import numpy as np

from d2l_local.arguments import check_flag, level_of_caller
from d2l_local.text.cleaning import clean_pieces, count_dropped
from d2l_local.text.reading import read_pieces
from d2l_local.text.vocabulary import Vocab

LONGEST_LIST = 1 << 22  # tokens: any novel, and 32 MiB of memory


def corpus_of(
    source,
    token="char",
    max_tokens=-1,
    unicode=False,
    min_freq=0,
    reserved_tokens=None,
    joint=" ",
):
    """Return `(corpus, vocab)` of a `Source`; `joint` goes between lines of characters.

    Other parameters, result and errors are those of `load_corpus`.
    """
    check_flag("unicode", unicode)
    counts, dropped = Counter(), []
    for tokens in _tokens(source, token, unicode, joint, dropped):
        counts.update(tokens)
    if not counts:
        raise ValueError(_no_letters(source, unicode))
    # Only the classic text is joined by nothing, and that is cut to a-z on purpose.
    if sum(dropped) and joint:
        _warn_of_dropped(source, sum(dropped), counts)
    vocab = Vocab.from_counts(counts, min_freq, reserved_tokens)
    whole = max_tokens == -1
    wanted = counts.total() if whole else min(counts.total(), max_tokens)
    encode = _encode_words if token == "word" else _encode_characters
    store = _list if wanted <= LONGEST_LIST else _file
    # Closed here, as an error that is kept would keep the text's file open, too.
    with closing(_tokens(source, token, unicode, joint)) as tokens:
        # All of a whole text, so that one that has grown is noticed.
        chosen = tokens if whole else _first(tokens, wanted)
        corpus = store(encode(chosen, vocab), wanted, len(vocab))
    if len(corpus) != wanted:
        raise _changed(source)
    return corpus, vocab


def check_max_tokens(max_tokens):
    """Return `max_tokens` as an int: -1 for the whole text, else 1 or more.

    As in the classic API, 0 and any negative number are -1; all but -1 with a warning.
    """
    try:
        number = as_index(max_tokens)
    except TypeError:
        raise TypeError(
            f"max_tokens={max_tokens!r} is not a whole number: "
            "use -1 for the whole text, or 1 or more"
        ) from None
    if number == 0 or number < -1:
        warnings.warn(
            f"max_tokens={max_tokens!r} stands for the whole text: to ask for that, "
            "use -1, and 1 or more for a part of it",
            stacklevel=level_of_caller(),
        )
    return number if number > 0 else -1


def _tokens(source, token, unicode, joint, dropped=None):
    """Yield the tokens in pieces: strings of characters, or lists of words.

    To the list `dropped` goes the number of letters that cleaning drops, by piece.
    """
    pieces, name = read_pieces(source.path), repr(str(source.path))
    if dropped is not None and not unicode:
        pieces = _watched(pieces, dropped)
    if token == "char":
        yield from clean_pieces(pieces, unicode, joint, name)
        return
    word = []  # the parts of one that may continue: joined once, however many they are
    for piece in clean_pieces(pieces, unicode, name=name):
        first, *words = piece.split(" ")
        word.append(first)
        if words:
            yield ["".join(word), *words[:-1]]
            word = [words[-1]]
    yield list(filter(None, ["".join(word)]))


def _watched(pieces, dropped):
    for piece in pieces:
        dropped.append(count_dropped(piece))
        yield piece


def _warn_of_dropped(source, number, counts):
    """Warn that a text loses letters; `counts` are of the tokens that are left."""
    kept = sum(len(token) * n for token, n in counts.items() if token != " ")
    warnings.warn(
        f"{str(source.path)!r} loses {number} of its {number + kept} letters and "
        "accents, since only a to z are kept: to keep them all, pass unicode=True, as "
        "in load_corpus(path, unicode=True)",
        stacklevel=level_of_caller(),
    )


def _first(pieces, n):
    """Yield the first `n` tokens of pieces of tokens."""
    for piece in pieces:
        yield piece[:n]
        n -= len(piece)
        if n <= 0:
            return


def _encode_characters(pieces, vocab):
    table = np.zeros(0x110000, _smallest_type(len(vocab)))
    for token, i in vocab.token_to_idx.items():
        if len(token) == 1:  # a reserved token may be longer
            table[ord(token)] = i
    for piece in pieces:
        yield table[np.frombuffer(piece.encode("utf-32-le"), "<u4")]


def _encode_words(pieces, vocab):
    kind, find = _smallest_type(len(vocab)), vocab.token_to_idx.get
    for words in pieces:
        indices = map(find, words, repeat(vocab.unk))
        yield np.fromiter(indices, kind, len(words))


def _smallest_type(num_indices):
    return np.min_scalar_type(num_indices - 1)


def _list(pieces, n, num_indices):
    """Return a list of the indices, which share their int objects."""
    shared = list(range(num_indices))
    return [shared[i] for piece in pieces for i in piece.tolist()]


def _file(pieces, n, num_indices):
    """Return an array of `n` indices in a nameless file; fewer if there are no more."""
    kind = _smallest_type(num_indices)
    size = n * kind.itemsize
    with _storing(size):
        # Not buffered, so a failed write isn't tried again at the end.
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    with file:
        for piece in pieces:
            with _storing(size):
                _write(file, memoryview(piece).cast("B"))
        if file.tell() == 0:  # which can't be mapped
            return np.zeros(0, kind)
        with _storing(size):
            # Copy on write: a change to the corpus changes only this process's view.
            return np.memmap(file, kind, "c")


def _write(file, data):
    while data:
        data = data[file.write(data) :]


@contextmanager
def _storing(size):
    try:
        yield
    except OSError as error:
        folder = tempfile.tempdir or "for temporary files"
        raise OSError(
            error.errno,
            f"cannot store the indices of the text, {size} bytes, in the folder "
            f"{folder!r}: {error.strerror}. Make room there, set TMPDIR to a folder "
            "that has room, or lower max_tokens",
        ) from error


def _changed(source):
    return ValueError(
        f"{str(source.path)!r} changed while it was read: load it again when nothing "
        "writes to it"
    )


def _no_letters(source, unicode):
    message = f"{str(source.path)!r} is empty once cleaned to letters and spaces"
    if not unicode and any(clean_pieces(read_pieces(source.path), unicode=True)):
        return (
            f"{message} a-z: its letters are of another script. Pass unicode=True, "
            "as in load_corpus(path, unicode=True)"
        )
    return f"{message}: give a file that holds text"
