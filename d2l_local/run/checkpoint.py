"""The file from which an interrupted training run continues.

A checkpoint holds arrays and two tables, in the format safetensors
(https://github.com/huggingface/safetensors): reading it runs no code, wherever it came
from. The table `run` says which run it is, so that no other is continued by mistake;
`progress` says how far it has come. A checksum covers all of it.
"""

import json
import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from d2l_local.files import (
    ROOM,
    checksum,
    open_regular,
    status,
    try_writing,
    write_whole,
)

FORMAT, VERSION = "d2l_local.checkpoint", "2"
# What a file of version 1 doesn't tell: it is read, and these aren't compared.
UNTOLD = {"run": {"kind of layers": None}, "progress": {"state": "as begun"}}
# Of an error in writing
WORDS = {"what": "the checkpoint", "remedy": f"{ROOM}, and call train_ch8 again"}


class Checkpoint:
    """Where a training run is saved, and how often.

    `path` is the file, which stays the same one if the process changes its folder; its
    folder must exist. `every` is the least number of seconds between two saves, 0 for
    one after each batch. The end of a training and Ctrl-C save as well. For
    `train_ch8(..., checkpoint=)`.

    Raises TypeError or ValueError for a wrong argument, OSError for a path that can't
    be written.
    """

    def __init__(self, path, every=30.0):
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"checkpoint must be a path or a Checkpoint, got {path!r}")
        self.path, self.every = Path(path), float(every)
        if not self.every >= 0:  # "not a number" included
            raise ValueError(f"every must be at least 0 seconds, got {every!r}")
        try:
            status(self.path)
        except (OSError, ValueError) as error:
            raise type(error)(f"checkpoint {error}") from None
        if not Path(os.path.realpath(self.path)).parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint {str(path)!r}: there is no folder "
                f"{str(self.path.parent)!r}; make it first"
            )
        self.path = self.path.absolute()

    def __repr__(self):
        return f"Checkpoint({str(self.path)!r}, every={self.every:g})"


def write_checkpoint(path, arrays, run, progress):
    """Write a checkpoint to `path`, whole or not at all.

    `arrays` are NumPy arrays by name, `run` and `progress` dicts that JSON can hold.
    Raises OSError, naming the remedy, where the file can't be written; the one saved
    before is still intact then.
    """
    # Unlike ascontiguousarray, this leaves a number without an axis as it is.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    metadata = {
        "format": FORMAT,
        "version": VERSION,
        "run": json.dumps(run),
        "progress": json.dumps(progress),
    }
    metadata["sha256"] = checksum(metadata, arrays)
    write_whole(path, save(arrays, metadata), **WORDS)


def try_checkpoint(path, size):
    """Raise now what `write_checkpoint` would raise for arrays of `size` bytes."""
    try_writing(path, size, **WORDS)


def read_checkpoint(path):
    """Return `(arrays, run, progress)` of the checkpoint at `path`, None without one.

    Raises ValueError, naming the file and the remedy, for a file that is damaged or
    isn't one of our checkpoints; OSError for one that can't be read.
    """
    path = Path(path)
    if status(path) is None:
        return None
    open_regular(path).close()  # safetensors calls what it can't open missing
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys()
            arrays = {name: file.get_tensor(name) for name in names}
    except OSError as error:
        raise OSError(f"checkpoint {str(path)!r} can't be read: {error}") from error
    except (SafetensorError, TypeError, ValueError, KeyError) as error:
        raise ValueError(refusal(path, f"it can't be read ({error})")) from error
    if metadata.get("format") != FORMAT:
        raise ValueError(refusal(path, "it isn't a checkpoint of d2l_local"))
    version = metadata.get("version")
    if version not in ("1", VERSION):
        raise ValueError(refusal(path, f"it is of version {version!r}, not {VERSION}"))
    if metadata.pop("sha256", None) != checksum(metadata, arrays):
        raise ValueError(refusal(path, "its checksum is wrong, so it is damaged"))
    try:
        tables = {key: json.loads(metadata[key]) for key in ("run", "progress")}
        if version == "1":
            tables = {key: table | UNTOLD[key] for key, table in tables.items()}
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(refusal(path, f"its tables are wrong ({error!r})")) from error
    return arrays, tables["run"], tables["progress"]


def check_same_run(path, found, wanted):
    """Raise ValueError if the file `path` is from another run than this one.

    `found` and `wanted` are the tables `run` of the file and of the call.
    """
    if not isinstance(found, dict):
        raise ValueError(refusal(path, f"its table of the run is {found!r:.50}"))
    if found.get("kind of layers", "") is None:  # as in version 1
        kind = wanted["optimizer"].partition(" ")[0]
        wanted = wanted | {"kind of layers": None, "optimizer": kind}
    for key, value in wanted.items():
        there = found.get(key)
        if there != value:
            if isinstance(value, list) and isinstance(there, list):
                # Of long lists only what differs is shown.
                value, there = (
                    [each for each in one if each not in other] or one
                    for one, other in ((value, there), (there, value))
                )
            raise ValueError(
                f"checkpoint {str(path)!r} is from another run: its {key} is "
                f"{there!r}, here it is {value!r}. Give another path, or delete the "
                "file to start over"
            )


def refusal(path, why):
    """Return a message: what is wrong with the checkpoint at `path`, and the remedy."""
    return (
        f"checkpoint {str(path)!r}: {why}. Give another path, or delete the file to "
        "start over"
    )
