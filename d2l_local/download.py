"""Downloading data files once, checked, into a cache folder.

From a shell: ``python -m d2l_local.download time_machine``.
"""

import argparse
import contextlib
import errno
import hashlib
import lzma
import os
import shutil
import socket
import struct
import sys
import tarfile
import tempfile
import threading
import time
import warnings
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from d2l_local.arguments import at_least_one, check_seconds
from d2l_local.display.notebook import notebook_shell
from d2l_local.files import fcntl, lock, open_regular
from d2l_local.quiet import fail, is_terminal, write_out

# What the modules of the standard library raise for an archive that is damaged, of a
# kind that they don't know, or names its members as no file can be named.
DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # NotImplementedError among them
    OSError,
    ValueError,
    OverflowError,
    struct.error,
    KeyError,
    IndexError,
    MemoryError,
)
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)

DATA_DIR_VARIABLE = "D2L_DATA_DIR"
DATA_URL = "http://d2l-data.s3-accelerate.amazonaws.com/"

# name -> (URL, SHA-1), to which readers add entries of their own.
DATA_HUB = {
    "time_machine": (
        DATA_URL + "timemachine.txt",
        "090b5e7e70c295757f55df93cb0a180b9691891a",
    ),
}
# name -> SHA-256, used in place of the SHA-1, which can be forged.
SHA256 = {
    "time_machine": "8424dbd9532ac81f7e5f0b6add90e6952baea29158309d7d1bf3884f4e12c516",
}

MAX_BYTES = 10_000_000  # of a download
MAX_SECONDS = 600  # for a download, with all its tries
MAX_EXTRACTED_BYTES = 200_000_000
TRIES = 3
SCRATCH = ".d2l_local-"  # how the names of temporary folders begin
TIMEOUT = (10, 30)  # seconds to connect, and between two pieces of the body


def user_cache():
    """Return the folder of this package in the user's cache; it need not exist.

    Raises FileNotFoundError where there is no home folder, as in some containers.
    """
    from platformdirs import user_cache_path

    try:
        folder = user_cache_path("d2l_local")
    except RuntimeError:  # platformdirs 4.4; older ones leave the tilde
        folder = Path("~")
    if folder.parts[0] == "~":
        raise FileNotFoundError(
            "there is no home folder with a cache: set "
            f"{DATA_DIR_VARIABLE} to a folder that you can write to, or HOME"
        )
    return folder


def data_dir():
    """Return the folder of downloads: D2L_DATA_DIR if set, else the user's cache.

    Raises FileNotFoundError where that is in the home folder of nobody.
    """
    folder = os.environ.get(DATA_DIR_VARIABLE)
    return _expanded(folder, DATA_DIR_VARIABLE) if folder else user_cache()


