"""A corpus made the plain way, the whole text at once: what the package must equal."""

import io
import re
import unicodedata
from collections import Counter


def is_no_text(data):
    """Tell if bytes may be taken for another encoding, or for binary data."""
    controls = [byte for byte in data if byte < 32 and byte not in b"\n\v\f\r\b\x1b"]
    some = len(data) >= 16 and len(controls) * 10 > len(data)
    return some or 0 in data or data[:2] in (b"\xff\xfe", b"\xfe\xff")


def lines(data):
    """Lines of a UTF-8 file's bytes, as Python's text mode reads them."""
    # Not through a text file: that takes a lone first byte of a mark for an empty text.
    return io.StringIO(data.decode("utf-8-sig"), newline=None).read().split("\n")


def clean(line, unicode):
    if not unicode:
        return " ".join(re.findall("[a-z]+", re.sub("[^A-Za-z]", " ", line).lower()))
    line = unicodedata.normalize("NFC", line.lower())
    kept = [c if unicodedata.category(c)[0] in "LM" else " " for c in line]
    return " ".join("".join(kept).split())


def text(data, unicode=False, joint=" "):
    """The whole cleaned text."""
    cleaned = [clean(line, unicode) for line in lines(data)]
    return joint.join(line for line in cleaned if line)


def tokens(data, token="char", unicode=False, joint=" "):
    if token == "char":
        return list(text(data, unicode, joint))
    return text(data, unicode).split()


def corpus(found, min_freq=0, reserved=()):
    """`(indices, idx_to_token)` of a list of tokens."""
    first = {token: i for i, token in reversed(list(enumerate(found)))}
    counts = Counter(found)
    order = sorted(first, key=lambda token: (-counts[token], first[token]))
    table = ["<unk>", *reserved]
    table += [t for t in order if counts[t] >= min_freq and t not in table]
    return [table.index(t) if t in table else 0 for t in found], table
