"""Checks of a learner's work that answer with hints.

Import the module of your framework, and none of the others gets imported:

    from d2l_local.check import torch as check       # or tensorflow, or mxnet

    check.gru_cell(gru_cell)

Every check compares what your functions return with a reference in NumPy and shows a
report: what is right, what is wrong, where to look. It raises nothing, except under
nbgrader, which counts an exception as a failed check.

The report speaks the language of `D2L_LANGUAGE`, or else that of your system.

How it is made: each exercise has a module with a `Check`, a list of criteria that are
looked at in order (`examination`). A `Learner` calls what was written and survives it.
A wrong result is compared with those that the functions in `reference` give when they
commit a typical mistake (`recognition`); if it equals one, that `Mistake` gives the
hints. None of this touches a tensor. The modules of the frameworks do, each in a class
with the same methods.
"""
