"""What stands in a book's files by mistake: named with its line, or healed."""

import pytest

from tests.tools.records import executed
from tools import build, figures
from tools import notebook as nb
from tools.book import BookError, load
from tools.build import build_all
from tools.fences import check_closed
from tools.files import read_text
from tools.translations.template import of_figures

SAMPLE = "01-sample.md"
README = "# A book\n\n<!-- contents:begin -->\n<!-- contents:end -->\n"


def run(book, *options):
    return build.main(["--root", str(book.root), *options])


@pytest.fixture
def built(book):
    (book.root / "README.md").write_text(README)
    assert run(book) == 0
    for path in book.notebooks.rglob("*.ipynb"):
        if path.parent.name != "exercises":
            nb.write(path, executed(nb.read(path)))
    assert run(book, "--check") == 0
    return book


DAMAGES = {
    "conflict markers": lambda data: (
        data[:40] + b"\n<<<<<<< HEAD\n" + data[40:60] + b"\n=======\n" + data[60:]
    ),
    "0 bytes": lambda data: b"",
    "wrong JSON": lambda data: data[: len(data) // 2],
    "a list": lambda data: b"[]",
    "another JSON": lambda data: b'{"cells": 1}',
    "no cells": lambda data: data.replace(b'"cells"', b'"sells"'),
    "another format": lambda data: data.replace(b'"nbformat": 4', b'"nbformat": 9'),
    "not UTF-8": lambda data: data.replace(b"A Sample", b"A S\xe4mple"),
    "NUL": lambda data: data.replace(b"A Sample", b"A\x00Sample"),
    "a byte-order mark": lambda data: b"\xef\xbb\xbf" + data,
}


@pytest.mark.situation("build: a committed notebook that can't be read")
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["01-sample", "exercises/01-sample"])
def test_a_damaged_notebook_is_named_and_the_build_heals_it(
    built, capsys, damage, kind
):
    path = built.notebooks / "mxnet" / f"{kind}.ipynb"
    good = path.read_bytes()
    path.write_bytes(DAMAGES[damage](good))
    assert path.read_bytes() != good
    assert run(built, "--check") == 1
    said = capsys.readouterr().err
    assert f"stale: notebooks/mxnet/{kind}.ipynb" in said and "Traceback" not in said
    assert run(built) == 0
    shown = capsys.readouterr().out
    assert f"written    notebooks/mxnet/{kind}.ipynb" in shown
    healed = nb.read(path)
    if kind == "01-sample":  # what couldn't be read is gone, and that is said
        assert not nb.has_outputs(healed) and "make section NAME=01-sample" in shown
        nb.write(path, executed(healed))
    assert path.read_bytes() == good
    assert run(built, "--check") == 0


@pytest.mark.situation("nbval: the build's check sees outputs that were stripped")
@pytest.mark.parametrize("kind", ["01-sample", "solutions/01-sample"])
def test_stripped_or_edited_outputs_are_named_by_the_builds_check(built, capsys, kind):
    path = built.notebooks / "mxnet" / f"{kind}.ipynb"
    good = nb.read(path)
    for change in ("strip", "edit"):
        notebook = nb.nbformat.from_dict(good)
        if change == "edit":
            nb.own_cells(notebook)[0].outputs[0].text = "9\n"
        for cell in nb.code_cells(notebook) if change == "strip" else ():
            cell.outputs, cell.execution_count = [], None
        nb.write(path, notebook)
        assert run(built, "--check") == 1
        said = capsys.readouterr().err
        assert f"notebooks/mxnet/{kind}.ipynb: its outputs aren't those" in said


@pytest.mark.situation("build: README's table with conflict markers")
def test_the_table_in_the_readme_is_healed(built, capsys):
    path = built.root / "README.md"
    good = path.read_text()
    path.write_text(good.replace("| --- ", "<<<<<<< HEAD\n| --- ", 1))
    assert run(built, "--check") == 1
    assert "stale: README.md" in capsys.readouterr().err
    assert run(built) == 0
    assert path.read_text() == good


