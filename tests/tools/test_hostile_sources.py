"""Damaged files of a book: every command ends in the tool's own words.

`random_edits` cuts, doubles, flips and truncates whatever people write and whatever is
generated. A seed of it is kept as a test; `python -m tests.tools.test_hostile_sources
200` tries as many edits as it is told, and counts those that end in a traceback.
"""

import contextlib
import io
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import pytest

from tests.tools.records import executed
from tools import address, assignment, build, execute, figures, run, section
from tools import notebook as nb
from tools.book import ROOT
from tools.translations import __main__ as translations

FIXTURE = Path(__file__).parent / "fixtures" / "book"
README = "# A book\n\n<!-- contents:begin -->\n<!-- contents:end -->\n"
GLOSSARY = """\
[[terms]]
term = "state"
established = "状态"
forbidden = ["国家"]
source = "textbooks"
"""
HINTS = 'from gettext import gettext as _\n\n_("Look again.")\n_("{name} is None.")\n'
FIGURE = """\
TITLE = "A net"
DESCRIPTION = "Two boxes."
LABELS = {"a": "in"}
"""
WORDS = [
    *("$$", "```", ":::", "+++", "---", "```{math}", "```{code-cell}", ":tags: [mx]"),
    *("{eq}`", "{ref}`x`", "| a |", "\x00", "\u202e", "\ufeff", "\r", "\t", "\x0c"),
    *(":near: {}", ":points: true", ":fast: 1", "number: true", "runtime: 3", "[[x]]"),
    *("<<<<<<< HEAD", '"', "\\", "msgid", '+++ {"tags": 1}', '+++ {"a": ', "{", "]"),
    *("title: [1]", "goals: 2026-99-99", "### BEGIN SOLUTION", "key = 1", "#~ msgid"),
]


def make_book(root):
    """The fixture book with a language, its pages and its notebooks, as if executed."""
    shutil.copytree(FIXTURE, root)
    (root / "d2l_local").symlink_to(ROOT / "d2l_local")
    (root / "d2l_check").mkdir()
    (root / "d2l_check" / "a.py").write_text(HINTS)
    (root / "img" / "net.py").write_text(FIGURE)
    (root / "README.md").write_text(README)
    with (root / "source" / "book.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[languages]]\nkey = "zh"\nname = "中文"\n')
    (root / "translations" / "zh").mkdir(parents=True)
    glossary = root / "translations" / "zh" / "glossary.toml"
    glossary.write_text(GLOSSARY, encoding="utf-8")
    for name, old, new in (("01-sample", "For all.", "全部。"), ("book", "Note", "注")):
        options = ["--language", "zh", "--chapter", name]
        translations.main(["--root", str(root), *options])
        path = root / "translations" / "zh" / f"{name}.po"
        text = path.read_text(encoding="utf-8")
        entry = f'msgid "{old}"\nmsgstr "'
        assert f'{entry}"' in text
        path.write_text(text.replace(f'{entry}"', f'{entry}{new}"'), encoding="utf-8")
    assert build.main(["--root", str(root)]) == 0
    for path in (root / "notebooks").rglob("*.ipynb"):
        if path.parent.name != "exercises":
            nb.write(path, executed(nb.read(path)))
    assert build.main(["--root", str(root)]) == 0


def files_of(root):
    """What may be damaged: what people write, and what is generated and committed."""
    patterns = ("source/**/*", "translations/**/*", "notebooks/**/*.ipynb")
    patterns += ("img/*.py", "d2l_check/*.py", "*.md", "*.toml")
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(path for path in found if path.is_file())


def cut(data, dice):
    start = dice.randrange(len(data) + 1)
    return data[:start] + data[start + dice.choice((1, 2, 20, 200)) :]


def double(data, dice):
    lines = data.split(b"\n")
    place, count = dice.randrange(len(lines)), dice.choice((1, 1, 5))
    lines[place:place] = lines[place : place + count]
    return b"\n".join(lines)


def flip(data, dice):
    place = dice.randrange(len(data) + 1)
    return data[:place] + bytes([dice.randrange(256)]) + data[place + 1 :]


def truncate(data, dice):
    return data[: dice.choice((0, dice.randrange(len(data) + 1)))]


def insert(data, dice):
    lines = data.split(b"\n")
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(WORDS).encode())
    return b"\n".join(lines)


