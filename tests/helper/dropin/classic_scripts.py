"""The scripts of `classic/`, cell by cell."""

import re
from pathlib import Path

CLASSIC = Path(__file__).parent / "classic"


def cells_in(name):
    """The cells of a script of `classic/`, which `# %%` separates."""
    text = (CLASSIC / f"{name}.py").read_text(encoding="utf-8")
    return re.split(r"(?m)^# %%.*\n", text)[1:]
