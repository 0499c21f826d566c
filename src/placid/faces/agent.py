"""What `deploy` and `serve` do: enter an environment, or ask its keeper, and tell the story."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import anyio

from placid.app import (
    House,
    Parts,
    alive,
    clock,
    holder,
    keeping,
    lease_name,
    repository,
    tear_down,
)
from placid.base.errors import Problem
from placid.core.rollout.environment import HeadSeen
from placid.core.rollout.environment_facts import (
    BuildFailed,
    DeployAsked,
    EnvironmentFact,
    Refused,
    RollbackAsked,
    RolloutEnded,
    Skipped,
)
from placid.core.rollout.environment_state import EnvironmentState
from placid.edge.hook import Inbox
from placid.edge.store.opening import open_store
from placid.engine.environments import Keeper, environment_story
from placid.engine.follow import Follower
from placid.engine.lease import held
from placid.engine.loop import Story
from placid.engine.rollouts import Watcher
from placid.faces.story import Teller
from placid.ports import Store

Say = Callable[[str], None]
TIDY = 40.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked of an environment, as the fact to append."""

    fact: EnvironmentFact
    commit: str = ""


async def nothing() -> HeadSeen:
    """No branch is followed."""
    return HeadSeen()


async def deploy(
    house: House, revision: str, names: list[str], by: str, say: Say, watcher: Watcher | None = None
) -> bool:
    """Deploy a revision to environments in order; whether it is live in the last one."""
    async with open_store(house.store, house.home) as store:
        source = repository(house)
        commit = (await source.head(revision or house.config.source.branch)).commit
        parts = Parts(house, store, source, say, watcher)
        for name in names:
            fact = DeployAsked(commit, by, clock())
            if not await ask(parts, name, Asked(fact, commit)):
                return False
    return True


async def rollback(house: House, name: str, to: str, by: str, say: Say) -> bool:
    """Go back in one environment; whether that was possible."""
    async with open_store(house.store, house.home) as store:
        parts = Parts(house, store, repository(house), say)
        return await ask(parts, name, Asked(RollbackAsked(by, clock(), to)))


async def down(house: House, name: str) -> None:
    """Stop all processes of an environment; Problem while an agent keeps it."""
    async with (
        open_store(house.store, house.home) as store,
        held(store, lease_name(house, name), holder(), alive) as other,
    ):
        if other:
            raise Problem(f"an agent keeps {name}: {other}", fix="stop it first")
        await tear_down(house, name)


async def ask(parts: Parts, name: str, asked: Asked) -> bool:
    """Append what is asked and see it through: ourselves, or by the agent that is there."""
    house, store = parts.house, parts.store
    facts = environment_story(store, house.config.app, name)
    begun = len(await facts.read())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Teller(store, house.config.app, name, parts.say).tell, begun)
        await facts.tell(asked.fact)
        while not await _seen_through(parts, name, begun, asked):
            pass  # the agent that was there has left; maybe before it saw what is asked
        await anyio.sleep(0.15)  # the teller says the last fact
        tasks.cancel_scope.cancel()
    return bool(await _outcome(store, house, name, begun, asked))


async def _seen_through(parts: Parts, name: str, begun: int, asked: Asked) -> bool:
    """Whether it was carried out: by us, or by the one who keeps the environment until it left."""
    lease = lease_name(parts.house, name)
    async with held(parts.store, lease, holder(), alive) as other:
        if not other:
            async with keeping(parts, name, nothing) as keeper:
                await _carry_out(keeper)
            return True
        parts.say(f"the agent {other} carries it out")
        stream = environment_story(parts.store, parts.house.config.app, name).stream
        while await parts.store.holder(lease) == other and alive(other):
            known = len(await parts.store.read(stream))
            if await _outcome(parts.store, parts.house, name, begun, asked) is not None:
                return True
            with anyio.move_on_after(1.0):
                await parts.store.changed(stream, known)
        return await _outcome(parts.store, parts.house, name, begun, asked) is not None


async def _carry_out(keeper: Keeper) -> None:
    """Work until nothing is under way, Git is brought back too, and all is tidy."""
    state = await keeper.keep(idle)
    reverts = keeper.plan.machine.reverts
    with anyio.move_on_after(TIDY):
        state = await keeper.keep(lambda state: idle(state) and reverts(state) is None)
    await keeper.settle(state, TIDY)


def idle(state: EnvironmentState) -> bool:
    """Nothing is under way."""
    busy = state.wanted or state.rollout or state.blamed or state.back
    return not busy


