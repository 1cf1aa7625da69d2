r"""MyST -> the plain Markdown that Jupyter, GitHub and Colab all show.

A numbered equation becomes ``$$ ... \tag{12.1} $$``, a figure a caption below the
code cell that shows it, see `tools.pictures`, a table a pipe table with a caption, an
admonition a quote. A table with ``:from: tab-name`` shows the rows of another one,
which stand there only.
"""

from __future__ import annotations

from tools.effort import line as effort_line
from tools.labels import name_of
from tools.myst import Block, Where, blocks
from tools.references import Reader
from tools.wording import BOXES

OPTIONS = {
    "figure": {"name", "alt"},
    "table": {"name", "from"},
    "effort": {"minutes"},
}


def render(text: str, reader: Reader, where: Where) -> str:
    """Return the plain Markdown of one MyST text for one notebook.

    Raises BookError, with file and line, for whatever cannot be resolved.
    """
    lines = text.split("\n")
    result: list[str] = []
    done = 0
    for start, end, replacement in _edits(text, reader, where):
        result += lines[done:start]
        result += replacement
        done = end
        if not replacement and result[-1:] in ([], [""]):
            # What vanishes takes the blank lines behind it along.
            while done < len(lines) and not lines[done].strip():
                done += 1
    return "\n".join(result + lines[done:]).strip("\n")


def _edits(text: str, reader: Reader, where: Where):
    """Yield (start, end, replacement lines) in order, without overlap."""
    lines = text.split("\n")
    roles: dict[tuple[int, int], int] = {}
    edits = []
    for block in blocks(text, where):
        span = (block.start, block.end)
        if block.kind == "inline":
            # The cells of a table row share one line: count them together.
            roles[span] = roles.get(span, 0) + block.roles
        elif block.kind in ("target", "comment"):
            edits.append((*span, []))
        elif block.kind != "heading":
            edits.append((*span, _block(block, reader, where.at(block.start))))
    for (start, end), count in roles.items():
        if count:
            old = "\n".join(lines[start:end])
            new = reader.references(old, count, where.at(start))
            edits.append((start, end, new.split("\n")))
    return sorted(edits)


def _block(block: Block, reader: Reader, where: Where) -> list[str]:
    if block.kind == "math":
        return _math(block, reader, where)
    allowed = OPTIONS.get(block.name, set())
    if unknown := set(block.options) - allowed:
        raise where.error(
            0, f"{{{block.name}}} has unknown options {', '.join(sorted(unknown))}"
        )
    if block.name == "figure":
        return [_figure(block, reader, where)]
    if block.name == "table":
        return _table(block, reader, where)
    if block.name in BOXES:
        return _box(block, reader, where)
    if block.name == "effort":
        return [effort_line(block, reader.wording, where)]
    known = ", ".join(["math", *OPTIONS, *BOXES])
    raise where.error(0, f"unknown directive {{{block.name}}}; use one of {known}")


def _math(block: Block, reader: Reader, where: Where) -> list[str]:
    body = block.body.strip()
    if "\\tag" in body:
        raise where.error(0, "\\tag is set by the build; use a label instead")
    if not body:
        raise where.error(0, "an empty {math} block")
    if block.name:
        body += f" \\tag{{{reader.labels.by_name[block.name].text}}}"
    return ["$$", *body.split("\n"), "$$"]


def _figure(block: Block, reader: Reader, where: Where) -> str:
    alt = block.options.get("alt", "")
    if not alt or any(sign in alt for sign in "[]`"):
        raise where.error(
            0,
            f"figure {block.argument or name_of(block)} needs ':alt:' in plain words, "
            f"found {alt!r}",
        )
    return _caption(block, block.body, reader, where)


def _table(block: Block, reader: Reader, where: Where) -> list[str]:
    body = block.body
    if "from" in block.options:
        if body:
            raise where.error(0, "a {table} with ':from:' has no rows of its own")
        body = reader.table(block.options["from"], where)
    rows = [line for line in body.split("\n") if line.strip()]
    if len(rows) < 3 or not all(row.lstrip().startswith("|") for row in rows):
        raise where.error(0, "{table} must hold one pipe table and nothing else")
    caption = _caption(block, block.argument, reader, where)
    return [*_text("\n".join(rows), reader, where).split("\n"), "", caption]


def _caption(block: Block, text: str, reader: Reader, where: Where) -> str:
    if not name_of(block):
        raise where.error(0, f"{{{block.name}}} needs a label: ':name: ...'")
    if not text.strip():
        raise where.error(0, f"{{{block.name}}} {name_of(block)} needs a caption")
    if "*" in text or "\n\n" in text.strip():
        raise where.error(
            0,
            f"the caption of {name_of(block)} is set in italics as a whole: "
            "one paragraph without asterisks",
        )
    label = reader.labels.by_name[name_of(block)]
    caption = _text(" ".join(text.split()), reader, where)
    label_text = reader.wording(label.kind, number=label.text)
    return f"*{reader.wording('caption', label=label_text, text=caption)}*"


def _box(block: Block, reader: Reader, where: Where) -> list[str]:
    if block.argument:
        raise where.error(
            0, f"{{{block.name}}} takes no title; start its text on the next line"
        )
    if not block.body:
        raise where.error(0, f"an empty {{{block.name}}}")
    if "$$" in block.body:
        raise where.error(
            0,
            "a display formula in a box breaks in Jupyter, which reads the quote "
            "marks as part of it; move it out",
        )
    lines = _text(block.body, reader, where).split("\n")
    title = f"**{reader.wording(block.name)}**"
    if lines[0][:1].isalnum() or lines[0][:1] in "[`$*_(“「《":
        lines[0] = reader.wording("box", title=title, text=lines[0])
    else:  # a list or code: it must keep its own first line
        lines[:0] = [title, ""]
    return [f"> {line}".rstrip() for line in lines]


def _text(text: str, reader: Reader, where: Where) -> str:
    """Resolve the references of a directive's text, which holds no blocks."""
    roles: dict[tuple[int, int], int] = {}
    for block in blocks(text, where):
        if block.kind not in ("inline", "heading"):
            raise where.error(0, "directives, labels and comments cannot be nested")
        span = (block.start, block.end)
        roles[span] = roles.get(span, 0) + block.roles
    lines = text.split("\n")
    for (start, end), count in roles.items():
        if count:
            old = "\n".join(lines[start:end])
            lines[start:end] = reader.references(old, count, where).split("\n")
    return "\n".join(lines)
