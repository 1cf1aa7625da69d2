"""Hidden states as models nest them: tensors in tuples, lists and dicts.

A tensor is whatever isn't a tuple, a list, a dict, a number, a string or None. Named
tuples stay named tuples.
"""

from collections import namedtuple
from numbers import Number

KEYS = str | int | float | None  # of dicts, as far as a table in JSON can tell them


def map_tensors(function, state):
    """Return `state` with `function` applied to each tensor, nested as before."""
    if isinstance(state, dict):
        return {key: _map_part(function, part) for key, part in state.items()}
    if isinstance(state, tuple | list):
        return remake(state, [_map_part(function, part) for part in state])
    return function(state)


def _map_part(function, part):
    return part if is_plain(part) else map_tensors(function, part)


def remake(sequence, parts):
    """Return a sequence of the same kind with other parts."""
    if hasattr(sequence, "_fields"):
        return type(sequence)(*parts)
    return tuple(parts) if isinstance(sequence, tuple) else list(parts)


def is_plain(part):
    """Tell if a part of a state is no tensor, but a number, a string or None."""
    return part is None or isinstance(part, Number | str)


def tensors_in(state):
    """Return the tensors of a state, in the order in which it holds them."""
    found = []
    map_tensors(found.append, state)
    return found


def describe(state):
    """Return how a state is nested, as JSON can hold it: tensors are numbered.

    Raises ValueError for a key of a dict that JSON can't hold.
    """
    numbers = iter(range(len(tensors_in(state))))
    return _describe(map_tensors(lambda tensor: _Number(next(numbers)), state))


class _Number(int):
    """The number of a tensor, as opposed to a number in a state."""


def _describe(part):
    if isinstance(part, _Number):
        return int(part)
    if isinstance(part, dict):
        for key in part:
            if not isinstance(key, KEYS):
                raise ValueError(
                    f"the state is a dict with the key {key!r}, which can't be saved: "
                    "use strings or numbers as keys"
                )
        return {"dict": [[key, _describe(value)] for key, value in part.items()]}
    if hasattr(part, "_fields"):
        name, fields = type(part).__name__, list(part._fields)
        return {"namedtuple": [name, fields, [_describe(each) for each in part]]}
    if isinstance(part, tuple | list):
        kind = "tuple" if isinstance(part, tuple) else "list"
        return {kind: [_describe(each) for each in part]}
    return {"value": part.item() if hasattr(part, "item") else part}  # of NumPy


def rebuild(table, tensors):
    """Return the state that `describe` described, with these tensors.

    Raises ValueError for a table that isn't one of `describe`, or is of other tensors.
    """
    left = dict(enumerate(tensors))
    try:
        state = _rebuild(table, left)
    except (TypeError, ValueError, KeyError, RecursionError) as error:
        raise ValueError(
            f"its table of the hidden state is wrong ({error!r})"
        ) from None
    if left:
        raise ValueError(f"its table of the hidden state lacks the tensors {[*left]}")
    return state


def _rebuild(table, left):
    if type(table) is int:  # True isn't the number of a tensor
        return left.pop(table)
    ((kind, content),) = table.items() if isinstance(table, dict) else [(None, table)]
    if kind == "value":
        if not is_plain(content):
            raise ValueError(f"{content!r} isn't a number")
        return content
    if kind == "dict":
        return {key: _rebuild(value, left) for key, value in content}
    if kind == "namedtuple":
        name, fields, parts = content
        return namedtuple(name, fields)(*[_rebuild(part, left) for part in parts])
    if kind in ("tuple", "list"):
        parts = [_rebuild(part, left) for part in content]
        return tuple(parts) if kind == "tuple" else parts
    raise ValueError(f"{kind!r} isn't a kind of nesting")
