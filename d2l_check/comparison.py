"""Comparing numbers with what they should be.

Learners compute in 32-bit floating point, which keeps 24 bits: a result is off by some
6e-8 of the largest number that went into it, for every operation. The test inputs are
of size one and go through a few dozen operations, so correct results come within 1e-5
of the reference. `CLOSE` is ten times that. A mistake moves the same numbers by
1e-2 and more (tests hold the reference's variants to it), so the two can't be confused.
"""

import numpy as np

CLOSE = 1e-4


def close(found, right):
    """Return True if arrays agree in shape and, up to rounding, in every number."""
    found, right = np.asarray(found), np.asarray(right)
    return found.shape == right.shape and np.allclose(
        found, right, rtol=CLOSE, atol=CLOSE
    )


def all_close(found, right):
    """Return True if two sequences of arrays agree in every array."""
    return len(found) == len(right) and all(map(close, found, right))
