"""The words around a notebook's text: its head, captions, boxes and answer fields.

Each is a full sentence or a title, so that it can be translated without touching
code; `messages` hands them to the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

from tools.book import BookError

# name -> (English, remark to translators)
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("{number}. {title} ({framework})", "title of a chapter's notebook"),
    "title-exercises": (
        "{number}. {title}: exercises ({framework})",
        "title of an exercise notebook",
    ),
    "title-solutions": (
        "{number}. {title}: solutions ({framework})",
        "title of a solution notebook",
    ),
    "title-page": ("{title} ({framework})", "title of a notebook beside the chapters"),
    "reference": ("{number}. {title}", "text of a link to a chapter"),
    "colab": ("Open in Colab", "alt text of a button"),
    "frameworks": ("In other frameworks: {links}", "links to the same notebook"),
    "languages": ("In other languages: {links}", "links to the same notebook"),
    "related": ("See also: {links}", "links to this chapter's other notebooks"),
    "chapter": ("the chapter", "text of a link"),
    "exercises": ("the exercises", "text of a link"),
    "solutions": ("the solutions", "text of a link"),
    "complete": (
        "This translation is complete: {total} of {total} passages.",
        "head of a translated notebook",
    ),
    "incomplete": (
        "{done} of {total} passages are translated; the others stand in English, "
        "each behind the mark {mark}.",
        "head of a translated notebook",
    ),
    "newer": (
        "Of {total} passages, {newer} changed or appeared in English after this "
        "translation was made; there you read the English, behind the mark {mark}.",
        "head of a translated notebook",
    ),
    "code": (
        "Code, its comments and outputs, and the labels of plots stay in English: one "
        "run serves all languages.",
        "head of a translated notebook",
    ),
    "hints": (
        "The checks answer in this language, too; after `%env D2L_LANGUAGE=en` they "
        "answer in English.",
        "head of a translated exercise notebook",
    ),
    "goals": (
        "When you have worked through this notebook, you can",
        "heading of a list, in bold",
    ),
    "needs": ("What you need", "heading of a list, in bold"),
    "runtime-one": (
        "**Run time:** about {minutes} minute on two processor cores.",
        "{minutes} is 1",
    ),
    "runtime": (
        "**Run time:** about {minutes} minutes on two processor cores.",
        "{minutes} is a number or a range such as 2 to 3",
    ),
    "range": ("{low} to {high}", "a range of minutes, put in for {minutes}"),
    "figure": ("Figure {number}", "in captions and in references to a figure"),
    "table": ("Table {number}", "in captions and in references to a table"),
    "caption": ("{label}. {text}", "caption; {label} is 'Figure 12.1', say"),
    "box": ("{title}. {text}", "box; {title} is **Note**, say"),
    "note": ("Note", "title of a box"),
    "tip": ("Tip", "title of a box"),
    "hint": ("Hint", "title of a box"),
    "important": ("Important", "title of a box"),
    "warning": ("Warning", "title of a box"),
    "caution": ("Caution", "title of a box"),
    "seealso": ("See also", "title of a box"),
    "effort": (
        "{stars} · about {minutes} minutes",
        "below the heading of an exercise; {stars} is ★★☆, say",
    ),
    "answer": ("YOUR ANSWER HERE", "field for the learner's answer in words"),
}
BOXES = ("note", "tip", "hint", "important", "warning", "caution", "seealso")

Lookup = Callable[[str], str | None]


def messages() -> list[tuple[str, str]]:
    """English texts and the remarks that go with them, each text once."""
    return list(dict(TEXTS.values()).items())


class Wording:
    """The words in one language.

    `lookup` gives the translation of an English text, or None where there is none;
    the English text then stands in for it.
    """

    def __init__(self, lookup: Lookup | None = None):
        self._lookup = lookup or (lambda text: None)

    def __call__(self, name: str, **values: object) -> str:
        """The text called `name`, filled in.

        Raises BookError if a translation has other placeholders than the English.
        """
        english = TEXTS[name][0]
        text = self._lookup(english) or english
        if _placeholders(text) != _placeholders(english):
            raise BookError(
                f"the translation {text!r} of {english!r} must hold the placeholders "
                f"{_listing(_placeholders(english))}, as the original does"
            )
        return text.format(**values)


def _placeholders(text: str) -> set[str]:
    try:
        return {field for _, field, _, _ in Formatter().parse(text) if field}
    except ValueError as error:
        raise BookError(f"the text {text!r} has a brace too many: {error}") from error


def _listing(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "(none)"


ENGLISH = Wording()
