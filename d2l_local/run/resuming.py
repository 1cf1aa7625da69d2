"""What a checkpoint must hold before a run is resumed from it, or saved to it.

A file with the right checksum may still come from elsewhere. All is checked before
anything is changed; each function raises ValueError with what is wrong.
"""

import math
import random

import numpy as np

from d2l_local.run.checkpoint import UNTOLD
from d2l_local.run.nested import describe, rebuild, tensors_in
from d2l_local.run.progress import Epoch


def part_of(arrays, name):
    """Return the arrays whose names begin with `name/`, by the rest of their names."""
    return {
        key.removeprefix(f"{name}/"): array
        for key, array in arrays.items()
        if key.startswith(f"{name}/")
    }


def not_finite(arrays):
    """Return the names of the arrays in which a number is infinite or isn't one."""
    return {
        name
        for name, array in arrays.items()
        if array.dtype.kind in "fc" and not np.isfinite(array).all()
    }


def check_finite(arrays, allowed=()):
    """Check that all numbers are finite, save in the arrays named in `allowed`."""
    for name in sorted(not_finite(arrays) - set(allowed)):
        raise ValueError(f"{name!r} holds numbers that aren't finite")


def check_arrays(what, found, expected):
    """Check that arrays have the names, the shapes and the types of others."""
    if found.keys() != expected.keys():
        lacking = sorted(expected.keys() - found.keys())[:3]
        extra = sorted(found.keys() - expected.keys())[:3]
        raise ValueError(f"of its {what} it lacks {lacking} and also has {extra}")
    for name, array in expected.items():
        check_like(f"{what}/{name}", found[name], array.shape, array.dtype)


def check_like(name, array, shape, dtype):
    """Check the shape and the type of an array."""
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f"{name!r} is {array.dtype} of shape {array.shape}, but must be {dtype} of "
            f"shape {shape}"
        )


def check_updater(found, expected, trained):
    """Check what an optimiser remembers: for each parameter all of it, or nothing.

    `expected` is what it remembers of all parameters after a step, None if nobody
    knows; `trained` tells if it has taken one. Names are `parameter/name`; `counts` are
    the steps of each, in MXNet.
    """
    if expected is None:
        return
    if trained and expected and not found:
        raise ValueError("its optimizer remembers nothing of the steps before")
    counts = found.get("counts")
    if ("counts" in expected) != (counts is not None):
        raise ValueError("of its optimizer it lacks the counts, or has them in excess")
    if counts is not None:
        check_counts(counts, len(expected["counts"]))
    begun = {key.partition("/")[0] for key in found}
    if counts is not None:
        begun |= {str(i) for i in counts.reshape(-1, 2)[:, 0]}
    parts = {
        key: array
        for key, array in expected.items()
        if "/" not in key or key.partition("/")[0] in begun
    }
    if counts is not None:
        parts["counts"] = counts  # which has been checked
    check_arrays("optimizer", found, parts)


def check_counts(counts, num_params):
    """Check the numbers of parameters and of their steps, (params, 2) or none."""
    if counts.dtype != np.int64 or not (counts.size == 0 or counts.shape[1:] == (2,)):
        raise ValueError("of its optimizer the counts are wrong")
    params, steps = counts.reshape(-1, 2).T
    if not ((params >= 0) & (params < num_params) & (steps >= 0)).all():
        raise ValueError("of its optimizer the counts are wrong")


def state_from(table, arrays, snapshot, batch_size=None):
    """Return the hidden state that a table and arrays describe, None without one.

    `batch_size` is that of the data, None where it isn't known.
    """
    if table in (None, UNTOLD["progress"]["state"]) and not arrays:
        return None
    if arrays.keys() != {str(i) for i in range(len(arrays))}:
        raise ValueError(f"the parts of its hidden state are {sorted(arrays)}")
    arrays = [arrays[str(i)] for i in range(len(arrays))]
    try:
        first = snapshot.begin_state(1)
        begun = [tensors_in(state) for state in (first, snapshot.begin_state(2))]
    except Exception:  # a reader's own model may have one size of batches only
        begun = [[], []]
    like = [None] * len(arrays)
    as_begun = {"tuple": [*range(len(arrays))]}
    if len(begun[0]) == len(arrays):  # else it begins with another nesting
        like, as_begun = begun[0], describe(first)
        check_state(
            arrays, *(list(map(snapshot.array, one)) for one in begun), batch_size
        )
    try:
        tensors = [snapshot.tensor(*pair) for pair in zip(arrays, like)]
    except (KeyError, TypeError) as error:  # a type that the framework lacks
        raise ValueError(f"its hidden state is of a wrong type ({error})") from None
    return rebuild(as_begun if table == UNTOLD["progress"]["state"] else table, tensors)


