"""Plots, in a notebook or in a file.

    plotting  curves, among them one that grows while a model trains
    figure    the pyplot figure of such a curve, drawn when somebody looks at it
    style     dark ink on a white ground, in every style of Matplotlib
    words     what a figure shows, as its alternative text
    drawn     the drawn figures of the book, as the output of a cell
    notebook  tells if this process runs in a notebook

Matplotlib is imported only once something is drawn.
"""
