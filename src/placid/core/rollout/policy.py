"""How a commit wants to be rolled out: what its own placid.yaml says, recorded as a rollout opens.

A rollout under way, and what is live after it, keep to what was recorded; so a later change of the
file, a crash and a restart change nothing about them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from placid.core.rollout.steps import Step
from placid.core.rollout.world import Override


class Standard(msgspec.Struct, frozen=True):
    """How sure the judge must be, and what the service promises (shares 0 to 1, seconds)."""

    alpha: float = 0.05
    tolerance: float = 1.0
    window: float = 1.0
    errors: float | None = 0.01
    p95: float | None = None


class Policy(msgspec.Struct, frozen=True):
    """How an environment rolls out a commit, and keeps it while it is live.

    warm     seconds the release before it runs on; newer: what a newer commit does meanwhile
    git      what is done in Git when it is taken back
    ignored  keys that belong to the agent, which the commit's file changes to no effect
    """

    strategy: str
    steps: tuple[Step, ...]
    copies: int
    warm: float = 600.0
    newer: Literal["replace", "wait"] = "replace"
    git: Literal["off", "revert", "pull-request"] = "off"
    override: Override | None = None
    standard: Standard = Standard()
    ignored: tuple[str, ...] = ()
