"""What a figure shows, in words."""

import math

import matplotlib
import pytest
from matplotlib import pyplot as plt

from d2l_local.display import plotting
from d2l_local.display.words import MOST_CURVES, describe

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def no_figures():
    plt.close("all")
    yield
    plt.close("all")


def test_a_curve_is_told_by_its_ends_and_extremes():
    plotting.plot([1, 2, 3, 4], [3.0, 9.0, 1.0, 2.5], "epoch", "loss", yscale="log")
    assert describe(plt.gcf()) == (
        "1 curve; across epoch, upwards loss on a logarithmic axis. The curve starts "
        "at 3 (at 1) and ends at 2.5 (at 4), lowest 1 (at 3), highest 9 (at 2)."
    )


def test_curves_are_told_by_their_names():
    plotting.plot([0, 1], [[1, 2], [2, 1]], "x", "y", legend=["up", "down"])
    text = describe(plt.gcf())
    assert text.startswith("2 curves; across x, upwards y. Curve 'up' starts at 1")
    assert "Curve 'down' starts at 2 (at 0) and ends at 1 (at 1)." in text
    assert "lowest" not in text and "highest" not in text  # they are the ends


def test_what_is_not_finite_is_left_out():
    plotting.plot([0, 1, 2], [math.nan, 1.0, math.inf])
    assert "The curve is a single point, 1 (at 1)." in describe(plt.gcf())
    plotting.plot([0, 1], [math.nan, math.nan])
    assert "The curve has no finite values." in describe(plt.gcf())


def test_many_curves_are_counted_and_the_first_ones_told():
    plotting.plot([0, 1], [[0, k] for k in range(20)])
    text = describe(plt.gcf())
    assert text.startswith("20 curves") and text.count("starts at") == MOST_CURVES


def test_heat_maps_bars_dots_panels_and_nothing():
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].imshow([[0.0, 1.0, 2.5]])
    axes[0, 1].bar([1, 2, 3], [1, 2, 3])
    axes[1, 0].scatter([1, 2], [3, 4])
    axes[1, 1].pcolormesh([[1.0, 2.0], [3.0, 4.0]])
    text = describe(figure)
    assert "Panel 1: a heat map of 1 by 3 cells from 0 to 2.5" in text
    assert "Panel 2: 3 bars" in text and "Panel 3: 2 dots" in text
    assert "Panel 4: a heat map of 2 by 2 cells from 1 to 4" in text
    assert describe(plt.figure()) == "An empty figure."


def test_colours_are_an_image():
    plt.imshow([[[0, 0, 0], [1, 1, 1]]])
    assert "an image of 1 by 2 pixels" in describe(plt.gcf())