BYTES = {
    b"\xff\xfea\x00": r":1: is UTF-16; save it as UTF-8",
    b"\xef\xbb\xbfa": r":1: is UTF-8 with a byte-order mark",
    b"a\nb\xe4c\n": r":2: not UTF-8: the byte 0xe4; save the file as UTF-8",
    b"a\n\nb\x00": r":3: holds the hidden character U\+0000",
    b"a\rb": r":1: holds the hidden character U\+000D",
    "a\n\u202eb".encode(): r":2: .*U\+202E \(RIGHT-TO-LEFT OVERRIDE\); take it out",
    "\u2066a".encode(): r":1: .*U\+2066 \(LEFT-TO-RIGHT ISOLATE\)",
    "a\u200bb".encode(): r":1: .*U\+200B \(ZERO WIDTH SPACE\)",
    "a\n\u2028b".encode(): r":2: .*U\+2028 \(LINE SEPARATOR\)",
    "a\x85b".encode(): r":1: .*U\+0085",
    b"a\x1b[31m": r":1: .*U\+001B",
    "a\ufeffb".encode(): r":1: .*U\+FEFF",
}


@pytest.mark.situation("build: bytes that are no text, NUL, bidirectional overrides")
@pytest.mark.parametrize("data", BYTES)
def test_what_is_no_plain_text_is_named_with_its_line(tmp_path, data):
    path = tmp_path / "a.md"
    path.write_bytes(data)
    with pytest.raises(BookError, match=f"^source/a.md{BYTES[data]}"):
        read_text(path, "source/a.md")


def test_plain_text_of_any_script_is_read(tmp_path):
    path = tmp_path / "a.md"
    text = "né 层 시간 tầng\tم‌ن 👩\u200d👧 soft\u00adhyphen ê\u0323 \u00a0\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert read_text(path, "a.md") == text  # whatever its line ends


@pytest.mark.situation("build: a source, setting or page that isn't plain UTF-8")
@pytest.mark.parametrize(
    "name",
    ["source/01-sample.md", "source/exercises/01-sample.md", "source/book.toml"]
    + ["README.md", "pyproject.toml", "translations/zh/01-sample.po"]
    + ["translations/zh/glossary.toml"],
)
def test_each_file_that_people_write_is_named(built, capsys, name):
    from tools.translations.__main__ import main as translations

    with (built.source / "book.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[languages]]\nkey = "zh"\nname = "中文"\n')
        file.write('translated = ["02-next"]\n')
    path = built.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.read_bytes() if path.exists() else b'msgid ""\n'
    path.write_bytes(old + b"\n\xe4\n")
    line = old.count(b"\n") + 2
    codes = [run(built, "--check"), translations(["--root", str(built.root)])]
    said = capsys.readouterr().err
    assert 2 in codes and f"{name}:{line}: not UTF-8" in said


@pytest.mark.situation("build: line ends of Windows")
def test_a_source_with_the_line_ends_of_windows_gives_the_same_notebooks(built):
    for path in (built.source / SAMPLE, built.source / "exercises" / SAMPLE):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(built, "--check") == 0


@pytest.mark.situation("build: a folder called 03-x.md, a dangling link, a part")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda s: (s / "03-x.md").mkdir(), "source/03-x.md is a folder: .*rename"),
        (lambda s: (s / "03-x.md").symlink_to("nowhere"), "03-x.md can't be read: No "),
        (
            lambda s: ((s / "03-x.y").mkdir(), (s / "03-x.y" / "a.md").touch()),
            "source/03-x.y is a folder: .*no ending",
        ),
        (
            lambda s: ((s / "03-x").mkdir(), (s / "03-x" / "a.md").mkdir()),
            "source/03-x/a.md can't be read: Is a directory",
        ),
    ],
)
def test_what_is_no_file_is_named(book, make, message):
    make(book.source)
    with pytest.raises(BookError, match=message):
        build_all(book)


