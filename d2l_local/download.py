"""Downloading data files once, checked, into a cache folder.

From a shell: ``python -m d2l_local.download time_machine``.
"""

import argparse
import contextlib
import hashlib
import os
import sys
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from d2l_local.arguments import at_least_one
from d2l_local.display.notebook import notebook_shell
from d2l_local.quiet import fail, is_terminal, write_out

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
MAX_EXTRACTED_BYTES = 200_000_000
TRIES = 3
TIMEOUT = (10, 30)  # seconds to connect, and between two pieces of the body


def user_cache():
    """Return the folder of this package in the user's cache; it need not exist."""
    from platformdirs import user_cache_path

    return user_cache_path("d2l_local")


def data_dir():
    """Return the folder of downloads: D2L_DATA_DIR if set, else the user's cache."""
    folder = os.environ.get(DATA_DIR_VARIABLE)
    return Path(folder).expanduser() if folder else user_cache()


def download(name, cache_dir=None, *, max_bytes=MAX_BYTES):
    """Return the path (str) of the file `name` of DATA_HUB, downloading it if missing.

    The file goes to `cache_dir`, by default `data_dir()`, and appears there only whole
    and checked: by SHA-256 if the table SHA256 has one, else by the SHA-1 of DATA_HUB.
    A failed connection is tried three times.

    Raises ValueError for an unknown name, for wrong content (of the download, or of a
    file that is already there, which is left alone) and beyond `max_bytes` bytes;
    ConnectionError if the server can't be reached or refuses; another OSError if the
    folder can't be written.
    """
    max_bytes = at_least_one("max_bytes", max_bytes)
    url, _ = _entry(name)
    folder = Path(cache_dir).expanduser() if cache_dir else data_dir()
    path = folder / file_name(name)
    if path.exists():
        verify(path, name, remedy="Delete it and download again")
        return str(path)
    import requests

    try:
        _fetch(name, path, max_bytes)
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
        kind = PermissionError if isinstance(error, PermissionError) else OSError
        raise kind(
            f"cannot store {path.name!r} in {str(folder)!r}: {_reason(error)}. Set "
            f"{DATA_DIR_VARIABLE} to a folder that you can write to"
        ) from error
    return str(path)


def download_extract(name, folder=None, *, max_bytes=MAX_BYTES):
    """Download the zip or tar archive `name` and unpack it beside itself.

    Returns the path (str) of the `folder` that it holds, by default the one called
    like the archive without its ending. Raises what `download` raises, and ValueError
    for another kind of file, a member that would land outside, a folder that is not
    in the archive, and more than MAX_EXTRACTED_BYTES bytes.
    """
    archive = Path(download(name, max_bytes=max_bytes))
    base = archive.parent
    # Members are moved into place when all are there, so none is half-written.
    with tempfile.TemporaryDirectory(dir=base) as unpacked:
        _unpack(archive, unpacked)
        tops = sorted(os.listdir(unpacked))
        inside = folder or _stem(archive)
        if not Path(unpacked, inside).exists():
            raise ValueError(
                f"{str(archive)!r} holds no {inside!r}, only {', '.join(tops)}: "
                "pass one of them as folder="
            )
        _move_files(Path(unpacked), base)
    return str(base / inside)


def file_name(name):
    """Return the file name under which the entry `name` of DATA_HUB is kept."""
    return PurePosixPath(urlsplit(_entry(name)[0]).path).name or name


def verify(path, name, origin=None, remedy="Try again later"):
    """Raise ValueError unless the file at `path` is what DATA_HUB knows as `name`.

    `origin`: what to call the file in the message (default: the path).
    """
    algorithm, expected = _known_hash(name)
    data = Path(path).read_bytes()
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
    return entry


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


def _fetch(name, path, max_bytes):
    """Download entry `name` to `path`, through a checked temporary file beside it."""
    with warnings.catch_warnings():
        # In a notebook without ipywidgets, pooch's import warns of a bar that it
        # would draw there; we draw our own.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch

    def stream(url, file, _):
        _stream(url, file, max_bytes)
        # Pooch checks the hash too, but its message tells less.
        verify(file, name, origin=url)
        # Temporary files are private, a data folder may be shared.
        os.chmod(file, 0o644)

    url = _entry(name)[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    store = pooch.create(
        path.parent,
        base_url="",
        registry={path.name: ":".join(_known_hash(name))},
        urls={path.name: url},
        retry_if_failed=TRIES - 1,
    )
    with _quiet(pooch.get_logger()):
        store.fetch(path.name, downloader=stream)


@contextlib.contextmanager
def _quiet(logger):
    """Keep a logger from reporting routine steps on stderr."""
    level = logger.level
    logger.setLevel("WARNING")
    try:
        yield
    finally:
        logger.setLevel(level)


def _stream(url, path, max_bytes):
    """Write what `url` sends to the file `path`, up to `max_bytes` bytes.

    Pooch tries again after the errors of requests, and after no others.
    """
    import requests

    # Not compressed on the way: Content-Length is then the length of the file.
    plain = {"Accept-Encoding": "identity"}
    with requests.get(url, stream=True, timeout=TIMEOUT, headers=plain) as answer:
        _check_status(answer)
        length = answer.headers.get("Content-Length")
        with open(path, "wb") as file, _progress_bar(url, length) as bar:
            for piece in answer.iter_content(1 << 16):
                file.write(piece)
                bar.update(len(piece))
                if file.tell() > max_bytes:
                    raise _TooLarge


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
        total=int(length) if length else None,
        unit="B",
        unit_scale=True,
        leave=False,
        disable=not seen,
    )


def _stem(archive):
    """Strip the ending of an archive: 'a' for a.zip, a.tar and a.tar.gz."""
    return archive.stem.removesuffix(".tar")


def _unpack(archive, folder):
    try:
        if zipfile.is_zipfile(archive):
            _unpack_zip(archive, folder)
        elif tarfile.is_tarfile(archive):
            _unpack_tar(archive, folder)
        else:
            raise ValueError(f"{str(archive)!r} is neither a zip nor a tar archive")
    except (tarfile.TarError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"cannot unpack {str(archive)!r}: {_reason(error)}. Nothing was unpacked"
        ) from error


def _unpack_zip(archive, folder):
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        _check_size(archive, sum(member.file_size for member in members))
        for member in members:
            # Extraction would quietly put such a member somewhere else.
            path = PurePosixPath(member.filename)
            if path.is_absolute() or ".." in path.parts:
                raise zipfile.BadZipFile(
                    f"member {member.filename!r} would land outside the folder"
                )
        file.extractall(folder)


def _unpack_tar(archive, folder):
    with tarfile.open(archive) as file:
        _check_size(archive, sum(member.size for member in file))
        # This filter refuses members that would land outside, and devices.
        file.extractall(folder, filter="data")


def _check_size(archive, size):
    if size > MAX_EXTRACTED_BYTES:
        raise ValueError(
            f"{str(archive)!r} would unpack to {size} bytes, more than "
            f"{MAX_EXTRACTED_BYTES}: raise download.MAX_EXTRACTED_BYTES if you trust it"
        )


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
