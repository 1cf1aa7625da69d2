"""BLEU: how much a translation has in common with a reference translation."""

import math
from collections import Counter

from d2l_local.arguments import at_least_one


def bleu(pred_seq, label_seq, k):
    """Return the BLEU score, 0 to 1, of the sentence `pred_seq` against `label_seq`.

    Both are strings of tokens with spaces between; `k` is the length of the longest
    n-grams to compare. With p_n for the fraction of the predicted n-grams that
    also occur in the label, each counted at most as often as it occurs there, the score
    is

        exp(min(0, 1 - len_label / len_pred)) * product of p_n ** (1 / 2 ** n),

    over n = 1 to `k`. The first factor punishes a prediction that is too short, and
    the exponent makes long matches count for more. A label shorter than `k` tokens is
    compared up to its own length, so that a perfect translation always has score 1;
    an empty prediction has score 0.

    Raises TypeError if a sentence isn't a string or `k` isn't a whole number,
    ValueError if `k` is below 1 or the label is empty. (Papineni and others 2002,
    https://aclanthology.org/P02-1040, with the weights of the classic `d2l`.)
    """
    k = at_least_one("k", k)
    pred, label = _tokens("pred_seq", pred_seq), _tokens("label_seq", label_seq)
    if not label:
        raise ValueError(
            f"label_seq={label_seq!r} holds no token: give the reference translation"
        )
    if not pred:
        return 0.0
    score = math.exp(min(0, 1 - len(label) / len(pred)))
    predicted, expected = pred, label  # n-grams, first of one token
    for n in range(1, min(k, len(label)) + 1):
        # `&` keeps the smaller count: a word said three times matches only as often
        # as the label has it.
        matches = (Counter(predicted) & Counter(expected)).total()
        if matches == 0:  # nor has any longer one, and a shorter prediction has none
            return 0.0
        score *= (matches / len(predicted)) ** (0.5**n)
        numbers = {}  # a number for each n-gram, so the next ones are pairs
        predicted = _longer(predicted, pred[n:], numbers)
        expected = _longer(expected, label[n:], numbers)
    return score


def _longer(ngrams, tokens, numbers):
    """Return the n-grams of one token more, given the token that follows each.

    The old ones are replaced by their `numbers`, so a long one takes no more time.
    """
    return [
        (numbers.setdefault(ngram, len(numbers)), token)
        for ngram, token in zip(ngrams, tokens)
    ]


def _tokens(name, sentence):
    if not isinstance(sentence, str):
        raise TypeError(
            f"{name}={sentence!r} isn't a string: join the tokens with spaces, as in "
            "' '.join(tokens)"
        )
    return sentence.split()
