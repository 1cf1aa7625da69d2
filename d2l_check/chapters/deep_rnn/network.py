"""Exercise 1: a two-layer RNN from scratch."""

import numpy as np

from d2l_check.chapters.deep_rnn.params import NAMES, Params, shapes
from d2l_check.comparison import all_close, close
from d2l_check.criteria import Check, Criterion
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.recognition import recognise
from d2l_check.reference import deep_rnn as reference
from d2l_check.reference.activation import identity, relu, sigmoid, softmax
from d2l_check.returned import (
    gradient_reaches,
    gradients_of,
    pair,
    values,
)
from d2l_check.submission import Submission


class Case:
    """Random inputs, states and parameters of given sizes, as NumPy arrays."""

    def __init__(self, n, T, q, h, seed):
        rng = np.random.default_rng(seed)
        self.n, self.T, self.q, self.h = n, T, q, h
        self.inputs = rng.normal(size=(T, n, q))
        self.state = [rng.normal(size=(n, h)) for _ in range(2)]
        self.params = weights(rng, shapes(q, h))

    def right(self, **changes):
        """Return outputs and the states of all steps, by the reference."""
        given = self.inputs, self.state, self.params
        return reference.deep_rnn(*given, **changes)

    def outputs(self, **changes):
        """Return the outputs by the reference."""
        return self.right(**changes)[0]


# No two sizes are equal, so that no axis can be taken for another.
APART = Case(n=2, T=4, q=7, h=5, seed=1)
# All are, so that a mistaken network runs to its end and shows what it computes.
ALIKE = Case(n=4, T=4, q=4, h=4, seed=2)


OUTPUTS_NOT_JOINED = Mistake(
    "outputs-not-joined",
    _("The outputs of the steps aren't joined to one tensor of shape (T * n, q)."),
    _("Put them one below the other, along the first axis."),
)

LAST_OUTPUT_ONLY = Mistake(
    "last-output-only",
    _("There is the output of one step only."),
    _("Collect the output of every step, inside the loop."),
)

INITIAL_STATE_RETURNED = Mistake(
    "initial-state-returned",
    _("The initial state is returned, not the final one."),
    _("Which names does your return statement hold?"),
    _("Return (H_1, H_2), the names that the loop assigns."),
)

STATES_SWAPPED = Mistake(
    "states-swapped",
    _("The two states are returned in the wrong order."),
    _("Layer 1 comes first."),
    _("Look at the names behind return. Which line assigns each of them last?"),
)

ONE_STATE_TWICE = Mistake(
    "one-state-twice",
    _("The state of one layer is returned in the place of the other."),
    _("Look at the numbers in the names that you return."),
    _("Look at the names behind return. Which line assigns each of them last?"),
)

WRONG_STATES = Mistake(
    "wrong-states",
    _("The outputs are right, but the returned states aren't the final ones."),
    _("Return H_1 and H_2 as they are when the loop has ended."),
    _("Look at the names behind return. Which line assigns each of them last?"),
)


