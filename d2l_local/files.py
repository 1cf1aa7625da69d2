"""Open files and nothing else; write one whole or not at all; tell if it is intact."""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

ROOM = "Make room, or give a path that you can write to"


# Reading


def status(path):
    """Return the `os.stat_result` of the file at `path`; None where there is nothing.

    Links are followed. Raises IsADirectoryError for a folder, OSError for a pipe, a
    socket or a device, which might never end, and ValueError for what can't be the name
    of a file. All name the path and the remedy.
    """
    try:
        found = os.stat(os.fspath(path))  # a number would be an open file
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            size = len(str(path))
            reason = f"{error.strerror} ({size} characters): give a shorter one"
            raise OSError(error.errno, reason, f"{str(path):.50}...") from None
        reason = f"{error.strerror}: give another path"
        raise OSError(error.errno, reason, str(path)) from None
    except ValueError as error:  # a null byte, or half a character
        raise ValueError(
            f"{str(path)!r} can't be the name of a file: {error}"
        ) from None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(f"{str(path)!r} is a folder: name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(
            f"{str(path)!r} is {kind_of(found.st_mode)}, not a regular file: copy what "
            "it gives into a file, and name that"
        )
    return found


def kind_of(mode):
    """Say in words what there is in place of a file, by the mode of a stat result."""
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def open_regular(path):
    """Open the regular file at `path` and return it; its bytes are then to be read.

    Never waits, as opening a pipe would. Raises FileNotFoundError where there is
    nothing, PermissionError where it can't be read, and what `status` raises.
    """
    if status(path) is None:
        raise FileNotFoundError(errno.ENOENT, missing_because(path), str(path))
    # Without waiting, even if somebody has put a pipe there in the meantime
    flags = getattr(os, "O_NONBLOCK", 0)
    try:
        return open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags))
    except OSError as error:
        reason = f"{error.strerror}: make the file readable, or give another one"
        raise OSError(error.errno, reason, str(path)) from None


def missing_because(path):
    """Say why there is no file at `path`: a link may lead nowhere."""
    if os.path.islink(path):
        return f"This is a link to {os.readlink(path)!r}, where nothing is"
    return "There is no such file"


# Writing


def write_whole(path, content, what="the file", remedy=ROOM):
    """Write `content` (bytes) to `path`; a file that is there is replaced at once.

    The content goes to a temporary file beside `path`, and reaches the disk before that
    file gets its name. Whatever goes wrong, `path` is as it was before. A link stays a
    link, and a file keeps its mode; a new one gets the mode that the umask allows.
    Temporary files that a killed process left there are removed.

    Raises OSError with the path, the reason and `remedy`, and calls the file `what`;
    FileNotFoundError where the folder doesn't exist; and what `status` raises.
    """
    place, before = place_of(path)
    with explained(path, before, what, remedy), temporary(place, before) as file:
        _fill(file, content)
        if before is not None:
            keep_mode(file.name, before)
        os.replace(file.name, place)


def try_writing(path, size, what="the file", remedy=ROOM):
    """Raise what `write_whole` would raise for a content of `size` bytes.

    Writes as many zeros to a temporary file, and removes it.
    """
    place, before = place_of(path)
    with explained(path, before, what, remedy), temporary(place, before) as file:
        _fill(file, bytes(size))


def _fill(file, content):
    """Write a file to the disk, and close it: Windows renames no open file."""
    with file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def place_of(path):
    """Return where a file would be written, past all links, and its status before.

    Raises FileNotFoundError without a folder, PermissionError for a file that is there
    and can't be written, and what `status` raises.
    """
    before = status(path)
    place = Path(os.path.realpath(path))
    if not place.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT,
            "This folder doesn't exist, so create it first",
            str(Path(path).parent if not os.path.islink(path) else place.parent),
        )
    effective = os.access in os.supports_effective_ids
    if before and not os.access(place, os.W_OK, effective_ids=effective):
        raise PermissionError(
            errno.EACCES, "This file is read-only: give another path", str(path)
        )
    return place, before


@contextlib.contextmanager
def temporary(place, before):
    """Open a new binary file beside `place`; after use it is gone, unless renamed.

    Meanwhile it is locked, even when it is closed, so that others can tell it from a
    leftover. `before` is the status of the file at `place`.
    """
    remove_leftovers(place)
    # Nobody else reads it before it has the mode of the file that it replaces.
    mode = 0o666 if before is None else 0o600
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

    def create(path, _):
        return os.open(path, flags, mode)

    with contextlib.ExitStack() as stack:
        while True:
            name = place.with_name(f"{prefix_of(place)}{secrets.token_hex(8)}.tmp")
            file = stack.enter_context(open(name, "wb", opener=create))
            stack.callback(_remove, name)
            if lock(file.fileno()) and name.exists():
                break  # else another process took it for a leftover just now
        if fcntl is not None:
            stack.callback(os.close, os.dup(file.fileno()))  # keeps the lock
        yield file


def _remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def prefix_of(place):
    """Return how the names of temporary files begin; short, as a name may be long."""
    return f".{place.name[:40]}."


def remove_leftovers(place):
    """Remove the temporary files of processes that were killed: nobody locks them."""
    if fcntl is None:
        return
    ours = re.compile(re.escape(prefix_of(place)) + r"[0-9a-f]{16}\.tmp")
    with contextlib.suppress(OSError):  # a folder may be written, but not listed
        for name in filter(ours.fullmatch, os.listdir(place.parent)):
            _remove_unlocked(place.with_name(name))


def _remove_unlocked(path):
    with contextlib.suppress(OSError):  # somebody else's, or it has its name now
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
        finally:
            os.close(handle)


def lock(handle):
    """Lock an open file until it is closed; returns False if another process has."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks, on which nobody cleans up either
        pass
    return True


def keep_mode(path, before):
    """Give a file the mode of another one, and its owner where that is allowed."""
    now = os.stat(path)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(path, before.st_uid, before.st_gid)
    os.chmod(path, stat.S_IMODE(before.st_mode))


@contextlib.contextmanager
def explained(path, before, what, remedy):
    """Let an OSError inside name the path that was given, and the remedy.

    `before` is the status of the file that it leaves as it was.
    """
    try:
        yield
    except OSError as error:
        intact = "" if before is None else "; the one saved before is intact"
        reason = error.strerror or str(error)
        text = f"cannot save {what} ({reason}){intact}. {remedy}"
        raise OSError(error.errno, text, str(path)) from error


# Checking


def checksum(metadata, tensors):
    """Return the SHA-256 of a table and its tensors, in hexadecimal.

    It covers the JSON list [metadata, [[name, dtype, shape], ...]], with names sorted,
    no space and ASCII only, and then the bytes of the tensors in that order. `metadata`
    lacks the checksum itself; `dtype` is a NumPy name, such as 'float32'.
    """
    names = sorted(tensors)
    table = [[k, str(tensors[k].dtype), list(tensors[k].shape)] for k in names]
    head = json.dumps([metadata, table], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(head.encode("ascii"))
    for name in names:
        array = tensors[name]
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()
