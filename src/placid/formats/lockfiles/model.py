"""What manifests ask for, what lock files hold, and where the two have come apart."""

from __future__ import annotations

from typing import NamedTuple

from placid.base.yamltext import Span


class Wanted(NamedTuple):
    """One dependency of a manifest: its range as written, and where.

    `group` is "" for what the program needs to run, else "dev", "optional", "peer" or a name.
    """

    name: str
    range: str
    span: Span
    group: str = ""


class Locked(NamedTuple):
    """One package of a lock file."""

    name: str
    version: str


class Stale(NamedTuple):
    """A difference: said of the manifest at `span`; `refused` when a frozen install stops at it."""

    what: str
    span: Span
    refused: bool
