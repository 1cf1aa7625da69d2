"""Exercise 3: the perplexity of a text that the model wasn't trained on."""

import math
from numbers import Real

import numpy as np

from d2l_check.comparison import all_close
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.reference import perplexity as reference
from d2l_check.reference_check import Case, ReferenceCheck, plain
from d2l_check.returned import not_finite
from d2l_check.words import kind

ONE = _("the perplexity of a single batch is right")
WRONG_PERPLEXITY = Mistake(
    "wrong-perplexity",
    _("This isn't exp of the mean cross-entropy of all tokens."),
    _("Compute the loss of each token first, then the mean, then exp."),
    _(
        "If the loss is 1 for each token, the perplexity is e. What does "
        "your function give?"
    ),
)
WRONG_OVER_BATCHES = Mistake(
    "wrong-over-batches",
    _("One batch alone is right, but several of them together are not."),
    _("Look at what your loop adds up, and at what it hands on."),
    _("Print your sum and your count after each batch. Do both of them grow?"),
)
TENSOR_RETURNED = Mistake(
    "tensor-returned",
    _("A tensor is returned, not a number."),
    _("Turn it into a number at the end, with float(...)."),
)
PARAMS_CHANGED = Mistake(
    "params-changed",
    _("The parameters of the model have changed."),
    _("A held-out text is for measuring. The model must not learn from it."),
)
GRADIENT_COMPUTED = Mistake(
    "gradient-computed",
    _("A gradient is prepared, though none is needed."),
    _("Switch that off: it costs memory that grows with every batch."),
)


def arguments(n, q, h, steps, seed):
    """Return batches of (X, Y) with `steps` columns each, and a model's parameters."""
    rng = np.random.default_rng(seed)
    params = weights(rng, [(q, h), (h, h), (h,), (h, q), (q,)])
    params[0] *= q**0.5  # a one-hot input reads a single row
    params[3] *= 3  # a model that is sure of itself, rightly or wrongly
    text = rng.integers(0, q, (n, sum(steps) + 1))
    ends = np.cumsum(steps)
    batches = [
        (text[:, end - T : end], text[:, end - T + 1 : end + 1])
        for end, T in zip(ends, steps)
    ]
    return batches, params


class Batches:
    """Batches as the package's loader gives them: to go through, with no length."""

    def __init__(self, framework, batches):
        self.framework, self.batches = framework, batches

    def __iter__(self):
        integers = self.framework.integers
        return ((integers(X), integers(Y)) for X, Y in self.batches)


