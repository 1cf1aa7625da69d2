"""The code of the documents that the project grew from, as cells for one framework."""

import ast
import re

FENCE = re.compile(r"^```(?:python|\{\.python \.input\})\n(.*?)^```", re.M | re.S)
TABS = re.compile(r"^((?:mxnet|pytorch|tensorflow)+)$", re.M)
BLOCK = re.compile(r"\.\. code:: python (.*?)(?= \.\. )", re.S)
IMPORT = re.compile(r"from d2l import (\w+)")


def cells_of(document, framework):
    """The code cells for `framework`, PyTorch being called `torch`."""
    if ".. code:: python" in document:
        cells = _run_together(document)
    else:
        cells = _fenced(document)
    tab = {"torch": "pytorch"}.get(framework, framework)
    return [code for tabs, code in cells if tab in tabs or "all" in tabs]


def _fenced(document):
    """(tabs, code) of fences. Where cells have tabs, one without is for MXNet."""
    codes = FENCE.findall(document)
    tabbed = any(code.startswith("#@tab") for code in codes)
    only = IMPORT.search(document)[1].replace("torch", "pytorch")
    for code in codes:
        head, _, rest = code.partition("\n")
        if head.startswith("#@tab"):
            yield head.removeprefix("#@tab").replace(",", " ").split(), rest
        else:
            yield ["mxnet"] if tabbed else [only], code


def _run_together(document):
    """(tabs, code) of code whose line ends are lost, in groups below a row of tabs."""
    rows = [*TABS.finditer(document)]
    ends = [row.start() for row in rows[1:]] + [len(document)]
    for row, end in zip(rows, ends):
        tabs = re.findall("mxnet|pytorch|tensorflow", row[1])
        for tab, code in zip(tabs, BLOCK.findall(document[row.end() : end])):
            yield [tab], "\n".join(statements(code))


def statements(code):
    """The statements of `code`, which stand on one line with spaces between them.

    Each is as long as Python can read it as one.
    """
    words, found = code.split(), []
    while words:
        for end in range(len(words), 0, -1):
            if _is_statement(" ".join(words[:end])):
                break
        else:
            raise ValueError(f"no statement begins here: {' '.join(words)!r}")
        found.append(" ".join(words[:end]))
        words = words[end:]
    return found


def _is_statement(text):
    try:
        return len(ast.parse(text).body) == 1
    except SyntaxError:
        return False
