"""Many deploys in a row under load, by every strategy, going back and interrupted: none may fail.

    python bench/deploys.py [--count 100] [--seed 1] [--minutes 60]

300 requests/s on kept-alive connections and one request of 2 s each second. A deploy is one run of
`placid deploy` or `placid rollback`, timed from the command's start to its end; bakes are short.
"""

from __future__ import annotations

import argparse
import collections
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import Seen, Site, busy, progress, site, spread, visitors
from placid.core.rollout.environment_facts import RolloutEnded, RolloutOpened
from placid.core.rollout.facts import StepDone

RATE, CLIENTS = 300, 40
NEWER = "a newer commit mid-canary"
STRATEGIES = {
    "rolling": "{rolling: {bake: 300ms}}",
    "blue-green": "{blue-green: {before: 200ms, bake: 300ms}}",
    "canary": "{canary: {steps: [10%, 50%], bake: 300ms}}",
    NEWER: "{canary: {steps: [10%, 50%], bake: 2s}}",
}
BACK = "rollback"
Took = dict[str, list[float]]
FIRST_SHIFT = 1
"""The step of a canary that gives it its first share of the traffic."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many deploys, of which series, and for how many minutes at most."""

    count: int
    seed: int
    minutes: float


def finished(place: Site, process: subprocess.Popen[bytes], what: str) -> int:
    """The exit code, within two minutes."""
    try:
        return process.wait(120)
    except subprocess.TimeoutExpired:
        place.wait(what, lambda: False, 0)
        raise


def shifted(place: Site, commit: str) -> bool:
    """Whether the canary of a commit has its first share of the traffic."""
    opened = [f for f in place.facts() if isinstance(f, RolloutOpened)]
    if not opened or opened[-1].release.commit != commit:
        return False
    story = place.rollout(opened[-1].number)
    return any(isinstance(fact, StepDone) and fact.index == FIRST_SHIFT for fact in story)


def deploy(place: Site, kind: str, chance: random.Random) -> bool:
    """One deploy, or going back, to its end; whether it did what was asked."""
    if kind == BACK:
        return finished(place, place.start("rollback", "--by", "bench"), kind) == 0
    place.strategy = STRATEGIES[kind]
    commit = place.commit()
    process = place.start("deploy", commit)
    if kind != NEWER:
        return finished(place, process, kind) == 0
    place.wait("the canary to be served", lambda: shifted(place, commit))
    time.sleep(chance.uniform(0.0, 2.0))
    newer = place.commit()
    good = finished(place, place.start("deploy", newer), kind) == 0
    finished(place, process, "the older commit's command")
    return good and place.live() == newer


def series(count: int, chance: random.Random) -> list[str]:
    """Kinds of deploys, each as often as the others, in no order; the first is no going back."""
    kinds = [*STRATEGIES, BACK]
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    chance.shuffle(chosen)
    return chosen


def play(place: Site, asked: Asked, seen: Seen) -> tuple[Took, int]:
    """Seconds each deploy took, by kind; how many did not do what was asked."""
    took: Took = collections.defaultdict(list)
    chance, refused, end = random.Random(asked.seed), 0, time.monotonic() + asked.minutes * 60
    for number, kind in enumerate(series(asked.count, chance)):
        begin = time.monotonic()
        if begin > end:
            break
        good = deploy(place, kind, chance)
        refused += not good
        took[kind].append(time.monotonic() - begin)
        failed = len(seen.lines("fail"))
        word = "" if good else " (did not go live)"
        progress(f"{number + 1}: {kind}{word} {took[kind][-1]:.1f} s; {failed} failed so far")
    return took, refused


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    asked = Asked(**vars(parser.parse_args()))
    with site() as place:
        place.first()
        place.first()  # so that there is something to go back to
        with visitors(place, RATE, CLIENTS, slow=True) as seen:
            time.sleep(1)
            took, refused = play(place, asked, seen)
            time.sleep(3)
        totals, failures = seen.totals(), seen.lines("fail")
        ends = collections.Counter(f.outcome for f in place.facts() if isinstance(f, RolloutEnded))
    report(took)
    print(
        f"\nRequests: {totals.sent}; **failed: {totals.failed}**."
        f" Answered by {len(totals.answered)} releases; median {totals.median_ms:.1f} ms,"
        f" 99 of 100 within {totals.p99_ms:.0f} ms."
    )
    told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(ends.items()))
    print(f"Rollouts: {told}. Deploys that did not go live: {refused}.")
    print(busy())
    for at, what in failures[:20]:
        progress(f"failed at {at:.3f}: {what}")
    if totals.failed:
        raise SystemExit(f"{totals.failed} requests failed")


def report(took: Took) -> None:
    count = sum(map(len, took.values()))
    print(f"## {count} deploys in a row under load\n")
    print(
        f"{RATE} requests/s from {CLIENTS} visitors on kept-alive connections and one request of"
        " 2 s each second. Time of one `placid deploy` (or `placid rollback`) as its caller waits"
        " for it, bakes of 0.2 to 2 s and the draining of the old release included.\n"
    )
    print("| | deploys | median | 9 of 10 within | longest |")
    print("| --- | --- | --- | --- | --- |")
    for kind, times in sorted(took.items()):
        print(f"| {kind} | {len(times)} | {spread(times)} |")
    print(f"| all | {count} | {spread([t for times in took.values() for t in times])} |")


if __name__ == "__main__":
    main()
