"""Catalogues: their files, and how new messages come in without a loss."""

import io
from gettext import GNUTranslations

import pytest

from tools.book import BookError, Language
from tools.translations.catalogue import (
    Counts,
    compiled,
    count,
    dumps,
    empty,
    load,
    loads,
    merge,
    messages,
    translation_of,
)
from tools.translations.template import Template

CHINESE = Language("zh", "简体中文")
LONG = (
    "The first product brings in the layer below, the second one the step before, and "
    "the function $\\phi$ works on each element by itself."
)


def template(*texts, remark=""):
    found = Template("01-sample")
    for text in texts:
        found.add(text, "source/01-sample.md", remark)
    return found


def catalogue(**translations):
    """A catalogue of messages, blanks written as _, and their translations."""
    texts = {key.replace("_", " "): value for key, value in translations.items()}
    found = merge(empty(CHINESE, "01-sample", "A Book"), template(*texts))
    for message in messages(found):
        message.string = texts[message.id]
    return found


def ids(found):
    return [message.id for message in messages(found)]


def strings(found):
    return {message.id: message.string for message in messages(found)}


# The file


def test_a_new_catalogue_is_plain_and_holds_nothing_that_changes_by_itself():
    found = merge(
        empty(CHINESE, "01-sample", "A Book"),
        template("One {eq}`eq-a`.", remark="paragraph"),
    )
    assert dumps(found) == (
        "# 简体中文: 01-sample, translated.\n"
        "# CC BY 4.0, as the text itself.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Project-Id-Version: A Book 01-sample\\n"\n'
        '"Language: zh\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit"\n'
        "\n"
        "#. paragraph\n"
        "#: source/01-sample.md\n"
        'msgid "One {eq}`eq-a`."\n'
        'msgstr ""\n'
    )


def test_what_was_read_is_written_byte_for_byte():
    found = merge(
        catalogue(One="一", Two="二", **{LONG: "长" * 60}), template("Two", "One!")
    )
    text = dumps(found)
    assert "#, fuzzy" in text and "#| msgid" in text and "#~ msgid" in text
    assert dumps(loads(text, "x")) == text
    assert dumps(merge(loads(text, "x"), template("Two", "One!"))) == text


def test_what_a_translator_and_her_tools_write_stays():
    text = dumps(catalogue(One="一")).replace(
        "#: source", "# a doubt: | or not?\n#: source"
    )
    text = text.replace("# CC BY", "# Translated by Mei.\n# CC BY")
    text = text.replace(
        '"Language: zh', '"PO-Revision-Date: 2024-05-06 07:08+0900\\n"\n"Language: zh'
    )
    merged = dumps(merge(loads(text, "x"), template("One")))
    assert merged == text


def test_windows_line_ends_and_loose_wrapping_are_read():
    text = dumps(catalogue(One="一")).replace('msgstr "一"', 'msgstr ""\n"一"\n""')
    assert strings(loads(text.replace("\n", "\r\n"), "x")) == {"One": "一"}


def test_backslashes_and_quotes_survive():
    found = catalogue(One='\\mathbf{X} "a"\\n')
    assert strings(loads(dumps(found), "x")) == {"One": '\\mathbf{X} "a"\\n'}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('msgstr "一"', 'msgstr "一', r"x.po:14: not a line of these catalogues"),
        ('msgstr "一"', 'msgstr "a "b""', r"x.po:14: .*double quotes"),
        ('msgstr "一"', "一", r"x.po:14: "),
        ('msgid "One"', 'msgctxt "a"\nmsgid "One"', r"x.po:13: "),
        ('msgid "One"', 'msgid "One"\nmsgid_plural "Ones"', r"x.po:14: "),
        ('msgstr "一"', "", r"x.po: missing msgstr for msgid 'One'"),
        ('msgid "One"', '"One"', r"x.po: Got line starting with"),
        (
            'msgid "One"',
            'msgid "One"\nmsgstr ""\n\nmsgid "One"',
            r"x.po: the message 'One' stands here twice",
        ),
    ],
)
def test_a_malformed_file_is_named_with_its_line(old, new, message):
    text = dumps(catalogue(One="一"))
    assert old in text
    with pytest.raises(BookError, match=message):
        loads(text.replace(old, new), "x.po")


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "a.po"
    path.write_bytes(dumps(catalogue(One="一")).encode("gb18030"))
    with pytest.raises(BookError, match="zh/a.po:1: not UTF-8"):
        load(path, "zh/a.po")


