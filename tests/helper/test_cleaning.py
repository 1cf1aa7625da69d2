"""Cleaning in pieces: the same text wherever the seams are, in bounded memory."""

import unicodedata

import naive
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from d2l_local.text import cleaning
from d2l_local.text.cleaning import clean, clean_pieces
from d2l_local.text.sentence_pairs import preprocess_nmt

# What depends on its neighbours: a capital sigma, what its look-around skips and
# what stops it, letters that compose (Korean, Kirat Rai, Bengali), marks that change
# places, marks that vanish in a sign, letters with longer lower case.
TRICKY = [*"Σσa1.'- \n", "\u0301", "\u0323", "\u0345", "\u1100", "\u1161", "\u11a8",
          "\uac00", "\U00016d63", "\u09c7", "\u09be", "\u0130", "\u00a8", "\u0342",
          "\u02b0", "\u0903", "\u302e", "\u212b", "\u200d", "\u2160", "\u30fc",
          "\u4e2d", "\U0001d165", "\ufeff", "\x00", "\u2028"]  # fmt: skip
CHARACTERS = st.one_of(st.sampled_from(TRICKY), st.characters(codec="utf-8"))
TEXTS = st.lists(st.text(CHARACTERS, max_size=9), max_size=12)


def joined(pieces, unicode, joint):
    return "".join(clean_pieces(iter(pieces), unicode, joint))


@pytest.mark.parametrize("joint", [" ", ""])
@pytest.mark.parametrize("unicode", [False, True])
@given(TEXTS)
@example(["aΣ", "b"])
@example(["AΣ.", ".", "b"])
@example(["a" + "'" * 9 + "Σ", "bb"])
@example(["a", "Σ" + "'" * 9 + "bb"])
@example(["\u1100", "\u1161", "\u11a8"])
@example(["a", "\u0323", "\u0301"])
@example(["ab", "cd", "--", "ef", " ", " ", "g"])
def test_pieces_are_cleaned_as_the_whole_wherever_the_seams_are(unicode, joint, pieces):
    lines = "".join(pieces).split("\n")
    cleaned = [naive.clean(line, unicode) for line in lines]
    expected = joint.join(line for line in cleaned if line)
    assert joined(pieces, unicode, joint) == expected


@given(st.text(CHARACTERS), st.booleans())
def test_a_line_is_cleaned_as_the_rule_says(line, unicode):
    assert clean(line, unicode) == naive.clean(line, unicode)


@given(st.text(st.characters(), max_size=9), st.booleans())
def test_lone_surrogates_are_no_letters(line, unicode):
    plain = "".join(" " if 0xD800 <= ord(c) < 0xE000 else c for c in line)
    assert clean(line, unicode) == clean(plain, unicode)


ENORMOUS = {
    "letters": ("ab", False),
    "letters of another script": ("\u4e2d\u6587", True),
    "letters with marks": ("e\u0301x", True),
    "capital letters": ("ΣΑΒ", True),
    "Korean": ("\u1100\u1161\u11a8", True),
    "signs": ("=\u2014", True),
    "zeros": ("\x00", True),
}


@pytest.mark.parametrize("kind", ENORMOUS)
def test_a_line_without_end_is_passed_on_in_pieces(kind):
    unit, unicode = ENORMOUS[kind]
    size = 3000 * len(unit)
    held = most = 0

    def pieces():
        nonlocal held, most
        for i in range(20):
            held += size
            yield "a " * (i == 0) + unit * 3000
            most = max(most, held)

    cleaned = []
    for piece in clean_pieces(pieces(), unicode):
        cleaned.append(piece)
        held = size if held else 0
    assert "".join(cleaned) == clean("a " + unit * 60_000, unicode)
    if cleaned != ["a"]:
        assert most <= 2 * size


@pytest.mark.parametrize("run", ["\u0301\u0323", "\u0301", ".'", "Σ"])
def test_a_run_that_no_seam_can_cut_is_refused_before_it_fills_the_memory(run):
    def pieces():
        yield "a word "
        for i in range(1000):
            assert i < 60, "more was read than is needed to see it"
            yield run * (1000 // len(run))

    with pytest.raises(ValueError, match=r"in a row.*leave out unicode=True") as error:
        list(clean_pieces(pieces(), unicode=True))
    assert ascii(run)[1:-1] in str(error.value)
    assert len(str(error.value)) < 300
    whole = "".join(clean_pieces(iter(["a word ", run * 30_000]), unicode=False))
    assert whole == "a word"


@pytest.mark.parametrize("between", ["", " ", "a"])
def test_marks_without_number_are_refused_and_many_are_not(between):
    """Their order takes a time that grows with the square of their number."""
    marks = "\u0301\u0323" * 250
    fine = f"o{marks}{between}" * 3
    assert joined([fine], True, " ") == clean(fine, True) != ""
    with pytest.raises(ValueError, match=r"501 combining marks in a row, '\\u0301"):
        joined([f"o{marks}\u0301 and more"], True, " ")


@pytest.mark.situation("text: time doesn't grow with the square of a text's length")
def test_marks_are_counted_before_a_sentence_is_composed():
    fine = "o" + "\u0301\u0323" * 250
    assert preprocess_nmt(fine) == unicodedata.normalize("NFC", fine)
    with pytest.raises(ValueError, match="text holds 2000000 combining marks in a row"):
        preprocess_nmt("o" + "\u0301\u0323" * 10**6)


def test_a_text_that_uses_every_character_keeps_the_table_small():
    everything = "".join(
        map(chr, [*range(0x20, 0xD800), *range(0xE000, 0x110000)])
    ).replace("Σ", "")
    kept = clean(everything, unicode=True)
    assert len(cleaning.LETTERS) <= 1 << 16
    sample = everything[:: 1 << 12]
    assert set(clean(sample, True)) - {" "} == {
        c
        for c in unicodedata.normalize("NFC", sample.lower())
        if unicodedata.category(c)[0] in "LM"
    }
    assert len(kept) > 100_000
