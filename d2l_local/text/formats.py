"""Tell plain text in UTF-8 from what else people give as a text.

Much of it would be read without an error: half the bytes of English in UTF-16 are
letters, and the code of a notebook or of a page is text as well.
"""

import codecs
import re
import warnings

from d2l_local.arguments import level_of_caller

# How a file of a format begins: what it is called, and how to get at its text.
UNPACK = "unpack it, and give the text file that comes out"
EXPORT = "open it, save it as plain text in UTF-8, and give that file"
BEGINNINGS = [
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh91AY&SY", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"%PDF-", "a PDF document", EXPORT),
    (b"{\\rtf", "a document in Rich Text Format", EXPORT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of Microsoft Office", EXPORT),
    (b"%!PS", "a PostScript document", EXPORT),
    (b"SQLite format 3\0", "a database", "export its text as UTF-8"),
]
# A zip archive by a name that is found in it.
ZIPPED = [
    (b"word/", "a Word document"),
    (b"xl/", "an Excel document"),
    (b"ppt/", "a PowerPoint document"),
    (b"application/epub+zip", "an e-book (EPUB)"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file"),
]
# Marks of the order of bytes, longest first: that of UTF-16 begins that of UTF-32.
MARKS = [
    (b"\xff\xfe\0\0", "UTF-32LE"),
    (b"\0\0\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
]
WIDE = ("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")
JAPANESE = re.compile(rb"\x1b\$(?:[@B]|\([DOPQ])")  # switches on in ISO-2022-JP
# Characters that no text holds. Left out are white space, and what terminals and old
# printers leave in texts: backspaces, escapes.
CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\b\x1b"))
MOST_CONTROLS = 0.1  # of the bytes
SHORTEST = 16  # bytes: fewer tell nothing
PAGE = re.compile(rb"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
NOTEBOOK = re.compile(rb'\s*\{(?=.*"nbformat"|.*"cell_type")', re.DOTALL)


def check_is_text(head, name):
    """Raise ValueError if the bytes `head` don't begin a text; `name` is the file's.

    What isn't in UTF-8 otherwise is for the decoder to find. Warns of a page in HTML.
    """
    what, remedy = _format_of(head) or (None, None)
    encoding = "" if what else _encoding_of(head)
    if encoding:
        what = f"in {encoding}, not in UTF-8"
        remedy = (
            f"convert it with `iconv -f {encoding} -t UTF-8 OLD > NEW`, or save it as "
            "UTF-8 in an editor"
        )
    elif not what and _is_binary(head):
        what, remedy = "binary data, not a text", "give a text file in UTF-8"
    if what:
        raise ValueError(f"{str(name)!r} is {what}: {remedy}")
    if PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        warnings.warn(
            f"{str(name)!r} is a page in HTML: a model will learn its tags, too. To "
            "leave them out, save the page as plain text in a browser",
            stacklevel=level_of_caller(),
        )


def _format_of(head):
    """Return (what it is, how to get a text of it) for a known format, else None."""
    for beginning, what, remedy in BEGINNINGS:
        if head.startswith(beginning):
            return what, remedy
    if head.startswith(b"PK\x03\x04"):
        found = [what for inside, what in ZIPPED if inside in head]
        return (found[0], EXPORT) if found else ("a zip archive", UNPACK)
    if head[257:262] == b"ustar":
        return "a tar archive", UNPACK
    if NOTEBOOK.match(head):
        return "a Jupyter notebook", "export it with `jupyter nbconvert --to markdown`"
    return None


def _encoding_of(head):
    """Return the encoding of a text that isn't in UTF-8, where it shows, else ''."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if JAPANESE.search(head):
        return "ISO-2022-JP"
    # In Devanagari, half the bytes of UTF-16 are tabs.
    wide = _is_binary(head) or (0 in head and _has_many(CONTROLS + b"\t", head))
    if not wide or len(head) < SHORTEST:
        return ""
    likely = [encoding for encoding in WIDE if _is_text(head, encoding)]
    # Read with its bytes swapped, a text seems to mix many scripts.
    return min(likely, key=lambda each: _number_of_blocks(head, each), default="")


def _is_binary(head):
    if len(head) < SHORTEST:
        return False
    return _has_many(CONTROLS, head) or (0 in head and not _is_utf8(head))


def _has_many(characters, head):
    number = len(head) - len(head.translate(None, characters))
    return number > MOST_CONTROLS * len(head)


def _is_utf8(head):
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # may end in a character
    except UnicodeDecodeError:
        return False
    return True


def _is_text(head, encoding):
    """Tell if nearly all is printable, read in an encoding of wide characters."""
    text = _decoded(head, encoding)
    printable = sum(c in "\t\n\r\f\ufeff" or c.isprintable() for c in text)
    return printable > 0.95 * max(1, len(text))


def _number_of_blocks(head, encoding):
    return len({ord(c) >> 8 for c in _decoded(head, encoding)})


def _decoded(head, encoding):
    width = 4 if "32" in encoding else 2
    try:
        whole = head[: len(head) // width * width]
        return whole.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        return ""
