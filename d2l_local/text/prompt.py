"""Turn the prompt of a language model into indices, and generated indices into text."""

from numbers import Integral


def encode_prompt(prefix, num_preds, vocab):
    """Turn the start of a text into the indices that a model reads.

    `prefix` is a string, read character by character, or a list of tokens, for a
    vocabulary of words; `num_preds` is the number of tokens to generate after it.
    Returns a non-empty list of indices.

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
    missing = sorted({token for token in prefix if vocab[token] == vocab.unk}, key=str)
    if missing:
        raise ValueError(
            f"the prefix {prefix!r} holds {missing}, which the vocabulary of "
            f"{len(vocab)} tokens does not know: use tokens of the training text "
            "(for a vocabulary of words, pass a list of words)"
        )
    return [vocab[token] for token in prefix]


def decode_tokens(indices, vocab, prefix):
    """Join generated `indices` to text: characters plainly, words with spaces.

    The type of `prefix` decides, as in `encode_prompt`: a string means characters.
    """
    separator = "" if isinstance(prefix, str) else " "
    return separator.join(vocab.to_tokens(list(indices)))
