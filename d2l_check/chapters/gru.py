"""Checks of the exercises on gated recurrent units."""

import numpy as np

from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference.activation import sigmoid
from d2l_check.reference_check import ReferenceCheck


def one_gate_case(n, d, h, seed):
    """Return an input, a state and the six parameters of a cell with one gate."""
    rng = np.random.default_rng(seed)
    X, H = rng.normal(size=(n, d)), rng.normal(size=(n, h))
    return X, H, *weights(rng, [(d, h), (h, h), (h,)] * 2)


class OneGateStep(ReferenceCheck):
    """Check one step of a memory cell with an update gate alone."""

    signature = "one_gate_step(X, H, W_xz, W_hz, b_z, W_xh, W_hh, b_h)"
    letters = "(n, h)"
    cases = (
        one_gate_case(n=2, d=4, h=3, seed=1),
        one_gate_case(n=3, d=3, h=3, seed=2),
    )

    @staticmethod
    def reference(
        X,
        H,
        W_xz,
        W_hz,
        b_z,
        W_xh,
        W_hh,
        b_h,
        gate=sigmoid,
        phi=np.tanh,
        keep="Z",
        share=True,
        swapped=False,
    ):
        if swapped:
            W_xz, W_hz, b_z, W_xh, W_hh, b_h = W_xh, W_hh, b_h, W_xz, W_hz, b_z
        Z = gate(X @ W_xz + H @ W_hz + b_z)
        H_tilde = phi(X @ W_xh + H @ W_hh + b_h)
        kept = Z if keep == "Z" else 1 - Z
        return kept * H + ((1 - kept) * H_tilde if share else H_tilde)

    mistakes = [
        Mistake(
            "one-gate-turned",
            _("The gate keeps where it should write, and writes where it keeps."),
            _("Set Z to 1 in your last line. Is the old state left over?"),
            _("Set b_z to 100, which makes Z 1. Is your new state the old one?"),
            planted=[{"keep": "1 - Z"}],
        ),
        Mistake(
            "one-gate-tanh",
            _("The gate goes through tanh, so that it can be negative."),
            _("Between which two numbers must a gate lie?"),
            _(
                "Print the smallest number in Z. Can you keep a negative part of "
                "a state?"
            ),
            planted=[{"gate": np.tanh}],
        ),
        Mistake(
            "one-gate-candidate",
            _("The candidate doesn't go through tanh."),
            _("Should a state be able to rise and to fall, and stay bounded?"),
            _(
                "Print the smallest and largest number of the candidate. Which "
                "function bounds it?"
            ),
            planted=[{"phi": lambda x: x}, {"phi": sigmoid}],
        ),
        Mistake(
            "one-gate-share",
            _("The candidate is added whole, without its weight."),
            _("The two weights of a mean have the sum 1."),
            _(
                "Set b_z to 100, which makes Z 1. How much of the candidate is left "
                "in your line?"
            ),
            planted=[{"share": False}],
        ),
        Mistake(
            "one-gate-swapped",
            _("The parameters of the gate and of the candidate are swapped."),
            _("The last letter of an index says what a weight leads to."),
            _("Which of your lines uses W_xz, W_hz and b_z? Does it have a sigmoid?"),
            planted=[{"swapped": True}],
        ),
    ]


