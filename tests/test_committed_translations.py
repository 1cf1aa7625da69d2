"""What stands in translations/: complete, true to the source, and of one wording."""

import tomllib
from pathlib import Path

import pytest

from tools import glossary
from tools.book import ROOT, load
from tools.catalogue import count, messages
from tools.source import read_all
from tools.translations import merge_all, problems, stale, stale_hints

BOOK = load(ROOT)
CHAPTERS = read_all(BOOK)
MERGED = merge_all(BOOK, CHAPTERS)
FAULTS = Path(__file__).parent / "fixtures" / "faults.toml"
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
def test_a_catalogue_is_complete_and_as_the_command_writes_it(item):
    counts = count(messages(item.catalogue))
    assert (counts.missing, counts.fuzzy) == (0, 0)
    assert stale(item, BOOK) == [], "run `make translations`"


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