class HeldOutPerplexity(ReferenceCheck):
    """Check the perplexity over many batches: one mean, one state, no learning."""

    signature = "held_out_perplexity(net, batches)"
    returns_text = _("held_out_perplexity returns one number")
    unchanged_text = _("the model stays as it was, and no gradient is computed")
    cases = (
        Case(arguments(n=3, q=6, h=4, steps=[5], seed=1), ONE, WRONG_PERPLEXITY),
        Case(
            arguments(n=3, q=6, h=4, steps=[7, 4, 2], seed=2),
            _("the perplexity of several batches of different length is right"),
            WRONG_OVER_BATCHES,
            needs=(ONE,),
        ),
    )
    reference = staticmethod(reference.perplexity)

    def __init__(self, framework, function):
        super().__init__(framework, function)
        self.params_changed = self.gradient_computed = False

    def call(self, case):
        """Call the function with a model that has the parameters of a case."""
        batches, params = case.arguments
        net, recorded = self.framework.language_model(params)
        before = self.framework.model_values(net)
        value = self.submission(net, Batches(self.framework, batches))
        after = self.framework.model_values(net)
        self.params_changed = self.params_changed or not all_close(after, before)
        self.gradient_computed = self.gradient_computed or bool(recorded)
        return value

    def examine(self, value, wanted):
        if self.framework.is_tensor(value):
            raise Mistaken(TENSOR_RETURNED)
        if not isinstance(value, Real):
            raise Mistaken(not_a_number(value))
        value = plain(value)
        if not math.isfinite(value):
            raise Mistaken(not_finite("held_out_perplexity(...)"))
        return float(value)

    def arguments_unchanged(self):
        for case in self.trials:  # the second, too, if the first is wrong
            self.attempt(case)
        if self.params_changed:
            raise Mistaken(PARAMS_CHANGED)
        if self.gradient_computed:
            raise Mistaken(GRADIENT_COMPUTED)

    mistakes = [
        Mistake(
            "loss-returned",
            _("This is the mean loss, not the perplexity."),
            _("One step is missing between the two."),
            _("The perplexity is exp of the mean cross-entropy."),
            planted=[{"final": "none"}],
        ),
        Mistake(
            "base-2",
            _("The loss and the power have different bases, 2 and e."),
            _("The cross-entropy of the framework uses the natural logarithm."),
            _(
                "If the loss is 1 for each token, the perplexity is e. What does "
                "your function give?"
            ),
            planted=[{"final": "power of two"}, {"final": "bits"}],
        ),
        Mistake(
            "sign",
            _("The sign of the loss is wrong: this is 1 / perplexity."),
            _("The cross-entropy is the negative logarithm of a probability."),
            _("Can a perplexity be below 1? Look at the sign of what goes into exp."),
            planted=[{"final": "inverse"}],
        ),
        Mistake(
            "sum-not-mean",
            _("exp is applied to the sum of the losses, not to their mean."),
            _("Divide the sum by the number of tokens first."),
            _(
                "For 2 sequences of 5 tokens, how many losses are there? Print "
                "what you divide by."
            ),
            planted=[{"mean": "nothing"}],
        ),
        Mistake(
            "divided-by-steps",
            _("The sum of the losses is divided by the number of steps."),
            _("Each step has as many tokens as there are sequences in the batch."),
            _(
                "For 2 sequences of 5 tokens, how many losses are there? Print "
                "what you divide by."
            ),
            planted=[{"mean": "steps"}],
        ),
        Mistake(
            "divided-by-sequences",
            _("The sum of the losses is divided by the number of sequences."),
            _("Each sequence has as many tokens as there are steps."),
            _(
                "For 2 sequences of 5 tokens, how many losses are there? Print "
                "what you divide by."
            ),
            planted=[{"mean": "sequences"}],
        ),
        Mistake(
            "axes-swapped",
            _("The labels are in another order than the outputs."),
            _("The outputs are ordered by time first. Y has the shape (n, T)."),
            _("Transpose Y before you flatten it."),
            planted=[{"labels": "by sequence"}],
        ),
        Mistake(
            "inputs-as-labels",
            _("The outputs are compared with the inputs X."),
            _("The labels are the tokens that come next: Y."),
            _(
                "Print one row of X and one of Y. Which of them holds the tokens "
                "that come next?"
            ),
            planted=[{"labels": "inputs"}],
        ),
        Mistake(
            "mean-of-perplexities",
            _("This is the mean of the perplexities of the batches."),
            _("Where do you take exp: inside the loop or after it?"),
            _("Add up all losses and all tokens first. Take exp once, at the end."),
            planted=[{"mean": "perplexities"}],
        ),
        Mistake(
            "mean-of-batch-means",
            _("Each batch counts the same, whether it is long or short."),
            _("The mean goes over all tokens, and a long batch has more of them."),
            _("Add up the losses of all tokens, and divide by the number of tokens."),
            planted=[{"mean": "batch means"}],
        ),
        Mistake(
            "divided-by-batches",
            _("The sum of the losses is divided by the number of batches."),
            _("How many tokens went into the sum?"),
            _(
                "For 2 sequences of 5 tokens, how many losses are there? Print "
                "what you divide by."
            ),
            planted=[{"mean": "batches"}],
        ),
        Mistake(
            "sum-of-batch-means",
            _("The mean losses of the batches are added up, but not divided."),
            _("Count the tokens of each batch, and weight its mean with them."),
            _(
                "For 2 sequences of 5 tokens, how many losses are there? Print "
                "what you divide by."
            ),
            planted=[{"mean": "sum of batch means"}],
        ),
        Mistake(
            "state-not-carried",
            _("Every batch starts from a zero state."),
            _("Each batch goes on where the one before ended. Where is that state?"),
            _("Call begin_state once, and hand the new state to the next batch."),
            planted=[{"carried": False}],
        ),
        Mistake(
            "last-batch-only",
            _("Only the last batch counts."),
            _("Does your loop overwrite what it should add up?"),
            _("Print your sum and your count after each batch. Do both of them grow?"),
            planted=[{"only": slice(-1, None)}],
        ),
        Mistake(
            "first-batch-only",
            _("Only the first batch counts."),
            _("Look at how far the return statement is indented."),
            _("Print your sum and your count after each batch. Do both of them grow?"),
            planted=[{"only": slice(1)}],
        ),
    ]


def not_a_number(value):
    return Mistake(
        "not-a-number",
        _("One number should be returned, but it is: {found}").format(
            found=kind(value)
        ),
        _("All batches together have one perplexity."),
    )
