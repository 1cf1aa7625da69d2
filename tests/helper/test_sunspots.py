"""The monthly sunspot numbers that come with the package."""

from importlib.resources import files

import numpy as np
import pytest

from d2l_local.text.sources import EMBEDDED

DATA = files("d2l_local").joinpath("data")
# Published yearly numbers, of the same series.
YEARLY = {1778: 154.4, 1801: 34.0, 1810: 0.0, 1870: 139.1, 1913: 1.4, 1957: 190.2}


@pytest.fixture(scope="module")
def table():
    return np.loadtxt(DATA.joinpath("sunspots.tsv").read_text("utf-8").splitlines())


def test_there_is_a_line_for_each_year_and_no_gap(table):
    assert table.shape == (235, 13)
    assert (table[:, 0] == np.arange(1749, 1984)).all()


def test_the_values_have_the_mean_and_the_quartiles_that_are_known(table):
    months = table[:, 1:].ravel()
    assert months.mean() == pytest.approx(51.265957, abs=1e-6)
    quartiles = np.percentile(months, (0, 25, 50, 75, 100))
    assert quartiles.tolist() == pytest.approx([0, 15.7, 42, 74.925, 253.8])
    assert table[1957 - 1749, 10] == 253.8  # October 1957


@pytest.mark.parametrize(("year", "number"), YEARLY.items())
def test_a_year_has_its_published_average(table, year, number):
    assert table[year - 1749, 1:].mean() == pytest.approx(number, abs=0.5)


def test_they_are_no_text_and_their_source_is_named():
    assert "sunspots" not in EMBEDDED
    readme = DATA.joinpath("README.md").read_text("utf-8")
    assert "`sunspots.tsv`" in readme and "Andrews" in readme
