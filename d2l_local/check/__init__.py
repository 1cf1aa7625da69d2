"""Checks of a learner's work that answer with hints.

Import the module of your framework, and none of the others gets imported:

    from d2l_local.check import torch as check       # or tensorflow, or mxnet

    check.gru_cell(gru_cell)

Every check compares what your functions return with a reference in NumPy and shows a
report: what is right, what is wrong, where to look. It raises nothing, except under
nbgrader, which counts an exception as a failed check.

The report speaks the language of `D2L_LANGUAGE`, or else that of your system.
"""
