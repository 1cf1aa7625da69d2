"""Random test inputs, the same on every machine."""

import numpy as np


def weights(rng, shapes):
    """Return weights and biases for `shapes`, so large that every one of them matters.

    The sum over the inputs of a unit has a standard deviation of about one: enough to
    bend a tanh, too little to saturate it.
    """
    return [rng.normal(size=s) / np.sqrt(s[0] if len(s) > 1 else 1) for s in shapes]
