"""The file of findings that were there when a team began: they pass, new ones do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from placid.base.errors import Problem
from placid.core.audit.rule import Finding


class Known(msgspec.Struct, frozen=True):
    """A finding in a baseline: enough to recognise it, and to read the file."""

    rule: str
    path: str
    message: str


class Baseline(msgspec.Struct, frozen=True):
    """Findings that were there when the team began, by fingerprint."""

    findings: dict[str, Known]
    version: Literal[1] = 1


def read_baseline(data: bytes, name: str) -> Baseline:
    """A baseline file; Problem when it is none."""
    try:
        return msgspec.json.decode(data, type=Baseline)
    except msgspec.MsgspecError as error:
        fix = "write it again with `placid check --write-baseline`"
        raise Problem(f"{name} is no baseline: {error}", where=name, fix=fix) from None


def write_baseline(found: Iterable[Finding]) -> bytes:
    """A baseline of these findings, sorted, one a line."""
    kept: Mapping[str, Known] = {
        each.fingerprint: Known(each.rule, each.at[0].path if each.at else "", each.message)
        for each in sorted(found, key=lambda each: (each.rule, each.at, each.fingerprint))
    }
    return msgspec.json.format(msgspec.json.encode(Baseline(dict(kept))), indent=1) + b"\n"
