"""What stands in translations/: complete, true to the source, and of one wording."""

import tomllib

import pytest

from tools.book import ROOT, load
from tools.source import read_all
from tools.translations import glossary
from tools.translations.catalogue import messages
from tools.translations.report import incomplete, problems
from tools.translations.required import Required
from tools.translations.upkeep import merge_all, stale, stale_hints

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


def test_everything_is_counted_in_each_language_and_what_is_begun_has_a_file():
    names = {item.template.name for item in MERGED}
    full = {"12-deep-rnn", "exercises/12-deep-rnn", "figures", "book", "hints"}
    assert full <= names
    assert {item.language.key for item in MERGED} == {"zh", "ko", "vi"}
    assert len(MERGED) == 3 * len(names)
    for item in MERGED:
        if item.template.name in full:
            assert item.kept


@pytest.mark.parametrize("item", [i for i in MERGED if i.kept], ids=name)
def test_a_catalogue_in_the_repository_holds_translations(item):
    assert any(message.string for message in messages(item.catalogue))


@pytest.mark.parametrize("item", [i for i in MERGED if i.kept], ids=name)
def test_a_catalogue_is_as_the_command_writes_it(item):
    assert stale(item, BOOK) == [], "run `make translations`"


@pytest.mark.parametrize("language", BOOK.languages, ids=lambda language: language.key)
def test_what_a_language_lists_as_translated_is_there(language):
    assert "12-deep-rnn" in language.translated
    merged = [item for item in MERGED if item.language == language]
    assert incomplete(merged, BOOK) == []


@pytest.mark.parametrize("language", BOOK.languages, ids=lambda language: language.key)
def test_what_is_not_required_is_of_other_chapters_only(language):
    """A listed chapter requires its exercises, figures and hints as well."""
    required = Required(language, CHAPTERS)
    texts = {i.template.name: required.messages(i.template) for i in MERGED}
    by_name = {item.template.name: item.template for item in MERGED}
    for full in ("12-deep-rnn", "exercises/12-deep-rnn", "book"):
        assert texts[full] == list(by_name[full].entries)
    assert texts["06-language-models"] == []
    assert "layer L" in texts["figures"]
    assert "The reset gate isn't used." in texts["hints"]
    left = set(by_name["hints"].entries) - set(texts["hints"])
    places = {s for text in left for s in by_name["hints"].entries[text].sources}
    assert places and all("d2l_check/chapters/" in place for place in places)


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
