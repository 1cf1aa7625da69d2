"""The language of the hints, by gettext.

A language is there when its catalogue is: `locale/<language>/LC_MESSAGES/hints.mo`.
English needs none, since the messages themselves are English.
"""

import contextlib
import gettext
import os
import threading
from pathlib import Path

DOMAIN = "hints"
LOCALE = Path(__file__).parent / "locale"
CHOICE = "D2L_LANGUAGE"
SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
ENGLISH = "en"


_report = threading.local()  # while one is written: its language, and what it lacks


class UnknownLanguage(ValueError):
    """`D2L_LANGUAGE` names a language that there are no hints in."""

    def _render_traceback_(self):
        """Show a notebook the message alone: a traceback would lead into our code."""
        return [str(self)]


def languages():
    """Return the languages to choose from, English first."""
    catalogues = LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return [ENGLISH, *sorted(path.parts[-3] for path in catalogues)]


def language():
    """Return the language to speak, from the environment as it is now.

    `D2L_LANGUAGE` decides; where it isn't set, the system's own variables do, in the
    order of gettext, and English takes the place of a language that isn't there.
    Raises UnknownLanguage where `D2L_LANGUAGE` names such a language.
    """
    if speech := getattr(_report, "language", None):
        return speech
    known = languages()
    if chosen := os.environ.get(CHOICE):
        if (short := _short(chosen)) in known:
            return short
        raise UnknownLanguage(
            f"{CHOICE} is {chosen!r}, but there are no hints in that language: "
            f"set it to one of {', '.join(known)}"
        )
    wanted = next((value for name in SYSTEM if (value := os.environ.get(name))), "")
    return next((s for s in map(_short, wanted.split(":")) if s in known), ENGLISH)


def _short(name):
    """Shorten `zh_CN.UTF-8`, `zh-CN` or `ZH` to `zh`."""
    return name.replace("-", "_").split("_")[0].split(".")[0].strip().lower()


def in_one_language(write):
    """Return what `write()` returns, which turns messages into strings.

    If any of them isn't translated, all of them stay English: half a report in a
    language is harder to read than none.
    """
    with _writing_in(language()) as untranslated:
        written = write()
    if not untranslated:
        return written
    with _writing_in(ENGLISH):
        return write()


@contextlib.contextmanager
def _writing_in(speech):
    """Turn messages into strings of one language; yields a list of those it lacks."""
    _report.language, _report.untranslated = speech, []
    try:
        yield _report.untranslated
    finally:
        del _report.language, _report.untranslated


class _English(gettext.NullTranslations):
    """What a catalogue asks for a message that it doesn't hold."""

    def gettext(self, text):
        getattr(_report, "untranslated", []).append(text)
        return text


class Message:
    """A message of the catalogue, translated each time that it is turned into a string.

    So it can be class data, and `%env D2L_LANGUAGE=ko` acts on the next check.
    """

    def __init__(self, text, fields=None):
        self.text, self.fields = text, fields

    def format(self, **fields):
        """Return the message with its placeholders filled in, once it is translated."""
        return Message(self.text, fields)

    def __str__(self):
        speech, text = language(), self.text
        if speech != ENGLISH:
            catalogue = gettext.translation(DOMAIN, LOCALE, [speech])
            catalogue.add_fallback(_English())
            text = catalogue.gettext(text)
        return text if self.fields is None else text.format(**self.fields)


# Call it with a literal, which is how Babel finds a message for the catalogues, and
# fill in placeholders afterwards: `_("line {line}").format(line=3)`.
_ = Message
