"""What somebody asks of `placid run`, in plain values: the options read, files not yet opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

Answer = Literal["run", "list", "graph", "mermaid"]
Log = Literal["full", "failed", "none"]


def _texts() -> Mapping[str, str]:
    return {}


class Asked(msgspec.Struct, frozen=True):
    """One call of `placid run`.

    folder      where it was called; all paths are relative to it
    workflows   files (".github/workflows/ci.yml"); empty: what the event starts
    event       "" is a push; event_file: its payload as GitHub would send it
    ref         the branch or tag ("" for the one that is checked out), commit: "" for its head
    secrets     values by name, from wherever they were to be read; never shown
    env         variables that every job gets; passed: names to let through from the own environment
    from_step   the id or name of the first step to run; failed: only what failed in the last run
    resume      carry on the last run that was interrupted
    image       the container that jobs run in which name none, "" for this machine
    parallel    how many jobs at once, 0 for as many as the machine has cores
    approve     environments that need nobody's word now
    skip        actions (owner/name) that count as done; update: resolve their refs anew
    strict      refuse to run what would end otherwise at GitHub
    log         which logs are shown, "" to decide by where they go
    """

    folder: Path
    workflows: tuple[str, ...] = ()
    event: str = ""
    event_file: Path | None = None
    ref: str = ""
    commit: str = ""
    inputs: Mapping[str, str] = msgspec.field(default_factory=_texts)
    secrets: Mapping[str, str] = msgspec.field(default_factory=_texts)
    variables: Mapping[str, str] = msgspec.field(default_factory=_texts)
    env: Mapping[str, str] = msgspec.field(default_factory=_texts)
    passed: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    from_step: str = ""
    failed: bool = False
    resume: bool = False
    answer: Answer = "run"
    image: str = ""
    dirty: bool = False
    watch: bool = False
    parallel: int = 0
    keep: bool = False
    report: Path | None = None
    junit: Path | None = None
    summary: Path | None = None
    json: bool = False
    approve: tuple[str, ...] = ()
    offline: bool = False
    strict: bool = False
    skip: tuple[str, ...] = ()
    update: bool = False
    log: Log | Literal[""] = ""

    def __repr__(self) -> str:
        """Without values that may be secrets."""
        return f"Asked({str(self.folder)!r}, {self.workflows!r}, {self.event!r})"
