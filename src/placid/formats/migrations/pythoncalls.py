"""Calls in Python code, read without running it: their names, arguments, and where they stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span

_LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A module with what turns Python's places into characters of the text."""

    tree: ast.Module
    text: str
    starts: tuple[int, ...]

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node is written."""
        end_line = node.end_lineno or node.lineno
        end = self._at(end_line, node.end_col_offset or 0)
        return Span(self._at(node.lineno, node.col_offset), end)

    def _at(self, line: int, column: int) -> int:
        """Python counts bytes within a line."""
        start = self.starts[min(line, len(self.starts)) - 1]
        piece = self.text[start : start + column].encode("utf-8", "surrogatepass")
        return start + len(piece[:column].decode("utf-8", "ignore"))

    def function(self, name: str) -> ast.FunctionDef | None:
        """A function at the top of the module."""
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        return None


def parse(text: str) -> Source | None:
    """Read a module; None for what is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Source(tree, text, (0, *(found.end() for found in _LINES.finditer(text))))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call below a node, in the order of the text."""
    found = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    yield from sorted(found, key=lambda each: (each.lineno, each.col_offset))


def called(call: ast.Call) -> tuple[str, str]:
    """The object and the name: ("op", "drop_column"); "" for an object that is no name."""
    if isinstance(call.func, ast.Attribute):
        holder = call.func.value
        return (holder.id if isinstance(holder, ast.Name) else "", call.func.attr)
    return ("", call.func.id if isinstance(call.func, ast.Name) else "")


def argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    """An argument by its place (-1: by its name alone) or name."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[at] if 0 <= at < len(call.args) else None


def text_of(node: ast.expr | None) -> str:
    """A text constant, `sa.text("...")` too; "" for anything else."""
    if isinstance(node, ast.Call) and called(node)[1] == "text" and node.args:
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_constant(node: ast.expr | None, value: object) -> bool:
    """Whether an argument is this constant."""
    return isinstance(node, ast.Constant) and node.value is value


def does_nothing(function: ast.FunctionDef) -> bool:
    """Whether a body is only a docstring, `pass`, `...` or an exception."""
    return all(
        isinstance(node, ast.Pass | ast.Raise)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )
