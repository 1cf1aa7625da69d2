"""Downloads against a server on this machine: checked, whole, or not there at all."""

import gzip
import hashlib
import io
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pooch
import pytest

from d2l_local import download
from d2l_local.download import DATA_HUB, SHA256, download_extract, file_name, main

CONTENT = b"the time machine\n" * 500
PAGE = b"<!DOCTYPE html><title>Log in</title>"


class Server:
    """Local HTTP server; `answers` are served in turn, the last one from then on.

    An answer is (status, body, headers); without a Content-Length among the headers
    the length of the body is sent, and none if it is None.
    """

    def __init__(self):
        self.answers = [(200, CONTENT, {})]
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                turn = min(len(outer.requests), len(outer.answers)) - 1
                status, body, headers = outer.answers[turn]
                self.send_response(status)
                headers = {"Content-Length": str(len(body)), **headers}
                for name, value in headers.items():
                    if value is not None:
                        self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:  # the client hung up, as it may
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/files/"
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=[0.01], daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The data folder, which does not exist yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("D2L_DATA_DIR", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def hub(server, folder, monkeypatch):
    """Adder of entries to DATA_HUB: (file name, content, SHA-1 or None)."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)

    def add(file="own.txt", content=CONTENT, name="own", sha1=None):
        sha1 = sha1 or hashlib.sha1(content).hexdigest()
        monkeypatch.setitem(DATA_HUB, name, (server.url + file, sha1))
        return name

    return add


def names(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


# The tables


def test_the_hub_knows_the_book_by_the_classic_entry():
    assert DATA_HUB["time_machine"] == (
        "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt",
        "090b5e7e70c295757f55df93cb0a180b9691891a",
    )
    assert len(SHA256["time_machine"]) == 64
    assert file_name("time_machine") == "timemachine.txt"


def test_an_unknown_name_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'time_machin'.*time_machine"):
        download.download("time_machin")


# What goes well


def test_a_file_is_downloaded_once_and_its_path_returned(
    hub, server, folder, capfd, caplog
):
    pooch.get_logger().addHandler(caplog.handler)
    path = download.download(hub())
    pooch.get_logger().removeHandler(caplog.handler)
    assert path == str(folder / "own.txt")
    assert Path(path).read_bytes() == CONTENT
    assert download.download("own") == path
    assert server.requests == ["/files/own.txt"]
    assert names(folder) == ["own.txt"]
    assert capfd.readouterr() == ("", "")  # no bar where nobody watches
    assert caplog.records == []


def test_a_file_can_be_read_by_others(hub):
    assert os.stat(download.download(hub())).st_mode & 0o777 == 0o644


def test_another_folder_can_be_given(hub, folder, tmp_path):
    assert download.download(hub(), tmp_path / "there") == str(
        tmp_path / "there" / "own.txt"
    )
    assert not folder.exists()


def test_a_correct_file_put_there_by_hand_is_used(hub, server, folder):
    folder.mkdir()
    (folder / "own.txt").write_bytes(CONTENT)
    assert download.download(hub()) == str(folder / "own.txt")
    assert server.requests == []


def test_a_sha1_may_be_written_in_capitals(hub):
    assert download.download(hub(sha1=hashlib.sha1(CONTENT).hexdigest().upper()))


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_failure_is_tried_again(hub, server, folder, status):
    server.answers = [(status, b"busy", {})] * 2 + [(200, CONTENT, {})]
    download.download(hub())
    assert len(server.requests) == 3
    assert names(folder) == ["own.txt"]


def test_a_body_cut_off_is_tried_again(hub, server, folder):
    cut = (200, CONTENT[:100], {"Content-Length": str(len(CONTENT))})
    server.answers = [cut, (200, CONTENT, {})]
    assert Path(download.download(hub())).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_a_body_of_unknown_length_is_downloaded(hub, server):
    server.answers = [(200, CONTENT, {"Content-Length": None})]
    assert Path(download.download(hub())).read_bytes() == CONTENT


@pytest.mark.parametrize("in_notebook", [False, True])
def test_the_bar_is_shown_to_a_terminal_and_to_a_notebook(
    hub, monkeypatch, capsys, in_notebook
):
    if in_notebook:
        monkeypatch.setattr(download, "notebook_shell", object)
    else:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    download.download(hub())
    out, err = capsys.readouterr()
    assert out == ""
    assert "own.txt" in err


# What goes wrong: each time a clear error, and nothing left behind


def test_wrong_content_is_named_with_both_hashes(hub, server, folder):
    server.answers = [(200, b"other", {})]
    with pytest.raises(ValueError) as error:
        download.download(hub())
    for part in (
        server.url + "own.txt",
        hashlib.sha1(CONTENT).hexdigest(),
        hashlib.sha1(b"other").hexdigest(),
        "Try again",
    ):
        assert part in str(error.value)
    assert "HTML" not in str(error.value)
    assert len(server.requests) == 3
    assert names(folder) == []


def test_a_web_page_in_place_of_the_file_is_called_one(hub, server, folder):
    server.answers = [(200, PAGE, {})]
    with pytest.raises(ValueError, match="HTML page"):
        download.download(hub())
    assert names(folder) == []


def test_the_stronger_hash_decides_where_there_is_one(hub, folder, monkeypatch):
    monkeypatch.setitem(SHA256, "own", "0" * 64)
    with pytest.raises(ValueError, match="SHA256 0000"):
        download.download(hub())
    monkeypatch.setitem(SHA256, "own", hashlib.sha256(CONTENT).hexdigest())
    assert download.download(hub(sha1="0" * 40))


def test_a_wrong_file_already_there_is_reported_and_left_alone(hub, server, folder):
    folder.mkdir()
    (folder / "own.txt").write_bytes(b"mine")
    with pytest.raises(ValueError, match=r"own\.txt.*expected SHA1.*Delete it"):
        download.download(hub())
    assert (folder / "own.txt").read_bytes() == b"mine"
    assert server.requests == []


def test_a_body_always_cut_off_ends_in_an_error(hub, server, folder):
    server.answers = [(200, CONTENT[:100], {"Content-Length": str(len(CONTENT))})]
    with pytest.raises(ConnectionError, match=r"own\.txt.*by hand"):
        download.download(hub())
    assert len(server.requests) == 3
    assert names(folder) == []


@pytest.mark.parametrize("announced", [True, False])
def test_too_large_a_body_is_stopped(hub, server, folder, announced):
    server.answers = [(200, CONTENT, {} if announced else {"Content-Length": None})]
    with pytest.raises(ValueError, match=r"own\.txt.*1000 bytes.*max_bytes"):
        download.download(hub(), max_bytes=1000)
    assert len(server.requests) == 1
    assert names(folder) == []


def test_a_very_long_body_is_stopped_by_default(hub, server, folder):
    server.answers = [(200, b"x" * 30_000_000, {"Content-Length": None})]
    with pytest.raises(ValueError, match="10000000 bytes"):
        download.download(hub())
    assert names(folder) == []


@pytest.mark.parametrize("status", [404, 403, 204])
def test_a_refusal_is_named_and_not_tried_again(hub, server, folder, status):
    server.answers = [(status, b"", {})]
    with pytest.raises(
        ConnectionError, match=rf"own\.txt: the server answers {status}"
    ):
        download.download(hub())
    assert len(server.requests) == 1
    assert names(folder) == []


def test_a_server_always_failing_ends_in_an_error(hub, server, folder):
    server.answers = [(500, b"", {})]
    with pytest.raises(ConnectionError, match="500"):
        download.download(hub())
    assert len(server.requests) == 3


def test_without_network_the_address_and_the_place_are_named(hub, folder, monkeypatch):
    with socket.socket() as free:  # a port at which nobody listens
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/own.txt"
    hub()
    monkeypatch.setitem(DATA_HUB, "own", (url, "0" * 40))
    with pytest.raises(ConnectionError) as error:
        download.download("own")
    assert url in str(error.value)
    assert str(folder / "own.txt") in str(error.value)
    assert "by hand" in str(error.value)
    assert names(folder) == []


def test_a_server_that_falls_silent_is_given_up(hub, folder, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", (1, 0.2))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/own.txt"
        hub()
        monkeypatch.setitem(DATA_HUB, "own", (url, "0" * 40))
        with pytest.raises(ConnectionError, match="timed out"):
            download.download("own")


def test_a_folder_that_is_a_file_is_named_with_the_remedy(hub, folder):
    folder.write_text("not a folder")
    with pytest.raises(OSError, match=r"own\.txt.*data.*D2L_DATA_DIR"):
        download.download(hub())


def test_a_folder_that_is_read_only_is_named_with_the_remedy(hub, folder, monkeypatch):
    folder.mkdir()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    # As the superuser may write anywhere, the refusal is played.
    monkeypatch.setattr("pooch.utils.tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(PermissionError, match=r"own\.txt.*data.*D2L_DATA_DIR"):
        download.download(hub())


def test_a_full_disk_leaves_nothing_behind(hub, folder, monkeypatch):
    def full(url, path, *_):
        Path(path).write_bytes(CONTENT[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download, "_stream", full)
    with pytest.raises(OSError, match=r"No space left.*D2L_DATA_DIR"):
        download.download(hub())
    assert names(folder) == []


def test_the_check_comes_before_the_name(hub, server, folder, monkeypatch):
    seen = []
    verify = download.verify

    def watch(path, *args, **options):
        seen.append(names(folder))
        return verify(path, *args, **options)

    monkeypatch.setattr(download, "verify", watch)
    download.download(hub())
    assert len(seen) == 1
    assert "own.txt" not in seen[0] and len(seen[0]) == 1


def _download_own(url, sha1, folder, start, results):
    DATA_HUB["own"] = (url, sha1)
    start.wait()
    results.put(download.download("own", folder))


def test_two_processes_at_once_both_end_with_the_file(server, folder):
    context = multiprocessing.get_context("spawn")
    start, results = context.Event(), context.Queue()
    sha1 = hashlib.sha1(CONTENT).hexdigest()
    arguments = (server.url + "own.txt", sha1, str(folder), start, results)
    workers = [context.Process(target=_download_own, args=arguments) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.set()
    paths = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
        assert worker.exitcode == 0
    assert paths == [str(folder / "own.txt")] * 2
    assert (folder / "own.txt").read_bytes() == CONTENT
    assert names(folder) == ["own.txt"]


# A server that sends too slowly, oddly or without end


def dripping(beginning, gap=0.02):
    """Serve a beginning, and then a byte at a time; returns (URL, function to stop)."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def drip():
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(beginning)
                    while not stopped.wait(gap):
                        connection.sendall(b"x")
            except OSError:  # the client, or the test, hung up
                pass

    threading.Thread(target=drip, daemon=True).start()

    def stop():
        stopped.set()
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}/own.txt", stop


