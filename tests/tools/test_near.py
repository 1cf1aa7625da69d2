"""How near a fresh output must be to a stored one, where it may differ."""

import copy

import pytest
from nbformat.v4 import new_output

from tests.tools.records import executed
from tests.tools.test_source import chapter, code
from tools import notebook as nb
from tools.book import ROOT, BookError, load
from tools.build import build_all
from tools.near import check_near, differences, text_differences
from tools.source import NOT_COMPARED, read_all

TABLE = (
    "layer  weights  perplexity  tokens/sec\nGRU     42,240        5.23      26,009\n"
)
NEAR = {"margin": 0.1, "free": [r"(?m) [\d,]+$"]}
BOOK = load(ROOT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5.23", "5.70"),  # within a tenth
        ("5.23", "4.75"),
        ("26,009", "310,044"),  # free
        ("        5.23", " 5.23"),  # another width
    ],
)
def test_what_may_differ_does(old, new):
    assert text_differences(TABLE, TABLE.replace(old, new), NEAR) == []


@pytest.mark.situation("nbval: a falsified number in a table that isn't compared")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5.23", "5.90"),
        ("5.23", "2.5"),
        ("5.23", "5"),
        ("5.23", "-5.23"),
        ("5.23", "nan"),
        ("42,240", "42,241"),  # whole numbers are equal
        ("GRU", "LSTM"),
        ("perplexity", "accuracy"),
        ("26,009", "fast"),  # no longer of the form that is free
        ("GRU     42,240        5.23      26,009\n", ""),
        ("GRU", "GRU\nGRU"),
    ],
)
def test_what_must_not_differ_is_named(old, new):
    assert text_differences(TABLE, TABLE.replace(old, new), NEAR) != []
    assert text_differences(TABLE.replace(old, new), TABLE, NEAR) != []


def test_rounding_is_no_difference_but_without_a_margin_all_is_equal():
    assert text_differences("0.04", "0.05", {"margin": 0.01}) == []
    assert text_differences("0.04", "0.06", {"margin": 0.01}) != []
    assert text_differences("0.04", "0.05", {"free": ["x"]}) != []


def test_outputs_are_of_the_same_kinds():
    text = new_output("stream", name="stdout", text="a")
    result = new_output("execute_result", data={"text/plain": "a"})
    assert differences([text], [text], NEAR) == []
    for other in ([], [result], [text, result]):
        assert "stored are stdout, fresh are" in differences([text], other, NEAR)[0]


@pytest.mark.parametrize(
    ("near", "message"),
    [
        ("", "near must be such as"),
        ({}, "near must be such as"),
        ({"margins": 0.1}, "near must be such as"),
        ({"margin": "0.1"}, "margin must be a number, but is '0.1'"),
        ({"margin": True}, "margin must be a number"),
        ({"margin": 10}, "margin is a proportion between 0 and 1, but is 10"),
        ({"free": "[a-z]"}, "free must be a list"),
        ({"free": [1]}, "1 isn't a text"),
        ({"free": ["[a-z"]}, "isn't a regular expression"),
        ({"free": ["[a-z]*"]}, "matches nothing at all"),
    ],
)
def test_a_malformed_option_is_named(near, message):
    with pytest.raises(ValueError) as caught:
        check_near(near)
    assert message in str(caught.value)


@pytest.mark.situation("nbval: a cell whose output isn't compared says what may differ")
@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code(f":tags: [{NOT_COMPARED}]"), "go together"),
        (code(':near: {"margin": 0.1}'), "go together"),
        (code(f":tags: [{NOT_COMPARED}]", ':near: {"free": ["("]}'), "regular expr"),
        (
            f'\n+++ {{"tags": ["{NOT_COMPARED}"], "near": {{"margin": 0.1}}}}\n\na\n',
            "only",
        ),
        (code(text="# NBVAL_IGNORE_OUTPUT\na = 1"), "the comment NBVAL_IGNORE_OUTPUT"),
        (code(text="#PYTEST_VALIDATE_IGNORE_OUTPUT"), "the comment PYTEST_VALIDATE"),
    ],
)
def test_a_cell_can_not_slip_out_of_the_comparison(cell, message):
    with pytest.raises(BookError, match=r"source/03-x.md:\d+: .*" + message):
        chapter(cell)


def uncompared():
    return [
        (source, cell)
        for source in read_all(BOOK)
        for cell in source.cells
        if NOT_COMPARED in cell.tags
    ]


def outputs_of(source, cell):
    """The stored outputs of a source's cell, in each framework that it belongs to."""
    kind = "" if source.document == "chapter" else "solutions"
    for key in sorted(cell.frameworks):
        path = BOOK.notebooks / BOOK.framework(key).folder / kind
        notebook = nb.read(path / f"{source.stem}.ipynb")
        [found] = [c for c in nb.code_cells(notebook) if c.source == cell.text]
        yield found.outputs


def falsified(outputs):
    """The outputs with a digit more in the first number with a decimal point."""
    changed = copy.deepcopy(outputs)
    printed = next(output for output in changed if output.output_type == "stream")
    printed.text = printed.text.replace(".", "9.", 1)
    return changed


@pytest.mark.situation("nbval: each cell that isn't compared, and its planted change")
def test_a_margin_of_the_book_lets_pass_what_is_stored_and_no_other_number():
    cells = uncompared()
    assert len(cells) >= 14
    for source, cell in cells:
        for outputs in outputs_of(source, cell):
            assert outputs and differences(outputs, outputs, cell.near) == []
            assert differences([], outputs, cell.near) != []  # stripped
            if "margin" in cell.near:
                assert differences(falsified(outputs), outputs, cell.near) != []
            else:  # a text of a network: longer, or of other characters
                longer = copy.deepcopy(outputs)
                text = longer[0].get("data", longer[0])
                name = "text/plain" if "data" in longer[0] else "text"
                text[name] = f"{text[name]}\nMore!"
                assert differences(longer, outputs, cell.near) != []


@pytest.mark.situation("nbval: an output edited by hand, whatever it is")
def test_outputs_that_were_edited_or_stripped_break_the_seal(book):
    notebook = executed(build_all(book)[0].notebook)
    assert nb.execution_defects(notebook) == []
    for change in ("text", "count", "strip one", "strip all", "unsealed"):
        copied = copy.deepcopy(notebook)
        cells = nb.own_cells(copied)
        if change == "text":
            cells[1].outputs[0].text = "3\n"
        elif change == "count":
            cells[1].execution_count = 7
        elif change == "unsealed":
            del copied.metadata["d2l_local"][nb.SEAL]
        for cell in cells if change == "strip all" else cells[-1:]:
            if change.startswith("strip"):
                cell.outputs, cell.execution_count = [], None
        assert nb.seal_defects(copied) != [], change
        assert nb.execution_defects(copied) != [], change
