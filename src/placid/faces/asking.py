"""What people ask of a rollout under way: each is a fact in its stream, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from placid.app import House, clock, locate
from placid.base.errors import Conflict, Problem
from placid.core.rollout.environment_facts import Allowed, EnvironmentFact
from placid.core.rollout.environment_state import EnvironmentState, evolve
from placid.core.rollout.facts import (
    AbortAsked,
    PauseAsked,
    PromoteAsked,
    ResumeAsked,
    RolloutFact,
)
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import open_ledger

FACTS: msgspec.json.Decoder[EnvironmentFact] = msgspec.json.Decoder(EnvironmentFact)


def state_of(ledger: Ledger, house: House, env: str) -> EnvironmentState:
    """The fold of an environment's facts."""
    state = EnvironmentState()
    for row in ledger.read(f"environment/{house.config.app}/{env}"):
        state = evolve(state, FACTS.decode(row.data))
    return state


def promote(env: str, by: str, full: bool) -> str:
    """Pass the present wait (or all of them)."""
    return _ask(env, lambda: PromoteAsked(by, clock(), full), "goes on")


def abort(env: str, by: str, why: str) -> str:
    """Stop and go back."""
    return _ask(env, lambda: AbortAsked(by, clock(), why), "goes back")


def pause(env: str, by: str) -> str:
    """Stay at the present step."""
    return _ask(env, lambda: PauseAsked(by, clock()), "stays at its step")


def resume(env: str, by: str) -> str:
    """Go on after a pause."""
    return _ask(env, lambda: ResumeAsked(by, clock()), "goes on")


def allow(env: str, by: str, commit: str) -> str:
    """Lift a quarantine; `commit` may be a prefix of one that is in it."""
    house = locate(Path.cwd())
    with open_ledger(house.store, house.home) as ledger:
        known = state_of(ledger, house, env).quarantined
        meant = [held for held in known if held.startswith(commit)]
        if len(meant) != 1:
            listed = ", ".join(held[:10] for held in known) or "none"
            raise Problem(
                f"{commit} is not one commit in quarantine in {env}", fix=f"in it: {listed}"
            )
        fact = Allowed(meant[0], by, clock())
        _append(ledger, f"environment/{house.config.app}/{env}", fact)
    return f"{meant[0][:10]} may be deployed again: `placid deploy {meant[0][:10]}`"


def _ask(env: str, make: Callable[[], RolloutFact], said: str) -> str:
    house = locate(Path.cwd())
    with open_ledger(house.store, house.home) as ledger:
        opened = state_of(ledger, house, env).rollout
        if opened is None:
            raise Problem(f"no rollout is under way in {env}", fix="see `placid status`")
        _append(ledger, f"rollout/{house.config.app}/{env}/{opened.number}", make())
    return f"{opened.release.id} {said}"


def _append(ledger: Ledger, stream: str, fact: EnvironmentFact | RolloutFact) -> None:
    while True:
        try:
            ledger.append(stream, ledger.end(stream), [msgspec.json.encode(fact)])
        except Conflict:
            continue
        return
