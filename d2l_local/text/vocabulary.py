"""The vocabulary: tokens, their indices, and how often each token occurs.

Names and indices follow the classic ``d2l`` API.
"""

import warnings
from collections import Counter
from collections.abc import Mapping, Set
from itertools import chain
from numbers import Real
from operator import index as as_index

from d2l_local.arguments import level_of_caller

UNKNOWN = "<unk>"


def count_corpus(tokens):
    """Count how often each token occurs.

    `tokens` is a list of tokens, or a list of lines that are lists of tokens, or a
    `collections.Counter` of tokens. A tuple is one token, a bigram for example; among
    lines that are lists, a string counts as its characters, with a warning. Returns a
    `Counter`, in first-seen order. Raises TypeError for anything else, and for what
    can't be a token.
    """
    if isinstance(tokens, Counter):
        return Counter(tokens)
    if isinstance(tokens, (Mapping, Set)) or not hasattr(tokens, "__getitem__"):
        raise TypeError(
            f"tokens is of type {type(tokens).__name__}: give a list of tokens, or of "
            "lists of tokens (list(...) turns other iterables into one)"
        )
    if len(tokens) > 0 and isinstance(tokens[0], list):
        tokens = _flattened(tokens)
    try:
        return Counter(tokens)
    except TypeError as error:  # a token that has no hash
        raise TypeError(
            f"tokens holds something that can't be a token: {error}. Give a list of "
            "strings or of tuples, or a list of such lists"
        ) from error


def _flattened(lines):
    for i, line in enumerate(lines):
        if isinstance(line, str):
            warnings.warn(
                f"tokens[{i}] is {line!r:.50}, where the lines before are lists, so "
                "its characters are counted: give either tokens or lists of tokens",
                stacklevel=level_of_caller(),
            )
        elif not isinstance(line, (list, tuple)):
            raise TypeError(
                f"tokens[{i}] is {line!r}, where the lines before are lists: "
                "give either tokens or lists of tokens"
            )
    return chain.from_iterable(lines)


