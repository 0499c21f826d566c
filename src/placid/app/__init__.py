"""The composition root: the only room that knows both the engine and the adapters.

A `House` is one placid.yaml and the folder `.placid` beside it. `keeping` puts an environment
together out of real parts; who holds its lease may enter it, all others ask through the ledger.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from placid.app.sites import FILE
from placid.base.errors import Problem

if TYPE_CHECKING:
    from placid.config.model import Config, Environment
    from placid.core.rollout.environment import HeadSeen
    from placid.core.rollout.policy import Policy
    from placid.edge.build_recipe import Plan as Recipe
    from placid.edge.git import GitRepository
    from placid.edge.targets.local import LocalTarget
    from placid.edge.workshop import Workshop
    from placid.engine.environments import Keeper
    from placid.engine.environments import Plan as EnginePlan
    from placid.engine.rollouts import Watcher
    from placid.ports import Builds, Store

Say = Callable[[str], None]


class House(msgspec.Struct, frozen=True):
    """A placid.yaml, read; `folder` is where it lies and `home` the `.placid` beside it."""

    config: Config
    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / ".placid"

    @property
    def store(self) -> str:
        """What `store:` names, a $VARIABLE replaced by its value."""
        name = self.config.store
        if not name.startswith("$"):
            return name
        value = os.environ.get(name.strip("${}"), "")
        if not value:
            raise Problem(f"store: {name} is not set", fix=f"set {name.strip('${}')} to its URL")
        return value

    def order(self) -> list[str]:
        """The environments, each after the one it waits for."""
        names, environments = list[str](), self.config.environments
        while len(names) < len(environments):
            names += [
                n for n, e in environments.items() if n not in names and e.after in ("", *names)
            ]
        return names

    def environment(self, name: str) -> Environment:
        """One environment; Problem with the known names."""
        known = self.config.environments
        if name not in known:
            raise Problem(
                f"no environment is called {name!r}", fix=f"use one of: {', '.join(known)}"
            )
        return known[name]

    def at(self, text: str | None) -> Config:
        """placid.yaml at a commit, from its text; ours when the commit has none."""
        from placid.config.loading import parse

        return self.config if text is None else parse(text, FILE, lambda _: True)


def locate(start: Path) -> House:
    """The house of the nearest placid.yaml at or above `start`."""
    from placid.config.loading import load

    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return House(load(folder / FILE), folder)
    return House(load(start / FILE), start)


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def holder() -> str:
    """Who we are in a lease: host, process id and when that process started."""
    return f"{os.uname().nodename}:{os.getpid()}:{_started(os.getpid())}"


def alive(who: str) -> bool:
    """Whether the process that a lease names still runs; other hosts are taken at their word."""
    host, pid, start = who.rsplit(":", 2)
    if host != os.uname().nodename:
        return True
    return _started(int(pid)) == start


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def lease_name(house: House, name: str) -> str:
    return f"agent/{house.config.app}/{name}"


def repository(house: House) -> GitRepository:
    """The followed repository; a relative path is taken from the folder of placid.yaml."""
    from placid.edge.git import GitRepository

    source = house.config.source
    path = house.folder / source.repository
    named = str(path) if path.exists() else source.repository
    house.home.mkdir(exist_ok=True)
    _keep_out_of_git(house)
    return GitRepository(named, source.branch, house.home / "repo.git")


def _keep_out_of_git(house: House) -> None:
    """A file inside `.placid` keeps it out of every commit; nothing of the user's changes."""
    ignore = house.home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def recipe(house: House, name: str) -> Callable[[str | None], Recipe]:
    """How placid.yaml at a commit says its release is made."""
    from placid.edge.build_recipe import Plan as Recipe

    def describe(text: str | None) -> Recipe:
        config = house.at(text)
        service, there = config.service, config.environments.get(name, house.environment(name))
        probe = service.probe
        return Recipe(
            service.build,
            service.image,
            service.run,
            probe.path,
            probe.interval,
            probe.timeout,
            probe.deadline,
            service.drain,
            service.stop,
            (*service.config, *there.config),
            service.env,
        )

    return describe


