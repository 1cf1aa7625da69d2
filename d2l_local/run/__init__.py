"""A training run from outside: checked, timed, shown, saved and resumed.

    checks      the arguments of training, evaluation and prediction
    timing      timers and sums
    progress    what a training shows while it runs
    checkpoint  the file that a run is saved to
    saving      when to save, and how to resume

The training loops themselves stand in the frameworks' rooms.
"""
