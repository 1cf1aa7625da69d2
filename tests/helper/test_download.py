"""Downloads against a server on this machine: checked, whole, or not there at all."""

import hashlib
import io
import multiprocessing
import os
import socket
import subprocess
import sys
import tarfile
import threading
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
    def full(url, path, max_bytes):
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
