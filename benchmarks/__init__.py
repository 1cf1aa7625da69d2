"""How fast the helper package trains, beside the classic one: `make bench`.

    plan         what is measured, and for how long
    environment  where the classic helper is installed
    helpers      the two helpers, imported as a reader would
    frameworks   the models of the jobs
    recorder     what happens inside a training, epoch by epoch
    worker       one job in a process of its own
    process      jobs one after the other, and the results of those that have finished
    machine      machine, versions, memory
    peak         how fast the machine multiplies matrices
    results      the raw results, written and read
    summary      from raw results to figures
    table        the tables in Markdown
    plot         the figures
    page         what is written into README.md and the page of this room

`README.md` in this room says how it measures, and what came out.
"""
