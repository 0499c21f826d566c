"""One copy of a release from its start to its end.

    starting --2xx--> ready <--3 misses / 2xx--> unready       told --> draining --> stopped
        \\--exits, or past its deadline--> failed <--exits, or unready too long--/

`watch` owns the first line, `stop` the end; draining needs the proxy and lies in `fleet`. Every
change is written to the record at once, so that the next agent goes on where this one was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import time
from collections.abc import Callable, Mapping

import msgspec

from placid.edge import containers
from placid.edge.copy_logs import last_line, rotate, tail
from placid.edge.loopback import ports_of
from placid.edge.processes import alive, ended, family, reap, send
from placid.edge.records import CopyRecord, Shelf
from placid.ports import Manifest

MISSES = 3
IN_USE = re.compile(r"address (is )?already in use|EADDRINUSE|port \S+ is (already )?in use", re.I)
ROTATE_EVERY = 20.0


async def probe(port: int, path: str, within: float) -> str:
    """One health probe: "" when it is answered with 2xx, else what happened instead.

    Only the status line is read, on a bare socket: this runs every second for each copy.
    """
    loop = asyncio.get_running_loop()
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: placid\r\nAccept: */*\r\n"
    line = b""
    try:
        with contextlib.closing(socket.socket()) as caller:
            caller.setblocking(False)
            async with asyncio.timeout(within):
                await loop.sock_connect(caller, ("127.0.0.1", port))
                await loop.sock_sendall(caller, f"{head}Connection: close\r\n\r\n".encode())
                while b"\n" not in line and (more := await loop.sock_recv(caller, 4096)):
                    line += more
    except TimeoutError:
        return f"it did not answer within {within:g} s"
    except ConnectionRefusedError:
        return f"nothing listens on PORT ({port})"
    except OSError:
        return "it broke the connection off"
    words = line.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        return "the last answer was not HTTP" if line else "it closed the connection unanswered"
    status = words[1].decode(errors="replace")
    return "" if re.fullmatch("2[0-9][0-9]", status) else f"the last answer was {status}"


class Copy:
    """A process (or container) that runs, and what the last probes said of it."""

    def __init__(
        self,
        record: CopyRecord,
        manifest: Manifest,
        shelf: Shelf,
        marks: Mapping[str, str],
        changed: Callable[[], None],
    ) -> None:
        self.record, self.manifest, self.shelf = record, manifest, shelf
        self.changed = changed
        self.told = asyncio.Event()
        self.probed = asyncio.Event()
        self.log = shelf.log(record.release, record.copy)
        self.trouble = ""
        self.tries = 0
        self._misses = 0
        self._unready = record.began
        self._said = "it was not asked yet"
        self.marks = {**marks, "PLACID_START": record.start}
        if record.draining:
            self.told.set()

    @property
    def going(self) -> bool:
        """True once it has been told to go."""
        return self.told.is_set()

    def note(self, **changes: object) -> None:
        """Change the record, on disk too."""
        self.record = msgspec.structs.replace(self.record, **changes)
        self.shelf.keep_copy(self.record)

    def tell(self) -> None:
        """Ask it to go; survives us."""
        if not self.going:
            self.note(draining=time.time(), ready=False)
            self.told.set()

    async def watch(self) -> str | None:
        """Probe until it is told to go (None), or has failed: why, in words."""
        end = asyncio.create_task(ended(self.record.process))
        told = asyncio.create_task(self.told.wait())
        probing = asyncio.create_task(self._probing())
        tasks = {end, told, probing}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if end.done():
                return None if self.going else self._epitaph(end.result())
            return probing.result() if probing.done() else None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _probing(self) -> str:
        rotated = time.monotonic()
        while True:
            said = await probe(self.record.port, self.manifest.health, self.manifest.timeout)
            self._hear(said)
            self.probed.set()
            if why := self._hopeless():
                return why
            if time.monotonic() - rotated > ROTATE_EVERY:
                rotated = time.monotonic()
                await asyncio.to_thread(rotate, self.log)
            await asyncio.sleep(self._pause())

    def _pause(self) -> float:
        """Seconds to the next probe: short while it starts, so that nobody waits for the clock."""
        if self.record.ready:
            return self.manifest.interval
        age = max(0.0, time.time() - self._unready)
        return min(self.manifest.interval, 0.03 + age / 20)

    def _hear(self, said: str) -> None:
        if not said:
            self._misses = 0
            if not self.record.ready:
                self.note(ready=True, served=True)
                self.trouble = ""
                self.changed()
            return
        self._said, self._misses = said, self._misses + 1
        if self.record.ready and self._misses >= MISSES:
            self._unready = time.time()
            self.note(ready=False)
            self.trouble = f"copy {self.record.copy} fails its health check: {said}"
            self.changed()

    def _hopeless(self) -> str:
        late = self.manifest.deadline
        if self.record.ready or time.time() - self._unready < late:
            return ""
        name, path = f"copy {self.record.copy}", self.manifest.health
        if self.record.served:
            return f"{name} stopped answering GET {path} for {late:g} s: {self._said}"
        why = f"{name} did not answer GET {path} with 2xx within {late:g} s: {self._said}"
        others = ports_of(family(self.record.process, self.marks))
        if self._said.startswith("nothing") and others and self.record.port not in others:
            why += f", but it listens on {', '.join(map(str, others))}: does it read PORT?"
        return why

    def _epitaph(self, code: int | None) -> str:
        """How it ended, with its last words."""
        lived = max(0.0, time.time() - self.record.began)
        name = f"copy {self.record.copy}"
        after = f"after {lived:.1f} s" if lived < 120 else f"after {lived / 60:.0f} min"
        words = last_line(self.log, self.record.log, self.manifest.env)
        if code == 0 and not self.record.served:
            return (
                f"{name} exited with 0 at once: does it fork into the background? "
                "run it in the foreground"
            )
        if code is None:
            how = f"{name} ended {after}"
        elif code < 0:
            how = f"{name} was ended by {signal_name(-code)} {after}"
        else:
            how = f"{name} exited with {code} {after}"
        return f"{how}: {words}" if words else how

    def port_was_taken(self) -> bool:
        """True when it ended because somebody else had its port."""
        if self.record.served:
            return False
        return IN_USE.search(tail(self.log, self.record.log)) is not None

    async def stop(self) -> None:
        """SIGTERM to all it started, SIGKILL after the release's `stop` seconds."""
        until = (self.record.terminated or time.time()) + self.manifest.stop
        if self.record.container:
            await containers.stop(self.record.container, self.record.process, until)
        else:
            await self._end_family(until)
        reap(self.record.process.pid)

    async def _end_family(self, until: float) -> None:
        leader, marks = self.record.process, self.marks
        found = await asyncio.to_thread(family, leader, marks)
        send(found, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - time.time())):
                if alive(leader):
                    await ended(leader)
                while True:
                    if not await asyncio.to_thread(family, leader, marks):
                        return
                    await asyncio.sleep(0.1)
        for _ in range(50):
            reap(leader.pid)
            if not (found := await asyncio.to_thread(family, leader, marks)):
                return
            send(found, signal.SIGKILL)
            await asyncio.sleep(0.1)

    async def sweep(self) -> None:
        """End what a copy that has ended left behind: workers, children in the background."""
        if self.record.container:
            await containers.remove(self.record.container)
        elif await asyncio.to_thread(family, self.record.process, self.marks):
            await self._end_family(time.time() + min(2.0, self.manifest.stop))


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
