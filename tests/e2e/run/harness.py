"""Repositories made of a few files, and what `placid run` makes of them.

`ran` drives `app.running` in this process, which costs a tenth of a start of its own: the table of
GitHub's semantics goes through it. `placid` starts the real program.

    ran = here(tmp_path, "on: push\njobs: ...").run()
    assert ran.steps("build") == "success skipped"
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import TypedDict, Unpack

import msgspec

from placid.app.planning import ground, wanted
from placid.app.running import Runs, known_actions, opened
from placid.app.sites import site
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Fact, LegEnded, LegStarted
from placid.core.pipeline.listener import Kind, Phase
from placid.faces.running.progress import Progress
from placid.faces.running.reports import JobReport, RunReport, StepReport, report
from placid.faces.running.starting import chosen

WORKFLOW = ".github/workflows/ci.yml"
JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n"


class Wish(TypedDict, total=False):
    """What `placid run` may be asked, see core.pipeline.asked."""

    workflows: tuple[str, ...]
    event: str
    event_file: Path | None
    inputs: Mapping[str, str]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    env: Mapping[str, str]
    jobs: tuple[str, ...]
    from_step: str
    failed: bool
    dirty: bool
    parallel: int
    approve: tuple[str, ...]


class Heard:
    """A listener that keeps all it is told."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.lines: list[tuple[str, int, Phase, str, Kind]] = []
        self.progress = Progress()

    def happened(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.progress.happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        self.lines.append((leg, index, phase, text, kind))

    def order(self) -> list[str]:
        """The legs as they began and ended: "+a", "-a"."""
        marks = {LegStarted: "+", LegEnded: "-"}
        return [
            marks[type(fact)] + fact.leg
            for fact in self.facts
            if isinstance(fact, (LegStarted, LegEnded))
        ]


class Ran:
    """One run that ended, and what it left."""

    def __init__(self, home: Path, whole: RunReport, heard: Heard | None = None) -> None:
        self.home, self.whole, self.heard = home, whole, heard or Heard()

    @property
    def result(self) -> str:
        return self.whole.result

    @property
    def jobs(self) -> dict[str, str]:
        """The result of each job by its name."""
        return {job.name: job.result for job in self.whole.jobs}

    def job(self, name: str = "") -> JobReport:
        """The job of this name, the first without one."""
        return next(job for job in self.whole.jobs if name in ("", job.name))

    def outputs(self, job: str = "") -> dict[str, str]:
        return self.job(job).outputs

    def steps(self, job: str = "") -> str:
        """How the steps of a job ended, "success" where outcome and conclusion agree, else both:
        "success failure/success"."""
        return " ".join(_ended(step) for step in self.job(job).steps)

    def around(self, job: str = "") -> list[str]:
        """The names of the steps before and after a job's own."""
        return [step.name for step in self.job(job).around]

    def step(self, which: str | int, job: str = "") -> StepReport:
        """A step by its name or id, or by its place."""
        steps = self.job(job).steps
        if isinstance(which, int):
            return steps[which]
        return next(step for step in steps if which in (step.name, step.id))

    def log(self, which: str | int = 0, job: str = "") -> str:
        """The text of a step's log."""
        step = self.step(which, job)
        return (self.folder / step.log).read_text("utf-8", "replace") if step.log else ""

    def out(self, which: str | int = 0, job: str = "") -> str:
        """What a step wrote: its log without the head that shows the command."""
        return self.log(which, job).partition("##[endgroup]\n")[2]

    def logs(self) -> str:
        """All logs of the run."""
        paths = sorted(self.folder.rglob("*.log"))
        return "".join(path.read_text("utf-8", "replace") for path in paths)

    @property
    def folder(self) -> Path:
        return self.home / "runs" / str(self.whole.run)


def _ended(step: StepReport) -> str:
    same = step.outcome == step.conclusion
    return step.outcome if same else f"{step.outcome}/{step.conclusion}"


class Repository:
    """A folder with these files; with `git` they are one commit."""

    def __init__(self, folder: Path, files: Mapping[str, str | bytes], git: bool) -> None:
        self.folder = folder
        for name, text in files.items():
            self.write(name, text)
        if git:
            self.git("init", "-q", "-b", "main")
            self.commit("one")

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
        argv = ["git", *identity, "-C", str(self.folder), *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def run(self, **wish: Unpack[Wish]) -> Ran:
        """Every workflow the event starts, in this process."""
        asked = Asked(self.folder, **wish)
        heard = Heard()
        there = site(self.folder)
        around = ground(there, asked, heard_word)
        actions = known_actions(there, asked)
        with opened(there, actions, heard_word) as runs:
            for read, happening in chosen(around, heard_word):
                self.started(runs)
                before = runs.failed_before(read.path) if asked.failed else 0
                runs.start(wanted(around, read, happening, actions, before), heard)
        return Ran(there.home, report([heard.progress]), heard)

    def started(self, runs: Runs) -> None:
        """Called before each run begins; for tests that meddle."""

    def placid(self, *words: str, **env: str) -> Shown:
        """`placid run` as a process of its own."""
        there = self.folder / ".report.json"
        argv = command(*words, "--report", str(there))
        done = subprocess.run(
            argv, cwd=self.folder, capture_output=True, env={**os.environ, **env}, check=False
        )
        whole = msgspec.json.decode(there.read_bytes(), type=RunReport) if there.exists() else None
        there.unlink(missing_ok=True)
        return Shown(done.returncode, done.stdout, done.stderr, whole, self.folder / ".placid")

    def start(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        """The same, and do not wait for it."""
        return subprocess.Popen(
            command(*words),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **env},
        )


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "placid", "run", *words]


class Shown:
    """What the program gave."""

    def __init__(
        self, code: int, out: bytes, err: bytes, whole: RunReport | None, home: Path
    ) -> None:
        self.code, self.raw = code, out
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        self.whole, self.home = whole, home

    @property
    def ran(self) -> Ran:
        assert self.whole is not None, self.err
        return Ran(self.home, self.whole)


def heard_word(text: str) -> None:
    """Nobody listens to words beside the run."""


def here(
    folder: Path, workflow: str, files: Mapping[str, str | bytes] | None = None, git: bool = False
) -> Repository:
    """A repository with one workflow; with files it is one of git."""
    return Repository(folder, {WORKFLOW: workflow, **(files or {})}, git or bool(files))


def steps(folder: Path, text: str, **wish: Unpack[Wish]) -> Ran:
    """Run one job with these steps."""
    body = "".join(f"      {line}\n" for line in dedent(text).strip("\n").split("\n"))
    return here(folder, f"{JOB}    steps:\n{body}").run(**wish)


def jobs(folder: Path, text: str, **wish: Unpack[Wish]) -> Ran:
    """Run these jobs; each gets `runs-on` and, when it has none, a step that does nothing."""
    return here(folder, whole(text)).run(**wish)


def whole(text: str, head: str = "on: push") -> str:
    """A workflow of jobs that are written without what they all have."""
    lines: list[str] = [*dedent(head).strip("\n").split("\n"), "jobs:"]
    blocks = _blocks(dedent(text).strip("\n").split("\n"))
    for block in blocks:
        said = "\n".join(block)
        lines += [f"  {line}" for line in block]
        if "\n  uses:" not in said:
            lines += [] if "\n  runs-on:" in said else ["    runs-on: ubuntu-latest"]
            lines += [] if "\n  steps:" in said else ["    steps: [{run: 'true'}]"]
    return "\n".join(lines) + "\n"


def alive(pid: int) -> bool:
    """Whether a process still runs (one that has ended and waits for its parent does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for line in lines:
        if line and not line.startswith(" "):
            found.append([])
        found[-1].append(line)
    return found
