"""Read sentence pairs for translation, clean them, and turn them into NumPy arrays.

One line of a corpus is a sentence, a tab, and its translation. The embedded corpus is
English and French, original, and sorted from short to long, so that its first pairs
are the easiest.
"""

import re
import unicodedata
import warnings
from importlib.resources import files

import numpy as np

from d2l_local.arguments import at_least, at_least_one, level_of_caller
from d2l_local.quiet import say
from d2l_local.text.cleaning import check_marks
from d2l_local.text.prompt import is_known
from d2l_local.text.reading import read_lines
from d2l_local.text.vocabulary import Vocab

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"
RESERVED = (PAD, BOS, EOS)
EMBEDDED_PAIRS = "phrases_en_fr.tsv"


def read_data_nmt(path=None):
    """Return the text of a parallel corpus: one pair a line, a tab in between.

    `path` is a UTF-8 file of your own; columns after the second are ignored, and so
    are blank lines. Without it, the embedded English-French corpus is read, and one
    printed line says so.

    Warns of lines that are no pairs, which `tokenize_nmt` leaves out. Raises
    FileNotFoundError naming the file, ValueError for a file that is not UTF-8 or
    holds no pair.
    """
    if path is None:
        path = files("d2l_local").joinpath("data", EMBEDDED_PAIRS)
        # No path in this line: stored notebook outputs are compared between machines.
        say(
            'Corpus: "English-French phrases", embedded in d2l_local. For another one '
            "pass a file of your own: read_data_nmt(path)."
        )
    text = "\n".join(read_lines(path))
    if not _pairs(text, repr(str(path))):
        raise ValueError(
            f"{str(path)!r} holds no sentence pair: give one pair a line, a sentence, "
            "a tab, and its translation"
        )
    return text


