"""BLEU, held to values worked out by hand."""

import math

import pytest

from d2l_local.text.bleu import bleu


@pytest.mark.parametrize("k", [1, 2, 3, 10])
@pytest.mark.parametrize("sentence", ["va !", "il est calme .", "a", "a a a a"])
def test_a_perfect_translation_has_score_one(sentence, k):
    assert bleu(sentence, sentence, k) == 1.0


@pytest.mark.parametrize(
    ("pred", "label", "k", "score"),
    [
        # p1 = 4/5, p2 = 3/4, no word too few.
        ("a b b c d", "a b c d e f", 2, math.exp(1 - 6 / 5) * 0.8**0.5 * 0.75**0.25),
        # Longer than the label: no punishment but in the shares. p1 = 2/4, p2 = 1/3.
        ("a b c d", "a b", 2, 0.5**0.5 * (1 / 3) ** 0.25),
        # Shorter: exp(1 - 4/2), every n-gram right.
        ("a b", "a b c d", 2, math.exp(-1)),
        ("a b", "a b c d", 1, math.exp(-1)),
        # p1 = 3/3, p2 = 1/2, p3 = 0.
        ("b c a", "a b c", 2, 0.5**0.25),
        ("b c a", "a b c", 3, 0.0),
        # A word said three times that the label has once: p1 = 1/3.
        ("a a a", "a b c", 1, (1 / 3) ** 0.5),
        # p1 = p2 = p3 = 1, and the exponents are 1/2, 1/4, 1/8 of ones.
        ("a b c d e", "a b c d f", 3, 0.8**0.5 * 0.75**0.25 * (2 / 3) ** 0.125),
        ("x y", "a b", 1, 0.0),
    ],
)
def test_scores_worked_out_by_hand(pred, label, k, score):
    assert bleu(pred, label, k) == pytest.approx(score, rel=1e-12)


def test_a_prediction_shorter_than_the_n_grams_has_none_of_them_right():
    assert bleu("va", "va !", 2) == 0.0


def test_an_empty_prediction_has_score_zero():
    assert bleu("", "va !", 2) == 0.0


def test_spaces_around_tokens_make_no_token():
    assert bleu(" va  ! ", "va !", 2) == 1.0


def test_long_sentences_take_no_time():
    sentence = "a b c d e " * 20_000
    assert bleu(sentence, sentence, 4) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("a", "", 1), ValueError, "label_seq='' holds no token"),
        (("a", "a", 0), ValueError, "k=0: give at least 1"),
        (("a", "a", 1.5), TypeError, "k=1.5 is not a whole number"),
        ((["a"], "a", 1), TypeError, r"pred_seq=\['a'\] isn't a string: join"),
        (("a", None, 1), TypeError, "label_seq=None isn't a string: join"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        bleu(*arguments)


@pytest.mark.situation("text: n-grams as long as a long text")
def test_long_ngrams_take_no_longer_than_short_ones():
    words = [f"w{i % 250}" for i in range(500)]
    assert bleu(" ".join(words), " ".join(words), 10**30) == 1.0
    assert bleu(" ".join(words[::-1]), " ".join(words), 10**30) == 0.0
