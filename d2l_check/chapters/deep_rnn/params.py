"""The parameters that a learner makes for a two-layer network."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.returned import nothing_returned, values
from d2l_check.words import kind

NAMES = ("W_xh1", "W_hh1", "b_h1", "W_xh2", "W_hh2", "b_h2", "W_hq", "b_q")
LETTERS = ("(q, h)", "(h, h)", "(h,)", "(h, h)", "(h, h)", "(h,)", "(h, q)", "(q,)")


def shapes(q, h):
    """Return the shapes of the eight parameters, as in `LETTERS`."""
    return [(q, h), (h, h), (h,), (h, h), (h, h), (h,), (h, q), (q,)]


class Params:
    """What the learner's function `make` gives; its methods are two criteria."""

    def __init__(self, framework, make):
        self.framework, self.make = framework, make

    def shapes(self):
        """Raise Mistaken unless eight tensors have the right shapes and device."""
        q, h = 7, 5
        self.params = params = self.make(q, h, *self.framework.on())
        if params is None:
            raise Mistaken(nothing_returned("get_deep_params(...)"))
        if not isinstance(params, list | tuple) or len(params) != len(NAMES):
            raise Mistaken(wrong_number(params))
        arrays = [
            values(self.framework, param, name, shape, letters)
            for param, name, shape, letters in zip(params, NAMES, shapes(q, h), LETTERS)
        ]
        own_values([(n, a) for n, a in zip(NAMES, arrays) if n.startswith("W")])
        self.on_device(q, h)

    def on_device(self, q, h):
        """Raise Mistaken if the argument `device` is ignored."""
        other = self.framework.other_device
        if other is None:
            return
        try:
            params = self.make(q, h, other)
        except Mistaken:
            return  # what works on every real device needn't work on this one
        for name, param in zip(NAMES, params):
            if not self.framework.lies_on(param, other):
                raise Mistaken(device_ignored(name))

    def learnable(self):
        """Raise Mistaken unless each parameter can have a gradient."""
        for name, param in zip(NAMES, self.params):
            missing = self.framework.missing_for_gradients(param)
            if missing == "leaf":
                raise Mistaken(not_a_leaf(name))
            if missing:
                raise Mistaken(no_gradient(name, missing))


def own_values(matrices):
    """Raise Mistaken for weights that are all zero, or the same as others."""
    for i, (name, array) in enumerate(matrices):
        if not array.any():
            raise Mistaken(weights_zero(name))
        for other_name, other in matrices[:i]:
            if np.array_equal(array, other):
                raise Mistaken(weights_shared(other_name, name))


def wrong_number(params):
    return Mistake(
        "wrong-number-of-params",
        _("A list of 8 tensors should be returned, but it is of type: {found}").format(
            found=kind(params)
        ),
        _("Each layer has two weights and a bias, the output a weight and a bias."),
        _("The order is W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q."),
    )


def weights_zero(name):
    return Mistake(
        "weights-zero",
        _("{name} is zero everywhere.").format(name=name),
        _("Units that start alike stay alike. Draw small random numbers."),
    )


def weights_shared(name, other):
    return Mistake(
        "weights-shared",
        _("{name} and {other} hold the same numbers.").format(name=name, other=other),
        _("Draw new random numbers for each of them."),
    )


def device_ignored(name):
    return Mistake(
        "device-ignored",
        _("{name} isn't on the device that was asked for.").format(name=name),
        _("Hand the argument device on wherever you make a tensor."),
    )


def no_gradient(name, remedy):
    return Mistake(
        "no-gradient",
        _("{name} keeps no gradient, so it could never learn.").format(name=name),
        _("Look at the last lines of get_deep_params."),
        _("Every parameter needs this: {remedy}").format(remedy=remedy),
    )


def not_a_leaf(name):
    return Mistake(
        "not-a-leaf",
        _(
            "{name} is computed from a tensor with gradients, and gets none itself."
        ).format(name=name),
        _("Compute the numbers first. Ask for gradients last, by requires_grad_()."),
    )
