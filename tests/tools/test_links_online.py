"""External links are asked for: here of a server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools import links
from tools.book import ROOT, load

CODES = {"/fine": 200, "/gone": 410, "/missing": 404, "/busy": 503, "/refuses": 403}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/fine")
        else:
            self.send_response(CODES[self.path])
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    found = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


@pytest.fixture
def pages_only(monkeypatch):
    """The sources of the fixture book link pages that nobody is to be asked for."""
    monkeypatch.setattr(links, "PAGES", ("*.md",))


@pytest.mark.situation("nbval: a dead external link")
def test_dead_links_are_named_with_their_place_and_others_are_not(
    book, pages_only, server, capsys
):
    lines = [
        "# A page",
        "",
        "A [fine](S/fine#part), a",
        "[gone](S/gone) and a ![x](S/missing)",
    ]
    lines += [
        "[busy](S/busy), [moved](S/moved), [no](S/refuses) [in](a.md) `S/missing`"
    ]
    page = "\n".join(lines).replace("S/", f"{server}/")
    own = f"https://github.com/{book.repository}/blob/main/x"
    (book.root / "README.md").write_text(f"{page} [own]({own})\n")
    assert links.main(["--root", str(book.root)]) == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        f"README.md:4: {server}/gone: 410 Gone; lead elsewhere, or take the link out",
        f"README.md:4: {server}/missing: 404 Not Found; lead elsewhere, or take the "
        "link out",
    ]
    assert f"unclear    README.md:5: {server}/busy: 503" in shown.out
    assert f"unclear    README.md:5: {server}/refuses: 403" in shown.out
    assert "6 links, 2 dead, 2 unclear" in shown.out


def test_without_a_network_that_is_said(book, pages_only, capsys):
    (book.root / "README.md").write_text("[a](http://127.0.0.1:9/x)\n")
    assert links.main(["--root", str(book.root)]) == 1
    assert "none of 1 links could be asked for: is there a n" in capsys.readouterr().err


def test_the_links_of_the_book_are_found():
    found = links.external_links(load(ROOT))
    assert len(found) > 20
    assert any(place.startswith("source/") for place in found.values())
    assert any(place.startswith("README.md:") for place in found.values())
