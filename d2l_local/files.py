"""Write a file whole or not at all; tell by a checksum whether it is as it was."""

import contextlib
import errno
import hashlib
import json
import os
import tempfile
from pathlib import Path


def write_whole(path, content):
    """Write `content` (bytes) to `path`; a file that is there is replaced at once.

    The content goes to a temporary file beside `path`, and reaches the disk before that
    file gets its name. Whatever goes wrong, `path` is as it was before. Raises
    FileNotFoundError where its folder doesn't exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT,
            "This folder doesn't exist, so create it first",
            str(path.parent),
        )
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)  # mkstemp lets only the owner read it
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        raise


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
