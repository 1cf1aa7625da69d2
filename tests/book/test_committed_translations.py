"""What stands in translations/: complete, true to the source, and of one wording."""

import tomllib

import pytest

from tools.book import ROOT, load
from tools.source import read_all
from tools.translations import glossary
from tools.translations.__main__ import (
    incomplete,
    merge_all,
    problems,
    stale,
    stale_hints,
)
from tools.translations.owed import Owed

BOOK = load(ROOT)
CHAPTERS = read_all(BOOK)
MERGED = merge_all(BOOK, CHAPTERS)
FAULTS = ROOT / "tests" / "tools" / "fixtures" / "faults.toml"
TERMS = [
    fault
    for fault in tomllib.loads(FAULTS.read_text("utf-8"))["faults"]
    if "is not used for" in fault["caught"]
]


def name(item):
    return BOOK.relative(item.path)


def test_there_is_a_catalogue_for_everything_in_each_language():
    names = {item.template.name for item in MERGED}
    assert {"12-deep-rnn", "exercises/12-deep-rnn", "figures", "book", "hints"} <= names
    assert {item.language.key for item in MERGED} == {"zh", "ko", "vi"}
    assert len(MERGED) == 3 * len(names)


@pytest.mark.parametrize("item", MERGED, ids=name)
def test_a_catalogue_is_as_the_command_writes_it(item):
    assert stale(item, BOOK) == [], "run `make translations`"


@pytest.mark.parametrize("language", BOOK.languages, ids=lambda language: language.key)
def test_what_a_language_lists_as_translated_is_there(language):
    assert "12-deep-rnn" in language.translated
    merged = [item for item in MERGED if item.language == language]
    assert incomplete(merged, CHAPTERS, BOOK) == []


@pytest.mark.parametrize("language", BOOK.languages, ids=lambda language: language.key)
def test_what_is_not_owed_is_of_other_chapters_only(language):
    """The chapter that is translated owes its exercises, figures and hints."""
    owed = Owed(BOOK, language, CHAPTERS)
    texts = {item.template.name: owed.messages(item.template) for item in MERGED}
    by_name = {item.template.name: item.template for item in MERGED}
    for full in ("12-deep-rnn", "exercises/12-deep-rnn", "book"):
        assert texts[full] == list(by_name[full].entries)
    assert texts["06-language-models"] == []
    assert "layer L" in texts["figures"]
    assert "The reset gate isn't used." in texts["hints"]
    left = set(by_name["hints"].entries) - set(texts["hints"])
    places = {s for text in left for s in by_name["hints"].entries[text].sources}
    assert places and all("/check/chapters/" in place for place in places)


@pytest.mark.parametrize(
    "item", [item for item in MERGED if item.template.name == "hints"], ids=name
)
def test_the_compiled_hints_are_those_of_the_catalogue(item):
    assert stale_hints(item, BOOK) == [], "run `make translations`"


def test_no_translation_has_a_defect_or_breaks_the_glossary():
    assert problems(MERGED, CHAPTERS, BOOK) == []


@pytest.mark.parametrize("fault", TERMS, ids=lambda f: f"{f['language']}: {f['wrong']}")
def test_the_glossaries_of_the_book_refuse_the_known_faults(fault):
    path = BOOK.translations / fault["language"] / "glossary.toml"
    found = glossary.load(path, path.name)
    assert found.violations(fault["original"], fault["wrong"]) != []
