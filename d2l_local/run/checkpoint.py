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

from d2l_local.files import checksum, write_whole

FORMAT, VERSION = "d2l_local.checkpoint", "1"


class Checkpoint:
    """Where a training run is saved, and how often.

    `path` is the file; its folder must exist. `every` is the least number of seconds
    between two saves, 0 for one after each batch. The end of a training and Ctrl-C
    save as well. For `train_ch8(..., checkpoint=)`.

    Raises TypeError or ValueError for a wrong argument, IsADirectoryError or
    FileNotFoundError for a path that can't be written.
    """

    def __init__(self, path, every=30.0):
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"checkpoint must be a path or a Checkpoint, got {path!r}")
        self.path, self.every = Path(path), float(every)
        if not self.every >= 0:  # "not a number" included
            raise ValueError(f"every must be at least 0 seconds, got {every!r}")
        if self.path.is_dir():
            raise IsADirectoryError(
                f"checkpoint {str(path)!r} is a folder: name a file in it"
            )
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint {str(path)!r}: there is no folder "
                f"{str(self.path.parent)!r}; make it first"
            )

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
    try:
        write_whole(path, save(arrays, metadata))
    except OSError as error:
        before = "; the one saved before is intact" if Path(path).exists() else ""
        raise type(error)(
            error.errno,
            f"cannot save the checkpoint ({error.strerror}){before}. Make room, or "
            "give a path that you can write to, and call train_ch8 again",
            str(path),
        ) from error


def read_checkpoint(path):
    """Return `(arrays, run, progress)` of the checkpoint at `path`, None without one.

    Raises ValueError, naming the file and the remedy, for a file that is damaged or
    isn't one of our checkpoints.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys()
            arrays = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, TypeError, ValueError, KeyError) as error:
        raise ValueError(_refusal(path, f"it can't be read ({error})")) from error
    if metadata.get("format") != FORMAT:
        raise ValueError(_refusal(path, "it isn't a checkpoint of d2l_local"))
    if metadata.get("version") != VERSION:
        raise ValueError(
            _refusal(path, f"it is of version {metadata.get('version')!r}, not 1")
        )
    if metadata.pop("sha256", None) != checksum(metadata, arrays):
        raise ValueError(_refusal(path, "its checksum is wrong, so it is damaged"))
    return arrays, json.loads(metadata["run"]), json.loads(metadata["progress"])


def check_same_run(path, found, wanted):
    """Raise ValueError if the file `path` is from another run than this one.

    `found` and `wanted` are the tables `run` of the file and of the call.
    """
    for key, value in wanted.items():
        there = found.get(key)
        if isinstance(value, list) and isinstance(there, list):
            # Of long lists only what differs is shown.
            value, there = (
                [each for each in one if each not in other]
                for one, other in ((value, there), (there, value))
            )
        if there != value:
            raise ValueError(
                f"checkpoint {str(path)!r} is from another run: its {key} is "
                f"{there!r}, here it is {value!r}. Give another path, or delete the "
                "file to start over"
            )


def _refusal(path, why):
    return (
        f"checkpoint {str(path)!r}: {why}. Give another path, or delete the file to "
        "start over"
    )
