"""A job on this machine against the same commands in scripts, and a pipeline that is unchanged."""

from __future__ import annotations

from pathlib import Path

from bench.pipelines.racing import (
    Way,
    median,
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

BOUND, UNCHANGED = 120.0, 150.0
FILES = 5000
SPLIT, WHOLE = "`bash -e` script, a `bash -e` for each step", "`bash -e` script with all commands"
TREE = """set -e
git -C "$1" worktree add -q --detach "$2" HEAD
trap 'git -C "$1" worktree remove --force "$2"' EXIT
"""


def commands(count: int) -> list[str]:
    """What the steps do."""
    return [f"echo this is step {number}" for number in range(1, count + 1)]


def overhead(folder: Path, runs: int) -> str:
    """The tables of jobs of 20 and 100 steps, and of one that checks out first."""
    parts: list[str] = []
    verdicts: list[str] = []
    for name, count, tree in (
        ("20 steps", 20, False),
        ("actions/checkout and 20 steps", 20, True),
        ("100 steps", 100, False),
    ):
        here = folder / name.replace(" ", "-").replace("/", "-")
        costs = race(name, _ways(here, count, tree=tree), runs)
        parts.append(f"{name}:\n\n{table(costs)}\n")
        more = over(costs["`placid run`"], costs[SPLIT])
        verdicts.append(verdict(f"{name}, over the script", more.wall, BOUND, "ms"))
        progress(verdicts[-1])
    return "\n".join(["### A job on this machine\n", *parts, *(f"- {v}" for v in verdicts)])


def _ways(here: Path, count: int, *, tree: bool) -> list[Way]:
    does = commands(count)
    steps = [f"      - run: {each}\n" for each in does]
    if tree:
        steps.insert(0, "      - uses: actions/checkout@v4\n")
    job = "  one:\n    runs-on: ubuntu-latest\n    steps:\n" + "".join(steps)
    files = {f"src/{number}.txt": f"file {number}\n" * 20 for number in range(50)}
    there = repository(here / "repository", {**files, **workflow(job)})
    scripts = here / "scripts"
    scripts.mkdir()
    for number, each in enumerate(does):
        (scripts / f"{number}.sh").write_text(each + "\n")
    first = TREE + 'cd "$2"\n' if tree else ""
    calls = "".join(f"bash -e {scripts}/{number}.sh\n" for number in range(count))
    (scripts / "split").write_text(first + calls)
    (scripts / "whole").write_text(first + "\n".join(does) + "\n")
    check = says(*(each.removeprefix("echo ") for each in does))
    where = (str(there), str(here / "tree"))
    return [
        Way(SPLIT, ("bash", "-e", str(scripts / "split"), *where), there, check),
        Way(WHOLE, ("bash", "-e", str(scripts / "whole"), *where), there, check),
        placid(there, check),
    ]


def unchanged(folder: Path, runs: int) -> str:
    """A pipeline of three pure jobs in a big repository, none of which has anything to do."""
    files = {f"d{n % 100}/{n}.txt": f"file {n}\n" * 10 for n in range(FILES)}
    jobs = "".join(
        f"  {name}:\n    runs-on: ubuntu-latest\n    x-placid: {{inputs: ['**']}}\n{needs}"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: echo done\n"
        for name, needs in (("lint", ""), ("test", ""), ("build", "    needs: [lint, test]\n"))
    )
    there = repository(folder / "repository", {**files, **workflow(jobs)})

    def check(said: bytes) -> bool:
        reused = b"taken from run" in said or first.pop()
        return reused and b"(3 passed)" in said

    first = [False, True]
    ways = [
        Way("`git status`", ("git", "status", "--short"), there),
        Way("`git ls-tree -r HEAD`", ("git", "ls-tree", "-r", "HEAD"), there),
        placid(there, check),
    ]
    costs = race("unchanged", ways, runs)
    told = verdict("The whole process", median(costs["`placid run`"]).wall, UNCHANGED, "ms")
    progress(told)
    return (
        f"### An unchanged pure pipeline\n\nThree jobs with `x-placid: {{inputs: ['**']}}` in a"
        f" repository of {FILES} files.\n\n{table(costs)}\n\n- {told}"
    )