def _expanded(folder, name):
    """Return a folder as a path, with its tilde expanded; `name` is for the error."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        whose = Path(folder).parts[0]
        raise FileNotFoundError(
            f"{name}={str(folder)!r}: there is no home folder {whose!r}. Give the "
            "whole path"
        ) from None


def download(name, cache_dir=None, *, max_bytes=MAX_BYTES, max_seconds=MAX_SECONDS):
    """Return the path (str) of the file `name` of DATA_HUB, downloading it if missing.

    The file goes to `cache_dir`, by default `data_dir()`, and appears there only whole
    and checked: by SHA-256 if the table SHA256 has one, else by the SHA-1 of DATA_HUB.
    A failed connection is tried three times, as far as `max_seconds` allow: that is
    the time for the whole, however slowly the server sends.

    Raises ValueError for an unknown name, for an entry of DATA_HUB that can't be one,
    for wrong content (of the download, or of a file that is already there, which is
    left alone) and beyond `max_bytes` bytes; ConnectionError if the server can't be
    reached, refuses or takes too long; another OSError if the folder can't be written.
    """
    max_bytes = at_least_one("max_bytes", max_bytes)
    max_seconds = check_seconds("max_seconds", max_seconds)
    url, _ = _entry(name)
    folder = _expanded(cache_dir, "cache_dir") if cache_dir else data_dir()
    path = folder / file_name(name)
    if path.exists():
        verify(path, name, remedy="Delete it and download again")
        return str(path)
    import requests

    try:
        _fetch(name, path, max_bytes, max_seconds)
    except (requests.RequestException, _Refused) as error:
        raise ConnectionError(
            f"cannot download {url}: {_reason(error)}. Try again later, or put the "
            f"file at {str(path)!r} by hand"
        ) from error
    except _TooLarge as error:
        raise ValueError(
            f"{url} sends more than {max_bytes} bytes: check the address, "
            "or raise max_bytes"
        ) from error
    except OSError as error:
        raise _cannot_store(path, error) from error
    return str(path)


def _cannot_store(path, error):
    """Return the error that names the file, its folder, the reason and the remedy."""
    kind = PermissionError if isinstance(error, PermissionError) else OSError
    return kind(
        f"cannot store {path.name!r} in {str(path.parent)!r}: {_reason(error)}. Set "
        f"{DATA_DIR_VARIABLE} to a folder that you can write to"
    )


def download_extract(
    name, folder=None, *, max_bytes=MAX_BYTES, max_seconds=MAX_SECONDS
):
    """Download the zip or tar archive `name` and unpack it beside itself.

    Returns the path (str) of the `folder` that it holds, by default the one called
    like the archive without its ending. Raises what `download` raises, and ValueError
    for another kind of file, one that is damaged or encrypted, a member that would land
    outside or on a file of DATA_HUB, a folder that is not in the archive, and more than
    MAX_EXTRACTED_BYTES bytes.
    """
    archive = Path(download(name, max_bytes=max_bytes, max_seconds=max_seconds))
    base = archive.parent
    inside = _archive_folder(archive, folder)
    # Members are moved into place when all are there, so none is half-written.
    try:
        with _scratch(base) as unpacked:
            _unpack(archive, unpacked)
            tops = sorted(os.listdir(unpacked))
            if not Path(unpacked, inside).exists():
                raise ValueError(
                    f"{str(archive)!r} holds no {inside!r}, only {', '.join(tops)}: "
                    "pass one of them as folder="
                )
            _check_tops(archive, tops)
            _move_files(unpacked, base)
    except OSError as error:
        raise _cannot_store(base / inside, error) from error
    return str(base / inside)


def _archive_folder(archive, folder=None):
    """Return the name of the folder that an archive holds, by default by its own.

    Raises ValueError for a name that leads outside.
    """
    inside = folder or archive.stem.removesuffix(".tar")
    path = PurePosixPath(inside)
    if path.is_absolute() or ".." in path.parts or "\0" in inside:
        raise ValueError(
            f"folder={inside!r} isn't in an archive: give the name of a folder in it"
        )
    return inside


def _check_tops(archive, tops):
    """Refuse members that would take the place of the archive, or of another file."""
    ours = {archive.name.casefold(): "the archive itself"}
    for name in DATA_HUB:
        with contextlib.suppress(ValueError):  # an entry that is no entry
            ours.setdefault(file_name(name).casefold(), f"the file of {name!r}")
    for top in tops:
        if top.casefold() in ours:
            raise ValueError(
                f"{str(archive)!r} holds {top!r}, which would take the place of "
                f"{ours[top.casefold()]}: nothing was unpacked. Unpack it by hand, in "
                "a folder of its own"
            )


def file_name(name):
    """Return the file name under which the entry `name` of DATA_HUB is kept.

    Raises ValueError for a URL that gives none, and for one that leads elsewhere.
    """
    url = _entry(name)[0]
    try:
        file = PurePosixPath(urlsplit(url).path).name or name
    except ValueError as error:  # a bracket that isn't closed, for example
        raise ValueError(f"DATA_HUB[{name!r}] has the URL {url!r}: {error}") from None
    # Windows has more separators, and names that end in a dot lose it there.
    if file.strip(". ") == "" or set(file) & set('/\\:*?"<>|') or min(file) < " ":
        raise ValueError(
            f"DATA_HUB[{name!r}] would be kept in a file {file!r}, which can't be the "
            "name of one: end its URL in a file name such as /text.txt"
        )
    return file


def verify(path, name, origin=None, remedy="Try again later"):
    """Raise ValueError unless the file at `path` is what DATA_HUB knows as `name`.

    `origin`: what to call the file in the message (default: the path).
    """
    algorithm, expected = _known_hash(name)
    with open_regular(Path(path)) as file:
        data = file.read()
    found = hashlib.new(algorithm, data).hexdigest()
    if found == expected:
        return
    html = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower()
    page = html.startswith((b"<!doctype html", b"<html"))
    raise ValueError(
        f"{origin or repr(str(path))} is not the file known as {name!r}: expected "
        f"{algorithm.upper()} {expected}, found {found}"
        + (" (it looks like an HTML page, perhaps of an error or a log-in)" * page)
        + f". {remedy}"
    )


def _entry(name):
    """Return the (URL, SHA-1) of an entry; readers add entries, so check its form."""
    if not isinstance(name, str) or name not in DATA_HUB:
        raise ValueError(
            f"unknown file {name!r}: DATA_HUB knows {', '.join(sorted(DATA_HUB))}"
        )
    entry = DATA_HUB[name]
    if not isinstance(entry, (tuple, list)) or [*map(type, entry)] != [str, str]:
        raise ValueError(
            f"DATA_HUB[{name!r}] is {entry!r}: make it a pair of the URL and the "
            "SHA-1 of the file"
        )
    _check_url(name, entry[0])
    return entry


def _check_url(name, url):
    """Raise ValueError unless `url` is an address on the web."""
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("http", "https") and parts.hostname
        reason = "" if found and parts.port != 0 else "it isn't one of http or https"
    except ValueError as error:  # a bracket that isn't closed, a port that is no number
        reason = str(error)
    if reason:
        raise ValueError(f"DATA_HUB[{name!r}] has the URL {url!r}: {reason}")


def _known_hash(name):
    """Return (algorithm, expected digest in lower case) of an entry."""
    sha1 = _entry(name)[1]
    algorithm, digest = ("sha256", SHA256[name]) if name in SHA256 else ("sha1", sha1)
    return algorithm, digest.lower()


class _TooLarge(Exception):
    """The body of an answer exceeds the limit."""


class _Refused(Exception):
    """The server answers that it won't send the file."""


