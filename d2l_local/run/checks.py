"""Argument checks for training, evaluation and prediction.

None of them touches a tensor, draws a random number or takes a batch, so a call that
is refused has changed nothing. All raise TypeError or ValueError, with the value and
the remedy.
"""

import math
from collections.abc import Iterator, Mapping
from numbers import Real

from d2l_local.arguments import at_least_one, check_flag
from d2l_local.text.prompt import CLASSIC_PREFIXES, default_prefixes, encode_prompt


def check_epoch(train_iter, loss, use_random_iter, theta):
    """Check the arguments of `train_epoch_ch8` that no framework has to look into."""
    check_batches("train_iter", train_iter)
    check_function("loss", loss, "a function of outputs and labels")
    check_flag("use_random_iter", use_random_iter)
    check_theta(theta)


def check_optimizer(optimizer, lr):
    """Check what `make_updater` takes: a name and its rate, or an optimiser."""
    if isinstance(optimizer, type):
        raise TypeError(f"optimizer is the class {optimizer.__name__}: build it first")
    if lr is not None or isinstance(optimizer, str):  # others bring their own rate
        check_rate(lr)


def check_rate(lr):
    """Return a learning rate as a float; refuse what isn't finite and at least 0."""
    if isinstance(lr, str | bytes):
        raise TypeError(f"lr must be a number such as 0.5, got {lr!r}")
    try:
        rate = float(lr)
    except (TypeError, ValueError):
        raise TypeError(f"lr must be a number such as 0.5, got {lr!r}") from None
    except OverflowError:
        rate = math.inf
    if not 0 <= rate < math.inf:
        raise ValueError(
            f"lr must be a finite number of at least 0, such as 0.5, got {rate}"
        )
    return rate


def check_dropout(dropout):
    """Return the probability that a unit is dropped as a float; refuse any other."""
    try:
        if isinstance(dropout, str | bytes):
            raise TypeError
        probability = float(dropout)
    except (TypeError, ValueError):
        raise TypeError(
            f"dropout must be a number such as 0.1, got {dropout!r:.200}"
        ) from None
    if not 0 <= probability <= 1:
        raise ValueError(f"dropout must be from 0 to 1, such as 0.1, got {probability}")
    return probability


def check_seq2seq(vocab_size, embed_size, num_hiddens, num_layers, dropout):
    """Return the sizes of an encoder or a decoder, as ints, and its dropout."""
    return (
        at_least_one("vocab_size", vocab_size),
        at_least_one("embed_size", embed_size),
        at_least_one("num_hiddens", num_hiddens),
        at_least_one("num_layers", num_layers),
        check_dropout(dropout),
    )


def check_training(lr, num_epochs, init):
    """Return the learning rate and the number of epochs of `train_seq2seq`."""
    check_flag("init", init)
    return check_rate(lr), at_least_one("num_epochs", num_epochs)


def check_theta(theta):
    """Check a norm at which gradients are clipped; tensors are taken as they are."""
    if theta is None or isinstance(theta, str | bytes):
        raise TypeError(f"theta must be a number such as 1, got {theta!r}")
    if isinstance(theta, Real) and not theta >= 0:
        raise ValueError(
            f"theta must be at least 0, such as 1, got {theta}; math.inf leaves the "
            "gradients as they are"
        )


def check_step(grads, lr, batch_size):
    """Check what an update needs: a gradient for each parameter, and two numbers."""
    for name, value in (("lr", lr), ("batch_size", batch_size)):
        if value is None or isinstance(value, str | bytes):
            raise TypeError(f"{name} must be a number such as 1, got {value!r}")
    if isinstance(batch_size, Real) and not batch_size > 0:
        raise ValueError(f"batch_size must be positive, such as 1, got {batch_size}")
    for i, grad in enumerate(grads):
        if grad is None:
            raise ValueError(
                f"parameter {i} has no gradient: first compute the gradients of a loss "
                "that depends on every parameter"
            )


def check_function(name, value, wanted):
    """Check something that will be called, described as `wanted`."""
    if not callable(value):
        raise TypeError(f"{name} must be {wanted}, got {value!r}")


def check_model(net, *needed):
    """Check a language model, which has `begin_state` and the attributes `needed`."""
    remedy = "give an RNNModel, an RNNModelScratch, or a model of your own"
    if isinstance(net, type):
        raise TypeError(f"net is the class {net.__name__}: build a model with it first")
    if not callable(net):
        raise TypeError(
            f"net is {type(net).__name__}, which can't be called as net(X, state): "
            f"{remedy} that can"
        )
    for name in ("begin_state", *needed):
        if not hasattr(net, name):
            raise TypeError(
                f"net is {type(net).__name__} and has no {name}: {remedy} that has it"
            )


