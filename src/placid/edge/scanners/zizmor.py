"""zizmor's findings, whole and once, at its own places, with severities that can be lived with.

It runs beside our rules: `start` before them, `Running.finish` after. Offline, with no token, over
the workflows, actions and Dependabot settings of the tree alone; `zizmor.yml` and its ignore
comments are honoured by zizmor itself. It counts bytes, we count characters. The first place of a
finding is what zizmor calls primary, related ones follow, hidden ones are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from placid.core.audit.audit import Said
from placid.core.audit.facts.workflows import is_action, is_workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Unknown
from placid.edge.scanners import action_pins, zizmor_fixes, zizmor_judging
from placid.edge.scanners.program import Ended, Program, installed
from placid.edge.scanners.zizmor_report import Reported, ordered, places

OPTIONS = ("--offline", "--format", "json-v1", "--no-exit-codes", "--quiet", "--no-progress")
LIMIT = 60.0
_OTHERS = re.compile(r"\.github/dependabot\.ya?ml|\.pre-commit-(?:config|hooks)\.ya?ml")
_UNREAD = re.compile(r"WARN [^\n]*?failed to (?:validate file://(\S+) as|parse input: )([^\n]*)")
_NOTHING = "no inputs collected"
_RULE = "zizmor/scan"


@dataclass(frozen=True, slots=True)
class Running:
    """zizmor at work; `program` is None when it is not there or has nothing to read."""

    root: Path
    paths: tuple[str, ...]
    program: Program | None

    def finish(
        self, repository: Repository, *, fixes: bool = False, network: bool = False
    ) -> Iterator[Said]:
        """What zizmor said. `fixes` asks for its repairs; `network` for the commits of actions."""
        if not self.paths:
            return
        if self.program is None:
            yield _unknown("zizmor is not installed, so the security of workflows was not checked")
            return
        ended = self.program.ended()
        try:
            reported = msgspec.json.decode(ended.out or b"[]", type=list[Reported])
        except msgspec.DecodeError:
            yield _unknown(f"zizmor's report cannot be read: {_reason(ended)}")
            return
        if ended.code != 0 and _NOTHING not in ended.err:
            yield _unknown(f"zizmor failed: {_reason(ended)}")
        yield from _unread(repository, ended.err)
        yield from self._said(repository, ordered(reported), fixes, network)

    def _said(
        self, repository: Repository, reported: Sequence[Reported], fixes: bool, network: bool
    ) -> Iterator[Said]:
        mended = zizmor_fixes.mended(repository, reported) if fixes else {}
        pins = action_pins.pins(repository, reported) if network else {}
        for index, each in enumerate(reported):
            at = places(repository, each)
            if at:
                judged = zizmor_judging.judged(repository, each, at)
                fix = pins.get(index) or mended.get(index)
                keep = fix if not judged.pushes else None
                yield Said(
                    f"zizmor/{each.ident}",
                    Hit(
                        judged.message,
                        at,
                        keep,
                        judged.action,
                        judged.severity,
                        judged.confidence,
                        judged.hidden,
                    ),
                )


def start(root: Path, paths: Sequence[str], names: Mapping[str, str] | None = None) -> Running:
    """Begin to read those of `paths` (relative to `root`) that are zizmor's business.

    `names` has the real paths of those that go by another name.
    """
    known = names or {}
    ours = tuple(known.get(path, path) for path in paths if _reads(path))
    binary = installed("zizmor") if ours else None
    if binary is None:
        return Running(root, ours, None)
    return Running(root, ours, Program([binary, *OPTIONS, "--", *ours], root, LIMIT))


def _reads(path: str) -> bool:
    return is_workflow(path) or is_action(path) or _OTHERS.fullmatch(path) is not None


def _unread(repository: Repository, complaints: str) -> Iterator[Said]:
    for path, why in _UNREAD.findall(complaints):
        at = (Place(path),) if repository.has(path) else ()
        yield _unknown(f"zizmor cannot read this file: {why.strip()}", at)


def _unknown(message: str, at: tuple[Place, ...] = ()) -> Said:
    return Said(_RULE, Unknown(message, at))


def _reason(ended: Ended) -> str:
    if ended.code is None:
        return f"it took longer than {LIMIT:g} s"
    lines = [line.strip() for line in ended.err.splitlines() if line.strip()]
    return lines[0] if lines else f"exit code {ended.code}"
