"""Workflows and actions with something changed at random: a value, a key, a line."""

from __future__ import annotations

from random import Random

from placid.base.errors import Problem
from placid.base.yamltext import Mapping, Node, Sequence, Span, compose

KEYS = [
    "on",
    "jobs",
    "runs-on",
    "steps",
    "uses",
    "run",
    "with",
    "env",
    "if",
    "needs",
    "name",
    "id",
    "shell",
    "strategy",
    "matrix",
    "include",
    "exclude",
    "fail-fast",
    "max-parallel",
    "container",
    "image",
    "services",
    "ports",
    "volumes",
    "options",
    "credentials",
    "username",
    "outputs",
    "value",
    "inputs",
    "secrets",
    "inherit",
    "type",
    "required",
    "default",
    "description",
    "permissions",
    "contents",
    "read",
    "write",
    "none",
    "read-all",
    "id-token",
    "models",
    "concurrency",
    "group",
    "cancel-in-progress",
    "queue",
    "defaults",
    "working-directory",
    "timeout-minutes",
    "continue-on-error",
    "environment",
    "url",
    "push",
    "pull_request",
    "schedule",
    "cron",
    "types",
    "branches",
    "tags",
    "paths",
    "workflow_dispatch",
    "workflow_call",
    "workflow_run",
    "create",
    "release",
    "opened",
    "string",
    "boolean",
    "number",
    "choice",
    "entrypoint",
    "snapshot",
    "background",
    "wait",
    "cancel",
    "parallel",
    "labels",
    "build",
    "test",
    "ubuntu-latest",
    "using",
    "node20",
    "composite",
    "docker",
    "main",
    "pre",
    "branding",
    "icon",
    "color",
    "Name",
    "NEEDS",
]
CONTEXTS = [
    "github",
    "env",
    "vars",
    "job",
    "jobs",
    "steps",
    "runner",
    "secrets",
    "strategy",
    "matrix",
    "needs",
    "inputs",
    "foo",
]
CALLS = [
    "always()",
    "failure()",
    "success()",
    "cancelled()",
    "hashFiles('a')",
    "success('a')",
    "toJSON(github)",
    "foo()",
    "contains('a','b')",
    "format('{0}')",
    "always(1)",
    "fromJSON('1')",
    "hashFiles()",
]
ODD = ["'x'", "1", "", "a b", "(github", "github..x", "!github.x", '"x"', "true", "-1", "'open"]
VALUES = [
    "1",
    "1.5",
    "-3",
    "true",
    "false",
    "null",
    "~",
    '""',
    "''",
    "[]",
    "{}",
    "[a, b]",
    "[1]",
    "{a: b}",
    "{a: }",
    "[[a]]",
    "[{a: b}]",
    '"true"',
    '"3"',
    '"* * * * *"',
    '"0 0 * *"',
    '"60 0 * * *"',
    '"0 0 * * 7"',
    '"1,2 0-5/2 1 jan-mar mon"',
    "always()",
    "foo",
    "github.ref == 1",
    "success() &&",
    "a b",
    "2020-01-01",
    "__x",
    "1a",
    "a.b",
    "org/x",
    "bad/x",
    "0x10",
    "1e3",
    "yes",
    "on",
]


def mutated(text: str, random: Random) -> str:
    """The text with one thing changed."""
    try:
        root = compose(text).root
    except Problem:
        return text
    places = _places(root) if root is not None else []
    if not places:
        return text
    node, is_key = random.choice(places)
    if is_key:
        return _key(text, node.span, random)
    gap = " " if text[node.span.start - 1 : node.span.start] == ":" else ""
    return text[: node.span.start] + gap + _value(random) + text[node.span.end :]


def _places(node: Node) -> list[tuple[Node, bool]]:
    found: list[tuple[Node, bool]] = []
    if isinstance(node, Mapping):
        for entry in node.entries:
            found += [(entry.key, True), (entry.value, False), *_places(entry.value)]
    elif isinstance(node, Sequence):
        for item in node.items:
            found += [(item, False), *_places(item)]
    return found


def _key(text: str, span: Span, random: Random) -> str:
    line = text.rfind("\n", 0, span.start) + 1
    indent = text[line : span.start]
    choice = random.random()
    if choice < 0.5 or indent.strip(" -"):
        key = random.choice(KEYS) if choice < 0.45 else f"${{{{ {_expression(random)} }}}}"
        return text[: span.start] + key + text[span.end :]
    if choice < 0.85 or "-" in indent:
        added = f"{random.choice(KEYS)}: {_value(random)}\n{' ' * len(indent)}"
        return text[: span.start] + added + text[span.start :]
    end = text.find("\n", span.start) + 1 or len(text)
    return text[:line] + text[end:]


def _value(random: Random) -> str:
    choice = random.random()
    if choice < 0.35:
        return f"${{{{ {_expression(random)} }}}}"
    if choice < 0.4:
        return f"x-${{{{ {_expression(random)} }}}}-${{{{{_expression(random)}}}}}"
    return random.choice(KEYS) if choice < 0.6 else random.choice(VALUES)


def _expression(random: Random) -> str:
    choice = random.random()
    if choice < 0.6:
        return random.choice(CONTEXTS) + random.choice(["", ".x", "[0]", ".*.z", "['a']"])
    if choice < 0.9:
        return random.choice(CALLS)
    return random.choice(ODD)