def preprocess_nmt(text):
    """Make a text lower case, with plain spaces and a space before each of ``, . ! ?``.

    The non-breaking spaces of French typography become plain ones, and letters with
    accents are composed (NFC), so that a word has one form only. Tabs and line ends
    stay. Raises TypeError if `text` isn't a string, ValueError for a letter with more
    combining marks than any language puts on one.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is of type {type(text).__name__}: give one string")
    check_marks(text, "text")
    text = text.replace("\u202f", " ").replace("\xa0", " ")
    text = unicodedata.normalize("NFC", text.lower())
    return re.sub(r"(?<=[^ ])([,.!?])", r" \1", text)


def tokenize_nmt(text, num_examples=None):
    """Cut a preprocessed corpus into words: `(source, target)`, two lists of lists.

    `num_examples`: how many pairs to take from the top, None or 0 for all of them. The
    classic function takes one pair too many; this one doesn't.
    A line without a tab or with an empty side is left out, with a warning. Raises
    ValueError for `num_examples` below 0.
    """
    if num_examples is not None:
        num_examples = at_least(0, "num_examples", num_examples) or None
    pairs = _pairs(text, "the text")[:num_examples]
    source = [sentence.split() for sentence, _ in pairs]
    target = [sentence.split() for _, sentence in pairs]
    return source, target


def truncate_pad(line, num_steps, padding_token):
    """Cut or pad `line` at its end to a list of exactly `num_steps` tokens.

    Raises TypeError if `line` is a string, ValueError if `num_steps` is below 1.
    """
    num_steps = at_least_one("num_steps", num_steps)
    if isinstance(line, str):
        raise TypeError(f"line={line!r} is a string: give a list of tokens or indices")
    line = list(line[:num_steps])
    return line + [padding_token] * (num_steps - len(line))


def build_array_nmt(lines, vocab, num_steps):
    """Turn sentences into an array of indices, each with ``'<eos>'`` at its end.

    `lines` is a list of lists of words. Returns `(array, valid_len)`: int64 of shape
    (n, num_steps), padded with ``'<pad>'``, and int32 of shape (n,), the number of
    tokens before the padding, ``'<eos>'`` included. A sentence of `num_steps` words or
    more is cut and loses its ``'<eos>'``.

    Raises TypeError if a sentence is a string, ValueError if `vocab` lacks one of the
    two tokens or `num_steps` is below 1.
    """
    num_steps = at_least_one("num_steps", num_steps)
    eos, pad = reserved_index(vocab, EOS), reserved_index(vocab, PAD)
    array = np.full((len(lines), num_steps), pad, dtype=np.int64)
    valid_len = np.empty(len(lines), dtype=np.int32)
    for i, line in enumerate(lines):
        if isinstance(line, str):
            raise TypeError(
                f"lines[{i}]={line!r} is a string: give each sentence as a list of "
                "words, as tokenize_nmt does"
            )
        indices = [*vocab[list(line[:num_steps])], eos][:num_steps]
        array[i, : len(indices)] = indices
        valid_len[i] = len(indices)
    return array, valid_len


def load_arrays_nmt(num_steps, num_examples=600, path=None):
    """Load a corpus: `((X, X_valid_len, Y, Y_valid_len), src_vocab, tgt_vocab)`.

    The arrays are those of `build_array_nmt`, for the source and for the target
    language. Each vocabulary holds the words that occur twice or more, after
    ``'<unk>'``, ``'<pad>'``, ``'<bos>'`` and ``'<eos>'``; words that occur once are
    ``'<unk>'``. `num_examples` is as in `tokenize_nmt`, `path` as in `read_data_nmt`.

    Raises what those raise. Warns if `num_steps` cuts every translation, from which a
    model never learns where to stop.
    """
    num_steps = at_least_one("num_steps", num_steps)
    text = preprocess_nmt(read_data_nmt(path))
    source, target = tokenize_nmt(text, num_examples)
    shortest = min(len(line) for line in target)
    if num_steps <= shortest:
        warnings.warn(
            f"num_steps={num_steps} cuts off the {EOS!r} of every translation, so a "
            f"model never learns to stop: give at least {shortest + 1}",
            stacklevel=level_of_caller(),
        )
    src_vocab = Vocab(source, min_freq=2, reserved_tokens=RESERVED)
    tgt_vocab = Vocab(target, min_freq=2, reserved_tokens=RESERVED)
    arrays = (
        *build_array_nmt(source, src_vocab, num_steps),
        *build_array_nmt(target, tgt_vocab, num_steps),
    )
    return arrays, src_vocab, tgt_vocab


def encode_source(src_sentence, src_vocab, num_steps):
    """Turn a sentence to translate into a batch of one, like `build_array_nmt`.

    It is cleaned like the corpus, so ``'Go.'`` and ``'go .'`` are the same; a word that
    the vocabulary lacks becomes ``'<unk>'``. Raises TypeError if it isn't a string,
    ValueError if it is empty.
    """
    if not isinstance(src_sentence, str):
        raise TypeError(
            f"src_sentence={src_sentence!r} isn't a string: give one sentence"
        )
    words = preprocess_nmt(src_sentence).split()
    if not words:
        raise ValueError(f"src_sentence={src_sentence!r} holds no word to translate")
    return build_array_nmt([words], src_vocab, num_steps)


def reserved_index(vocab, token):
    """Return the index of a reserved token; raises ValueError if `vocab` lacks it.

    The vocabulary itself would return the index of ``'<unk>'``.
    """
    if not is_known(token, vocab):
        raise ValueError(
            f"the vocabulary of {len(vocab)} tokens lacks {token!r}: build it with "
            f"reserved_tokens={list(RESERVED)}"
        )
    return vocab[token]


def _pairs(text, where):
    """Return the (sentence, translation) pairs of a text, without other lines.

    Blank lines are left out in silence, others with one warning for all of them.
    """
    pairs, bad = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        columns = [column.strip() for column in line.split("\t")[:2]]
        if len(columns) < 2 or not all(columns):
            what = "has no tab" if len(columns) < 2 else "has an empty side"
            bad.append(f"line {number} of {where} {what}: {line[:60]!r}")
        else:
            pairs.append(tuple(columns))
    if bad:
        more = f" ({len(bad) - 1} more like it)" if len(bad) > 1 else ""
        warnings.warn(
            f"{bad[0]}{more}. Such lines are left out: each line is a sentence, a tab, "
            "and its translation",
            stacklevel=level_of_caller(),
        )
    return pairs
