"""Ground and ink of all figures, set together whatever Matplotlib style is in use.

A style such as 'dark_background' changes both. To change one of them alone leaves
labels that nobody can read.
"""

GROUND = "white"
GROUND_OF_FILES = "d2l_local-ground"


def dark_on_light():
    """Return a context in which new artists get Matplotlib's own colours."""
    import matplotlib as mpl

    defaults = mpl.rcParamsDefault
    colours = [key for key in defaults if key.endswith(("color", "colors"))]
    return mpl.rc_context({key: defaults[key] for key in colours})


def set_ground(figure):
    """Give a figure a white ground, on a screen and in a file."""
    import matplotlib as mpl
    from matplotlib.patches import Rectangle

    figure.set_facecolor(GROUND)
    if mpl.rcParams["savefig.facecolor"] == "auto":
        return
    # A style brings another ground for files, which `savefig` would lay over ours.
    root = figure.figure
    if all(patch.get_gid() != GROUND_OF_FILES for patch in root.patches):
        # Larger than the figure, for `bbox_inches="tight"`.
        sheet = Rectangle((-1, -1), 3, 3, facecolor=GROUND, edgecolor="none", zorder=-9)
        sheet.set(gid=GROUND_OF_FILES, transform=root.transFigure, in_layout=False)
        root.add_artist(sheet)


def set_ink(axes):
    """Give spines, ticks and labels of cleared axes dark ink on a white ground.

    Ticks are made when they are drawn, in whatever style is in use then.
    """
    import matplotlib as mpl

    ink = mpl.rcParamsDefault
    axes.set_facecolor(GROUND)
    for spine in axes.spines.values():
        spine.set_edgecolor(ink["axes.edgecolor"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(ink["axes.labelcolor"])
        axis.get_offset_text().set_color(ink["xtick.color"])
    axes.tick_params(
        which="both",
        color=ink["xtick.color"],
        labelcolor=ink["xtick.color"],
        grid_color=ink["grid.color"],
    )
