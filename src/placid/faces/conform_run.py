"""The ops of `placid conform` that read what a step says: filecmd, cmdline, mask and matcher."""

from __future__ import annotations

from typing import Literal

import msgspec


class _FileLine(msgspec.Struct):
    """The op `filecmd`."""

    kind: Literal["env", "output", "state", "path", "summary"]
    content: str = ""


class _CommandLine(msgspec.Struct):
    """The op `cmdline`."""

    line: str


class _MaskLine(msgspec.Struct):
    """The op `mask`."""

    secrets: list[str]
    line: str


class _MatcherLine(msgspec.Struct):
    """The op `matcher`: `matcher` is what a matcher file holds."""

    matcher: object
    lines: list[str] = []


_file_line = msgspec.json.Decoder(_FileLine)
_command_line = msgspec.json.Decoder(_CommandLine)
_mask_line = msgspec.json.Decoder(_MaskLine)
_matcher_line = msgspec.json.Decoder(_MatcherLine)


def file_command(line: str) -> object:
    """Values and issues of a command file; for path a list, for summary {"summary": text}."""
    from placid.formats import runnertext

    asked = _file_line.decode(line)
    match asked.kind:
        case "path":
            return {"values": runnertext.read_path(asked.content), "issues": []}
        case "summary":
            summary = runnertext.read_summary(asked.content)
            values = {"summary": summary.text} if summary.text else {}
            return _answered(values, summary.issues)
        case "env":
            found = runnertext.read_env(asked.content)
        case "output":
            found = runnertext.read_output(asked.content)
        case "state":
            found = runnertext.read_state(asked.content)
    return _answered(found.values, found.issues)


def _answered(values: dict[str, str], issues: tuple[object, ...]) -> object:
    from placid.formats.runnertext import Issue

    listed = [each._asdict() for each in issues if isinstance(each, Issue)]
    return {"values": values, "issues": listed}


def command_line(line: str) -> object:
    """The command on a line; {"command": null} for plain text."""
    from placid.formats.runnertext import parse

    parsed = parse(_command_line.decode(line).line.removesuffix("\n").removesuffix("\r"))
    return parsed._asdict() if parsed else {"command": None}


def mask(line: str) -> object:
    """The line without its secrets."""
    from placid.formats.runnertext import Masks

    asked = _mask_line.decode(line)
    return {"line": Masks(asked.secrets).mask(asked.line)}


def matcher(line: str) -> object:
    """The matches of the lines, each with what its groups held."""
    from placid.formats.runnertext import Matchers
    from placid.formats.runnertext.matcherfiles import matchers_of

    asked = _matcher_line.decode(line)
    matchers = Matchers(matchers_of(asked.matcher))
    matches = [match for each in asked.lines if (match := matchers.match(each))]
    return {
        "issues": [
            {name: value for name, value in match._asdict().items() if value is not None}
            for match in matches
        ]
    }
