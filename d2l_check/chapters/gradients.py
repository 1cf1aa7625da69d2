"""Checks of the exercises on vanishing and exploding gradients."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def matrices(seed, *shapes, size=1.0):
    rng = np.random.default_rng(seed)
    return [size * rng.normal(size=shape) for shape in shapes]


def network_case(seed, steps, h):
    """Return states between -1 and 1, weights and a gradient at the last state."""
    states, W_hh, dh = matrices(seed, (steps, h), (h, h), (h,))
    return np.tanh(states), 0.7 * W_hh, dh


class ArrivingNorms(ReferenceCheck):
    """Check the norms of a gradient on its way back through a plain network."""

    signature = "arriving_norms(states, W_hh, dh)"
    letters = "(T,)"
    tensors = False
    cases = (network_case(1, 5, 4), network_case(2, 3, 3))

    @staticmethod
    def reference(
        states,
        W_hh,
        dh,
        everywhere=False,
        late=False,
        transpose=True,
        slope="squared",
        order="back",
    ):
        back, norms = np.zeros_like(dh) if everywhere else dh, []
        for state in states if order == "forward" else states[::-1]:
            slopes = {
                "squared": 1 - state**2,
                "linear": 1 - state,
                "none": np.ones_like(state),
            }[slope]
            if everywhere:
                back = back + dh
            before, back = back, (back * slopes) @ (W_hh.T if transpose else W_hh)
            norms.append(np.linalg.norm(back if late else before))
        return np.array(norms[::-1] if order == "turned" else norms)

    mistakes = [
        Mistake(
            "losses-everywhere",
            _("A gradient is added at every step, but only the last one has a loss."),
            _("What does h_1 get from the loss if it reaches it through h_T alone?"),
            _(
                "Set W_hh to zeros. Which of your norms should be zero then, and "
                "which aren't?"
            ),
            planted=[{"everywhere": True}],
        ),
        Mistake(
            "one-step-late",
            _("The first norm belongs to the step before the last."),
            _("The gradient at h_T is given. How many products does it need?"),
            _("For a single state, the result is one number: the norm of what?"),
            planted=[{"late": True}],
        ),
        Mistake(
            "not-transposed",
            _("W_hh isn't transposed."),
            _("Forward, a row is multiplied by W_hh. And a gradient, on its way back?"),
            _(
                "Let W_hh have a single 1, from unit 1 to unit 2. Which unit should "
                "get the gradient?"
            ),
            planted=[{"transpose": False}],
        ),
        Mistake(
            "no-slope",
            _("The slope of tanh is missing."),
            _("Between the sum and the state there is a tanh."),
            _("The slope of tanh can be computed from its value. For the value 1?"),
            planted=[{"slope": "none"}],
        ),
        Mistake(
            "slope-not-squared",
            _("The slope of tanh is wrong."),
            _("It is the same for a value and for its negative."),
            _("At the value h, what is the derivative of tanh in terms of h?"),
            planted=[{"slope": "linear"}],
        ),
        Mistake(
            "first-step-first",
            _("The states are taken from the first to the last."),
            _("Which state does a gradient at h_T meet first on its way back?"),
            _("Print the first state that your loop sees. Is it h_T?"),
            planted=[{"order": "forward"}],
        ),
        Mistake(
            "result-turned",
            _("The result is in the order of the steps."),
            _("The first number should belong to h_T."),
            _("Which number of your result is the norm of the given gradient?"),
            planted=[{"order": "turned"}],
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


class NearestOrthogonal(ReferenceCheck):
    """Check the orthogonal matrix that is nearest to a given one."""

    signature = "nearest_orthogonal(W)"
    letters = "(h, h)"
    tensors = False
    cases = (
        (matrices(9, (4, 4))[0],),
        (matrices(10, (3, 3))[0],),
        (matrices(11, (5, 5), size=0.3)[0],),
    )

    @staticmethod
    def reference(W, by="svd", transposed_again=False, turned=False):
        if by == "qr":
            return np.linalg.qr(W)[0]
        if by == "norm":
            return W / np.linalg.norm(W, 2)
        if by == "radius":
            return W / abs(np.linalg.eigvals(W)).max()
        U, sigma, V_transposed = np.linalg.svd(W)
        if by == "nothing":
            return U * sigma @ V_transposed
        Q = U @ (V_transposed.T if transposed_again else V_transposed)
        return Q.T if turned else Q

    mistakes = [
        Mistake(
            "qr",
            _("This is the orthogonal matrix of the QR decomposition."),
            _("It is orthogonal. But is it the nearest one?"),
            _(
                "Compare the distances from W, once for yours and once for the one "
                "built from the svd."
            ),
            planted=[{"by": "qr"}],
        ),
        Mistake(
            "transposed-again",
            _("V is transposed once too often."),
            _("What exactly does np.linalg.svd return as its third result?"),
            _("Multiply U, the diagonal matrix and the third result. Do you get W?"),
            planted=[{"transposed_again": True}],
        ),
        Mistake(
            "turned",
            _("This is the transpose of the nearest matrix."),
            _("In W, U stands on the left. And in yours?"),
            _("Call it with a rotation by 90 degrees. Is it its own nearest matrix?"),
            planted=[{"turned": True}],
        ),
        Mistake(
            "divided-by-the-norm",
            _("The matrix is divided by its largest singular value."),
            _("Which singular values does an orthogonal matrix have?"),
            _(
                "Call it with the diagonal matrix of 2 and 1. Is your result "
                "orthogonal?"
            ),
            planted=[{"by": "norm"}],
        ),
        Mistake(
            "divided-by-the-radius",
            _("The matrix is divided by its spectral radius."),
            _("Which singular values does an orthogonal matrix have?"),
            _(
                "Call it with the diagonal matrix of 2 and 1. Is your result "
                "orthogonal?"
            ),
            planted=[{"by": "radius"}],
        ),
        Mistake(
            "unchanged",
            _("This is W itself."),
            _("Multiplying all three parts again gives back what you began with."),
            _("Which of the three parts has to change, and into what?"),
            planted=[{"by": "nothing"}],
        ),
    ]


CHECKS = (GrowthRate, ArrivingNorms, Turned, NearestOrthogonal)
