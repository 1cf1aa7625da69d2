"""Checks of the exercises on gated recurrent units."""

import numpy as np

from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake
from d2l_check.reference.activation import sigmoid
from d2l_check.reference_check import ReferenceCheck


class HoldWeights(ReferenceCheck):
    """Check the weights of a cell that samples a signal and holds it."""

    signature = "hold_weights(s)"
    results = ("W_xz", "b_z", "W_xh")
    tensors = False
    cases = ((10.0,), (3.0,), (0.5,))

    @staticmethod
    def reference(s, mark=-2, bias=1, swapped=False, noise=0, push=0, fixed=False):
        s = 10.0 if fixed else s
        W_xz, W_xh = np.array([[noise * s], [mark * s]]), np.array([[1.0], [push * s]])
        if swapped:
            W_xz, W_xh = W_xz[::-1], W_xh[::-1]
        return W_xz, np.array([[bias * s]]), W_xh

    mistakes = [
        Mistake(
            "hold-half-open",
            _("At a mark the sum inside the gate is 0, so the gate is only half shut."),
            _("The mark has to overcome the bias. How far below 0 should the sum be?"),
            _("Add bias and weight for s = 10 and a mark of 1. Is the sum -10?"),
            planted=[{"mark": -1}],
        ),
        Mistake(
            "hold-always-writes",
            _("The gate keeps at a mark and writes everywhere else."),
            _("What should the gate be at a step without a mark, near 1 or near 0?"),
            _("Without a mark only b_z counts. What is the logistic function of it?"),
            planted=[{"mark": 2, "bias": -1}],
        ),
        Mistake(
            "hold-no-bias",
            _("The gate has no bias, so it is half open at a step without a mark."),
            _("Which number makes the cell keep as a rule?"),
            _("Set the mark to 0. What is left inside the gate?"),
            planted=[{"bias": 0, "mark": -1}, {"bias": 0}],
        ),
        Mistake(
            "hold-swapped",
            _("Signal and mark are swapped."),
            _("Which of the two inputs comes first, and which row of W_xz is its?"),
            _("For x = [0.7, 0], no mark, compute x @ W_xz. Should it depend on 0.7?"),
            planted=[{"swapped": True}],
        ),
        Mistake(
            "hold-fixed",
            _("The weights don't depend on s."),
            _("How strong should the gate be for another s?"),
            _("Call it with s = 10 and s = 3. Which numbers change?"),
            planted=[{"fixed": True}],
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


def course_case(h, d, seed):
    """Return the update gate of a cell in columns, the state's part first."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(h, h + d)), rng.normal(size=(h, 1))


class OurGate(ReferenceCheck):
    """Check that a gate in the notation of Ng's course is brought into the book's."""

    signature = "our_gate(W_u, b_u)"
    results = ("W_xz", "W_hz", "b_z")
    tensors = False
    cases = (course_case(3, 4, seed=1), course_case(3, 3, seed=2))

    @staticmethod
    def reference(
        W_u, b_u, weights=-1, bias=-1, first="state", transposed=True, swapped=False
    ):
        h = len(b_u)
        cut = h if first == "state" else W_u.shape[1] - h
        parts = W_u[:, :cut], W_u[:, cut:]
        state, inputs = parts if first == "state" else parts[::-1]
        if transposed:
            state, inputs = state.T, inputs.T
        if swapped:
            state, inputs = inputs, state
        return weights * inputs, weights * state, bias * b_u.T

    mistakes = [
        Mistake(
            "course-sign",
            _("The gate still writes where it should keep."),
            _("Z is one minus the course's gate. Which function turns x into that?"),
            _("Set W_u to 0 and b_u to 100. The course writes. What does your Z do?"),
            planted=[{"weights": 1, "bias": 1}],
        ),
        Mistake(
            "course-sign-of-bias",
            _("Only the weights, or only the bias, have changed their sign."),
            _("What has to change its sign: a part of the sum in the gate, or all?"),
            _("For weights and bias of 1 and inputs of 0, compare Z with 1 - Gamma_u."),
            planted=[{"bias": 1}, {"weights": 1}],
        ),
        Mistake(
            "course-order",
            _("The columns of the input and those of the state are mixed up."),
            _("W_u multiplies the state above the input. Which columns come first?"),
            _("With h = 3 and d = 4, which columns of W_u multiply the state?"),
            planted=[{"first": "input"}, {"swapped": True}],
        ),
        Mistake(
            "course-transposed",
            _("The weights aren't transposed."),
            _("In this book the weights stand to the right of a row."),
            _("Write down the shape of x.T @ W_xz for your W_xz. Does it fit?"),
            planted=[{"transposed": False}],
        ),
    ]


CHECKS = (HoldWeights, GateJacobian, ReorderGates, OurGate)
