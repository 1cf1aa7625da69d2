"""Describe the machine and the versions, and measure memory in use."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from d2l_local.numpy_shim import usable_cores

# The figures depend on these; TensorFlow goes by two names.
PACKAGES = ("numpy", "torch", "tensorflow", "tensorflow-cpu", "keras", "mxnet")
KEYS = {"peak": "VmHWM", "now": "VmRSS"}  # names of the Linux kernel


def memory_mib(which: str) -> float | None:
    """Return the memory of this process in MiB: its 'peak' so far, or 'now'.

    The Linux kernel counts it, from zero when a process starts another program. None on
    other systems.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    (kib,) = re.findall(rf"^{KEYS[which]}:\s+(\d+) kB", status.read_text(), re.M)
    return int(kib) / 1024


def describe(root: Path) -> dict:
    """Return processor, cores, memory, system, and the commit that is measured."""
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "memory_gib": _memory_gib(),
        "system": _system(),
        "python": platform.python_version(),
        "commit": _commit(root),
    }


def versions() -> dict[str, str]:
    """Return the installed versions of NumPy and the frameworks."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # such as tensorflow where tensorflow-cpu is installed
    return found


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.M)
        if found:
            return " ".join(found[1].split())
    return platform.processor() or platform.machine()


def _memory_gib() -> int | None:
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:  # not Linux
        return platform.platform()
    return f"{name}, Linux {platform.release().partition('-')[0]}"


def _commit(root: Path) -> str | None:
    """Return the commit checked out in `root`, marked if the helper has changed."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"],
            cwd=root,
            text=True,
            capture_output=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or no clone
        return None
