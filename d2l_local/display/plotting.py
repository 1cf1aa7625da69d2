"""Figures: one-call line plots, and a curve that grows while a network trains.

Figures have dark ink on a white ground in every style, colours that colour-blind
readers can tell apart (Okabe and Ito's set), and the same SVG bytes for the same data.
Matplotlib is imported on first use only.
"""

import io
import itertools
import time
import uuid
import warnings

from d2l_local.display.notebook import notebook_shell
from d2l_local.display.style import dark_on_light, set_ground, set_ink

FMTS = ("-", "m--", "g-.", "r:")
# Matplotlib's one-letter colours, and in their order the colours of plain lines.
COLOURS = {
    "b": "#0072B2",  # blue
    "y": "#E69F00",  # orange
    "g": "#009E73",  # bluish green
    "m": "#CC79A7",  # reddish purple
    "r": "#D55E00",  # vermilion
    "c": "#56B4E9",  # sky blue
    "k": "#000000",
}
# Names inside an SVG are hashes, salted at random unless a salt is given.
SVG_SETTINGS = {"svg.hashsalt": "d2l_local", "svg.fonttype": "path"}
SVG_METADATA = {"Date": None}
NEVER = float("-inf")


def use_svg_display():
    """Show figures as SVG in the notebook; does nothing outside one.

    The setting lasts for the rest of the session, because a notebook draws its figures
    after the cell has run.
    """
    if notebook_shell() is None:
        return
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    mpl.rcParams.update(SVG_SETTINGS)
    set_matplotlib_formats("svg", metadata=SVG_METADATA)
    formatter = notebook_shell().display_formatter.formatters["image/svg+xml"]
    as_svg = formatter.lookup_by_type(Figure)
    formatter.for_type(Figure, lambda figure: (as_svg(figure), alt_text(figure)))


def alt_text(figure):
    """Return metadata with a description of a figure, where nbconvert looks for it."""
    from d2l_local.display.words import describe

    return {"alt": describe(figure)}


def set_figsize(figsize=(3.5, 2.5)):
    """Set the size of later pyplot figures (width, height, in inches), for good."""
    import matplotlib as mpl

    use_svg_display()
    mpl.rcParams["figure.figsize"] = figsize


def set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend):
    """Label, scale and limit the `axes`, add a grid and, if not empty, a legend."""
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    axes.set_xlim(xlim)
    axes.set_ylim(ylim)
    if legend:
        axes.legend(legend)
    axes.grid(True)  # whatever the style says; `grid()` would turn one off


def plot(
    X,
    Y=None,
    xlabel=None,
    ylabel=None,
    legend=None,
    xlim=None,
    ylim=None,
    xscale="linear",
    yscale="linear",
    fmts=FMTS,
    figsize=(3.5, 2.5),
    axes=None,
):
    """Plot one or more curves with Matplotlib.

    `X` and `Y` are one curve each (list or 1-D array of numbers) or lists of curves;
    one `X` serves every `Y`. Without `Y`, the `X` are plotted over 0, 1, 2, ...
    `fmts` are Matplotlib's short line styles, used again from the start if there are
    more curves. Draws into `axes`, else into the current axes unless an `Animator`
    draws there, else into a new figure of `figsize` inches. Warns if X and Y do not
    pair up, when the X are used again from the start. Raises ValueError if `fmts` is
    empty, TypeError for anything that isn't a curve.
    """
    fmts = _checked_fmts(fmts)
    use_svg_display()
    X, Y = _curves(X, Y)
    if axes is None:
        axes = _current_axes(figsize)
    set_ground(axes.figure)
    with dark_on_light():
        _draw_curves(axes, X, Y, fmts)
        set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)


