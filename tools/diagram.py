"""The rollout's state diagram, found by walking the real machine rather than drawn by hand.

Breadth first over everything that can follow: each look the world may show (healthy, worse, sick,
crashing), and each fact that comes from outside (a pause only stops the clock, and is left out). A
wish is carried out at once in a pretended world; situations that differ only in time are one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from placid.core.machine import replay
from placid.core.rollout.facts import (
    AbortAsked,
    Measured,
    Opened,
    PromoteAsked,
    RolloutFact,
    Superseded,
)
from placid.core.rollout.machine import Retire, Rollout, Seen, SetScale, SetSlow, SetTraffic, Wish
from placid.core.rollout.state import State
from placid.core.rollout.steps import Approve, Judge, Preview, Scale, Shift
from placid.core.rollout.world import Release, Running, Split, World
from placid.core.verdict import Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(hours=1)
OLD = Release("old", "old", "old", "old")
NEW = Release("new", "new", "new", "new")
STEPS = (Scale(1), Preview(), Shift(10.0), Judge(60.0), Approve(), Scale(0, "old"))
MANY = 20_000
DOING = {
    Scale: "scaling",
    Shift: "shifting",
    Judge: "judging",
    Approve: "awaiting_approval",
    Preview: "previewing",
}
ASKED: tuple[RolloutFact, ...] = (
    AbortAsked("a person", START),
    PromoteAsked("a person", START),
    Superseded("newer", START),
)


@dataclass(frozen=True)
class Node:
    """One situation of the walk."""

    state: State
    world: World

    def key(self) -> str:
        timeless = replace(self.state, notes=(), changes=(), started=self.state.started and START)
        return f"{timeless} {self.world}"

    def phase(self) -> str:
        state = self.state
        if state.ended is not None:
            return state.ended.outcome
        if state.opened is None:
            return "[*]"
        if state.going_back:
            return "going_back"
        if state.index >= len(state.opened.steps):
            return "all_steps_done"
        if state.held:
            return "waiting_for_a_person"
        return DOING[type(state.opened.steps[state.index])]


def looks(world: World) -> Iterator[Seen]:
    """Everything one look at `world` may show."""
    baseline = Measured({}, {}, START)
    sick = Verdict("unsure", ("stable breaks its own objective",), sick=True)
    for verdict in (Verdict("good"), Verdict("bad", ("worse",)), sick):
        yield Seen(world, verdict, baseline)
    crashing = {
        id: msgspec.structs.replace(it, ready=0, alive=0, failures=3) if id == NEW.id else it
        for id, it in world.releases.items()
    }
    yield Seen(msgspec.structs.replace(world, releases=crashing), Verdict("unsure"), baseline)


def carried_out(world: World, wish: Wish) -> World:
    """The world once `wish` has come true."""
    match wish:
        case SetScale(release=id, copies=n):
            return msgspec.structs.replace(world, releases={**world.releases, id: Running(n, n, n)})
        case SetTraffic(split=split):
            return msgspec.structs.replace(world, split=split)
        case Retire(release=id):
            left = {name: it for name, it in world.releases.items() if name != id}
            return msgspec.structs.replace(world, releases=left)
        case SetSlow():
            return world


def following(machine: Rollout, node: Node) -> Iterator[tuple[str, Node]]:
    """(the fact's kind or "", the situation after it) for all that can come next."""
    if node.state.ended is not None:
        return
    for seen in looks(node.world):
        decision = machine.decide(node.state, seen, LATER)
        world = node.world
        for wish in decision.effects:
            world = carried_out(world, wish)
        if decision.effects:
            yield "", Node(node.state, world)
        if decision.events:
            after = replay(machine, decision.events, node.state)
            yield _kind(decision.events[0]), Node(after, node.world)
    for fact in ASKED:
        yield _kind(fact), Node(machine.evolve(node.state, fact), node.world)


def _kind(fact: RolloutFact) -> str:
    return str(fact.__struct_config__.tag)


def transitions() -> dict[tuple[str, str], set[str]]:
    """Which facts lead from one phase to another, over every way a rollout can go."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    machine = Rollout("stream")
    worlds = (World({OLD.id: Running(1, 1, 1)}, Split({OLD.id: 100.0})), World())
    for world, stable in zip(worlds, (OLD, None), strict=True):
        opened = Opened(NEW, STEPS, 1, START, stable)
        first = Node(machine.evolve(machine.start(), opened), world)
        found["[*]", first.phase()].add("opened")
        seen, queue = {first.key()}, deque([first])
        while queue:
            assert len(seen) < MANY, "the walk finds no end: a state grows with every look"
            node = queue.popleft()
            for kind, after in following(machine, node):
                if after.phase() != node.phase():
                    found[node.phase(), after.phase()].add(kind)
                if after.key() not in seen:
                    seen.add(after.key())
                    queue.append(after)
    return found


def mermaid() -> str:
    """The diagram as Mermaid text."""
    edges = [
        f"    {before} --> {after}: {', '.join(sorted(kinds))}"
        for (before, after), kinds in sorted(transitions().items())
    ]
    ends = sorted({after for _, after in transitions()} - {before for before, _ in transitions()})
    return "\n".join(["stateDiagram-v2", *edges, *(f"    {end} --> [*]" for end in ends)])


if __name__ == "__main__":
    print(mermaid())
