"""The language of the hints."""

import gettext
import io
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from d2l_check import language
from d2l_check.criteria import Check, Criterion
from d2l_check.language import UnknownLanguage, _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.report import Finding, Report

HERE = language.LOCALE
SHIPPED = language.languages()[1:]
WORDS = {"ko": "전체 {total}개 정답", "vi": "đúng cả {total}"}


@pytest.fixture(autouse=True)
def catalogues(tmp_path, monkeypatch):
    """Korean and Vietnamese, with a single translated message each and a summary."""
    for name, text in WORDS.items():
        catalogue = Catalog(locale=name)
        catalogue.add("all {total} correct", text)
        catalogue.add("{right} of {total} correct", "{right}/{total}")
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        data = io.BytesIO()
        write_mo(data, catalogue)
        (folder / "hints.mo").write_bytes(data.getvalue())
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    for name in (language.CHOICE, *language.SYSTEM):
        monkeypatch.delenv(name, raising=False)


def test_without_any_wish_it_is_english():
    assert language.language() == "en"
    assert str(_("all {total} correct")) == "all {total} correct"


@pytest.mark.parametrize("name", ["ko", "KO", "ko_KR", "ko-KR", "ko_KR.UTF-8"])
def test_the_choice_decides(monkeypatch, name):
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.setenv(language.CHOICE, name)
    assert str(_("all {total} correct")) == WORDS["ko"]


def test_a_message_without_translation_stays_english(monkeypatch):
    monkeypatch.setenv(language.CHOICE, "ko")
    assert str(_("A bias is missing.")) == "A bias is missing."


@pytest.mark.parametrize("variable", language.SYSTEM)
def test_the_system_decides_where_nothing_is_chosen(monkeypatch, variable):
    monkeypatch.setenv(variable, "vi_VN.UTF-8")
    assert language.language() == "vi"


@pytest.mark.parametrize(
    "values, found",
    [
        ({"LANGUAGE": "vi", "LANG": "ko_KR.UTF-8"}, "vi"),
        ({"LANGUAGE": "", "LC_ALL": "ko_KR.UTF-8", "LANG": "vi"}, "ko"),
        ({"LANGUAGE": "fr:ko:vi"}, "ko"),
        ({"LANGUAGE": "en_GB:ko"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"D2L_LANGUAGE": "", "LANG": "ko"}, "ko"),
        ({"D2L_LANGUAGE": "en", "LANG": "ko"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_counts(monkeypatch, values, found):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert language.language() == found


def test_a_choice_that_is_not_there_is_refused_with_the_choices(monkeypatch):
    monkeypatch.setenv(language.CHOICE, "klingon")
    with pytest.raises(UnknownLanguage, match="'klingon'.*one of en, ko, vi"):
        language.language()


def test_a_notebook_shows_the_refusal_without_our_code(monkeypatch):
    monkeypatch.setenv(language.CHOICE, "klingon")
    with capture_output() as captured:
        InteractiveShell().run_cell(
            "from d2l_check.language import language; language()"
        )
    assert captured.stdout.startswith("D2L_LANGUAGE is 'klingon', but")
    assert len(captured.stdout.splitlines()) == 1


def test_a_change_acts_on_the_next_report_and_on_no_earlier_one(monkeypatch):
    finding = Finding("x", True)
    before = Report("x", (finding,))
    monkeypatch.setenv(language.CHOICE, "vi")
    assert repr(Report("x", (finding,))).endswith("đúng cả 1")
    assert repr(before).endswith("all 1 correct")


def test_a_message_is_translated_and_filled_in_when_it_is_shown(monkeypatch):
    message = _("all {total} correct").format(total=_("{n} of 3").format(n=2))
    assert str(message) == "all 2 of 3 correct"
    monkeypatch.setenv(language.CHOICE, "vi")
    assert str(message) == "đúng cả 2 of 3"
    monkeypatch.setenv(language.CHOICE, "ko")
    assert f"{message}" == "전체 2 of 3개 정답"


def test_a_mistake_that_is_class_data_speaks_the_language_of_its_report(monkeypatch):
    class Failing(Check):
        signature = "failing()"
        wrong = Mistake("wrong", _("all {total} correct").format(total="?"))

        def criteria(self):
            return [Criterion(_("all {total} correct").format(total=1), self.fail)]

        def fail(self):
            raise Mistaken(self.wrong)

    english = Failing(None, None).report()
    monkeypatch.setenv(language.CHOICE, "vi")
    assert repr(Failing(None, None).report()).startswith("✗ đúng cả 1\n  → đúng cả ?\n")
    assert repr(english).startswith("✗ all 1 correct\n  → all ? correct\n")


@pytest.mark.situation("checks: a report whose hints aren't all translated is English")
@pytest.mark.parametrize("hint", [_("A bias is missing."), _("{x}").format(x=_("y"))])
def test_a_report_with_an_untranslated_hint_is_english_as_a_whole(monkeypatch, hint):
    class Failing(Check):
        signature = "failing()"

        def criteria(self):
            return [Criterion(_("all {total} correct").format(total=1), self.fail)]

        def fail(self):
            raise Mistaken(Mistake("wrong", hint))

    monkeypatch.setenv(language.CHOICE, "vi")
    found = repr(Failing(None, None).report())
    assert found == f"✗ all 1 correct\n  → {hint}\n0 of 1 correct"
    assert str(_("all {total} correct")) == WORDS["vi"]  # and no longer than the report


# The messages themselves


def messages():
    """All messages as Babel extracts them: (name of the file, text)."""
    folder = language.Path(language.__file__).parent
    return [(Path(found[0]).name, found[2]) for found in extract_from_dir(folder)]


def test_every_check_has_messages_to_translate():
    files = {file for file, _text in messages()}
    assert {
        "network.py",
        "gru_cell.py",
        "gru.py",
        "report.py",
        "submission.py",
    } <= files
    assert len({text for _file, text in messages()}) > 200


def test_placeholders_have_names():
    for _file, text in messages():
        assert "%" not in text and "{}" not in text, text


@pytest.mark.parametrize("name", SHIPPED)
def test_translations_keep_the_placeholders(name):
    speech = gettext.translation(language.DOMAIN, HERE, [name])
    for _file, text in messages():
        found, right = placeholders(speech.gettext(text)), placeholders(text)
        assert found == right, f"{name}: {text!r}"


def placeholders(text):
    """The names in braces; raises ValueError where a brace is left open."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_messages_are_short():
    longest = max((text for _file, text in messages()), key=len)
    assert len(longest) <= 90, longest
