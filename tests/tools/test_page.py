"""Pages lead to what is there, load nothing, and set every formula of the book."""

import copy
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebook as nb
from tools.book import ROOT, BookError, load
from tools.formula import mathml
from tools.page import Page, render, write_pages
from tools.run import flagship, page_of

SVG = (
    '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    '<svg xmlns="http://www.w3.org/2000/svg"/>'
)


@pytest.fixture(scope="module")
def pages():
    """The flagship's pages as `make run` makes them, with its committed outputs."""
    book = load(ROOT)
    drafts = [
        page_of(item, item.notebook, book, "embedded")
        for item in flagship(book, "embedded")
    ]
    return [
        (page, BeautifulSoup(render(page, drafts, book), "html.parser"))
        for page in drafts
    ]


def made(book, text, *others):
    """HTML of a page with this Markdown text, beside other pages."""
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    place = book.root / "build/run/pytorch/a.ipynb"
    page = Page(notebook, place, book.root / "build/html/pytorch/a.html", "A title")
    return render(page, [page, *others], book)


def test_a_page_keeps_addresses_of_the_web(book):
    html = made(book, "[a](https://x.org/a.ipynb) [b](a.ipynb#C) [c](#D)")
    assert 'href="https://x.org/a.ipynb"' in html
    assert 'href="a.html#C"' in html and 'href="#D"' in html


def test_links_lead_to_pages_that_are_written_and_else_to_the_repository(book):
    root = book.root
    place, path = root / "build/run/mxnet/a.ipynb", root / "build/html/mxnet/a.html"
    other = Page(new_notebook(), place, path, "")
    text = "[a](../mxnet/a.ipynb) [b](../../../notebooks/mxnet/b.ipynb#C)"
    html = made(book, text, other)
    assert 'href="../mxnet/a.html"' in html
    address = "https://github.com/someone/some-book/blob/main/notebooks/mxnet/b.ipynb#C"
    assert f'href="{address}"' in html
    assert 'href="../mxnet/a.html"' not in made(book, text)


def test_a_remote_image_becomes_its_words(book):
    html = made(book, "[![Open & see](https://x.org/badge.svg)](https://x.org/it)")
    assert '<a href="https://x.org/it">Open &amp; see</a>' in html


def test_no_page_of_the_run_loads_anything(pages):
    for _, soup in pages:
        assert soup.find_all(["script", "link", "iframe", "object", "base"]) == []
        assert soup.find_all(src=re.compile("^(?!data:)")) == []
        assert len(soup.find_all("img")) >= 8  # the figure and the plots
        (style,) = soup.find_all("style")
        assert not re.search(r"url\(|@import|https?:", style.string)
        assert soup.find_all(style=re.compile(r"url\(")) == []


@pytest.mark.situation("first steps: links of the pages of make run")
def test_every_link_within_the_run_leads_to_a_page_or_heading(pages):
    there = {page.path for page, _ in pages}
    for page, soup in pages:
        links = [link["href"] for link in soup.find_all("a", href=True)]
        assert len(links) > 20
        for address in links:
            file, _, anchor = address.partition("#")
            if re.match("https?://", address):
                continue
            target = (page.path.parent / file).resolve() if file else page.path
            assert target in there, address
            if anchor and not file:
                assert soup.find(id=anchor), address


def test_links_to_other_sections_lead_to_committed_files(pages):
    base = "https://github.com/{0.repository}/blob/{0.branch}/".format(load(ROOT))
    for _, soup in pages:
        files = [
            link["href"].removeprefix(base).partition("#")[0]
            for link in soup.find_all("a", href=True)
            if link["href"].startswith(base)
        ]
        assert len(files) > 10
        assert [file for file in files if not (ROOT / file).is_file()] == []


@pytest.mark.situation("first steps: formulas of the pages without a network")
def test_no_formula_is_left_as_tex(pages):
    for _, soup in pages:
        soup = copy.copy(soup)
        for code in soup.find_all(["pre", "code"]):
            code.extract()
        assert not re.search(r"\$[^$]+\$|\\(mathbf|begin|tag)\b", soup.get_text())
        assert len(soup.find_all("math")) > 50


def formulas():
    """Every formula of the committed notebooks: (text, whether in its own line)."""
    found = set()
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        for cell in nb.read(path).cells:
            if cell.cell_type == "markdown":
                text = re.sub(r"`[^`]*`", "", cell.source)
                for match in re.finditer(
                    r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+?)\$", text, re.S
                ):
                    found.add((match[1] or match[2], bool(match[1])))
    return found


def test_every_formula_of_the_book_is_set():
    found = formulas()
    assert len(found) > 500
    for tex, display in found:
        assert "<math" in mathml(tex, display)


def test_the_number_of_an_equation_stands_beside_it():
    html = mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned} \tag{12.1}", True)
    assert html.endswith('<span class="number">(12.1)</span></span>')
    assert r"\tag" not in html and "<mtable" in html


def test_a_formula_that_cannot_be_set_is_named(book):
    with pytest.raises(BookError, match=r"x \\nosuchcommand"):
        made(book, r"so $x \nosuchcommand$ it is")


def test_outputs_stand_under_their_code(book):
    outputs = [
        new_output("stream", name="stdout", text="a < b\n"),
        new_output("display_data", data={"image/svg+xml": SVG, "text/plain": "x"}),
        new_output("execute_result", data={"text/plain": "<7>"}),
    ]
    notebook = new_notebook(cells=[new_code_cell("f(1 < 2)", outputs=outputs)])
    path = book.root / "build/html/a.html"
    write_pages([Page(notebook, book.root / "a.ipynb", path, "A & B")], book)
    html = path.read_text()
    assert "<title>A &amp; B</title>" in html
    assert '<pre class="output">a &lt; b\n</pre>' in html
    assert '<pre class="output">&lt;7&gt;</pre>' in html
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("img")["alt"]
    assert soup.find(class_="highlight").get_text().strip() == "f(1 < 2)"
