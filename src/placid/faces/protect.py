"""`placid protect`: the branch's protection at GitHub beside what the team wants.

A required check that no workflow can report blocks every pull request for ever, so it is looked
for in the workflows, without a token too. Exit 1 when a wish is broken; unknown is not broken.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import msgspec

from placid.base.errors import Problem
from placid.config.loading import section
from placid.config.model import FILE, Protecting
from placid.core.audit.facts.check_names import CheckName, check_names
from placid.core.audit.model import Repository
from placid.core.audit.protection import (
    UNKNOWN,
    Line,
    Protection,
    compare,
    pending,
    ruleset,
    unreportable,
)
from placid.edge.github import GitHub, github_of
from placid.edge.github_rules import protect as apply_rules
from placid.edge.github_rules import protection
from placid.edge.tree import tree_at


@dataclass(frozen=True, slots=True)
class Protected:
    """What was found: a line for each wish, and checks that cannot, or need not, report."""

    repository: str
    branch: str
    lines: tuple[Line, ...]
    dead: tuple[str, ...]
    waiting: tuple[tuple[str, CheckName], ...]
    reported: tuple[CheckName, ...]
    body: dict[str, object]
    done: str = ""

    @property
    def fine(self) -> bool:
        return not self.dead and all(line.kept is not False for line in self.lines)


def protect(folder: Path, branch: str, apply: bool) -> Protected:
    """Compare; with `apply`, make it so and compare again."""
    return anyio.run(_protect, folder, branch, apply)


async def _protect(folder: Path, branch: str, apply: bool) -> Protected:
    tree = tree_at(folder)
    wanted = _wanted(tree.root)
    known = check_names(Repository(tree, datetime.now(UTC).date()))
    github = _github(tree.root)
    branch = branch or _default_branch(tree.root)
    dead = unreportable(wanted.checks or (), known)
    done = ""
    if apply:
        if dead:
            raise Problem(
                f"no workflow reports {_listed(dead)}: every pull request would wait for ever",
                fix=f"put checks that are reported into {FILE}, protect: {_names(known)}",
            )
        if github is None:
            raise Problem("origin is no GitHub repository", fix="set GITHUB_REPOSITORY=owner/name")
        done = await apply_rules(github, branch, wanted)
    actual = await protection(github, branch) if github else UNKNOWN
    return Protected(
        github.name if github else str(tree.root),
        branch,
        tuple(compare(wanted, actual)),
        tuple(dead),
        tuple(pending(wanted.checks or (), known)),
        known,
        ruleset(branch, wanted),
        done,
    )


def _wanted(root: Path) -> Protection:
    try:
        text = (root / FILE).read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        text = ""
    wish = section(text, FILE, Protecting)
    return Protection(
        wish.pull_request,
        wish.reviews,
        frozenset(wish.checks),
        wish.up_to_date,
        not wish.force_push,
        wish.admins,
    )


def _github(root: Path) -> GitHub | None:
    environ = os.environ
    origin = environ.get("GITHUB_REPOSITORY", "")
    if origin:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return github_of(f"{server}/{origin}", environ)
    said = _git(root, "remote", "get-url", "origin")
    return github_of(said, environ) if said else None


def _default_branch(root: Path) -> str:
    remote = _git(root, "symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD")
    return remote.partition("/")[2] or _git(root, "symbolic-ref", "-q", "--short", "HEAD") or "main"


def _git(root: Path, *words: str) -> str:
    said = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    return os.fsdecode(said.stdout).strip() if said.returncode == 0 else ""


_MARKS = {True: "kept", False: "BROKEN", None: "unknown"}


def protected_text(found: Protected) -> str:
    """For people."""
    return "\n".join(_lines(found))


def _lines(found: Protected) -> Iterator[str]:
    if found.done:
        yield found.done
    yield f"{found.repository}, branch {found.branch}"
    width = max(len(line.wish) for line in found.lines)
    for line in found.lines:
        mark = _MARKS[line.kept]
        yield f"  {mark:7}  {line.wish:{width}}  wanted: {line.wanted}, is: {line.actual}"
    for name in found.dead:
        yield f'no workflow reports the check "{name}": pull requests would wait for it for ever'
    for name, source in found.waiting:
        yield f'the check "{name}" stays away where the path filters of {source.path} match nothing'
    if found.dead:
        yield f"the workflows report: {_names(found.reported)}"
    if any(line.kept is None for line in found.lines):
        yield "what is unknown needs a GITHUB_TOKEN that may read the administration of it"
    if any(line.kept is False for line in found.lines):
        yield "`placid protect --apply` sends this as a ruleset:"
        yield msgspec.json.format(msgspec.json.encode(found.body)).decode()


def _names(known: tuple[CheckName, ...]) -> str:
    shown = {each.pattern.replace("\\", "").replace(".*", "…") for each in known}
    return ", ".join(sorted(shown)) or "none"


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
