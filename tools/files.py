"""Read what people write, and write files whole or not at all."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from d2l_local.files import write_whole
from tools.errors import BookError

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "UTF-8 with a byte-order mark; save it without one",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
}
# Characters that are seen as nothing, or change what is seen. Joiners belong to the
# spelling of some languages.
HIDDEN = ("Cc", "Cf", "Zl", "Zp")
SEEN = "\t\n\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\N{SOFT HYPHEN}"
SUSPECT = re.compile(r"[^\n\t\x20-\x7e\xa1-\xac\xae-\u02ff\u3000-\ud7ff]")


def read_text(path: Path, name: str) -> str:
    """Read a text that people write, whatever its line ends; `name` is for messages.

    Raises BookError, with the line, for what isn't UTF-8 and for hidden characters.
    """
    text = read_plain(path, name)
    for match in SUSPECT.finditer(text):
        sign = match[0]
        if unicodedata.category(sign) in HIDDEN and sign not in SEEN:
            line = text.count("\n", 0, match.start()) + 1
            label = unicodedata.name(sign, "a control character")
            raise BookError(
                f"{name}:{line}: holds the hidden character U+{ord(sign):04X} "
                f"({label}); take it out"
            )
    return text


def read_plain(path: Path, name: str) -> str:
    """Read a text in UTF-8, whatever its line ends and its characters.

    Raises BookError if it can't be read, with the line where there is one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BookError(f"{name} can't be read: {error.strerror}") from error
    for mark, remedy in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            raise BookError(f"{name}:1: is {remedy}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BookError(
            f"{name}:{line}: not UTF-8: the byte 0x{data[error.start]:02x}; save the "
            "file as UTF-8"
        ) from error
    return text.replace("\r\n", "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8; if that fails, what was there stays."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file; if that fails, what was there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
