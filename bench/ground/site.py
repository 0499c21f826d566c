"""A repository that placid deploys for real, in a temporary folder, and what was seen of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from placid.core.rollout.environment_facts import EnvironmentFact, RolloutEnded
from placid.core.rollout.facts import RolloutFact
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import connection

ROOT = Path(__file__).resolve().parents[2]
PLACID = str(Path(sys.executable).with_name("placid"))
ENVIRONMENT = msgspec.json.Decoder[EnvironmentFact](EnvironmentFact)
ROLLOUT = msgspec.json.Decoder[RolloutFact](RolloutFact)
STREAM = "environment/web/production"
WHO = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]

CONFIG = """\
app: web
source: {{repository: {repository}, poll: {poll}}}
service:
  run: exec {python} web.py
  health: {{path: /health, interval: 500ms, timeout: 5s, deadline: 60s}}
  drain: 10s
  env: {env}
environments:
  production:
    listen: 127.0.0.1:{port}
    preview: 127.0.0.1:{preview}
    strategy: {strategy}
    warm: {warm}
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Totals:
    """What the visitors saw."""

    sent: int
    failed: int
    answered: dict[str, int]
    last: dict[str, float]
    median_ms: float
    p99_ms: float
    late_ms: float


class Seen:
    """The visitors' notes so far."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def lines(self, kind: str) -> list[tuple[float, str]]:
        """Time and text of the lines of one kind: "first" or "fail"."""
        found: list[tuple[float, str]] = []
        for line in self.file.read_text().splitlines():
            if line.startswith(f"{kind} ") and line.count(" ") >= 2:
                _, at, what = line.split(" ", 2)
                found.append((float(at), what))
        return found

    def totals(self) -> Totals:
        """All counts; only once the visitors have gone."""
        last = self.file.read_text().splitlines()[-1]
        return Totals(**json.loads(last.removeprefix("end ")))


@dataclass
class Site:
    """The folder with placid.yaml, the port users reach, and how the next commit is released."""

    folder: Path
    port: int
    preview: int
    strategy: str = "{rolling: {bake: 300ms}}"
    env: str = '{WEB_FAIL: "0"}'
    warm: str = "5s"
    poll: str = "1s"
    repository: str = "."
    commits: int = 0

    @property
    def log(self) -> Path:
        return self.folder.parent / "placid.log"

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *WHO, *words], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self) -> None:
        """placid.yaml as it is to be now."""
        text = CONFIG.format(python=sys.executable, **vars(self))
        (self.folder / "placid.yaml").write_text(text)

    def commit(self) -> str:
        """A new commit with the strategy and variables as they are now; its id."""
        self.commits += 1
        self.write()
        (self.folder / "number").write_text(str(self.commits))
        self.git("add", ".")
        self.git("commit", "-qm", f"Number {self.commits}")
        return self.git("rev-parse", "HEAD")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A placid command as a process; what it says goes to `log`."""
        with self.log.open("ab") as out:
            return subprocess.Popen([PLACID, *words], cwd=self.folder, stdout=out, stderr=out)

    def first(self) -> str:
        """A release that works, live at once whatever strategy comes after it; its commit."""
        commit = self.commit()
        if self.start("deploy", commit).wait(120):
            tail = self.log.read_text()
            raise SystemExit(f"the first release did not go live:\n{tail}")
        return commit

    def rows(self, stream: str) -> list[bytes]:
        """The facts of a stream as stored; ValueError when there is a gap."""
        ledger = Ledger(connection("", self.folder / ".placid"))
        try:
            rows = ledger.read(stream)
        finally:
            ledger.close()
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError(f"{stream} has a gap")
        return [row.data for row in rows]

    def streams(self) -> list[str]:
        ledger = Ledger(connection("", self.folder / ".placid"))
        try:
            return list(ledger.streams(""))
        finally:
            ledger.close()

    def facts(self) -> list[EnvironmentFact]:
        """The facts of the environment."""
        return [ENVIRONMENT.decode(row) for row in self.rows(STREAM)]

    def rollout(self, number: int) -> list[RolloutFact]:
        """The facts of one rollout."""
        return [ROLLOUT.decode(row) for row in self.rows(f"rollout/web/production/{number}")]

    def live(self) -> str:
        """The commit that is live, "" for none."""
        for fact in reversed(self.facts()):
            if isinstance(fact, RolloutEnded) and fact.outcome == "promoted":
                return fact.release.commit
        return ""

    def ended(self, commit: str) -> RolloutEnded | None:
        """The end of the rollout of a commit, None while there is none."""
        for fact in self.facts():
            if isinstance(fact, RolloutEnded) and fact.release.commit == commit:
                return fact
        return None

    def wait(self, what: str, done: Callable[[], bool], seconds: float = 90.0) -> None:
        """Until `done`; ends the benchmark with the tail of the log when that takes too long."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                tail = self.log.read_text().splitlines()[-40:] if self.log.exists() else []
                raise SystemExit(f"waited {seconds:.0f} s for {what}:\n" + "\n".join(tail))
            time.sleep(0.05)


@contextmanager
def site() -> Generator[Site]:
    """A repository with the web app of the tests; everything it started is ended at the end."""
    with tempfile.TemporaryDirectory(prefix="placid-bench-") as name:
        folder = Path(name).resolve() / "web"
        folder.mkdir()
        shutil.copy(ROOT / "tests" / "apps" / "web.py", folder)
        made = Site(folder, free_port(), free_port())
        made.git("init", "-q", "-b", "main")
        try:
            yield made
        except BaseException:
            keep(made.log)
            raise
        finally:
            for pid in inhabitants(folder.parent):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)


def keep(log: Path) -> None:
    """Keep what placid said, to be read when a benchmark was not satisfied."""
    if log.exists():
        kept = Path(tempfile.gettempdir()) / f"placid-bench-{os.getpid()}.log"
        shutil.copy(log, kept)
        progress(f"what placid said is in {kept}")


def inhabitants(folder: Path) -> list[int]:
    """Processes that run in `folder` or were given a path in it."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            lives = Path(os.readlink(entry / "cwd")).is_relative_to(folder)
            told = str(folder).encode() in (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if (lives or told) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


@contextmanager
def agent(place: Site) -> Generator[subprocess.Popen[bytes]]:
    """`placid serve` while the block runs."""
    process = place.start("serve")
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def visitors(place: Site, rate: float, clients: int, *, slow: bool) -> Generator[Seen]:
    """Visitors while the block runs; their totals are complete after it."""
    file = place.folder.parent / "visitors.txt"
    words = [str(place.port), str(rate), str(clients), "slow" if slow else "quick", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ground.visitors", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        place.wait("the visitors", file.exists)
        yield Seen(file)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def spread(values: list[float]) -> str:
    """Median, nine tenths and largest, in seconds."""
    ordered = sorted(values)
    tenths = ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)]
    return f"{statistics.median(ordered):.1f} s | {tenths:.1f} s | {ordered[-1]:.1f} s"


def busy() -> str:
    """How busy the machine is with this and all else, for the reader of the numbers."""
    one, five, fifteen = os.getloadavg()
    nice = f" All of it ran at niceness {os.nice(0)}." if os.nice(0) else ""
    return (
        f"Load average of this machine of {os.cpu_count()} cores when this was written:"
        f" {one:.1f}, {five:.1f}, {fifteen:.1f} (other work ran beside it).{nice}"
    )
