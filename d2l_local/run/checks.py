"""Checks of what a training, an evaluation or a prediction is given.

None touches a tensor, draws a random number or takes a batch, so that a call that is
refused has changed nothing. All raise TypeError or ValueError with the value and the
remedy.
"""

import math
from collections.abc import Iterator, Mapping
from numbers import Real
from operator import index as as_index

from d2l_local.arguments import at_least_one
from d2l_local.run.checkpoint import Checkpoint
from d2l_local.run.progress import check_target
from d2l_local.text.prompt import encode_prompt


def check_run(
    net,
    train_iter,
    vocab,
    lr,
    num_epochs,
    use_random_iter,
    *,
    prefixes,
    optimizer,
    mixed_precision,
    held_out,
    target_perplexity,
    callback,
    checkpoint,
):
    """Check the arguments of `train_ch8`; returns `prefixes` as a list."""
    if isinstance(optimizer, type):
        raise TypeError(f"optimizer is the class {optimizer.__name__}: build it first")
    if lr is not None or isinstance(optimizer, str):  # others bring their own
        check_rate(lr)
    at_least_one("num_epochs", num_epochs)
    check_flag("use_random_iter", use_random_iter)
    check_flag("mixed_precision", mixed_precision)
    check_target(target_perplexity)
    check_batches("train_iter", train_iter, num_epochs)
    if held_out is not None:
        check_batches("held_out", held_out, num_epochs)
    if callback is not None:
        check_function("callback", callback, "a function of an Epoch")
    if checkpoint is not None and not isinstance(checkpoint, Checkpoint):
        Checkpoint(checkpoint)
    prefixes = listed(prefixes)
    if prefixes:
        check_vocab(vocab)
        for prefix in prefixes:
            encode_prompt(prefix, 50, vocab)  # now rather than after the training
        check_vocab(vocab, net)
    return prefixes


def check_rate(lr):
    """A learning rate: a finite number of at least 0."""
    remedy = "give a number, such as 0.5"
    if isinstance(lr, str | bytes):
        raise TypeError(f"lr={lr!r} is not a number: {remedy}")
    try:
        rate = float(lr)
    except (TypeError, ValueError):
        raise TypeError(f"lr={lr!r} is not a number: {remedy}") from None
    except OverflowError:
        rate = math.inf
    if not 0 <= rate < math.inf:
        raise ValueError(
            f"lr={rate} is no learning rate: {remedy}. A negative one would make the "
            "loss grow"
        )


def check_theta(theta):
    """A norm at which gradients are clipped; tensors are taken as they are."""
    if theta is None or isinstance(theta, str | bytes):
        raise TypeError(f"theta={theta!r} is not a number: give a norm, such as 1")
    if isinstance(theta, Real) and not theta >= 0:
        raise ValueError(
            f"theta={theta} is no norm to clip at: give 0 or more, such as 1, or "
            "math.inf to leave the gradients as they are"
        )


def check_step(grads, lr, batch_size):
    """What one update needs: a gradient for each parameter, and two numbers."""
    for name, value in (("lr", lr), ("batch_size", batch_size)):
        if value is None or isinstance(value, str | bytes):
            raise TypeError(f"{name}={value!r} is not a number: give one, such as 1")
    if isinstance(batch_size, Real) and not batch_size > 0:
        raise ValueError(f"batch_size={batch_size}: give at least 1")
    for i, grad in enumerate(grads):
        if grad is None:
            raise ValueError(
                f"parameter {i} has no gradient: compute the gradients of a loss that "
                "depends on all of params first"
            )


def check_seed(seed, least, most):
    """A seed as an int from `least` to `most`."""
    try:
        number = as_index(seed)
    except TypeError:
        raise TypeError(
            f"seed={seed!r} is not a whole number: give an int such as 0"
        ) from None
    if not least <= number <= most:
        raise ValueError(f"seed={seed!r}: give an int from {least} to {most}")
    return number


def check_flag(name, value):
    """An option that is on or off; a string such as 'False' would be on."""
    if isinstance(value, str | bytes):
        raise TypeError(f"{name}={value!r} is a string: give True or False")


def check_function(name, value, what):
    """Something that can be called."""
    if not callable(value):
        raise TypeError(f"{name}={value!r} can't be called: give {what}")


def check_model(net, *needed):
    """A language model, or one written by hand, with the attributes `needed`."""
    remedy = "give an RNNModel, an RNNModelScratch, or a model of your own that has it"
    if isinstance(net, type):
        raise TypeError(f"net is the class {net.__name__}: build a model with it first")
    if not callable(net):
        raise TypeError(
            f"net is {type(net).__name__}, which can't be called: {remedy}, as "
            "net(X, state)"
        )
    for name in ("begin_state", *needed):
        if not hasattr(net, name):
            raise TypeError(f"net is {type(net).__name__} and has no {name}: {remedy}")


