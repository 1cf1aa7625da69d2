"""What a reader sees: plots, in a notebook or in a file.

    plotting  curves, and one that grows while a model trains
    notebook  where to draw: a notebook's output that is updated in place

Matplotlib is imported only once something is drawn.
"""
