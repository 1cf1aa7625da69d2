"""Read and write gettext catalogues (.po files), and merge new messages into them.

A catalogue lists its messages in the order of the source. Writing what was read
gives the same bytes: no line numbers, no date of extraction, no versions of tools.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import (
    PoFileError,
    PoFileParser,
    denormalize,
    generate_po,
    normalize,
)

from tools.book import BookError, Language
from tools.files import read_plain
from tools.translations.template import Template

WIDTH = 79
LINE = re.compile(r'#.*|(?:msgid |msgstr )?"(?:[^"\\]|\\.)*"|')
UNSET = ("POT-Creation-Date", "Generated-By")
PLACEHOLDERS = ("EMAIL@ADDRESS", "LL@li.org", "YEAR-MO-DA")
OWED = "owed since "  # in an extracted comment, before a version of the book
HEADER = "# {language}: {name}, translated.\n# CC BY 4.0, as the text itself."


class Catalogue(Catalog):
    """Babel's catalogue, with a header in which nothing changes by itself.

    Its `domain` is the name of the file, for messages.
    """

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, value in self._get_mime_headers()
            if name not in UNSET and not any(sign in value for sign in PLACEHOLDERS)
        ]

    @mime_headers.setter
    def mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        self._set_mime_headers(headers)

    def __setitem__(self, text: str, message: Message) -> None:
        """Enter a message; raise BookError if it is there already."""
        if text and text in self:
            raise BookError(f"the message {text!r} stands here twice; delete one")
        # Babel takes the braces of a formula or a role for a format string's.
        message.flags &= {"fuzzy"}
        super().__setitem__(text, message)


@dataclass(frozen=True)
class Counts:
    """How much of a catalogue is translated."""

    translated: int
    fuzzy: int
    missing: int

    @property
    def total(self) -> int:
        return self.translated + self.fuzzy + self.missing


def empty(language: Language, name: str, project: str) -> Catalogue:
    """Return a catalogue without messages."""
    return Catalogue(
        locale=language.key,
        domain=name,
        project=project,
        version=name,
        header_comment=HEADER.format(language=language.name, name=name),
        fuzzy=False,
    )


def load(path: Path, name: str) -> Catalogue:
    """Read a .po file; raise BookError, with `name` and line, if it is malformed."""
    return loads(read_plain(path, name), name)


def loads(text: str, name: str) -> Catalogue:
    """Read a catalogue from the text of a .po file; `name` is for messages."""
    # Some tools write the previous text of obsolete messages; Babel stops at it.
    lines = ["" if line.startswith("#~|") else line for line in text.split("\n")]
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line.strip().removeprefix("#~").lstrip()):
            raise BookError(
                f"{name}:{number}: not a line of these catalogues: {line!r}; a text "
                "stands in double quotes behind msgid or msgstr, a quote in it is "
                'written \\"'
            )
        if len(line.rstrip("\r").splitlines()) > 1:
            raise BookError(
                f"{name}:{number}: {line!r} holds a control character that ends a "
                "line for some programs; take it out"
            )
    catalogue = Catalogue(domain=name)
    try:
        PoFileParser(catalogue, abort_invalid=True).parse(lines)
    except (PoFileError, BookError) as error:
        raise BookError(f"{name}: {error}") from error
    except ValueError as error:  # a language, a date or plural forms
        raise BookError(f"{name}: its header can't be read: {error}") from error
    if "" in catalogue.obsolete:
        raise BookError(
            f"{name}: its header runs into a message marked #~, and would be lost with "
            "it; end the header, or take the file from the repository again"
        )
    if catalogue.charset.lower() != "utf-8":
        raise BookError(
            f"{name}: its header says charset={catalogue.charset}, but catalogues are "
            "UTF-8; write charset=utf-8"
        )
    for message in messages(catalogue):
        _take_previous(message)
    return catalogue


def dumps(catalogue: Catalogue) -> str:
    """Return a catalogue as the text of a .po file."""
    previous = {
        _start(message.id): _commented(_start(message.previous_id[0]))
        for message in messages(catalogue)
        if message.previous_id and message.fuzzy
    }
    parts = []
    for part in generate_po(catalogue, width=WIDTH, include_lineno=False):
        parts += [previous.pop(part, ""), part]
    return "".join(parts).rstrip("\n") + "\n"


def compiled(catalogue: Catalogue) -> bytes:
    """Return a catalogue as a .mo file, with what is translated and not fuzzy."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def messages(catalogue: Catalogue) -> list[Message]:
    """Return the messages in order, without the header."""
    return [message for message in catalogue if message.id]


