"""Recognising a mistake by its result: the reference is made to commit it."""

from itertools import combinations

from d2l_check.mistake import together


def recognise(mistakes, explains):
    """Return the Mistake that explains a wrong result, or None.

    `explains(**changes)` tells if the reference does the same with these changes, which
    are those that `mistakes` have `planted`. Single mistakes are tried first, then
    every two that go together.
    """
    planted = [
        (mistake, changes) for mistake in mistakes for changes in mistake.planted
    ]
    for number in (1, 2):
        for chosen in combinations(planted, number):
            changes = merged([changes for _, changes in chosen])
            if changes is not None and explains(**changes):
                return together(list(dict.fromkeys(mistake for mistake, _ in chosen)))
    return None


def merged(changes):
    """Return all changes in one dict, or None if two of them set the same keyword."""
    together = {}
    for change in changes:
        if together.keys() & change.keys():
            return None
        together |= change
    return together