def stack_case(rows, h, have, want, seed):
    """Return a matrix with a block for each gate, its order and the one wanted."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, len(have) * h)), have, want


class ReorderGates(ReferenceCheck):
    """Check that blocks of columns are brought into another order."""

    signature = "reorder_gates(W, have, want)"
    tensors = False
    cases = (
        stack_case(rows=5, h=2, have="zrh", want="hzr", seed=1),
        stack_case(rows=3, h=3, have="zrh", want="rzh", seed=2),
        stack_case(rows=12, h=3, have="ifoc", want="fcio", seed=3),
    )

    @staticmethod
    def reference(W, have, want, inverse=False, axis=1, single=False, as_it_is=False):
        order = [have.index(gate) for gate in want]
        if inverse:
            order = [want.index(gate) for gate in have]
        if as_it_is:
            order = range(len(have))
        if single:
            columns = [list(range(W.shape[1]))[k :: len(have)] for k in order]
            return np.concatenate([W[:, chosen] for chosen in columns], axis=1)
        blocks = np.split(W, len(have), axis=axis)
        return np.concatenate([blocks[k] for k in order], axis=axis)

    mistakes = [
        Mistake(
            "reorder-inverse",
            _("The blocks go the wrong way: from `want` to `have`."),
            _("Ask for each gate of `want` where it stands in `have`."),
            _(
                'For have = "zrh" and want = "hzr": from which block does your '
                "first one come?"
            ),
            planted=[{"inverse": True}],
        ),
        Mistake(
            "reorder-rows",
            _("Rows are moved in place of columns."),
            _("W has the shape (inputs, gates times h): which axis holds gates?"),
            _("Print the shape of your blocks for W of shape (5, 6) and three gates."),
            planted=[{"axis": 0}],
        ),
        Mistake(
            "reorder-single",
            _("Single columns are dealt out by turns to the gates."),
            _("The h columns of a gate stand side by side. Cut blocks."),
            _(
                "With h = 2, which columns of W belong to the first gate? Print "
                "your choice."
            ),
            planted=[{"single": True}],
        ),
        Mistake(
            "reorder-nothing",
            _("The order is still the one that it was."),
            _("Which gate should the first h columns belong to in the end?"),
            _(
                "Print the list of your blocks' numbers. Is it 0, 1, 2 whatever "
                "want is?"
            ),
            planted=[{"as_it_is": True}],
        ),
    ]


def jacobian_case(h, seed):
    """Return a state, its gate and candidate, and the weights from the state."""
    rng = np.random.default_rng(seed)
    old, z, h_tilde = rng.normal(size=(3, h))
    return (
        np.tanh(old),
        sigmoid(z),
        np.tanh(h_tilde),
        *weights(rng, [(h, h), (h, h)]),
    )


class GateJacobian(ReferenceCheck):
    """Check the derivative of a cell's new state by its old one."""

    signature = "gate_jacobian(h, z, h_tilde, W_hz, W_hh)"
    tensors = False
    letters = "(h, h)"
    cases = (jacobian_case(3, seed=1), jacobian_case(4, seed=2))

    @staticmethod
    def reference(
        h,
        z,
        h_tilde,
        W_hz,
        W_hh,
        gate=1,
        direct=True,
        candidate=True,
        share=True,
        transposed=False,
    ):
        through_gate = W_hz * ((h - h_tilde) * z * (1 - z))
        through_candidate = W_hh * ((1 - z if share else 1) * (1 - h_tilde**2))
        J = np.diag(z) * direct + gate * through_gate + candidate * through_candidate
        return J.T if transposed else J

    mistakes = [
        Mistake(
            "jacobian-direct-only",
            _("Only the direct path is there: the gate and candidate are missing."),
            _("In how many places does the old state stand in the equations?"),
            _("Set W_hz and W_hh to something large. Does your result change?"),
            planted=[{"gate": 0, "candidate": False}],
        ),
        Mistake(
            "jacobian-no-gate",
            _("The path through the gate is missing."),
            _("The gate depends on the old state, too. Use the product rule."),
            _("Set W_hh to 0 and z to one half. How does W_hz move the new state?"),
            planted=[{"gate": 0}],
        ),
        Mistake(
            "jacobian-no-candidate",
            _("The path through the candidate is missing."),
            _("What does a change of the candidate do to the new state?"),
            _(
                "Set W_hz to 0. How does W_hh move the new state? Follow it "
                "through tanh."
            ),
            planted=[{"candidate": False}],
        ),
        Mistake(
            "jacobian-no-direct",
            _("The direct path is missing."),
            _("What is left of the derivative if all weights are zero?"),
            _(
                "Set W_hz and W_hh to 0. The state is z * h plus a constant: what "
                "is its slope?"
            ),
            planted=[{"direct": False}],
        ),
        Mistake(
            "jacobian-sign",
            _("The path through the gate has the wrong sign."),
            _("If the gate rises a little, which way does the state move?"),
            _("If z rises, h gains and h_tilde loses. Which difference is multiplied?"),
            planted=[{"gate": -1}],
        ),
        Mistake(
            "jacobian-share",
            _("The path through the candidate lacks its weight."),
            _("By what is the candidate multiplied in the blend?"),
            _(
                "Set z to 1: the candidate has no say. Does W_hh still appear in "
                "your result?"
            ),
            planted=[{"share": False}],
        ),
        Mistake(
            "jacobian-transposed",
            _("Rows and columns are the wrong way round."),
            _("Row i belongs to the old unit i, column j to the new unit j."),
            _("Compare J[0, 1] with a change of h[0] alone. Which unit answers to it?"),
            planted=[{"transposed": True}],
        ),
    ]


class GRUSize(ReferenceCheck):
    """Check the number of parameters of a stack of GRU layers."""

    signature = "gru_size(d, h, num_layers, num_biases)"
    tensors = False
    cases = ((28, 64, 1, 2), (5, 3, 3, 1), (7, 4, 2, 2))

    @staticmethod
    def reference(
        d, h, num_layers, num_biases, blocks=3, above=True, state=True, once=False
    ):
        total = 0
        for layer in range(num_layers):
            inputs = h if layer and above else d
            biases = 1 if once else num_biases
            total += blocks * (inputs * h + state * h * h + biases * h)
        return total

    mistakes = [
        Mistake(
            "gru-size-blocks",
            _("The number of blocks isn't that of a GRU."),
            _("Count what has weights of its own: the gates, and what else?"),
            _(
                "List the weight matrices of one GRU layer by name. How many read "
                "the input?"
            ),
            planted=[{"blocks": 2}, {"blocks": 4}],
        ),
        Mistake(
            "gru-size-above",
            _("The layers above the first read something else than the input."),
            _("How wide is what a layer hands up?"),
            _(
                "Print the number of inputs that you use for each layer. What does "
                "layer 1 read?"
            ),
            planted=[{"above": False}],
        ),
        Mistake(
            "gru-size-state",
            _("The weights from the state are missing."),
            _("Each block has two products. With what?"),
            _(
                "Write down the shapes of one block: from the input, from the "
                "state, the bias."
            ),
            planted=[{"state": False}],
        ),
        Mistake(
            "gru-size-biases",
            _("Each block is counted with a single bias."),
            _("One of the arguments hasn't been used."),
            _("Call it with num_biases = 1 and 2. Which line reads it?"),
            planted=[{"once": True}],
        ),
    ]


CHECKS = (OneGateStep, ReorderGates, GateJacobian, GRUSize)