DRIPS = {
    "nothing but a connection": b"",
    "a status line": b"HTTP/1.1 2",
    "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    "a body without a length": b"HTTP/1.1 200 OK\r\n\r\n",
    "a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9999\r\n",
}


@pytest.mark.situation("download: a server that drips a byte at a time")
@pytest.mark.parametrize("what", DRIPS)
def test_a_dripping_server_is_given_up_at_the_deadline(hub, folder, monkeypatch, what):
    url, stop = dripping(DRIPS[what])
    hub()
    monkeypatch.setitem(DATA_HUB, "own", (url, "0" * 40))
    start = time.monotonic()
    threads = threading.active_count()
    with pytest.raises(
        ConnectionError, match=r"own\.txt: it took longer than 0\.3 sec"
    ):
        download.download("own", max_seconds=0.3)
    assert 0.25 < time.monotonic() - start < 5
    stop()
    assert names(folder) == []
    assert threading.active_count() <= threads  # no watch is left behind


def test_the_deadline_is_for_all_tries_together(hub, server, folder):
    server.answers = [(500, b"", {})]
    with pytest.raises(ConnectionError, match="took longer than 0.001 seconds"):
        download.download(hub(), max_seconds=0.001)
    assert len(server.requests) <= 1


@pytest.mark.parametrize("limit", [1e-9, 5, float("inf"), 1e300])
def test_a_limit_may_be_any_time(hub, server, limit):
    if limit > 1:
        assert Path(download.download(hub(), max_seconds=limit)).exists()
        return
    with pytest.raises(ConnectionError, match="max_seconds="):
        download.download(hub(), max_seconds=limit)


