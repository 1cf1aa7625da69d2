"""Exercise 8: dropout between the layers, and nowhere else."""

import numpy as np

from d2l_check.chapters.deep_rnn.params import shapes
from d2l_check.comparison import all_close
from d2l_check.examination import Check, Criterion
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.reference import dropout as reference
from d2l_check.returned import parts, unchanged, values


class Case:
    """An input, two states and parameters of given sizes, as NumPy arrays."""

    def __init__(self, n, d, h, seed):
        rng = np.random.default_rng(seed)
        self.n, self.d, self.h = n, d, h
        self.X = rng.normal(size=(n, d))
        self.H_1, self.H_2 = rng.normal(size=(2, n, h))
        self.params = weights(rng, shapes(d, h))

    def right(self, dropout, **changes):
        """Output and states by the reference."""
        arguments = self.X, self.H_1, self.H_2, self.params, dropout
        return reference.dropout_step(*arguments, **changes)


# No two sizes are equal, so that no axis can be taken for another.
APART = Case(n=2, d=7, h=5, seed=1)
# All are, so that a mistaken step runs to its end and shows what it computes.
ALIKE = Case(n=4, d=4, h=4, seed=2)


def mark(tensor):
    """In the place of dropout: leaves a mark instead of leaving it to chance."""
    return tensor * 3


def leave(tensor):
    """Dropout that drops nothing, as when a model is evaluated."""
    return tensor * 1


class DropoutStep(Check):
    """Check that dropout acts on what goes up, and not on what goes on in time."""

    name = "dropout_step"

    def __init__(self, framework, dropout_step):
        signature = "dropout_step(X, H_1, H_2, params, dropout)"
        self.step = Learner(framework, dropout_step, signature)
        super().__init__(framework, self.step)

    def criteria(self):
        return [
            Criterion(
                _("dropout_step returns O of shape (n, q) and two states (n, h)"),
                self.runs,
            ),
            Criterion(
                _("with a dropout that drops nothing, all three are right"),
                self.without,
                (self.runs,),
            ),
            Criterion(
                _("dropout acts on H_1 before layer 2, and on H_2 before the output"),
                self.up,
                (self.runs, self.without),
            ),
            Criterion(
                _("it acts on nothing else: not on X, and not on the way through time"),
                self.across,
                (self.runs, self.without, self.up),
            ),
            Criterion(
                _("X, H_1, H_2 and params stay as they were"),
                lambda: unchanged(self.step),
                (self.runs,),
            ),
        ]

    def run(self, case, dropout):
        """Output and states by the learner, as arrays."""
        tensor = self.framework.tensor
        states = tensor(case.X), tensor(case.H_1), tensor(case.H_2)
        params = list(map(self.framework.parameter, case.params))
        result = self.step(*states, params, dropout)
        O, H_1, H_2 = parts(result, 3, "dropout_step(...)", "(O, H_1, H_2)")
        n, q, h = case.n, case.d, case.h
        return (
            values(self.framework, O, "O", (n, q), "(n, q)"),
            values(self.framework, H_1, "H_1", (n, h), "(n, h)"),
            values(self.framework, H_2, "H_2", (n, h), "(n, h)"),
        )

    def runs(self):
        try:
            self.found = self.run(APART, leave)
        except Mistake as mistake:
            raise self.recognised(mark) or mistake from None

    def without(self):
        if not all_close(self.found, APART.right(leave)):
            raise self.recognised(leave) or self.unknown()

    def unknown(self):
        """The mistake of a step that isn't right even without dropout."""
        calls = []

        def dropout(tensor):
            calls.append(tensor)
            return leave(tensor)

        self.run(APART, dropout)
        return wrong_step() if calls else own_dropout()

    def up(self):
        self.across_mistake = None
        if all_close(self.run(APART, mark), APART.right(mark)):
            return
        mistake = self.recognised(mark) or wrong_dropout()
        if mistake.key not in ACROSS:
            raise mistake
        self.across_mistake = mistake

    def across(self):
        if self.across_mistake:
            raise self.across_mistake

    def recognised(self, dropout):
        """The mistake that explains what the step returns, or None."""
        try:
            found = self.run(ALIKE, dropout)
        except Mistake:
            return None

        def compute(**changes):
            return ALIKE.right(dropout, **changes)

        return recognise(found, compute, VARIANTS, mistakes(), all_close)


