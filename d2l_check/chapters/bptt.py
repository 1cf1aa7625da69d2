"""Checks of the exercises on backpropagation through time."""

import numpy as np

from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def normal(seed, *shapes):
    """Return normal random arrays, the same in every run."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


class LogitGradient(ReferenceCheck):
    """Check the gradient of the mean cross-entropy over steps that aren't padding."""

    signature = "logit_gradient(O, labels, lengths)"
    letters = "(T, n, q)"
    cases = (
        (
            *normal(1, (5, 3, 4)),
            np.random.default_rng(2).integers(0, 4, (5, 3)),
            np.array([5, 2, 3]),
        ),
        (
            *normal(3, (3, 3, 3)),
            np.random.default_rng(4).integers(0, 3, (3, 3)),
            np.array([1, 3, 2]),
        ),
    )

    @staticmethod
    def reference(O, labels, lengths, count="valid", masked=True, sign=1, axis=-1):
        E = np.exp(O - O.max(axis=axis, keepdims=True))
        P = E / E.sum(axis=axis, keepdims=True)
        T, n, q = O.shape
        mask = np.arange(T)[:, np.newaxis] < lengths  # (T, n)
        counts = {
            "valid": mask.sum(),
            "all": T * n,
            "none": 1,
            "sequences": n,
            "each": n * lengths[:, np.newaxis],
        }
        dO = sign * (P - np.eye(q)[labels])
        return (dO * mask[..., np.newaxis] if masked else dO) / counts[count]

    mistakes = [
        Mistake(
            "padding-counted",
            _("The gradient is divided by all n T steps, padding included."),
            _("The loss is a mean. Over how many outputs is it taken?"),
            _("With lengths [1, 3, 2], how many outputs count? Print your divisor."),
            planted=[{"count": "all"}],
        ),
        Mistake(
            "padding-not-masked",
            _("Steps past the end of a sequence get a gradient."),
            _("They don't enter the loss, so what must their gradient be?"),
            _("Step t of sequence i counts if t < lengths[i], counting from 0."),
            planted=[{"masked": False}, {"masked": False, "count": "all"}],
        ),
        Mistake(
            "sum-not-mean",
            _("The gradient is that of a sum, or of a mean over sequences only."),
            _("The loss is a mean over all outputs that count."),
            _("Print your divisor for lengths [1, 3, 2]. How many outputs count?"),
            planted=[{"count": "none"}, {"count": "sequences"}],
        ),
        Mistake(
            "mean-of-means",
            _("Each sequence is divided by its own length first."),
            _(
                "Then a step of a short sequence weighs more. All should weigh"
                " the same."
            ),
            _(
                "Print the weight of one step in the sequence of length 1, and in "
                "that of length 3."
            ),
            planted=[{"count": "each"}],
        ),
        Mistake(
            "wrong-sign",
            _("The gradient has the wrong sign."),
            _("A step against the gradient should raise the right logit."),
            _(
                "Take a single logit far too high. Should its gradient be above or "
                "below 0?"
            ),
            planted=[{"sign": -1}],
        ),
        Mistake(
            "softmax-axis",
            _("Softmax is taken along the wrong axis."),
            _("The probabilities of which numbers should add up to 1?"),
            _(
                "O has the shape (T, n, q). Print the sum of your probabilities "
                "along each axis."
            ),
            planted=[{"axis": 0}, {"axis": 1}],
        ),
    ]


