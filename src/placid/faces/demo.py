"""`placid demo`: a real repository, a real web app, real traffic; four commits, two of them bad.

One fails its test, so its pipeline is red and it is never deployed; the other is found out by its
visitors and taken back.

Everything lies in one temporary folder. The agent follows the repository as it would any other; the
demo only commits, sends requests and counts what the visitors saw.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from string import Template

import anyio

from placid.app import House, locate, tear_down
from placid.core.rollout.environment_state import EnvironmentState, evolve
from placid.edge.hook import install
from placid.edge.store.opening import open_store
from placid.engine.environments import environment_story
from placid.faces.agent import serve
from placid.faces.live import Screen
from placid.formats.drafting.pins import pinned
from placid.ports import Store

RATE = 150
LIMIT = 75.0

APP = '''\
"""A shop window, small enough to read: /health is for placid, / is for visitors."""
import http.server
import os
import random
import time

VERSION, FAILING, DELAY = $version, $failing, $delay


def total(prices):
    return $total(prices)


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        health = self.path == "/health"
        if not health:
            time.sleep(DELAY)
        broken = not health and random.random() < FAILING
        welcome = f"welcome to version {VERSION}, that makes {total([2, 3])}"
        body = b"out of order" if broken else welcome.encode()
        self.send_response(500 if broken else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer.request_queue_size = 128
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
'''

TEST = """\
import unittest

from shop import total


class TheTill(unittest.TestCase):
    def test_it_adds_up(self):
        self.assertEqual(total([2, 3]), 5)
"""

WORKFLOW = f"""\
on: push
permissions: {{contents: read}}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: {pinned("actions/checkout")}
      - name: Test
        run: python3 -m unittest --quiet test_shop
"""

CONFIG = Template("""\
app: shop
service:
  run: exec python3 shop.py
environments:
  production:
    listen: 127.0.0.1:$port
    strategy: {canary: {steps: [10%, 50%], bake: 5s}}
    rollback: {git: revert}
""")


@dataclass
class Visitors:
    """Constant traffic: how many requests were answered, how many failed, and by when."""

    url: str
    answered: int = 0
    failed: int = 0

    async def visit(self) -> None:
        """RATE requests a second over kept-alive connections, until cancelled."""
        import aiohttp

        connector = aiohttp.TCPConnector(limit=32)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            anyio.create_task_group() as tasks,
        ):
            due = anyio.current_time()
            while True:
                due += 1 / RATE
                await anyio.sleep(max(0.0, due - anyio.current_time()))
                tasks.start_soon(self._one, session)

    async def _one(self, session: object) -> None:
        import aiohttp

        assert isinstance(session, aiohttp.ClientSession)
        try:
            async with session.get(self.url) as answer:
                await answer.read()
                good = answer.status < 500
        except aiohttp.ClientError:
            good = False
        self.answered += 1
        self.failed += not good


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def demo(keep: bool) -> bool:
    """Show it all; whether everything went as it should."""
    folder = Path(tempfile.mkdtemp(prefix="placid-demo-"))
    port = free_port()
    house = _repository(folder, port)
    with Screen(sys.stderr) as screen:
        try:
            with anyio.fail_after(LIMIT):
                good = await _play(house, screen)
            if keep:
                _around(screen, house, port)
            return good
        finally:
            if not keep:
                with anyio.CancelScope(shield=True):
                    await tear_down(house, "production")
                rmtree(folder, ignore_errors=True)


def _around(screen: Screen, house: House, port: int) -> None:
    screen.say(f"kept: cd {house.folder}; the shop is on http://127.0.0.1:{port}")
    screen.say("look around with `placid status`, `placid log`; end it with `placid down`")


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Version:
    """One state of the shop: the share of requests that fail, and how long each takes."""

    number: int
    failing: float = 0.0
    delay: float = 0.002
    total: str = "sum"


def write(folder: Path, version: Version) -> None:
    """The shop at this version, with its test and its workflow."""
    text = Template(APP).substitute(
        version=version.number, failing=version.failing, delay=version.delay, total=version.total
    )
    (folder / "shop.py").write_text(text)
    (folder / "test_shop.py").write_text(TEST)
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True, exist_ok=True)
    (workflows / "ci.yml").write_text(WORKFLOW)


def _commit(folder: Path, subject: str, version: Version) -> str:
    write(folder, version)
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", subject)
    return _git(folder, "rev-parse", "HEAD")


def _repository(folder: Path, port: int) -> House:
    _git(folder, "init", "-q", "-b", "main")
    (folder / "placid.yaml").write_text(CONFIG.substitute(port=port))
    return locate(folder)


async def _play(house: House, screen: Screen) -> bool:
    visitors = Visitors(f"http://{house.environment('production').listen}/")
    good = False
    screen.say(f"A shop in {house.folder}, its production on {visitors.url}")
    screen.say("\nAda commits its first version.")
    first = _commit(house.folder, "Open the shop", Version(1))
    await install(house.folder, house.home)

    def narrate(text: str) -> None:
        screen.say(f"  {text.removeprefix('production: ')}")

    async with open_store(house.store, house.home) as store, anyio.create_task_group() as tasks:
        tasks.start_soon(serve, house, narrate, screen.watch)
        await _until(store, house, lambda state: _live(state, first))
        tasks.start_soon(visitors.visit)
        good = await _three_more(house, store, visitors, screen.say)
        tasks.cancel_scope.cancel()
    return good


async def _three_more(
    house: House, store: Store, visitors: Visitors, say: Callable[[str], None]
) -> bool:
    """One that fails its test, a good one, a bad one; whether only the last hurt a few visitors."""
    folder = house.folder
    say(f"\nVisitors come, {RATE} requests a second. Ada commits a second version: its test fails.")
    red = _commit(folder, "Mend the till", Version(2, total="max"))
    await _until(store, house, lambda state: state.head == red and state.wanted is None)
    say("\nIt stays out. Ada mends it and commits again.")
    second = _commit(folder, "Mend the till, really", Version(2))
    await _until(store, house, lambda state: _live(state, second))
    answered, unhurt = visitors.answered, visitors.failed == 0
    say(f"  visitors so far: {answered} requests, {visitors.failed} failed")
    say("\nAda commits a third: its test and its probe are fine, but 5 % of its requests fail.")
    third = _commit(folder, "Move the till", Version(3, failing=0.05, delay=0.03))
    await _until(store, house, lambda state: third in state.quarantined and not state.revert)
    await anyio.sleep(1.5)
    total = visitors.answered - answered
    say(f"\nOf {total} requests since that commit, {visitors.failed} failed; nobody was woken.")
    log = _git(folder, "log", "--oneline", "-n", "5")
    say("Git says:\n" + "\n".join(f"  {line}" for line in log.splitlines()))
    return unhurt and "VERSION, FAILING, DELAY = 2" in (folder / "shop.py").read_text()


def _live(state: EnvironmentState, commit: str) -> bool:
    return state.live is not None and state.live.commit == commit


async def _until(store: Store, house: House, done: Callable[[EnvironmentState], bool]) -> None:
    """Wait until the environment's state is as `done` says."""
    facts = environment_story(store, house.config.app, "production")
    state, seq = EnvironmentState(), 0
    while not done(state):
        await store.changed(facts.stream, seq)
        for fact in await facts.read(seq):
            state, seq = evolve(state, fact), seq + 1
