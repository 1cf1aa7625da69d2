"""The models of the jobs, each in its framework's own idiom.

Each file has the same names in the same order. They are imported after the helper, so
that the time of the import is that of the helper alone.

    torch, tensorflow, mxnet
"""
