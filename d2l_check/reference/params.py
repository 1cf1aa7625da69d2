"""Parameters that are mixed up."""

import numpy as np


def replaced(params, replace):
    """Replace some of the parameters: `{3: 1}` puts the second for the fourth.

    `{3: None}` puts zeros there, which leaves it out of a sum.
    """
    chosen = [replace.get(i, i) for i in range(len(params))]
    return [
        np.zeros_like(param) if source is None else params[source]
        for param, source in zip(params, chosen)
    ]
