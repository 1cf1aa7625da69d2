"""Stars and minutes of an exercise, and the points that follow from the stars."""

import pytest

from tools.book import BookError
from tools.build import build_all

EFFORT = ":::{effort} 2\n:minutes: 20\n:::\n"


@pytest.fixture
def exercise(book):
    """A function that writes the exercises of chapter 1, with this below a heading."""

    def write(effort, points=4):
        front = (book.source / "01-sample.md").read_text(encoding="utf-8")
        front = front[: front.index("(sec-idea)=")]
        check = f"```{{code-cell}}\n:points: {points}\n\ncheck.clip(clip)\n```\n"
        text = (
            f"{front}\n## Exercise 1\n\n{effort}\nDo it.\n\n{check if points else ''}"
        )
        folder = book.source / "exercises"
        folder.mkdir(exist_ok=True)
        (folder / "01-sample.md").write_text(text, encoding="utf-8")
        [notebook] = [
            item.notebook
            for item in build_all(book)
            if (item.edition.kind, item.framework.key) == ("solutions", "pytorch")
        ]
        return "\n\n".join(cell.source for cell in notebook.cells)

    return write


@pytest.fixture(autouse=True)
def without_goals_that_refer(edit):
    edit("follow {ref}`sec-idea`", "follow")


def test_stars_and_minutes_stand_below_the_heading(exercise):
    assert "## Exercise 1\n\n★★☆ · about 20 minutes\n\nDo it." in exercise(EFFORT)


def test_an_exercise_without_checks_has_stars_too(exercise):
    assert "★★★ · about 90 minutes" in exercise(
        EFFORT.replace("2\n", "3\n", 1).replace("20", "90"), points=0
    )


@pytest.mark.parametrize(
    ("effort", "points", "message"),
    [
        (EFFORT, 2, "give 2 points in pytorch, but 2 stars stand for 4"),
        (EFFORT.replace("{effort} 2", "{effort} 4"), 4, "needs 1, 2 or 3 stars"),
        (EFFORT.replace("{effort} 2", "{effort}"), 4, "needs 1, 2 or 3 stars"),
        (EFFORT.replace("20", "a while"), 4, "needs ':minutes:', a whole number"),
        (EFFORT + "\n" + EFFORT, 4, "a second {effort} of one exercise"),
        (EFFORT.replace("20\n", "20\nWords.\n"), 4, "holds nothing but ':minutes:'"),
        (EFFORT.replace(":minutes:", ":hours:"), 4, "unknown options hours"),
    ],
)
def test_an_effort_that_says_nothing_right_is_refused(
    exercise, effort, points, message
):
    with pytest.raises(BookError, match=r"exercises/01-sample\.md:\d+: ") as error:
        exercise(effort, points)
    assert message in str(error.value)
