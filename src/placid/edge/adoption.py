"""Finding again what an earlier agent left running: by its records, and by looking at processes.

A record whose process is gone is a copy that ended unseen: a failure, unless it was told to go or
the machine was started anew. A process with our marks but without a record was started in the
moment its agent was killed: it is taken on when it leads its session, and ended when it is only a
remainder of something that has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping

from placid.edge import containers
from placid.edge.copies import Copy
from placid.edge.copy_logs import last_line
from placid.edge.fleet import Fleet, Site, unknown
from placid.edge.processes import alive, boot_id, identify, marked, stat
from placid.edge.records import CopyRecord, ReleaseRecord


async def adopt(site: Site) -> dict[str, Fleet]:
    """Every release that runs or is wished for, its copies tended again and probed once."""
    fleets = {record.release: Fleet(site, record) for record in site.shelf.releases()}
    for record in list(site.shelf.copies()):
        fleet = fleets.get(record.release)
        if fleet is None:
            fleet = fleets[record.release] = Fleet(site, ReleaseRecord(record.release))
        take_on(fleet, record)
    await adopt_strays(site, fleets)
    if any(fleet.manifest and fleet.manifest.image for fleet in fleets.values()):
        known = {c.record.container for f in fleets.values() for c in f.copies.values()}
        site.begin(remove_containers(site, known))
    # the word of an earlier agent is not enough: each copy is asked before the first look
    copies = [copy for fleet in fleets.values() for copy in fleet.copies.values()]
    await asyncio.gather(*(probed(copy) for copy in copies if not copy.going))
    return fleets


async def probed(copy: Copy) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(copy.probed.wait(), copy.manifest.timeout + 0.1)


def take_on(fleet: Fleet, record: CopyRecord) -> None:
    """Tend a copy again, or mourn it."""
    if alive(record.process):
        fleet.adopt(record)
        return
    fleet.site.shelf.drop_copy(record)
    if record.process.boot != boot_id():
        return
    if not record.draining:
        words = last_line(
            fleet.site.shelf.log(record.release, record.copy),
            record.log,
            fleet.manifest.env if fleet.manifest else {},
        )
        why = f"copy {record.copy} ended while no agent watched"
        fleet.failed(record.copy, f"{why}: {words}" if words else why, lasted=False)
    fleet.site.begin(remainder(fleet.site, record).sweep())


def remainder(site: Site, record: CopyRecord) -> Copy:
    """A copy only to clean up after."""
    return Copy(record, unknown(record), site.shelf, site.marks, lambda: None)


async def adopt_strays(site: Site, fleets: Mapping[str, Fleet]) -> None:
    """Processes with our marks that no record knows."""
    known = {copy.record.start for fleet in fleets.values() for copy in fleet.copies.values()}
    swept: set[str] = set()
    found = await asyncio.to_thread(marked, site.marks)
    for pid, env in sorted(found.items(), key=lambda item: not leads(item[0])):
        record = None if env.get("PLACID_START") in known | swept else recorded(pid, env)
        if record is None:
            continue
        fleet = fleets.get(record.release)
        if leads(pid) and fleet is not None and record.copy not in fleet.copies:
            known.add(record.start)
            site.shelf.keep_copy(record)
            fleet.adopt(record)
        else:
            swept.add(record.start)
            site.begin(remainder(site, record).sweep())


def recorded(pid: int, env: Mapping[str, str]) -> CopyRecord | None:
    """The record that its agent had no time to write; None for what is no copy."""
    process, start = identify(pid), env.get("PLACID_START", "")
    copy, port = env.get("PLACID_COPY", ""), env.get("PORT", "")
    if process is None or not start or not copy.isdigit() or not port.isdigit():
        return None
    release = env.get("PLACID_RELEASE", "")
    return CopyRecord(int(copy), release, process, int(port), time.time(), start)


def leads(pid: int) -> bool:
    """True for the first process of a copy."""
    entry = stat(pid)
    return entry is not None and entry.session == pid


async def remove_containers(site: Site, known: set[str]) -> None:
    """Containers of this environment that belong to no copy."""
    for called in await containers.running(containers.group(site.marks)):
        if called not in known:
            await containers.remove(called)
