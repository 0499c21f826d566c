"""The ops filecmd, cmdline, mask and matcher of placid conform."""

from __future__ import annotations

import json

import pytest

from placid.faces.conform import answer


def ask(op: str, **asked: object) -> object:
    return json.loads(answer(json.dumps({"op": op, **asked})))


BLOCKED = {
    "level": "error",
    "message": "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
}


@pytest.mark.parametrize(
    ("kind", "content", "wanted"),
    [
        ("env", "A=1\nB<<E\n2\nE\n", {"values": {"A": "1", "B": "2"}, "issues": []}),
        ("env", "NODE_OPTIONS=x", {"values": {}, "issues": [BLOCKED]}),
        ("output", "NODE_OPTIONS=x", {"values": {"NODE_OPTIONS": "x"}, "issues": []}),
        ("state", "\ufeff\n", {"values": {}, "issues": []}),
        ("state", "A", {"error": "Invalid format 'A'"}),
        ("path", "/a\n\n/b\n", {"values": ["/a", "/b"], "issues": []}),
        ("summary", "# T\n", {"values": {"summary": "# T\n"}, "issues": []}),
        ("summary", "", {"values": {}, "issues": []}),
    ],
)
def test_file_commands(kind: str, content: str, wanted: object) -> None:
    assert ask("filecmd", kind=kind, content=content) == wanted


def test_a_kind_that_there_is_not() -> None:
    assert answer('{"op": "filecmd", "kind": "x"}').startswith('{"error":"Invalid enum value')


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "::warning file=a.py,line=1::text",
            {"command": "warning", "properties": {"file": "a.py", "line": "1"}, "data": "text"},
        ),
        (">> ##[group]x", {"command": "group", "properties": {}, "data": "x"}),
        ("text", {"command": None}),
        ("", {"command": None}),
    ],
)
def test_command_lines(line: str, wanted: object) -> None:
    assert ask("cmdline", line=line) == wanted


@pytest.mark.parametrize(
    ("secrets", "line", "wanted"),
    [([], "a", "a"), (["a b"], "a b a%20b", "*** ***"), (["é\x00"], "é\x00", "***")],
)
def test_masks(secrets: list[str], line: str, wanted: str) -> None:
    assert ask("mask", secrets=secrets, line=line) == {"line": wanted}


def test_matchers() -> None:
    pattern = {"regexp": "^(.+):(\\d+): (.+)$", "file": 1, "line": 2, "message": 3}
    matcher = {"problemMatcher": [{"owner": "x", "pattern": [pattern]}]}
    assert ask("matcher", matcher=matcher, lines=["a:1: b", "c"]) == {
        "issues": [{"file": "a", "line": "1", "message": "b"}]
    }
    assert ask("matcher", matcher=matcher) == {"issues": []}
    matcher = {"problemMatcher": [{"owner": "", "pattern": [pattern]}]}
    assert ask("matcher", matcher=matcher) == {"error": "Owner must not be empty"}
