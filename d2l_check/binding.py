"""Binding a check to a framework, as the function that notebooks call."""

import inspect

from d2l_check.silence import silence
from d2l_check.undisturbed import undisturbed


def bind(check, framework):
    """Return the function that runs `check` on a learner's functions and reports.

    Its name and description are those of the check, its parameters the names of the
    functions under test.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter(name, kind) for name in check.functions]
    )

    def call(*functions, **named):
        given = signature.bind(*functions, **named).arguments.values()
        with undisturbed(), framework.check_context(), silence():
            return check(framework, *given).report()

    call.__name__ = call.__qualname__ = check.name
    call.__doc__ = check.__doc__
    call.__signature__ = signature
    return call
