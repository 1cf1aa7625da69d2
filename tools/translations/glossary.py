"""The glossary of a language: one translation for each term, everywhere.

`translations/<lang>/glossary.toml` is a list of `[[terms]]`:

    term = "hidden state"        English, singular; plurals count as well
    forms = ["hidden-state"]     further English forms
    established = "隐状态"        the translation
    also = ["隐藏状态"]           other permitted forms
    forbidden = ["隐含状态"]      what must not be written
    unless = ["state of ..."]    English phrases in which this isn't the term
    source = "..."               why: a standard, a textbook

A message that uses a term must have it in its translation in a permitted form. A
forbidden form is refused wherever it stands. Formulas, code and labels don't count.
Of overlapping forms the longest is meant: "hidden state" doesn't count as "state".
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path

from tools.book import BookError
from tools.files import read_text
from tools.translations.units import prose

FIELD = re.compile(r"\{[^{}]*\}")
LATIN = "a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"  # folded letters, accents included


@dataclass(frozen=True)
class Term:
    """One entry of a glossary."""

    term: str
    established: str
    source: str
    forms: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @cached_property
    def english(self) -> tuple[str, ...]:
        """Return all English forms, plurals included."""
        singulars = (self.term, *self.forms)
        return tuple(dict.fromkeys([*singulars, *map(plural, singulars)]))

    @property
    def permitted(self) -> tuple[str, ...]:
        return (self.established, *self.also)


@dataclass(frozen=True)
class _Match:
    """Where a form stands in a text; `term` is the one that it belongs to."""

    start: int
    end: int
    term: Term

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlaps(self, other: _Match) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Glossary:
    """The terms of one language."""

    terms: tuple[Term, ...]

    def violations(
        self, original: str, translation: str, fields: bool = False
    ) -> list[str]:
        """List what a translation does against the glossary, each with its remedy.

        With `fields` the texts are format strings, whose {fields} aren't words.
        """
        if fields:
            original, translation = (
                FIELD.sub("\0", text) for text in (original, translation)
            )
        text = _plain(prose(translation))
        used = self.used(original)
        return self._forbidden(text, used) + self._absent(text, used)

    def used(self, original: str) -> list[Term]:
        """Return the terms that an English text uses, in the glossary's order."""
        text = _plain(prose(original))
        matches = [
            match
            for term in self.terms
            for form in term.english
            for match in _find(form, text, term)
        ]
        return [term for term in self.terms if _counts(term, text, matches)]

    def _forbidden(self, text: str, used: list[Term]) -> list[str]:
        permitted = [
            match
            for term in self.terms
            for form in term.permitted
            for match in _find(form, text, term)
        ]
        found = []
        for term in self.terms:
            for form in term.forbidden:
                if any(
                    not any(_shields(other, match, used) for other in permitted)
                    for match in _find(form, text, term)
                ):
                    found.append(
                        f"{form!r} is not used for {term.term!r}: write "
                        f"{term.established!r} ({term.source})"
                    )
        return found

    def _absent(self, text: str, used: list[Term]) -> list[str]:
        return [
            f"{term.term!r} is not translated by {_either(term.permitted)}; if it "
            "isn't the term here, enter the phrase under 'unless' in the glossary"
            for term in used
            if not any(_pattern(form).search(text) for form in term.permitted)
        ]


def load(path: Path, name: str) -> Glossary:
    """Read a glossary; raise BookError, with `name`, for what is malformed in it."""
    try:
        content = tomllib.loads(read_text(path, name))
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"{name}: not valid TOML: {error}") from error
    if set(content) - {"terms"} or not isinstance(content.get("terms", []), list):
        raise BookError(
            f"{name}: found {', '.join(content)}; it must be a list of [[terms]]"
        )
    terms = tuple(_term(entry, name) for entry in content.get("terms", []))
    _check_distinct(terms, name)
    return Glossary(terms)


def plural(term: str) -> str:
    """Return the regular English plural of a term."""
    if re.search(r"[^aeiou]y$", term):
        return term[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", term):
        return term + "es"
    return term + "s"


def _term(entry: object, name: str) -> Term:
    if not isinstance(entry, dict):
        raise BookError(f"{name}: {entry!r} is not an entry: begin it with [[terms]]")
    where = f"{name}: the term {entry.get('term', '(without a term)')!r}"
    known = {field.name for field in fields(Term)}
    if unknown := set(entry) - known:
        raise BookError(
            f"{where} has the unknown key {', '.join(sorted(unknown))}; "
            f"there are {', '.join(sorted(known))}"
        )
    for key in ("term", "established", "source"):
        if not _is_text(entry.get(key)):
            raise BookError(f'{where} needs {key} = "...", found {entry.get(key)!r}')
    values = {}
    for key, value in entry.items():
        if key in ("term", "established", "source"):
            values[key] = value
        elif isinstance(value, list) and all(map(_is_text, value)):
            values[key] = tuple(value)
        else:
            raise BookError(f"{where} needs {key} as a list of texts, found {value!r}")
    term = Term(**values)
    if both := {_plain(f) for f in term.permitted} & {
        _plain(f) for f in term.forbidden
    }:
        raise BookError(f"{where} both permits and forbids {', '.join(sorted(both))}")
    return term


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_distinct(terms: Iterable[Term], name: str) -> None:
    """Raise BookError if an English form belongs to two terms."""
    owners: dict[str, Term] = {}
    for term in terms:
        for form in map(_plain, term.english):
            if form in owners:
                raise BookError(
                    f"{name}: {form!r} stands under {owners[form].term!r} and under "
                    f"{term.term!r}; delete one"
                )
        owners.update({_plain(form): term for form in term.english})


def _counts(term: Term, text: str, matches: list[_Match]) -> bool:
    """Return True if a term is meant where it stands, and not a longer term or an
    exception."""
    exceptions = [
        match for phrase in term.unless for match in _find(phrase, text, term)
    ]
    return any(
        match.term is term
        and not any(match.overlaps(other) for other in exceptions)
        and not any(
            match.overlaps(other) and other.length > match.length for other in matches
        )
        for match in matches
    )


def _shields(permitted: _Match, forbidden: _Match, used: list[Term]) -> bool:
    """Return True if a forbidden form is only a part of a permitted one.

    If they are the same, it is permitted where the original has the permitted term.
    """
    within = permitted.start <= forbidden.start and forbidden.end <= permitted.end
    return within and (permitted.length > forbidden.length or permitted.term in used)


def _find(form: str, text: str, term: Term) -> Iterator[_Match]:
    """Find a form in a text that went through `_plain`, whatever the case."""
    for match in _pattern(form).finditer(text):
        yield _Match(*match.span(), term)


@cache
def _pattern(form: str) -> re.Pattern:
    """Return the pattern that finds a form.

    A Latin letter at its edge must end a word. Other scripts write words together, so
    any place counts there. Blanks and hyphens are the same.
    """
    words = [re.escape(word) for word in re.split(r"[\s-]+", _plain(form))]
    before = f"(?<![{LATIN}])" if re.match(f"[{LATIN}]", _plain(form)) else ""
    after = f"(?![{LATIN}])" if re.search(f"[{LATIN}]$", _plain(form)) else ""
    return re.compile(before + r"[\s-]+".join(words) + after)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _either(forms: Iterable[str]) -> str:
    return " or ".join(map(repr, forms))
