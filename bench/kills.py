"""Kill the agent with -9 at random moments of real deploys under load, and start it again.

    python bench/kills.py [--kills 50] [--seed 1]

A new commit comes whenever the one before is live. At the end no request may have failed, every
fact that was ever seen must still be there, every stream must decode without a gap, the last commit
must be live, and each commit must have had one rollout.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import (
    ENVIRONMENT,
    ROLLOUT,
    Site,
    agent,
    busy,
    progress,
    site,
    visitors,
)
from placid.core.rollout.environment_facts import Crashed, RolloutOpened
from placid.core.rollout.facts import Ended, StepStarted

RATE, CLIENTS = 100, 20
STRATEGY = "{canary: {steps: [10%, 50%], bake: 700ms}}"
Facts = dict[str, list[bytes]]


def stored(place: Site) -> Facts:
    """Every fact there is."""
    return {stream: place.rows(stream) for stream in place.streams()}


def lost(before: Facts, after: Facts) -> int:
    """Facts that were there before and are not now, or not as they were."""
    return sum(
        one != other
        for stream, rows in before.items()
        for one, other in zip(rows, after.get(stream, []) + [b""] * len(rows), strict=False)
    )


def where(place: Site) -> str:
    """In which part of a deploy the agent was just killed."""
    facts = place.facts()
    opened = [fact for fact in facts if isinstance(fact, RolloutOpened)]
    if not opened:
        return "before the first rollout"
    story = place.rollout(opened[-1].number)
    if story and isinstance(story[-1], Ended):
        return "between rollouts, in the build or in tidying up"
    steps = [fact.index for fact in story if isinstance(fact, StepStarted)]
    return f"in step {steps[-1] + 1} of a rollout" if steps else "as a rollout began"


def at_work(place: Site) -> None:
    """Wait until the agent has recorded something."""

    def facts() -> int:
        return sum(map(len, stored(place).values()))

    known = facts()
    place.wait("the agent's first fact", lambda: facts() > known)


def kill_often(place: Site, kills: int, chance: random.Random) -> tuple[str, int, list[str]]:
    """The last commit, how many facts were lost, and where the agent was when it was killed."""
    commit, gone, moments = place.live(), 0, list[str]()
    for number in range(kills):
        if place.live() == commit:
            commit = place.commit()
        process = place.start("serve")
        if number % 4:
            at_work(place)
            time.sleep(chance.uniform(0.0, 4.0))
        else:
            time.sleep(chance.uniform(0.3, 3.0))
        before = stored(place)
        process.kill()
        process.wait()
        gone += lost(before, stored(place))
        moments.append(where(place))
        progress(f"kill {number + 1}: {moments[-1]}")
    return commit, gone, moments


def rollouts(place: Site) -> tuple[int, int, int, int]:
    """Commits, the most rollouts one of them had, facts in all, and crashes that were recorded."""
    per: collections.Counter[str] = collections.Counter()
    facts = crashes = 0
    for stream in place.streams():
        decoder = ENVIRONMENT if stream.startswith("environment/") else ROLLOUT
        for row in place.rows(stream):
            fact = decoder.decode(row)
            facts += 1
            crashes += isinstance(fact, Crashed)
            if isinstance(fact, RolloutOpened):
                per[fact.release.commit] += 1
    return len(per), max(per.values()), facts, crashes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with site() as place:
        place.first()
        place.strategy = STRATEGY
        with visitors(place, RATE, CLIENTS, slow=True) as seen:
            last, gone, moments = kill_often(place, asked.kills, random.Random(asked.seed))
            with agent(place):
                place.wait("the last commit to be live", lambda: place.live() == last, 120)
                time.sleep(6)
        totals = seen.totals()
        failures = seen.lines("fail")
        commits, most, facts, crashes = rollouts(place)
    report(asked.kills, moments)
    print(f"- requests: {totals.sent}, **failed: {totals.failed}**")
    print(f"- facts: {facts} in streams without a gap, all decoded; **lost: {gone}**")
    print(f"- commits: {commits}, the most rollouts that one of them had: **{most}**")
    print(f"- the last commit is live; errors of placid itself on the way: {crashes}\n")
    print(busy())
    for at, what in failures[:20]:
        progress(f"failed at {at:.3f}: {what}")
    if totals.failed or gone or most != 1:
        raise SystemExit("something was lost")


def report(kills: int, moments: list[str]) -> None:
    print("## Killed anywhere\n")
    print(
        f"`placid serve` killed with -9 {kills} times: three of four within 4 s of its first"
        " fact, the others within 3 s of its start. It rolled out canaries of two shares under"
        f" {RATE} requests/s and one request of 2 s each second; at the end one more start.\n"
    )
    for what, count in sorted(collections.Counter(moments).items()):
        print(f"- {count} times {what}")


if __name__ == "__main__":
    main()
