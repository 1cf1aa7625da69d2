"""The display of a training, in a terminal and in a notebook."""

import io
import math
import re
import sys
from pathlib import Path

import pytest

from d2l_local.display.plotting import Animator
from d2l_local.run import progress as module
from d2l_local.run.progress import Progress, TrainingDiverged, perplexity

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """A stderr that says whether it is a terminal, and keeps what is written."""

    def __init__(self, isatty):
        super().__init__()
        self._isatty = isatty

    def isatty(self):
        return self._isatty


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until `clock.now` is set."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(module.time, "monotonic", lambda: Clock.now)
    return Clock


# Perplexity


@pytest.mark.parametrize(
    ("loss", "expected"), [(0, 1), (math.log(28), 28), (-1, 0.36788)]
)
def test_perplexity_is_the_exponential_of_the_mean_loss(loss, expected):
    assert perplexity(loss) == pytest.approx(expected, rel=1e-4)


def test_perplexity_beyond_the_floats_is_infinite():
    assert perplexity(1e4) == math.inf
    assert perplexity(math.inf) == math.inf


def test_perplexity_of_nan_is_nan():
    assert math.isnan(perplexity(math.nan))


# The loop over epochs


@pytest.mark.parametrize("num_epochs", [0, -5])
def test_fewer_epochs_than_one_are_refused(num_epochs):
    with pytest.raises(
        ValueError, match=f"num_epochs must be at least 1, got {num_epochs}"
    ):
        Progress(num_epochs, 1)


def test_it_keeps_the_epoch_and_its_value():
    with Progress(3, 1) as progress:
        progress.update(9.0, 1000)
        progress.update(7.0, 1000)
    assert (progress.epoch, progress.value) == (2, 7.0)


def test_another_measure_is_named_everywhere():
    with Progress(2, 0.5, "loss", 3) as progress:
        progress.update(0.1234, 1000)
        assert progress._curve.note.startswith("epoch 1/2, loss 0.123, ")
        assert progress._curve._look[1] == "loss"
        assert progress._bar.postfix == "loss 0.123"
        with pytest.raises(TrainingDiverged, match="^loss is nan in epoch 2 at"):
            progress.update(math.nan, 1000)


def test_speed_is_tokens_over_time_and_so_the_harmonic_mean():
    with Progress(3, 1) as progress:
        assert math.isnan(progress.speed)
        # The same 1000 tokens in 1 s and in 4 s: 2000 tokens in 5 s.
        progress.update(9.0, 1000)
        progress.update(8.0, 250)
    assert progress.speed == pytest.approx(400)


def test_the_status_has_epoch_perplexity_speed_and_time_left(clock):
    with Progress(10, 1) as progress:
        clock.now += 60
        for _ in range(4):
            progress.update(3.14159, 12345.6)
        # 4 epochs took 60 s, so 6 more take 90 s.
        assert progress._status() == (
            "epoch 4/10, perplexity 3.14, 12,346 tokens/sec, 1:30 left"
        )


def test_seconds_left_are_never_rounded_up_to_sixty(clock):
    with Progress(2, 1) as progress:
        clock.now += 59.7
        progress.update(3.0, 10)
        left = re.search(r"(\d+):(\d\d) left", progress._status())
    assert int(left[2]) < 60
    assert int(left[1]) * 60 + int(left[2]) in (59, 60)


# What goes wrong


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_divergence_names_value_epoch_rate_and_remedy(value):
    with pytest.raises(TrainingDiverged) as error, Progress(5, 2) as progress:
        progress.update(9.0, 100)
        progress.update(value, 100)
    message = str(error.value)
    for part in (
        f"perplexity is {value}",
        "in epoch 2",
        "learning rate 2",
        "smaller learning rate (0.2, say)",
        "clipped",
        "newly initialised model",
    ):
        assert part in message


def test_divergence_is_an_arithmetic_error():
    assert issubclass(TrainingDiverged, ArithmeticError)


def test_a_large_but_finite_perplexity_goes_on():
    with Progress(2, 1) as progress:
        progress.update(1e300, 100)
    assert progress.epoch == 1


def test_an_interrupt_says_what_is_left_and_goes_on_to_the_caller(capsys):
    with pytest.raises(KeyboardInterrupt), Progress(50, 1) as progress:
        progress.update(9.0, 100)
        progress.update(8.0, 100)
        raise KeyboardInterrupt
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("interrupted after epoch 2 of 50: ")
    assert "keeps what it has learned" in line


def test_another_error_passes_without_a_word(capsys):
    with pytest.raises(ZeroDivisionError), Progress(5, 1):
        raise ZeroDivisionError
    assert capsys.readouterr().out == ""


def test_a_full_run_prints_nothing(capsys):
    with Progress(1, 1) as progress:
        progress.update(9.0, 100)
    assert capsys.readouterr() == ("", "")


# In a terminal


