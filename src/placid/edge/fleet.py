"""All copies of one release, and the wish they follow.

`scale` starts what is missing (crashed ones after their backoff) and tells surplus ones to go; one
task per copy tends it to its end. A copy goes in this order, each stage on disk: no new requests,
requests in flight done, out of the proxy, SIGTERM, SIGKILL. So a kill of the agent at any point is
followed by the next stage, never by an earlier one.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from placid.base.errors import Problem, Unavailable
from placid.core.rollout.world import Release, Running
from placid.edge import containers
from placid.edge.copies import Copy
from placid.edge.copy_logs import end_of
from placid.edge.engines import Engine
from placid.edge.envoy import Envoy
from placid.edge.envoy_config import Endpoint
from placid.edge.loopback import free_port
from placid.edge.processes import alive, clean_environment, spawn
from placid.edge.records import Backoff, CopyRecord, ReleaseRecord, Shelf
from placid.ports import Manifest

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 0.5, 30.0, 60.0
OTHER_PORTS = 5


@dataclass(slots=True)
class Site:
    """What the releases of one environment share.

    emptied  called with a release whose last copy has gone; tasks: the work under way
    """

    shelf: Shelf
    envoy: Envoy
    marks: Mapping[str, str]
    manifest: Callable[[str], Manifest]
    emptied: Callable[[str], Coroutine[Any, Any, None]]
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    bugs: list[BaseException] = field(default_factory=list[BaseException])

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` go on by itself; what it raises is raised by the next look."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.bugs.append(error)

    async def end(self) -> None:
        """Stop working; processes are left as they are."""
        while self.tasks:
            tasks = list(self.tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.tasks.difference_update(tasks)


class Fleet:
    """The copies of one release."""

    def __init__(self, site: Site, record: ReleaseRecord) -> None:
        self.site, self.record = site, record
        self.copies: dict[int, Copy] = {}
        self.starting: set[int] = set()
        self.engine: Engine | None = None
        try:
            self.manifest: Manifest | None = site.manifest(record.release)
        except Problem:
            self.manifest = None  # its files are gone: what runs can still be drained and stopped

    @property
    def release(self) -> str:
        return self.record.release

    def note(self, **changes: object) -> None:
        """Change the record, on disk too."""
        self.record = msgspec.structs.replace(self.record, **changes)
        self.site.shelf.keep_release(self.record)

    # -- what it shows -------------------------------------------------------------------------

    def running(self, active: int) -> Running:
        """How the release runs now, with `active` requests in flight."""
        copies = list(self.copies.values())
        sick = next((c.trouble for c in copies if c.trouble and not c.going), "")
        return Running(
            wanted=self.record.wanted,
            alive=sum(alive(copy.record.process) for copy in copies),
            ready=sum(self._ready(copy) for copy in copies),
            active=active,
            failures=self.record.failures,
            trouble=sick or self.record.trouble,
        )

    def _ready(self, copy: Copy) -> bool:
        return copy.record.ready and not copy.going and alive(copy.record.process)

    def endpoints(self) -> list[Endpoint]:
        """Ready copies, or all that ever were when none is; draining ones marked so."""
        here = [c for c in self.copies.values() if alive(c.record.process)]
        staying = [c for c in here if not c.going]
        chosen = [c for c in staying if c.record.ready] or [c for c in staying if c.record.served]
        going = [c for c in here if c.going and not c.record.terminated]
        return [Endpoint(c.record.port) for c in chosen] + [
            Endpoint(c.record.port, draining=True) for c in going
        ]

    def publish(self) -> None:
        """Tell the proxy."""
        self.site.envoy.endpoints(self.release, self.endpoints())

    # -- what it is told -----------------------------------------------------------------------

    def scale(self, wanted: int) -> None:
        """Start missing copies whose backoff is over, and tell surplus ones to go."""
        if self.record.wanted == 0 and wanted > 0:
            self.note(wanted=wanted, retiring=False, failures=0, trouble="", backoff={})
        elif self.record.wanted != wanted or self.record.retiring:
            self.note(wanted=wanted, retiring=False)
        staying = [copy for copy in self.copies.values() if not copy.going]
        missing = wanted - len(staying) - len(self.starting)
        number = 0
        while missing > 0:
            number += 1
            if number in self.copies or number in self.starting:
                continue
            missing -= 1
            if self.record.backoff.get(number, Backoff()).until <= time.time():
                self._start(number)
        for copy in self._surplus(staying, wanted):
            copy.tell()
        self.publish()

    def _surplus(self, staying: list[Copy], wanted: int) -> list[Copy]:
        """Which copies to lose: unready ones first, then those with the highest numbers."""
        order = sorted(staying, key=lambda c: (c.record.ready, c.record.served, -c.record.copy))
        return order[: max(0, len(staying) - wanted)]

    def retire(self) -> None:
        """Tell every copy to go; `emptied` is called when the last one has."""
        if not self.record.retiring:
            self.note(wanted=0, retiring=True)
        for copy in self.copies.values():
            copy.tell()
        self.publish()
        if not self.copies and not self.starting:
            self.site.begin(self.site.emptied(self.release))

    # -- one copy's life -----------------------------------------------------------------------

    def adopt(self, record: CopyRecord) -> Copy:
        """Go on with a copy that an earlier agent has started."""
        copy = self._copy(record, self.manifest or unknown(record))
        self.site.begin(self._tend(copy))
        return copy

    def _copy(self, record: CopyRecord, manifest: Manifest) -> Copy:
        site = self.site
        copy = Copy(record, manifest, site.shelf, site.marks, self.publish)
        self.copies[record.copy] = copy
        return copy

    def _start(self, number: int, tries: int = 0) -> None:
        self.starting.add(number)
        self.site.begin(self._live(number, tries))

    async def _live(self, number: int, tries: int) -> None:
        """Start a copy and tend it to its end."""
        try:
            copy = await self._spawn(number)
        except (OSError, Problem) as error:
            self.failed(number, f"copy {number} could not be started: {error}", lasted=False)
            return
        finally:
            self.starting.discard(number)
        copy.tries = tries
        if len([c for c in self.copies.values() if not c.going]) > self.record.wanted:
            copy.tell()
        await self._tend(copy)

    async def _spawn(self, number: int) -> Copy:
        manifest = self.site.manifest(self.release)
        self.manifest = manifest
        avoid = {copy.record.port for copy in self.copies.values()}
        port = free_port(avoid)
        given = {
            **manifest.env,
            "PORT": str(port),
            "PLACID_RELEASE": self.release,
            "PLACID_COPY": str(number),
        }
        argv, called = ["/bin/sh", "-c", manifest.run], ""
        if manifest.image:
            called = containers.name(self.site.marks, self.release, number, port)
            self.engine = self.engine or await containers.engine(manifest.image)
            group = containers.group(self.site.marks)
            argv = containers.command(self.engine, called, manifest.image, given, group)
        log = self.site.shelf.log(self.release, number)
        begun, size = time.time(), end_of(log)
        start = secrets.token_hex(8)
        env = clean_environment({**given, **self.site.marks, "PLACID_START": start})
        folder = Path(manifest.folder) if not called else self.site.shelf.folder
        process = spawn(argv, folder, env, log)
        record = CopyRecord(number, self.release, process, port, begun, start, size)
        record = msgspec.structs.replace(record, container=called)
        self.site.shelf.keep_copy(record)
        return self._copy(record, manifest)

    async def _tend(self, copy: Copy) -> None:
        why = await copy.watch()
        if why is not None:
            await self._lose(copy, why)
            return
        if alive(copy.record.process):
            await self._drain(copy)
        await copy.sweep()
        self._drop(copy)
        if self.record.retiring and not self.copies and not self.starting:
            await self.site.emptied(self.release)

    async def _lose(self, copy: Copy, why: str) -> None:
        """A copy has failed: end the rest of it, and say so."""
        self.publish()
        again = copy.port_was_taken() and copy.tries < OTHER_PORTS
        if alive(copy.record.process):
            copy.tell()
            self.publish()
            await copy.stop()
        await copy.sweep()
        self._drop(copy)
        number = copy.record.copy
        if again and self.record.wanted > 0:
            self._start(number, copy.tries + 1)
        elif not self.record.retiring:
            if copy.port_was_taken():
                why += " (tried several ports: does it listen on PORT?)"
            lasted = copy.record.served and time.time() - copy.record.began >= HEALTHY
            self.failed(number, why, lasted=lasted)
        elif not self.copies and not self.starting:
            await self.site.emptied(self.release)

    def _drop(self, copy: Copy) -> None:
        self.copies.pop(copy.record.copy, None)
        self.site.shelf.drop_copy(copy.record)
        self.publish()

    def failed(self, number: int, why: str, *, lasted: bool) -> None:
        """Count a failure; the copy may be started again after its backoff."""
        before = Backoff() if lasted else self.record.backoff.get(number, Backoff())
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(before.crashes, 10))
        after = Backoff(before.crashes + 1, time.time() + pause)
        self.note(
            failures=self.record.failures + 1,
            trouble=why,
            backoff={**self.record.backoff, number: after},
        )

    async def _drain(self, copy: Copy) -> None:
        if not copy.record.terminated:
            self.publish()
            await self._idle(copy, copy.record.draining + copy.manifest.drain)
            copy.note(terminated=time.time())
            self.publish()
            await self._out(copy)
        await copy.stop()

    async def _idle(self, copy: Copy, until: float) -> None:
        """Wait until Envoy routes nothing to the copy and nothing is in flight, seen twice."""
        quiet = 0
        while quiet < 2 and time.time() < until and alive(copy.record.process):
            words = await self._seen(copy)
            if words is None and not self.site.envoy.running():
                return
            busy = words is not None and words.get("rq_active", "0") != "0"
            chosen = words is not None and words.get("health_flags") == "healthy"
            quiet = 0 if busy or chosen else quiet + 1
            await asyncio.sleep(0.1)

    async def _out(self, copy: Copy) -> None:
        """Wait until Envoy has forgotten the copy (1 s at most: a hanging proxy stops nothing)."""
        for _ in range(20):
            if await self._seen(copy) is None:
                return
            await asyncio.sleep(0.05)

    async def _seen(self, copy: Copy) -> dict[str, str] | None:
        with contextlib.suppress(Unavailable):
            everything = await self.site.envoy.admin.endpoints()
            return everything.get(self.release, {}).get(copy.record.port)
        return None


def unknown(record: CopyRecord) -> Manifest:
    """Enough to drain and stop a copy whose release's files are gone."""
    return Manifest(Release(record.release, "", "", ""), "/")