def _curves(X, Y):
    """Return `X` and `Y` as equally long lists of curves; x is [] if it only counts."""
    for name, values in (("X", X), ("Y", [] if Y is None else Y)):
        if isinstance(values, str) or not hasattr(values, "__len__"):
            raise TypeError(f"{name}={values!r} isn't a curve: give a list of numbers")
    X = [X] if _is_curve(X) else list(X)
    if Y is None:
        return [[]] * len(X), X
    Y = [Y] if _is_curve(Y) else list(Y)
    if len(X) not in (1, len(Y)):
        warnings.warn(
            f"{len(X)} curves in X but {len(Y)} in Y, so the X are used over again and "
            "what is left of them isn't drawn: give one X for all, or one for each Y",
            stacklevel=3,
        )
    return X * len(Y) if len(X) != len(Y) else X, Y


def _checked_fmts(fmts):
    """Return line styles as a sequence; one style may be given by itself."""
    if len(fmts) == 0:
        raise ValueError(
            f"fmts={fmts!r}: give a list of at least one line style, as in ['-']"
        )
    return [fmts] if isinstance(fmts, str) else fmts


def _is_curve(values):
    if hasattr(values, "ndim"):
        return values.ndim == 1
    return len(values) == 0 or not hasattr(values[0], "__len__")


def _is_number(value):
    # A 0-d tensor has __len__, but it raises.
    return not hasattr(value, "__len__") or getattr(value, "ndim", 1) == 0


def _current_axes(figsize):
    from matplotlib import pyplot as plt

    if plt.get_fignums():
        axes = plt.gca()
        animator = getattr(axes.figure, "animator", None)
        # A curve that has been drawn there, by a training for example, is kept.
        if animator is None or axes is not animator.axes[0]:
            return axes
    figure = plt.figure(figsize=figsize)
    with dark_on_light():
        return figure.subplots()


def _draw_curves(axes, X, Y, fmts):
    """Replace what the `axes` show by curves in this module's colours."""
    axes.cla()
    set_ink(axes)
    axes.set_prop_cycle(color=list(COLOURS.values()))
    for x, y, fmt in zip(X, Y, itertools.cycle(fmts)):
        line, colour = _split(fmt)
        style = {"color": colour} if colour else {}
        axes.plot(*([x] if len(x) else []), y, line, **style)


def _split(fmt):
    """Split a line style: (style without its colour letter, our colour or None)."""
    letters = [c for c in fmt if c.isalpha()]
    ours = [c for c in letters if c in COLOURS]
    # Anything longer is a colour name or a number such as 'C1': Matplotlib's own.
    if len(ours) != 1 or len(letters) > 2:
        return fmt, None
    return fmt.replace(ours[0], "", 1), COLOURS[ours[0]]


