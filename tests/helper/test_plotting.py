"""Figures: plots, axes, and the curve that grows in one display."""

import gc
import os
import re
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from d2l_local.display import plotting
from d2l_local.display.figure import CurveFigure
from d2l_local.display.plotting import (
    Animator,
    plot,
    set_axes,
    set_figsize,
    use_svg_display,
)
from d2l_local.run.progress import Progress

ROOT = Path(__file__).parents[2]
COLOURS = [colour.lower() for colour in plotting.COLOURS.values()]


@pytest.fixture(autouse=True)
def no_windows():
    """Pyplot without windows; its state and settings as before afterwards."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


@pytest.fixture
def axes():
    return Figure().subplots()


def curves(axes):
    return [
        (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axes.lines
    ]


# One-call plots


@pytest.mark.parametrize("make", [list, np.array])
def test_plot_of_one_curve(axes, make):
    plot(make([1, 2, 3]), make([4, 5, 6]), axes=axes)
    assert curves(axes) == [([1, 2, 3], [4, 5, 6])]


def test_plot_of_values_alone_counts_the_axis(axes):
    plot([4, 5, 6], axes=axes)
    assert curves(axes) == [([0, 1, 2], [4, 5, 6])]
    plot([[4, 5], [6, 7, 8]], axes=axes)
    assert curves(axes) == [([0, 1], [4, 5]), ([0, 1, 2], [6, 7, 8])]


def test_plot_of_several_curves_over_one_axis_and_over_their_own(axes):
    plot([1, 2], [[3, 4], [5, 6]], axes=axes)
    assert curves(axes) == [([1, 2], [3, 4]), ([1, 2], [5, 6])]
    plot([[1, 2], [7, 8, 9]], [[3, 4], [5, 6, 7]], axes=axes)
    assert curves(axes) == [([1, 2], [3, 4]), ([7, 8, 9], [5, 6, 7])]


def test_plot_of_more_curves_than_line_styles_drops_none(axes):
    plot([1, 2], [[i, i] for i in range(6)], axes=axes)
    assert len(axes.lines) == 6
    styles = {(to_hex(x.get_color()), x.get_linestyle()) for x in axes.lines}
    assert len(styles) >= 5


@pytest.mark.situation("drop-in: plot pairs curves as the classic one does")
def test_plot_warns_of_numbers_of_curves_that_do_not_pair_up(axes):
    with pytest.warns(UserWarning, match="2 curves in X but 3 in Y"):
        plot([[1], [2]], [[1], [2], [3]], axes=axes)
    assert curves(axes) == [([1], [1]), ([2], [2]), ([1], [3])]
    with pytest.warns(UserWarning, match="3 curves in X but 2 in Y"):
        plot([[1], [2], [3]], [[1], [2]], axes=axes)
    assert curves(axes) == [([1], [1]), ([2], [2])]


@pytest.mark.situation("drop-in: plot takes one line style by itself")
def test_a_line_style_may_be_given_by_itself(axes):
    plot([1, 2], [[3, 4], [5, 6]], fmts="g-.", axes=axes)
    assert [line.get_linestyle() for line in axes.lines] == ["-.", "-."]
    with pytest.raises(ValueError, match="at least one line style"):
        plot([1, 2], fmts="", axes=axes)


def test_plot_without_points_draws_empty_axes(axes):
    plot([], axes=axes)
    assert curves(axes) == [([], [])]


def test_plot_labels_limits_scales_and_legend(axes):
    plot([1, 10], [[2, 3], [4, 5]], "time", "x", ["a", "b"], [1, 20], [1, 9], "log",
         "log", axes=axes)  # fmt: skip
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time", "x")
    assert (axes.get_xlim(), axes.get_ylim()) == ((1, 20), (1, 9))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["a", "b"]
    assert any(line.get_visible() for line in axes.get_xgridlines())


@pytest.mark.parametrize("legend", [None, []])
def test_set_axes_without_a_legend(axes, legend):
    axes.plot([1, 2])
    set_axes(axes, "x", "y", None, None, "linear", "linear", legend)
    assert axes.get_legend() is None


def test_plot_opens_a_figure_of_the_size_and_then_draws_into_it():
    plot([1, 2], figsize=(4, 3))
    assert plt.gcf().get_size_inches().tolist() == [4, 3]
    plot([5, 6, 7])
    assert len(plt.get_fignums()) == 1
    assert curves(plt.gca()) == [([0, 1, 2], [5, 6, 7])]


def test_plot_is_white_and_in_colours_for_all_eyes():
    with mpl.rc_context({"figure.facecolor": "black", "axes.facecolor": "black"}):
        plot([1, 2], [[i, i] for i in range(5)])
        figure, axes = plt.gcf(), plt.gca()
    assert to_hex(figure.get_facecolor()) == to_hex(axes.get_facecolor()) == "#ffffff"
    assert {to_hex(line.get_color()) for line in axes.lines} <= set(COLOURS)


@pytest.mark.parametrize(
    ("fmt", "line", "colour"),
    [
        ("m--", "--", plotting.COLOURS["m"]),
        ("ro-", "-", plotting.COLOURS["r"]),
        ("k", "-", plotting.COLOURS["k"]),
        ("green", "-", "green"),
        ("C1--", "--", plotting.COLOURS["y"]),  # second of the cycle
        ("tab:red", "-", "tab:red"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_line_styles_keep_matplotlibs_meaning(axes, fmt, line, colour):
    plot([1, 2], [3, 4], fmts=[fmt], axes=axes)
    (drawn,) = axes.lines
    assert drawn.get_linestyle() == line
    if not fmt.startswith("C"):
        assert to_hex(drawn.get_color()) == to_hex(colour)


def test_plot_changes_no_setting():
    before = dict(mpl.rcParams)
    plot([1, 2, 3], legend=["a"])
    Animator()._svg()
    use_svg_display()
    assert dict(mpl.rcParams) == before


def test_set_figsize_sets_the_size_of_later_figures():
    set_figsize((5, 4))
    assert plt.figure().get_size_inches().tolist() == [5, 4]
    set_figsize()
    assert plt.figure().get_size_inches().tolist() == [3.5, 2.5]


# Animator: data


def test_animator_keeps_points_and_draws_nothing_outside_a_notebook(
    capsys, monkeypatch
):
    animator = Animator(legend=["a", "b"])
    monkeypatch.setattr(Animator, "_redraw", None)  # would fail if it were called
    animator.add(1, [2, None])
    animator.add(2, (3, np.float32(4)))
    animator.draw()
    assert animator.X == [[1, 2], [2]]
    assert animator.Y == [[2, 3], [4]]
    assert capsys.readouterr() == ("", "")


def test_animator_takes_single_numbers_and_an_x_for_each_curve():
    animator = Animator()
    animator.add(1, 2)
    animator.add(np.array(2), np.array(3.0))
    assert (animator.X, animator.Y) == ([[1, 2]], [[2, 3]])
    animator = Animator()
    animator.add([1, 2], [3, 4])
    assert (animator.X, animator.Y) == ([[1], [2]], [[3], [4]])


@pytest.mark.situation("drop-in: Animator.add takes a value less, with a warning")
def test_animator_names_a_number_of_values_that_differs():
    animator = Animator()
    animator.add(1, [2, 3])
    with pytest.raises(ValueError, match="3 y values for 2 curves"):
        animator.add(1, [2, 3, 4])
    assert animator.Y == [[2], [3]]
    with pytest.warns(UserWarning, match="1 y values for 2 curves"):
        animator.add(2, [4])
    with pytest.warns(UserWarning, match="3 x values and 2 y values"):
        animator.add([3, 3, 3], [5, 6])
    assert animator.X == [[1, 2, 3], [1, 3]]
    assert animator.Y == [[2, 4, 5], [3, 6]]


# Animator: drawing


@pytest.fixture
def animator():
    made = Animator(xlabel="epoch", legend=["train", "test"], xlim=[1, 10])
    for epoch in range(1, 5):
        made.add(epoch, [10 / epoch, 12 / epoch])
    return made


def test_svg_has_the_curves_labels_and_white_ground(animator):
    svg = animator._svg()
    assert "<svg" in svg and "<dc:date>" not in svg
    assert "fill: #ffffff" in svg
    axes = animator.axes[0]
    assert curves(axes) == list(zip(animator.X, animator.Y))
    assert axes.get_xlabel() == "epoch"
    assert axes.get_xlim() == (1, 10)


def test_svg_is_white_whatever_the_style():
    with mpl.rc_context({"figure.facecolor": "black", "axes.facecolor": "black"}):
        svg = Animator()._svg()
    grounds = re.findall(r'<g id="patch_[12]">\s*<path[^>]*fill: (#\w+)', svg)
    assert grounds == ["#ffffff", "#ffffff"]


def test_svg_is_the_same_for_the_same_data_in_another_process():
    code = """
        import hashlib
        from d2l_local.display.plotting import Animator
        a = Animator(xlabel="epoch", legend=["train"], note="n", progress=0.5)
        a.add(1, 2); a.add(2, 1)
        print(hashlib.sha256(a._svg().encode()).hexdigest())
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    runs = [
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


def test_size_stays_when_note_and_bar_come_and_go(animator):
    def frame(svg):
        return re.search(r'<svg[^>]*width="(\S+)pt" height="(\S+)pt"', svg).groups()

    assert frame(animator._svg()) == ("252", "180")
    animator.note, animator.progress = "epoch 1/10", 0.5
    assert frame(animator._svg()) == ("252", "180")


def test_note_stands_above_the_axes_until_removed(animator):
    animator.note = "epoch 120/500"
    animator._svg()
    assert animator.fig.get_suptitle() == "epoch 120/500"
    animator.note = None
    animator._svg()
    assert animator.fig.get_suptitle() == ""


def test_a_long_note_stays_inside_the_figure(animator):
    animator.note = "epoch 4800/5000, perplexity 10.20, 191,605 tokens/sec, 10:20 left"
    animator._svg()
    box = animator.fig._suptitle.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= animator.fig.bbox.x1
    assert animator.axes[0].get_window_extent().y1 < box.y0


@pytest.mark.parametrize(
    ("progress", "width"), [(0, 0), (0.25, 0.25), (1, 1), (7, 1), (-1, 0)]
)
def test_progress_is_a_bar_that_leaves_the_data_limits_alone(animator, progress, width):
    animator._svg()
    limits = animator.axes[0].get_ylim()
    animator.progress = progress
    animator._svg()
    *_, bar = animator.axes[0].lines
    assert list(bar.get_xdata()) == [0, width]
    assert bar.get_transform() == animator.axes[0].transAxes
    assert animator.axes[0].get_ylim() == limits


def test_only_the_first_axes_are_cleared():
    animator = Animator(nrows=1, ncols=2)
    animator.add(1, 2)
    animator._svg()
    animator.axes[1].plot([1, 2])
    animator._svg()
    assert len(animator.axes) == 2
    assert len(animator.axes[1].lines) == 1


# Animator: a pyplot figure


def coloured(path):
    """Count the pixels of a picture that are neither grey nor white."""
    pixels = plt.imread(path)[:, :, :3]
    return int((np.ptp(pixels, axis=2) > 0.2).sum())


@pytest.mark.situation("figures: an Animator's figure is pyplot's current one")
def test_the_figure_is_pyplots_current_one_with_all_points(animator):
    assert plt.get_fignums() == [animator.fig.number]
    assert plt.gcf() is animator.fig
    assert plt.gca() is animator.axes[0] is animator.fig.axes[0]
    assert curves(plt.gca()) == list(zip(animator.X, animator.Y))
    assert isinstance(Animator(ncols=2).axes, list)


@pytest.mark.situation("figures: plt.savefig after Animator.add holds the curve")
def test_savefig_meets_the_complete_curve(tmp_path):
    animator = Animator(legend=["a"])
    for i in range(5):
        animator.add(i, i * i)
        plt.savefig(tmp_path / f"{i}.png")
    assert coloured(tmp_path / "4.png") > coloured(tmp_path / "0.png") > 0


@pytest.mark.filterwarnings("error")
def test_a_size_that_is_no_size_is_the_callers_error():
    with pytest.raises(ValueError, match="figure size"):
        Animator(figsize=(-1, 2))


@pytest.mark.situation("figures: what a reader adds to the curve's figure stays")
def test_what_a_reader_adds_stays_until_the_next_point(animator):
    plt.title("my run")
    animator._svg()
    assert animator.axes[0].get_title() == "my run"
    animator.add(5, [1, 2])
    assert animator.axes[0].get_title() == ""  # cleared, as by the classic one
    plt.subplots_adjust(left=0.3)
    animator._svg()
    assert animator.axes[0].get_position().x0 == pytest.approx(0.3)


@pytest.mark.filterwarnings("error")
def test_the_layout_can_be_made_tight(animator):
    plt.tight_layout()
    assert animator._svg(lay_out=True)


@pytest.mark.situation("figures: a plot after a training leaves its curve alone")
def test_a_plot_does_not_overwrite_a_curve(animator):
    plot([7, 8, 9])
    assert curves(plt.gca()) == [([0, 1, 2], [7, 8, 9])]
    assert curves(animator.axes[0]) == list(zip(animator.X, animator.Y))
    beside = Animator(ncols=2)
    plot([1, 2])  # the axes that pyplot made last
    assert curves(beside.axes[1]) == [([0, 1], [1, 2])]


@pytest.mark.situation("figures: they don't pile up over a hundred trainings")
@pytest.mark.filterwarnings("error")
def test_figures_do_not_pile_up():
    held = [Animator() for _ in range(30)]
    assert len(plt.get_fignums()) == 20
    assert plt.gcf() is held[-1].fig
    plt.close("all")
    for _ in range(20):  # of the reader, and so not ours to close
        plt.figure()
    held.append(Animator())
    assert len(plt.get_fignums()) == 21
    del held
    for _ in range(100):
        with Progress(1, 1) as progress:
            progress.update(9.0, 100)
    gc.collect()
    assert sum(type(each) is CurveFigure for each in gc.get_objects()) <= 20


@pytest.mark.situation("figures: a training without any epoch leaves none")
def test_a_run_without_an_epoch_leaves_no_figure():
    with Progress(3, 1):
        pass
    assert plt.get_fignums() == []


@pytest.mark.situation("figures: where no window can be opened, training goes on")
def test_a_window_that_fails_is_a_warning(monkeypatch, tmp_path):
    def fail(**_):
        raise ImportError("Cannot load backend 'TkAgg'")

    monkeypatch.setattr(plt, "figure", fail)
    with pytest.warns(UserWarning, match="can't open a window.*TkAgg.*MPLBACKEND"):
        animator = Animator()
    animator.add(1, 2)
    animator.add(2, 3)
    animator.fig.savefig(tmp_path / "c.png")
    assert coloured(tmp_path / "c.png") > 0


def test_another_thread_gets_a_figure_without_pyplot(tmp_path):
    def train():
        animator = Animator()
        animator.add(1, 2)
        animator.add(2, 3)
        animator.fig.savefig(tmp_path / "c.png")

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert coloured(tmp_path / "c.png") > 0
    assert plt.get_fignums() == []


@pytest.mark.situation("figures: in a headless script, show and savefig work")
def test_a_script_without_a_display_shows_and_saves(tmp_path):
    script = """
        import warnings
        warnings.simplefilter("error")
        from matplotlib import pyplot as plt
        import d2l_local; d2l_local.install_as_d2l()
        from d2l_local.run.progress import Progress
        with Progress(3, 1) as progress:
            for value in (9.0, 8.0, 7.0): progress.update(value, 100)
        assert plt.get_fignums() == [1]
        plt.savefig("curve.png")
        plt.show()
    """
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=True, cwd=tmp_path,
        env=environment | {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert coloured(tmp_path / "curve.png") > 100


# Ground and ink


def ink(path):
    """Return what share of a picture is dark, and the colour of its corner."""
    pixels = plt.imread(path)[:, :, :3]
    return float((pixels.max(axis=2) < 0.5).mean()), pixels[0, 0].tolist()


@pytest.mark.situation("figures: ground and ink go together in a dark style")
@pytest.mark.parametrize("style", ["dark_background", "ggplot", "Solarize_Light2"])
@pytest.mark.parametrize("kind", ["plot", "plot into a figure", "animator"])
def test_the_style_in_use_changes_no_pixel_of_ground_and_ink(tmp_path, style, kind):
    def draw(name):
        if kind == "animator":
            made = Animator("x", "y", legend=["a"])
            made.add(1, 2)
            made.add(2, 1)
        elif kind == "plot":
            plot([1, 2], [3, 4], "x", "y", legend=["a"])
        else:
            plot([1, 2], [3, 4], "x", "y", legend=["a"], axes=plt.figure().gca())
        plt.savefig(tmp_path / name, bbox_inches="tight")
        axes = plt.gca()
        plt.close("all")
        return axes

    plain = draw("plain.png")
    with plt.style.context(style):
        styled = draw("styled.png")
    (share, corner), (styled_share, styled_corner) = (
        ink(tmp_path / name) for name in ("plain.png", "styled.png")
    )
    assert corner == styled_corner == [1, 1, 1]
    assert 0.5 < styled_share / share < 2
    for look in (
        lambda axes: axes.get_facecolor(),
        lambda axes: axes.xaxis.label.get_color(),
        lambda axes: axes.spines["left"].get_edgecolor(),
        lambda axes: axes.get_xticklabels()[0].get_color(),
        lambda axes: axes.get_xticklines()[0].get_color(),
        lambda axes: axes.get_xgridlines()[0].get_color(),
        lambda axes: axes.get_legend().get_frame().get_facecolor()[:3],
        lambda axes: axes.get_legend().get_texts()[0].get_color(),
    ):
        assert to_hex(look(styled)) == to_hex(look(plain))


# Animator: when it draws


@pytest.fixture
def notebook(monkeypatch):
    """A pretended notebook: `now` is its clock, `sent` what is displayed."""

    class Events(list):
        def register(self, event, call):
            self.append((event, call))

        def unregister(self, event, call):
            self.remove((event, call))

        def end_cell(self):
            for _, call in list(self):
                call()

    class Notebook:
        now, sent, events = 0.0, [], Events()

    shell = Notebook()
    shell.sent = []
    monkeypatch.setattr(plotting, "notebook_shell", lambda: shell)
    monkeypatch.setattr(plotting.time, "monotonic", lambda: shell.now)
    monkeypatch.setattr(Animator, "_svg", lambda self, lay_out=True: repr(self.Y))
    monkeypatch.setattr(Animator, "_send", lambda self, *sent: shell.sent.append(sent))
    return shell


def test_the_first_point_is_drawn_and_later_ones_when_it_is_time(notebook):
    animator = Animator(min_interval=0.5)
    for now in (0.0, 0.2, 0.4, 0.6, 0.7):
        notebook.now = now
        animator.add(now, now)
    assert [svg for svg, _ in notebook.sent] == ["[[0.0]]", "[[0.0, 0.2, 0.4, 0.6]]"]
    animator.draw()
    assert notebook.sent[-1][0] == "[[0.0, 0.2, 0.4, 0.6, 0.7]]"


def test_what_was_left_out_is_drawn_once_when_the_cell_ends(notebook):
    animator = Animator()
    for i in range(3):
        animator.add(i, i)
    assert len(notebook.sent) == 1
    notebook.events.end_cell()
    assert [svg for svg, _ in notebook.sent] == ["[[0.0]]", "[[0.0, 1.0, 2.0]]"]
    notebook.events.end_cell()
    assert len(notebook.sent) == 2
    assert notebook.events == []


def test_the_axes_are_fitted_only_where_it_costs_little(notebook, monkeypatch):
    fitted = []
    monkeypatch.setattr(
        Animator, "_svg", lambda self, lay_out=True: fitted.append(lay_out)
    )
    animator = Animator()
    animator.add(1, 1)  # the first drawing
    notebook.now = 1.0
    animator.add(2, 2)  # one of many
    animator.add(3, 3)
    notebook.events.end_cell()
    animator.draw()
    assert fitted == [True, False, True, True]


def test_slow_drawing_is_done_less_often(notebook, monkeypatch):
    def slow(self, lay_out=True):
        notebook.now += 0.1
        return ""

    monkeypatch.setattr(Animator, "_svg", slow)
    animator = Animator(min_interval=0.5)
    for _ in range(100):
        notebook.now += 0.1
        animator.add(1, 1)
    # Ten seconds of work: twenty drawings by the interval, five by the twentieth.
    assert 4 <= len(notebook.sent) <= 6


def test_the_note_is_sent_as_metadata(notebook):
    animator = Animator(note="epoch 1")
    animator.draw()
    animator.note = None
    animator.draw()
    assert [meta.get("d2l_local") for _, meta in notebook.sent] == [
        {"note": "epoch 1"},
        None,
    ]


# In a real notebook


@pytest.fixture(scope="module")
def executed(run_cells):
    """The code cells of a notebook, run by a Jupyter kernel."""
    cells = [
        "from d2l_local.display.plotting import Animator, plot, use_svg_display\n"
        "from d2l_local.display.notebook import notebook_shell\n"
        "assert notebook_shell() is get_ipython()",
        "animator = Animator(xlabel='epoch', note='working', min_interval=60)\n"
        "for i in range(30): animator.add(i, [i * i])\n"
        "animator.note = None",
        "plot([1, 2, 3], [4, 5, 6], xlabel='x')",
        "animator.add(30, [900])",
        "plot([1, 2, 3], [4, 5, 6], xlabel='x')",
        "from matplotlib import pyplot as plt\n"
        "made = Animator()\n"
        "for i in range(3): made.add(i, i)\n"
        "assert plt.gcf() is made.fig\n"
        "plt.savefig('curve.png')\n"
        "plt.gca().set_title('mine')\n"
        "plt.show()",
        "empty = Animator()",
        "made.fig",
        "from IPython.display import clear_output\n"
        "made = Animator()\n"
        "for i in range(3): made.add(i, i); clear_output(wait=True)\n"
        "print('done')",
        "import os; from matplotlib import image\n"
        "pixels = image.imread('curve.png')[:, :, :3]\n"
        "print(int((pixels.max(2) - pixels.min(2) > 0.2).sum()), plt.get_fignums())",
    ]
    return run_cells(cells)


def test_animator_is_one_display_with_all_points_at_the_end(executed):
    (output,) = executed[1].outputs
    assert output.output_type == "display_data"
    assert output.data["text/plain"] == Animator.TEXT
    assert "d2l_local" not in output.metadata  # the note went when the loop dropped it
    assert "ends at 900 (at 30)" in output.metadata["image/svg+xml"]["alt"]
    (path,) = re.findall(r'<path d="([^"]*)" clip-path[^>]*#0072b2', output.data[
        "image/svg+xml"])  # fmt: skip
    assert len(re.findall("[ML]", path)) == 31  # the later cell updated it in place


def test_a_later_cell_updates_the_display_and_shows_none_itself(executed):
    assert executed[3].outputs == []


def test_plot_shows_one_svg_that_is_always_the_same(executed):
    (first,), (second,) = executed[2].outputs, executed[4].outputs
    assert "<dc:date>" not in first.data["image/svg+xml"]
    assert "The curve starts at 4 (at 1)" in first.metadata["image/svg+xml"]["alt"]
    assert first.data["image/svg+xml"] == second.data["image/svg+xml"]


@pytest.mark.situation("figures: a notebook shows one figure, and saves it")
def test_show_and_savefig_in_a_notebook_make_no_second_figure(executed):
    (output,) = executed[5].outputs
    assert output.output_type == "display_data"
    assert "<!-- mine -->" in output.data["image/svg+xml"]
    assert executed[6].outputs == []  # nothing to show yet
    (printed,) = executed[9].outputs
    number, opened = printed.text.split(maxsplit=1)
    assert int(number) > 20 and opened == "[]\n"


def test_a_figure_that_is_named_in_a_later_cell_is_shown_there(executed):
    (copy,) = executed[7].outputs
    assert copy.output_type == "display_data"
    assert "image/svg+xml" in copy.data


@pytest.mark.situation("figures: a curve survives clear_output")
def test_a_curve_survives_the_clearing_of_its_cell(executed):
    printed, figure = executed[8].outputs
    assert printed.text == "done\n"
    assert figure.data["text/plain"] == Animator.TEXT
    (path,) = re.findall(r'<path d="([^"]*)" clip-path[^>]*#0072b2', figure.data[
        "image/svg+xml"])  # fmt: skip
    assert len(re.findall("[ML]", path)) == 3