@pytest.mark.situation("download: redirects without end")
def test_redirects_without_end_are_given_up(hub, server, folder):
    server.answers = [(302, b"", {"Location": "again.txt"})]
    with pytest.raises(ConnectionError, match=r"own\.txt: Exceeded 30 redirects"):
        download.download(hub())
    assert names(folder) == []


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://a/b", "http://[::1/x", "//", ""]
)
def test_a_redirect_to_nowhere_on_the_web_is_refused(hub, server, folder, place):
    server.answers = [(302, b"", {"Location": place})]
    with pytest.raises((ConnectionError, ValueError), match=r"own\.txt"):
        download.download(hub())
    assert names(folder) == []


@pytest.mark.situation("download: an answer of no byte")
def test_an_empty_answer_is_wrong_content(hub, server, folder):
    server.answers = [(200, b"", {})]
    with pytest.raises(
        ValueError, match="found da39a3ee5e6b4b0d3255bfef95601890afd80709"
    ):
        download.download(hub())
    assert names(folder) == []


@pytest.mark.situation("download: an answer that is compressed on the way")
def test_an_answer_may_be_compressed_on_the_way(hub, server, folder):
    server.answers = [(200, gzip.compress(CONTENT), {"Content-Encoding": "gzip"})]
    assert Path(download.download(hub())).read_bytes() == CONTENT
    (folder / "own.txt").unlink()
    server.requests.clear()
    server.answers = [(200, b"no gzip", {"Content-Encoding": "gzip"})]
    with pytest.raises(ConnectionError, match=r"own\.txt: .*decode"):
        download.download("own")
    bomb = gzip.compress(bytes(30_000_000))
    server.requests.clear()
    server.answers = [(200, bomb, {"Content-Encoding": "gzip"})]
    with pytest.raises(ValueError, match="sends more than 10000000 bytes"):
        download.download("own")
    assert names(folder) == []