class Animator:
    """Curves that grow in place while a cell runs.

    `add(x, y)` appends points; parameters are those of `plot`, for the first of
    `nrows` times `ncols` axes. `fig` is a pyplot figure and `axes` the list of its
    axes, so that `plt.show()`, `plt.savefig` and `plt.gcf()` find the curve. In a
    notebook it is one SVG display, updated in place: at most every `min_interval`
    seconds, and less often where drawing would take more than a twentieth of the time.
    Points that came in between are drawn when the cell ends, and `draw()` draws at
    once. Elsewhere (script, terminal) nothing is drawn before somebody shows or saves
    the figure. Of more figures than Matplotlib's `figure.max_open_warning`, 20, the
    oldest ones are closed.

    `note` is a status line above the axes (str or None), `progress` a thin bar along
    their top (0 to 1, or None); set them at any time, and they appear with the
    next drawing. The note is also sent as the display's metadata ``{'d2l_local':
    {'note': note}}``, for tools that watch a run. The plain-text form of the display
    never changes, so that stored outputs compare.
    """

    TEXT = "<d2l_local figure: training curves>"

    def __init__(
        self,
        xlabel=None,
        ylabel=None,
        legend=None,
        xlim=None,
        ylim=None,
        xscale="linear",
        yscale="linear",
        fmts=FMTS,
        nrows=1,
        ncols=1,
        figsize=(3.5, 2.5),
        *,
        note=None,
        progress=None,
        min_interval=0.5,
    ):
        from d2l_local.display.figure import open_figure

        self.fmts = _checked_fmts(fmts)
        self._look = (xlabel, ylabel, xlim, ylim, xscale, yscale, legend)
        self.note = note
        self.progress = progress
        self.min_interval = min_interval
        self.X, self.Y = [], []
        self._display_id = None
        self._cell = None  # the shell, while the cell runs that has the display
        self._due = NEVER  # next drawing, on the clock time.monotonic
        self._waits_for_cell_end = None
        self._drawn = None  # what the figure shows, see _contents
        self.fig = open_figure(self, figsize)
        with dark_on_light():
            self._axes = list(self.fig.subplots(nrows, ncols, squeeze=False).flat)
        for axes in self._axes:
            set_ink(axes)
        self._drawn = self._contents()

    @property
    def axes(self):
        """The list of axes; the curves, all points included, are in the first one."""
        self.catch_up()
        return self._axes

    def config_axes(self):
        """Label, scale and limit the first axes as the constructor was told."""
        xlabel, ylabel, xlim, ylim, xscale, yscale, legend = self._look
        set_axes(self._axes[0], xlabel, ylabel, xlim, ylim, xscale, yscale, legend)

    def add(self, x, y):
        """Append a point to every curve: x one number or one each, y one each.

        A None leaves its curve as it is; so does, with a warning, a value less than
        there are curves. Raises ValueError if there are more values in `y` than
        curves, TypeError if one isn't a number; then nothing is appended.
        """
        y = [y] if _is_number(y) else list(y)
        x = [x] * len(y) if _is_number(x) else list(x)
        curves = len(self.Y) or len(y)
        if not len(x) == len(y) == curves:
            message = (
                f"{len(x)} x values and {len(y)} y values for {curves} curves: "
                "give one of each per curve, None where there is no point"
            )
            if len(y) > curves:
                raise ValueError(message)
            warnings.warn(message, stacklevel=2)
        points = _points(x, y)
        if not self.Y:
            self.X, self.Y = [[] for _ in y], [[] for _ in y]
        for (a, b), xs, ys in zip(points, self.X, self.Y):
            if a is not None and b is not None:
                xs.append(a)
                ys.append(b)
        self.draw(force=False)

    def draw(self, force=True):
        """Draw now; with `force` false, only if it is not too soon after the last."""
        shell = notebook_shell()
        if force:
            self._drawn = None  # also what was changed in X and Y themselves
        if shell is None:
            self.fig.stale = True  # a window is drawn again, the curve with it
        elif force:
            self._publish()
        elif time.monotonic() >= self._due:
            self._publish(lay_out=self._due == NEVER)
        else:
            self._draw_at_cell_end(shell)

    def close(self):
        """Take the figure from pyplot, so that `plt.show()` won't show it."""
        from matplotlib import pyplot as plt

        plt.close(self.fig)

    def catch_up(self):
        """Bring the artists of the figure up to date, without drawing them."""
        contents = self._contents()
        if contents == self._drawn:
            return
        self._drawn = contents  # at once, since what follows asks for the axes, too
        with dark_on_light():
            self._redraw()

    def show_in_notebook(self, is_open):
        """Show the figure once: `display` and the end of a cell call this.

        Where its display is in the running cell, or the figure still `is_open` in
        pyplot, the display is only updated; elsewhere a copy is shown.
        """
        if self._display_id is None:
            if any(axes.has_data() for axes in self.axes):
                self._publish()
        elif self._cell is None and not is_open:
            self._send_copy()
        elif self._contents() != self._drawn or self.fig.stale:
            self._publish()

    def _contents(self):
        """Return what tells two states of the figure apart."""
        sizes = [len(values) for values in (*self.X, *self.Y)]
        return sizes, self.note, self.progress

    def _publish(self, lay_out=True):
        began = time.monotonic()
        svg = self._svg(lay_out)
        note = None if self.note is None else str(self.note)
        self._send(svg, {} if note is None else {"d2l_local": {"note": note}})
        self._cancel_cell_end()
        now = time.monotonic()
        self._due = now + max(self.min_interval, 20 * (now - began))

    def _send(self, svg, metadata):
        from IPython.display import display, update_display

        send = update_display
        if self._display_id is None:
            self._display_id = uuid.uuid4().hex
            self._enter_cell(notebook_shell())
            send = display
        data = {"image/svg+xml": svg, "text/plain": self.TEXT}
        metadata = {"image/svg+xml": alt_text(self.fig), **metadata}
        send(data, raw=True, metadata=metadata, display_id=self._display_id)

    def _send_copy(self):
        from IPython.display import display

        data = {"image/svg+xml": self._svg(), "text/plain": self.TEXT}
        display(data, raw=True, metadata={"image/svg+xml": alt_text(self.fig)})

    def _enter_cell(self, shell):
        """Note that the display is in the running cell."""
        if self._cell is None:
            self._cell = shell
            shell.events.register("pre_execute", self._leave_cell)
            shell.display_pub.register_hook(self._survive_clearing)

    def _leave_cell(self):
        """Note that another cell begins, in which the display isn't."""
        if self._cell is not None:
            self._cell.events.unregister("pre_execute", self._leave_cell)
            self._cell.display_pub.unregister_hook(self._survive_clearing)
            self._cell = None

    def _survive_clearing(self, message):
        """Make a new display where `clear_output` takes the old one away."""
        if message["header"]["msg_type"] == "clear_output":
            self._display_id = None
            self._draw_at_cell_end(self._cell)
        return message

    def _draw_at_cell_end(self, shell):
        if self._waits_for_cell_end is None:
            self._waits_for_cell_end = shell
            shell.events.register("post_execute", self._draw_the_rest)

    def _draw_the_rest(self):
        # The end of the cell calls this even if the figure has been drawn meanwhile.
        if self._waits_for_cell_end is not None:
            self._publish()

    def _cancel_cell_end(self):
        if self._waits_for_cell_end is not None:
            self._waits_for_cell_end.events.unregister(
                "post_execute", self._draw_the_rest
            )
            self._waits_for_cell_end = None

    def _svg(self, lay_out=True):
        """Return the figure as SVG text; without `lay_out` the axes stay in place."""
        import matplotlib as mpl

        with mpl.rc_context(SVG_SETTINGS):
            self.catch_up()
            # Fitting the axes to their labels takes as long as drawing them.
            if self.fig.is_laid_out_by_us:
                self.fig.set_layout_engine("constrained" if lay_out else "none")
            file = io.StringIO()
            self.fig.savefig(
                file,
                format="svg",
                facecolor=self.fig.get_facecolor(),
                metadata=SVG_METADATA,
            )
        self.fig.stale = False  # which `savefig` leaves true
        return file.getvalue()

    def _redraw(self):
        axes = self._axes[0]
        _draw_curves(axes, self.X, self.Y, self.fmts)
        self.config_axes()
        # Over the whole width: a status line is longer than the axes are wide.
        note = "" if self.note is None else str(self.note)
        self.fig.suptitle(note, x=0.01, ha="left", fontsize="x-small", wrap=True)
        if self.progress is not None:
            _draw_bar(axes, self.progress)


def _points(x, y):
    """Return pairs of floats, each None where no point is."""
    try:
        return [
            tuple(None if value is None else float(value) for value in pair)
            for pair in zip(x, y)
        ]
    except (TypeError, ValueError) as error:
        raise TypeError(f"x={x!r} and y={y!r} are not all numbers: {error}") from error


def _draw_bar(axes, share):
    """Draw a thin bar along the top of the axes, `share` (0 to 1) of their width."""
    from matplotlib.lines import Line2D

    share = min(max(float(share), 0.0), 1.0)
    # An artist in axes coordinates leaves the data limits and the legend alone.
    bar = Line2D(
        [0, share],
        [1, 1],
        transform=axes.transAxes,
        color=COLOURS["y"],
        linewidth=3,
        solid_capstyle="butt",
        clip_on=False,
    )
    axes.add_artist(bar)
