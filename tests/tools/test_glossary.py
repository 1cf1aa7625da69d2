"""One translation for each term: what counts as a term, and what as its translation."""

import pytest

from tools.book import BookError
from tools.translations.glossary import Glossary, Term, load, plural


def glossary(**terms):
    """A glossary of `english="established"` or of whole terms."""
    return Glossary(
        tuple(
            value
            if isinstance(value, Term)
            else Term(key.replace("_", " "), value, "x")
            for key, value in terms.items()
        )
    )


def term(english, established, **values):
    return Term(english, established, "x", **{k: tuple(v) for k, v in values.items()})


def used(found, text):
    return [term.term for term in found.used(text)]


@pytest.mark.parametrize(
    "text",
    [
        "a state",
        "States differ.",
        "the state's",
        "a *state*",
        "a steady-state",
        "[the state](https://a.b)",
        "{ref}`the state <sec-a>`",
    ],
)
def test_a_term_is_found_in_prose_in_any_case_and_number(text):
    assert used(glossary(state="状态"), text) == ["state"]


@pytest.mark.parametrize(
    "text",
    [
        "to restate",
        "statement",
        "`state`",
        "$state$",
        "{ref}`sec-state`",
        "{ref}`this <sec-state>`",
        "[this](https://state.org)",
    ],
)
def test_parts_of_words_code_formulas_labels_and_addresses_do_not_count(text):
    assert used(glossary(state="状态"), text) == []


def test_the_longest_term_is_meant():
    found = glossary(state="状态", hidden_state="隐状态", hidden="隐藏")
    assert used(found, "a hidden state") == ["hidden state"]
    assert used(found, "a hidden state is a state") == ["state", "hidden state"]
    assert found.violations("a hidden state", "某隐状态") == []


def test_a_term_may_be_written_with_hyphens():
    assert used(glossary(time_step="时间步"), "time-step") == ["time step"]


def test_a_phrase_may_be_excepted():
    found = glossary(a=term("state", "状态", unless=["state of the art"]))
    assert used(found, "the state of the art") == []
    assert used(found, "the state of the network") == ["state"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("state", "states"),
        ("bias", "biases"),
        ("memory", "memories"),
        ("array", "arrays"),
        ("batch", "batches"),
        ("training loss", "training losses"),
    ],
)
def test_plurals_are_regular(word, expected):
    assert plural(word) == expected


def test_one_of_the_permitted_forms_is_enough():
    found = glossary(a=term("RNN", "循环神经网络", also=["循环神经网络（RNN）", "RNN"]))
    assert found.violations("An RNN and RNNs", "某 RNN") == []
    message = found.violations("An RNN", "某网络")[0]
    assert "'RNN' is not translated by '循环神经网络' or" in message
    assert "'unless'" in message


def test_a_translation_in_a_formula_or_in_code_does_not_count():
    assert glossary(state="状态").violations("a state `x`", "某 `状态`")


def test_the_fields_of_a_format_string_are_no_words():
    found = glossary(a=term("label", "标签", forbidden=["text"]))
    assert found.violations("{label}. {text}", "{label}。{text}", fields=True) == []
    assert found.violations("a label: {x}", "某：{x}", fields=True) != []


def test_a_forbidden_form_is_refused_wherever_it_stands():
    found = glossary(a=term("weight", "权重", forbidden=["重量"]))
    message = found.violations("Some words.", "一些重量。")[0]
    assert message == "'重量' is not used for 'weight': write '权重' (x)"
    assert found.violations("Some words.", "一些 `重量`。") == []


def test_a_forbidden_form_within_a_permitted_one_is_permitted():
    found = glossary(a=term("perplexity", "困惑度", forbidden=["困惑"]))
    assert found.violations("a perplexity", "某困惑度") == []
    assert len(found.violations("a perplexity", "困惑的困惑度")) == 1


def test_a_form_forbidden_for_one_term_may_be_another_terms_own():
    found = glossary(a=term("layer", "tầng", forbidden=["lớp"]), b=term("class", "lớp"))
    assert found.violations("a class", "một lớp") == []
    assert "'lớp' is not used for 'layer'" in found.violations("a layer", "một lớp")[0]


def test_vietnamese_is_compared_by_words_in_any_case_and_any_unicode_form():
    found = glossary(a=term("bias", "độ lệch", forbidden=["lệ"]))
    assert found.violations("a bias", "Độ lệch") == []
    assert found.violations("a bias", "Đo\u0323\u0302 le\u0323\u0302ch") == []
    assert found.violations("a bias", "độ lệchx") != []
    assert "'lệ' is not used" in found.violations("a b", "Lệ.")[0]
    assert found.violations("a b", "tỉlệ") == []


def test_chinese_and_korean_are_compared_wherever_the_form_stands():
    found = glossary(state="상태", network="RNN")
    assert found.violations("states of networks", "은닉상태는 RNN이다") == []


# The file


def read(tmp_path, text):
    path = tmp_path / "glossary.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, "translations/zh/glossary.toml")


ENTRY = '[[terms]]\nterm = "state"\nestablished = "状态"\nsource = "x"\n'


def test_a_glossary_is_read(tmp_path):
    found = read(tmp_path, ENTRY + 'forms = ["s"]\nalso = ["态"]\nunless = ["u"]\n')
    assert found.terms == (
        term("state", "状态", forms=["s"], also=["态"], unless=["u"]),
    )
    assert read(tmp_path, "").terms == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[terms]\n", "not valid TOML"),
        ('[term]\na = "b"\n', "found term; it must be a list of [[terms]]"),
        ("terms = 3\n", "must be a list of [[terms]]"),
        ("terms = [3]\n", "3 is not an entry"),
        (ENTRY.replace('term = "state"\n', ""), "needs term = "),
        (ENTRY.replace('"状态"', '" "'), "'state' needs established = "),
        (ENTRY.replace('source = "x"\n', ""), "'state' needs source = "),
        (ENTRY + 'forbiden = ["a"]\n', "unknown key forbiden; there are also, "),
        (ENTRY + 'also = "a"\n', "needs also as a list of texts, found 'a'"),
        (ENTRY + "also = [1]\n", "needs also as a list of texts"),
        (ENTRY + 'forbidden = ["状态"]\n', "both permits and forbids 状态"),
        (ENTRY + ENTRY, "'state' stands under 'state' and under 'state'"),
        (ENTRY + ENTRY.replace("state", "States"), "'states' stands under"),
    ],
)
def test_a_mistake_in_a_glossary_is_named(tmp_path, text, message):
    with pytest.raises(BookError, match="^translations/zh/glossary.toml: ") as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
