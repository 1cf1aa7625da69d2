"""Models of the jobs, each in its framework's own idiom.

Same names in the same order in each file. They are imported after the helper, so that
the time of its import is its own.

    torch, tensorflow, mxnet
"""
