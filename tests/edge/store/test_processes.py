"""Several processes on one ledger: racing, waking one another, starting at once, killed by -9."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from itertools import groupby
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from placid.edge.store import sql
from placid.edge.store.ledger import Ledger, Taken, Value
from placid.edge.store.opening import open_store, watch
from placid.edge.store.places import HOME, connection, open_ledger
from placid.edge.store.sqlite import SqliteWatch
from placid.edge.store.threads import ThreadedStore
from placid.edge.store.watching import ALERT, FileWatch
from placid.ports import Row

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def writer(store: str, stream: str, name: str, count: int) -> Generator[subprocess.Popen[str]]:
    """A process that appends `count` batches of three; see writer.py."""
    argv = [sys.executable, "-m", "tests.edge.store.writer", store, stream, name, str(count)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(process: subprocess.Popen[str]) -> list[int]:
    """What the writer acknowledged, once it has ended well."""
    acknowledged = [int(line) for line in process.stdout or ()]
    assert process.wait() == 0
    return acknowledged


def batches(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """(first seq, "name-batch") of each batch, after checking that none is torn or mixed."""
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    found: list[tuple[int, str]] = []
    for name, group in groupby(rows, key=lambda row: row.data.decode().rpartition("-")[0]):
        members = list(group)
        assert [row.data.decode() for row in members] == [f"{name}-{n}" for n in range(3)]
        found.append((members[0].seq, name))
    return found


def test_of_racing_processes_exactly_one_wins_each_seq(durable: str) -> None:
    names, count = "abcd", 40
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(writer(durable, "race", n, count)) for n in names]
        acknowledged = {name: finished(w) for name, w in zip(names, writers, strict=True)}
    with open_ledger(durable) as ledger:
        found = batches(ledger.read("race"))
    expected = [
        (seq, f"{name}-{batch}")
        for name, seqs in acknowledged.items()
        for batch, seq in enumerate(seqs)
    ]
    assert found == sorted(expected)
    assert len(found) == count * len(names)


def test_processes_that_start_at_once_make_one_ledger(durable: str) -> None:
    names = "abcdef"
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(writer(durable, n, n, 1)) for n in names]
        assert [finished(w) for w in writers] == [[1]] * len(names)
    with open_ledger(durable) as ledger:
        assert ledger.streams() == list(names)


async def test_an_append_of_another_process_wakes_us(durable: str) -> None:
    async with open_store(durable) as store, anyio.create_task_group() as tasks:
        with anyio.fail_after(60):
            tasks.start_soon(to_thread.run_sync, _write, durable)
            for end in range(0, 9, 3):
                await store.changed("a", end)
                assert (await store.read("a", end))[0].seq == end + 1


class CountingLedger(Ledger):
    """Counts how often it is asked for the end of a stream."""

    looks = 0

    def end(self, stream: str) -> int:
        self.looks += 1
        return super().end(stream)


async def test_without_inotify_an_append_of_another_process_wakes_us(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    files = FileWatch(SqliteWatch(path), inotify=False)
    store = ThreadedStore(Ledger(connection(path, HOME)), files)
    async with anyio.create_task_group() as tasks:
        with anyio.fail_after(60):
            tasks.start_soon(to_thread.run_sync, _write, str(path))
            for end in range(0, 9, 3):
                await store.changed("a", end)
    await store.close()


async def test_an_append_of_our_own_wakes_us_without_any_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placid.edge.store.watching.PACE", 3600.0)
    path = tmp_path / "ledger.db"
    files = FileWatch(SqliteWatch(path), inotify=False)
    store = ThreadedStore(Ledger(connection(path, HOME)), files)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for end in range(3):
                tasks.start_soon(store.changed, "a", end)
                await anyio.sleep(0.1)
                await store.append("a", end, [b"1"])
    await store.close()


def test_an_error_within_a_transaction_leaves_nothing(durable: str) -> None:
    opened = connection(durable, HOME)
    row: dict[str, Value] = {"stream": "a", "seq": 1, "at": 0, "data": b"1"}
    with pytest.raises(ZeroDivisionError), opened.transaction():
        opened.insert(sql.ADD, [row])
        raise ZeroDivisionError
    with pytest.raises(Taken), opened.transaction():
        opened.insert(sql.ADD, [row, row])
    assert Ledger(opened).read("a") == []
    opened.close()


async def test_inotify_alone_ends_a_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placid.edge.store.watching.REST", 3600.0)
    async with open_store(tmp_path / "ledger.db") as store, anyio.create_task_group() as tasks:
        with anyio.fail_after(60):
            for end in range(0, 6, 3):
                tasks.start_soon(store.changed, "a", end)
                await anyio.sleep(ALERT + 0.3)
                with writer(str(tmp_path / "ledger.db"), "a", "a", 1) as process:
                    assert finished(process) == [end + 1]
                await store.changed("a", end)


class CountingWatch(SqliteWatch):
    """Counts how often it looks."""

    looks = 0

    def changed(self) -> bool:
        self.looks += 1
        return super().changed()


async def test_after_a_change_the_watch_comes_to_rest_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placid.edge.store.watching.ALERT", 0.1)
    path = tmp_path / "ledger.db"
    looks = CountingWatch(path)
    store = ThreadedStore(Ledger(connection(path, HOME)), FileWatch(looks))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.changed, "never", 0)
        for end in range(2):
            await anyio.sleep(0.3)
            await store.append("a", end, [b"1"])
        await anyio.sleep(0.5)
        before = looks.looks
        await anyio.sleep(1.5)
        assert looks.looks - before <= 2  # the end of a rest, perhaps
        tasks.cancel_scope.cancel()
    await store.close()


async def test_many_who_wait_look_only_when_something_happened(durable: str) -> None:
    ledger = CountingLedger(connection(durable, HOME))
    store = ThreadedStore(ledger, watch(durable, HOME))
    waiters, events = 8, 5
    async with anyio.create_task_group() as tasks:
        for _ in range(waiters):
            tasks.start_soon(store.changed, "never", 0)
        for event in range(events):
            await anyio.sleep(0.2)
            await store.append("a", event, [b"1"])
        await anyio.sleep(0.2)
        tasks.cancel_scope.cancel()
    await store.close()
    # One look at the start and one by each append; an append is heard up to four times: its own
    # bell, the leaving watcher's, and the same two when the watch sees the append as well.
    assert ledger.looks <= waiters * (3 + 4 * events) + events


def _write(store: str) -> None:
    with writer(store, "a", "n", 3) as process:
        finished(process)


@pytest.mark.promise("ledger")
def test_kill_9_loses_no_acknowledged_fact_and_tears_no_batch(durable: str) -> None:
    chance = random.Random(2)
    acknowledged: list[tuple[int, str]] = []
    for life in range(8):
        with writer(durable, "a", str(life), 1_000_000) as process:
            assert process.stdout
            said = [process.stdout.readline() for _ in range(chance.randrange(1, 40))]
            process.send_signal(signal.SIGKILL)
            said += [line for line in process.stdout if line.endswith("\n")]
        acknowledged += [(int(seq), f"{life}-{batch}") for batch, seq in enumerate(said)]
        with open_ledger(durable) as ledger:
            found = batches(ledger.read("a"))
        assert set(acknowledged) <= set(found)
        # Of every life at most one batch was written and not yet acknowledged.
        assert len(found) - len(acknowledged) <= life + 1
