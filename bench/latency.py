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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import PLACID, Seen, Site, agent, busy, free_port, progress, site, visitors

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


def pushed(place: Site, seen: Seen) -> tuple[float, float]:
    """Seconds to the first answer of a new release, from the push's beginning and from its end."""
    commit = place.commit()
    begin = time.time()
    place.git("push", "-q", "origin", "main")
    done = time.time()
    place.wait("the new release to be live", lambda: place.live() == commit)
    ended = place.ended(commit)
    assert ended is not None
    first = next(at for at, release in seen.lines("first") if release == ended.release.id)
    time.sleep(1.5)
    return first - begin, first - done


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
    subprocess.run([PLACID, "hook", "install", str(origin)], cwd=place.folder, check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with site() as place:
        bare(place)
        head = place.git("rev-parse", "HEAD")
        times: list[tuple[float, float]] = []
        with agent(place):
            place.wait("the first release", lambda: place.live() == head)
            with visitors(place, RATE, CLIENTS, slow=False) as seen:
                app = statistics.median(starts(place) for _ in range(runs))
                for number in range(runs):
                    times.append(pushed(place, seen))
                    progress(f"push {number + 1}: {times[-1][0]:.2f} s, app {app:.2f} s")
        failed = seen.totals().failed
    report(times, app, failed)


def report(times: list[tuple[float, float]], app: float, failed: int) -> None:
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
    print(f"\nFailed requests: {failed}. {busy()}")


if __name__ == "__main__":
    main()