OPEN = {
    "a\n\n$$\nb = c\n": 3,
    "a\n\n$$\nb = c\n\n$$\nd\n$$\n": 3,
    "$$ a = b\n\nc\n": 1,
    "a\n```{math}\n:label: eq-x\nb\n\n```{code-cell}\nc = 1\n```\n": 2,
    "a\n\n```{code-cell}\nc = 1\n\ntext\n\n```{math}\nx\n```\n": 3,
    "a\n```python\nb\n": 2,
    "````{note}\na\n```\n": 1,
    ":::{note}\na\n\n```{code-cell}\nb\n```\n": 1,
    "- ```{math}\n  a\n": 1,
    "~~~\na\n```\n": 1,
    "```{math}\nx\n```\n\n$$\ny\n```{code-cell}\na\n```\n$$\n": 5,
}


@pytest.mark.situation("build: what isn't closed is named where it was opened")
@pytest.mark.parametrize("text", OPEN)
def test_an_open_fence_or_formula_is_named_by_its_own_line(text):
    with pytest.raises(BookError, match=f"^a.md:{OPEN[text]}: this .* is not closed"):
        check_closed(text, "a.md")


@pytest.mark.parametrize(
    "text",
    [
        "$$\na\n$$\n\n$$ b $$ (eq-x)\n\n$$\nc\n$$ (eq-y)\n",
        "```{math}\na\n```\n```python\n$$\n```\n",
        ":::{note}\n```python\na\n```\n:::\n",
        "````md\n```{math}\nx\n```\n````\n",
        "- $$\n  a\n  $$\n\n> ```\n> a\n> ```\n",
        "```python\n:::\n~~~\n```\n",
    ],
)
def test_what_is_closed_passes(text):
    check_closed(text, "a.md")


@pytest.mark.situation("build: $$ within a line")
@pytest.mark.parametrize("text", ["a $$ b", "For\nall $$ of\nit", "It is $$a"])
def test_a_formulas_marks_in_a_line_are_refused_with_the_line(book, edit, text):
    edit("For all.", text)
    lines = (book.source / SAMPLE).read_text().split("\n")
    wanted = next(line for line in text.split("\n") if "$$" in line)
    line = lines.index(wanted) + 1
    with pytest.raises(BookError, match=rf"{SAMPLE}:{line}: \$\$ that opens or closes"):
        build_all(book)


SETTINGS = [
    ('flagship = "01-sample"', 'flagship = "09-none"', "flagship = '09-none'"),
    ('flagship = "01-sample"', "flagship = 1", r":4: flagship = 1 must be a text"),
    ('title = "A Book for Tests"', 'title = ""', r":1: title = '' must be a text"),
    ('title = "A Book for Tests"', 'title = ["a"]', r":1: title = \['a'\] must be"),
    ('title = "A', 'titel = "a"\ntitle = "A', r":1: there is no setting 'titel'; choo"),
    ('branch = "main"', 'branch = "a b"', r":3: branch = 'a b' must be one word"),
    ('name = "python3"\n', "", r":6: \[kernelspec\]: the setting 'name' is missing"),
    ("[kernelspec]", "[kernels]", "no setting 'kernels'"),
    ('key = "mxnet"', 'key = "pytorch"', "key = 'pytorch' stands twice"),
    ('key = "mxnet"', "key = 3", r":2\d: \[frameworks\]: key = 3 must be one lower"),
    ('key = "mxnet"', 'key = "MX Net"', "key = 'MX Net' must be one lower-case word"),
    ('folder = "mxnet"', 'folder = "../x"', "folder = '../x' must be one lower-case"),
    ('packages = ["torch"]', 'packages = "torch"', "packages = 'torch' must be a list"),
    ('packages = ["torch"]', "packages = [1]", r"packages = \[1\] must be a list"),
    ('json = "json==1.0"', "json = 1", r"\[frameworks.install\]: json = 1 must be a t"),
    ("[[frameworks]]\nkey = ", "[frameworks]\nkey = ", "not valid TOML|must be tables"),
]


@pytest.mark.situation("build: settings of the wrong type or value")
@pytest.mark.parametrize(("old", "new", "message"), SETTINGS)
def test_a_wrong_setting_is_refused_with_its_line(book, old, new, message):
    path = book.source / "book.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BookError, match=rf"source/book.toml.*{message}"):
        build_all(load(book.root))


