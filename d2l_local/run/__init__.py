"""A training run from outside: checked, timed, shown, saved and resumed.

    checks      the arguments of training, evaluation and prediction
    timing      timers and sums
    tally       the running totals of one epoch
    progress    what a training shows while it runs
    checkpoint  the file that a run is saved to
    nested      hidden states: tensors in tuples, lists and dicts
    describing  what tells one run from another
    resuming    what a checkpoint must hold before it is used
    saving      when to save, and how to resume
    epochs      a whole run behind one door: its options, and its epochs one by one

The training loops themselves live in the packages of the frameworks.
"""
