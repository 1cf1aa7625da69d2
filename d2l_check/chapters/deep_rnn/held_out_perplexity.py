"""Exercise 3: the perplexity of a text that the model wasn't trained on."""

import math
from numbers import Real

import numpy as np

from d2l_check.comparison import all_close, close
from d2l_check.examination import Check, Criterion
from d2l_check.inputs import weights
from d2l_check.language import _
from d2l_check.learner import Learner
from d2l_check.mistake import Mistake
from d2l_check.recognition import recognise
from d2l_check.reference import perplexity as reference
from d2l_check.returned import not_finite, nothing_returned
from d2l_check.words import kind


class Case:
    """A model's parameters, and batches of (X, Y) with `steps` columns each."""

    def __init__(self, n, q, h, steps, seed):
        rng = np.random.default_rng(seed)
        self.params = weights(rng, [(q, h), (h, h), (h,), (h, q), (q,)])
        self.params[0] *= q**0.5  # a one-hot input reads a single row
        self.params[3] *= 3  # a model that is sure of itself, rightly or wrongly
        text = rng.integers(0, q, (n, sum(steps) + 1))
        ends = np.cumsum(steps)
        self.batches = [
            (text[:, end - T : end], text[:, end - T + 1 : end + 1])
            for end, T in zip(ends, steps)
        ]

    def right(self, **changes):
        """The perplexity by the reference."""
        return reference.perplexity(self.batches, self.params, **changes)


class Batches:
    """Batches as the package's loader gives them: to go through, with no length."""

    def __init__(self, framework, batches):
        self.framework, self.batches = framework, batches

    def __iter__(self):
        integers = self.framework.integers
        return ((integers(X), integers(Y)) for X, Y in self.batches)


ONE = Case(n=3, q=6, h=4, steps=[5], seed=1)
SEVERAL = Case(n=3, q=6, h=4, steps=[7, 4, 2], seed=2)


class HeldOutPerplexity(Check):
    """Check the perplexity over many batches: one mean, one state, no learning."""

    name = "held_out_perplexity"

    def __init__(self, framework, held_out_perplexity):
        signature = "held_out_perplexity(net, batches)"
        self.measure = Learner(framework, held_out_perplexity, signature)
        super().__init__(framework, self.measure)

    def criteria(self):
        return [
            Criterion(_("held_out_perplexity returns one number"), self.runs),
            Criterion(
                _("the perplexity of a single batch is right"),
                self.one,
                (self.runs,),
            ),
            Criterion(
                _("the perplexity of several batches of different length is right"),
                self.several,
                (self.runs, self.one),
            ),
            Criterion(
                _("the model stays as it was, and no gradient is computed"),
                self.untouched,
                (self.runs,),
            ),
        ]

    def run(self, case):
        """The perplexity by the learner."""
        net, self.trouble = self.framework.language_model(case.params)
        before = self.framework.model_values(net)
        result = self.measure(net, Batches(self.framework, case.batches))
        self.changed = not all_close(self.framework.model_values(net), before)
        return number(self.framework, result)

    def runs(self):
        self.found = self.run(ONE)

    def one(self):
        if not close(self.found, ONE.right()):
            # Several batches tell more mistakes apart than a single one.
            several = recognised(self.run(SEVERAL), SEVERAL)
            raise several or recognised(self.found, ONE) or wrong_perplexity()

    def several(self):
        found = self.run(SEVERAL)
        if not close(found, SEVERAL.right()):
            raise recognised(found, SEVERAL) or wrong_over_batches()

    def untouched(self):
        self.run(SEVERAL)
        if self.changed:
            raise params_changed()
        if self.trouble:
            raise gradient_computed()


def number(framework, value):
    """A returned perplexity as a float; raises Mistake for what isn't one."""
    if value is None:
        raise nothing_returned("held_out_perplexity(...)")
    if framework.is_tensor(value):
        raise tensor_returned()
    if not isinstance(value, Real):
        raise not_a_number(value)
    if not math.isfinite(value):
        raise not_finite("held_out_perplexity(...)")
    return float(value)


def recognised(found, case):
    """The mistake that explains a perplexity, or None."""
    return recognise(found, case.right, VARIANTS, mistakes())


