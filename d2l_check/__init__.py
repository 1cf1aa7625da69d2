"""Checks of a learner's work that answer with hints.

Import the module of your framework, and none of the others gets imported:

    from d2l_check import torch as check       # or tensorflow, or mxnet

    check.gru_cell(gru_cell)

Every check compares what your functions return with a reference in NumPy and shows a
report: what is right, what is wrong, where to look. It raises nothing, except under
nbgrader, which counts an exception as a failed check.

The report speaks the language of `D2L_LANGUAGE`, or else that of your system.

    torch, tensorflow, mxnet
                 the checks, bound to a framework
    chapters     a check for each exercise
    reference    the right answers of the larger exercises, and the typical wrong ones
    agreement    a check of one function against a reference
    examination  running the criteria of a check
    mistake      a mistake that was recognised, with its hints
    recognition  which mistake explains a wrong result
    learner      calling what a learner wrote, whatever it does
    returned     type, shape and numbers of what came back
    comparison   when two results are equal
    inputs       random test inputs, the same on every machine
    report       what a check has found, and how it is shown
    words        values and exceptions in words
    language     the language of the hints
    silence      nothing is printed beside the report
    binding      a check as the function that notebooks call

How it is made: each exercise has a module with a `Check`, a list of criteria that are
looked at in order (`examination`). A `Learner` calls what was written and survives it.
A wrong result is compared with those that the functions in `reference` give when they
commit a typical mistake (`recognition`); if it equals one, that `Mistake` gives the
hints. None of this touches a tensor. The modules of the frameworks do, each in a class
with the same methods.
"""
