"""Read a text file, whole or piece by piece: a large one needs little memory."""

import codecs
import errno
import io
import os
from functools import partial
from itertools import chain
from pathlib import Path

from d2l_local.arguments import at_least_one
from d2l_local.text.formats import check_is_text

PIECE = 1 << 16  # bytes read at once; more is slower, and needs more memory
LONGEST_SHOWN = 200  # characters of a path in a message


def read_lines(path):
    """Read the lines of a UTF-8 text file, without their line ends.

    `path` is a path or an `importlib.resources` file. A byte-order mark is skipped.
    Raises FileNotFoundError with the path, ValueError if the file isn't UTF-8 or isn't
    plain text (see `d2l_local.text.formats`).
    """
    # Line ends as Python's text mode knows them. `str.splitlines` would also cut
    # at form feeds and at the line separators inside other scripts' paragraphs.
    lines = "".join(read_pieces(path)).split("\n")
    return lines if lines[-1] else lines[:-1]


def read_pieces(path, size=PIECE):
    """Yield the text of a UTF-8 file, piece by piece.

    Together, the pieces are what Python's text mode reads: every line end is ``'\\n'``.
    Parameters and errors are those of `read_lines`; `size` counts bytes.
    """
    size = at_least_one("size", size)
    path = Path(path) if isinstance(path, str) else path
    if not hasattr(path, "is_file"):
        raise TypeError(f"{path!r:.200} isn't a path: give a str or a pathlib.Path")
    if not is_file(path):
        raise FileNotFoundError(
            f"there is no text file {shown(path)} (folder: {str(Path.cwd())!r})"
            + reason_of_no_file(path)
        )
    with path.open("rb") as file:
        check_is_text(file.read(PIECE), path)
        file.seek(0)
        yield from decode(iter(partial(file.read, size), b""), path)


def decode(pieces, name):
    """Yield the text that `pieces` of bytes hold; errors call the file by its `name`.

    A character, a line end or a byte-order mark may span two pieces.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
    fed, mark = 0, "\ufeff"
    for piece, final in chain(((piece, False) for piece in pieces), [(b"", True)]):
        fed += len(piece)
        try:
            text = decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            # The decoder failed at the last bytes that it was given.
            offset = fed - len(error.object) + error.start
            raise ValueError(_not_utf8(name, error, offset)) from error
        if text:
            yield text.removeprefix(mark)
            mark = ""


def is_file(path):
    """Tell if `path` is a regular file; what can't be a path isn't."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a null byte
        return False


def shown(path):
    """Return a path for a message: one that is a whole text by its first words."""
    text = str(path)
    if len(text) <= LONGEST_SHOWN:
        return repr(text)
    return f"{text[:LONGEST_SHOWN]!r}... ({len(text)} characters)"


def reason_of_no_file(path):
    """Describe what there is in place of a file, for the end of a message; or ''."""
    try:
        if path.is_dir():
            return ": it is a folder; name a file in it"
        if isinstance(path, Path) and path.is_symlink() and not path.exists():
            return f": it is a link to {str(path.readlink())!r}, where nothing is"
        if isinstance(path, Path) and path.exists():
            return ": it is a pipe or a device; copy what it gives into a file"
        if isinstance(path, Path):
            os.stat(path)  # for its error
    except OSError as error:
        if "\n" in str(path) or error.errno == errno.ENAMETOOLONG:
            return (
                f": {os.strerror(errno.ENAMETOOLONG)}; if it is a text itself, save it "
                "as a file, Path('own.txt').write_text(text, encoding='utf-8'), and "
                "give the path of that"
            )
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            return f": {error.strerror}"
    except ValueError:
        pass
    return ""


def _not_utf8(name, error, offset):
    return (
        f"{str(name)!r} is not UTF-8: byte {error.object[error.start]:#04x} at offset "
        f"{offset}. Save it as UTF-8 in an editor, or convert it with "
        "`iconv -f ENCODING -t UTF-8 OLD > NEW`, where ENCODING is for example "
        "WINDOWS-1252, UTF-16 or GB18030"
    )