async def _outcome(store: Store, house: House, name: str, begun: int, asked: Asked) -> bool | None:
    facts = await environment_story(store, house.config.app, name).read()
    return _answer(facts[begun:], asked)


def _answer(facts: list[EnvironmentFact], asked: Asked) -> bool | None:
    """Whether what was asked came true; None while that is open."""
    for fact in facts:
        match fact:
            case RolloutEnded(release=release, outcome=outcome) if release.commit == asked.commit:
                return outcome == "promoted"
            case RolloutEnded(outcome=outcome, purpose=purpose) if not asked.commit:
                if purpose == "rollback" or outcome in ("rolled_back", "aborted"):
                    return purpose == "deploy" or outcome == "promoted"
            case Skipped(commit=commit, live=live) if commit == asked.commit:
                return live
            case BuildFailed(commit=commit) if commit == asked.commit:
                return False
            case Refused():
                return False
            case _:
                pass
    return None


async def serve(house: House, say: Say, watcher: Watcher | None = None) -> None:
    """Follow the branch and keep every environment, until cancelled."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(house.store, house.home))
        source = repository(house)
        parts = Parts(house, store, source, say, watcher)
        keepers: dict[str, Keeper] = {}
        follower = Follower(
            source,
            house.config.source.poll,
            lambda: nudge_all(keepers),
            lambda what: say(f"{house.config.source.branch}: {what}"),
        )
        for name in house.order():
            other = await stack.enter_async_context(
                held(store, lease_name(house, name), holder(), alive)
            )
            if other:
                raise Problem(
                    f"an agent already keeps {name}: {other}", fix="stop it first, or let it work"
                )
            head = _head(house, name, follower, store)
            keepers[name] = await stack.enter_async_context(keeping(parts, name, head))
        await _work(house, parts, keepers, follower)


def nudge_all(keepers: dict[str, Keeper]) -> None:
    """Every environment looks again at once."""
    for keeper in keepers.values():
        keeper.nudge.give()


async def _work(house: House, parts: Parts, keepers: dict[str, Keeper], follower: Follower) -> None:
    async with anyio.create_task_group() as tasks:
        for name, keeper in keepers.items():
            facts = environment_story(parts.store, house.config.app, name)
            teller = Teller(parts.store, house.config.app, name, _prefixed(parts.say, name))
            tasks.start_soon(teller.tell, len(await facts.read()))
            tasks.start_soon(_keep, keeper, parts.say)
        tasks.start_soon(follower.follow)
        tasks.start_soon(_listen, Inbox(house.home), follower)
        where = ", ".join(f"{n} on http://{house.environment(n).listen}" for n in keepers)
        parts.say(f"following {house.config.source.branch}: {where}")
        if house.config.webhook.secret:
            from placid.faces.receiver import receive

            tasks.start_soon(receive, house, parts.store, follower)


def _prefixed(say: Say, name: str) -> Say:
    return lambda text: say(f"{name}: {text}")


async def _keep(keeper: Keeper, say: Say) -> None:
    """Keep on keeping: what a person must mend is said once, and tried again."""
    said = ""
    while True:
        try:
            await keeper.keep(lambda state: False)
        except Problem as problem:
            if problem.what != said:
                said = problem.what
                say(f"{problem.what}" + (f" ({problem.fix})" if problem.fix else ""))
            await anyio.sleep(5)


async def _listen(inbox: Inbox, follower: Follower) -> None:
    while True:
        await inbox.wait()
        follower.nudge.give()


def _head(
    house: House, name: str, follower: Follower, store: Store
) -> Callable[[], Awaitable[HeadSeen]]:
    """Where an environment's commits come from: the branch, or what the one before has live."""
    before = house.environment(name).after
    if not before:
        return follower.now

    return Upstream(environment_story(store, house.config.app, before)).head


class Upstream:
    """The commit that an environment went live with last, for the one after it.

    Going back there offers nothing here: an older commit is not on its way to production.
    """

    def __init__(self, facts: Story[EnvironmentFact]) -> None:
        self._facts, self._read, self._head = facts, 0, HeadSeen()

    async def head(self) -> HeadSeen:
        """Reads only what is new since the last look."""
        for fact in await self._facts.read(self._read):
            self._read += 1
            if isinstance(fact, RolloutEnded) and fact.outcome == "promoted":
                deployed = fact.purpose == "deploy"
                self._head = HeadSeen(fact.release.commit) if deployed else HeadSeen()
        return self._head