def _reason(error):
    """Return in one line what went wrong."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())


def _fetch(name, path, max_bytes, max_seconds):
    """Download entry `name` to `path`, through a checked temporary file beside it."""
    with warnings.catch_warnings():
        # In a notebook without ipywidgets, pooch's import warns of a bar that it
        # would draw there; we draw our own.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch

    url = _entry(name)[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(path.parent) as folder, _Deadline(max_seconds) as deadline:

        def stream(url, file, _):
            _stream(url, file, max_bytes, deadline)
            # Pooch checks the hash too, but its message tells less.
            verify(file, name, origin=url)
            # Temporary files are private, a data folder may be shared.
            os.chmod(file, 0o644)

        store = pooch.create(
            folder,
            base_url="",
            registry={path.name: ":".join(_known_hash(name))},
            urls={path.name: url},
            retry_if_failed=TRIES - 1,
        )
        with _quiet(pooch.get_logger()):
            os.replace(store.fetch(path.name, downloader=stream), path)


@contextlib.contextmanager
def _scratch(folder):
    """Make a hidden folder inside `folder`, which is removed with all that it holds.

    Meanwhile it is locked. The folders of processes that were killed, which nobody
    locks any more, are removed as well.
    """
    for leftover in folder.glob(SCRATCH + "*"):
        with _locked(leftover) as ours:
            if ours:
                shutil.rmtree(leftover, ignore_errors=True)
    while True:
        with (
            tempfile.TemporaryDirectory(
                prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True
            ) as name,
            _locked(name) as ours,
        ):
            if (ours and os.path.exists(name)) or fcntl is None:
                yield Path(name)
                return
        # Another process took it for a leftover just now.


@contextlib.contextmanager
def _locked(folder):
    """Lock a folder; gives False if another process has, or where none can be."""
    if fcntl is None:  # Windows
        yield False
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        yield lock(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _quiet(logger):
    """Keep a logger from reporting routine steps on stderr."""
    level = logger.level
    logger.setLevel("WARNING")
    try:
        yield
    finally:
        logger.setLevel(level)


class _Deadline:
    """A time by which a download is over, however slowly the server sends.

    The limits of a connection are for a single piece, which may be one byte. At the
    deadline the connections are shut down, so that whatever waits for one wakes up.
    Used as a context manager; `passed` is then True, and `check` raises _Refused.
    """

    def __init__(self, seconds):
        self.seconds, self.passed = seconds, False
        self._end = time.monotonic() + seconds
        self._sockets, self._guard = [], threading.Lock()
        # Longer waits than this can't be asked for, nor waited for.
        self._timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._pass)
        self._timer.daemon = True

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.cancel()
        with self._guard:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()

    def watch(self, connection):
        """Shut this socket down at the deadline, even once it is wrapped for TLS."""
        with self._guard:
            self._sockets.append(connection.dup())

    def check(self):
        """Raise _Refused after the deadline."""
        if self.passed or time.monotonic() > self._end:
            raise _Refused(
                f"it took longer than {self.seconds:g} seconds (max_seconds=)"
            )

    def _pass(self):
        self.passed = True
        with self._guard:
            for connection in self._sockets:
                with contextlib.suppress(OSError):  # it has ended by itself
                    connection.shutdown(socket.SHUT_RDWR)


def _session(deadline):
    """Return a session of requests whose connections end at the deadline."""
    import requests

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args, **options):
            super().init_poolmanager(*args, **options)
            _watch(self.poolmanager, deadline)

        def proxy_manager_for(self, *args, **options):
            manager = super().proxy_manager_for(*args, **options)
            _watch(manager, deadline)
            return manager

    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
    return session


def _watch(manager, deadline):
    """Let the connections of a pool manager of urllib3 be watched from the first."""

    def watching(pool):
        class Connection(pool.ConnectionCls):
            def _new_conn(self):
                connection = super()._new_conn()
                deadline.watch(connection)
                return connection

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {k: watching(pools[k]) for k in pools}


def _stream(url, path, max_bytes, deadline):
    """Write what `url` sends to the file `path`, up to `max_bytes` bytes.

    Pooch tries again after the errors of requests, and after no others.
    """
    import requests
    import urllib3

    deadline.check()
    # Not compressed on the way: Content-Length is then the length of the file.
    plain = {"Accept-Encoding": "identity"}
    try:
        with (
            _session(deadline) as session,
            session.get(url, stream=True, timeout=TIMEOUT, headers=plain) as answer,
        ):
            _check_status(answer)
            length = answer.headers.get("Content-Length")
            with open(path, "wb") as file, _progress_bar(url, length) as bar:
                for piece in answer.iter_content(1 << 16):
                    file.write(piece)
                    bar.update(len(piece))
                    if file.tell() > max_bytes:
                        raise _TooLarge
        deadline.check()  # a body without a length seems to end there
    except (requests.RequestException, OSError):
        deadline.check()
        raise
    except (ValueError, urllib3.exceptions.HTTPError) as error:
        # Of an address, its own or one that it redirects to, that can't be one.
        raise _Refused(_reason(error)) from error


def _check_status(answer):
    """Raise an error to try again after, or _Refused where that would not help."""
    code = answer.status_code
    if code >= 500 or code in (408, 429):  # broken, timed out, too many requests
        answer.raise_for_status()
    if code != 200:
        raise _Refused(f"the server answers {code} {answer.reason}")


def _progress_bar(url, length):
    """Return a progress bar on stderr, disabled where nobody would see it move."""
    from tqdm import tqdm

    seen = notebook_shell() is not None or is_terminal(sys.stderr)
    return tqdm(
        desc=url.rpartition("/")[2],
        total=int(length) if length and length.isdecimal() else None,
        unit="B",
        unit_scale=True,
        leave=False,
        disable=not seen,
    )


def _unpack(archive, folder):
    try:
        if zipfile.is_zipfile(archive):
            _unpack_zip(archive, folder)
        elif tarfile.is_tarfile(archive):
            _unpack_tar(archive, folder)
        else:
            raise ValueError(f"{str(archive)!r} is neither a zip nor a tar archive")
    except _TooLarge as error:
        raise ValueError(
            f"{str(archive)!r} would unpack to {error} bytes, more than "
            f"{MAX_EXTRACTED_BYTES}: raise download.MAX_EXTRACTED_BYTES if you trust it"
        ) from None
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise
        raise ValueError(
            f"cannot unpack {str(archive)!r}: {_reason(error)}. Nothing was unpacked"
        ) from error


def _unpack_zip(archive, folder):
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        _check_size(member.file_size for member in members)
        for member in members:
            # Extraction would quietly put such a member somewhere else.
            path = PurePosixPath(member.filename)
            if path.is_absolute() or ".." in path.parts:
                raise zipfile.BadZipFile(
                    f"member {member.filename!r} would land outside the folder"
                )
            if member.flag_bits & 1:
                raise zipfile.BadZipFile(
                    f"member {member.filename!r} is encrypted: unpack it by hand"
                )
        file.extractall(folder)


def _unpack_tar(archive, folder):
    with tarfile.open(archive) as file:
        # One by one, as to find the next one all of a member has to be unpacked.
        _check_size(member.size for member in file)
        # This filter refuses members that would land outside, and devices.
        file.extractall(folder, filter="data")


def _check_size(sizes):
    """Raise _TooLarge if members of these sizes, each of a block at least, are many."""
    total = 0
    for size in sizes:
        total += max(size, tarfile.BLOCKSIZE)
        if total > MAX_EXTRACTED_BYTES:
            raise _TooLarge(total)


def _move_files(source, target):
    """Move all files below `source` to the same places below `target`."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            place.mkdir(exist_ok=True)
        else:
            os.replace(path, place)


def main(argv=None):
    """Run the command: download files by name. Returns 1 after an error, else 0."""
    parser = argparse.ArgumentParser(
        prog="d2l-download",
        description="Download data files of the textbook into a cache folder.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="e.g. time_machine")
    parser.add_argument("--list", action="store_true", help="list the known names")
    parser.add_argument(
        "--to",
        metavar="DIR",
        help=f"folder for the files (default: ${DATA_DIR_VARIABLE}, else the cache)",
    )
    options = parser.parse_args(argv)
    if not options.names and not options.list:
        parser.error("give a name, or --list")
    if options.list:
        known = [f"{name}  {url}" for name, (url, _) in sorted(DATA_HUB.items())]
        if write_out(parser.prog, "\n".join(known)):
            return 1
    for name in options.names:
        try:
            path = download(name, options.to)
        except (OSError, ValueError) as error:
            return fail(parser.prog, error)
        if write_out(parser.prog, path):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
