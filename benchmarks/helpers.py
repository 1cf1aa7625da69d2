"""The two helpers, imported as a reader would, on the same text."""

from __future__ import annotations

import hashlib
import importlib
import json
from pathlib import Path

from benchmarks.plan import OURS


def open_helper(name: str, framework: str, text: Path):
    """Import a helper's module for one framework.

    `text` is a file with the cleaned lines of the text: the classic helper, which
    would download a book, reads it instead.
    """
    if name == OURS:
        return importlib.import_module(f"d2l_local.{framework}")
    if framework == "mxnet":
        _give_dropped_names_back()
    helper = importlib.import_module(f"d2l.{framework}")
    helper.download = lambda name: str(text)
    return helper


def _give_dropped_names_back() -> None:
    """Give NumPy back the names that MXNet needs: all that the classic helper lacks.

    Not through `numpy_shim.import_mxnet`, which also gives MXNet its threads.
    """
    import numpy

    from d2l_local.numpy_shim import dropped_names

    vars(numpy).update(dropped_names())


def digest(corpus: list[int], vocab) -> str:
    """Return a digest of the tokens and the vocabulary: equal for equal data."""
    tokens = [vocab.to_tokens(index) for index in range(len(vocab))]
    content = json.dumps([[int(index) for index in corpus], tokens])
    return hashlib.sha256(content.encode()).hexdigest()[:16]
