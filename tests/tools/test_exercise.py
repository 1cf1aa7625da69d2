"""Exercise and solution notebooks: built from one source, marked for nbgrader."""

import pytest

from tools.book import ROOT, BookError, load
from tools.build import build_all
from tools.exercise import without_solution

NAME = "exercises/01-sample.md"
STUB = '''def add(a, b):
    """The sum of two numbers."""
    # YOUR CODE HERE
    raise NotImplementedError()'''


def build(book, kind, framework="pytorch"):
    for item in build_all(book):
        edition = item.edition
        if (edition.kind, edition.framework.key) == (kind, framework):
            return item
    raise AssertionError(f"no notebook {kind} {framework}")


def sources(item):
    return [cell.source for cell in item.notebook.cells]


def marks(item):
    found = [cell.metadata.get("nbgrader") for cell in item.notebook.cells]
    return {mark["grade_id"]: mark for mark in found if mark}


def test_notebooks_stand_beside_their_chapter(book):
    places = [book.relative(item.path) for item in build_all(book)]
    for framework in ("pytorch", "mxnet"):
        for kind in ("exercises", "solutions"):
            assert f"notebooks/{framework}/{kind}/01-sample.ipynb" in places


def test_exercises_have_a_stub_and_solutions_the_code(book):
    assert STUB in sources(build(book, "exercises"))
    solution = "\n".join(sources(build(book, "solutions")))
    assert "### BEGIN SOLUTION\n    total = a" in solution
    assert "total" not in "\n".join(sources(build(book, "exercises")))


def test_an_answer_in_words_becomes_a_field_to_fill_in(book):
    assert sources(build(book, "exercises"))[-1] == "YOUR ANSWER HERE"
    assert sources(build(book, "solutions"))[-1].startswith("Because [Exercise 1: add]")


def test_answers_that_follow_one_another_share_one_field(book):
    text = sources(build(book, "solutions", "mxnet"))[-1]
    assert text.startswith("Because [") and text.endswith("\n\nIn MXNet too.")
    fields = sources(build(book, "exercises", "mxnet"))
    assert fields.count("YOUR ANSWER HERE") == 1


def test_a_solution_must_end_before_the_next_heading(book, edit):
    edit("In MXNet too.", "In MXNet too.\n\n## Exercise 2", NAME)
    with pytest.raises(BookError, match="01-sample.md.*a heading inside a solution"):
        build_all(book)


def test_exercises_and_solutions_have_the_same_headings():
    def headings(item):
        text = "\n".join(sources(item)[1:])
        return [line for line in text.split("\n") if line.startswith("## ")]

    found = {
        (item.chapter.stem, item.framework.key, item.edition.kind): headings(item)
        for item in build_all(load(ROOT), languages=())
        if item.edition.kind != "chapter"
    }
    for (stem, key, kind), each in found.items():
        assert each == found[stem, key, "solutions"], (stem, key, kind)
        assert len(each) >= 5  # the set-up and the exercises
    assert len(found["12-deep-rnn", "mxnet", "exercises"]) >= 9


def test_links_lead_into_the_same_kind_and_back_to_the_chapter(book):
    text = "\n".join(sources(build(book, "solutions")))
    assert "[Exercise 1: add](#Exercise-1:-add)" in text
    assert "- [The Idea of `x`](../01-sample.ipynb#The-Idea-of-x)" in text
    assert "as (E1.1) says" in text


def test_heads_link_chapter_exercises_and_solutions(book):
    chapter = build(book, "chapter").notebook.cells[0].source
    assert "[the exercises](exercises/01-sample.ipynb)" in chapter
    assert "[the solutions](solutions/01-sample.ipynb)" in chapter
    head = build(book, "exercises").notebook.cells[0].source
    assert head.startswith("# 1. A Sample: exercises (PyTorch)\n")
    assert "[the chapter](../01-sample.ipynb)" in head
    assert "[the solutions](../solutions/01-sample.ipynb)" in head
    assert "[MXNet](../../mxnet/exercises/01-sample.ipynb)" in head
    assert "blob/main/notebooks/pytorch/exercises/01-sample.ipynb" in head


def test_a_chapter_without_exercises_links_none(book):
    heads = [i.notebook.cells[0].source for i in build_all(book)]
    alone = next(head for head in heads if head.startswith("# 2. Next"))
    assert "the exercises" not in alone


def test_marks_are_those_of_nbgrader(book):
    for kind in ("exercises", "solutions"):
        found = marks(build(book, kind))
        assert list(found) == ["answer-1", "check-add", "explanation-1"]
        assert found["check-add"]["points"] == 2 and found["check-add"]["locked"]
        assert found["answer-1"]["solution"] and not found["answer-1"]["grade"]


def test_exercises_are_never_executed_and_keep_no_outputs(book):
    assert not build(book, "exercises").edition.runs
    assert build(book, "solutions").edition.runs


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", "without its counterpart"),
        (":points: 2\ncheck.add(add)", ":points: 2\nadd(1, 2)", "one check.name"),
        (":points: 2", ":points: many", "whole number above 0"),
        (":points: 2", ":tags: [solution]", "the tag 'solution' is for text"),
    ],
)
def test_a_mistake_in_an_exercise_is_named_with_its_line(book, edit, old, new, message):
    edit(old, new, NAME)
    with pytest.raises(BookError, match=rf"exercises/01-sample.md:\d+: .*{message}"):
        build_all(book)


def test_points_in_a_chapter_are_refused(book, edit):
    edit("```{code-cell}\nprint(", "```{code-cell}\n:points: 1\ncheck.it()\nprint(")
    with pytest.raises(BookError, match="belong into source/exercises"):
        build_all(book)


def test_exercises_without_a_chapter_are_refused(book):
    path = book.source / NAME
    text = path.read_text().replace("number: 1", "number: 3")
    (path.parent / "03-lost.md").write_text(text)
    with pytest.raises(BookError, match="there is no chapter source/03-lost.md"):
        build_all(book)


@pytest.mark.parametrize(
    "code",
    [
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "### END SOLUTION",
        "### BEGIN SOLUTION",
    ],
)
def test_unpaired_marks_are_refused(code):
    with pytest.raises(ValueError, match="without its counterpart"):
        without_solution(code)
