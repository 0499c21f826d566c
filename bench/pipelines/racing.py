"""Ways to do the same thing, each a whole process, run in turn and compared.

A round runs every way once, so that a noisy moment meets all of them; differences are medians of
the differences within a round. CPU counts every process that a way has waited for.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PLACID = str(Path(sys.executable).with_name("placid"))
WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
_KEPT = 64 << 20  # bytes of output that are kept for the check
HEAD = "| | wall, median | range | CPU | more wall than the first | more CPU | times |"
RULE = "| --- | --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True)
class Cost:
    """What one run of a way took: milliseconds of wall clock, and of CPU, children's included."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Way:
    """A command; `check` says of its output whether it did what it should. `env` is added."""

    name: str
    argv: Sequence[str]
    folder: Path
    check: Callable[[bytes], bool] = lambda _: True
    env: Mapping[str, str] = field(default_factory=dict[str, str])


Costs = Mapping[str, Sequence[Cost]]


def progress(text: str) -> None:
    """A word for who waits."""
    print(text, file=sys.stderr, flush=True)


def once(way: Way) -> Cost:
    """One run, its output through a pipe; SystemExit when it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        way.argv,
        cwd=way.folder,
        env=plain() | dict(way.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    )
    assert process.stdout is not None
    said = bytearray()
    while data := process.stdout.read(1 << 18):
        if len(said) < _KEPT:
            said += data
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not way.check(bytes(said)):
        end = said[-2000:].decode(errors="replace")
        raise SystemExit(f"{way.name} did not do what it should ({process.returncode}):\n{end}")
    return Cost(wall * 1e3, (used.ru_utime + used.ru_stime) * 1e3)


def plain() -> dict[str, str]:
    """The environment without what makes Python behave otherwise than at a user's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def race(what: str, ways: Sequence[Way], runs: int) -> Costs:
    """`runs` costs of each way, after one run of each that does not count."""
    for way in ways:
        once(way)
    took: dict[str, list[Cost]] = {way.name: [] for way in ways}
    for number in range(runs):
        for way in ways:
            took[way.name].append(once(way))
        told = ", ".join(f"{way.name} {took[way.name][-1].wall:.0f}" for way in ways)
        progress(f"{what} {number + 1}/{runs}: {told} ms")
    return took


def median(costs: Sequence[Cost]) -> Cost:
    """Of both, by itself."""
    walls, cpus = [each.wall for each in costs], [each.cpu for each in costs]
    return Cost(statistics.median(walls), statistics.median(cpus))


def over(costs: Sequence[Cost], base: Sequence[Cost]) -> Cost:
    """How much more, by the median of the rounds."""
    pairs = zip(costs, base, strict=True)
    return median([Cost(one.wall - two.wall, one.cpu - two.cpu) for one, two in pairs])


def rows(costs: Costs) -> list[str]:
    """Rows of a table under HEAD; the first way is what the others are measured by."""
    base = next(iter(costs.values()))
    found: list[str] = []
    for name, each in costs.items():
        middle, more = median(each), over(each, base)
        walls = [cost.wall for cost in each]
        against = f"{more.wall:+.0f} ms | {more.cpu:+.0f} ms" if each is not base else " | "
        found.append(
            f"| {name} | {middle.wall:.0f} ms | {min(walls):.0f} - {max(walls):.0f} ms"
            f" | {middle.cpu:.0f} ms | {against} | {middle.wall / median(base).wall:.2f} |"
        )
    return found


def table(costs: Costs) -> str:
    """A whole table."""
    return "\n".join([HEAD, RULE, *rows(costs)])


def verdict(what: str, value: float, bound: float, unit: str, *, least: bool = False) -> str:
    """A sentence that holds a number against its bound."""
    kept = value >= bound if least else value <= bound
    word = "at least" if least else "at most"
    return f"{what}: **{value:.0f} {unit}** ({word} {bound:.0f}: {'kept' if kept else 'MISSED'})."


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A git repository with one commit of these files."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*WHO, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def workflow(jobs: str) -> dict[str, str]:
    """A workflow for every push, as the only file."""
    return {".github/workflows/bench.yml": f"on: push\njobs:\n{jobs}"}


def placid(folder: Path, check: Callable[[bytes], bool], *words: str, name: str = "") -> Way:
    """`placid run` in a repository, with a cache of its own."""
    argv = (PLACID, "run", *words)
    env = {"XDG_CACHE_HOME": str(folder.parent / "cache")}
    return Way(name or "`placid run`", argv, folder, check, env)


def says(*lines: str) -> Callable[[bytes], bool]:
    """Whether each of these is a whole line of the output, and as often as it is given."""

    def check(said: bytes) -> bool:
        found = sorted(line for line in said.decode().split("\n") if line in wanted)
        return found == sorted(lines)

    wanted = frozenset(lines)
    return check
