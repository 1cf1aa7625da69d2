"""Checks of the exercises on the recurrent network."""

import numpy as np

from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference_check import ReferenceCheck


def columns(n, d, h, seed):
    """Return a state, an input and the parameters of one step, in columns."""
    rng = np.random.default_rng(seed)
    a, x = rng.normal(size=(h, n)), rng.normal(size=(d, n))
    W_aa, W_ax = weights(rng, [(h, h), (d, h)])
    return a, x, W_aa.T, W_ax.T, rng.normal(size=(h, 1))


class ColumnStep(ReferenceCheck):
    """Check one step of a recurrent network in columns, with tanh."""

    signature = "column_step(a, x, W_aa, W_ax, b_a)"
    letters = "(h, n)"
    cases = (columns(n=2, d=4, h=3, seed=1), columns(n=3, d=3, h=3, seed=2))

    @staticmethod
    def reference(
        a,
        x,
        W_aa,
        W_ax,
        b_a,
        by_rows=False,
        transposed=(),
        swapped=False,
        phi=np.tanh,
        bias=lambda b_a: b_a,
    ):
        if swapped:
            W_aa, W_ax = W_ax, W_aa
        W_aa = W_aa.T if "aa" in transposed else W_aa
        W_ax = W_ax.T if "ax" in transposed else W_ax
        if by_rows:
            return phi(a @ W_aa + x @ W_ax + bias(b_a))
        return phi(W_aa @ a + W_ax @ x + bias(b_a))

    mistakes = [
        Mistake(
            "columns-by-rows",
            _("The states stand on the left of the weights, as rows do."),
            _(
                "In columns a product is the other way round: which sizes "
                "must meet in the middle?"
            ),
            _(
                "Write the shapes (h, h), (h, n), (d, n) in a row. Which products "
                "fit at all?"
            ),
            planted=[{"by_rows": True}],
        ),
        Mistake(
            "columns-transposed",
            _("The weights are transposed before the product."),
            _("Those of the lectures are transposed already: look at their shape."),
            _(
                "W_ax has the shape (h, d), x has (d, n). What does .T make of "
                "the first?"
            ),
            planted=[{"transposed": ("aa", "ax")}],
        ),
        Mistake(
            "columns-one-transposed",
            _("One of the two weights is transposed before the product."),
            _("Both are used as they are given. Which one has .T or a transpose?"),
            _("W_aa is square: its shape doesn't warn you. What do its indices say?"),
            planted=[{"transposed": ("aa",)}, {"transposed": ("ax",)}],
        ),
        Mistake(
            "columns-swapped",
            _("W_aa and W_ax are swapped."),
            _("Read the index of the lectures: ax is to a, from x."),
            _(
                "Which weight has the shape (h, d)? Write the shapes beside both "
                "products."
            ),
            planted=[{"swapped": True}],
        ),
        Mistake(
            "columns-no-tanh",
            _("The state doesn't go through tanh."),
            _("Between which two numbers does every element of a state lie?"),
            _("Print the largest element of your state. Can it be above 1?"),
            planted=[{"phi": lambda x: x}],
        ),
        Mistake(
            "columns-bias",
            _("The bias isn't added as a column."),
            _("b_a has the shape (h, 1): adding it reaches each of the n columns."),
            _("Print b_a.shape and that of the sum. Which elements get b_a[0]?"),
            planted=[{"bias": lambda b_a: 0}, {"bias": lambda b_a: b_a.T}],
        ),
    ]


class WindowWeights(ReferenceCheck):
    """Check weights by which a state holds the last few inputs."""

    signature = "window_weights(d, k)"
    results = ("W_xh", "W_hh")
    cases = ((2, 3), (2, 2), (3, 1), (1, 4))
    tensors = False

    @staticmethod
    def reference(
        d, k, transposed=False, block=0, everywhere=False, keeps=False, by=None
    ):
        W_xh, W_hh = np.zeros((d, k * d)), np.eye(k * d, k=d if by is None else by)
        W_xh[:, block * d : (block + 1) * d if block >= 0 else None] = np.eye(d)
        if everywhere:
            W_xh = np.tile(np.eye(d), k)
        if keeps:
            W_hh = np.eye(k * d)
        return W_xh, W_hh.T if transposed else W_hh

    mistakes = [
        Mistake(
            "window-backwards",
            _("W_hh shifts the state towards its beginning."),
            _(
                "Row i of W_hh says where number i goes. The newest one "
                "should go from place 1 to 2."
            ),
            _(
                "Compute [1, 0, 0] @ W_hh for d = 1 and k = 3. Where is the 1 "
                "afterwards?"
            ),
            planted=[{"transposed": True}],
        ),
        Mistake(
            "window-shifts-by-one",
            _("W_hh shifts the state by one number, not by one input."),
            _("How many numbers does one input have? Each has to move that far."),
            _("For d = k = 2, compute [1, 0, 0, 0] @ W_hh. Where should the 1 be?"),
            planted=[{"by": 1}, {"by": -1}],
        ),
        Mistake(
            "window-adds-up",
            _("W_hh leaves every number of the state in its place."),
            _("What happens to the old input when the new one is added to it?"),
            _("Compute [1, 0, 0] @ W_hh for d = 1 and k = 3. Has the 1 moved on?"),
            planted=[{"keeps": True}],
        ),
        Mistake(
            "window-last-place",
            _("W_xh writes the input into the last place of the state."),
            _("The newest input stands first."),
            _("Compute x @ W_xh for d = 1 and k = 3. In which place does x arrive?"),
            planted=[{"block": -1}],
        ),
        Mistake(
            "window-everywhere",
            _("W_xh writes the input into all places of the state."),
            _("How many of the k places should hear of a new input at once?"),
            _("Compute x @ W_xh for d = 1 and k = 3. How many places aren't zero?"),
            planted=[{"everywhere": True}],
        ),
    ]


