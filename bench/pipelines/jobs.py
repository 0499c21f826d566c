"""How many trivial jobs a second are scheduled, run and written down."""

from __future__ import annotations

from pathlib import Path

from bench.pipelines.racing import (
    Way,
    median,
    placid,
    progress,
    race,
    repository,
    says,
    table,
    verdict,
    workflow,
)

LEAST = 400.0
WIDE = 20  # jobs of the graph that can run beside each other
BARE = "the same files by `xargs -P 4 -n 1 bash -e`"


def scheduling(folder: Path, runs: int) -> str:
    """The tables of four matrices of 250, and of a graph of 400 jobs."""
    parts = ["### Many trivial jobs\n", "Each job is one step, an `echo`.\n"]
    verdicts: list[str] = []
    for name, count, text in (
        ("1,000 jobs, four matrices of 250", 1000, matrices(4, 250)),
        (f"400 jobs, each needs two of the {WIDE} before it", 400, graph(400)),
    ):
        costs = race(name, _ways(folder / str(count), count, text), runs)
        parts.append(f"{name}:\n\n{table(costs)}\n")
        bare, ours = median(costs[BARE]), median(costs["`placid run`"])
        told = f"{name}, the whole process ({count / bare.wall * 1e3:.0f} bare)"
        verdicts.append(verdict(told, count / ours.wall * 1e3, LEAST, "jobs/s", least=True))
        progress(verdicts[-1])
    return "\n".join([*parts, *(f"- {each}" for each in verdicts)])


def matrices(jobs: int, legs: int) -> str:
    """Jobs of a matrix each (256 legs are GitHub's limit)."""
    return "".join(
        f"  m{job}:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"
        f"        n: [{', '.join(str(job * legs + leg) for leg in range(legs))}]\n"
        "    steps:\n      - run: echo this is job ${{ matrix.n }}\n"
        for job in range(jobs)
    )


def graph(jobs: int) -> str:
    """Rows of jobs, each of which needs two of the row before."""
    found: list[str] = []
    for job in range(jobs):
        row, column = divmod(job, WIDE)
        above = (
            {(row - 1) * WIDE + (column + side) % WIDE for side in (0, 1)} if row else set[int]()
        )
        needs = f"    needs: [{', '.join(f'j{each}' for each in sorted(above))}]\n" if above else ""
        found.append(
            f"  j{job}:\n    runs-on: ubuntu-latest\n{needs}"
            f"    steps:\n      - run: echo this is job {job}\n"
        )
    return "".join(found)


def _ways(here: Path, count: int, jobs: str) -> list[Way]:
    there = repository(here / "repository", workflow(jobs))
    scripts = here / "scripts"
    scripts.mkdir()
    for number in range(count):
        (scripts / f"{number}.sh").write_text(f"echo this is job {number}\n")
    (here / "list").write_text("".join(f"{scripts}/{number}.sh\n" for number in range(count)))
    check = says(*(f"this is job {number}" for number in range(count)))
    bare = ("xargs", "-a", str(here / "list"), "-P", "4", "-n", "1", "bash", "-e")
    return [Way(BARE, bare, there, check), placid(there, check)]
