"""The course as a whole: every section has what a reader expects of it."""

import re

import pytest

from d2l_check.chapters import CHECKS
from tools.book import ROOT, load
from tools.exercise import CHECK
from tools.source import read_all

BOOK = load(ROOT)
SOURCES = read_all(BOOK)
SECTIONS = [s for s in SOURCES if s.document == "chapter" and s.number]
EXERCISES = {s.stem: s for s in SOURCES if s.document == "exercises"}
LINK = re.compile(r"\{doc\}`(?:[^`<]*<)?([a-z0-9-]+)>?`")
ENOUGH = 4  # exercises of a section

EACH = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.stem)


def text(source):
    return "\n\n".join(cell.text for cell in source.cells if cell.kind == "markdown")


def test_the_sections_are_numbered_without_a_gap():
    assert [section.number for section in SECTIONS] == list(range(1, 13))
    others = [s.stem for s in SOURCES if s.document == "chapter" and not s.number]
    pages = ["after", "encoder-decoder", "longer-trainings", "notation", "rosetta"]
    assert others == ["00-index", *pages]


@EACH
def test_a_section_has_goals_a_summary_and_further_reading(section):
    assert len(section.goals) >= 3 and section.needs
    headings = re.findall(r"^## (.*)$", text(section), re.MULTILINE)
    assert headings[-2:] == ["Summary", "Further reading"]


@EACH
def test_a_section_refers_to_others(section):
    assert LINK.search(text(section)), "say what it builds on, or leads to"


@EACH
def test_a_section_runs_in_under_two_minutes(section):
    if section.stem != BOOK.flagship:
        assert all(re.fullmatch("1|2", time) for time in section.runtime.values())


@EACH
def test_each_exercise_has_a_solution_and_a_check_of_its_code(section):
    source = EXERCISES[section.stem]
    for key in BOOK.keys:
        cells = source.cells_for(key)
        numbers = [c for c in cells for _ in re.findall(r"(?m)^## Exercise \d", c.text)]
        assert len(numbers) >= ENOUGH
        starts = [cells.index(cell) for cell in numbers] + [len(cells)]
        for start, stop in zip(starts, starts[1:]):
            part, name = cells[start:stop], cells[start].text.split("\n")[0]
            solved = {cell.kind for cell in part if cell.solution}
            assert "markdown" in solved, f"{key}: {name}: no solution in words"
            checked = any(cell.points for cell in part)
            assert checked == ("code" in solved), f"{key}: {name}: code and check"


def test_every_check_belongs_to_an_exercise_or_to_the_map():
    called = {
        name
        for source in EXERCISES.values()
        for cell in source.cells
        if cell.points
        for name in CHECK.findall(cell.text)
    }
    (index,) = [s for s in SOURCES if s.stem == "00-index"]  # shows how checks answer
    shown = {name for cell in index.cells for name in CHECK.findall(cell.text)}
    assert {check.name for check in CHECKS} - called <= shown


def test_the_map_links_every_page():
    (index,) = [s for s in SOURCES if s.stem == "00-index"]
    linked = set(LINK.findall(text(index)))
    assert {p.stem for p in BOOK.chapter_paths()} - linked == {"00-index"}


def test_the_last_section_is_linked_with_those_that_it_builds_on():
    last = text(SECTIONS[-1])
    wanted = {section.stem for section in SECTIONS if 3 <= section.number <= 11}
    assert wanted - set(LINK.findall(last)) == set()
