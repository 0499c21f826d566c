"""Processes by identity, their logs, and ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge import copy_logs, loopback
from placid.edge.copies import probe
from placid.edge.processes import (
    Identity,
    alive,
    clean_environment,
    ended,
    family,
    identify,
    marked,
    reap,
    send,
    spawn,
    stat,
)
from placid.edge.records import CopyRecord, Shelf

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def start(folder: Path, script: str, **env: str) -> Identity:
    return spawn(["/bin/sh", "-c", script], folder, clean_environment(env), folder / "x.log")


async def so(holds: Callable[[], bool]) -> None:
    """Wait until it holds, 10 s at most."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never was so")


async def test_a_process_is_known_until_it_ends_and_leaves_no_zombie(tmp_path: Path) -> None:
    process = start(tmp_path, "echo hello; exit 7")
    assert await ended(process) == 7
    assert not alive(process)
    assert stat(process.pid) is None
    assert (tmp_path / "x.log").read_text() == "hello\n"


async def test_a_signal_is_a_negative_exit_code(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60")
    send({process.pid}, signal.SIGTERM)
    assert await ended(process) == -15


async def test_the_end_of_somebody_elses_child_is_seen_too(tmp_path: Path) -> None:
    parent = start(tmp_path, "sleep 60 & echo $!; wait")
    await so(lambda: (tmp_path / "x.log").read_text() != "")
    child = identify(int((tmp_path / "x.log").read_text()))
    assert child is not None
    waiting = asyncio.create_task(ended(child))
    await asyncio.sleep(0)
    send({child.pid}, signal.SIGKILL)
    assert await waiting is None
    await ended(parent)


async def test_another_start_time_or_boot_is_another_process() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert alive(me)
    assert not alive(Identity(me.pid, me.start + 1, me.boot))
    assert not alive(Identity(me.pid, me.start, "another boot"))


async def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    process = start(tmp_path, "exit 0")
    await so(lambda: (entry := stat(process.pid)) is not None and entry.state == "Z")
    assert not alive(process)
    assert reap(process.pid) == 0
    assert reap(process.pid) is None


async def test_a_family_holds_the_session_and_those_that_left_it(tmp_path: Path) -> None:
    marks = {"PLACID_START": f"test-{os.getpid()}"}
    script = "sleep 60 & setsid sleep 61 & env -i /bin/sleep 62 & wait"
    process = start(tmp_path, script, **marks)
    try:
        # `env -i` has the marks until it becomes its sleep
        await so(lambda: len(family(process, marks)) == 4 and len(marked(marks)) == 3)
        send({process.pid}, signal.SIGKILL)
        await ended(process)
        # without its leader a session id may be reused: only marks are believed then
        assert len(family(process, marks)) == 2
    finally:
        for pid in family(process, marks) | session_of(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def session_of(leader: int) -> set[int]:
    every = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return {pid for pid in every if (s := stat(pid)) is not None and s.session == leader}


async def test_probes_say_what_they_saw(tmp_path: Path) -> None:
    answers = {
        b"HTTP/1.1 204 No Content\r\n\r\n": "",
        b"HTTP/1.0 200\r\n\r\n": "",
        b"HTTP/1.1 302 Found\r\n\r\n": "the last answer was 302",
        b"HTTP/1.1 503 Busy\r\n\r\n": "the last answer was 503",
        b"SSH-2.0-OpenSSH_9\r\n": "the last answer was not HTTP",
        b"": "it closed the connection unanswered",
    }
    for answer, words in answers.items():

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes = answer
        ) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert await probe(port, "/health", 5.0) == words


async def test_a_free_port_lies_below_the_ephemeral_ones() -> None:
    port = loopback.free_port()
    assert port < loopback.ephemeral()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        assert not loopback.can_listen("127.0.0.1", port)
        assert f"(pid {os.getpid()})" in loopback.holder(port)
        assert port in loopback.ports_of({os.getpid()})


@pytest.mark.parametrize("text", ["", "here", "127.0.0.1:", "1.2.3.4:0", "x:70000", "x:http"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="is no address"):
        loopback.address(text)


def test_addresses_of_both_families() -> None:
    assert loopback.address("[::1]:80") == ("::1", 80)
    assert loopback.address(":80") == ("0.0.0.0", 80)


def test_a_log_is_rotated_without_the_app_noticing(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with log.open("ab", buffering=0) as app:
        for turn in range(8):
            app.write(f"{turn}\n".encode() * 100)
            assert copy_logs.rotate(log, largest=100, kept=3)
        app.write(b"after\n")
    assert log.read_text() == "after\n"
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["x.log", "x.log.1", "x.log.2", "x.log.3"]
    assert (tmp_path / "x.log.1").read_text().startswith("7\n")
    assert not copy_logs.rotate(log, largest=100)


@given(st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4), st.text())
def test_no_value_of_the_environment_is_quoted(value: str, around: str) -> None:
    shown = copy_logs.masked(f"{around}{value}{around}", {"ANYTHING": value})
    assert value not in shown or not value.strip()


def test_short_values_are_masked_when_their_name_says_so() -> None:
    env = {"DB_PASSWORD": "x9", "WORKERS": "2"}
    assert copy_logs.masked("2 workers, x9", env) == "2 workers, ***"


def test_last_words_begin_after_what_was_there_before(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("an older failure\n")
    begun = copy_logs.end_of(log)
    assert copy_logs.last_line(log, begun) == ""
    with log.open("a") as file:
        file.write("\x1b[31mValueError: no\x1b[0m\n\n  \n")
    assert copy_logs.last_line(log, begun) == "ValueError: no"


def test_records_survive_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    record = CopyRecord(1, "a-1", Identity(1, 2, "b"), 8000, 1.5, "s")
    shelf.keep_copy(record)
    (tmp_path / "copies" / "b-2.1.json").write_text('{"copy": ')
    assert list(shelf.copies()) == [record]
    shelf.drop_copy(record)
    shelf.drop_copy(record)
    assert list(shelf.copies()) == []


def test_the_environment_holds_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TOKEN", "secret")
    env = clean_environment({"A": "1"})
    assert "AGENT_TOKEN" not in env
    assert env["A"] == "1"
    assert env["PATH"] == os.environ["PATH"]
    assert sys.executable