@pytest.mark.situation("build: a language's settings")
@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('key = "zh"\nname = "x"\ntranslated = ["09-none"]', "translated = '09-none'"),
        ('key = "zh"\nname = "x"\ntranslated = "01-sample"', "must be a list of texts"),
        ('key = "../x"\nname = "x"', "must be a language's code"),
        ('key = "zh"', "the setting 'name' is missing"),
    ],
)
def test_a_wrong_language_is_refused(book, entry, message):
    with (book.source / "book.toml").open("a") as file:
        file.write(f"\n[[languages]]\n{entry}\n")
    with pytest.raises(BookError, match=rf"source/book.toml.*{message}"):
        build_all(load(book.root))


FRONT = [
    ("number: 2", "number: true", "'number' as an int, found True"),
    ("title: Next", "title: [a]", "'title' as a non-empty str"),
    ("title: Next", 'title: "a\\nb"', "'title': .* must be one line"),
    (
        "title: Next",
        "titel: x\ntitle: Next",
        "the unknown key 'titel'; there are title",
    ),
    ("goals:\n  - go back", 'goals: [""]', "'goals': '' is not a text"),
    ("goals:\n  - go back", "goals: go back", "'goals' as a non-empty list"),
    ("pytorch: 1", "1: 1", "one entry for each of pytorch, mxnet, found 1, mxnet"),
    ("pytorch: 1", "pytorch: 1.2.3", "must be minutes"),
    ("number: 2", "number: 2\nall_frameworks: 1", "true or false"),
    ("title: Next", "title: 2026-99-99", "not valid YAML"),
    ("title: Next", "title: 'a", r":\d+: the front matter is not valid YAML"),
]


@pytest.mark.situation("build: front matter of the wrong type or value")
@pytest.mark.parametrize(("old", "new", "message"), FRONT)
def test_wrong_front_matter_is_named(book, edit, old, new, message):
    edit(old, new, "02-next.md")
    with pytest.raises(BookError, match=f"source/02-next.md.*{message}"):
        build_all(book)


@pytest.mark.situation("build: front matter that is a list")
def test_front_matter_that_is_no_mapping_is_named(book):
    (book.source / "02-next.md").write_text("---\n- a\n---\n\ntext\n")
    with pytest.raises(BookError, match="02-next.md:1: the front matter must be 'key:"):
        build_all(book)


@pytest.mark.situation("build: points: true")
def test_points_are_a_number(book, edit):
    edit(":points: 2", ":points: true", "exercises/01-sample.md")
    with pytest.raises(BookError, match="whole number above 0 .* but is True"):
        build_all(book)


@pytest.mark.situation("build: a figure's script that fails ends in one line")
def test_a_failing_script_of_a_figure_is_named_in_one_line(book, capsys):
    (book.root / "img" / "net.py").write_text("a = 1\nb = 1 / 0\n")
    assert figures.main(["--root", str(book.root)]) == 2
    said = capsys.readouterr().err
    assert said == (
        "error: img/net.py failed in line 2: ZeroDivisionError: division by zero\n"
    )


@pytest.mark.situation("build: a folder in the place of a generated file")
def test_a_folder_where_a_notebook_goes_is_named(built, capsys):
    path = built.notebooks / "mxnet" / "02-next.ipynb"
    path.unlink()
    path.mkdir()
    assert run(built) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path}: ") and "Traceback" not in said


@pytest.mark.situation("build: the words of a figure's script")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('LABELS = {"a": "in"}', "LABELS = 1", "LABELS a table of texts"),
        ('LABELS = {"a": "in"}', "LABELS = {1: 2}", "LABELS a table of texts"),
        ('TITLE = "A net"\n', "", "TITLE and DESCRIPTION must be texts"),
        ('TITLE = "A net"', "TITLE = -'a'", "net.py:1: TITLE must be written out"),
        ('TITLE = "A net"', "TITLE = (", "net.py:1: isn't valid Python"),
    ],
)
def test_the_words_of_a_figure_are_texts(book, old, new, message):
    script = 'TITLE = "A net"\nDESCRIPTION = "Boxes."\nLABELS = {"a": "in"}\n'
    assert old in script
    (book.root / "img" / "net.py").write_text(script.replace(old, new))
    with pytest.raises(
        BookError, match=f"img/net.py.*{message.removeprefix('net.py')}"
    ):
        of_figures(book)
