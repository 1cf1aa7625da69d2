"""Links and images of every page and notebook lead somewhere, down to the heading."""

import re
from urllib.parse import unquote

import pytest

from tools.book import ROOT
from tools.myst import PARSER
from tools.notebook import read
from tools.references import anchor

FOLDERS = ("notebooks", "translations")
NOTEBOOKS = sorted(path for name in FOLDERS for path in (ROOT / name).rglob("*.ipynb"))
ROOMS = ("d2l_local", "benchmarks")
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for name in ROOMS for path in (ROOT / name).rglob("*.md")),
    ]
)


def name(path):
    return path.relative_to(ROOT).as_posix()


def markdown(path):
    """The Markdown text of a page or of a notebook's cells."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = read(path).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def inline_tokens(text):
    for token in PARSER.parse(text):
        yield from token.children or ()


def addresses(text):
    """Every address that a text links to or shows."""
    for token in inline_tokens(text):
        if token.type == "link_open":
            yield token.attrs["href"]
        elif token.type == "image":
            yield token.attrs["src"]


def nameless(path):
    """The pictures of a page that say nothing to those who can't see them."""
    text = markdown(path)
    found = [
        token.attrs["src"]
        for token in inline_tokens(text)
        if token.type == "image" and not token.content.strip()
    ]
    written = re.sub(r"(?s)```.*?```|`[^`]*`", "", text)
    for tag in re.findall(r"<img\b[^>]*>", written):
        if not re.search(r"""\balt\s*=\s*(["'])\s*\S[^"']*\1""", tag):
            found.append(tag)
    return found


def anchors(text):
    """The anchors of a text's headings, as JupyterLab makes them."""
    tokens = PARSER.parse(text)
    return {
        anchor(tokens[number + 1].content)
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    }


def broken(path):
    """The addresses of a page that lead nowhere."""
    text = markdown(path)
    found = []
    for address in addresses(text):
        if re.match(r"[a-z]+:", address):
            continue
        file, _, heading = address.partition("#")
        target = (path.parent / unquote(file)).resolve() if file else path
        there = target.is_file()
        if there and heading:
            there = unquote(heading) in map(unquote, anchors(markdown(target)))
        if not there:
            found.append(address)
    return found


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name)
def test_links_and_images_lead_somewhere(path):
    assert broken(path) == []


@pytest.mark.situation("nbval: a picture of README.md without alt text")
@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name)
def test_each_picture_has_words_for_those_who_cannot_see_it(path):
    assert nameless(path) == []


def test_a_picture_without_words_is_found(tmp_path):
    page = tmp_path / "page.md"
    good = '![words](a.svg) <img src="b.svg" alt="words"> `![](c.svg)`'
    page.write_text(f'{good} ![](d.svg) ![ ](e.svg) <img src="f.svg" alt="">')
    assert nameless(page) == ["d.svg", "e.svg", '<img src="f.svg" alt="">']


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    (tmp_path / "there.md").write_text("# Some Heading\n")
    good = "[a](there.md) [b](there.md#Some-Heading) [c](https://example.org/x)"
    page.write_text(f"{good} ![d](no.svg) [e](there.md#Another)\n\n`[f](code.md)`")
    assert broken(page) == ["no.svg", "there.md#Another"]
