"""Checks of the exercises on vanishing and exploding gradients."""

import math

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def matrices(seed, *shapes, size=1.0):
    rng = np.random.default_rng(seed)
    return [size * rng.normal(size=shape) for shape in shapes]


def leaky_case(seed, steps, h, alpha):
    """Return candidates between -1 and 1, weights and a leak."""
    candidates, W_hh = matrices(seed, (steps, h), (h, h))
    return np.tanh(candidates), 0.7 * W_hh, alpha


class LeakyJacobian(ReferenceCheck):
    """Check the product of the Jacobians of a network with a leak."""

    signature = "leaky_jacobian(candidates, W_hh, alpha)"
    letters = "(h, h)"
    cases = (leaky_case(1, 3, 4, 0.7), leaky_case(2, 3, 3, 0.4))

    @staticmethod
    def reference(
        candidates,
        W_hh,
        alpha,
        reverse=False,
        transpose=True,
        leak=True,
        swap=False,
        slope="squared",
    ):
        identity = J = np.eye(len(W_hh))
        kept, new = (1 - alpha, alpha) if swap else (alpha, 1 - alpha)
        for candidate in candidates[::-1] if reverse else candidates:
            slopes = {
                "squared": 1 - candidate**2,
                "linear": 1 - candidate,
                "none": np.ones_like(candidate),
            }[slope]
            step = new * slopes[:, None] * (W_hh.T if transpose else W_hh)
            J = (step + kept * identity if leak else step) @ J
        return J

    mistakes = [
        Mistake(
            "reversed",
            _("The Jacobians are multiplied in the wrong order."),
            _("Which of them does a change of h_t meet first, and which last?"),
            _("dh_T/dh_t begins, on its left, with the Jacobian of step T."),
            planted=[{"reverse": True}],
        ),
        Mistake(
            "not-transposed",
            _("W_hh isn't transposed."),
            _(
                "The Jacobian turns a state's rows into columns: its "
                "rows belong to what comes out."
            ),
            _("Element (i, j) is the change of unit i by unit j of the step before."),
            planted=[{"transpose": False}],
        ),
        Mistake(
            "no-leak",
            _("The path that bypasses the candidate is missing."),
            _("A change of the old state reaches the new one on two paths."),
            _("What is the Jacobian of alpha times h with respect to h?"),
            planted=[{"leak": False}],
        ),
        Mistake(
            "shares-swapped",
            _("The weights of the old state and of the candidate are swapped."),
            _("Which of the two is multiplied by alpha in the formula?"),
            _(
                "Set alpha to 1: the old state is kept whole. Is your Jacobian the "
                "identity then?"
            ),
            planted=[{"swap": True}],
        ),
        Mistake(
            "no-slope",
            _("The slope of tanh is missing."),
            _("Between the sum in the brackets and the candidate there is a tanh."),
            _("The slope of tanh can be computed from its value alone."),
            planted=[{"slope": "none"}],
        ),
        Mistake(
            "slope-not-squared",
            _("The slope of tanh is wrong."),
            _("It is the same for a value and for its negative."),
            _("At the value h, what is the derivative of tanh in terms of h?"),
            planted=[{"slope": "linear"}],
        ),
    ]


class GrowthRate(ReferenceCheck):
    """Check the growth per step of the powers of a matrix."""

    signature = "growth_rate(W, num_steps)"
    tensors = False
    cases = (
        (matrices(3, (4, 4))[0], 5),
        (matrices(4, (3, 3))[0], 3),
        (matrices(5, (2, 2), size=0.5)[0], 12),
    )

    @staticmethod
    def reference(
        W,
        num_steps,
        root="root",
        norm=2,
        elementwise=False,
        one_step=False,
        radius=False,
    ):
        if radius:
            return np.abs(np.linalg.eigvals(W)).max()
        if one_step:
            return np.linalg.norm(W, 2)
        power = W**num_steps if elementwise else np.linalg.matrix_power(W, num_steps)
        size = np.linalg.norm(power, norm)
        if root == "root":
            return size ** (1 / num_steps)
        return size / num_steps if root == "divided" else size

    mistakes = [
        Mistake(
            "no-root",
            _("This is the norm of the whole product, not the growth per step."),
            _("If each step multiplies by r, the product of k steps has r to the k."),
            _(
                "For W = 2 times the identity, the growth is 2 at every number of "
                "steps. And yours?"
            ),
            planted=[{"root": "none"}],
        ),
        Mistake(
            "divided",
            _("The norm is divided by the number of steps."),
            _("Growth multiplies from step to step; it doesn't add up."),
            _("Which operation undoes a power?"),
            planted=[{"root": "divided"}],
        ),
        Mistake(
            "frobenius",
            _("The norm isn't the spectral norm."),
            _("Look up what np.linalg.norm computes for a matrix by default."),
            _("Its second argument chooses the norm."),
            planted=[{"norm": "fro"}],
        ),
        Mistake(
            "elementwise",
            _("The power is taken of each number by itself."),
            _("W to the k is a product of k matrices."),
            _("NumPy has a function for the power of a matrix, in np.linalg."),
            planted=[{"elementwise": True}],
        ),
        Mistake(
            "one-step",
            _("The result doesn't depend on num_steps: it is the norm of W."),
            _("Multiply first, and measure the product."),
            _("Call it with num_steps = 1 and 20. Which line reads num_steps?"),
            planted=[{"one_step": True}],
        ),
        Mistake(
            "radius",
            _("This is the spectral radius itself, by the eigenvalues."),
            _("The task asks for the estimate after num_steps steps, without them."),
            _(
                "Call it with num_steps = 1. It should be the spectral norm of W "
                "then. Is it?"
            ),
            planted=[{"radius": True}],
        ),
    ]