def policies(
    house: House, name: str, builds: Workshop
) -> Callable[[str], Awaitable[Policy | None]]:
    """How placid.yaml at a commit says it is rolled out; read once, a commit never changes."""
    from placid.config.policy import ignored, policy

    known: dict[str, Policy | None] = {}

    async def read(commit: str) -> Policy | None:
        if commit not in known:
            text, said = await builds.settings(commit), None
            if text is not None:
                config = house.at(text)
                there = config.environments.get(name, house.environment(name))
                said = policy(config, there, ignored(house.config, config))
            known.clear()
            known[commit] = said
        return known[commit]

    return read


def workshop(house: House, name: str, source: GitRepository, say: Say) -> Workshop:
    """Where the releases of one environment are made."""
    from placid.edge.workshop import Site, Workshop

    own = name if house.environment(name).config else ""
    path = settings(house, source)
    site = Site(house.home, path, house.folder, own, house.config.keep)
    return Workshop(site, source.mirror, recipe(house, name), lambda line: say(f"  | {line}"))


def settings(house: House, source: GitRepository) -> str:
    """Where placid.yaml lies in the followed repository: at its root, unless ours is inside it."""
    top = source.folder.resolve() if source.folder else None
    if top is None or not house.folder.is_relative_to(top):
        return FILE
    return str(house.folder.relative_to(top) / FILE)


class Parts(msgspec.Struct, frozen=True):
    """What every environment of one process shares, and how it hears of what happens."""

    house: House
    store: Store
    source: GitRepository
    say: Say
    watcher: Watcher | None = None


@asynccontextmanager
async def keeping(
    parts: Parts, name: str, head: Callable[[], Awaitable[HeadSeen]]
) -> AsyncGenerator[Keeper]:
    """The keeper of one environment, with its real target. Enter only while holding its lease."""
    from placid.edge.signals.envoy import EnvoySignal
    from placid.engine.environments import Keeper
    from placid.engine.judging import Court
    from placid.engine.rollouts import Place

    house = parts.house
    builds = workshop(house, name, parts.source, parts.say)
    async with local_target(house, name, builds) as target:
        signal = EnvoySignal(target)
        place = Place(
            parts.store,
            target,
            signal,
            Court(signal.sticky),
            clock,
            parts.watcher,
        )
        made = gated(house, builds, parts.say)
        keeper = Keeper(plan(house, name, builds), place, made, parts.source, head, parts.say)
        async with keeper.working():
            yield keeper


def gated(house: House, builds: Workshop, say: Say) -> Builds:
    """The builds of commits whose pipeline is green; all of them where it is switched off."""
    from placid.edge.gate import GatedBuilds, Gating

    said = house.config.gate
    if said.workflow == "off":
        return builds

    def gating(commit: str) -> Gating:
        return Gating(
            repository=str((house.home / "repo.git").absolute()),
            home=str(house.home.absolute()),
            app=house.config.app,
            store=house.store,
            commit=commit,
            ref=f"refs/heads/{house.config.source.branch}",
            workflow=said.workflow,
            secrets=str((house.folder / said.secrets).absolute()) if said.secrets else "",
            pure=said.pure,
        )

    async def guarded(commit: str) -> bool:
        await builds.mirror.open()
        folder = ".github/workflows/"
        return bool(await builds.mirror.git("ls-tree", "--name-only", commit, folder))

    return GatedBuilds(builds, house.home, gating, guarded, say)


def local_target(house: House, name: str, builds: Workshop) -> LocalTarget:
    """Where one environment runs on this machine; not entered yet."""
    from placid.edge.envoy_config import ProxySettings
    from placid.edge.targets.local import LocalTarget

    there = house.environment(name)
    tls = there.tls
    proxy = ProxySettings(
        there.listen,
        there.preview,
        tuple(there.hosts),
        str(house.folder / tls.certificate) if tls else "",
        str(house.folder / tls.key) if tls else "",
    )
    return LocalTarget(house.home, name, proxy, builds.manifest)


async def tear_down(house: House, name: str) -> None:
    """Stop every process of an environment, the proxy too. Enter only when nobody keeps it."""
    builds = workshop(house, name, repository(house), lambda _: None)
    async with local_target(house, name, builds) as target:
        await target.tear_down()


def plan(house: House, name: str, builds: Workshop) -> EnginePlan:
    """How one environment rolls out."""
    from placid.config.policy import policy
    from placid.core.rollout.environment import Environment as Machine
    from placid.engine.environments import Plan

    machine = Machine(policy(house.config, house.environment(name)), house.config.keep)
    return Plan(house.config.app, name, machine, policies(house, name, builds))
