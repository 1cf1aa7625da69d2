"""Recognising a mistake by its result: the reference is made to commit it."""

from itertools import combinations

from d2l_check.comparison import close
from d2l_check.mistake import together


def recognise(found, compute, variants, mistakes, agrees=close):
    """The Mistake that explains a wrong result, or None.

    `compute(**changes)` is the reference. `variants` lists pairs of a key and of the
    changes that make the reference commit that mistake; a key may stand there more
    than once, for a mistake with several faces. Single mistakes are tried first, then
    every two that go together. `mistakes` are those to choose from.
    """
    by_key = {mistake.key: mistake for mistake in mistakes}
    for number in (1, 2):
        for chosen in combinations(variants, number):
            changes = merged([change for _, change in chosen])
            if changes is not None and agrees(found, compute(**changes)):
                keys = dict.fromkeys(key for key, _ in chosen)
                return together([by_key[key] for key in keys])
    return None


def merged(changes):
    """All changes in one dict, or None where two of them set the same keyword."""
    together = {}
    for change in changes:
        if together.keys() & change.keys():
            return None
        together |= change
    return together
