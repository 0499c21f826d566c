"""One installed tool, and the choice among several: the highest that fits, else the nearest one.

A version that is not installed is never passed over in silence: it fails the step (`strict`), or is
warned of and told in the report of differences.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import Settings
from placid.formats.versions import Version, Versions, version
from placid.formats.versions.version import FINAL
from placid.ports.pipeline import Command, Use

_PREVIEW = r"(?:(?:a|b|rc)\d+|-(?:alpha|beta|rc|pre|nightly|canary|ea)[\w.]*)?"


class Tool(NamedTuple):
    """A program with its version, as its path inside of the place."""

    version: str
    program: str

    @property
    def order(self) -> Version:
        """Its version, to compare."""
        return version(self.version) or Version((0,))


class Asked(NamedTuple):
    """What a step asks for: the tool's name, the text it wrote, and what that allows.

    wanted  None when the text cannot be read; fix: how to install it
    """

    name: str
    text: str
    wanted: Versions | None
    fix: str
    previews: bool = False


def best(tools: Iterable[Tool], wanted: Versions | None, previews: bool = False) -> Tool | None:
    """The highest version that is wanted; a preview only when there is no other, and when they
    are allowed or it is the very one that is named."""
    if wanted is None:
        return None
    fitting = [tool for tool in tools if wanted.has(tool.order)]
    stable = [tool for tool in fitting if tool.order.stage >= FINAL]
    named = all(each.low is not None and each.low == each.high for each in wanted.intervals)
    chosen = stable or (fitting if previews or named else [])
    return max(chosen, key=_by_version, default=None)


def nearest(tools: Sequence[Tool], wanted: Versions | None) -> Tool:
    """The one whose numbers differ least from the wanted ones; the higher one of two."""
    target = _target(wanted)
    if target is None:
        return max(tools, key=lambda tool: tool.order)
    return min(tools, key=lambda tool: (_distance(tool.order, target), _lower(tool.order)))


def _target(wanted: Versions | None) -> Version | None:
    if wanted is None or not wanted.intervals:
        return None
    bounds = [bound for each in wanted.intervals for bound in (each.high, each.low) if bound]
    return bounds[-1] if bounds else None


def _distance(one: Version, other: Version) -> tuple[int, ...]:
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return tuple(abs(left - right) for left, right in pairs)


def _lower(one: Version) -> tuple[int, ...]:
    return tuple(-number for number in _numbers(one))


def _numbers(one: Version) -> tuple[int, ...]:
    return (*one.release, 0, 0, 0)[:3]


def settle(use: Use, settings: Settings, tools: Sequence[Tool], asked: Asked) -> tuple[Tool, str]:
    """The tool to use, and how it differs from what was asked ("" for not at all).

    Problem when there is none at all, or none that fits and the run is strict."""
    tool = best(tools, asked.wanted, asked.previews)
    if tool is not None:
        return tool, ""
    known = ", ".join(dict.fromkeys(one.version for one in sorted(tools, key=_by_version)))
    if not tools:
        raise Problem(f"{asked.name} {asked.text} is not installed here", fix=asked.fix)
    if settings.strict:
        raise Problem(
            f"{asked.name} {asked.text} is not installed here, only {known}",
            fix=f"{asked.fix}, or run without --strict",
        )
    tool = nearest(tools, asked.wanted)
    said = f"{asked.name} {asked.text} was wanted and is not installed here; {tool.version} is used"
    use.say(f"::warning::{said} (to have it: {asked.fix})")
    return tool, said


def _by_version(tool: Tool) -> Version:
    return tool.order


def found_in(folders: Iterable[str], program: str) -> list[Tool]:
    """Tools in folders that are named after their versions: `<folder>/<version>/<program>`."""
    found: list[Tool] = []
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name, program)
            number = named(name)
            if number and os.access(path, os.X_OK):
                found.append(Tool(number, path))
    return found


def named(text: str) -> str:
    """The version in a name: "v20.1.0", "cpython-3.12.1-linux-x86_64-gnu", "go1.22.3"."""
    match = re.match(rf"(?:[a-z]+-?)?v?(\d+\.\d+(?:\.\d+)?{_PREVIEW})", text)
    return match[1] if match else ""


def inner(root: str) -> str:
    """Where GitHub's tool cache keeps this kind of machine's version."""
    return os.path.join(root, architecture())


def architecture() -> str:
    """This machine's kind, in GitHub's words."""
    machine = os.uname().machine
    return {"x86_64": "x64", "aarch64": "arm64", "armv7l": "arm"}.get(machine, machine)


def said_by(use: Use, *argv: str) -> str:
    """What a command in the place prints; "" when it fails."""
    heard: list[bytes] = []
    env = dict(use.place.environment)
    command = Command(argv, use.place.inside(use.place.layout.workspace), env)
    try:
        ended = use.place.run(command, heard.append, use.stop)
    except Problem:
        return ""
    return b"".join(heard).decode(errors="replace") if ended.code == 0 else ""


def asked_version(use: Use, program: str, pattern: str = r"\d+\.\d+\S*") -> Tool | None:
    """The tool that a program is, by its `--version`."""
    match = re.search(pattern, said_by(use, program, "--version"))
    return Tool(match[0], program) if match else None


def on_path(use: Use, program: str) -> list[str]:
    """Every program of this name in the step's PATH; shims, which only choose another, not."""
    path = use.env.get("PATH") or use.place.environment.get("PATH", "")
    if use.place.kind == "container":
        found = use.place.which(program, path)
        return [found] if found else []
    folders = [folder for folder in path.split(":") if folder and not folder.endswith("/shims")]
    paths = [os.path.join(folder, program) for folder in dict.fromkeys(folders)]
    return [path for path in paths if os.access(path, os.X_OK) and os.path.isfile(path)]
