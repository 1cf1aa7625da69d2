"""What tells one training run from another, so that only the same one is resumed."""

from functools import partial
from types import FunctionType, MethodType

# By their names in the frameworks, in lower case
NONLINEARITIES = {"celu", "clamp", "clip", "elu", "erf", "gelu", "hard_sigmoid",
                  "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "leakyrelu",
                  "log_softmax", "logsigmoid", "maximum", "mish", "prelu", "relu",
                  "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign",
                  "swish", "tanh"}  # fmt: skip
LIBRARIES = {"d2l_local", "keras", "mxnet", "numpy", "tensorflow", "torch"}
# Settings of an optimiser that change what it remembers, not only by how much
KINDS = ("momentum", "nesterov", "amsgrad", "centered")


def describe_run(snapshot, model, train_iter, use_random_iter):
    """Return what tells a training run from others, as a dict that JSON can hold.

    `snapshot` is the `Snapshot` of the framework, and `model` what its `model` returns.
    """
    run = {
        "framework": snapshot.framework,
        "model": [f"{name} {array.shape}" for name, array in model.items()],
        "kind of layers": snapshot.layers(),
        "optimizer": snapshot.optimizer_name(),
        "order": "random" if use_random_iter else "sequential",
    }
    if hasattr(train_iter, "fingerprint"):
        run["data"] = train_iter.fingerprint()
    return run


def describe_optimizer(name, settings):
    """Return the name of an optimiser with its kind: 'SGD' or 'SGD with momentum'.

    The size of a rate or of the momentum may change in the middle of a run.
    """
    kinds = [kind for kind in KINDS if settings.get(kind)]
    return f"{name} with {', '.join(kinds)}" if kinds else name


def nonlinearities(*functions):
    """Return the names of the nonlinearities that functions of a model use, sorted.

    They are looked for in their code, in the functions of the same author that they
    call, and in what they were given: the shapes of the parameters don't tell tanh from
    relu.
    """
    found, seen, waiting = set(), set(), [*functions]
    while waiting:
        each = waiting.pop()
        if hasattr(type(each), "python_function"):  # a tf.function
            each = each.python_function
        if isinstance(each, MethodType):
            each = each.__func__
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, partial):
            waiting += [each.func, *each.args, *each.keywords.values()]
            continue
        name = getattr(each, "__name__", "") if callable(each) else ""
        found |= {str(name or type(each).__name__).lower()} & NONLINEARITIES
        if isinstance(each, FunctionType) and not is_of_library(each):
            names = names_in(each.__code__)
            found |= {name.lower() for name in names} & NONLINEARITIES
            waiting += [each.__globals__[k] for k in names if k in each.__globals__]
            waiting += [*(each.__defaults__ or ()), *closed_over(each)]
            waiting += (each.__kwdefaults__ or {}).values()
    return sorted(found)


def is_of_library(function):
    """Tell if a function belongs to a library, whose insides are its own affair."""
    return str(function.__globals__.get("__name__")).partition(".")[0] in LIBRARIES


def names_in(code):
    """Return the names that a code object uses, with those of functions inside it."""
    inside = [names_in(each) for each in code.co_consts if hasattr(each, "co_names")]
    return set(code.co_names).union(*inside)


def closed_over(function):
    """Return the values that a function has taken from the functions around it."""
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
    return found
