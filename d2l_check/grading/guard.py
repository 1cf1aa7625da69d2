"""Seeing whether the judge's own files stay as they are while students' code runs.

That code runs with the grader's rights, so it may write where the judge would
read its checks the next time. Nothing is put back here: the change may be an author's
own, who is at work on the checks.
"""

import contextlib
import hashlib
from functools import cache
from pathlib import Path

import d2l_check
import d2l_local
from d2l_check.grading.original import NotebookError

ROOMS = tuple(Path(each.__file__).parent for each in (d2l_check, d2l_local))
KINDS = {".py", ".pyc", ".mo"}


def digests():
    """Return a digest of each file of the judge's packages, by their paths."""
    found = {}
    for path in (path for room in ROOMS for path in room.rglob("*")):
        if path.suffix in KINDS:
            with contextlib.suppress(OSError):
                found[path] = hashlib.sha256(path.read_bytes()).digest()
    return found


at_first = cache(digests)


@contextlib.contextmanager
def unchanged(whose):
    """Raise NotebookError if files of the judge have changed since the first time.

    A compiled file may be new, since Python writes one where none is.
    """
    before = at_first()
    yield
    after = digests()
    changed = {path for path, digest in before.items() if after.get(path) != digest}
    changed |= {p for p in after.keys() - before.keys() if p.suffix != ".pyc"}
    if changed:
        raise NotebookError(
            f"{whose} isn't graded: while its code ran, files of the judge changed: "
            f"{', '.join(sorted(map(str, changed)))}. Read its code, install this "
            "package again, and grade again"
        )