def test_a_terminal_gets_a_bar_with_the_perplexity(monkeypatch):
    stderr = Terminal(isatty=True)
    monkeypatch.setattr(sys, "stderr", stderr)
    with Progress(4, 1) as progress:
        for value in (9.0, 8.0, 7.25):
            progress._bar.mininterval = 0
            progress.update(value, 100)
        progress._bar.refresh()
    assert "3/4" in stderr.getvalue()
    assert "perplexity 7.25" in stderr.getvalue()
    assert "epoch" in stderr.getvalue()


def test_a_finished_bar_is_taken_away(monkeypatch):
    stderr = Terminal(isatty=True)
    monkeypatch.setattr(sys, "stderr", stderr)
    with Progress(1, 1) as progress:
        progress.update(9.0, 100)
    assert re.search(r"\r +\r$", stderr.getvalue())


def test_a_log_file_gets_no_bar(monkeypatch):
    stderr = Terminal(isatty=False)
    monkeypatch.setattr(sys, "stderr", stderr)
    with Progress(4, 1) as progress:
        progress.update(9.0, 100)
        progress._bar.refresh()
    assert stderr.getvalue() == ""


# The curve


def test_the_curve_is_the_axes_of_perplexity_over_all_epochs(monkeypatch):
    seen = {}

    class Recorder(Animator):
        def __init__(self, **options):
            seen.update(options)
            super().__init__(**options)

    monkeypatch.setattr(module, "Animator", Recorder)
    with Progress(30, 1):
        pass
    assert (seen["xlabel"], seen["ylabel"]) == ("epoch", "perplexity")
    assert seen["xlim"] == [1, 30]


def test_a_short_run_has_a_point_for_each_epoch():
    with Progress(5, 1) as progress:
        for epoch in range(5):
            progress.update(10.0 - epoch, 100)
    assert progress._curve.X == [[1, 2, 3, 4, 5]]
    assert progress._curve.Y == [[10, 9, 8, 7, 6]]


def test_a_long_run_has_about_fifty_points_with_the_first_and_the_last():
    with Progress(500, 1) as progress:
        for epoch in range(500):
            progress.update(500.0 - epoch, 100)
    (x,), (y,) = progress._curve.X, progress._curve.Y
    assert x == [1, *range(10, 501, 10)]
    assert y[-1] == 1.0


def test_note_and_bar_follow_the_epoch_and_go_at_the_end():
    with Progress(4, 1) as progress:
        progress.update(9.0, 100)
        assert progress._curve.note.startswith("epoch 1/4, perplexity 9.00")
        assert progress._curve.progress == 0.25
    assert progress._curve.note is None
    assert progress._curve.progress is None


@pytest.fixture(scope="module")
def executed(run_cells):
    """The cells of a notebook that trains: to the end, diverged, interrupted twice."""
    cells = [
        "from d2l_local.run.progress import Progress",
        "with Progress(20, 1) as progress:\n"
        "    for epoch in range(20): progress.update(20.0 - epoch, 100)",
        "with Progress(20, 1) as progress:\n"
        "    for value in (9.0, 8.0, float('nan')): progress.update(value, 100)",
        "with Progress(20, 1) as progress:\n"
        "    for epoch in range(3): progress.update(20.0 - epoch, 100)\n"
        "    raise KeyboardInterrupt",
        "with Progress(20, 1) as progress: raise KeyboardInterrupt",
        "with Progress(1, 1) as progress: progress.update(9.0, 100)",
    ]
    return run_cells(cells, allow_errors=True)


def points(output):
    """Count the points on the curve of a display."""
    svg = output.data["image/svg+xml"]
    (path,) = re.findall(r'<path d="([^"]*)" clip-path[^>]*#0072b2', svg)
    return len(re.findall("[ML]", path))


def test_a_notebook_gets_one_figure_and_no_bar_of_characters(executed):
    (output,) = executed[1].outputs
    assert output.output_type == "display_data"
    assert points(output) == 20
    assert list(output.metadata) == ["image/svg+xml"]  # no status line stays
    alt = output.metadata["image/svg+xml"]["alt"]
    assert alt.endswith("Curve 'train' starts at 20 (at 1) and ends at 1 (at 20).")


def test_a_notebook_sees_the_curve_up_to_the_divergence(executed):
    figure, error = executed[2].outputs
    assert points(figure) == 2
    assert error.ename == "TrainingDiverged"


@pytest.mark.situation("first steps: interrupting a training leaves no long traceback")
def test_a_notebook_sees_the_curve_up_to_the_interrupt(executed):
    figure, line, error = executed[3].outputs
    assert points(figure) == 3
    assert line.text.startswith("interrupted after epoch 3 of 20: ")
    assert error.ename == "KeyboardInterrupt"
    assert error.traceback == ["KeyboardInterrupt"]


def test_an_interrupt_before_the_first_epoch_draws_no_empty_figure(executed):
    line, error = executed[4].outputs
    assert line.text.startswith("interrupted after epoch 0 of 20: ")
    assert error.ename == "KeyboardInterrupt"


def test_the_status_line_goes_even_after_a_single_drawing(executed):
    (output,) = executed[5].outputs
    assert list(output.metadata) == ["image/svg+xml"]
