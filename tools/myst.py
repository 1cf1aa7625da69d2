"""The MyST constructs of one Markdown cell, found by markdown-it's own tokenizer.

`blocks` gives what is not plain Markdown, with the lines it covers; everything
else in the cell can be copied through untouched. What the book does not use, or
what a notebook could not show, is refused here rather than left standing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from tools.book import BookError

PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(colon_fence_plugin)
    .use(dollarmath_plugin, allow_labels=True)
    .use(myst_block_plugin)
    .use(myst_role_plugin)
)

DIRECTIVE = re.compile(r"\{([\w:.-]+)\}\s*(.*)")
OPTION = re.compile(r":([\w-]+):\s*(.*)")
# The text of a role that brings words of its own: `words <target>`.
TITLED = re.compile(r"(?P<title>.+?)\s*<(?P<label>[^<>]+)>", re.DOTALL)
LOOKS_LIKE_ROLE = re.compile(r"\{(eq|numref|ref|doc)\}")
# Either a role or a code span. Scanning for both from the left keeps a role that
# is only quoted in a code span from being taken for one.
ROLE_OR_CODE = re.compile(
    r"\{(?P<role>[\w:.-]+)\}(?P<mark>`+)(?P<text>[^`].*?|)(?<!`)(?P=mark)(?!`)"
    r"|(?<![\\`])(?P<code>`+)(?!`).+?(?<!`)(?P=code)(?!`)",
    re.DOTALL,
)


@cache
def parsed(text: str) -> tuple[Token, ...]:
    """Parse a text once, whoever asks for it: frameworks and languages share most."""
    return tuple(PARSER.parse(text))


@cache
def parsed_inline(text: str) -> tuple[Token, ...]:
    """Parse a text of one line once, see `parsed`."""
    return tuple(PARSER.parseInline(text)[0].children)


@dataclass(frozen=True)
class Block:
    """One construct: lines [start, end) of its cell, counted from 0.

    kind: 'target' (name), 'comment', 'math' (name or '', body), 'heading'
    (body is the text), 'directive' (name, argument, options, body) or 'inline'
    (roles is the number of roles in these lines).
    """

    kind: str
    start: int
    end: int
    name: str = ""
    argument: str = ""
    body: str = ""
    options: dict[str, str] = field(default_factory=dict)
    roles: int = 0


def blocks(text: str, where: Where) -> list[Block]:
    """The MyST constructs of a Markdown text, in order.

    Raises BookError for a directive inside a list or a quote, an unclosed
    directive, and Markdown that would break in the notebook.
    """
    found: list[Block] = []
    lines = text.split("\n")
    tokens = parsed(text)
    for position, token in enumerate(tokens):
        if token.type == "inline":
            _check_inline(token, where)
            found.append(_inline(token))
        elif token.type == "heading_open":
            inline = tokens[position + 1]
            _check_heading(token, inline, where)
            found.append(_block("heading", token, body=inline.content))
        elif reader := READERS.get(token.type):
            block = reader(token, lines, where)
            if block:
                found.append(block)
    return found


@dataclass(frozen=True)
class Where:
    """Place of a text in the source: file, and file line of its first line."""

    path: str
    line: int

    def error(self, offset: int, message: str) -> BookError:
        return BookError(f"{self.path}:{self.line + offset}: {message}")

    def at(self, offset: int) -> Where:
        return Where(self.path, self.line + offset)


def _block(kind: str, token: Token, **values) -> Block:
    start, end = token.map
    return Block(kind, start, end, **values)


def _target(token: Token, lines: list[str], where: Where) -> Block:
    return _block("target", token, name=token.content)


def _comment(token: Token, lines: list[str], where: Where) -> Block:
    return _block("comment", token)


def _dollar_math(token: Token, lines: list[str], where: Where) -> Block | None:
    if not token.info:
        return None  # an unnumbered formula is plain Markdown already
    return _block("math", token, name=token.info, body=token.content.strip("\n"))


def _fence(token: Token, lines: list[str], where: Where) -> Block | None:
    """A fence that is a directive; an ordinary code fence gives None."""
    match = DIRECTIVE.fullmatch(token.info.strip())
    if not match:
        if token.type == "colon_fence":
            raise where.error(token.map[0], "':::' without a {directive} behind it")
        return None
    name, argument = match.groups()
    if token.level:
        raise where.error(
            token.map[0], f"{{{name}}} inside a list or a quote; move it out"
        )
    if lines[token.map[1] - 1].strip().strip(token.markup[0]):
        raise where.error(token.map[0], f"{{{name}}} is not closed")
    options, body = _options(token.content)
    if name == "math":
        unknown = set(options) - {"label"}
        if unknown or argument:
            raise where.error(token.map[0], "{math} takes ':label: eq-name' only")
        return _block("math", token, name=options.get("label", ""), body=body)
    return _block(
        "directive", token, name=name, argument=argument, options=options, body=body
    )


def _html(token: Token, lines: list[str], where: Where) -> None:
    if LOOKS_LIKE_ROLE.search(token.content):
        raise where.error(token.map[0], "a role inside HTML is not read; use Markdown")


def _options(content: str) -> tuple[dict[str, str], str]:
    """Split a directive's content into its `:key: value` lines and the rest."""
    lines = content.split("\n")
    options = {}
    while lines and (match := OPTION.fullmatch(lines[0].strip())):
        options[match[1]] = match[2].strip()
        lines.pop(0)
    return options, "\n".join(lines).strip("\n")


READERS = {
    "myst_target": _target,
    "myst_line_comment": _comment,
    "math_block_label": _dollar_math,
    "fence": _fence,
    "colon_fence": _fence,
    "html_block": _html,
}


def _inline(token: Token) -> Block:
    roles = sum(child.type == "myst_role" for child in token.children)
    return _block("inline", token, roles=roles)


def _check_heading(token: Token, inline: Token, where: Where) -> None:
    if token.tag == "h1":
        raise where.error(
            token.map[0], "the chapter's title stands in the front matter; use '##'"
        )
    if any(child.type == "myst_role" for child in inline.children):
        raise where.error(token.map[0], "a heading cannot hold a role")


def _check_inline(token: Token, where: Where) -> None:
    """Refuse what only looks right: see the messages."""
    line = token.map[0]
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        if child.type == "text" and "$$" in child.content:
            raise where.error(
                line,
                "$$ that opens or closes no formula: a display formula stands in lines "
                "of its own between $$ and $$",
            )
        if child.type == "image":
            raise where.error(
                line, f"image {child.attrs['src']}: use {{figure}} with alt and caption"
            )
        if child.type == "link_open" and _leads_to_file(child.attrs["href"]):
            raise where.error(
                line,
                f"link to the file {child.attrs['href']}: refer to a label with "
                "{ref}`sec-...`, to a chapter with {doc}`NN-name`, or give a full "
                "https address",
            )
        if child.type == "text" and LOOKS_LIKE_ROLE.search(child.content):
            raise where.error(
                line, f"{child.content!r}: a role needs its `label` right behind it"
            )


def _leads_to_file(address: str) -> bool:
    return not re.match(r"[a-z]+:|#", address)
