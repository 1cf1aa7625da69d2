"""Text, from a file to batches of token indices. Nothing here touches a tensor.

    sources         which file a name such as 'time_machine' stands for
    reading         the lines of a file, or pieces of a large one
    cleaning        letters, spaces, lower case
    vocabulary      tokens and their indices
    corpus          the indices of a whole text, in memory or in a file
    loading         read, tokenize and number a text in one call
    batching        a corpus as minibatches of subsequences
    prompt          the beginning of a text that a model is to continue
    sentence_pairs  sentences and their translations
    bleu            how close a translation comes to a reference

`from d2l_local.text import load_corpus` and its kin are handed on from `loading`.
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