def check_scratch(vocab_size, num_hiddens, **functions):
    """The sizes and functions from which a model is built by hand."""
    at_least_one("vocab_size", vocab_size)
    several = isinstance(num_hiddens, list | tuple)  # one for each layer
    for size in num_hiddens if several else [num_hiddens]:
        at_least_one("num_hiddens", size)
    for name, function in functions.items():
        check_function(
            name, function, "a function, and mind the order of the arguments"
        )


def check_vocab(vocab, net=None):
    """A vocabulary, of the size that the model has been built for."""
    for name in ("__len__", "__getitem__", "to_tokens", "unk"):
        if isinstance(vocab, type) or not hasattr(vocab, name):
            raise TypeError(
                f"vocab={vocab!r:.200} is no vocabulary: give the Vocab that "
                "load_data_time_machine returns along with the batches"
            )
    size = getattr(net, "vocab_size", None)
    if isinstance(size, int) and size != len(vocab):
        raise ValueError(
            f"vocab has {len(vocab)} tokens, but net is built for vocab_size={size}: "
            "give the vocabulary of its training text, or build the model with "
            f"vocab_size={len(vocab)}"
        )


def check_batches(name, batches, num_epochs=1):
    """Something that serves batches (X, Y), and anew in each of `num_epochs`."""
    remedy = "give a loader, or a list of pairs (X, Y)"
    if isinstance(batches, str | bytes | Mapping | type) or not (
        hasattr(batches, "__iter__") or hasattr(batches, "__getitem__")
    ):
        raise TypeError(f"{name}={batches!r:.200} serves no batches: {remedy}")
    # Other classes may begin anew at each iter().
    spent = type(batches).__module__ in ("builtins", "itertools")
    if num_epochs > 1 and spent and isinstance(batches, Iterator):
        raise ValueError(
            f"{name} is a {type(batches).__name__}, which is empty after the first of "
            f"{num_epochs} epochs: {remedy}, such as list({name})"
        )
    if isinstance(batches, list | tuple) and batches:
        try:
            _X, _Y = batches[0]
        except (TypeError, ValueError):
            raise ValueError(f"{name}[0] is no pair (X, Y): {remedy}") from None
    if name == "held_out" and isinstance(batches, list | tuple) and not batches:
        raise ValueError(
            f"held_out={batches!r} holds no batch: there is no perplexity to take. "
            "Leave it out, or " + remedy
        )


def check_batch(X, Y):
    """A batch of text: indices and labels, both of shape (batch_size, num_steps)."""
    if len(X.shape) != 2 or tuple(X.shape) != tuple(Y.shape):
        raise ValueError(
            f"a batch has X of shape {tuple(X.shape)} and Y of shape {tuple(Y.shape)}: "
            "both must be (batch_size, num_steps)"
        )


def check_arrays(data_arrays, batch_size):
    """Arrays of equally many rows; returns the batch size, at most that of all rows."""
    size = at_least_one("batch_size", batch_size)
    if not isinstance(data_arrays, list | tuple):
        raise TypeError(
            f"data_arrays is {type(data_arrays).__name__}: give a tuple of arrays, "
            "such as (X, y)"
        )
    if not data_arrays:
        raise ValueError(f"data_arrays={data_arrays!r} is empty: give (X, y)")
    for i, part in enumerate(data_arrays):
        if isinstance(part, str | bytes) or getattr(part, "shape", None) == ():
            raise TypeError(f"data_arrays[{i}]={part!r:.200} has no rows: give arrays")
        if not hasattr(part, "__len__"):
            raise TypeError(f"data_arrays[{i}]={part!r:.200} has no rows: give arrays")
    rows = [len(part) for part in data_arrays]
    if len(set(rows)) > 1 or rows[0] == 0:
        raise ValueError(
            f"data_arrays have {', '.join(map(str, rows))} rows: give arrays of "
            "equally many, and at least one"
        )
    return min(size, rows[0])


def listed(prefixes):
    """`prefixes` as a list; one string alone would be read character by character."""
    if isinstance(prefixes, str | bytes):
        raise TypeError(
            f"prefixes={prefixes!r} is one string: give a list, [{prefixes!r}]"
        )
    if not hasattr(prefixes, "__iter__"):
        raise TypeError(
            f"prefixes={prefixes!r} is no list: give starts of texts, such as "
            "['time traveller'], or [] for none"
        )
    return list(prefixes)