def merge(
    old: Catalogue,
    template: Template,
    required: Container[str] = (),
    version: str | None = None,
) -> Catalogue:
    """Return the old translations under the messages of the template, in its order.

    A message that has changed keeps its translation, marked fuzzy, with the text
    that it was made for; the mark goes when that text comes back. What is no longer
    needed is kept as obsolete, and comes back when its message does.

    With a `version` of the book, a `required` message that is new or has changed is
    marked as owed since that version. The mark stays as it is until the message is
    translated. `old` isn't changed.
    """
    new = loads(dumps(old), old.domain)
    for message in new.obsolete.values():
        if message.id not in new:
            new[message.id] = message
    new.obsolete.clear()
    before = {message.id: message for message in messages(new)}
    new.update(_babel(template))
    for message in messages(new):
        if not message.string:
            message.flags.discard("fuzzy")
        source = before.get(_origin(message))
        if message.fuzzy:
            message.previous_id = source.previous_id or message.previous_id
            if message.previous_id == [message.id]:
                message.flags.discard("fuzzy")
        if version and message.id in required and not _is_translated(message):
            since = owed_since(source) if source else None
            if since is None and message.id not in old:
                since = version
            if since is not None:
                message.auto_comments.insert(0, OWED + since)
    for text, message in list(new.obsolete.items()):
        if not message.string or message.fuzzy:
            del new.obsolete[text]
    return new


def keep(message: Message) -> None:
    """Take the old translation of a message for one of its new text."""
    message.flags.discard("fuzzy")
    message.previous_id = []
    message.auto_comments = [
        note for note in message.auto_comments if not note.startswith(OWED)
    ]


def owed_since(message: Message) -> str | None:
    """Return the version of the book since which a message waits for a translator."""
    for note in message.auto_comments:
        if note.startswith(OWED):
            return note.removeprefix(OWED)
    return None


def count(found: Iterable[Message | None]) -> Counts:
    """Count how many of some messages are translated; None is one that isn't there."""
    states = Counter(map(_state, found))
    return Counts(states["translated"], states["fuzzy"], states["missing"])


def _state(message: Message | None) -> str:
    if message is None or not message.string:
        return "missing"
    return "fuzzy" if message.fuzzy else "translated"


def _is_translated(message: Message | None) -> bool:
    return _state(message) == "translated"


def translation_of(catalogue: Catalogue, text: str) -> str | None:
    """Return the translation to be shown of a text: None if missing or fuzzy."""
    message = catalogue.get(text)
    return message.string if _is_translated(message) else None


def _origin(message: Message) -> str:
    """Return the message of the old catalogue that a translation was made for."""
    return message.previous_id[0] if message.previous_id else message.id


def _babel(template: Template) -> Catalog:
    catalogue = Catalog()
    for entry in template.entries.values():
        places = [(source, None) for source in entry.sources]
        catalogue.add(entry.text, locations=places, auto_comments=entry.remarks)
    return catalogue


def _take_previous(message: Message) -> None:
    """Make the lines '#| msgid ...', which Babel reads as comments, previous_id."""
    lines = [note[1:].strip() for note in message.user_comments if note[:1] == "|"]
    message.user_comments = [n for n in message.user_comments if n[:1] != "|"]
    if lines and lines[0].startswith("msgid "):
        message.previous_id = [denormalize("\n".join(lines).removeprefix("msgid "))]


def _start(text: str) -> str:
    """Return the lines by which Babel begins a message."""
    return f"msgid {normalize(text, width=WIDTH)}\n"


def _commented(lines: str) -> str:
    return "".join(f"#| {line}\n" for line in lines.splitlines())
