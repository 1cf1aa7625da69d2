"""Plots, in a notebook or in a file.

    plotting  curves, among them one that grows while a model trains
    notebook  tells if this process runs in a notebook

Matplotlib is imported only once something is drawn.
"""