class Vocab:
    """Two-way table between tokens and indices.

    Index 0 is ``'<unk>'``, which stands for every token that the table lacks.
    The `reserved_tokens` come next, in the order given, then the tokens by
    falling frequency; tokens that occur equally often keep the order in which
    they were first seen. Tokens seen fewer than `min_freq` times are left out.

    `tokens` is as in `count_corpus`. `idx_to_token` (list) and `token_to_idx` (dict)
    hold the table itself; a token that is a tuple is looked up there.
    Warns if `reserved_tokens` names a token twice or names ``'<unk>'``, which then has
    two places and the index of the first. Raises TypeError if `min_freq` isn't a number
    or `reserved_tokens` isn't a list of tokens.
    """

    def __init__(self, tokens=None, min_freq=0, reserved_tokens=None):
        counts = count_corpus([] if tokens is None else tokens)
        self._number(counts, min_freq, reserved_tokens)

    @classmethod
    def from_counts(cls, counts, min_freq=0, reserved_tokens=None):
        """Build the vocabulary from counts that `count_corpus` returned."""
        vocab = cls.__new__(cls)
        vocab._number(counts, min_freq, reserved_tokens)
        return vocab

    def _number(self, counts, min_freq, reserved_tokens):
        if not isinstance(min_freq, Real):
            raise TypeError(
                f"min_freq={min_freq!r} is not a number: give how often a token must "
                "occur, 0 for all tokens"
            )
        if min_freq != min_freq:  # no count is at least nan: all tokens would go
            raise ValueError(
                f"min_freq={min_freq!r}: give how often a token must occur, 0 for all "
                "tokens"
            )
        # `sorted` is stable: ties stay in first-seen order.
        self._token_freqs = sorted(
            counts.items(), key=lambda item: item[1], reverse=True
        )
        self.idx_to_token = [UNKNOWN, *_reserved(reserved_tokens)]
        known = set(self.idx_to_token)
        self.idx_to_token += [
            token
            for token, freq in self._token_freqs
            if freq >= min_freq and token not in known
        ]
        self.token_to_idx = {}
        for i, token in enumerate(self.idx_to_token):
            self.token_to_idx.setdefault(token, i)
        self._holds_tuples = any(isinstance(token, tuple) for token in counts)

    def __len__(self):
        return len(self.idx_to_token)

    def __contains__(self, token):
        return token in self.token_to_idx

    def __getitem__(self, tokens):
        """Return the index of a token, or a list of indices of a list or tuple.

        Where tokens are tuples (bigrams, trigrams), a tuple is one token.
        """
        if isinstance(tokens, list if self._holds_tuples else (list, tuple)):
            return [self[token] for token in tokens]
        try:
            return self.token_to_idx.get(tokens, self.unk)
        except TypeError as error:  # no hash: an array, for example
            raise TypeError(
                f"{tokens!r} can't be a token: {error}. Give a string, or a list of "
                "strings"
            ) from error

    def __repr__(self):
        shown = ", ".join(repr(token) for token in self.idx_to_token[:5])
        more = ", ..." if len(self) > 5 else ""
        return f"Vocab({len(self)} tokens: {shown}{more})"

    def to_tokens(self, indices):
        """Return the token of an index, or a list of tokens of a list, tuple or array.

        An array may be of floats, as MXNet's batches are, if they are whole. An index
        may be any whole-number scalar, a 0-d tensor included; a negative one counts
        from the end, with a warning. Raises IndexError outside 0 to
        ``len(vocab) - 1``, TypeError if not a whole number.
        """
        if hasattr(indices, "tolist"):  # an array
            several = getattr(indices, "ndim", 0) > 0
            indices = indices.tolist()
            indices = _whole(indices) if several else indices
        if isinstance(indices, (list, tuple)):
            return [self.to_tokens(index) for index in indices]
        try:
            i = as_index(indices)
        except TypeError:
            raise TypeError(
                f"{indices!r} isn't an index: give a whole number, or a list of them"
            ) from None
        if -len(self) <= i < 0:
            warnings.warn(
                f"index {i} counts from the end of the vocabulary of {len(self)} "
                f"tokens: use 0 to {len(self) - 1}",
                stacklevel=level_of_caller(),
            )
        elif not 0 <= i < len(self):
            raise IndexError(
                f"index {i} is outside this vocabulary of {len(self)} tokens: "
                f"use 0 to {len(self) - 1}"
            )
        return self.idx_to_token[i]

    @property
    def unk(self):
        """Index of the unknown token."""
        return 0

    @property
    def token_freqs(self):
        """List of (token, count) by falling count, rare tokens included."""
        return self._token_freqs


def _whole(numbers):
    """Return nested lists of floats as ints, where they are whole."""
    if isinstance(numbers, list):
        return [_whole(number) for number in numbers]
    whole = isinstance(numbers, float) and numbers.is_integer()
    return int(numbers) if whole else numbers


def _reserved(tokens):
    if isinstance(tokens, (str, bytes)):
        raise TypeError(
            f"reserved_tokens must be a list of tokens, not the string {tokens!r}: "
            f"write [{tokens!r}]"
        )
    try:
        tokens = [] if tokens is None else list(tokens)
        counts = Counter([UNKNOWN, *tokens])
    except TypeError as error:
        raise TypeError(
            f"reserved_tokens={tokens!r} must be a list of tokens, such as ['<pad>']: "
            f"{error}"
        ) from error
    twice = [token for token, n in counts.items() if n > 1]
    if twice:
        warnings.warn(
            f"reserved_tokens {tokens!r} gives {twice[0]!r} two places in the table: "
            f"name each token once and leave out {UNKNOWN!r}, which is always there",
            stacklevel=level_of_caller(),
        )
    return tokens
