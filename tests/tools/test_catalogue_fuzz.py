"""Damaged catalogues: whatever the bytes, the tool's own error or a whole catalogue."""

import test_catalogue as whole
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest import mark, raises

from tools.book import BookError
from tools.translations.catalogue import compiled, count, dumps, load, merge, messages

GOOD = dumps(
    merge(
        whole.catalogue(One="一", Two="二", **{whole.LONG: "长" * 60}),
        whole.template("Two", "One!", remark="heading"),
    )
).encode()
FROM_LANGUAGE = GOOD[GOOD.index(b"Language: ") :]
SYNTAX = b"""msgid |msgstr |msgctxt |msgid_plural |msgstr[0] |msgstr[9] |#~ |#~| msgid |
#| msgid |#, fuzzy|#, python-format|#: a:b|#: a|#. |"|\\|\\n|\\x|\\777|""|msgid ""
Content-Type: text/plain; charset=|utf-8|utf-7|Language: xx_YY\\n|Language: |
Plural-Forms: nplurals=9; plural=n;\\n|Plural-Forms: x\\n|PO-Revision-Date: x\\n|
POT-Creation-Date: 99\\n|\x00|\x0c|\x1c|\x7f|\r|\n\n""".split(b"|")
SYNTAX += [b"\xff", b"\xe4\xb8", "\u2028".encode(), "\x85".encode(), b"\xef\xbb\xbf"]
PIECES = st.one_of(st.sampled_from(SYNTAX), st.binary(max_size=3))
PLACES = st.integers(0, len(GOOD))
DAMAGES = st.lists(
    st.tuples(PLACES, st.one_of(st.just(0), st.integers(0, 40), PLACES), PIECES),
    min_size=1,
    max_size=4,
)


def damaged(damages):
    """The good catalogue after cuts of some bytes and what is put in their place."""
    data = GOOD
    for place, length, piece in damages:
        data = data[:place] + piece + data[place + length :]
    return data


def lines_moved(order):
    lines = GOOD.splitlines(keepends=True)
    return b"".join(lines[i % len(lines)] for i in order)


DATA = st.one_of(
    DAMAGES.map(damaged),
    st.lists(st.integers(0, 60), max_size=40).map(lines_moved),
    st.lists(PIECES, max_size=20).map(b"".join),
)


@settings(max_examples=400, deadline=None)
@given(DATA)
@example(GOOD)
@example(GOOD.replace(b"charset=utf-8", b"charset=foo"))
@example(GOOD.replace(b"Language: zh", b"Language: z!"))
@example(GOOD.replace(b"# CC BY", "# CC\u2028BY".encode()))
def test_a_damaged_catalogue_is_read_or_refused_by_name(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.po"
    path.write_bytes(data)
    try:
        found = load(path, "zh/damaged.po")
    except BookError as error:
        assert str(error).startswith("zh/damaged.po")
        return
    # What was read can be used: written, read again, merged, compiled, counted.
    again = merge(found, whole.template("One", "Two"))
    assert whole.ids(again) == ["One", "Two"]
    assert count(messages(again)).total == 2
    path.write_text(dumps(again), encoding="utf-8")
    written = {text: string or "" for text, string in whole.strings(again).items()}
    assert whole.strings(load(path, "x")) == written
    for each in (found, again):
        compiled(each)


@mark.parametrize(
    ("old", "new", "message"),
    [
        (b"charset=utf-8", b"charset=foo", "charset=foo, but catalogues are UTF-8"),
        (b"charset=utf-8", b"charset=gb18030", "write charset=utf-8"),
        (b"Language: zh", b"Language: z!", "zh/x.po: expected only letters, got 'z!'"),
        (FROM_LANGUAGE, b'Language: z!\\n"\n', "its header can't be read: .*'z!'"),
        (b"# CC BY", b"# CC\x0cBY", r"zh/x\.po:2: .*control character"),
        (b"# CC BY", "# CC\u2028BY".encode(), r"zh/x\.po:2: .*control character"),
    ],
)
def test_what_the_fuzzing_found_is_named(old, new, message, tmp_path):
    path = tmp_path / "x.po"
    path.write_bytes(GOOD.replace(old, new))
    with raises(BookError, match=message):
        load(path, "zh/x.po")


def test_a_header_that_is_lost_with_an_obsolete_message_is_refused(tmp_path):
    """Cut from within the header to within a message that is out of use."""
    start, stop = GOOD.index(b"charset=") + 8, GOOD.index(b'#~ "')
    path = tmp_path / "x.po"
    path.write_bytes(GOOD[:start] + b'x "\n' + GOOD[stop:])
    with raises(BookError, match="zh/x.po: its header runs into .*#~"):
        load(path, "zh/x.po")
