"""Exercise 8: dropout between the layers, and nowhere else."""

import numpy as np

from d2l_check.chapters.deep_rnn.params import shapes
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.reference import dropout as reference
from d2l_check.reference_check import Case, ReferenceCheck
from d2l_check.returned import parts, values

WITHOUT = _("with a dropout that drops nothing, all three are right")
UP = _("dropout acts on H_1 before layer 2, and on H_2 before the output")
ACROSS = _("it acts on nothing else: not on X, and not on the way through time")
# Mistakes in which what goes up is dropped as it should be
ACROSS_MISTAKES = ("on-the-input", "returned-states-dropped", "old-states-dropped")
WRONG_STEP = Mistake(
    "wrong-step",
    _("Even without dropout, the step isn't that of the equations."),
    _("Compare with plain_step, line by line."),
)
WRONG_DROPOUT = Mistake(
    "wrong-dropout",
    _("Dropout acts in the wrong place."),
    _(
        "Draw the arrows of one step. Those that lead up from a state get a "
        "dropout, no other."
    ),
    _("How often is dropout called, and what is in the brackets each time?"),
)
OWN_DROPOUT = Mistake(
    "own-dropout",
    _("The argument dropout isn't called."),
    _("Use the function that was given, not one of the framework."),
    _("How often is dropout called, and what is in the brackets each time?"),
)


def arguments(n, d, h, seed):
    """Return an input, two states and parameters of given sizes."""
    rng = np.random.default_rng(seed)
    X, (H_1, H_2) = rng.normal(size=(n, d)), rng.normal(size=(2, n, h))
    return X, H_1, H_2, weights(rng, shapes(d, h))


def mark(tensor):
    """Stand in for dropout: leave a mark instead of leaving it to chance."""
    return tensor * 3


def leave(tensor):
    """Drop nothing, as dropout does when a model is evaluated."""
    return tensor * 1


APART = arguments(n=2, d=7, h=5, seed=1)
ALIKE = arguments(n=4, d=4, h=4, seed=2)


class DropoutStep(ReferenceCheck):
    """Check that dropout acts on what goes up, and not on what goes on in time."""

    signature = "dropout_step(X, H_1, H_2, params, dropout)"
    returns_text = _("dropout_step returns O of shape (n, q) and two states (n, h)")
    unchanged_text = _("X, H_1, H_2 and params stay as they were")
    cases = (
        Case((*APART, leave), WITHOUT, WRONG_STEP),
        Case((*ALIKE, leave), WITHOUT, WRONG_STEP),
        Case((*APART, mark), UP, WRONG_DROPOUT, needs=(WITHOUT,)),
        Case((*ALIKE, mark), UP, WRONG_DROPOUT, needs=(WITHOUT,)),
        Case((*APART, mark), ACROSS, WRONG_DROPOUT, needs=(WITHOUT, UP)),
    )
    reference = staticmethod(reference.dropout_step)

    def examine(self, value, wanted):
        found = parts(value, 3, "dropout_step(...)", "(O, H_1, H_2)")
        return [
            values(self.framework, part, name, right.shape, letters)
            for part, right, name, letters in zip(
                found, wanted, ("O", "H_1", "H_2"), ("(n, q)", "(n, h)", "(n, h)")
            )
        ]

    def agrees(self, cases):
        try:
            super().agrees(cases)
        except Mistaken as error:
            # What goes up is right then, and the next criterion says what isn't.
            if cases[0].text is not UP or error.mistake.key not in ACROSS_MISTAKES:
                raise

    def unexplained(self, case, found, right):
        if case.text is not WITHOUT:
            return case.otherwise
        calls = []

        def dropout(tensor):
            calls.append(tensor)
            return leave(tensor)

        self.submission(*self.argument((*APART, dropout)))
        return case.otherwise if calls else OWN_DROPOUT

    mistakes = [
        Mistake(
            "output-from-layer-1",
            _("The output reads layer 1."),
            _("Which state does the output read, by the equations?"),
            _("Which name stands before W_hq in your line, and which in the equation?"),
            planted=[{"reads": "H_1"}],
        ),
        Mistake(
            "old-states-returned",
            _("The old states are returned, not the new ones."),
            _("Look at the names in the return statement."),
            _("Look at the names behind return. Which line assigns each of them last?"),
            planted=[{"hands_on": "old"}],
        ),
        Mistake(
            "states-swapped",
            _("The two states are returned in the wrong order."),
            _("Layer 1 comes first."),
            _("Look at the names behind return. Which line assigns each of them last?"),
            planted=[{"hands_on": "exchanged"}],
        ),
        Mistake(
            "no-dropout",
            _("Nothing is dropped at all."),
            _("Is dropout called, and is its result used?"),
            _("Call it for H_1 before layer 2, and for H_2 before the output layer."),
            planted=[{"between": False, "before_output": False}],
        ),
        Mistake(
            "not-between-layers",
            _("Between layer 1 and layer 2 there is no dropout."),
            _("What goes up from H_1 should be dropped."),
            _("Layer 2 multiplies dropout(H_1) with W_xh2."),
            planted=[{"between": False}],
        ),
        Mistake(
            "not-before-output",
            _("Before the output layer there is no dropout."),
            _("What goes up from H_2 should be dropped as well."),
            _("The output layer multiplies dropout(H_2) with W_hq."),
            planted=[{"before_output": False}],
        ),
        Mistake(
            "after-output",
            _("The outputs themselves are dropped."),
            _("Dropout acts before the output layer, on the state H_2."),
            _("How often is dropout called, and what is in the brackets each time?"),
            planted=[
                {"before_output": False, "after_output": True},
                {"after_output": True},
            ],
        ),
        Mistake(
            "inside-tanh",
            _("Dropout acts inside tanh, on the sum."),
            _("Drop what comes out of a layer on its way up."),
            _("How often is dropout called, and what is in the brackets each time?"),
            planted=[
                {"inside": True, "between": False, "before_output": False},
                {"inside": True},
            ],
        ),
        Mistake(
            "on-the-input",
            _("The input X is dropped."),
            _("A one-hot vector has a single 1. What is left when it is dropped?"),
            _("Layer 1 reads X as it is."),
            planted=[{"on_input": True}],
        ),
        Mistake(
            "returned-states-dropped",
            _("A state is dropped before it is returned, and so goes on in time."),
            _("Does your code give the dropped state a name of its own?"),
            _("Keep H_1 for the next step, and hand dropout(H_1) to layer 2."),
            planted=[
                {"returned": (True, True)},
                {"returned": (True, False)},
                {"returned": (False, True)},
            ],
        ),
        Mistake(
            "old-states-dropped",
            _("The state of the step before is dropped, on the way through time."),
            _("There it would be dropped at every step, until nothing is left."),
            _("The products with W_hh1 and W_hh2 read H_1 and H_2 as they were given."),
            planted=[
                {"recurrent": (True, True)},
                {"recurrent": (True, False)},
                {"recurrent": (False, True)},
            ],
        ),
    ]