def check_state(arrays, for_one, for_two, batch_size):
    """Check a state by the arrays of those for batches of one and of two examples."""
    sizes = set()
    for i, (array, one, two) in enumerate(zip(arrays, for_one, for_two)):
        axes = list(zip(array.shape, one.shape, two.shape))
        fits = array.ndim == one.ndim and array.dtype.kind == one.dtype.kind
        if not fits or any(n != a for n, a, b in axes if a == b):
            raise ValueError(
                f"part {i} of its hidden state is {array.dtype} {array.shape}, but for "
                f"a batch of one it is {one.dtype} {one.shape}"
            )
        sizes |= {n for n, a, b in axes if a != b}
    if len(sizes) > 1 or 0 in sizes or (batch_size and sizes - {batch_size}):
        raise ValueError(f"its hidden state is for batches of {sorted(sizes)} examples")


def history_from(table):
    """Return the `Epoch`s that the table `progress` lists."""
    try:
        (history,) = table.values() if table.keys() == {"history"} else ()
        epochs = [Epoch(*values) for values in history]
        for number, epoch in enumerate(epochs, 1):
            held_out = epoch.held_out is None or isinstance(epoch.held_out, float)
            right = epoch.epoch == number and held_out
            if not (
                right and math.isfinite(epoch.value) and 0 < epoch.speed < math.inf
            ):
                raise ValueError(f"{epoch}")
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"its table of epochs is wrong ({error})") from None
    return epochs


def check_position(table):
    """Check the table `position`: what the epoch has counted so far."""
    kinds = {"batch": int, "num_tokens": int, "total_loss": float, "seconds": float}
    if not isinstance(table, dict) or table.keys() != kinds.keys():
        raise ValueError(f"its position in the epoch is {table!r:.100}")
    for name, kind in kinds.items():
        value = table[name]
        fits = type(value) is kind and math.isfinite(value)
        if not fits or (value < 0 and name != "total_loss"):
            raise ValueError(f"its position in the epoch has the {name} {value!r}")


def check_random_state(table, arrays, expected):
    """Check the state of the random numbers of Python, NumPy and the framework."""
    if not isinstance(table, dict) or table.keys() != {"python", "numpy", "batches"}:
        raise ValueError("its table of random numbers is wrong")
    try:
        set_python_state(table["python"], random.Random(0))
        set_numpy_state(table["numpy"], np.random.RandomState(0))
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"its random numbers are wrong ({error})") from None
    # A run on a GPU also has the state of its generator; resumed on a CPU, it is left.
    elsewhere = {"cuda"} & (arrays.keys() ^ expected.keys())
    here = (
        {key: array for key, array in each.items() if key not in elsewhere}
        for each in (arrays, expected)
    )
    check_arrays("random numbers", *here)


def set_python_state(state, generator):
    """Set a generator of Python, or the module, to a state from a table."""
    version, numbers, gauss = state
    if not (gauss is None or isinstance(gauss, float)):
        raise ValueError(f"{gauss!r} isn't a number")
    generator.setstate((version, tuple(numbers), gauss))


def set_numpy_state(state, generator):
    """Set a generator of NumPy, or its module `random`, to a state from a table."""
    kind, keys, place, *rest = state
    if not 0 <= place <= len(keys):  # NumPy itself would read beyond the end
        raise ValueError(f"there is no number {place!r}")
    generator.set_state((kind, np.array(keys, dtype=np.uint32), place, *rest))
