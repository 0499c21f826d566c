"""Expressions give something that can be used where they stand.

Why: an object or a list in the middle of a text becomes the word "Object" or "Array"; a `format`
with too few values and a `fromJSON` of what is no JSON end the job when they are computed.

Bad: `run: ./report ${{ github.event }}`

Good: `run: ./report '${{ toJSON(github.event) }}'`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.workflows import action, is_action, is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.expressions import (
    Call,
    ExpressionError,
    Index,
    Literal,
    Name,
    Node,
    Wildcard,
    evaluate,
    names,
)
from placid.formats.expressions.nodes import parts
from placid.formats.workflows.accesses import Written, action_expressions, workflow_expressions
from placid.formats.workflows.names import RUNNER_ENV
from placid.formats.workflows.templates import located

_LAST_COMMA = re.compile(r",(\s*[}\]])")
_TEXTS = frozenset(("run", "name", "working-directory", "run-name"))
_TABLES = frozenset(("env", "with"))
_EVENT_OBJECTS = frozenset(
    ("pull_request", "repository", "issue", "comment", "release", "sender", "head_commit", "inputs")
)
_CONTEXTS = RUNNER_ENV.contexts | {"jobs"}
_GIVING_OUTPUTS = frozenset(("steps", "needs", "jobs"))


def _reads(path: str) -> bool:
    return is_workflow(path) or is_action(path)


@path_rule("pipeline/failing-expression", Severity.HIGH, docs=__doc__ or "", reads=_reads)
def failing_expression(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look at what each expression gives, as far as that is certain."""
    source = repository.text(path) or ""
    for written in _expressions(repository, path):
        for node, wrong in (*_objects(written), *_calls(written.tree)):
            yield Hit(
                wrong,
                (Place(path, located(source, written.scalar, node.at)),),
                action="mend expressions that give nothing of use",
            )


def _expressions(repository: Repository, path: str) -> Iterator[Written]:
    read = workflow(repository, path) if is_workflow(path) else None
    own = action(repository, path) if read is None and is_action(path) else None
    if read is not None:
        yield from workflow_expressions(read)
    if own is not None:
        yield from action_expressions(own)


def _objects(written: Written) -> Iterator[tuple[Node, str]]:
    """An object or a list where text is wanted."""
    wants_text = (
        not written.alone
        or written.key in _TEXTS
        or (written.key in _TABLES and not written.whole and written.step is not None)
    )
    node = written.tree
    if not wants_text or written.key == "if" or not _is_path(node):
        return
    path = next(iter(names(node))).path
    if _has_wildcard(node):
        yield node, f"{'.'.join(path)} is a list: in a text it is the word Array; use join(...)"
    elif "*" not in path and _is_object(tuple(key.lower() for key in path)):
        yield node, f"{'.'.join(path)} is an object: in a text it is the word Object; use toJSON"


def _is_path(node: Node) -> bool:
    """Whether it is a context and what is in it, and not what a call gives."""
    while isinstance(node, Index | Wildcard):
        node = node.of
    return isinstance(node, Name)


def _has_wildcard(node: Node) -> bool:
    while isinstance(node, Index):
        node = node.of
    return isinstance(node, Wildcard)


def _is_object(path: tuple[str, ...]) -> bool:
    context, *keys = path
    if not keys:
        return context in _CONTEXTS
    if context == "github":
        whole = keys == ["event"]
        return whole or (len(keys) == 2 and keys[0] == "event" and keys[1] in _EVENT_OBJECTS)
    if context in _GIVING_OUTPUTS:
        return len(keys) == 1 or (len(keys) == 2 and keys[1] == "outputs")
    return path in {("job", "container"), ("job", "services")}


def _calls(node: Node) -> Iterator[tuple[Node, str]]:
    """Calls that fail whatever the rest is."""
    if isinstance(node, Call):
        name, first = node.name.lower(), node.args[0] if node.args else None
        known: Node | None = None
        if name == "fromjson" and isinstance(first, Literal):
            known = Call("fromjson", (_without_commas(first),), node.at, node.name_at)
        elif name == "format" and isinstance(first, Literal):
            empty = tuple(Literal("", arg.at) for arg in node.args[1:])
            known = Call("format", (first, *empty), node.at, node.name_at)
        if known is not None and (wrong := _failure(known)):
            yield node, wrong
    for part in parts(node):
        yield from _calls(part)


def _without_commas(text: Literal) -> Literal:
    """The text as GitHub's runners read it, which take a comma behind the last item."""
    plain = _LAST_COMMA.sub(r"\1", text.value) if isinstance(text.value, str) else text.value
    return Literal(plain, text.at)


def _failure(node: Node) -> str:
    try:
        evaluate(node, {})
    except ExpressionError as error:
        return error.message
    return ""
