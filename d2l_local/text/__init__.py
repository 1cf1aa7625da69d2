"""From a text file to batches of token indices, without tensors.

    sources         finds the file that a name such as 'time_machine' stands for
    reading         reads the lines of a file, or a large one in pieces
    formats         what isn't plain text in UTF-8, and what to do about it
    cleaning        lower-case letters and single spaces
    vocabulary      tokens and their indices
    corpus          the indices of a whole text, in memory or in a file
    loading         reads, tokenizes and numbers a text in one call
    batching        a corpus as minibatches of subsequences
    prompt          the beginning of a text that a model is to continue
    sentence_pairs  sentences and their translations
    bleu            scores a translation against a reference

`load_corpus` and the other names of `loading` can be imported from this package.
"""

from d2l_local.text.loading import (
    load_corpus,
    load_corpus_time_machine,
    read_time_machine,
    tokenize,
)

__all__ = [
    "load_corpus",
    "load_corpus_time_machine",
    "read_time_machine",
    "tokenize",
]