@pytest.mark.situation("download: a Content-Length that is no number")
@pytest.mark.parametrize(
    "length", ["abc", "-5", "", "1e3", "\u0663".encode().decode("latin-1")]
)
def test_a_length_that_is_no_number_is_ignored(
    hub, server, monkeypatch, length, capsys
):
    monkeypatch.setattr(download, "is_terminal", lambda stream: True)
    server.answers = [(200, CONTENT, {"Content-Length": length})]
    assert Path(download.download(hub())).read_bytes() == CONTENT


@pytest.mark.situation("download: a process that was killed left its temporary files")
def test_what_a_killed_download_left_is_removed_by_the_next(hub, server, folder):
    url, stop = dripping(DRIPS["a body"])
    code = (
        "from d2l_local import download\n"
        f"download.DATA_HUB['own'] = ({url!r}, '0' * 40)\n"
        "download.download('own')"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2]
    )
    try:
        for _ in range(600):
            if names(folder):
                break
            threading.Event().wait(0.05)  # the fixture lets nobody sleep
        (leftover,) = names(folder)
        download.download(hub())  # the other one is at work, and is left alone
        assert names(folder) == [leftover, "own.txt"]
    finally:
        other.kill()
        other.wait()
        stop()
    assert names(folder) == [leftover, "own.txt"]
    (folder / "own.txt").unlink()
    download.download(hub())
    assert names(folder) == ["own.txt"]


# Entries of DATA_HUB, which readers write


