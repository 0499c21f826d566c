"""How soon a bad release is taken back, and how many requests it fails: canary at 10 %, 100/s.

    python bench/detect.py [--runs 20]

One agent, one good release; each run commits a bad one that passes its health check. The clock
runs from its first bad answer to the last one, or to the decision where that is later.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import Seen, Site, agent, busy, progress, site, visitors
from placid.core.rollout.environment_facts import RolloutOpened
from placid.core.rollout.facts import Failed

RATE, CLIENTS = 100, 50
CASES = (("fails every request", "1", 2.0, 15), ("fails 5 %", "0.05", 10.0, 5))


def once(place: Site, seen: Seen, fail: str) -> tuple[float, int]:
    """Seconds from the first bad answer until traffic was back, and the failed requests."""
    place.env = f'{{WEB_FAIL: "{fail}"}}'
    commit = place.commit()
    place.wait("the end of the bad rollout", lambda: place.ended(commit) is not None, 240)
    time.sleep(0.3)
    ended = place.ended(commit)
    assert ended is not None
    if ended.outcome != "rolled_back":
        raise SystemExit(f"a release that fails {fail} of its requests was {ended.outcome}")
    failed = [at for at, what in seen.lines("fail") if ended.release.id in what]
    return max(decided(place, ended.number), failed[-1]) - failed[0], len(failed)


def decided(place: Site, number: int) -> float:
    """When the rollout was found bad, in seconds since 1970."""
    return next(f.at for f in place.rollout(number) if isinstance(f, Failed)).timestamp()


def case(name: str, fail: str, bounds: tuple[float, int], runs: int) -> str:
    """A row of the table."""
    took: list[float] = []
    failed: list[int] = []
    with site() as place:
        place.first()
        place.strategy = "{canary: {steps: [10%], bake: 120s}}"
        place.write()
        with agent(place), visitors(place, RATE, CLIENTS, slow=False) as seen:
            time.sleep(2)
            for number in range(runs):
                seconds, count = once(place, seen, fail)
                took.append(seconds)
                failed.append(count)
                progress(f"{name}, run {number + 1}: {seconds:.2f} s, {count} failed")
        strangers = seen.totals().failed - sum(failed)
        opened = sum(isinstance(fact, RolloutOpened) for fact in place.facts())
    assert opened == runs + 1
    seconds, most = bounds
    return (
        f"| {name} | {runs} | {statistics.median(took):.2f} s | {max(took):.2f} s | {seconds:.0f} s"
        f" | {statistics.median(failed):g} | {max(failed)} | {most} | {strangers} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    rows = [case(name, fail, (seconds, most), runs) for name, fail, seconds, most in CASES]
    print("## How soon a bad release is taken back\n")
    print(
        f"Canary at 10 % of {RATE} requests/s from {CLIENTS} visitors, each on one kept-alive"
        " connection. The release passes its health check. Time from its first bad answer until"
        " traffic is back on stable; the bounds are for the medians.\n"
    )
    print(
        "| the release | runs | median | slowest | bound | failed, median | most | bound | others |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    print("\nOthers: failed requests that the bad release did not answer, in all runs together.")
    print(busy())


if __name__ == "__main__":
    main()
