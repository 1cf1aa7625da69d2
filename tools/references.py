"""References: a role in the source becomes a number, or a link that leads there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from tools.edition import Edition, Places
from tools.labels import Label, Labels
from tools.myst import PARSER, ROLE_OR_CODE, TITLED, Where
from tools.wording import Wording


@dataclass(frozen=True)
class Reader:
    """The notebook that a reference stands in: it decides how links look."""

    labels: Labels
    stem: str
    edition: Edition
    places: Places
    wording: Wording

    def references(self, text: str, expected: int, where: Where) -> str:
        """Return a text with its roles replaced by what they refer to.

        `expected` is the number of roles that the tokenizer saw in it. Raises
        BookError for unknown roles and labels.
        """
        replaced = 0

        def replace(match: re.Match) -> str:
            nonlocal replaced
            if match["role"] is None:
                return match[0]
            replaced += 1
            offset = text.count("\n", 0, match.start())
            return self._reference(match["role"], match["text"], where.at(offset))

        result = ROLE_OR_CODE.sub(replace, text)
        if replaced != expected:
            raise where.error(
                0,
                f"{expected} roles are meant here but {replaced} can be read; "
                "check the backticks",
            )
        return result

    def _reference(self, role: str, target: str, where: Where) -> str:
        if role == "eq":
            return f"({self._label(target, ('equation',), where).text})"
        if role == "numref":
            label = self._label(target, ("figure", "table"), where)
            return self.wording(label.kind, number=label.text)
        if role == "ref":
            titled = TITLED.fullmatch(target)
            title, name = titled.groups() if titled else (None, target)
            label = self._label(name, ("section",), where)
            return f"[{title or label.text}]({self._address(label)})"
        if role == "doc":
            return self._chapter(target, where)
        raise where.error(
            0, f"unknown role {{{role}}}; use {{eq}}, {{numref}}, {{ref}} or {{doc}}"
        )

    def table(self, name: str, where: Where) -> str:
        """Return the rows of the table labelled `name`, to be shown again."""
        return self._label(name, ("table",), where).body

    def _chapter(self, target: str, where: Where) -> str:
        """Return a link to a chapter, with its title unless words are given."""
        titled = TITLED.fullmatch(target)
        title, stem = titled.groups() if titled else (None, target)
        chapter = self.labels.chapters.get(stem)
        if chapter is None:
            known = ", ".join(self.labels.chapters)
            raise where.error(0, f"no chapter {stem!r}; there are {known}")
        if title is None and chapter.number is None:
            title = chapter.title
        elif title is None:
            values = {"number": chapter.number, "title": chapter.title}
            title = self.wording("reference", **values)
        edition = replace(self.edition.of("chapter"), language=chapter.language)
        start = self.places.path(self.edition, self.stem)
        return f"[{title}]({self.places.link(start, edition, stem)})"

    def _label(self, name: str, kinds: tuple[str, ...], where: Where) -> Label:
        label = self.labels.by_name.get(name)
        if label is None:
            raise where.error(0, f"no label {name!r} in any chapter")
        if label.kind not in kinds:
            raise where.error(
                0,
                f"{name!r} labels a {label.kind}, but the role is for a "
                f"{' or '.join(kinds)}",
            )
        framework = self.edition.framework.key
        if framework not in label.frameworks:
            raise where.error(
                0,
                f"{name!r} does not exist in the {framework} notebook, "
                f"only in {', '.join(sorted(label.frameworks))}; see {label.place}",
            )
        self.labels.used.add(name)
        return label

    def _address(self, label: Label) -> str:
        """Return the address of a section: in the same language, if it's translated."""
        edition = replace(self.edition.of(label.document), language=label.language)
        file = ""
        if (edition, label.stem) != (self.edition, self.stem):
            start = self.places.path(self.edition, self.stem)
            file = self.places.link(start, edition, label.stem)
        return f"{file}#{anchor(label.text)}"


def anchor(heading: str) -> str:
    """Return JupyterLab's anchor of a heading: its text, with hyphens for blanks."""
    inline = PARSER.parseInline(heading)[0]
    text = "".join(child.content for child in inline.children)
    return quote(text.replace(" ", "-"), safe="-._~!*:,;?@/")
