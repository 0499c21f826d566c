"""From `git push` to the first request that the new release answers, without the app's own start.

    python bench/latency.py [--runs 20]

A bare repository with the hook that `placid hook install` writes, a clone that pushes to it, the
agent following it by polls a minute apart, 300 requests/s. The app has no build step; how long it
takes from its start until it answers its health check is measured alone and taken off.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import PLACID, Seen, Site, agent, busy, free_port, progress, site, visitors
from placid.core.rollout.environment_facts import Chosen, RolloutEnded
from placid.core.rollout.facts import Opened, StepDone

RATE, CLIENTS = 300, 40


def starts(place: Site) -> float:
    """Seconds from starting the app until it answers its health check."""
    port = free_port()
    begin = time.perf_counter()
    app = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {sys.executable} web.py"],
        cwd=place.folder,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not healthy(port):
            time.sleep(0.005)
        return time.perf_counter() - begin
    finally:
        app.kill()
        app.wait()


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def pushed(place: Site, seen: Seen) -> tuple[float, ...]:
    """Seconds to the first answer of a new release, from the push's beginning and from its end;
    then the parts of the way."""
    commit = place.commit()
    begin = time.time()
    place.git("push", "-q", "origin", "main")
    done = time.time()
    place.wait("the rollout's end", lambda: place.ended(commit) is not None)
    ended = place.ended(commit)
    assert ended is not None
    first = next(at for at, release in seen.lines("first") if release == ended.release.id)
    time.sleep(1.5)
    return first - begin, first - done, *parts(place, commit, begin, first)


def parts(place: Site, commit: str, begin: float, first: float) -> tuple[float, ...]:
    """Seconds of the way: seen, built, copies healthy, answered."""
    chosen = next(f for f in place.facts() if isinstance(f, Chosen) and f.commit == commit)
    ended = place.ended(commit)
    assert ended is not None
    story = place.rollout(ended.number)
    opened = next(f.at.timestamp() for f in story if isinstance(f, Opened))
    ready = next(f.at.timestamp() for f in story if isinstance(f, StepDone))
    times = (begin, chosen.at.timestamp(), opened, ready, first)
    return tuple(after - before for before, after in pairwise(times))


def bare(place: Site) -> None:
    """The repository that is followed, beside the clone that Ada works in."""
    origin = place.folder.parent / "origin.git"
    place.git("init", "-q", "--bare", "-b", "main", str(origin))
    place.git("remote", "add", "origin", str(origin))
    place.repository, place.poll, place.warm = str(origin), "60s", "0s"
    place.strategy = "{canary: {steps: [10%], bake: 500ms}}"
    place.commit()
    place.git("push", "-q", "origin", "main")
    (place.folder / ".git" / "info" / "exclude").write_text(".placid/\n")
    install = [PLACID, "hook", "install", str(origin)]
    subprocess.run(install, cwd=place.folder, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with site() as place:
        bare(place)
        head = place.git("rev-parse", "HEAD")
        times: list[tuple[float, ...]] = []
        with agent(place):
            place.wait("the first release", lambda: place.live() == head)
            with visitors(place, RATE, CLIENTS, slow=False) as seen:
                app = statistics.median(starts(place) for _ in range(runs))
                for number in range(runs):
                    times.append(pushed(place, seen))
                    told = " ".join(f"{part:.2f}" for part in times[-1])
                    progress(f"push {number + 1}: {told} s, app {app:.2f} s")
        failed = seen.totals().failed
        ends = [f.outcome for f in place.facts() if isinstance(f, RolloutEnded)]
    report(times, app, failed)
    print(f"Good releases that were taken back: {len(ends) - ends.count('promoted')}.")


def report(times: list[tuple[float, ...]], app: float, failed: int) -> None:
    begun, done = ([pair[i] for pair in times] for i in (0, 1))
    print("## From push to the first canary request\n")
    print(
        f"{len(times)} pushes to a bare repository with placid's hook; canary at 10 % of {RATE}"
        f" requests/s. The app needs {app:.2f} s from its start until it is healthy (median, by"
        f" itself, at the same time), which is taken off in the last column; it has no build.\n"
    )
    print("| from | median | quickest | slowest | median without the app's start |")
    print("| --- | --- | --- | --- | --- |")
    for name, seconds in (("the push's begin", begun), ("the push's end", done)):
        middle = statistics.median(seconds)
        print(
            f"| {name} | {middle:.2f} s | {min(seconds):.2f} s | {max(seconds):.2f} s"
            f" | **{middle - app:.2f} s** |"
        )
    seen, made, ready, answered = (statistics.median(one[i] for one in times) for i in range(2, 6))
    print(
        f"\nMedians of the parts: {seen:.2f} s until the commit is seen, {made:.2f} s until its"
        f" release is made, {ready:.2f} s until its copy is healthy, {answered:.2f} s until it"
        " answers a visitor."
    )
    print(f"\nFailed requests: {failed}. {busy()}")


if __name__ == "__main__":
    main()