def sequence(T, n, d, h, length, seed):
    """Return inputs, a state and parameters, with the length of a piece."""
    rng = np.random.default_rng(seed)
    params = weights(rng, [(d, h), (h, h), (h,)])
    return rng.normal(size=(T, n, d)), rng.normal(size=(n, h)), params, length


class RunInPieces(ReferenceCheck):
    """Check a recurrent layer that reads a sequence piece by piece."""

    signature = "run_in_pieces(inputs, H, params, length)"
    results = ("states", "H")
    cases = (
        sequence(T=7, n=2, d=3, h=4, length=5, seed=1),
        sequence(T=3, n=3, d=3, h=3, length=1, seed=2),
        sequence(T=4, n=2, d=1, h=3, length=2, seed=3),
    )

    @staticmethod
    def reference(
        inputs, H, params, length, start="carried", rest=True, returned="last"
    ):
        W_xh, W_hh, b_h = params
        first, states = H, []
        stop = len(inputs) if rest else len(inputs) // length * length
        for t, X in enumerate(inputs[:stop]):
            if t % length == 0 and start != "carried":
                H = first if start == "given" else 0 * first
            H = np.tanh(X @ W_xh + H @ W_hh + b_h)
            states.append(H)
        return np.stack(states), H if returned == "last" else first

    mistakes = [
        Mistake(
            "pieces-start-again",
            _("Every piece starts from the state that the first one started from."),
            _("What does a piece leave behind for the next one?"),
            _(
                "Print H at the start of each piece. Which name does the piece "
                "before leave it in?"
            ),
            planted=[{"start": "given"}],
        ),
        Mistake(
            "pieces-start-at-zero",
            _("Every piece starts from zeros."),
            _("Neither the given state nor what was read before is used."),
            _("Print H at the start of each piece. Which line makes it zero?"),
            planted=[{"start": "zero"}],
        ),
        Mistake(
            "pieces-rest-left-out",
            _("The last piece is left out where it is shorter than the others."),
            _("Into which pieces do 7 steps fall, if a piece has 5?"),
            _(
                "Print where each piece begins and ends for T = 7, length = 5. Is "
                "step 6 in one?"
            ),
            planted=[{"rest": False}],
        ),
        Mistake(
            "pieces-old-state",
            _("The state that is returned is the one that was given."),
            _("If you read on, which state do you need: the first or the last?"),
            _("Compare your H with the last of the outputs. Which name do you return?"),
            planted=[{"returned": "first"}],
        ),
    ]


def running_sum(inputs):
    """Return outputs that depend on all inputs so far."""
    return np.cumsum(inputs @ np.ones((inputs.shape[1], 2)), axis=0)


def last_two(inputs):
    """Return outputs that depend on their own input and the one before."""
    return inputs + np.concatenate([np.zeros_like(inputs[:1]), inputs[:-1]])


def from_behind(inputs):
    """Return outputs of a network that reads from the last input to the first."""
    return running_sum(inputs[::-1])[::-1]


def readings(network, T, d, seed):
    """Return a network and inputs for it, of which those of step 2 are zeros."""
    inputs = np.random.default_rng(seed).normal(size=(T, d))
    inputs[1] = 0
    return network, inputs


