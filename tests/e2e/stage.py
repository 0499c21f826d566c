"""A whole installation in a temporary folder: repository, placid.yaml, app, traffic, `placid`.

placid runs as a process, as it does for its users. The committed file `mode` steers tests/apps/web
(WEB_FAIL, WEB_MODE ...), so that each commit is a release of its own. Nothing here waits for a
time: `until` looks again until what it waits for is so, and gives up after LIMIT.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from placid.app import locate
from placid.faces.status import EnvironmentStatus, status
from tests.load import Load, Tally

LIMIT = 90.0
APP = Path(__file__).parents[1] / "apps" / "web.py"
ROLLING = "{rolling: {bake: 1s}}"
BLUE_GREEN = "{blue-green: {bake: 1s}}"
CANARY = "{canary: {steps: [20%], bake: 1s}}"


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(done: Callable[[], bool], what: str = "") -> None:
    """Look until `done`; AssertionError after LIMIT."""
    end = time.monotonic() + LIMIT
    while not done():
        assert time.monotonic() < end, f"waited {LIMIT:g} s in vain: {what}"
        time.sleep(0.1)


@dataclass
class Agent:
    """A `placid` process that goes on, and what it has said."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def says(self, words: str) -> None:
        """Wait until it says this; AssertionError when it ends before."""

        def heard() -> bool:
            ended = self.process.poll() is not None
            assert words in self.said or not ended, f"ended without {words!r}:\n{self.said}"
            return words in self.said

        until(heard, f"{words!r} in:\n{self.said}")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ctrl-C's polite cousin, and at last the other one."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Site:
    """A repository with a placid.yaml; `environments` is that section, {port} and such filled."""

    folder: Path
    strategy: str = CANARY
    more: str = ""  # further lines of the production environment
    top: str = ""  # further lines at the top level
    deadline: str = "60s"
    build: str = ""
    poll: str = "500ms"
    port: int = field(default_factory=free_port)
    preview: int = field(default_factory=free_port)
    variables: dict[str, str] = field(default_factory=dict[str, str])
    _agents: list[Agent] = field(default_factory=list[Agent])
    _number: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        shutil.copy(APP, self.folder / "app.py")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        argv = ["git", *who, *words]
        done = subprocess.run(argv, cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def settings(self) -> str:
        """placid.yaml as it is to be now."""
        run = f". ./mode && exec {shlex.quote(sys.executable)} app.py"
        return f"""\
app: shop
source: {{branch: main, poll: {self.poll}}}
service:
  build: {msgspec.json.encode(self.build).decode()}
  run: {msgspec.json.encode(run).decode()}
  health: {{path: /health, interval: 200ms, deadline: {self.deadline}}}
  copies: 1
  drain: 10s
  stop: 2s
environments:
  production:
    listen: 127.0.0.1:{self.port}
    strategy: {self.strategy}
{self.more}{self.top}"""

    def commit(self, subject: str, **mode: str) -> str:
        """Commit the settings and a mode of the app; the commit's full id."""
        self._number += 1
        (self.folder / "placid.yaml").write_text(self.settings())
        told = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in mode.items())
        (self.folder / "mode").write_text(f"# {self._number}: {subject}\n{told}")
        self.git("add", ".")
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def placid(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `placid` to its end; it must exit with `code`."""
        done = subprocess.run(
            [sys.executable, "-m", "placid", *words],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        both = f"placid {' '.join(words)} exited with {done.returncode}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in both, both
        assert code is None or done.returncode == code, both
        return done

    def begin(self, *words: str) -> Agent:
        """Start `placid` and let it go on."""
        log = self.folder.parent / f"{self.folder.name}-agent-{len(self._agents)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "placid", *words],
                cwd=self.folder,
                env={**os.environ, **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        agent = Agent(process, log)
        self._agents.append(agent)
        return agent

    def status(self, name: str = "production") -> EnvironmentStatus:
        """What `placid status` says of one environment, read here: looking often must be cheap."""
        told = status(locate(self.folder))
        return next(each for each in told.environments if each.name == name)

    def live(self, commit: str, name: str = "production") -> None:
        """Wait until a commit is live and nothing is under way."""

        def there() -> bool:
            now = self.status(name)
            return now.commit == commit and now.rollout is None

        until(there, f"{commit[:10]} live; the agents said:\n{self.told()}")

    def step(self, number: int, name: str = "production") -> None:
        """Wait until the rollout under way is at step `number` (from 1) or beyond."""

        def there() -> bool:
            rollout = self.status(name).rollout
            return rollout is not None and rollout.step >= number

        until(there, f"step {number}; the agents said:\n{self.told()}")

    def told(self) -> str:
        """All that the agents said."""
        return "\n---\n".join(agent.said for agent in self._agents)

    def serves(self, port: int | None = None) -> str:
        """The release that answers now (its id), "" when nobody does."""
        return asked(port or self.port)

    def close(self, names: tuple[str, ...] = ("production",)) -> None:
        """Stop agents and every process of the environments."""
        for agent in self._agents:
            agent.stop()
        for name in names:
            self.placid("down", "--env", name, code=None)


def asked(port: int) -> str:
    """The first word of the answer to GET /, "" when there is no good one."""
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            line.settimeout(10)
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := line.recv(65536):
                answer += part
    except OSError:
        return ""
    head, _, body = answer.partition(b"\r\n\r\n")
    return body.decode().split(" ")[0] if b" 200 " in head.split(b"\r\n")[0] else ""


@contextmanager
def traffic(port: int, rate: float = 50) -> Generator[Tally]:
    """Constant requests (and one of 2 s each second) while the block runs, from a thread."""
    source = Load("127.0.0.1", port, rate)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(source.run(),))
    thread.start()
    try:
        yield source.tally
    finally:
        loop.call_soon_threadsafe(source.stop)
        thread.join()
        loop.close()