# Merging


def test_messages_follow_the_order_of_the_source():
    found = merge(catalogue(One="一", Two="二"), template("Two", "Three", "One"))
    assert ids(found) == ["Two", "Three", "One"]
    assert [translation_of(found, text) for text in ids(found)] == ["二", None, "一"]


def test_remarks_and_sources_are_those_of_the_template():
    found = merge(catalogue(One="一"), template("One", remark="heading"))
    message = found.get("One")
    assert message.auto_comments == ["heading"]
    assert message.string == "一"


def test_a_changed_message_keeps_its_translation_as_fuzzy_with_the_old_text():
    old = catalogue(**{LONG: "第一个乘积"})
    changed = LONG.replace("first", "very first")
    found = merge(old, template(changed))
    message = found.get(changed)
    assert (message.string, message.fuzzy) == ("第一个乘积", True)
    assert message.previous_id == [LONG]
    assert translation_of(found, changed) is None
    assert found.obsolete == {}
    again = merge(
        loads(dumps(found), "x"), template(changed.replace("very", "so very"))
    )
    (message,) = messages(again)
    assert message.previous_id == [LONG], "it was made for the first text"


def test_going_back_to_the_old_text_brings_its_translation_back():
    old = catalogue(**{LONG: "第一个乘积"})
    found = merge(merge(old, template(LONG + " More.")), template(LONG))
    assert found.get(LONG).string == "第一个乘积"
    assert translation_of(found, LONG) == "第一个乘积"
    assert dumps(found) == dumps(old)


def test_when_fuzzy_is_taken_away_the_old_text_goes_too():
    text = dumps(merge(catalogue(**{LONG: "一"}), template(LONG + " More.")))
    confirmed = dumps(loads(text.replace("#, fuzzy\n", ""), "x"))
    assert "#|" not in confirmed
    assert translation_of(loads(confirmed, "x"), LONG + " More.") == "一"


def test_another_message_takes_no_translation_from_an_unlike_one():
    found = merge(catalogue(Two_words="二"), template("Something else entirely"))
    assert translation_of(found, "Something else entirely") is None
    assert count(messages(found)) == Counts(0, 0, 1)


def test_a_removed_message_is_kept_as_obsolete_and_comes_back():
    gone = merge(catalogue(Something_long="一", Two="二"), template("Two"))
    assert list(gone.obsolete) == ["Something long"]
    back = merge(loads(dumps(gone), "x"), template("Something long", "Two"))
    assert translation_of(back, "Something long") == "一"
    assert back.obsolete == {}


def test_what_was_never_translated_leaves_no_trace():
    assert merge(catalogue(Something_long="", Two="二"), template("Two")).obsolete == {}


def test_an_obsolete_guess_leaves_no_trace():
    fuzzy = merge(catalogue(**{LONG: "一"}), template(LONG + " More."))
    assert merge(fuzzy, template("Two")).obsolete == {}


def test_merging_leaves_the_old_catalogue_as_it_is():
    old = catalogue(One="一")
    before = dumps(old)
    merge(old, template("Two"))
    assert dumps(old) == before


# Use


def test_counts_tell_translated_fuzzy_and_missing_apart():
    old = catalogue(One="一", Two="", **{LONG: "三"})
    found = merge(old, template("One", "Two", LONG + " More."))
    assert count(messages(found)) == Counts(translated=1, fuzzy=1, missing=1)
    assert count(messages(found)).total == 3
    assert translation_of(found, "nothing") is None


def test_a_compiled_catalogue_speaks_to_gettext_and_holds_no_guesses():
    old = catalogue(One="一", Two="", **{LONG: "三"})
    found = merge(old, template("One", "Two", LONG + " More."))
    data = compiled(found)
    assert compiled(loads(dumps(found), "x")) == data
    speech = GNUTranslations(io.BytesIO(data))
    assert speech.gettext("One") == "一"
    assert speech.gettext("Two") == "Two"
    assert speech.gettext(LONG + " More.") == LONG + " More."
