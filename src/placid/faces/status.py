"""`placid status` and `placid log`: read from the ledger alone, without an event loop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from placid.app import House, alive, clock, lease_name
from placid.core.rollout.environment_state import EnvironmentState
from placid.core.rollout.facts import Opened, RolloutFact
from placid.core.rollout.state import State, evolve
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import open_ledger
from placid.faces.asking import FACTS, state_of
from placid.faces.views import environment_sentence, rollout_sentence, step_words

ROLLOUT: msgspec.json.Decoder[RolloutFact] = msgspec.json.Decoder(RolloutFact)


class RolloutStatus(msgspec.Struct, frozen=True):
    """A rollout under way: its step (from 1) of how many, and what it does or waits for."""

    number: int
    release: str
    step: int
    steps: int
    doing: str
    going_back: str = ""
    held: str = ""
    paused: str = ""


class EnvironmentStatus(msgspec.Struct, frozen=True):
    """One environment. `agent` is who keeps it, "" when nobody does."""

    name: str
    url: str
    live: str = ""
    commit: str = ""
    since: datetime | None = None
    previous: list[str] = []
    rollout: RolloutStatus | None = None
    wanted: str = ""
    quarantined: dict[str, str] = {}
    agent: str = ""


class Status(msgspec.Struct, frozen=True):
    """The whole of `placid status`."""

    app: str
    environments: list[EnvironmentStatus]


def status(house: House) -> Status:
    """What the ledger says of every environment."""
    with open_ledger(house.store, house.home) as ledger:
        found = [_environment(ledger, house, name) for name in house.order()]
    return Status(house.config.app, found)


def _environment(ledger: Ledger, house: House, name: str) -> EnvironmentStatus:
    state = state_of(ledger, house, name)
    who = ledger.holder(lease_name(house, name))
    there = house.environment(name)
    live = state.live
    return EnvironmentStatus(
        name,
        f"{'https' if there.tls else 'http'}://{there.listen}",
        live.id if live else "",
        live.commit if live else "",
        state.since,
        [release.id for release in state.previous[: house.config.keep]],
        _rollout(ledger, house, name, state),
        state.wanted.commit if state.wanted else "",
        dict(state.quarantined),
        who if who and alive(who) else "",
    )


def _rollout(
    ledger: Ledger, house: House, name: str, environment: EnvironmentState
) -> RolloutStatus | None:
    opened = environment.rollout
    if opened is None:
        return None
    state = State()
    for row in ledger.read(f"rollout/{house.config.app}/{name}/{opened.number}"):
        state = evolve(state, ROLLOUT.decode(row.data))
    steps = state.opened.steps if state.opened else ()
    doing = step_words(steps[state.index]) if state.index < len(steps) else "finishing"
    number = min(state.index + 1, len(steps))
    return RolloutStatus(
        opened.number,
        opened.release.id,
        number,
        len(steps),
        doing,
        state.going_back,
        state.held,
        state.paused,
    )


def status_text(report: Status) -> str:
    """For people."""
    lines = [report.app]
    for environment in report.environments:
        lines += [f"  {line}" for line in _lines(environment)]
    return "\n".join(lines)


def _lines(env: EnvironmentStatus) -> Iterator[str]:
    since = f" for {_ago(env.since)}" if env.since else ""
    live = f"{env.live} is live{since}" if env.live else "nothing is live"
    yield f"{env.name}  {live}  {env.url}"
    if env.rollout is not None:
        roll = env.rollout
        what = f"going back: {roll.going_back}" if roll.going_back else roll.doing
        yield f"  rollout {roll.number} of {roll.release}: step {roll.step}/{roll.steps}, {what}"
        if roll.held:
            yield f"  waits for a person: {roll.held} (`placid promote` or `placid abort`)"
        if roll.paused:
            yield f"  paused by {roll.paused} (`placid resume`)"
    if env.wanted:
        yield f"  next: {env.wanted[:10]}"
    if env.previous:
        yield f"  kept for going back: {', '.join(env.previous)}"
    for commit, why in env.quarantined.items():
        yield f"  in quarantine: {commit[:10]}: {why}"
    yield f"  agent: {env.agent or 'none; nobody restarts what crashes (run `placid serve`)'}"


def _ago(since: datetime) -> str:
    seconds = int((clock() - since).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


class Line(msgspec.Struct, frozen=True):
    """One line of `placid log --json`; `fact` as it is stored."""

    stream: str
    seq: int
    at: datetime
    fact: msgspec.Raw


def history(house: House, env: str, count: int, as_json: bool) -> Iterator[str]:
    """The newest `count` facts of an environment and its rollouts, oldest first."""
    app = house.config.app
    with open_ledger(house.store, house.home) as ledger:
        names = [f"environment/{app}/{env}", *ledger.streams(f"rollout/{app}/{env}/")]
        rows = sorted((row for name in names for row in ledger.read(name)), key=lambda row: row.at)
    opened: dict[str, Opened] = {}
    told: list[str] = []
    for row in rows:
        stamp = row.at.strftime("%Y-%m-%d %H:%M:%S")
        if as_json:
            line = Line(row.stream, row.seq, row.at, msgspec.Raw(row.data))
            told.append(msgspec.json.encode(line).decode())
        elif row.stream.startswith("environment/"):
            told.append(f"{stamp} {environment_sentence(FACTS.decode(row.data))}")
        else:
            fact = ROLLOUT.decode(row.data)
            if isinstance(fact, Opened):
                opened[row.stream] = fact
            words = rollout_sentence(fact, opened.get(row.stream))
            told += [f"{stamp}   {words}"] if words else []
    yield from told[-count:]