class KeepBias(ReferenceCheck):
    """Check the bias of a gate for a given time scale."""

    signature = "keep_bias(distance, share)"
    tensors = False
    cases = ((10, 0.5), (3, 0.3), (40, 0.9), (1, 0.2))

    @staticmethod
    def reference(distance, share, gate="root", solve="logit"):
        f = {
            "root": share ** (1 / distance),
            "power": share**distance,
            "divided": share / distance,
        }[gate]
        return {
            "logit": math.log(f / (1 - f)),
            "none": f,
            "log": math.log(f),
            "negative": math.log((1 - f) / f),
            "logistic": 1 / (1 + math.exp(-f)),
        }[solve]

    mistakes = [
        Mistake(
            "power-not-root",
            _("The value of the gate is share to the power of distance."),
            _("The gate is applied distance times, and then share is left."),
            _("Write the product of all gates, set it equal to share, and solve."),
            planted=[{"gate": "power"}],
        ),
        Mistake(
            "divided",
            _("The value of the gate is share divided by distance."),
            _("The gates of the steps are multiplied, not added."),
            _("Write the product of all gates, set it equal to share, and solve."),
            planted=[{"gate": "divided"}],
        ),
        Mistake(
            "no-logit",
            _("This is the value of the gate, not its bias."),
            _("The gate is the logistic function of the bias: solve for the bias."),
            _(
                "Put your result into the logistic function. Is it the gate that "
                "you wanted?"
            ),
            planted=[{"solve": "none"}],
        ),
        Mistake(
            "log-only",
            _("The bias is the logarithm of the gate alone."),
            _("Solve f = 1 / (1 + exp(-b)) for b, one step after the other."),
            _("Test it: the logistic function of your bias should give f again."),
            planted=[{"solve": "log"}],
        ),
        Mistake(
            "wrong-sign",
            _("The sign of the bias is wrong."),
            _("A gate that keeps a lot needs a bias above zero."),
            _(
                "For a gate above one half, should the bias be positive? Turn your "
                "fraction over."
            ),
            planted=[{"solve": "negative"}],
        ),
        Mistake(
            "logistic-again",
            _("The logistic function is applied to the gate."),
            _("It leads from the bias to the gate. Which function inverts it?"),
            _(
                "Can a bias be negative? Can your result? Solve f = 1 / (1 + "
                "exp(-b)) for b."
            ),
            planted=[{"solve": "logistic"}],
        ),
    ]


def gradients(seed, *shapes):
    """Return gradients of which some numbers are far larger than others."""
    return [grad**3 for grad in matrices(seed, *shapes)]


class Turned(ReferenceCheck):
    """Check the cosine between a gradient and the same, clipped by value."""

    signature = "turned(grads, theta)"
    cases = (
        (gradients(6, (3, 2), (4,)), 0.5),
        (gradients(7, (3, 3), (3, 3)), 0.2),
        (gradients(8, (2, 5), (6,), (1,)), 1.5),
    )

    @staticmethod
    def reference(grads, theta, together=True, low=True, norms="both", by_norm=False):
        if not together:
            cosines = [Turned.reference([grad], theta) for grad in grads]
            return float(np.mean(cosines))
        g = np.concatenate([np.ravel(grad) for grad in grads])
        cut = np.clip(g, -theta if low else None, theta)
        if by_norm:
            cut = g * min(1, theta / np.linalg.norm(g))
        first, second = np.linalg.norm(g), np.linalg.norm(cut)
        scale = {"both": first * second, "first": first**2, "none": 1.0}[norms]
        return float(g @ cut / scale)

    mistakes = [
        Mistake(
            "each-by-itself",
            _("The cosine is computed for each tensor by itself, and averaged."),
            _("All tensors together are one long vector."),
            _("Join them first, or add up the products and squares of all."),
            planted=[{"together": False}],
        ),
        Mistake(
            "one-sided",
            _("Only large positive numbers are cut."),
            _("What should become of a number below minus theta?"),
            _(
                "Print the smallest number of your clipped gradient. Is it below "
                "minus theta?"
            ),
            planted=[{"low": False}],
        ),
        Mistake(
            "not-normalised",
            _("This is the product of the two vectors, not their cosine."),
            _("A cosine doesn't depend on how long the vectors are."),
            _(
                "Compute it with theta = inf: the two vectors are equal. What is "
                "their cosine?"
            ),
            planted=[{"norms": "none"}],
        ),
        Mistake(
            "one-norm",
            _("The product is divided by the norm of the gradient twice."),
            _("The second vector is the clipped one, and it is shorter."),
            _("Print both norms. Which of them stand in your denominator?"),
            planted=[{"norms": "first"}],
        ),
        Mistake(
            "clipped-by-norm",
            _("The gradient is clipped by its norm, and its direction stays."),
            _("This exercise cuts every single number to the interval."),
            _("Clip [3.0, 0.1] at theta = 1 by hand. Which numbers change?"),
            planted=[{"by_norm": True}],
        ),
    ]


CHECKS = (LeakyJacobian, GrowthRate, KeepBias, Turned)