# How the reference commits each mistake; the keys are those of `mistakes`.
VARIANTS = [
    ("loss-returned", {"final": "none"}),
    ("base-2", {"final": "power of two"}),
    ("base-2", {"final": "bits"}),
    ("sign", {"final": "inverse"}),
    ("sum-not-mean", {"mean": "nothing"}),
    ("divided-by-steps", {"mean": "steps"}),
    ("divided-by-sequences", {"mean": "sequences"}),
    ("axes-swapped", {"labels": "by sequence"}),
    ("inputs-as-labels", {"labels": "inputs"}),
    ("mean-of-perplexities", {"mean": "perplexities"}),
    ("mean-of-batch-means", {"mean": "batch means"}),
    ("divided-by-batches", {"mean": "batches"}),
    ("sum-of-batch-means", {"mean": "sum of batch means"}),
    ("state-not-carried", {"carried": False}),
    ("last-batch-only", {"only": slice(-1, None)}),
    ("first-batch-only", {"only": slice(1)}),
]


def mistakes():
    """The mistakes that are recognised by the perplexity."""
    return [
        Mistake(
            "loss-returned",
            _("This is the mean loss, not the perplexity."),
            _("One step is missing between the two."),
            _("The perplexity is exp of the mean cross-entropy."),
        ),
        Mistake(
            "base-2",
            _("The loss and the power have different bases, 2 and e."),
            _("The cross-entropy of the framework uses the natural logarithm."),
        ),
        Mistake(
            "sign",
            _("The sign of the loss is wrong: this is 1 / perplexity."),
            _("The cross-entropy is the negative logarithm of a probability."),
        ),
        Mistake(
            "sum-not-mean",
            _("exp is applied to the sum of the losses, not to their mean."),
            _("Divide the sum by the number of tokens first."),
        ),
        Mistake(
            "divided-by-steps",
            _("The sum of the losses is divided by the number of steps."),
            _("Each step has as many tokens as there are sequences in the batch."),
        ),
        Mistake(
            "divided-by-sequences",
            _("The sum of the losses is divided by the number of sequences."),
            _("Each sequence has as many tokens as there are steps."),
        ),
        Mistake(
            "axes-swapped",
            _("The labels are in another order than the outputs."),
            _("The outputs are ordered by time first. Y has the shape (n, T)."),
            _("Transpose Y before you flatten it."),
        ),
        Mistake(
            "inputs-as-labels",
            _("The outputs are compared with the inputs X."),
            _("The labels are the tokens that come next: Y."),
        ),
        Mistake(
            "mean-of-perplexities",
            _("This is the mean of the perplexities of the batches."),
            _("Where do you take exp: inside the loop or after it?"),
            _("Add up all losses and all tokens first. Take exp once, at the end."),
        ),
        Mistake(
            "mean-of-batch-means",
            _("Each batch counts the same, whether it is long or short."),
            _("The mean goes over all tokens, and a long batch has more of them."),
            _("Add up the losses of all tokens, and divide by the number of tokens."),
        ),
        Mistake(
            "divided-by-batches",
            _("The sum of the losses is divided by the number of batches."),
            _("How many tokens went into the sum?"),
        ),
        Mistake(
            "sum-of-batch-means",
            _("The mean losses of the batches are added up, but not divided."),
            _("Count the tokens of each batch, and weight its mean with them."),
        ),
        Mistake(
            "state-not-carried",
            _("Every batch starts from a zero state."),
            _("Each batch goes on where the one before ended. Where is that state?"),
            _("Call begin_state once, and hand the new state to the next batch."),
        ),
        Mistake(
            "last-batch-only",
            _("Only the last batch counts."),
            _("Does your loop overwrite what it should add up?"),
        ),
        Mistake(
            "first-batch-only",
            _("Only the first batch counts."),
            _("Look at how far the return statement is indented."),
        ),
    ]


def wrong_perplexity():
    return Mistake(
        "wrong-perplexity",
        _("This isn't exp of the mean cross-entropy of all tokens."),
        _("Compute the loss of each token first, then the mean, then exp."),
    )


def wrong_over_batches():
    return Mistake(
        "wrong-over-batches",
        _("One batch alone is right, but several of them together are not."),
        _("Look at what your loop adds up, and at what it hands on."),
    )


def tensor_returned():
    return Mistake(
        "tensor-returned",
        _("A tensor is returned, not a number."),
        _("Turn it into a number at the end, with float(...)."),
    )


def not_a_number(value):
    return Mistake(
        "not-a-number",
        _("One number should be returned, but it is: {found}").format(
            found=kind(value)
        ),
        _("All batches together have one perplexity."),
    )


def params_changed():
    return Mistake(
        "params-changed",
        _("The parameters of the model have changed."),
        _("A held-out text is for measuring. The model must not learn from it."),
    )


def gradient_computed():
    return Mistake(
        "gradient-computed",
        _("A gradient is prepared, though none is needed."),
        _("Switch that off: it costs memory that grows with every batch."),
    )
