"""What a target shows of one environment: which releases run, how well, and where traffic goes.

Values only. `World` is one look and is never stored; what mattered of it is copied into a fact.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Release(msgspec.Struct, frozen=True):
    """The immutable name of something that can be deployed; its files lie where `id` says.

    id       `<first 10 of the commit>-<first 6 of the config hash>`
    commit   full git commit id
    tree     git tree id of that commit: two commits with one tree hold the same code
    config   SHA-256 over the config files that travel with the release
    """

    id: str
    commit: str
    tree: str
    config: str


class Running(msgspec.Struct, frozen=True):
    """One release as the target shows it.

    wanted    copies last asked for; alive: processes that exist; ready: alive and healthy by the
              last probe; active: requests in flight through the proxy
    failures  times a copy ended or never became ready since this release was last scaled from zero
    trouble   the last reason, in words ("copy 1 exited with 1: ModuleNotFoundError: ..."), or ""
    """

    wanted: int = 0
    alive: int = 0
    ready: int = 0
    active: int = 0
    failures: int = 0
    trouble: str = ""


class Override(msgspec.Struct, frozen=True):
    """Requests that carry this header (or cookie) always reach `release`; never evidence."""

    release: str
    header: str = ""
    cookie: str = ""
    value: str = "always"


class Split(msgspec.Struct, frozen=True):
    """How traffic is shared: percent per release id, summing to 100 (empty: nobody is served).

    label    written beside every bad request, so that evidence knows under which rollout it fell:
             the rollout's stream, or "" when no rollout is going on
    canary   the release under judgement, whose share each bad request is recorded with
    preview  release that the preview port serves, when the environment has one
    """

    weights: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    label: str = ""
    canary: str = ""
    override: Override | None = None
    preview: str = ""


class World(msgspec.Struct, frozen=True):
    """One look at an environment: releases by id, and the split that the proxy carries out now."""

    releases: Mapping[str, Running] = msgspec.field(default_factory=dict[str, Running])
    split: Split = msgspec.field(default_factory=Split)

    def of(self, release: str) -> Running:
        """How `release` runs; all zeros when the target does not know it."""
        return self.releases.get(release, Running())
