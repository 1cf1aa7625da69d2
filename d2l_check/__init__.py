"""Checks of a learner's work that answer with hints.

Import the module of your framework, and none of the others gets imported:

    from d2l_check import torch as check       # or tensorflow, or mxnet

    check.gru_cell(gru_cell)

Most checks compare what your functions return with a reference in NumPy. Each shows a
report: what is right, what is wrong, where to look. It raises nothing, except under
nbgrader, which counts an exception as a failed check. A function that runs for longer
than 20 seconds is stopped (`D2L_CHECK_SECONDS` sets another limit). Streams, settings,
modes and random numbers are as before when a check has ended.

The report speaks the language of `D2L_LANGUAGE`, which a translated notebook sets, or
else that of your system. If any of it isn't translated, all of it is English.

    torch, tensorflow, mxnet
                 the checks, bound to a framework
    chapters     a check for each exercise
    reference    correct answers to the larger exercises, and the typical wrong ones
    reference_check
                 a check of one function against a reference
    criteria     running the criteria of a check
    mistake      a mistake that can be recognised, with its hints
    recognition  which mistake explains a wrong result
    submission   calling what a learner wrote, whatever it does
    limit        a time limit for that call
    undisturbed  leaving the process as it was found
    returned     type, shape and numbers of what came back
    comparison   when two results are equal
    differences  how they differ, in words and in a small table
    inputs       random test inputs, the same on every machine
    report       what a check has found, and how it is shown
    words        values and exceptions in words
    language     the language of the hints
    silence      nothing is printed beside the report
    binding      a check as the function that notebooks call
    stack        a framework's recurrent layer in words that all frameworks share
    grading      points for what students hand in, out of their code's reach

How it is made: each exercise has a `Check`, a list of criteria that are looked at in
order (`criteria`). A `Submission` calls what was written and survives it. A `Mistake`
holds its hints beside the changes by which the reference commits it: a wrong result is
compared with those of the mistaken reference (`recognition`), and if it equals one,
that mistake gives the hints. None of this touches a tensor. The modules of the
frameworks do, each in a class with the same methods. All checks stand in
`chapters.CHECKS`, from where the frameworks take them.
"""
