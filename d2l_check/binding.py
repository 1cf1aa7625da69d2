"""Binding a check to a framework, as the function that notebooks call."""

import inspect

from d2l_check.silence import silence


def bind(check, framework):
    """The function that makes `check` on a learner's functions and reports.

    Its name, parameters and description are those of the check.
    """
    _framework, *parameters = inspect.signature(check).parameters.values()

    def call(*functions, **named):
        with framework.conditions(), silence():
            return check(framework, *functions, **named).report()

    call.__name__ = call.__qualname__ = check.name
    call.__doc__ = check.__doc__
    call.__signature__ = inspect.Signature(parameters)
    return call
