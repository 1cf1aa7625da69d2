"""The settings in `source/book.toml`: read by their types, with the line of a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.errors import BookError

SETTINGS = "source/book.toml"
HEADER = re.compile(r"\s*\[+\s*([\w.]+)\s*\]+")
NEEDED = object()


@dataclass(frozen=True)
class Table:
    """A table of the settings; `name` is its own, "" for the whole file.

    `number` counts tables of the same name. `source` is the text of the file.
    """

    content: dict
    name: str
    source: str
    number: int = 0

    def error(self, key: str, value: object, wanted: str) -> BookError:
        """Return the error of a value that isn't what is wanted."""
        where = f"[{self.name}]: " if self.name else ""
        return BookError(
            f"{SETTINGS}:{self._line(key)}: {where}{key} = {value!r} must be {wanted}"
        )

    def allow(self, *keys: str) -> None:
        """Raise BookError for a key that means nothing."""
        for key in self.content:
            if key not in keys:
                raise BookError(
                    f"{SETTINGS}:{self._line(key)}: there is no setting {key!r}; "
                    f"choose from {', '.join(keys)}"
                )

    def text(
        self,
        key: str,
        pattern: str = r".*\S.*",
        remedy: str = "a text in quotes, of one line",
        default: object = NEEDED,
    ) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self.error(key, value, remedy)
        return value

    def list(self, key: str, default: object = NEEDED) -> tuple[str, ...]:
        value = self._get(key, default)
        found = isinstance(value, (list, tuple))
        if not found or not all(isinstance(item, str) and item for item in value):
            raise self.error(key, value, "a list of texts in quotes")
        return tuple(value)

    def table(self, key: str, default: object = NEEDED) -> Table:
        value = self._get(key, default)
        if not isinstance(value, dict):
            raise self.error(key, value, f"a table [{key}]")
        name = f"{self.name}.{key}" if self.name else key
        return Table(value, name, self.source, self.number)

    def tables(self, key: str, default: object = NEEDED) -> list[Table]:
        value = self._get(key, default)
        if not isinstance(value, list) or not all(isinstance(t, dict) for t in value):
            raise self.error(key, value, f"tables [[{key}]]")
        return [Table(t, key, self.source, number) for number, t in enumerate(value)]

    def texts(self) -> dict[str, str]:
        """Return the whole table, whose values are texts."""
        return {key: self.text(key) for key in self.content}

    def _get(self, key: str, default: object) -> object:
        value = self.content.get(key, default)
        if value is NEEDED:
            where = f"[{self.name}]: " if self.name else ""
            raise BookError(
                f"{SETTINGS}:{self._line('')}: {where}the setting {key!r} is missing"
            )
        return value

    def _line(self, key: str) -> int:
        """Return the line, from 1, of a key of this table, or else of its header."""
        header, current, seen = 1, "", {}
        for number, line in enumerate(self.source.split("\n"), 1):
            if found := HEADER.match(line):
                current = found[1]
                seen[current] = seen.get(current, -1) + 1
            # Tables in a table of a list are counted with the latter.
            above = seen.get(current.partition(".")[0], seen.get(current, 0))
            within = current == self.name and (not current or above == self.number)
            if within and found:
                header = number
            if within and key and re.match(rf"\s*[\"']?{re.escape(key)}\b", line):
                return number
            if not self.name and found and found[1] == key:
                return number
        return header