@pytest.mark.situation("download: a name in DATA_HUB that leads outside the cache")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../evil", ""),
        ("/etc/evil", "/"),
        ("..", ""),
        ("own", "/a/.."),
        ("own", "/..%5c..%5cevil/..\\..\\evil"),
        ("own", "/C:evil"),
        ("own", "/. "),
        ("a\0b", ""),
    ],
)
def test_a_name_that_leads_outside_is_refused(
    server, folder, monkeypatch, tmp_path, name, path
):
    url = server.url.removesuffix("/files/") + path
    monkeypatch.setitem(DATA_HUB, name, (url, hashlib.sha1(CONTENT).hexdigest()))
    for call in (download.download, download_extract, file_name):
        with pytest.raises(ValueError, match="can't be the name of one: end its URL"):
            call(name)
    assert server.requests == []
    assert names(tmp_path) == []


@pytest.mark.situation("download: an address that is no URL of the web")
@pytest.mark.parametrize(
    "url",
    ["http://[::1/x", "http://a:b/x", "http://a:99999/x", "file:///etc/passwd",
     "ftp://a/b", "a/b.txt", "", "http://", "http:///x", "http://[x]/y"],
)  # fmt: skip
def test_what_is_no_url_is_refused_with_the_entry(folder, monkeypatch, url):
    monkeypatch.setitem(DATA_HUB, "own", (url, "0" * 40))
    for call in (download.download, download_extract, file_name):
        with pytest.raises(ValueError, match=r"DATA_HUB\['own'\] has the URL '"):
            call("own")


@pytest.mark.parametrize(
    "url", ["http://" + "a" * 300 + "/x", "http://.a/x", "http://a\u2100b/x",
            "http://127.0.0.1:1/\ud800", "http://user:x@127.0.0.1:1/x", "http://%/x"],
)  # fmt: skip
def test_a_host_that_cannot_be_is_a_failed_connection(hub, folder, monkeypatch, url):
    monkeypatch.setitem(DATA_HUB, "own", (url, "0" * 40))
    with pytest.raises((ConnectionError, ValueError), match="http"):
        download.download("own")
    assert names(folder) == []


@pytest.mark.situation("download: a pipe in the place of a file")
def test_a_pipe_in_the_place_of_a_file_is_refused(hub, folder):
    folder.mkdir()
    os.mkfifo(folder / "own.txt")
    with pytest.raises(OSError, match=r"own\.txt' is a pipe, not a regular file"):
        download.download(hub())


@pytest.mark.situation("download: no home folder, or that of nobody")
@pytest.mark.parametrize("variable", ["D2L_DATA_DIR", "cache_dir"])
def test_the_home_folder_of_nobody_is_named(hub, monkeypatch, variable, capsys):
    hub()
    nobody, options = "~no_such_user/texts", {}
    if variable == "cache_dir":
        options = {"cache_dir": nobody}
    else:
        monkeypatch.setenv(variable, nobody)
    with pytest.raises(FileNotFoundError) as error:
        download.download("own", **options)
    assert str(error.value) == (
        f"{variable}='~no_such_user/texts': there is no home folder '~no_such_user'. "
        "Give the whole path"
    )
    assert main(["own", *(["--to", nobody] if options else [])]) == 1
    assert "there is no home folder" in capsys.readouterr().err