def put_in(data, dice):
    place = dice.randrange(len(data) + 1)
    return data[:place] + dice.choice(WORDS).encode() + data[place:]


def drop_line(data, dice):
    lines = data.split(b"\n")
    del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def other_value(data, dice):
    """A setting, an option or a key of another type."""
    lines = data.split(b"\n")
    places = [n for n, line in enumerate(lines) if b":" in line or b"=" in line]
    if places:
        place = dice.choice(places)
        sign = b"=" if b"=" in lines[place] else b":"
        values = (b"1", b"true", b"[]", b"{}", b'""', b"[1]", b"null", b"'a'", b"-1e4")
        lines[place] = lines[place].split(sign)[0] + sign + b" " + dice.choice(values)
    return b"\n".join(lines)


EDITS = (cut, double, flip, truncate, insert, put_in, drop_line, other_value)


def commands(root, elsewhere):
    """The commands to try: each with its arguments."""
    place = ["--root", str(root)]
    return {
        "build --check": (build.main, [*place, "--check"]),
        "translations --check": (translations.main, [*place, "--check", "--complete"]),
        "figures --list": (figures.main, [*place, "--list"]),
        "section": (section.main, ["02-next", *place]),
        "execute": (execute.main, [*place, "--chapter", "02-next"]),
        "run": (run.main, place),
        "assignment": (assignment.main, [str(elsewhere), *place, "--force"]),
        "address": (address.main, ["new/name", *place]),
        "translations": (translations.main, place),
        "build": (build.main, place),
        "figures": (figures.main, place),
    }


def end_of(function, arguments):
    """How a command ended: its code, what it said on stderr, a traceback or ''."""
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            code = function(arguments)
        except SystemExit as error:
            code = error.code
        except Exception:
            return 1, said.getvalue(), traceback.format_exc()
    return code, said.getvalue(), ""


def try_edits(good, seed, count, only=None):
    """Damage a copy of a book `count` times; yield how each command ended."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            root = Path(folder) / str(number)
            shutil.copytree(good, root, symlinks=True)
            path, edit = dice.choice(files_of(root)), dice.choice(EDITS)
            path.write_bytes(edit(path.read_bytes(), dice))
            where = f"{number} {edit.__name__} {path.relative_to(root)}"
            for name, command in commands(root, Path(folder) / "course").items():
                if only is None or name in only:
                    yield where, name, *end_of(*command)
            shutil.rmtree(root)


def run_nothing(notebook, folder, root, settings, progress):
    """Stands in for an execution: the outputs that a run would give."""
    done = executed(notebook)
    closing = nb.code_cells(done)[-1]
    closing.outputs[0].text = "perplexity 1.0, 6503.5 tokens/sec on cpu\na\nb\n"
    return done


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    root = tmp_path_factory.mktemp("good") / "book"
    with contextlib.redirect_stdout(io.StringIO()):
        make_book(root)
    return root


@pytest.mark.situation("build: random edits of sources, catalogues and notebooks")
def test_a_random_edit_ends_in_the_tools_own_words(good, monkeypatch):
    monkeypatch.setattr(execute, "run_cells", run_nothing)
    monkeypatch.setenv("D2L_TEXT", "embedded")
    quick = ("build --check", "translations --check", "build")
    for where, name, code, said, failure in try_edits(good, 7, 10, quick):
        assert not failure, f"{where}: {name}: {failure}"
        assert code in (0, 1, 2), where
        assert code == 0 or said.strip(), f"{where}: {name} says nothing"
        assert "Traceback" not in said, f"{where}: {name}: {said}"


if __name__ == "__main__":
    execute.run_cells = run_nothing
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "book"
        make_book(book)
        seen, ends = Counter(), Counter()
        number, seed = int(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 0
        for where, name, code, said, failure in try_edits(book, seed, number):
            ends[name, code] += 1
            if failure or "Traceback" in said or (code and not said.strip()):
                last = (failure or said).strip().split("\n")[-1]
                seen[name, last[:150]] += 1
                print(f"{where}: {name}: {failure or said or 'says nothing'}")
            sys.stdout.flush()
        print(*seen.most_common(), sep="\n")
        print(sum(seen.values()), "tracebacks;", dict(ends))
