"""Exercise 6: cutting a state off from its history."""

import numpy as np

from d2l_check.comparison import close
from d2l_check.criteria import Check, Criterion
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.returned import (
    gradients_of,
    not_a_tensor,
    nothing_returned,
)
from d2l_check.words import kind

# The structures of states; a number is the place of a tensor.
TENSOR, PAIR, NESTED = 0, (0, 1), [(0, 1), (2, 3)]
SHAPE = (2, 3)

# A state is twice its origin, and the loss counts origin, given and returned state by
# these factors. So the gradient at the origin tells which ways lead back to it.
DOUBLE, OWN, GIVEN, RETURNED = 2, 1, 10, 100


NOT_DETACHED = Mistake(
    "not-detached",
    _("The gradient still runs back into the history of the state."),
    _("Which operation of the framework returns a value without its history?"),
    _(
        "Print each tensor before and after. Which has kept its value, "
        "which its history?"
    ),
)

PARTLY_DETACHED = Mistake(
    "partly-detached",
    _("Only some of the tensors are cut off, and the others aren't."),
    _("Do the same for every part of the state."),
    _(
        "Print each tensor before and after. Which has kept its value, "
        "which its history?"
    ),
)

VALUE_LOST = Mistake(
    "value-lost",
    _("The returned state is zero."),
    _("The value must go on. Only its history ends."),
    _(
        "Print each tensor before and after. Which has kept its value, "
        "which its history?"
    ),
)

VALUE_CHANGED = Mistake(
    "value-changed",
    _("The returned state has other values than the given one."),
    _("The value must go on. Only its history ends."),
    _(
        "Print each tensor before and after. Which has kept its value, "
        "which its history?"
    ),
)

CUT_IN_PLACE = Mistake(
    "cut-in-place",
    _("The given state has lost its own history."),
    _("Return a new state. Methods that end in _ change what is there."),
    _(
        "Print each tensor before and after. Which has kept its value, "
        "which its history?"
    ),
)


class Trial:
    """One call of `detach` with a state that has a history.

    Afterwards `values` and `right` hold the arrays of the returned and the given state,
    `attached` and `given` whether each part of the returned and of the given state
    leads back to its origin.
    """

    def __init__(self, framework, detach, structure):
        self.framework, self.detach, self.structure = framework, detach, structure
        rng = np.random.default_rng(1)
        origins = [rng.normal(size=SHAPE) for _ in leaves(structure)]
        self.right = [DOUBLE * origin for origin in origins]
        found = gradients_of(framework, self.loss, origins)
        gradients = [0 if g is None else g.max() for g in found]
        self.attached = [g > DOUBLE * RETURNED for g in gradients]
        self.given = [round(g) % (DOUBLE * RETURNED) > OWN for g in gradients]

    def loss(self, origins):
        """Return a number whose gradient shows what depends on what."""
        total = self.framework.sum
        states = [origin * DOUBLE for origin in origins]
        returned = parts(
            self.framework, self.detach(built(self.structure, states)), self.structure
        )
        self.values = [self.framework.numpy(part) for part in returned]
        return sum(
            total(origin) * OWN + total(state) * GIVEN + total(part) * RETURNED
            for origin, state, part in zip(origins, states, returned)
        )


class Detach(Check):
    """Check that a state keeps its value and its structure, and loses its history."""

    signature = "detach(state)"

    def criteria(self):
        found = [
            Criterion(
                _("a state that is one tensor keeps its value and loses its history"),
                self.tensor,
            ),
            Criterion(_("so does a state that is a pair of tensors"), self.pair),
            Criterion(_("so does a state that is a list of pairs"), self.nested),
            Criterion(
                _("the given state stays as it was"),
                self.arguments_unchanged,
                (self.tensor,),
            ),
        ]
        if self.framework.compiled:
            text = _("detach can be compiled to a graph, as in the experiment")
            found.append(Criterion(text, self.compiles, (self.tensor,)))
        return found

    def tensor(self):
        self.one = self.cut(TENSOR)

    def pair(self):
        self.cut(PAIR)

    def nested(self):
        self.cut(NESTED)

    def cut(self, structure):
        """Raise Mistaken unless all is right with a state of this structure."""
        try:
            trial = Trial(self.framework, self.submission, structure)
        except Mistaken as error:
            if error.mistake.key == "exception" and structure is not TENSOR:
                raise Mistaken(structure_refused(error.mistake)) from None
            raise
        for found, right in zip(trial.values, trial.right):
            if not close(found, right):
                raise Mistaken(VALUE_CHANGED if found.any() else VALUE_LOST)
        if all(trial.attached):
            raise Mistaken(NOT_DETACHED)
        if any(trial.attached):
            raise Mistaken(PARTLY_DETACHED)
        return trial

    def arguments_unchanged(self):
        super().arguments_unchanged()
        if not all(self.one.given):
            raise Mistaken(CUT_IN_PLACE)

    def compiles(self):
        try:
            self.submission.compiled()(self.framework.tensor(np.ones(SHAPE)))
        except Mistaken as error:
            raise Mistaken(not_compilable(error.mistake)) from None


def leaves(structure):
    """Return the places of the tensors in a structure, in order."""
    if isinstance(structure, int):
        return [structure]
    return [place for part in structure for place in leaves(part)]


def built(structure, tensors):
    """Build a state of this structure."""
    if isinstance(structure, int):
        return tensors[structure]
    return type(structure)(built(part, tensors) for part in structure)


def parts(framework, state, structure):
    """Return the tensors of a state in order; raise Mistaken for a wrong structure.

    A tuple may have become a list, since both do as a state.
    """
    if state is None:
        raise Mistaken(nothing_returned("detach(state)"))
    if isinstance(structure, int):
        if isinstance(state, list | tuple):
            raise Mistaken(structure_lost(state, _("one tensor")))
        if not framework.is_tensor(state):
            raise Mistaken(not_a_tensor(framework, state, "detach(state)"))
        if framework.shape(state) != SHAPE:
            raise Mistaken(shape_changed(framework.shape(state)))
        return [state]
    if not isinstance(state, list | tuple) or len(state) != len(structure):
        example = _("{type} of length {length}").format(
            type=type(structure).__name__, length=len(structure)
        )
        raise Mistaken(structure_lost(state, example))
    return [
        tensor
        for part, inner in zip(state, structure)
        for tensor in parts(framework, part, inner)
    ]


def structure_lost(found, example):
    return Mistake(
        "structure-lost",
        _("What went in as {example} comes back as {found}.").format(
            example=example, found=kind(found)
        ),
        _("The structure must stay. Mind that a tensor can be looped over too."),
        _("Loop only over a list or a tuple, and ask for that by isinstance."),
    )


def structure_refused(mistake):
    what, where = mistake.general
    refused = Mistake(
        "structure-refused",
        what,
        _("A state can be nested: a part of it may be a list or a tuple again."),
        _("Let detach call itself for each part of a list or tuple."),
    )
    return refused.adding([where])


def shape_changed(found):
    return Mistake(
        "shape-changed",
        _("The shape of a tensor has changed from {shape} to {found}.").format(
            shape=SHAPE, found=found
        ),
        _("The value must go on. Only its history ends."),
    )


def not_compilable(mistake):
    return Mistake(
        "not-compilable",
        mistake.general[0],
        _("In a graph a tensor has no numbers yet. Which operation needs them?"),
        _("Stay with the operations of TensorFlow, without numpy()."),
    )
