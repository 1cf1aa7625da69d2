"""Units of translation: found in order, replaced alone, everything else untouched."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.book import BookError
from tools.myst import PARSER, Where, blocks
from tools.translations.units import has_prose, prose, replace_units, units

WHERE = Where("source/01-sample.md", 10)


def found(text):
    return [(unit.kind, unit.text) for unit in units(text, WHERE)]


def put(text, **new):
    """The text with the named units, blanks written as _, replaced."""
    by_text = {old.replace("_", " "): value for old, value in new.items()}
    return replace_units(text, WHERE, lambda unit: by_text.get(unit.text, unit.text))


# What is generated: Markdown whose units are known


@dataclass(frozen=True)
class Prose:
    """A unit in a generated document; `prefix` opens each line after the first."""

    kind: str
    lines: tuple[str, ...]
    prefix: str = ""

    @property
    def text(self):
        return " ".join(self.lines)

    def render(self, wrap):
        new = f"⟦{self.text}⟧" if wrap else ("\n" + self.prefix).join(self.lines)
        return new.replace("|", "\\|") if self.kind == "table cell" else new


def render(parts, wrap=False):
    return "".join(p if isinstance(p, str) else p.render(wrap) for p in parts)


def prose_of(parts):
    return [(p.kind, p.text) for p in parts if isinstance(p, Prose)]


def inside(parts, prefix):
    """The parts with a prefix on each line but the first."""
    return [
        part.replace("\n", "\n" + prefix)
        if isinstance(part, str)
        else replace(part, prefix=part.prefix + prefix)
        for part in parts
    ]


WORDS = st.text(alphabet="abcxyzÉđệ中文层한글", min_size=1, max_size=6)
MATHS = st.sampled_from(["$x$", r"$\mathbf{H}_t^{(l-1)}$", "$a < b$", "$2 * 3$"])
CODE = st.sampled_from(["`x`", "`a_b`", "``a`b``", "`{eq}`", "`$x$`"])
ROLES = st.sampled_from(
    ["{eq}`eq-a`", "{numref}`fig-b`", "{ref}`sec-c`", "{ref}`the words <sec-c>`"]
)
MARKED = st.one_of(
    WORDS,
    WORDS.map("*{}*".format),
    WORDS.map("**{}**".format),
    WORDS.map("[{}](https://example.org/a_b?c=(d))".format),
    st.sampled_from(["3.5", "10,000", "(so)", "a\\*b", "&amp;", "–", "'s"]),
)
PLAIN = st.lists(st.one_of(MARKED, MATHS, CODE), max_size=4)
ANY = st.lists(st.one_of(MARKED, MATHS, CODE, ROLES), max_size=4)
WORDLESS = st.lists(st.one_of(MATHS, CODE), min_size=1, max_size=2).map(" ".join)


def line(inline=ANY):
    """One line of prose: a word first, so that it is prose and begins no block."""
    return st.tuples(WORDS, inline).map(lambda parts: " ".join([parts[0], *parts[1]]))


def unit(kind, inline=ANY, lines=1):
    found = st.lists(line(inline), min_size=1, max_size=lines)
    return found.map(lambda lines: [Prose(kind, tuple(lines))])


def text(kind):
    """A paragraph, of prose or of nothing that is any."""
    return st.one_of(unit(kind, lines=3), WORDLESS.map(lambda words: [words]))


@st.composite
def headings(draw):
    label = draw(st.sampled_from(["", "(sec-x)=\n"]))
    end = draw(st.sampled_from(["", " ##", "  "]))
    return [f"{label}## ", *draw(unit("heading", PLAIN)), end]


@st.composite
def lists(draw, depth=2):
    marker = draw(st.sampled_from(["- ", "* ", "1. ", "12) "]))
    rest = " " * len(marker)
    parts = []
    for number in range(draw(st.integers(1, 3))):
        parts.append(("\n" if number else "") + marker)
        parts += inside(draw(text("list item")), rest)
        if depth and draw(st.booleans()):
            below = draw(lists(depth - 1))
            # Only a list that starts with 1 may follow a paragraph's line at once.
            gap = (
                "\n\n" if below[0] == "12) " else draw(st.sampled_from(["\n", "\n\n"]))
            )
            parts += [gap + rest, *inside(below, rest)]
    return parts


@st.composite
def quotes(draw):
    return ["> ", *inside(draw(text("quote")), "> ")]


CELLS = st.one_of(
    unit("table cell"),
    line().map(lambda words: [Prose("table cell", (f"{words} `a|b`",))]),
    WORDLESS.map(lambda words: [words.replace("|", "\\|")]),
    st.sampled_from([["1.0"], [""]]),
)


@st.composite
def tables(draw):
    columns = draw(st.integers(1, 3))
    opening, end = draw(st.sampled_from([("| ", " |"), ("|", "|"), ("  |  ", " |  ")]))
    parts = []
    for row in range(draw(st.integers(2, 4))):
        if row == 1:
            parts.append("\n| " + " | ".join(["---"] * columns) + " |")
            continue
        parts.append("\n" * bool(row) + opening)
        for column in range(columns):
            # An empty first cell must not look like the edge of the row.
            parts += [" | " * bool(column), *(draw(CELLS) or [" "])]
        parts.append(end)
    return parts


@st.composite
def figures(draw):
    fence = draw(st.sampled_from(["```", ":::", "::::"]))
    alt = draw(st.lists(WORDS, min_size=1, max_size=5).map(" ".join))
    return [
        f"{fence}{{figure}} ../img/net.svg\n:name: fig-net\n:alt: ",
        Prose("alt text", (alt,)),
        "\n",
        *draw(unit("caption", lines=2)),
        f"\n{fence}",
    ]


@st.composite
def captioned_tables(draw):
    caption = draw(unit("table caption"))
    return [":::{table} ", *caption, "\n:name: tab-a\n\n", *draw(tables()), "\n:::"]


@st.composite
def boxes(draw):
    fence = draw(st.sampled_from(["```", ":::"]))
    first = draw(text("note box"))
    return [f"{fence}{{note}}\n", *first, "\n\n", *draw(lists()), f"\n{fence}"]


OTHERS = st.sampled_from(
    [
        "$$\na = b\n$$",
        "$$\nh = f(x)\n$$ (eq-b)",
        "$$\\mathbf{O}_t = \\text{some words},$$",
        "```{math}\n:label: eq-a\nx \\text{ if } y\n```",
        "```python\n# a comment, - no list\nprint('words')\n```",
        "    indented code",
        "% a remark to authors",
        "***",
        "<div>\nsome words\n</div>",
        "[ref]: https://example.org 'words'",
    ]
).map(lambda block: [block])

BLOCKS = st.one_of(
    headings(),
    text("paragraph"),
    lists(),
    quotes(),
    tables(),
    figures(),
    captioned_tables(),
    boxes(),
    OTHERS,
)


@st.composite
def documents(draw):
    parts = []
    for block in draw(st.lists(BLOCKS, min_size=1, max_size=5)):
        # A comment keeps lists and quotes that follow one another apart.
        parts += [*block, "\n\n% next\n\n"]
    return parts


@settings(deadline=None)  # a busy machine is no defect
@given(documents())
def test_units_are_the_prose_in_order(parts):
    assert found(render(parts)) == prose_of(parts)


@settings(deadline=None)  # a busy machine is no defect
@given(documents())
def test_with_its_own_words_a_text_stays_byte_for_byte(parts):
    text = render(parts)
    assert replace_units(text, WHERE, lambda unit: unit.text) == text


@settings(deadline=None)  # a busy machine is no defect
@given(documents())
def test_new_words_change_the_units_and_nothing_else(parts):
    wrapped = replace_units(render(parts), WHERE, lambda unit: f"⟦{unit.text}⟧")
    assert wrapped == render(parts, wrap=True)
    assert found(wrapped) == [(kind, f"⟦{text}⟧") for kind, text in prose_of(parts)]


@settings(deadline=None)  # a busy machine is no defect
@given(documents())
def test_formulas_code_labels_links_and_images_survive(parts):
    text = render(parts)
    wrapped = replace_units(text, WHERE, lambda unit: f"⟦{unit.text}⟧")
    assert kept(wrapped) == kept(text)


def kept(text):
    """Everything that no translation may change, as the tokenizer sees it."""
    tokens = PARSER.parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    return (
        [
            (block.kind, block.name, block.options.get("name"))
            for block in blocks(text, WHERE)
        ],
        [
            t.content
            for t in tokens
            if t.type.startswith(("math", "fence", "code"))
            and "{figure}" not in t.info
            and "{note}" not in t.info
        ],
        [(t.type, t.content) for t in inline if t.type.startswith(("math", "code"))],
        [t.content for t in inline if t.type == "myst_role"],
        [t.attrs["href"] for t in inline if t.type == "link_open"],
    )


# Examples


def test_a_paragraph_over_several_lines_is_one_unit_and_is_put_on_one_line():
    text = "- one\n  two\n\n> three\n> four"
    assert found(text) == [("list item", "one two"), ("quote", "three four")]
    assert put(text, one_two="eins zwei") == "- eins zwei\n\n> three\n> four"
    assert put(text, three_four="drei") == "- one\n  two\n\n> drei"


def test_the_same_words_twice_in_a_row_are_two_units_and_change_apart():
    text = "| a | a | `a` | a |\n| --- | --- | --- | --- |\n| 1 | $a$ | a b | a |"
    assert [text for _, text in found(text)] == ["a", "a", "a", "a b", "a"]
    numbers = iter("uvwxy")
    assert replace_units(text, WHERE, lambda unit: next(numbers)) == (
        "| u | v | `a` | w |\n| --- | --- | --- | --- |\n| 1 | $a$ | x | y |"
    )


def test_a_pipe_in_a_cell_is_escaped_in_the_text_and_not_in_the_unit():
    text = "| a \\| b |\n| --- |"
    assert found(text) == [("table cell", "a | b")]
    assert put("| a |\n| --- |", a="c | `d|e`") == "| c \\| `d\\|e` |\n| --- |"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b\n---|---\nc | 1", ["a", "b", "c"]),
        ("|| a |\n|---|---|\n| b ||", ["a", "b"]),
        ("> | a | b |\n> | --- | --- |\n> | c |", ["a", "b", "c"]),
        ("- | a | b |\n  | --- | --- |\n  | c | d | too many |", ["a", "b", "c", "d"]),
        ("  | a\\\\| b |\n  | --- | --- |", None),
    ],
)
def test_tables_are_read_as_the_tokenizer_reads_them(text, expected):
    if expected is not None:
        assert [unit for _, unit in found(text)] == expected
    wrapped = replace_units(text, WHERE, lambda unit: f"{unit.text}!")
    assert [u for _, u in found(wrapped)] == [f"{u}!" for _, u in found(text)]


def test_a_heading_is_found_between_its_marks():
    text = "##  C # and `x` ##\n\nTwo\n---\n\n### $x$"
    assert found(text) == [("heading", "C # and `x`"), ("heading", "Two")]
    assert put(text, Two="Zwei").endswith("\n\nZwei\n---\n\n### $x$")


def test_a_box_holds_units_of_its_own_kind():
    text = ":::{warning}\nHot.\n\n- pan\n:::\n\nSafe."
    assert found(text) == [
        ("warning box", "Hot."),
        ("list item", "pan"),
        ("paragraph", "Safe."),
    ]
    assert units(text, WHERE)[1].line == 3


def test_an_indented_box_may_hold_lines_with_another_indent():
    text = "  ```{note}\n  one\ntwo  \n  ```"
    assert found(text) == [("note box", "one two")]
    assert put(text, one_two="eins zwei") == "  ```{note}\n  eins zwei  \n  ```"


@pytest.mark.parametrize(
    "text",
    [
        "1.0",
        "$x$ `words` {eq}`eq-words`",
        "{ref}`sec-words`",
        "<b>1</b>",
        "(sec-words)=",
        "% words",
        "```\nwords\n```",
        "```{math}\n:label: eq-words\n\\text{words}\n```",
        ":::{figure} words.svg\n:name: fig-words\n:alt: 1\n2\n:::",
    ],
)
def test_what_holds_no_words_is_no_unit(text):
    assert found(text) == []


def test_the_title_of_a_reference_is_prose_and_its_label_is_not():
    assert found("{ref}`the book <sec-a>`") == [
        ("paragraph", "{ref}`the book <sec-a>`")
    ]
    assert prose("See {ref}`the book <sec-a>`, {eq}`eq-a`.") == "See \0the book\0, \0."
    assert has_prose("$x$ и") and not has_prose("$x$ 2 – {eq}`eq-a`")


@pytest.mark.parametrize(
    ("text", "new", "reason"),
    [
        ("a", "b\n\nc", "line break"),
        ("a", "b\nc", "line break"),
        ("a", " b", "a blank"),
        ("a", "", "no word"),
        ("a", "$x$", "no word"),
        ("a", "- b", "something else"),
        ("a", "1. b", "something else"),
        ("a", "# b", "something else"),
        ("a", "> b", "something else"),
        ("a", "% b", "something else"),
        ("a", "(sec-b)=", "something else"),
        ("a", "```b", "something else"),
        ("a", "[b]: https://c.d", "something else"),
        ("a", "<div> b", "something else"),
        ("- a", "1. b", "something else"),
        ("> a", "> b", "something else"),
        ("## a", "b ##", "something else"),
        ("|a|\n|---|", "b\\", "something else"),
        (":::{note}\na\n:::", "::: b", "something else"),
        (":::{figure} x.svg\n:alt: a\nc\n:::", "b [c]", "an alt text is plain words"),
        (":::{figure} x.svg\n:alt: a\nc\n:::", "b `c`", "an alt text is plain words"),
        (":::{figure} x.svg\nc\n\na\n:::", ":::", "no word"),
    ],
)
def test_a_translation_that_would_break_the_text_is_refused(text, new, reason):
    with pytest.raises(BookError, match=r"source/01-sample.md:\d+: ") as caught:
        put(f"fine\n\n{text}\n", a=new)
    message = str(caught.value)
    assert repr(new) in message and "'a'" in message and reason in message


@pytest.mark.parametrize("new", ["\\- b", "\\# b", "1\\. b", "**b**", "见 $x$", "|"])
def test_what_only_looks_dangerous_is_taken(new):
    text = put("a\n", a=f"{new} c")
    assert found(text) == [("paragraph", f"{new} c")]


def test_the_message_names_the_line_of_the_unit_that_breaks_the_text():
    text = "a\n\nb\n\nc"
    with pytest.raises(BookError, match=r"01-sample.md:12: .*'b' is refused"):
        put(text, a="x", b="- y", c="z")


def test_a_hard_line_break_is_refused_since_a_unit_is_one_line():
    for text in ("a  \nb", "a\\\nb"):
        with pytest.raises(BookError, match="01-sample.md:10: a hard line break"):
            units(text, WHERE)
