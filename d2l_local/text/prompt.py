"""Turn the prompt of a language model into indices, and generated indices into text.

A vocabulary is a `Vocab`, or whatever has `[]`, `len` and `idx_to_token`.
"""

import warnings
from numbers import Integral

from d2l_local.arguments import level_of_caller
from d2l_local.text.vocabulary import UNKNOWN

CLASSIC_PREFIXES = ("time traveller", "traveller")
LONGEST_START = {"characters": 10, "words": 3}


def encode_prompt(prefix, num_preds, vocab, *, unknown=False):
    """Turn the start of a text into the indices that a model reads.

    `prefix` is a string, read character by character, or a list of tokens, for a
    vocabulary of words; `num_preds` is the number of tokens to generate after it.
    Returns a non-empty list of indices. With `unknown`, tokens that the vocabulary
    does not hold become `<unk>`, and a warning names them.

    Raises ValueError for an empty prefix, for tokens that the vocabulary does not
    hold (the model never saw them, so its answer to `<unk>` would be noise), and for
    a negative `num_preds`, TypeError for a prefix or a number of another type.
    """
    if not isinstance(prefix, (str, list, tuple)):
        raise TypeError(
            f"prefix={prefix!r} is neither a string nor a list of tokens: give the "
            "start of a text"
        )
    if len(prefix) == 0:
        raise ValueError("the prefix is empty: give the model at least one token")
    if not isinstance(num_preds, Integral):
        raise TypeError(
            f"num_preds={num_preds!r} is not a whole number: give how many tokens to "
            "generate"
        )
    if num_preds < 0:
        raise ValueError(f"num_preds is {num_preds}: it must be 0 or more")
    missing = sorted({token for token in prefix if not is_known(token, vocab)}, key=str)
    if not unknown and UNKNOWN in prefix and not isinstance(prefix, str):
        missing = sorted({UNKNOWN, *missing}, key=str)
    if not missing:
        return [vocab[token] for token in prefix]
    message = (
        f"the prefix {prefix!r} holds {missing}, which the vocabulary of "
        f"{len(vocab)} tokens does not know: use tokens of the training text "
        "(for a vocabulary of words, pass a list of words)"
    )
    if not unknown:
        raise ValueError(message)
    try:
        indices = [
            getattr(vocab, "unk", 0) if token in missing else vocab[token]
            for token in prefix
        ]
    except LookupError:
        raise ValueError(message) from None
    warnings.warn(
        f"{message}. The model reads {UNKNOWN!r} in their place",
        stacklevel=level_of_caller(),
    )
    return indices


def is_known(token, vocab):
    """Tell if a vocabulary holds a token, for which it may give `<unk>` otherwise."""
    try:
        return _token_of(vocab[token], vocab) == token
    except LookupError:  # a vocabulary without `<unk>`
        return False


def decode_tokens(indices, vocab, prefix):
    """Join generated `indices` to text: characters plainly, words with spaces.

    The type of `prefix` decides, as in `encode_prompt`: a string means characters.
    """
    separator = "" if isinstance(prefix, str) else " "
    return separator.join(_token_of(index, vocab) for index in indices)


def default_prefixes(vocab, corpus=()):
    """Return starts of texts that a vocabulary knows, as a list of prefixes.

    These are the classic ones, as strings or for a vocabulary of words as lists. One
    that doesn't know them gets the start of the `corpus`, a row of indices, or else
    the first token that is a word or a letter; none if there is no such token.
    """
    for known in (CLASSIC_PREFIXES, [prefix.split() for prefix in CLASSIC_PREFIXES]):
        if all(is_known(token, vocab) for prefix in known for token in prefix):
            return list(known)
    tokens = [_token_of(i, vocab) for i in range(len(vocab))]
    tokens = [t for t in tokens if _is_text(t)]
    words = any(len(token) > 1 for token in tokens)
    longest = LONGEST_START["words" if words else "characters"]
    start = [_token_of(int(i), vocab) for i in corpus[:longest]]
    if not start or not all(map(_is_text, start)):
        start = [token for token in tokens if token.strip()][:1]
    return [start if words else "".join(start)] if start else []


def _is_text(token):
    """Tell if a token is a part of a text, unlike `<unk>` and `<pad>`."""
    return isinstance(token, str) and not (
        len(token) > 2 and token[0] + token[-1] == "<>"
    )


def _token_of(index, vocab):
    if hasattr(vocab, "to_tokens"):
        return vocab.to_tokens(index)
    return vocab.idx_to_token[index]
