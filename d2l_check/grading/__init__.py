"""Grading what students hand in, where their code can't reach the grade.

    python -m d2l_check.grading handed-out.ipynb returned/*.ipynb

and, for nbgrader, a step of its own in `nbgrader_config.py`, which
`python -m tools.assignment` writes.

    original    the notebook that was handed out: what is graded
    cells       which cells a function needs
    judge       the checks, and what they say of a notebook that came back
    remote      a student's process and its functions, as the judge sees them
    worker      the process that runs a student's functions
    wire        the messages between the two: values, and nothing that can be executed
    layers      a framework's layer, which is run with the judge's weights
    guard       the judge's own files stay as they are
    standin     what a student's process finds in the place of this package
    autograde   the steps for nbgrader

How it is made: a check of `d2l_check.chapters` knows frameworks by the methods of an
adapter only. The judge gives it one whose methods have everything done in a process of
the student's, and functions that are called there. What comes back are numbers and
texts, and those are compared here with what they should be.
"""
