"""The cells of a notebook that a name needs, without running any of them.

A check must not wait for experiments, nor depend on them. So a process that grades runs
only those cells that bind what the function under test needs, and what these need in
turn, in the order of the notebook.
"""

import ast
import re
import symtable
from dataclasses import dataclass

MAGIC = re.compile(r"\s*[%!?]")
# Magics of a whole cell that run it as it stands
TRANSPARENT = re.compile(r"\s*%%(time|timeit|capture|prun)\b.*")


@dataclass(frozen=True)
class Cell:
    """The Python of a cell, with the global names that it binds and those it needs.

    `imports` are those of `binds` that are imported. `changes` are names whose value is
    changed in place. `star` tells of an import of all names, of which nobody knows what
    it binds.
    """

    source: str
    binds: frozenset = frozenset()
    needs: frozenset = frozenset()
    imports: frozenset = frozenset()
    changes: frozenset = frozenset()
    star: bool = False


def cell(source):
    """Return the Cell of a source; one that isn't Python binds and needs nothing."""
    source = python(source)
    try:
        tree, table = ast.parse(source), symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Cell(source)
    binds, needs = map(frozenset, global_names(table))
    imports = frozenset(s.get_name() for s in table.get_symbols() if s.is_imported())
    star = any(
        alias.name == "*"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
    return Cell(source, binds, needs, imports, frozenset(changed(tree)), star)


def python(source):
    """Return a source without the magics and commands that only IPython knows."""
    lines = source.splitlines()
    while lines and (not lines[0].strip() or TRANSPARENT.fullmatch(lines[0])):
        lines.pop(0)
    # They stay as empty lines: errors must name the right line.
    return "\n".join("" if MAGIC.match(line) else line for line in lines)


def global_names(table):
    """Return the global names that a scope and those inside it bind and need."""
    binds, needs = set(), set()
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if not top and not symbol.is_global():
            continue
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
            binds.add(symbol.get_name())
        if symbol.is_referenced():
            needs.add(symbol.get_name())
    for inner in table.get_children():
        more_binds, more_needs = global_names(inner)
        binds |= more_binds
        needs |= more_needs
    return binds, needs


def changed(tree):
    """Return names whose value a cell changes in place: `a[0] = 1`, `a.append(1)`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(
            node.ctx, ast.Store | ast.Del
        ):
            found.add(base(node))
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            function = statement.value.func
            if isinstance(function, ast.Attribute):
                found.add(base(function))
    return found - {None}


def base(node):
    """Return the name that a chain of attributes and indices begins with, or None."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def needed(cells, names):
    """Return the places of the cells that bind `names`, and of all that these need.

    To call a function of a module isn't to change the module.
    """
    modules = frozenset().union(*(each.imports for each in cells))
    wanted, found, grown = set(names), set(), True
    while grown:
        grown = False
        for place, each in enumerate(cells):
            binds = each.binds | (each.changes - modules)
            if place not in found and (each.star or binds & wanted):
                found.add(place)
                wanted |= each.needs
                grown = True
    return sorted(found)
