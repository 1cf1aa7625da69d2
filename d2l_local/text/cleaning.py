"""Clean a text to lower-case letters and single spaces, whole or in pieces."""

import re
import unicodedata
from itertools import chain, groupby

from d2l_local.arguments import check_flag

# Each byte: its lower-case letter for A-Z and a-z, a space for any other.
ASCII_LETTERS = bytes(
    ord(chr(i).lower()) if chr(i).isascii() and chr(i).isalpha() else ord(" ")
    for i in range(256)
)
PLAIN = ("Lu", "Ll", "Lt", "Lo")  # letters, without those that modify others
SEAM = 8  # characters to look at on either side of a seam
# No text has longer runs without a place to cut, or of combining marks. To order the
# marks takes a time that grows with the square of their number.
LONGEST_RUN = 1 << 14
MOST_MARKS = 500
UNLESS_ALL = "Take them out, or leave out unicode=True"
ASCII = re.compile(r"[\x00-\x7f]+")
# From the first of a run on: tried from each of them, long runs would take long.
OTHER = r"[^\w\s\x00-\x7f]"
OTHERS = re.compile(rf"{OTHER}(?<!{OTHER}{OTHER}){OTHER}{{{MOST_MARKS}}}")


class _Letters(dict):
    """Code point -> itself for letters and marks of every script, else a space."""

    def __missing__(self, code):
        kept = code if unicodedata.category(chr(code))[0] in "LM" else ord(" ")
        if len(self) < 1 << 16:  # a text with more isn't written in a language
            self[code] = kept
        return kept


LETTERS = _Letters()


def clean(line, unicode=False):
    """Reduce a line to lower-case letters and single spaces.

    Classic rule: every run of characters other than A-Z and a-z is one space.
    With `unicode`, the letters and combining marks of every script stay, composed
    (NFC) where Unicode has a composed form; every other run is one space.
    Raises TypeError if `line` isn't a string.
    """
    if not isinstance(line, str):
        raise TypeError(
            f"line={line!r} isn't a string: decode bytes, and clean one line at a time"
        )
    check_flag("unicode", unicode)
    if not unicode:
        letters = line.encode("ascii", "replace").translate(ASCII_LETTERS)
        return b" ".join(letters.split()).decode("ascii")
    # Composed last, as the lower case of a composed letter can come out decomposed.
    letters = unicodedata.normalize("NFC", line.lower()).translate(LETTERS)
    return " ".join(letters.split())


def count_dropped(text):
    """Count the letters and combining marks that `clean` drops without `unicode`."""
    if text.isascii():  # Python knows this without looking at the characters
        return 0
    return len(ASCII.sub("", text).translate(LETTERS).replace(" ", ""))


def clean_pieces(texts, unicode=False, joint=" ", name="the text"):
    """Yield the cleaned text, piece by piece, from the pieces of a text.

    Wherever the seams are, the pieces together are the cleaned lines that aren't empty,
    with `joint`, one space or nothing, between them. With `unicode`, raises ValueError,
    with the `name` of the text, if there is no place for a seam or a letter has too
    many marks.
    """
    glue, rest, waiting = "", "", []
    for text in chain(texts, [None]):
        if text and joint != " " and "\n" not in text:
            waiting.append(text)  # a long line is put together once, at its end
            continue
        rest, waiting = "".join([rest, *waiting, text or ""]), []
        if text is None:  # the end
            cut, in_word = len(rest), False
        else:
            cut, in_word = _seam(rest, unicode, joint)
        if unicode:
            check_marks(rest[:cut], name, UNLESS_ALL)
        piece = _clean_lines(rest[:cut], unicode, joint)
        rest = rest[cut:]
        if unicode and joint == " " and cut == 0 and len(rest) > LONGEST_RUN:
            raise _no_text(
                name, len(rest), "characters that nothing parts", rest, UNLESS_ALL
            )
        if piece:
            yield glue + piece
            glue = "" if in_word else joint


def _clean_lines(text, unicode, joint):
    if joint == " ":  # a line end is then like any other run
        return clean(text, unicode)
    return joint.join(clean(line, unicode) for line in text.split("\n"))


def _seam(text, unicode, joint):
    """Find where a text may be cut: (index of the character after the cut, in a word?).

    Index 0 means nowhere yet. Spaces and line ends are best: they take part in no
    composition, and the lower case of a letter doesn't look beyond them.
    """
    if joint != " ":
        return max(text.rfind("\n"), 0), False
    cut = max(text.rfind("\n"), text.rfind(" "))
    if cut > 0:
        return cut, False
    if not unicode:  # each character is cleaned by itself
        cut = max(len(text) - 1, 0)
        return cut, cut > 0 and all(clean(c) for c in text[cut - 1 :])
    for cut in range(len(text) - 1, max(0, len(text) - LONGEST_RUN), -1):
        around = text[max(cut - SEAM, 0) : cut], text[cut : cut + SEAM]
        if _can_part(*around):
            return cut, unicodedata.category(text[cut])[0] == "L"
    return 0, False


def check_marks(text, name, remedy="Take them out"):
    """Raise ValueError if one letter has more combining marks than any language."""
    if text.isascii() or not OTHERS.search(text):
        return
    for combining, run in groupby(text, lambda c: unicodedata.combining(c) > 0):
        marks = "".join(run)
        if combining and len(marks) > MOST_MARKS:
            raise _no_text(name, len(marks), "combining marks", marks, remedy)


def _no_text(name, number, things, text, remedy):
    return ValueError(
        f"{name} holds {number} {things} in a row, {ascii(text[:SEAM])} and so on: "
        f"no language is written like that. {remedy}"
    )


def _can_part(left, right):
    """Tell if both sides are lowered and composed as if they stood alone.

    A capital sigma is lowered by what stands before and after it, further away than
    can be seen from here; letters and what ends a word stop that view.
    """
    before, after = left[-1], right[0]
    if before == "Σ":
        return False
    if unicodedata.category(after)[0] in "LM":
        parts = all(unicodedata.category(c) in PLAIN for c in (before, after))
    else:
        parts = _ends_word(after)
    return parts and _composed(left + right) == _composed(left) + _composed(right)


def _composed(text):
    return unicodedata.normalize("NFC", text.lower())


def _ends_word(character):
    """Tell if a capital sigma before this character is lowered to a final one."""
    return f"AΣ{character}A".lower()[1] == "ς"