class DeepRNN(Check):
    """Check a two-layer RNN from scratch.

    The parameters have the right shapes and can learn, the state is a pair of zeros,
    and the network computes what its equations say, step after step.
    """

    signature = "deep_rnn(inputs, state, params)"
    functions = ("get_deep_params", "init_deep_state", "deep_rnn")

    def __init__(self, framework, get_deep_params, init_deep_state, deep_rnn):
        device = ", device" if framework.takes_device else ""
        make = f"get_deep_params(vocab_size, num_hiddens{device})"
        init_state = f"init_deep_state(batch_size, num_hiddens{device})"
        self.params = Params(framework, Submission(framework, get_deep_params, make))
        self.init_state = Submission(framework, init_deep_state, init_state)
        super().__init__(framework, deep_rnn)

    @property
    def submissions(self):
        return [self.params.make, self.init_state, self.submission]

    def criteria(self):
        found = [
            Criterion(
                _("get_deep_params gives eight parameters of the right shapes"),
                self.params.shapes,
            ),
            Criterion(
                _("all parameters are ready for gradients"),
                self.params.learnable,
                (self.params.shapes,),
            ),
            Criterion(
                _("init_deep_state gives two states of shape (n, h), all zeros"),
                self.zeros,
            ),
            Criterion(
                _("deep_rnn gives outputs of shape (T * n, q) and a pair of states"),
                self.runs,
            ),
            Criterion(
                _("the three functions work together"),
                self.together,
                (self.params.shapes, self.zeros, self.runs),
            ),
            Criterion(
                _("the outputs are those of the equations, at every step"),
                self.outputs,
                (self.runs,),
            ),
            Criterion(
                _("the returned states are those after the last step"),
                self.states,
                (self.runs, self.outputs),
            ),
            Criterion(
                _("inputs, state and params stay as they were"),
                self.arguments_unchanged,
                (self.runs,),
            ),
            Criterion(
                _("the gradient reaches every parameter"),
                self.gradients,
                (self.runs, self.outputs, self.arguments_unchanged),
            ),
        ]
        if self.framework.compiled:
            text = _("deep_rnn can be compiled to a graph, as in training")
            needs = self.runs, self.outputs, self.states
            found.append(Criterion(text, self.compiles, needs))
        return found

    def zeros(self):
        n, h = 2, 5
        state = self.init_state(n, h, *self.framework.on())
        state = pair(state, "init_deep_state(...)", "(H_1, H_2)")
        for name, H in zip(("H_1", "H_2"), state):
            if values(self.framework, H, name, (n, h), "(n, h)").any():
                raise Mistaken(state_not_zero(name))

    def runs(self):
        try:
            self.found = self.run(APART)
        except Mistaken as error:
            raise Mistaken(self.recognised() or error.mistake) from None

    def arguments(self, case):
        """Return the arguments of `deep_rnn`."""
        return (
            self.framework.tensor(case.inputs),
            tuple(map(self.framework.tensor, case.state)),
            list(map(self.framework.parameter, case.params)),
        )

    def run(self, case):
        """Return outputs and the two final states by the learner, as arrays."""
        framework = self.framework
        result = self.submission(*self.arguments(case))
        outputs, state = pair(result, "deep_rnn(...)", "(outputs, (H_1, H_2))")
        outputs = self.output_values(outputs, case)
        shape = case.n, case.h
        return outputs, [
            values(framework, H, name, shape, "(n, h)")
            for name, H in zip(("H_1", "H_2"), pair(state, "state", "(H_1, H_2)"))
        ]

    def output_values(self, outputs, case):
        """Return the outputs as an array; raise Mistaken for those in another form."""
        n, T, q = case.n, case.T, case.q
        if isinstance(outputs, list | tuple):
            raise Mistaken(OUTPUTS_NOT_JOINED)
        if self.framework.is_tensor(outputs):
            if self.framework.shape(outputs) == (T, n, q):
                raise Mistaken(OUTPUTS_NOT_JOINED)
            if self.framework.shape(outputs) == (n, q):
                raise Mistaken(LAST_OUTPUT_ONLY)
        shape = T * n, q
        return values(self.framework, outputs, "outputs", shape, "(T * n, q)")

    def together(self):
        n, T, q, h = APART.n, APART.T, APART.q, APART.h
        one_hot = np.eye(q)[np.arange(T * n).reshape(T, n) % q]
        result = self.submission(
            self.framework.tensor(one_hot),
            self.init_state(n, h, *self.framework.on()),
            self.params.make(q, h, *self.framework.on()),
        )
        outputs, _state = pair(result, "deep_rnn(...)", "(outputs, (H_1, H_2))")
        self.output_values(outputs, APART)

    def outputs(self):
        if not close(self.found[0], APART.outputs()):
            raise Mistaken(self.recognised() or located(self.found[0]))

    def recognised(self):
        """Return the mistake that explains the outputs, or None."""
        try:
            found, _state = self.run(ALIKE)
        except Mistaken:
            return None

        def explains(**changes):
            return close(found, ALIKE.outputs(**changes))

        return recognise(self.mistakes, explains)

    def states(self):
        found, (all_1, all_2) = self.found[1], APART.right()[1]
        H_1, H_2 = all_1[-1], all_2[-1]
        if all_close(found, (H_1, H_2)):
            return
        if close(found[0], APART.state[0]) or close(found[1], APART.state[1]):
            raise Mistaken(INITIAL_STATE_RETURNED)
        if all_close(found, (H_2, H_1)):
            raise Mistaken(STATES_SWAPPED)
        if close(found[0], H_2) or close(found[1], H_1):
            raise Mistaken(ONE_STATE_TWICE)
        raise Mistaken(WRONG_STATES)

    def gradients(self):
        framework, number = self.framework, len(NAMES)

        def loss(tensors):
            inputs, state = framework.tensor(APART.inputs), tuple(tensors[number:])
            outputs, _state = self.submission(inputs, state, tensors[:number])
            return framework.sum(outputs * outputs)

        found = gradients_of(framework, loss, [*APART.params, *APART.state])
        gradient_reaches(NAMES, found[:number])

    def compiles(self):
        try:
            self.submission.compiled()(*self.arguments(APART))
        except Mistaken as error:
            raise Mistaken(not_compilable(error.mistake)) from None

    mistakes = [
        Mistake(
            "state-not-carried",
            _("Every step starts from the initial state again."),
            _("Look at what your loop does with the new H_1 and H_2."),
            _("Take state apart before the loop, and assign H_1 and H_2 inside."),
            planted=[{"carried": (False, False)}],
        ),
        Mistake(
            "one-state-not-carried",
            _("One of the two layers starts every step from its initial state."),
            _("Compare the lines of H_1 and H_2, name by name."),
            _("Both H_1 and H_2 must be assigned anew in every step."),
            planted=[{"carried": (True, False)}, {"carried": (False, True)}],
        ),
        Mistake(
            "input-to-both-layers",
            _("Both layers read the input X."),
            _("What does layer 2 read, by the equations?"),
            _("Layer 2 multiplies H_1 with W_xh2, not X."),
            planted=[{"below": "X"}],
        ),
        Mistake(
            "layer-2-a-step-late",
            _("Layer 2 reads the state that layer 1 had one step before."),
            _("Look at the order in which H_1 and H_2 are computed."),
            _("Compute H_1 first. Then use the new H_1 for H_2 of the same step."),
            planted=[{"below": "H_1 before"}],
        ),
        Mistake(
            "axes-swapped-in-loop",
            _("The loop runs over the sequences, not over the time steps."),
            _("inputs has the shape (T, n, q). Along which axis do you loop?"),
            _("A loop over inputs itself gives one X of shape (n, q) per step."),
            planted=[
                {"loop": "sequences"},
                {"loop": "sequences", "rows": "by sequence"},
            ],
        ),
        Mistake(
            "rows-by-sequence",
            _("The rows of the outputs are ordered by sequence, not by time."),
            _("All n rows of step 1 come first. How do you join the steps?"),
            _("Collect one (n, q) tensor per step, and join them along axis 0."),
            planted=[{"rows": "by sequence"}],
        ),
        Mistake(
            "no-tanh-in-layer-2",
            _("Layer 2 has no tanh."),
            _("Compare the lines of the two layers."),
            _(
                "Print the smallest and largest number of H_1 and of H_2. Are they "
                "as tanh has them?"
            ),
            planted=[{"phi": (np.tanh, identity)}],
        ),
        Mistake(
            "no-tanh-in-layer-1",
            _("Layer 1 has no tanh."),
            _("Compare the lines of the two layers."),
            _(
                "Print the smallest and largest number of H_1 and of H_2. Are they "
                "as tanh has them?"
            ),
            planted=[{"phi": (identity, np.tanh)}],
        ),
        Mistake(
            "no-tanh",
            _("Neither layer has a tanh."),
            _("Which function stands around the sum, in the equation of a layer?"),
            _(
                "Print the smallest and largest number of H_1 and of H_2. Are they "
                "as tanh has them?"
            ),
            planted=[{"phi": (identity, identity)}],
        ),
        Mistake(
            "other-activation",
            _("The layers use another function than tanh."),
            _("Which function stands around the sum, in the equation of a layer?"),
            _(
                "Print the smallest and largest number of H_1 and of H_2. Are they "
                "as tanh has them?"
            ),
            planted=[{"phi": (sigmoid, sigmoid)}, {"phi": (relu, relu)}],
        ),
        Mistake(
            "output-from-layer-1",
            _("The output reads layer 1."),
            _("Which state does the output read, by the equations?"),
            _("The output of a step is H_2 times W_hq, plus b_q."),
            planted=[{"reads": "H_1"}],
        ),
        Mistake(
            "output-activated",
            _("The output goes through a tanh or a softmax."),
            _("The output layer is linear. The loss takes care of the softmax."),
            _(
                "Print the smallest and largest output. Which function has "
                "bounded them?"
            ),
            planted=[{"phi_o": np.tanh}, {"phi_o": softmax}],
        ),
        Mistake(
            "state-ignored",
            _("The network starts from zeros and not from the given state."),
            _("Where does your function use its argument state?"),
            _("Begin with the line: H_1, H_2 = state"),
            planted=[{"start": "zeros"}],
        ),
        Mistake(
            "states-swapped-at-start",
            _("Each layer starts with the state of the other one."),
            _("Look at the line that takes state apart."),
            _(
                "Give layer 1 zeros and layer 2 ones. What does each layer read at "
                "the first step?"
            ),
            planted=[{"start": "exchanged"}],
        ),
        Mistake(
            "backwards",
            _("The steps are read from the last one to the first one."),
            _("Look at the order in which your loop goes through inputs."),
            _("Print the number of the step in your loop. Which one comes first?"),
            planted=[{"backwards": True}],
        ),
        Mistake(
            "weights-of-layer-1",
            _("Layer 2 uses weights or the bias of layer 1."),
            _("Compare the numbers in the names of the parameters."),
            _(
                "Tick each parameter where you use it. Which is used twice, and "
                "which never?"
            ),
            planted=[
                {"replace": {3: 0}},
                {"replace": {4: 1}},
                {"replace": {5: 2}},
                {"replace": {4: 1, 5: 2}},
                {"replace": {3: 0, 4: 1, 5: 2}},
            ],
        ),
        Mistake(
            "weights-mixed-up",
            _("Two parameters have changed places."),
            _("Look at how params is taken apart, and where each one is used."),
            _("The order is W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q."),
            planted=[
                {"replace": {0: 1, 1: 0}},
                {"replace": {3: 4, 4: 3}},
                {"replace": {1: 4, 4: 1}},
                {"replace": {1: 3, 3: 1}},
                {"replace": {2: 5, 5: 2}},
            ],
        ),
        Mistake(
            "weights-unused",
            _("A layer doesn't use its state of the step before."),
            _("Each layer adds two products. Which one is missing?"),
            _("Layer 1 needs H_1 times W_hh1, and layer 2 H_2 times W_hh2."),
            planted=[
                {"replace": {1: None}},
                {"replace": {4: None}},
                {"replace": {1: None, 4: None}},
            ],
        ),
        Mistake(
            "bias-forgotten",
            _("A bias is missing."),
            _("Look for b_h1, b_h2 and b_q."),
            _(
                "Tick each parameter where you use it. Which is used twice, and "
                "which never?"
            ),
            planted=[
                {"replace": {2: None}},
                {"replace": {5: None}},
                {"replace": {7: None}},
                {"replace": {2: None, 5: None}},
                {"replace": {2: None, 5: None, 7: None}},
            ],
        ),
    ]


def located(found):
    """Return the mistake of outputs that nothing explains: where it first shows."""
    shape = APART.T, APART.n, APART.q
    right, found = APART.outputs().reshape(shape), found.reshape(shape)
    if not close(found[0], right[0]):
        return Mistake(
            "wrong-first-step",
            _("The outputs are wrong from the first step on."),
            _("Compare the lines of both layers and of the output, letter by letter."),
            _(
                "Take T = 1, and compute H_1, H_2 and the output by hand. Which is "
                "the first to differ?"
            ),
        )
    return Mistake(
        "wrong-later-step",
        _("The outputs of the first step are right, but not those of all later steps."),
        _("Look at what is handed on from one step to the next."),
        _(
            "Print H_1 and H_2 at the end of a step and at the start of the "
            "next. Are they equal?"
        ),
    )


def not_compilable(mistake):
    return Mistake(
        "not-compilable",
        mistake.general[0],
        _("In a graph, a loop over a tensor can't append to a Python list."),
        _("Loop over tf.unstack(inputs), a list with one tensor for each step."),
    )


def state_not_zero(name):
    return Mistake(
        "state-not-zero",
        _("{name} isn't zero everywhere.").format(name=name),
        _("Before the first step there is nothing to remember yet."),
    )
