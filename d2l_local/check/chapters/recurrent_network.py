"""Checks of the exercises on the recurrent network."""

import numpy as np

from d2l_local.check.agreement import Agreement
from d2l_local.check.inputs import weights
from d2l_local.check.language import _
from d2l_local.check.mistake import Mistake


def case(n, d, h, seed):
    """An input, a state and the parameters of one step, all sizes given."""
    rng = np.random.default_rng(seed)
    X, H = rng.normal(size=(n, d)), rng.normal(size=(n, h))
    return X, H, *weights(rng, [(d, h), (h, h), (h,)])


class RNNStep(Agreement):
    """Check one step of a recurrent layer with tanh: the new state."""

    name = "rnn_step"
    signature = "rnn_step(X, H, W_xh, W_hh, b_h)"
    letters = "(n, h)"
    cases = (case(n=2, d=4, h=3, seed=1), case(n=3, d=3, h=3, seed=2))

    @staticmethod
    def reference(X, H, W_xh, W_hh, b_h, swapped=False, phi=np.tanh, bias=1):
        if swapped:
            W_xh, W_hh = W_hh, W_xh
        return phi(X @ W_xh + H @ W_hh + bias * b_h)

    variants = [
        ("rnn-weights-swapped", {"swapped": True}),
        ("rnn-no-tanh", {"phi": lambda x: x}),
        ("rnn-bias-forgotten", {"bias": 0}),
    ]

    @staticmethod
    def mistakes():
        return [
            Mistake(
                "rnn-weights-swapped",
                _("W_xh and W_hh have changed places."),
                _("Read the index from left to right: xh leads from X to H."),
            ),
            Mistake(
                "rnn-no-tanh",
                _("The state doesn't go through tanh."),
                _("Between which two numbers does every element of a state lie?"),
            ),
            Mistake(
                "rnn-bias-forgotten",
                _("The bias b_h is missing from the sum."),
                _("How many terms has the sum in the equation?"),
            ),
        ]


CHECKS = (RNNStep,)
