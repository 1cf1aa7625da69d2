"""Measure how fast the helper package trains, beside the classic one: `make bench`.

    plan         the jobs of a run, and how long they take
    environment  installs the classic helper
    helpers      imports the two helpers, as a reader would
    frameworks   the models of the jobs
    recorder     records a training, epoch by epoch
    worker       runs one job in a process of its own
    process      starts the jobs, and keeps the results of finished ones
    machine      machine, versions, memory
    peak         measures how fast the machine multiplies matrices
    results      the raw results, written and read
    summary      from raw results to figures
    table        the tables in Markdown
    plot         the figures
    page         writes README.md and the page of this folder
    recall       how far plain networks remember, for the section on gradients

`README.md` in this folder explains the method and shows the results.
"""
