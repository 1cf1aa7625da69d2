"""How a wrong result differs from the right one: in words, and in a small table.

Results are NumPy and Python values, as `reference_check.plain` makes them.
"""

import unicodedata

import numpy as np

from d2l_check.comparison import close
from d2l_check.language import _
from d2l_check.words import outline, shorten

ROWS = 4  # differing entries that the table shows


class Table:
    """A small table as a hint; its headings are translated when it is shown."""

    def __init__(self, headings, rows):
        self.headings, self.rows = headings, rows

    def __str__(self):
        lines = [[str(cell) for cell in row] for row in (self.headings, *self.rows)]
        columns = list(zip(*lines))
        widths = [max(map(width, column)) for column in columns]
        return "\n".join(
            "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(line, widths))
            .rstrip()
            for line in lines
        )  # fmt: skip


def width(text):
    """Return how many columns a text takes; Chinese and Korean characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def differences(found, right, name):
    """Return hints on how `found` differs from `right`, which are not alike.

    `name` is what the learner calls the result, such as ``'clip(...)'``.
    """
    if isinstance(right, list) and isinstance(found, np.ndarray):
        found = found.tolist()
    if isinstance(right, list) and isinstance(found, list):
        return of_lists(found, right, name)
    if isinstance(right, np.ndarray) and isinstance(found, np.ndarray):
        if found.shape == right.shape:
            return of_arrays(found, right, name)
        return [
            _("{name} has the shape {found}; it should be {right}.").format(
                name=name, found=found.shape, right=right.shape
            )
        ]
    texts = shown(found, right)
    hints = [
        _("{name} is {found}; it should be {right}.").format(
            name=name, found=texts[0], right=texts[1]
        )
    ]
    if real(found) and real(right) and right and plain_factor(found / right):
        hints += pattern(np.array([found], float), np.array([right], float))
    return hints


def plain_factor(factor):
    """Return True for -1, another whole number than 1, or one over such a number."""
    if not factor or not np.isfinite(factor) or round(factor, 2) == 1:
        return False
    return any(close(f, round(f)) and 0 < abs(f) < 100 for f in (factor, 1 / factor))


def of_lists(found, right, name):
    """Return hints on two lists: their lengths, or the first entry that differs."""
    places = [i for i, pair in enumerate(zip(found, right)) if not same(*pair)]
    if len(found) != len(right):
        hints = [
            _("{name} has the length {found}; it should be {right}.").format(
                name=name, found=len(found), right=len(right)
            )
        ]
        if places and simple(found) and simple(right):
            hints.append(entries(found, right, places, name))
        return hints
    if not places:  # which rounding may do, if `alike` was asked
        return []
    if simple(found) and simple(right):
        hints = []
        if found == right[::-1]:
            hints.append(_("The entries stand in the opposite order."))
        elif sorted(map(repr, found)) == sorted(map(repr, right)):
            hints.append(_("The entries are right, but some stand in other places."))
        elif all(map(real, (*found, *right))):
            hints += pattern(np.array(found, float), np.array(right, float))
        return [*hints, *counted(len(places), len(right)),
                entries(found, right, places, name)]  # fmt: skip
    i = places[0]
    return differences(found[i], right[i], f"{name}[{i}]")


def of_arrays(found, right, name):
    """Return hints on two arrays of one shape."""
    with np.errstate(all="ignore"):
        wrong = np.argwhere(~np.isclose(found, right, rtol=1e-4, atol=1e-4))
        hints = pattern(found, right)
    rows = []
    for index in wrong[:ROWS]:
        place = tuple(index.tolist())
        label = ", ".join(map(str, place))
        rows.append((f"[{label}]", *shown(found[place], right[place])))
    return [*hints, *counted(len(wrong), right.size), table(name, rows)]


def counted(wrong, total):
    """Return a hint on how many entries differ, as a list."""
    if total == 1:
        return []
    return [_("Of {total} entries, {wrong} differ.").format(total=total, wrong=wrong)]


def entries(found, right, places, name):
    """Return the table of the first entries in which two lists differ."""
    chosen = places[:ROWS]
    return table(name, [(f"[{i}]", *shown(found[i], right[i])) for i in chosen])


def table(name, rows):
    """Return a table of entries, each with its place, what it is and should be."""
    return Table((name, _("found"), _("expected")), rows)


def pattern(found, right):
    """Return what all wrong numbers have in common, as a hint in a list, or nothing."""
    found, right = found.astype(float), right.astype(float)
    if not np.isfinite(found).all() or not np.isfinite(right).all() or not right.size:
        return []
    hint = next(filter(None, (look(found, right) for look in PATTERNS)), None)
    return [] if hint is None else [hint]


def opposite(found, right):
    if close(found, -right):
        return _("The sign is wrong everywhere.")
    return None


def transposed(found, right):
    if found.ndim == 2 and found.size > 1 and close(found, right.T):
        return _("Rows and columns are exchanged: this is the transpose.")
    return None


def flipped(found, right):
    for axis, size in enumerate(found.shape):
        if size > 1 and close(found, np.flip(right, axis)):
            return _("Along axis {axis} the order is reversed.").format(axis=axis)
    return None


def shifted(found, right):
    for axis, size in enumerate(found.shape):
        for by in (1, -1):
            moved = np.roll(right, by, axis)
            inside = slice(1, None) if by > 0 else slice(None, -1)
            place = (slice(None),) * axis + (inside,)
            if size > 2 and close(found[place], moved[place]):
                text = LATE if by > 0 else EARLY
                return text.format(axis=axis)
    return None


LATE = _("Along axis {axis} everything stands one place too late.")
EARLY = _("Along axis {axis} everything stands one place too early.")


def scaled(found, right):
    largest = np.argmax(np.abs(right))
    if not right.flat[largest]:
        return None
    factor = found.flat[largest] / right.flat[largest]
    if round(factor, 3) not in (0, 1) and close(found, factor * right):
        return _("It is {factor} times what it should be.").format(
            factor=f"{factor:.4g}"
        )
    return None


def moved(found, right):
    offset = (found - right).flat[0]
    if found.size > 1 and close(found - right, np.full(found.shape, offset)):
        return _("Every number is off by the same amount: {offset}").format(
            offset=f"{offset:+.4g}"
        )
    return None


def shuffled(found, right):
    if found.size > 1 and close(np.sort(found, None), np.sort(right, None)):
        return _("The numbers are right, but they stand in other places.")
    return None


def constant(found, right):
    if found.size > 1 and close(found, np.full(found.shape, found.flat[0])):
        return _("All numbers are the same: {number}").format(
            number=f"{found.flat[0]:.4g}"
        )
    return None


PATTERNS = (opposite, transposed, flipped, shifted, scaled, moved, shuffled, constant)


def real(value):
    """Return True for a number of Python's own that isn't True or False."""
    return type(value) in (int, float)


def simple(values):
    """Return True for a list of numbers and words, with no list or array in it."""
    return all(type(v) in (int, float, bool, str, type(None)) for v in values)


def same(found, right):
    """Return True if two entries are alike, numbers up to rounding."""
    if isinstance(right, list):
        if isinstance(found, np.ndarray):
            found = found.tolist()
        fits = isinstance(found, list) and len(found) == len(right)
        return fits and all(map(same, found, right))
    if isinstance(right, np.ndarray):
        fits = isinstance(found, np.ndarray) and found.dtype.kind in "fiub"
        return fits and close(found, right)
    if real(found) and real(right):
        return close(found, right)
    return type(found) is type(right) and found == right


def shown(found, right):
    """Return both values as texts, numbers with as many digits as tell them apart."""
    for digits in (4, 6, 9):
        texts = text(found, digits), text(right, digits)
        if texts[0] != texts[1]:
            break
    return texts


def text(value, digits):
    """Return a value as a short text."""
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) is float:
        return f"{value:.{digits}g}"
    if type(value) in (list, tuple):
        inner = [text(part, digits) for part in value[:12]]
        inner += ["…"] if len(value) > 12 else []
        return shorten(f"[{', '.join(inner)}]")
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiub" and value.size <= 12:
            return text(value.tolist(), digits)
        return f"array {value.shape}"
    if type(value) in (bool, int, str, type(None)):
        return shorten(repr(value))
    return type(value).__name__


def arguments(names, values):
    """Describe the arguments of a call: small ones as they are, others by their size.

    Sizes are enough for arrays that nobody would type in.
    """

    def shape(value):
        if isinstance(value, np.ndarray):
            small = value.ndim == 1 and value.size <= 8
            return text(value, 4) if small else value.shape
        return None

    return ", ".join(f"{n} = {outline(v, shape)}" for n, v in zip(names, values))