# How the reference commits each mistake; the keys are those of `mistakes`.
VARIANTS = [
    ("output-from-layer-1", {"reads": "H_1"}),
    ("old-states-returned", {"hands_on": "old"}),
    ("states-swapped", {"hands_on": "exchanged"}),
    ("no-dropout", {"between": False, "before_output": False}),
    ("not-between-layers", {"between": False}),
    ("not-before-output", {"before_output": False}),
    ("after-output", {"before_output": False, "after_output": True}),
    ("after-output", {"after_output": True}),
    ("inside-tanh", {"inside": True, "between": False, "before_output": False}),
    ("inside-tanh", {"inside": True}),
    ("on-the-input", {"on_input": True}),
    ("returned-states-dropped", {"returned": (True, True)}),
    ("returned-states-dropped", {"returned": (True, False)}),
    ("returned-states-dropped", {"returned": (False, True)}),
    ("old-states-dropped", {"recurrent": (True, True)}),
    ("old-states-dropped", {"recurrent": (True, False)}),
    ("old-states-dropped", {"recurrent": (False, True)}),
]
# Those where dropout acts on too much, though what goes up is dropped as it should be.
ACROSS = ("on-the-input", "returned-states-dropped", "old-states-dropped")


def mistakes():
    """The mistakes that are recognised by what the step returns."""
    return [
        Mistake(
            "output-from-layer-1",
            _("The output reads layer 1."),
            _("Which state does the output read, by the equations?"),
        ),
        Mistake(
            "old-states-returned",
            _("The old states are returned, not the new ones."),
            _("Look at the names in the return statement."),
        ),
        Mistake(
            "states-swapped",
            _("The two states are returned in the wrong order."),
            _("Layer 1 comes first."),
        ),
        Mistake(
            "no-dropout",
            _("Nothing is dropped at all."),
            _("Is dropout called, and is its result used?"),
            _("Call it for H_1 before layer 2, and for H_2 before the output layer."),
        ),
        Mistake(
            "not-between-layers",
            _("Between layer 1 and layer 2 there is no dropout."),
            _("What goes up from H_1 should be dropped."),
            _("Layer 2 multiplies dropout(H_1) with W_xh2."),
        ),
        Mistake(
            "not-before-output",
            _("Before the output layer there is no dropout."),
            _("What goes up from H_2 should be dropped as well."),
            _("The output layer multiplies dropout(H_2) with W_hq."),
        ),
        Mistake(
            "after-output",
            _("The outputs themselves are dropped."),
            _("Dropout acts before the output layer, on the state H_2."),
        ),
        Mistake(
            "inside-tanh",
            _("Dropout acts inside tanh, on the sum."),
            _("Drop what comes out of a layer on its way up."),
        ),
        Mistake(
            "on-the-input",
            _("The input X is dropped."),
            _("A one-hot vector has a single 1. What is left when it is dropped?"),
            _("Layer 1 reads X as it is."),
        ),
        Mistake(
            "returned-states-dropped",
            _("A state is dropped before it is returned, and so goes on in time."),
            _("Does your code give the dropped state a name of its own?"),
            _("Keep H_1 for the next step, and hand dropout(H_1) to layer 2."),
        ),
        Mistake(
            "old-states-dropped",
            _("The state of the step before is dropped, on the way through time."),
            _("There it would be dropped at every step, until nothing is left."),
            _("The products with W_hh1 and W_hh2 read H_1 and H_2 as they were given."),
        ),
    ]


def wrong_step():
    return Mistake(
        "wrong-step",
        _("Even without dropout, the step isn't that of the equations."),
        _("Compare with plain_step, line by line."),
    )


def wrong_dropout():
    return Mistake(
        "wrong-dropout",
        _("Dropout acts in the wrong place."),
        _(
            "Draw the arrows of one step. Those that lead up from a state get a "
            "dropout, no other."
        ),
    )


def own_dropout():
    return Mistake(
        "own-dropout",
        _("The argument dropout isn't called."),
        _("Use the function that was given, not one of the framework."),
    )