class LeakyBackward(ReferenceCheck):
    """Check the gradients of a network whose state leaks."""

    signature = "leaky_backward(X, states, candidates, G, W_hh, alpha)"
    results = ("dW_xh", "dW_hh", "db_h")

    @staticmethod
    def case(seed, T, n, d, h, alpha):
        X, H, W_xh, W_hh, b_h, G = normal(
            seed, (T, n, d), (n, h), (d, h), (h, h), (1, h), (T, n, h)
        )
        states, candidates = [H], []
        for X_t in X:
            A = X_t @ W_xh + states[-1] @ W_hh + b_h
            candidates.append(np.tanh(A))
            states.append((1 - alpha) * states[-1] + alpha * candidates[-1])
        return X, np.stack(states), np.stack(candidates), G, W_hh, alpha

    @staticmethod
    def reference(
        X,
        states,
        candidates,
        G,
        W_hh,
        alpha,
        leak=True,
        scaled=True,
        slope="candidate",
        shift=0,
        steps="all",
        inject="all",
        transpose=True,
    ):
        T = len(X)
        dH = dA = np.zeros_like(states[0])
        dW_xh, dW_hh, db_h = 0, 0, 0
        for t in reversed(range(T)):
            back = dA @ (W_hh.T if transpose else W_hh)
            if leak:
                back = back + (1 - alpha) * dH
            dH = back + (G[t] if inject == "all" or t == T - 1 else 0)
            value = candidates[t] if slope == "candidate" else states[t + 1]
            dA = (alpha if scaled else 1) * dH * (1 - value**2)
            if steps == "all" or t == T - 1:
                dW_xh = dW_xh + X[t].T @ dA
                dW_hh = dW_hh + states[t + shift].T @ dA
                db_h = db_h + dA.sum(axis=0, keepdims=True)
        return dW_xh, dW_hh, db_h

    mistakes = [
        Mistake(
            "leak-forgotten",
            _("One path of the gradient from a state to the one before is missing."),
            _("In how many places does the state before appear in the equation?"),
            _("The part that leaks through has the derivative 1 - alpha."),
            planted=[{"leak": False}],
        ),
        Mistake(
            "alpha-forgotten",
            _("The gradient before tanh is too large, by a constant factor."),
            _("The candidate enters the new state with a weight."),
            _(
                "Set alpha to 0: the candidate has no say. Are your gradients "
                "zero then?"
            ),
            planted=[{"scaled": False}],
        ),
        Mistake(
            "state-in-derivative",
            _("The derivative of tanh is taken from the state."),
            _("1 - v * v is the derivative where v is what tanh returned."),
            _(
                "Which array went out of tanh: states or candidates? Print both "
                "for one step."
            ),
            planted=[{"slope": "state"}],
        ),
        Mistake(
            "new-state",
            _("The gradient of W_hh is computed with the state of the same step."),
            _("Which state was multiplied by W_hh in the forward pass?"),
            _(
                "states has one entry more than X. Which index has the state that "
                "step t read?"
            ),
            planted=[{"shift": 1}],
        ),
        Mistake(
            "last-step-only",
            _("Only the last step contributes to the gradients."),
            _("The weights are used at every step. What happens to the parts?"),
            _(
                "Do your three sums grow in each round, or are they overwritten? "
                "Look for +=."
            ),
            planted=[{"steps": "last"}],
        ),
        Mistake(
            "output-forgotten",
            _("Only the output of the last step sends a gradient back."),
            _("G has one part for each step. Where does it join in?"),
            _(
                "Set G to zero except at step 0. Is your result zero as well? "
                "Should it be?"
            ),
            planted=[{"inject": "last"}],
        ),
        Mistake(
            "not-transposed",
            _("In the backward pass, the product is taken with W_hh itself."),
            _("Look at the rule for products. With h = h, shapes don't warn you."),
            _(
                "A came from H @ W_hh. Write the shapes of dA and W_hh for h = "
                "2, n = 1."
            ),
            planted=[{"transpose": False}],
        ),
    ]


LeakyBackward.cases = (
    LeakyBackward.case(1, T=5, n=2, d=3, h=4, alpha=0.3),
    LeakyBackward.case(2, T=3, n=3, d=3, h=3, alpha=0.6),
)


class Reach(ReferenceCheck):
    """Check which inputs the loss of each step reaches when windows are cut."""

    signature = "reach(num_steps, k)"
    tensors = False
    cases = ((7, 3), (4, 4), (6, 1), (8, 2), (5, 9))

    @staticmethod
    def reference(
        num_steps, k, causal=True, window="cut", shift=0, size=0, transpose=False
    ):
        t, s = np.indices((num_steps, num_steps))
        width = k + size
        kept = {
            "cut": (t + shift) // width == (s + shift) // width,
            "sliding": abs(t - s) < k,
            "none": np.full_like(t, True, dtype=bool),
        }[window]
        if causal:
            kept = kept & (s <= t)
        kept = kept.astype(int)
        return kept.T if transpose else kept

    mistakes = [
        Mistake(
            "future",
            _("Some losses reach inputs that come after them."),
            _("Can the output of step t depend on an input of a later step?"),
            _(
                "Print your table for num_steps = 3, k = 3. Which entries lie "
                "above the diagonal?"
            ),
            planted=[{"causal": False}],
        ),
        Mistake(
            "sliding",
            _("Each loss reaches back k steps, wherever it stands."),
            _(
                "The borders are fixed. How far back does the first step of a"
                " window get?"
            ),
            _(
                "Print the row of step 3 for k = 3. It is the first of its window: "
                "what does it reach?"
            ),
            planted=[{"window": "sliding"}],
        ),
        Mistake(
            "border",
            _("The borders are in the wrong place."),
            _("The first window has the steps 0 to k - 1."),
            _("Step t is in the window with the number t // k."),
            planted=[{"shift": 1}, {"size": 1}],
        ),
        Mistake(
            "turned-round",
            _("Rows and columns are exchanged."),
            _("Rows are losses, columns are inputs."),
            _(
                "Print your table for num_steps = 2, k = 2. What does row 0 say "
                "about input 1?"
            ),
            planted=[{"transpose": True}],
        ),
        Mistake(
            "not-cut",
            _("Every loss reaches back to the first step."),
            _("Where is the state detached?"),
            _(
                "Print your table for num_steps = 4, k = 2. Where does k enter "
                "your code?"
            ),
            planted=[{"window": "none"}],
        ),
    ]


