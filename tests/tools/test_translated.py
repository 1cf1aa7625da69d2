"""A chapter put together from its catalogue."""

import pytest

from tools.book import BookError, Language
from tools.source import read_all
from tools.translations.catalogue import Counts, empty, messages
from tools.translations.catalogue import merge as merged
from tools.translations.template import of_chapter
from tools.translations.translated import coverage, translate_chapter

CHINESE = Language("zh", "简体中文")


@pytest.fixture
def chapter(book):
    return read_all(book)[0]


@pytest.fixture
def catalogue(book, chapter):
    """The catalogue of the first chapter, nothing translated."""
    found = merged(empty(CHINESE, "01-sample", "x"), of_chapter(chapter, book))
    found.domain = "translations/zh/01-sample.po"
    return found


def texts(chapter):
    front = [chapter.title, *chapter.goals, *chapter.needs]
    return front, [cell.text for cell in chapter.cells if cell.kind == "markdown"]


def prose(chapter):
    front, cells = texts(chapter)
    return "\n\n".join(front + cells)


def test_with_its_own_words_a_chapter_stays_as_it_is(chapter, catalogue):
    for message in messages(catalogue):
        message.string = message.id
    assert translate_chapter(chapter, catalogue) == chapter


def test_translations_stand_in_the_place_of_the_english(chapter, catalogue):
    catalogue.get("A Sample").string = "样本"
    catalogue.get("follow {ref}`sec-idea`").string = "跟随{ref}`sec-idea`"
    catalogue.get("For all.").string = "给所有人。"
    catalogue.get("Two boxes").string = "两个方框"
    new = translate_chapter(chapter, catalogue)
    assert new.title == "样本"
    assert new.goals == ("跟随{ref}`sec-idea`",)
    assert "给所有人。" in prose(new) and "For all." not in prose(new)
    assert ":alt: 两个方框\n" in prose(new)


def test_code_labels_and_everything_else_stay(chapter, catalogue):
    new = translate_chapter(chapter, catalogue)
    for old_cell, cell in zip(chapter.cells, new.cells, strict=True):
        assert (old_cell.kind, old_cell.line, old_cell.tags) == (
            cell.kind,
            cell.line,
            cell.tags,
        )
        if cell.kind == "code":
            assert cell == old_cell
    assert (new.path, new.number, new.runtime) == (
        chapter.path,
        chapter.number,
        chapter.runtime,
    )
    assert "(sec-idea)=\n" in prose(new) and "h = f(x)" in prose(new)


def test_what_is_missing_or_fuzzy_stays_english_behind_the_mark(chapter, catalogue):
    catalogue.get("For all.").string = "某"
    catalogue.get("For all.").flags.add("fuzzy")
    text = prose(translate_chapter(chapter, catalogue))
    assert "`EN` For all." in text and "某" not in text
    assert "## `EN` The Idea of `x`" in text
    assert "| `EN` size | `EN` of |" in text
    assert ":::{table} `EN` Sizes for" in text
    assert "`EN` A net that computes" in text


def test_the_mark_is_not_put_where_it_could_not_be_seen(chapter, catalogue):
    text = prose(translate_chapter(chapter, catalogue))
    assert ":alt: Two boxes\n" in text
    assert text.count("`EN`") == coverage(chapter, catalogue).total - 1


def test_without_a_mark_an_untranslated_chapter_is_the_original(chapter, catalogue):
    assert translate_chapter(chapter, catalogue, mark="") == chapter


def test_a_defect_is_refused_with_the_catalogue_and_the_message(chapter, catalogue):
    catalogue.get("The Idea of `x`").string = "想法"
    catalogue.get("For all.").string = "*给所有人。"
    with pytest.raises(BookError) as caught:
        translate_chapter(chapter, catalogue)
    first, second = str(caught.value).split("\n")
    assert first == (
        "translations/zh/01-sample.po: 'The Idea of `x`': code span `x` is missing"
    )
    assert "'For all.'" in second


def test_a_translation_that_breaks_the_page_is_refused(chapter, catalogue):
    catalogue.get("For all.").string = "- 给所有人。"
    start = r"translations/zh/01-sample.po: source/01-sample.md:\d+: the translation"
    with pytest.raises(BookError, match=start):
        translate_chapter(chapter, catalogue)


def test_front_matter_is_checked_as_the_text_is(chapter, catalogue):
    catalogue.get("nothing").string = "# 无"
    with pytest.raises(BookError, match="'# 无' of the paragraph 'nothing' is refused"):
        translate_chapter(chapter, catalogue)


def test_coverage_is_of_the_chapter_and_not_of_the_catalogue(
    book, chapter, catalogue, edit
):
    catalogue.get("For all.").string = "给所有人。"
    catalogue.get("nothing").string = "无"
    catalogue.get("nothing").flags.add("fuzzy")
    assert coverage(chapter, catalogue) == Counts(1, 1, 11)
    edit("For all.", "For all. And more.")
    assert coverage(read_all(book)[0], catalogue) == Counts(0, 1, 12)
