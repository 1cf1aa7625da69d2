import copy

import nbformat
import pytest
from nbformat.v4 import new_output

from tests.tools.records import executed
from tools import notebook as nb
from tools.build import build_all
from tools.head import with_language
from tools.pictures import is_drawing


@pytest.fixture
def built(book):
    return build_all(book)


def test_a_rebuild_gives_the_same_bytes(book, built):
    again = build_all(book)
    assert [nb.dumps(i.notebook) for i in built] == [
        nb.dumps(i.notebook) for i in again
    ]


def test_notebooks_are_valid_and_say_where_they_come_from(built):
    for item in built:
        text = nb.dumps(item.notebook)
        assert text.endswith("}\n") and not text.endswith("\n\n")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert notebook.metadata.kernelspec.name == "python3"
        assert notebook.metadata.d2l_local == {
            "source": item.chapter.path,
            "framework": item.framework.key,
        }


def test_ids_are_unique_and_shared_by_frameworks(built):
    torch, mxnet = (
        {cell.source: cell.id for cell in item.notebook.cells} for item in built[:2]
    )
    assert len(set(torch.values())) == len(torch)
    common = set(torch) & set(mxnet)
    assert "For all." in common
    assert all(torch[source] == mxnet[source] for source in common)


def test_equal_cells_get_different_ids(book, edit):
    edit("For all.", "For all.\n\n+++\n\nFor all.")
    ids = [cell.id for cell in build_all(book)[0].notebook.cells]
    assert len(ids) == len(set(ids))


def test_an_id_survives_changes_elsewhere(book, built, edit):
    def id_of(notebook):
        return next(c.id for c in notebook.cells if c.source == "For all.")

    before = id_of(built[0].notebook)
    edit("Only for MXNet.", "Something else.")
    assert id_of(build_all(book)[0].notebook) == before


def test_fast_replacements_stay_in_the_cell(built):
    cell = next(c for c in built[0].notebook.cells if "fast" in c.metadata)
    assert cell.metadata.fast == {"num_epochs = 500": "num_epochs = 5"}


def test_outputs_are_carried_over_when_only_prose_changed(built):
    target = built[0].notebook
    stored = executed(target)
    stored.cells[0].source = "old prose"
    assert nb.carry_outputs(target, stored)
    assert nb.own_cells(target)[2].outputs[0].text == "3\n"
    numbers = [cell.execution_count for cell in nb.code_cells(target)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_new_drawing_takes_no_outputs_away(built):
    target = built[0].notebook
    stored = executed(target)
    before = nb.seal_defects(stored), nb.execution_defects(stored)
    stored.cells = [cell for cell in stored.cells if not is_drawing(cell)]
    for number, cell in enumerate(nb.code_cells(stored), 1):
        cell.execution_count = number
    assert nb.seal_defects(stored) == []  # as it was before the drawing came
    assert nb.carry_outputs(target, stored)
    assert (nb.seal_defects(target), nb.execution_defects(target)) == before == ([], [])


def test_all_outputs_are_dropped_when_any_code_changed(built):
    target = built[0].notebook
    stored = executed(target)
    nb.code_cells(stored)[-1].source += "  # changed"
    assert not nb.carry_outputs(target, stored)
    assert not nb.has_outputs(target)


def test_outputs_are_carried_over_to_another_language_of_the_checks(built):
    target = built[0].notebook
    stored = executed(target)
    first = nb.code_cells(target)[0]
    first.source = with_language(first.source, "ko")
    assert "ko" in first.source
    assert nb.carry_outputs(target, stored) and nb.has_outputs(target)


def test_the_live_note_is_not_stored(built):
    target = built[0].notebook
    stored = executed(target)
    metadata = {"d2l_local": {"note": "epoch 3"}, "kept": 1}
    shown = new_output("display_data", data={"text/plain": "x"}, metadata=metadata)
    nb.code_cells(stored)[0].outputs = [shown]
    nb.carry_outputs(target, stored)
    assert nb.code_cells(target)[0].outputs[0].metadata == {"kept": 1}


def test_defects_of_an_unexecuted_emptied_or_failed_notebook(built):
    good = executed(built[0].notebook)
    assert nb.execution_defects(good) == []
    assert "no code cell has an output" in nb.execution_defects(built[0].notebook)[0]

    no_code = copy.deepcopy(good)
    no_code.cells = [c for c in good.cells if c.cell_type == "markdown"]
    assert nb.execution_defects(no_code)

    not_run = copy.deepcopy(good)
    nb.code_cells(not_run)[1].execution_count = None
    assert "code cell 2 has execution count None" in nb.execution_defects(not_run)[0]

    failed = copy.deepcopy(good)
    nb.code_cells(failed)[0].outputs += [
        new_output("error", ename="ValueError", evalue="", traceback=[]),
        new_output("stream", name="stderr", text="oops"),
    ]
    nb.seal(failed)
    assert len(nb.execution_defects(failed)) == 2
