"""How much work an exercise is: stars, minutes, and points that follow from the stars.

    :::{effort} 2
    :minutes: 20
    :::

stands below the heading of an exercise. If the exercise has checks, they must give two
points for each star.
"""

from __future__ import annotations

from tools.myst import Block, Where, blocks
from tools.source import Cell, Chapter
from tools.wording import Wording

MOST_STARS = 3
POINTS = 2  # for each star


def effort_in(cell: Cell) -> Block | None:
    """Return the effort that a Markdown cell states, or None; refuse a second one."""
    where = Where(cell.path, cell.line)
    found = [block for block in blocks(cell.text, where) if block.name == "effort"]
    if len(found) > 1:
        raise where.error(found[1].start, "a second {effort} of one exercise")
    return found[0] if found else None


def check_points(chapter: Chapter, frameworks: tuple[str, ...]) -> None:
    """Raise BookError where the checks of an exercise give other points than its stars.

    An exercise goes from its {effort} to the next one.
    """
    for framework in frameworks:
        current, points = None, 0
        for cell in [*chapter.cells_for(framework), None]:
            block = effort_in(cell) if cell and cell.kind == "markdown" else None
            if current and (block or cell is None):
                _check(*current, points, framework)
            if block:
                where = Where(cell.path, cell.line).at(block.start)
                current, points = (stars_of(block, where), where), 0
            points += cell.points if cell else 0


def _check(stars: int, where: Where, points: int, framework: str) -> None:
    if points not in (0, POINTS * stars):
        raise where.error(
            0,
            f"the checks of this exercise give {points} points in {framework}, but "
            f"{stars} stars stand for {POINTS * stars}",
        )


def stars_of(block: Block, where: Where) -> int:
    """Return the number of stars; refuse what isn't 1, 2 or 3."""
    if block.argument not in map(str, range(1, MOST_STARS + 1)):
        raise where.error(
            0, f"{{effort}} needs 1, 2 or 3 stars behind it, found {block.argument!r}"
        )
    return int(block.argument)


def line(block: Block, wording: Wording, where: Where) -> str:
    """Return the line that a reader sees."""
    minutes = block.options.get("minutes", "")
    if not minutes.isdecimal():
        raise where.error(
            0, f"{{effort}} needs ':minutes:', a whole number, found {minutes!r}"
        )
    if block.body:
        raise where.error(0, "{effort} holds nothing but ':minutes:'")
    stars = stars_of(block, where)
    shown = "★" * stars + "☆" * (MOST_STARS - stars)
    return wording("effort", stars=shown, minutes=minutes)
