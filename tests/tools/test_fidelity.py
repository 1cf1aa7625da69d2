"""What a translation must keep, and the faults that are known from others."""

import tomllib
from pathlib import Path

import pytest

from tools.translations.fidelity import defects
from tools.translations.glossary import load

FIXTURES = Path(__file__).parent / "fixtures"
FAULTS = tomllib.loads((FIXTURES / "faults.toml").read_text("utf-8"))["faults"]


def complaints(fault, translation):
    path = FIXTURES / "glossaries" / f"{fault['language']}.toml"
    glossary = load(path, path.name)
    original = fault["original"]
    return defects(original, translation) + glossary.violations(original, translation)


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda f: f"{f['language']}: {f['fault']}"
)
def test_a_known_fault_is_caught_and_its_cure_passes(fault):
    assert any(fault["caught"] in line for line in complaints(fault, fault["wrong"]))
    assert complaints(fault, fault["right"]) == []


@pytest.mark.parametrize(
    ("original", "translation"),
    [
        ("From $a$ to `b`, see {eq}`eq-c`.", "见 {eq}`eq-c`：由 `b` 到 $a$。"),
        ("See {ref}`the book <sec-book>`.", "见{ref}`这本书 <sec-book>`。"),
        ("In [a paper](https://a.b/c).", "在[论文](https://a.b/c)中。"),
        ("A *tent* and a **hat**.", "**帽子**和*帐篷*。"),
        ("1.5 of 10,000", "1,5 trong 10.000"),
        ("Ten units draw 32, twice.", "10 个单元画 32，共 2 次。"),
        ("Two GPUs and LSTMs.", "GPU 与 LSTM，两个。"),
        ("It costs \\$5 * 3.", "价格为 \\$5 * 3。"),
        ("YOUR ANSWER HERE", "在此作答"),
        ("a", "Tiếng Việt"),
    ],
)
def test_other_words_in_another_order_are_fine(original, translation):
    assert defects(original, translation) == []


@pytest.mark.parametrize(
    ("original", "translation", "message"),
    [
        ("$a$ and $a$", "只有 $a$", "formula $a$ is missing"),
        ("$a$ word", "$a$ 和 $b$", "formula $b$ isn't in the original"),
        ("a `x`", "某", "code span `x` is missing"),
        ("{eq}`eq-a` a", "某 {eq}`eq-b`", "role {eq}`eq-a` is missing"),
        ("{ref}`t <sec-a>`", "{ref}`某 <sec-b>`", "role {ref}`... <sec-a>` is missing"),
        ("{ref}`t <sec-a>`", "{ref}`sec-a`", "role {ref}`... <sec-a>` is missing"),
        ("[a](https://a.b)", "[某](https://a.c)", "link to https://a.b is missing"),
        ("[a](https://a.b)", "[某] (https://a.b)", "link to https://a.b is missing"),
        ("a<br>b", "某", "HTML <br> is missing"),
        ("a $x$", "某$ x$", "formula $ x$ isn't in the original"),
        ("a $x$", "某 $x$ $", "a $ without its partner"),
        ("a `x`", "某 `x", "a backtick without its partner"),
        ("a", "{eq} 某", "a role needs its `label`"),
        ("*a*", "**某**", "0 emphasised by * instead of 1"),
        ("**a** b", "这是**“某”**的", "write **词**。 in place of **词。**"),
        ("a", "某*", "a * that is shown as it is"),
        ("2 layers", "层", "the number 2 is missing"),
        ("layers", "5 层", "the number 5 isn't in the original"),
        ("one layer", "2 层", "the number 2 isn't in the original"),
        ("500 epochs", "五百轮", "the number 500 is missing"),
        ("a", "e\N{COMBINING ACUTE ACCENT}", "Unicode's form NFC"),
        ("a", "b ", "blanks at its ends"),
        ("a", "b\nc", "line breaks"),
        ("a", "\N{REPLACEMENT CHARACTER}", "a letter was lost"),
    ],
)
def test_what_got_lost_or_came_in_is_named(original, translation, message):
    assert any(message in line for line in defects(original, translation))


def test_fields_of_a_format_string_must_be_the_same():
    assert defects("{a} of {b:.1f}", "{b:.1f} 中的 {a}", fields=True) == []
    assert defects("{a} of {b}", "{a}", fields=True) == ["the field {b} is missing"]
    assert "the field {c} isn't in the original" in defects(
        "{a}", "{a}{c}", fields=True
    )
    assert "a brace too many" in defects("{a} b", "{a} {某", fields=True)[0]
    assert defects("{a} b", "某") == []
