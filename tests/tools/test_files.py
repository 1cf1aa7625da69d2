import os

import pytest

from tools.files import write_bytes, write_text


def test_folders_are_made_and_text_is_utf_8(tmp_path):
    path = tmp_path / "a" / "b" / "c.txt"
    write_text(path, "né\n")
    assert path.read_bytes() == "né\n".encode()
    write_bytes(path, b"\xff")
    assert path.read_bytes() == b"\xff"


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail(source, target):
        raise OSError("disk")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
