"""Check that a translation keeps the formulas, code and links of its original.

Words may be put in another order. Formulas, code spans, roles, link targets, numbers,
names such as PyTorch and {fields} must be the same, emphasis must be as frequent, and
what is meant as Markdown must be read as Markdown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from string import Formatter

from markdown_it.token import Token

from tools.myst import LOOKS_LIKE_ROLE, TITLED, parsed_inline
from tools.translations.units import prose

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Names and abbreviations, known by their capitals: PyTorch, LSTM; GPUs without its s.
NAME = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z])\w+?(?=s?\b)")
# Words of the original for which a translation may use digits.
NUMERALS = {
    "0": "zero no none",
    "1": "one a an once single first",
    "2": "two twice double both pair half second",
    "3": "three third",
    "4": "four fourth quarter",
    "5": "five fifth",
    "6": "six sixth",
    "7": "seven seventh",
    "8": "eight eighth",
    "9": "nine ninth",
    "10": "ten tenth",
    "11": "eleven",
    "12": "twelve dozen",
    "100": "hundred",
    "1000": "thousand",
}
EMPHASIS = (
    "in CommonMark ** and * need a letter, not punctuation, on their inner side, or "
    "a blank or punctuation on their outer side: write **词**。 in place of **词。**"
)
STRAY = {
    "`": "a backtick without its partner",
    "$": "a $ without its partner; in a formula no blank stands inside the $",
    "*": "a * that is shown as it is",
}


def defects(original: str, translation: str, fields: bool = False) -> list[str]:
    """List what is wrong with a translation, each with its remedy.

    With `fields` the texts are format strings, and their {fields} are compared.
    """
    old, new = _tokens(original), _tokens(translation)
    found = []
    for what, reader in PARTS.items():
        found += _difference(what, reader(old), reader(new))
    found += _emphasis(old, new)
    found += _names(prose(original), prose(translation))
    found += _numbers(prose(original), prose(translation))
    found += _strays(prose(original), prose(translation))
    found += _form(translation)
    if fields:
        found += _fields(original, translation)
    return found


def _tokens(text: str) -> list[Token]:
    return parsed_inline(text)


def _of_type(mark: str, *types: str):
    """Return a reader of the tokens of some types, each text within its marks."""
    return lambda tokens: [
        f"{mark}{token.content}{mark}" for token in tokens if token.type in types
    ]


def _roles(tokens: list[Token]) -> list[str]:
    """Return roles without their titles, which may be translated."""
    found = []
    for token in tokens:
        if token.type == "myst_role":
            titled = TITLED.fullmatch(token.content)
            label = f"... <{titled['label']}>" if titled else token.content
            found.append(f"{{{token.meta['name']}}}`{label}`")
    return found


def _links(tokens: list[Token]) -> list[str]:
    return [token.attrs["href"] for token in tokens if token.type == "link_open"]


PARTS = {
    "formula": _of_type("$", "math_inline", "math_inline_double"),
    "code span": _of_type("`", "code_inline"),
    "role": _roles,
    "link to": _links,
    "HTML": _of_type("", "html_inline"),
}


def _difference(what: str, old: list[str], new: list[str]) -> list[str]:
    missing, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
    return [
        *(f"{what} {part} is missing" for part in missing.elements()),
        *(f"{what} {part} isn't in the original" for part in added.elements()),
    ]


def _emphasis(old: list[Token], new: list[Token]) -> list[str]:
    """Compare how often emphasis is read as such: beside punctuation, * may not be."""
    found = []
    for kind, sign in (("strong_open", "**"), ("em_open", "*")):
        wanted, got = (sum(t.type == kind for t in tokens) for tokens in (old, new))
        if wanted != got:
            found.append(f"{got} emphasised by {sign} instead of {wanted}: {EMPHASIS}")
    return found


def _names(original: str, translation: str) -> list[str]:
    names = [] if original.isupper() else dict.fromkeys(NAME.findall(original))
    return [f"the name {n} is missing" for n in names if n not in translation]


def _numbers(original: str, translation: str) -> list[str]:
    """Compare numbers, whatever separates their digits; words may become digits."""
    old, new = _digits(original), _digits(translation)
    words = set(re.findall("[a-z]+", original.lower()))
    found = [f"the number {number} is missing" for number in (old - new).elements()]
    for number in new - old:
        numerals = NUMERALS.get(number, "").split()
        if words.isdisjoint([*numerals, *(f"{word}s" for word in numerals)]):
            found.append(f"the number {number} isn't in the original")
    return found


def _digits(text: str) -> Counter[str]:
    """Count a text's numbers without separators: 10,000 is 10.000 elsewhere."""
    text = unicodedata.normalize("NFKC", text)
    return Counter(re.sub("[.,]", "", number) for number in NUMBER.findall(text))


def _strays(original: str, translation: str) -> list[str]:
    found = [
        message
        for sign, message in STRAY.items()
        if translation.count(sign) > original.count(sign)
    ]
    if LOOKS_LIKE_ROLE.search(translation) and not LOOKS_LIKE_ROLE.search(original):
        found.append("a role needs its `label` right behind it, without a blank")
    return found


def _form(translation: str) -> list[str]:
    found = []
    if not unicodedata.is_normalized("NFC", translation):
        found.append("letters with separate accents: write it in Unicode's form NFC")
    if translation != translation.strip() or len(translation.splitlines()) > 1:
        found.append("blanks at its ends or line breaks: one text is one line")
    if "\N{REPLACEMENT CHARACTER}" in translation:
        found.append("a replacement character: a letter was lost on the way")
    return found


def _fields(original: str, translation: str) -> list[str]:
    try:
        old, new = (
            sorted(
                {name for _, name, *_ in Formatter().parse(text) if name is not None}
            )
            for text in (original, translation)
        )
    except ValueError as error:
        return [
            f"a brace too many or too few ({error}); a brace itself is written {{{{"
        ]
    return _difference("the field", _braced(old), _braced(new))


def _braced(names: list[str]) -> list[str]:
    return [f"{{{name}}}" for name in names]
