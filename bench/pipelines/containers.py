"""A job in a container against `podman run` with the same flags, and how soon a service is used.

Which flags placid uses is seen: a podman that writes down its arguments stands before the real one
in a first run.
"""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.pipelines.host import commands
from bench.pipelines.racing import (
    Way,
    once,
    over,
    placid,
    progress,
    race,
    repository,
    says,
    table,
    verdict,
    workflow,
)

BOUND, SOON = 350.0, 100.0
COUNT = 20
IMAGES = ("localhost/debian:12", "localhost/placid-bench:1")
RUN, ACT = "`podman run`, 20 commands in it", "`podman run -d`, 20 `podman exec`, `podman rm -f`"


def image() -> str:
    """One that is here: Debian's, else busybox's own in an empty one; "" when there is no way."""
    podman, busybox = shutil.which("podman"), shutil.which("busybox")
    for name in IMAGES if podman else ():
        if subprocess.run(["podman", "image", "exists", name], check=False).returncode == 0:
            return name
    if not podman or not busybox:
        return ""
    file = 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\n'
    folder = str(Path(busybox).parent)
    build = ["podman", "build", "-q", "-t", IMAGES[1], "-f", "-", folder]
    done = subprocess.run(build, input=file, text=True, stdout=subprocess.DEVNULL, check=False)
    return IMAGES[1] if done.returncode == 0 else ""


def containers(folder: Path, runs: int) -> str:
    """The table of a job of 20 steps in a container, and the line about services."""
    name = image()
    if not name:
        return "### In a container\n\nNot measured: it needs podman (and busybox-static)."
    steps = "".join(f"      - run: {each}\n" for each in commands(COUNT))
    job = f"  one:\n    runs-on: ubuntu-latest\n    container: {name}\n    steps:\n{steps}"
    there = repository(folder / "repository", workflow(job))
    check = says(*(each.removeprefix("echo ") for each in commands(COUNT)))
    ours = placid(there, check)
    seen = recorded(folder, ours)
    ways = [*_bare(folder, seen, name, check), ours]
    costs = race("container", ways, runs)
    told = verdict(
        "Over `podman run` itself", over(costs["`placid run`"], costs[RUN]).wall, BOUND, "ms"
    )
    progress(told)
    flags = shlex.join(shared(seen))
    return (
        f"### In a container\n\n{COUNT} steps in {name}; all with the flags that placid uses:"
        f" `{flags}` and its mounts.\n\n{table(costs)}\n\n- {told}\n{services(folder, name, runs)}"
    )


def recorded(folder: Path, way: Way) -> list[str]:
    """The arguments of the one `podman run` of a run of placid."""
    before, log = folder / "before", folder / "calls"
    before.mkdir()
    real = shutil.which("podman")
    script = before / "podman"
    script.write_text(f'#!/bin/bash\nprintf "%q " "$@" >> {log}\necho >> {log}\nexec {real} "$@"\n')
    script.chmod(0o755)
    once(Way(way.name, way.argv, way.folder, way.check, {**way.env, "PATH": _path(before)}))
    calls = [shlex.split(line) for line in log.read_text().splitlines()]
    progress(f"podman was called {len(calls)} times by one run")
    return next(words for words in calls if "run" in words)


def _path(first: Path) -> str:
    return f"{first}{os.pathsep}{os.environ['PATH']}"


def shared(words: Sequence[str]) -> list[str]:
    """The flags that any container may have: no name, no folder, no file of that job."""
    own = ("--name", "--label", "--cidfile", "--workdir", "--mount", "--env-file", "--entrypoint")
    end = words.index("--entrypoint")
    found: list[str] = []
    skip = False
    for word in words[:end]:
        if not skip and word not in own:
            found.append(word)
        skip = word in own
    return found


def _bare(
    folder: Path, seen: Sequence[str], name: str, check: Callable[[bytes], bool]
) -> list[Way]:
    """The same container by hand: as one run, and in act's way."""
    own, flags = folder / "own", shared(seen)
    argv = ["podman", *flags]
    for index, word in enumerate(seen):
        if word == "--mount":
            argv += ["--mount", _mounted(own, seen[index + 1])]
    shell = "$(command -v bash || echo sh)"
    for number, each in enumerate(commands(COUNT)):
        (own / "__w" / f"{number}.sh").write_text(each + "\n")
    calls = "".join(f"$shell -e /__w/{number}.sh\n" for number in range(COUNT))
    (own / "__w" / "all.sh").write_text(f"set -e\nshell={shell}\n{calls}")
    engine = shlex.join(["podman", *flags[: flags.index("run")]])
    stays = shlex.join(word for word in argv if word != "--rm")
    numbers = " ".join(map(str, range(COUNT)))
    exec_each = f"{engine} exec $c sh -c 'exec {shell} -e /__w/'$n.sh"
    act = (
        f"set -e\nc=$({stays} --detach --entrypoint tail {name} -f /dev/null)\n"
        f"trap '{engine} rm --force --time 0 $c >/dev/null' EXIT\n"
        f"for n in {numbers}; do {exec_each}; done\n"
    )
    run = (*argv, "--entrypoint", "sh", name, "/__w/all.sh")
    return [Way(RUN, run, folder, check), Way(ACT, ("bash", "-c", act), folder, check)]


def _mounted(own: Path, mount: str) -> str:
    """The mount with a folder of ours; files that are only read stay."""
    kind, source, target, *more = mount.split(",")
    if "readonly" in more:
        return mount
    here = own / target.partition("=")[2].strip("/").replace("/", "-")
    here.mkdir(parents=True, exist_ok=True)
    return ",".join((kind, f"{source.partition('=')[0]}={here}", target, *more))


def services(folder: Path, name: str, runs: int) -> str:
    """How long after a service has become healthy the first step begins."""
    both = folder / "both"
    both.mkdir()
    job = f"""  one:
    runs-on: ubuntu-latest
    services:
      db:
        image: {name}
        volumes: ['{both}:/both']
        command: sh -c 'sleep 1.$(date +%N | cut -c 1-2); date +%s%N >/both/healthy; sleep 600'
        options: --health-cmd "test -e /both/healthy" --health-interval 1s --health-retries 60
    steps:
      - run: date +%s%N >{both}/first
"""
    way = placid(repository(folder / "services", workflow(job)), lambda _: True)
    waits: list[float] = []
    for number in range(runs + 1):
        for each in ("healthy", "first"):
            (both / each).unlink(missing_ok=True)
        cost = once(way)
        healthy, first = (int((both / each).read_text()) for each in ("healthy", "first"))
        waits.append((first - healthy) / 1e6)
        progress(f"service {number}/{runs}: {waits[-1]:.0f} ms, {cost.wall:.0f} ms in all")
    middle = statistics.median(waits[1:])
    told = verdict("From a healthy service to the first step", middle, SOON, "ms")
    return (
        f"- {told} {runs} runs, {min(waits[1:]):.0f} - {max(waits[1:]):.0f} ms; the service says"
        " itself when its check can pass. GitHub asks after 2 s at the soonest."
    )
