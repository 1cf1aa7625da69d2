"""A file is written whole or not at all, read only if it is one, and left as it was."""

import errno
import os
import resource
import signal
import socket
import stat
import subprocess
import sys

import numpy as np
import pytest

from d2l_local import files
from d2l_local.exchange.architecture import Architecture
from d2l_local.exchange.file import read_weights, write_weights
from d2l_local.files import open_regular, try_writing, write_whole
from d2l_local.run.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from d2l_local.text.vocabulary import Vocab

RNN = Architecture("rnn", 5, 3)


def weights():
    return {name: np.zeros(shape, "f4") for name, shape in RNN.shapes().items()}


WRITERS = {
    "whole": lambda path: write_whole(path, b"new"),
    "trial": lambda path: try_writing(path, 3),
    "checkpoint": lambda path: write_checkpoint(path, {}, {}, {}),
    "weights": lambda path: write_weights(path, RNN, weights(), Vocab(list("time"))),
}
READERS = {
    "open": open_regular,
    "checkpoint": read_checkpoint,
    "weights": read_weights,
    "begin": Checkpoint,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nobody(folder):
    """Forbids what a user without privileges may not do, even where root runs tests."""
    if os.geteuid() != 0:
        yield
        return
    parents = [each for each in folder.parents if each.stat().st_mode & 0o5 != 0o5]
    before = {each: stat.S_IMODE(each.stat().st_mode) for each in parents}
    for each in parents:
        each.chmod(0o755)
    folder.chmod(0o777)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for each, mode in before.items():
            each.chmod(mode)


@pytest.fixture
def alarm():
    """Ends a test that waits for ever."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits for ever"))
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


# What stays as it was


@pytest.mark.situation("checkpoints: a link stays a link")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(folder, there):
    (folder / "elsewhere").mkdir()
    (folder / "link").symlink_to("elsewhere/file")
    if there:
        (folder / "elsewhere" / "file").write_bytes(b"old")
    write_whole("link", b"new")
    assert (folder / "link").is_symlink()
    assert (folder / "elsewhere" / "file").read_bytes() == b"new"
    assert os.listdir("elsewhere") == ["file"]


@pytest.mark.situation("checkpoints: a file keeps its mode, a new one obeys the umask")
def test_the_mode_is_that_of_the_file_before_or_what_the_umask_allows(folder):
    before = os.umask(0o077)
    try:
        write_whole("private", b"new")
        assert mode("private") == 0o600
        for given in (0o640, 0o666, 0o600):
            os.chmod("private", given)
            write_whole("private", b"newer")
            assert mode("private") == given
        os.umask(0o022)
        write_whole("public", b"new")
        assert mode("public") == 0o644
    finally:
        os.umask(before)


@pytest.mark.situation("checkpoints: nobody reads a private file while it is written")
def test_a_private_file_is_private_while_it_is_written(folder, monkeypatch):
    (folder / "private").write_bytes(b"old")
    os.chmod("private", 0o600)
    seen = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: seen.append(os.fstat(handle).st_mode & 0o777)
    )
    write_whole("private", b"new")
    assert seen == [0o600]


KILLED = """
import os, signal
from d2l_local import files
os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
files.write_whole("model", bytes(1000))
"""


@pytest.mark.situation("checkpoints: the next run removes what a kill has left")
def test_the_leftover_of_a_killed_process_is_removed_by_the_next_save(folder):
    (folder / "model").write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED])
    assert killed.returncode == -signal.SIGKILL
    assert (folder / "model").read_bytes() == b"old"
    (leftover,) = (name for name in os.listdir() if name != "model")
    assert (folder / leftover).stat().st_size == 1000
    foreign = [f"{leftover}.mine", ".model.notes.tmp", ".models.0123456789abcdef.tmp"]
    for name in foreign:
        (folder / name).touch()
    try_writing("model", 1)
    assert sorted(os.listdir()) == sorted(["model", *foreign])


def test_the_temporary_file_of_a_process_that_writes_is_left_alone(folder):
    place, before = files.place_of("model")
    with files.temporary(place, before) as file:
        file.close()  # as it is before it gets its name
        write_whole("model", b"other")  # takes it for no leftover
        assert os.path.exists(file.name)
    assert os.listdir() == ["model"]


# What isn't opened


def make(kind):
    """Make something that isn't a regular file; returns its name."""
    if kind == "device":
        return "/dev/zero"
    if kind == "folder":
        os.mkdir("it")
    elif kind == "pipe":
        os.mkfifo("it")
    elif kind == "link to a pipe":
        os.mkfifo("pipe")
        os.symlink("pipe", "it")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("it")
    return "it"


@pytest.mark.situation("checkpoints: a pipe, a device, a socket is refused at once")
@pytest.mark.parametrize(
    "kind", ["folder", "pipe", "link to a pipe", "socket", "device"]
)
@pytest.mark.parametrize("use", [*WRITERS.values(), *READERS.values()],
                         ids=[*WRITERS, *READERS])  # fmt: skip
def test_what_is_not_a_regular_file_is_refused_without_waiting(
    folder, alarm, kind, use
):
    name = make(kind)
    before = os.stat(name)
    with pytest.raises(OSError, match=f"'{name}' is a ") as error:
        use(name)
    expected = "name a file in it" if kind == "folder" else "not a regular file: copy"
    assert expected in str(error.value)
    assert os.stat(name).st_mode == before.st_mode


@pytest.mark.situation("checkpoints: an unreadable file isn't called missing")
@pytest.mark.parametrize("read", ["open", "checkpoint", "weights"])
def test_what_cannot_be_read_is_told_from_what_is_not_there(folder, nobody, read):
    (folder / "secret").touch(mode=0)
    with pytest.raises(
        PermissionError, match="denied: make the file readable.*'secret'"
    ):
        READERS[read]("secret")
    if read != "checkpoint":
        with pytest.raises(FileNotFoundError, match="no such file: 'nothing'"):
            READERS[read]("nothing")
    os.symlink("nowhere", "link")
    if read != "checkpoint":
        with pytest.raises(FileNotFoundError, match="link to 'nowhere', where nothing"):
            READERS[read]("link")


@pytest.mark.situation("checkpoints: an error names the path and the remedy")
@pytest.mark.parametrize("use", [*WRITERS.values(), *READERS.values()],
                         ids=[*WRITERS, *READERS])  # fmt: skip
def test_a_name_that_no_file_can_have_is_named(folder, use):
    with pytest.raises(OSError, match=r"too long \(300 characters\): give a shorter"):
        use("n" * 300)
    for name in ("null\0byte", "half \ud83d"):
        with pytest.raises(ValueError, match="can't be the name of a file"):
            use(name)
    (folder / "file").touch()
    with pytest.raises(OSError, match="'file/inside'|folder 'file'"):
        use("file/inside")


@pytest.mark.situation("checkpoints: 'No such device' comes with a path")
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize("read", [read_checkpoint, read_weights])
def test_what_the_system_does_not_let_map_is_named(read):
    with pytest.raises(OSError, match="/proc/self/status"):
        read("/proc/self/status")


# What can't be written


@pytest.mark.situation("checkpoints: a place that can't be written is left as it was")
@pytest.mark.parametrize("write", WRITERS)
def test_a_read_only_place_is_named_and_nothing_is_left(folder, nobody, write):
    place = folder / "place"
    place.mkdir()
    (place / "model").write_bytes(b"old")
    place.chmod(0o555)
    try:
        with pytest.raises(PermissionError, match="one saved before is intact. Make r"):
            WRITERS[write](place / "model")
        with pytest.raises(
            PermissionError, match="denied.. Make room, or .*'new'|new'"
        ):
            WRITERS[write](place / "new")
        assert os.listdir(place) == ["model"]
    finally:
        place.chmod(0o755)


@pytest.mark.situation("checkpoints: a file marked as read-only isn't replaced")
@pytest.mark.parametrize("write", WRITERS)
def test_a_read_only_file_is_not_replaced(folder, nobody, write):
    (folder / "model").write_bytes(b"old")
    os.chmod("model", 0o444)
    with pytest.raises(PermissionError, match="read-only: give another path: 'model'"):
        WRITERS[write]("model")
    assert (folder / "model").read_bytes() == b"old"


@pytest.mark.situation("checkpoints: a full disk is named with the path that was given")
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("write", ["whole", "checkpoint", "weights"])
def test_whatever_fails_the_file_is_intact_and_the_message_names_it(
    folder, monkeypatch, step, write
):
    (folder / "model").write_bytes(b"old")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), ".model.abc.tmp")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(OSError, match="No space left on device") as error:
            WRITERS[write]("model")
    assert error.value.errno == errno.ENOSPC
    assert error.value.filename == "model"
    assert "the one saved before is intact. Make room" in str(error.value)
    assert ".tmp" not in str(error.value)
    assert (folder / "model").read_bytes() == b"old"
    assert os.listdir() == ["model"]


@pytest.mark.situation("checkpoints: a full place is found out by a trial")
def test_a_trial_needs_as_much_room_as_the_file(folder):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        try_writing("model", 9_000)
        with pytest.raises(OSError, match="Make room") as error:
            try_writing("model", 11_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.errno == errno.EFBIG
    assert os.listdir() == []


def test_a_long_name_that_fits_can_be_written(folder):
    name = "n" * 250 + ".ckpt"
    write_whole(name, b"new")
    write_whole(name, b"newer")
    assert os.listdir() == [name]


def test_a_checkpoint_stays_where_it_is_when_the_folder_changes(folder):
    checkpoint = Checkpoint("run.checkpoint")
    assert checkpoint.path == folder / "run.checkpoint"
