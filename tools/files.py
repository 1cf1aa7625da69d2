"""Write files whole or not at all, making the folders that they need."""

from __future__ import annotations

from pathlib import Path

from d2l_local.files import write_whole


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8; if that fails, what was there stays."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file; if that fails, what was there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