def check_scratch(vocab_size, num_hiddens, **functions):
    """Check the sizes and functions from which a model is built by hand."""
    at_least_one("vocab_size", vocab_size)
    # One number, or one for each layer; anything else is between the functions.
    several = isinstance(num_hiddens, list | tuple)
    for size in num_hiddens if several else [num_hiddens]:
        if isinstance(size, Real):
            at_least_one("num_hiddens", size)
    for name, function in functions.items():
        check_function(name, function, "a function (mind the order of the arguments)")


def check_vocab(vocab, net=None):
    """Check a vocabulary, and that `net` has been built for one of this size."""
    tokens = "to_tokens" if hasattr(vocab, "to_tokens") else "idx_to_token"
    for name in ("__len__", "__getitem__", tokens):
        if isinstance(vocab, type) or not hasattr(vocab, name):
            raise TypeError(
                f"vocab={vocab!r:.200} isn't a vocabulary: give the Vocab that "
                "load_data_time_machine returns along with the batches, or an object "
                "with [], len and idx_to_token"
            )
    size = getattr(net, "vocab_size", None)
    if isinstance(size, int) and size != len(vocab):
        raise ValueError(
            f"vocab has {len(vocab)} tokens, but net is built for vocab_size={size}: "
            "give the vocabulary of the text that net was trained on, or build the "
            f"model with vocab_size={len(vocab)}"
        )


def check_batches(name, batches, num_epochs=1):
    """Check something that yields batches (X, Y), from the start in each epoch."""
    remedy = "give a loader, or a list of pairs (X, Y)"
    if isinstance(batches, str | bytes | Mapping | type) or not (
        hasattr(batches, "__iter__") or hasattr(batches, "__getitem__")
    ):
        raise TypeError(f"{name} must yield batches, got {batches!r:.200}: {remedy}")
    # Iterators of other classes may start from the beginning at each iter().
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
            raise ValueError(f"{name}[0] isn't a pair (X, Y): {remedy}") from None
    if name == "held_out" and isinstance(batches, list | tuple) and not batches:
        raise ValueError(
            f"held_out={batches!r} has no batches, so it has no perplexity: leave it "
            f"out, or {remedy}"
        )


def check_batch(X, Y):
    """Check a batch of text: indices and labels, both (batch_size, num_steps)."""
    if len(X.shape) != 2 or tuple(X.shape) != tuple(Y.shape):
        raise ValueError(
            "X and Y of a batch must both have the shape (batch_size, num_steps), got "
            f"X of shape {tuple(X.shape)} and Y of shape {tuple(Y.shape)}"
        )


def check_arrays(data_arrays, batch_size):
    """Check arrays of equally many rows; return the batch size, at most all rows."""
    size = at_least_one("batch_size", batch_size)
    if not isinstance(data_arrays, list | tuple):
        raise TypeError(
            f"data_arrays is {type(data_arrays).__name__}: give a tuple of arrays, "
            "such as (X, y)"
        )
    if not data_arrays:
        raise ValueError(f"data_arrays={data_arrays!r} is empty: give (X, y)")
    for i, part in enumerate(data_arrays):
        number = getattr(part, "shape", None) == ()
        if number or isinstance(part, str | bytes) or not hasattr(part, "__len__"):
            raise TypeError(f"data_arrays[{i}]={part!r:.200} has no rows: give arrays")
    rows = [len(part) for part in data_arrays]
    if len(set(rows)) > 1 or rows[0] == 0:
        raise ValueError(
            f"data_arrays have {', '.join(map(str, rows))} rows: give arrays with the "
            "same number of rows, at least one"
        )
    return min(size, rows[0])


def check_prefixes(prefixes, vocab, net, corpus=()):
    """Check starts of texts that `net` is to continue; return them as a list.

    Those that the caller didn't choose are made to fit the vocabulary, by its text.
    """
    if prefixes is CLASSIC_PREFIXES:
        check_vocab(vocab)
        prefixes = default_prefixes(vocab, corpus)
    if isinstance(prefixes, str | bytes):  # would be taken character by character
        raise TypeError(
            f"prefixes={prefixes!r} is one string: give a list, [{prefixes!r}]"
        )
    if not hasattr(prefixes, "__iter__"):
        raise TypeError(
            f"prefixes={prefixes!r} isn't a list: give the starts of some texts, such "
            "as ['time traveller'], or [] for none"
        )
    prefixes = list(prefixes)
    if prefixes:
        check_vocab(vocab)
        try:
            for prefix in prefixes:
                encode_prompt(prefix, 50, vocab)  # now rather than after the training
        except ValueError as error:
            raise ValueError(
                f"{error}. prefixes=[...] names other starts of texts, and prefixes=[] "
                "none"
            ) from None
        check_vocab(vocab, net)
    return prefixes
