"""Exercises: take solutions out of cells, and mark cells for nbgrader.

Solutions stand between `### BEGIN SOLUTION` and `### END SOLUTION`, as nbgrader
has it, so that a solution notebook is at the same time the source of an nbgrader
assignment, and the exercise notebook what nbgrader would release of it.
"""

from __future__ import annotations

import re

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
CHECK = re.compile(r"check\.(\w+)\(")


def has_solution(code: str) -> bool:
    return BEGIN in code or END in code


def without_solution(code: str) -> str:
    """Return code with each solution replaced by a stub that raises.

    Raises ValueError if the marks don't come in pairs.
    """
    result: list[str] = []
    inside = False
    for line in code.split("\n"):
        if line.strip() in (BEGIN, END):
            if inside == (line.strip() == BEGIN):
                raise ValueError(f"{line.strip()!r} without its counterpart")
            inside = not inside
            if inside:
                indent = line[: len(line) - len(line.lstrip())]
                result += [indent + stub for stub in STUB]
        elif not inside:
            result.append(line)
    if inside:
        raise ValueError(f"{BEGIN!r} without its counterpart")
    return "\n".join(result)


def check_name(code: str) -> str:
    """Return the name of the one check that a cell calls; refuse none or several."""
    names = CHECK.findall(code)
    if len(names) != 1:
        raise ValueError(
            f"a cell with points must call one check.name(...), found {len(names)}"
        )
    return names[0]


def answer_mark(number: int) -> dict:
    """Return nbgrader's metadata of the `number`-th cell for the learner's code."""
    return _mark(f"answer-{number}", solution=True)


def explanation_mark(number: int) -> dict:
    """Return nbgrader's metadata of the `number`-th answer in words: for teachers to
    grade, without points until they give it some."""
    return _mark(f"explanation-{number}", solution=True, grade=True, points=0)


def check_mark(code: str, points: int) -> dict:
    """Return nbgrader's metadata of a check; its id survives changes elsewhere."""
    name = check_name(code).replace("_", "-")
    return _mark(f"check-{name}", grade=True, locked=True, points=points)


def _mark(grade_id: str, **values) -> dict:
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"schema_version": 3, "grade_id": grade_id, **plain, **values}
