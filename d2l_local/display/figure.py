"""The pyplot figure of an `Animator`: it is drawn when somebody looks at it."""

import threading
import warnings
import weakref
from contextlib import nullcontext

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib._pylab_helpers import Gcf  # the open figures, as for matplotlib_inline
from matplotlib.figure import Figure

from d2l_local.display.notebook import notebook_shell
from d2l_local.display.style import set_ground

_opened = []  # weak references to the figures that pyplot has been given, oldest first


class CurveFigure(Figure):
    """A figure that asks its `animator` for the latest points before it is looked at.

    So a training loop may add points as fast as it likes, and yet `plt.show()`,
    `plt.savefig` and `plt.gca()` meet the complete curve.
    """

    animator = None
    is_laid_out_by_us = True

    @property
    def axes(self):
        self._catch_up()
        return super().axes

    def gca(self):
        self._catch_up()
        return super().gca()

    def draw(self, renderer):
        self._catch_up()
        super().draw(renderer)

    def tight_layout(self, **options):
        self._leave_layout()
        super().tight_layout(**options)

    def subplots_adjust(self, *args, **options):
        self._leave_layout()
        super().subplots_adjust(*args, **options)

    def _catch_up(self):
        if self.animator is not None:
            self.animator.catch_up()

    def _leave_layout(self):
        """Leave the place of the axes to the caller, whom our layout would refuse."""
        if self.is_laid_out_by_us:
            self.is_laid_out_by_us = False
            self.set_layout_engine(None)

    def _ipython_display_(self):
        managers = Gcf.get_all_fig_managers()
        is_open = any(manager.canvas.figure is self for manager in managers)
        self.animator.show_in_notebook(is_open)


def open_figure(animator, figsize):
    """Return a new `CurveFigure`, pyplot's current figure.

    The oldest ones are closed before Matplotlib would warn that so many figures need
    much memory. Without a window, as where the display can't be reached, and in any
    thread but the main one, pyplot isn't told of the figure.
    """
    figure = None
    if threading.current_thread() is threading.main_thread():
        figure = _in_pyplot(figsize)
    if figure is None:
        figure = CurveFigure(figsize=figsize)
    set_ground(figure)
    figure.set_layout_engine("constrained")
    figure.animator = animator
    return figure


def _in_pyplot(figsize):
    _make_room()
    # Loads the backend, which may change settings that a context would restore.
    try:
        plt.draw_if_interactive()
        widget = notebook_shell() is not None and "inline" not in plt.get_backend()
        with (
            mpl.rc_context({"figure.max_open_warning": 0}),
            plt.ioff() if widget else nullcontext(),  # not shown twice
        ):
            figure = plt.figure(FigureClass=CurveFigure, figsize=figsize)
    except (TypeError, ValueError):  # the caller's figsize
        raise
    except Exception as error:  # each kind of window fails in its own way
        warnings.warn(
            f"Matplotlib can't open a window here ({error}), so plt.show() won't show "
            "the curve: set the environment variable MPLBACKEND=agg, and save it with "
            "plt.savefig",
            stacklevel=2,
        )
        return None
    _opened.append(weakref.ref(figure))
    return figure


def _make_room():
    limit = mpl.rcParams["figure.max_open_warning"] or 20
    _opened[:] = [opened for opened in _opened if opened() is not None]
    while _opened and len(plt.get_fignums()) >= limit:
        oldest = _opened.pop(0)()
        if oldest is not None:
            plt.close(oldest)
