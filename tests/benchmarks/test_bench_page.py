"""Tables, figures and the pages that hold them."""

import xml.etree.ElementTree as ET

import pytest

from benchmarks import page, plot, table
from benchmarks.page import BEGIN, END, PageError

HEAD = ["", "PyTorch", "TensorFlow", "MXNet"]


def cells(rows, name):
    """The cells of a row by its first one."""
    (found,) = [row[1:] for row in rows if row[0] == name]
    return found


def test_speeds_and_paired_ratios(results):
    rows = table.speed_rows(results)
    # ours 10,000 tokens/sec; classic 5,000 in one round, two thirds of it in the other
    assert cells(rows, "`d2l_local`, tokens/sec")[0] == "10,000 (10,000–10,000)"
    assert cells(rows, "`d2l` 0.17.6, tokens/sec")[0] == "4,167 (3,333–5,000)"
    assert cells(rows, "times as fast")[0] == "**2.50** (2.00–3.00)"


def test_a_missed_target_is_called_missed(results):
    assert cells(table.speed_rows(results), "target") == [
        "1.5 met",
        "3.5 met",
        "2.3 met",
    ]
    for job in results.data["units"]["pair-mxnet-2"]:
        job["epochs"]["end"] = [5, 5.4, 5.8]
    assert cells(table.speed_rows(results), "target")[2] == "2.3 **missed**"


def test_details(results):
    rows = table.detail_rows(results)
    assert cells(rows, "peak memory, MiB") == ["400 → 300"] * 3
    assert cells(rows, "import, seconds") == ["2.0 → 1.0"] * 3
    by_hand = cells(rows, "times as fast, classic threads set by hand")
    assert by_hand == [table.ABSENT, table.ABSENT, "**1.00** (1.00–1.00)"]
    # of the classic run's two epochs, and of ours in the same epoch
    assert cells(rows, "perplexity after as many epochs")[0] == "5.00 → 1.04 (2)"
    # 10,000 tokens/sec of 4.93 MFLOP are 49.3 GFLOP/s, of 99
    products = cells(rows, "share of the machine's matrix products")
    assert products[0].endswith("→ 50%")


def test_learning_says_when_it_was_reached_and_when_it_stayed(results):
    rows = table.learning_rows(results)
    # 5 seconds for the first epoch and 0.1 for the second
    assert cells(rows, "SGD, lr 2")[0] == "epoch 2, 5 s; stays from 4"
    assert cells(rows, "Adam, lr 0.005")[0] == "not in 3 (1.30)"


def test_memory_that_grows_is_not_flat(results):
    steps = (1, 2)
    assert table.memory_rows(results, steps)[-1] == ["flat", "yes", "yes", "yes"]
    memory = results.data["units"]["memory-torch"][0]["epochs"]["memory"]
    memory[:] = [100, 150, 200]
    per_epoch = 1000 // (8 * 10)
    rows = table.memory_rows(results, (per_epoch, 3 * per_epoch))
    assert rows[-1] == ["flat", "**no**", "yes", "yes"]
    assert [row[1] for row in rows[:2]] == ["100.0", "200.0"]


def test_sizes_are_named_by_what_is_different(results):
    rows = table.scaling_rows(results)
    assert [row[0] for row in rows] == ["headline job", "64 units", "on 1 core"]
    assert rows[0][1:] == ["10,000", "5,000", "5,000"]


def test_markdown_has_a_rule_and_equal_rows(results):
    lines = table.markdown(HEAD, table.speed_rows(results)).split("\n")
    assert lines[1] == "| --- | ---: | ---: | ---: |"
    assert {line.count("|") for line in lines} == {5}


def test_without_the_classic_helper_the_page_says_so(alone):
    text = page.long(alone)
    assert "could not be installed" in text
    assert "times as fast |" not in text and "`d2l_local`, tokens/sec" in text
    assert "classic" not in plot.speed(alone)


def test_a_smoke_run_is_called_one(results):
    assert "smoke run" not in page.long(results)
    results.data["mode"] = "quick"
    assert "smoke run" in page.long(results)


@pytest.mark.parametrize("draw", [plot.speed, plot.learning])
def test_figures_are_svg_with_a_light_ground_and_words_for_the_blind(results, draw):
    root = ET.fromstring(draw(results))
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text and root.find(f"{space}desc").text
    assert root.find(f"{space}rect").get("fill") == "#ffffff"


def test_nothing_is_drawn_outside_a_figure(results):
    for draw in (plot.speed, plot.learning):
        root = ET.fromstring(draw(results))
        width, height = float(root.get("width")), float(root.get("height"))
        for shape in root.iter("{http://www.w3.org/2000/svg}line"):
            for name, most in (("x1", width), ("x2", width), ("y1", height)):
                assert 0 <= float(shape.get(name)) <= most


@pytest.mark.parametrize(
    ("longest", "marks"),
    [(5, [0, 1, 2, 3, 4, 5]), (62, [0, 20, 40, 60]), (0.9, [0, 0.2, 0.4, 0.6, 0.8])],
)
def test_ticks_are_round_and_few(longest, marks):
    assert plot.ticks(longest) == pytest.approx(marks)


def test_bars_are_as_long_as_their_figures(results):
    root = ET.fromstring(plot.speed(results))
    bars = [
        float(rect.get("width"))
        for rect in root.iter("{http://www.w3.org/2000/svg}rect")
        if float(rect.get("height")) == plot.BAR
    ]
    assert len(bars) == 6
    # PyTorch: 4,167 and 10,000 tokens/sec
    assert bars[0] / bars[1] == pytest.approx(0.4167, abs=0.005)


def test_a_block_is_placed_between_its_markers():
    before = f"a\n{BEGIN}\nold\n{END}\nz"
    after = page.placed(before, "new", "x.md")
    assert after == f"a\n{BEGIN}\n\nnew\n\n{END}\nz"
    assert page.placed(after, "new", "x.md") == after


@pytest.mark.parametrize("text", ["none", f"{BEGIN}", f"{END} {BEGIN}", f"{BEGIN}" * 2])
def test_a_page_without_its_markers_is_named(text):
    with pytest.raises(PageError, match="x.md"):
        page.placed(text, "new", "x.md")


@pytest.fixture
def root(tmp_path, results):
    (tmp_path / "benchmarks").mkdir()
    for path in (tmp_path / "README.md", tmp_path / "benchmarks" / "README.md"):
        path.write_text(f"words\n\n{BEGIN}\n{END}\n")
    page.write(page.generated(tmp_path, results))
    return tmp_path


def test_what_has_just_been_written_is_fresh(root, results):
    assert page.stale(root, results) == []


@pytest.mark.parametrize(
    "name",
    ["README.md", "benchmarks/README.md", "benchmarks/speed.svg"],
)
def test_other_results_make_files_stale(root, results, name):
    for pair in results.pairs("mxnet"):
        pair.ours["epochs"]["end"] = [5, 5.05, 5.1]
    messages = page.stale(root, results)
    assert f"stale: {name}; run `make bench-tables`" in messages


def test_a_number_changed_by_hand_is_found(root, results):
    path = root / "README.md"
    path.write_text(path.read_text().replace("10,000 (", "20,000 (", 1))
    assert page.stale(root, results) == ["stale: README.md; run `make bench-tables`"]


def test_a_missing_figure_is_found(root, results):
    (root / "benchmarks" / "learning.svg").unlink()
    assert len(page.stale(root, results)) == 1