class ForwardGradient(ReferenceCheck):
    """Check the gradient that is carried forward along with the state."""

    signature = "forward_gradient(x, w_xh, w_hh)"
    results = ("h", "dh_dw_xh", "dh_dw_hh")
    tensors = False
    cases = (
        (np.array([0.5, -1.0, 0.3, 0.8, -0.4]), 0.7, 0.9),
        (np.array([-0.6, 0.4, 1.1]), -0.5, 1.3),
        (np.array([0.2, 0.9]), 1.2, -0.8),
    )

    @staticmethod
    def reference(
        x,
        w_xh,
        w_hh,
        history=True,
        weighted=True,
        slope=True,
        new=False,
        exchanged=False,
    ):
        h = s_xh = s_hh = 0.0
        for x_t in x:
            before = h
            h = np.tanh(w_xh * x_t + w_hh * before)
            factor = 1 - h**2 if slope else 1
            carry = (w_hh if weighted else 1) * history
            s_xh = factor * (x_t + carry * s_xh)
            s_hh = factor * ((h if new else before) + carry * s_hh)
        return (h, s_hh, s_xh) if exchanged else (h, s_xh, s_hh)

    mistakes = [
        Mistake(
            "history-forgotten",
            _("The state before is treated as a constant."),
            _("It was computed with the same weights, so it has a derivative."),
            _("What you have is truncated to a window of one step."),
            planted=[{"history": False}],
        ),
        Mistake(
            "weight-forgotten",
            _("The derivative of the state before isn't multiplied by w_hh."),
            _("How does a change of the state before change the new state?"),
            _(
                "Set w_hh to 0. Does the state before still matter? Does it in "
                "your lines?"
            ),
            planted=[{"weighted": False}],
        ),
        Mistake(
            "slope-forgotten",
            _("The derivative of tanh is missing."),
            _("A change of what is in the brackets isn't a change of the state."),
            _(
                "Where tanh is saturated, how large should the gradient be? Try x "
                "= [50.0]."
            ),
            planted=[{"slope": False}],
        ),
        Mistake(
            "new-state",
            _(
                "The direct part for w_hh has the new state where it should have"
                " the one before."
            ),
            _("Which state is multiplied by w_hh? Mind the order of your lines."),
            _(
                "At the first step the state before is 0. What is your derivative "
                "for w_hh there?"
            ),
            planted=[{"new": True}],
        ),
        Mistake(
            "exchanged",
            _("The two derivatives are returned in the wrong order."),
            _("The order is: the state, then w_xh, then w_hh."),
            _(
                "For x = [0.5], the derivative for w_hh is 0. In which place do "
                "you return it?"
            ),
            planted=[{"exchanged": True}],
        ),
    ]


class Links(ReferenceCheck):
    """Check the factors that make up for links which are cut at random."""

    signature = "links(u, cut)"
    tensors = False
    cases = (
        (np.array([0.1, 0.3, 0.7, 0.9]), 0.25),
        (np.array([0.05, 0.5, 0.95, 0.2, 0.6]), 0.1),
        (np.array([0.1, 0.65, 0.7, 0.9]), 0.6),
    )

    @staticmethod
    def reference(u, cut, divisor="passes", opposite=False, mean=False):
        passes = u < cut if opposite else u >= cut
        links = passes / {"passes": 1 - cut, "cut": cut, "nothing": 1}[divisor]
        return links / links.mean() if mean else links

    mistakes = [
        Mistake(
            "divided-by-cut",
            _("What passes is divided by the probability of a cut."),
            _("How often does a link pass? Its mean must be 1."),
            _("With cut = 0.25, three of four links pass. What makes their mean 1?"),
            planted=[{"divisor": "cut"}],
        ),
        Mistake(
            "nothing-made-up",
            _("The links are 0 or 1, and their mean is below 1."),
            _("What passes has to make up for what is cut. By which factor?"),
            _("With cut = 0.5, every second link is 0. What must the others be?"),
            planted=[{"divisor": "nothing"}],
        ),
        Mistake(
            "opposite",
            _("The links that should pass are cut, and the others pass."),
            _("A link is cut where its random number is below `cut`."),
            _("Take u = [0.9] and cut = 0.1. Is this link cut?"),
            planted=[
                {"opposite": True},
                {"opposite": True, "divisor": "cut"},
                {"opposite": True, "divisor": "nothing"},
            ],
        ),
        Mistake(
            "mean-of-these",
            _("The links are divided by their own mean."),
            _("Then the factor depends on chance. It should depend on `cut` alone."),
            _("Take u = [0.8, 0.9] and cut = 0.5. What do you divide by? Should you?"),
            planted=[{"mean": True}, {"mean": True, "divisor": "nothing"}],
        ),
    ]


CHECKS = (LogitGradient, LeakyBackward, Reach, ForwardGradient, Links)
