"""The workshop: makes releases out of commits on this machine, and keeps the last few.

    make    plan and config at the commit -> release id -> tree (shared, built once) -> release.json
    look    result.json, and whether someone holds the lock; a commit whose untracked config files
            have changed since counts as "missing", so deploying it again takes the new ones
    prune   the newest N releases stay, and the kept ones; trees that none of them needs go

Every file that says "done" is written last and whole, and one lock per commit keeps two builders
apart, so a build that is killed at any point leaves nothing that could be taken for a good one.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from placid.base.errors import Problem, Problems, Unavailable
from placid.base.yamltext import decode
from placid.core.rollout.world import Release
from placid.edge.build_recipe import Config, Mask, Plan, read_config
from placid.edge.build_shelf import Shelf
from placid.edge.build_tree import BuildFailed, Log, Made, Tree, that_matters
from placid.edge.files import exclusive, is_locked, write_whole
from placid.edge.git_mirror import Mirror
from placid.edge.runners.process import ProcessRunner
from placid.ports import Build, Manifest, Runner

Describe = Callable[[str | None], Plan]
"""Reads the text of placid.yaml at a commit (None when it has none); Problem fails the build."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a workshop works.

    home         the folder `.placid`
    settings     path of placid.yaml within the repository; its folder is where the app runs
    beside       the folder of the user's placid.yaml, for config files that are not in git
    environment  keeps the results of environments with config files of their own apart
    keep         how many releases `prune` leaves, newest first, beside those it is told to keep
    environ      the environment that PATH, HOME and their like are taken from
    """

    home: Path
    settings: str = "placid.yaml"
    beside: Path | None = None
    environment: str = ""
    keep: int = 5
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Result(msgspec.Struct, frozen=True):
    """How a build ended. `outside`: the untracked config files it took, as (path, SHA-256)."""

    status: Literal["built", "failed"]
    release: Release | None = None
    why: str = ""
    outside: list[tuple[str, str]] = []


class Workshop:
    """ports.Builds with worktrees of the mirror. `listener` hears each line of a build's output."""

    def __init__(
        self,
        site: Site,
        mirror: Mirror,
        describe: Describe,
        listener: Callable[[str], None] | None = None,
        runner: Runner | None = None,
    ) -> None:
        self.site, self.mirror, self.describe = site, mirror, describe
        self.listener = listener
        self.runner: Runner = runner or ProcessRunner()
        self.shelf = Shelf(site.home.absolute(), mirror, site.keep)

    async def look(self, commit: str) -> Build:
        """Where the build of a commit stands."""
        place = self.shelf.place(commit)
        log = str(place / "build.log")
        if is_locked(place / "lock"):
            return Build("running", log=log)
        result = self._result(commit)
        if result is None or self._stale(result):
            return Build("missing")
        return Build(result.status, result.release, result.why, log)

    async def make(self, commit: str) -> None:
        """Build a commit, unless that is done; a failed build is recorded, not raised."""
        place = self.shelf.place(commit)
        place.mkdir(parents=True, exist_ok=True)
        async with exclusive(place / "lock"):
            result = self._result(commit)
            if result is not None and result.status == "built" and not self._stale(result):
                return
            self._result_file(commit).unlink(missing_ok=True)
            try:
                result = await self._make(commit, place)
            except Unavailable:
                raise
            except (Problem, BuildFailed) as wrong:
                result = Result("failed", why=_in_words(wrong))
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise Unavailable(
                    f"the disk is full, {commit[:10]} cannot be built",
                    where=str(place),
                    fix="free some space; nothing was lost, it is tried again",
                ) from None
            write_whole(self._result_file(commit), msgspec.json.encode(result))

    async def settings(self, commit: str) -> str | None:
        """The text of placid.yaml at a commit, None without one; Problem when it is no text."""
        await self.mirror.open()
        data = await self.mirror.read(commit, self.site.settings)
        return None if data is None else decode(data, self.site.settings)

    async def prune(self, keep: frozenset[str]) -> None:
        """Remove old releases and trees, see ports.Builds."""
        await self.shelf.prune(keep)

    def manifest(self, release: str) -> Manifest:
        """All that is needed to run a release; Problem when it is not (or no longer) here."""
        return self.shelf.manifest(release)

    async def _make(self, commit: str, place: Path) -> Result:
        inside = PurePosixPath(self.site.settings).parent
        plan = self.describe(await self.settings(commit))
        config = await read_config(plan, self.mirror, commit, inside, self.site.beside)
        variables = config.variables(plan)
        digest = config.digest()
        tree_id = await self.mirror.git("rev-parse", f"{commit}^{{tree}}")
        release = Release(f"{commit[:10]}-{digest[:6]}", commit, tree_id, digest)
        placed = config.placed()
        name = f"tree-{config.digest(placed)[:6]}" if placed else "tree"
        tree = Tree(commit, place / name, inside, self.mirror, self.runner, self.site.environ)
        made = tree.made() or await self._build(tree, plan, config, place / "build.log")
        self.shelf.put(
            _manifest(release, tree, plan, made, variables, self.site.environ), config.files
        )
        outside = [(str(path), _sha256(config.files[n])) for n, path in config.outside.items()]
        return Result("built", release, outside=outside)

    async def _build(self, tree: Tree, plan: Plan, config: Config, path: Path) -> Made:
        mask = Mask([*config.variables(plan).values()])
        with open(path, "wb", opener=_private) as file:  # noqa: ASYNC230  a local file
            log = Log(file, mask, self.listener)
            try:
                return await tree.make(plan, config, log)
            except Problem as problem:
                log.line(f"placid: {problem.what}")
                if plan.image and log.last[:-1]:
                    raise BuildFailed(f"{problem.what}: {that_matters(log.last[:-1])}") from None
                raise

    def _result_file(self, commit: str) -> Path:
        name = f"-{self.site.environment}" if self.site.environment else ""
        return self.shelf.place(commit) / f"result{name}.json"

    def _result(self, commit: str) -> Result | None:
        try:
            data = self._result_file(commit).read_bytes()
            result = msgspec.json.decode(data, type=Result)
        except (OSError, msgspec.DecodeError):
            return None
        if result.release is not None and not self.shelf.has(result.release.id):
            return None
        return result

    def _stale(self, result: Result) -> bool:
        """Whether an untracked config file is another one now (one that is gone does not count)."""
        for path, digest in result.outside:
            try:
                if _sha256(Path(path).read_bytes()) != digest:
                    return True
            except OSError:
                continue
        return False


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(
    release: Release,
    tree: Tree,
    plan: Plan,
    made: Made,
    variables: dict[str, str],
    environ: Mapping[str, str],
) -> Manifest:
    if made.venv:
        path = variables.get("PATH") or environ.get("PATH", os.defpath)
        variables = {**variables, "PATH": f"{made.venv}/bin:{path}", "VIRTUAL_ENV": made.venv}
    return Manifest(
        release=release,
        folder=str(tree.app),
        run="" if made.image else plan.run,
        image=made.image,
        env=variables,
        health=plan.health,
        interval=plan.interval,
        timeout=plan.timeout,
        deadline=plan.deadline,
        drain=plan.drain,
        stop=plan.stop,
    )


def _in_words(wrong: Problem | BuildFailed) -> str:
    if isinstance(wrong, Problems):
        return "; ".join(_in_words(one) for one in wrong.problems)
    if isinstance(wrong, Problem):
        return f"{wrong.where}: {wrong.what}" if wrong.where else wrong.what
    return str(wrong)
