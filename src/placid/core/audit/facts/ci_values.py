"""What an input of a step is when the workflow runs: literals, matrices and `env` filled in.

The answer is every value that it takes, one for each job of the matrix; a value that is only known
at run time (`needs`, `inputs`, `fromJSON`) is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Mapping, Node, Scalar, Sequence, Span
from placid.formats.workflows import Job, Step, Workflow

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_ROUTE = re.compile(r"(matrix|env)((?:\.[\w-]+|\[\s*'[\w-]+'\s*\])+)")
_STEP = re.compile(r"[\w-]+")


class Value(NamedTuple):
    """One value, where it is written, and its text; None when only the run knows."""

    span: Span
    text: str | None


def values(workflow: Workflow, job: Job | None, step: Step, scalar: Scalar) -> list[Value]:
    """Every value of `scalar`, an input of `step`."""
    found = _EXPRESSION.findall(scalar.text)
    if not found:
        return [Value(scalar.span, scalar.text)]
    if len(found) > 1:
        return [Value(scalar.span, None)]
    envs = (step.env, job.env if job else None, workflow.env)
    before, after = _EXPRESSION.split(scalar.text)[::2]
    return [
        Value(each.span, each.text if each.text is None else before + each.text + after)
        for each in _alternatives(found[0], job, envs, scalar.span)
    ]


def _alternatives(
    expression: str, job: Job | None, envs: tuple[Node | None, ...], span: Span
) -> list[Value]:
    """`matrix.a || '3.12'` is either."""
    found: list[Value] = []
    for part in map(str.strip, expression.split("||")):
        route = _ROUTE.fullmatch(part)
        if re.fullmatch(r"'[^']*'", part):
            found.append(Value(span, part.strip("'")))
        elif route and route[1] == "env":
            found += _of_env(_STEP.findall(route[2]), job, envs, span)
        elif route:
            found += _of_matrix(_STEP.findall(route[2]), job, span)
        else:
            found.append(Value(span, None))
    return found


def _of_env(
    names: list[str], job: Job | None, envs: tuple[Node | None, ...], span: Span
) -> list[Value]:
    for env in envs:
        entry = env.get(names[0]) if isinstance(env, Mapping) else None
        if entry and isinstance(entry.value, Scalar):
            inner = _EXPRESSION.fullmatch(entry.value.text.strip())
            if inner and inner[1].startswith("matrix."):
                return _alternatives(inner[1], job, (), entry.value.span)
            return [Value(entry.value.span, None if inner else entry.value.text)]
    return [Value(span, None)]


def _of_matrix(names: list[str], job: Job | None, span: Span) -> list[Value]:
    matrix = job.strategy.matrix if job and job.strategy else None
    if not isinstance(matrix, Mapping):
        return [Value(span, None)]
    found = list(_listed(matrix, names, span))
    include = matrix.get("include")
    if include:
        found += _included(include.value, names, span)
    gone = _excluded(matrix, names)
    return [each for each in found if each.text not in gone] or [Value(span, None)]


def _listed(matrix: Mapping, names: list[str], span: Span) -> Iterator[Value]:
    entry = matrix.get(names[0])
    if entry is None:
        return
    if not isinstance(entry.value, Sequence):
        yield Value(span, None)
        return
    for item in entry.value.items:
        yield _value(item, names[1:], span)


def _included(include: Node, names: list[str], span: Span) -> Iterator[Value]:
    if not isinstance(include, Sequence):
        yield Value(span, None)
        return
    for item in include.items:
        if isinstance(item, Mapping) and item.get(names[0]):
            yield _value(item, names, span)


def _value(node: Node, names: list[str], span: Span) -> Value:
    for name in names:
        entry = node.get(name) if isinstance(node, Mapping) else None
        if entry is None:
            return Value(span, None)
        node = entry.value
    if not isinstance(node, Scalar) or "${{" in node.text:
        return Value(span, None)
    return Value(node.span, node.text)


def _excluded(matrix: Mapping, names: list[str]) -> set[str | None]:
    """Values that are excluded whatever the other axes say."""
    entry = matrix.get("exclude")
    items = entry.value.items if entry and isinstance(entry.value, Sequence) else ()
    found: set[str | None] = set()
    for item in items:
        if isinstance(item, Mapping) and len(item.entries) == 1 and item.get(names[0]):
            found.add(_value(item, names, Span(0, 0)).text)
    return found