# Archives


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(members, mode="w:gz"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def archive(hub, server):
    """Adder of an archive: serves `content` as `file`, returns the name."""

    def add(content, file):
        server.answers = [(200, content, {})]
        return hub(file, content, "archive")

    return add


@pytest.mark.parametrize(
    ("pack", "file"),
    [(zipped, "pairs.zip"), (tarred, "pairs.tar.gz"), (tarred, "pairs.tgz")],
)
def test_an_archive_is_unpacked_beside_itself(archive, folder, pack, file):
    members = {"pairs/a.txt": b"a", "pairs/sub/b.txt": b"b", "other/c.txt": b"c"}
    name = archive(pack(members), file)
    assert download_extract(name) == str(folder / "pairs")
    assert (folder / "pairs/sub/b.txt").read_bytes() == b"b"
    assert download_extract(name, "other") == str(folder / "other")
    assert names(folder) == sorted(["other", "pairs", file])


def test_unpacking_again_repairs_what_is_there(archive, folder):
    name = archive(zipped({"pairs/a.txt": b"a"}), "pairs.zip")
    download_extract(name)
    (folder / "pairs/a.txt").write_bytes(b"changed")
    (folder / "pairs/mine.txt").write_bytes(b"mine")
    download_extract(name)
    assert (folder / "pairs/a.txt").read_bytes() == b"a"
    assert (folder / "pairs/mine.txt").exists()


@pytest.mark.parametrize("member", ["../evil.txt", "pairs/../../evil.txt", "/evil.txt"])
@pytest.mark.parametrize(("pack", "file"), [(zipped, "p.zip"), (tarred, "p.tar")])
def test_a_member_that_leads_outside_stops_it_all(archive, folder, pack, file, member):
    name = archive(pack({"p/a.txt": b"a", member: b"evil"}), file)
    if pack is tarred and member.startswith("/"):
        # The tar filter takes the leading slash away, which is as safe.
        download_extract(name)
        assert (folder / "evil.txt").exists()
        return
    with pytest.raises(ValueError, match=rf"{file}.*outside"):
        download_extract(name)
    assert names(folder) == [file]
    assert not (folder.parent / "evil.txt").exists()


def test_a_folder_that_is_not_in_the_archive_is_named(archive, folder):
    name = archive(zipped({"pairs/a.txt": b"a"}), "p.zip")
    with pytest.raises(ValueError, match=r"p\.zip' holds no 'p', only pairs: pass one"):
        download_extract(name)
    with pytest.raises(ValueError, match="holds no 'other', only "):
        download_extract(name, "other")
    assert names(folder) == ["p.zip"]


def test_a_file_that_is_no_archive_is_named(hub):
    with pytest.raises(ValueError, match=r"own\.txt.*neither a zip nor a tar"):
        download_extract(hub())


@pytest.mark.parametrize(("pack", "file"), [(zipped, "p.zip"), (tarred, "p.tar")])
def test_an_archive_that_unpacks_to_too_much_is_refused(
    archive, folder, monkeypatch, pack, file
):
    monkeypatch.setattr(download, "MAX_EXTRACTED_BYTES", 1000)
    name = archive(pack({"p/a.txt": b"a" * 1001}), file)
    with pytest.raises(ValueError, match="1001 bytes"):
        download_extract(name)
    assert names(folder) == [file]


def test_a_damaged_archive_is_named(archive, folder):
    whole = zipped({"p/a.txt": b"the content"})
    name = archive(whole.replace(b"the content", b"THE CONTENT"), "p.zip")
    with pytest.raises(ValueError, match=r"cannot unpack.*p\.zip.*CRC"):
        download_extract(name)
    assert names(folder) == ["p.zip"]


@pytest.mark.situation("download: an archive holds a file with its own name")
@pytest.mark.parametrize("member", ["p.tar", "P.TAR", "p.tar/a.txt", "other.txt"])
def test_a_member_never_takes_the_place_of_a_download(archive, hub, folder, member):
    hub("other.txt", name="other")
    content = tarred({"p/a.txt": b"a", member: b"evil"})
    name = archive(content, "p.tar")
    with pytest.raises(ValueError, match="would take the place of the (archive|file)"):
        download_extract(name)
    assert (folder / "p.tar").read_bytes() == content
    assert names(folder) == ["p.tar"]


@pytest.mark.situation("download: an encrypted archive")
def test_an_encrypted_archive_is_named(archive, folder):
    content = bytearray(zipped({"p/a.txt": b"a"}))
    for header, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + place] |= 1
    name = archive(bytes(content), "p.zip")
    with pytest.raises(
        ValueError, match=r"p\.zip'.*'p/a\.txt' is encrypted: unpack it"
    ):
        download_extract(name)
    assert names(folder) == ["p.zip"]


def test_a_tar_with_links_and_devices_that_lead_outside_is_refused(archive, folder):
    for kind, target in [
        (tarfile.SYMTYPE, "../../outside"),
        (tarfile.SYMTYPE, "/etc"),
        (tarfile.LNKTYPE, "../../outside"),
        (tarfile.CHRTYPE, ""),
        (tarfile.FIFOTYPE, ""),
    ]:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as made:
            member = tarfile.TarInfo("p/x")
            member.type, member.linkname = kind, target
            made.addfile(member)
        name = archive(file.getvalue(), "p.tar")
        with pytest.raises(ValueError, match=r"cannot unpack .*p\.tar"):
            download_extract(name)
        assert names(folder) == ["p.tar"]
        (folder / "p.tar").unlink()


@pytest.mark.situation("download: an archive of more than is allowed")
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_very_many_members_are_too_much_as_well(archive, folder, monkeypatch, pack):
    monkeypatch.setattr(download, "MAX_EXTRACTED_BYTES", 100 * 512)
    name = archive(pack({f"p/{i}": b"" for i in range(101)}), "p.zip")
    with pytest.raises(
        ValueError, match="would unpack to 51712 bytes, more than 51200"
    ):
        download_extract(name)


@pytest.mark.parametrize("inside", ["..", "/etc", "p/../..", "a\0"])
def test_a_folder_outside_the_archive_is_refused(archive, folder, inside):
    name = archive(zipped({"p/a.txt": b"a"}), "p.zip")
    with pytest.raises(ValueError, match="folder='.*' isn't in an archive"):
        download_extract(name, inside)
    assert names(folder) == ["p.zip"]


def test_a_place_that_is_taken_by_a_file_is_named(archive, folder):
    folder.mkdir()
    (folder / "p").write_text("mine")
    name = archive(zipped({"p/a.txt": b"a"}), "p.zip")
    with pytest.raises(OSError, match="cannot store 'p' in .*data.*D2L_DATA_DIR"):
        download_extract(name)
    assert (folder / "p").read_text() == "mine"


@pytest.mark.situation("download: a damaged archive")
@pytest.mark.parametrize(
    "file", ["p.zip", "p.tar", "p.tar.gz", "p.tar.bz2", "p.tar.xz"]
)
def test_a_damaged_archive_gives_its_files_or_the_documented_error(tmp_path, file):
    members = {"p/a.txt": b"the content of a" * 40, "p/b/c.txt": bytes(600)}
    mode = {"gz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}.get(
        file.rpartition(".")[2], "w"
    )
    whole = zipped(members) if file == "p.zip" else tarred(members, mode)
    rng = random.Random(file)
    path = tmp_path / file
    for i in range(60):
        content = bytearray(whole)
        if i % 3:
            for _ in range(rng.choice([1, 1, 8])):
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        else:
            del content[rng.randrange(len(content)) :]
        path.write_bytes(content)
        with download._scratch(tmp_path) as folder:
            try:
                download._unpack(path, folder)
            except ValueError as error:
                assert file in str(error)
    assert names(tmp_path) == [file]


# The command


def test_command_downloads_and_prints_the_path(hub, folder, capsys, tmp_path):
    assert main([hub()]) == 0
    assert capsys.readouterr() == (f"{folder / 'own.txt'}\n", "")
    assert main(["own", "--to", str(tmp_path / "there")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'there' / 'own.txt'}\n"


def test_command_lists_names_and_addresses(capsys):
    assert main(["--list"]) == 0
    assert capsys.readouterr().out == f"time_machine  {DATA_HUB['time_machine'][0]}\n"


@pytest.mark.parametrize("status", [404, 500])
def test_command_reports_an_error_in_one_line(hub, server, capsys, status):
    server.answers = [(status, b"", {})]
    assert main([hub()]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("d2l-download: cannot download http://127.0.0.1")
    assert err.count("\n") == 1


def test_command_without_a_name_explains_itself(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "give a name, or --list" in capsys.readouterr().err


def test_command_runs_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "d2l_local.download", "nothing"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr == (
        "d2l-download: unknown file 'nothing': DATA_HUB knows time_machine\n"
    )


def test_finding_the_cache_loads_no_downloader():
    """Whose import writes a notice into notebooks, though nothing is downloaded."""
    code = (
        "import sys\n"
        "from d2l_local.download import user_cache\n"
        "assert user_cache().name == 'd2l_local'\n"
        "assert not {'pooch', 'tqdm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