class Dependence(ReferenceCheck):
    """Check a table of which outputs depend on which inputs."""

    signature = "dependence(network, inputs)"
    letters = "(T, T)"
    cases = (
        readings(running_sum, T=5, d=3, seed=1),
        readings(last_two, T=4, d=4, seed=2),
        readings(from_behind, T=5, d=1, seed=3),
    )
    tensors = False

    @staticmethod
    def reference(network, inputs, transposed=False, piled=False, axis=1, scaled=False):
        before, touched, rows = network(inputs), inputs.copy(), []
        for s in range(len(inputs)):
            if not piled:
                touched = inputs.copy()
            touched[s] = touched[s] * 2 if scaled else touched[s] + 1
            changed = np.any(network(touched) != before, axis=axis)
            if len(changed) != len(inputs):
                raise ValueError("a row of the wrong length")
            rows.append(changed)
        return np.stack(rows, axis=1 if transposed else 0)

    mistakes = [
        Mistake(
            "dependence-transposed",
            _("Rows and columns of the table are swapped."),
            _("Row s belongs to the input that was touched."),
            _(
                "Touch only input 0 of running_sum. Do your changes fill a row or "
                "a column?"
            ),
            planted=[{"transposed": True}],
        ),
        Mistake(
            "dependence-piled-up",
            _("The inputs touched before stay touched."),
            _("From what should each round start?"),
            _(
                "Print the inputs in round 2. How many of them are touched? Is "
                "there a copy?"
            ),
            planted=[{"piled": True}],
        ),
        Mistake(
            "dependence-wrong-axis",
            _("The outputs are put together over the steps, not over each step."),
            _("What is the shape of the outputs, and which axis counts the steps?"),
            _("Print the shape of the comparison, and of what any leaves. Is it (T,)?"),
            planted=[{"axis": 0}],
        ),
        Mistake(
            "dependence-of-zero",
            _("Inputs that are zero aren't touched."),
            _("Is there a change that changes every number, even 0?"),
            _("What does your change make of 0? Try it with a single number."),
            planted=[{"scaled": True}],
        ),
    ]


def tanh_step(H, token):
    """Return scores of six tokens and the new state of a small tanh network."""
    rng = np.random.default_rng(5)
    W_xh, W_hh, W_hq = (rng.normal(size=shape) for shape in ((6, 4), (4, 4), (4, 6)))
    H = np.tanh(2 * W_xh[token] + H @ W_hh)
    return H @ W_hq, H


def summing_step(H, token):
    """Return scores of seven tokens that follow the sum of all tokens so far."""
    H = H + token + 1
    return np.cos(np.arange(7) - 1.3 * H.sum()), H


class Generate(ReferenceCheck):
    """Check how a network continues a sequence, after a warm-up."""

    signature = "generate(step, H, tokens, number)"
    cases = (
        (tanh_step, np.zeros(4), [2, 0, 5], 7),
        (summing_step, np.zeros(1), [1, 3], 6),
        (tanh_step, np.full(4, 0.5), [4], 5),
        (summing_step, np.zeros(1), [0, 2, 2, 6], 1),
    )
    tensors = False

    @staticmethod
    def reference(
        step, H, tokens, number, carried=True, warm="all", pick=np.argmax, part="all"
    ):
        tokens, first = list(tokens), H
        length = len(tokens)
        read = {"all": tokens, "last": tokens[-1:], "twice": [*tokens, tokens[-1]]}
        for token in read[warm]:
            scores, H = step(H if carried else first, token)
        for _step in range(number - 1):
            tokens.append(int(pick(scores)))
            scores, H = step(H if carried else first, tokens[-1])
        tokens.append(int(pick(scores)))
        return tokens if part == "all" else tokens[length:]

    mistakes = [
        Mistake(
            "generate-forgets",
            _("Every token is read with the state from the beginning."),
            _("step returns two things. What becomes of the second one?"),
            _("Print H before each call of step. Does it ever change?"),
            planted=[{"carried": False}],
        ),
        Mistake(
            "generate-no-warm-up",
            _("Only the last of the given tokens is read."),
            _("What should the state know before the first token is chosen?"),
            _("With tokens = [1, 3], how often is step called before it chooses?"),
            planted=[{"warm": "last"}],
        ),
        Mistake(
            "generate-reads-twice",
            _("The last of the given tokens is read twice."),
            _("After the warm-up, has the last given token been read already?"),
            _("For tokens = [1, 3] and number = 1: which tokens should step be given?"),
            planted=[{"warm": "twice"}],
        ),
        Mistake(
            "generate-least-likely",
            _("The token with the lowest score is chosen."),
            _("Which score belongs to the likeliest token?"),
            _("For the scores [0.1, 3.0, 1.0], which token do you choose?"),
            planted=[{"pick": np.argmin}],
        ),
        Mistake(
            "generate-without-beginning",
            _("The given tokens are missing from the result."),
            _("The result begins with the tokens that were given."),
            _("With three given tokens and number = 7, how long is your list?"),
            planted=[{"part": "new"}],
        ),
    ]


CHECKS = (ColumnStep, WindowWeights, RunInPieces, Dependence, Generate)
