"""A good learner's functions for one check, with a mistake planted in them."""

import inspect
import itertools
import linecache

from tests.checks import learners

NAMES = {"deep_rnn": ("get_deep_params", "init_deep_state", "deep_rnn")}
_cells = itertools.count(1)


def report(ops, check, *changes):
    """The report of a check on the good learner's work with some changes.

    `changes` are pairs of a piece of code and of what takes its place.
    """
    names = NAMES.get(check, (check,))
    source = "\n\n".join(inspect.getsource(getattr(learners, n)) for n in names)
    for old, new in changes:
        assert source.count(old) == 1, f"{source.count(old)} times: {old}"
        source = source.replace(old, new)
    return checked(ops, check, source)


def checked(ops, check, source, **others):
    """The report of a check on functions with this source."""
    made = cell(source, ops=ops, math=learners.math, Vocab=learners.Vocab, **others)
    return getattr(ops.check, check)(*(made[n] for n in NAMES.get(check, (check,))))


def cell(source, **names):
    """The names that a cell of a notebook with this source would define."""
    filename = f"/tmp/ipykernel_1/{next(_cells)}.py"
    # As IPython does, so that a line of the cell can be quoted.
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    namespace = {"__name__": "__main__", **names}
    exec(compile(source, filename, "exec"), namespace)
    return namespace
