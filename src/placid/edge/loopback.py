"""Ports on this machine: a free one for a copy, and who holds one that is taken.

Free ports are drawn below the kernel's ephemeral range, so that no outgoing connection takes one
between our choice and the app's `listen`.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
from collections.abc import Collection
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.processes import pids

FIRST = 20_000
NOBODY = "another program"


def ephemeral() -> int:
    """The first port that the kernel gives to outgoing connections."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768


def free_port(avoid: Collection[int] = ()) -> int:
    """A loopback port nobody listens on now, drawn at random so that two agents rarely collide."""
    top = ephemeral()
    candidates = range(FIRST, top) if top - FIRST > 1000 else range(1024 + FIRST, 65_536)
    for port in random.sample(candidates, k=min(500, len(candidates))):
        if port not in avoid and can_listen("127.0.0.1", port) and can_listen("", port):
            return port
    raise Problem("no free port was found on 127.0.0.1", fix="stop what holds them all")


def can_listen(host: str, port: int) -> bool:
    """True when a server could listen there this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
            server.listen(1)
        except OSError:
            return False
    return True


def address(text: str) -> tuple[str, int]:
    """Split "host:port"; an empty host means every interface. Problem when it is neither."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise Problem(f"{text!r} is no address", fix='write it as "host:port"')
    return host.strip("[]") or "0.0.0.0", int(port)


def listeners() -> dict[int, set[str]]:
    """Sockets that listen on TCP now: port to inodes."""
    found: dict[int, set[str]] = {}
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A":
                    found.setdefault(int(fields[1].rpartition(":")[2], 16), set()).add(fields[9])
    return found


def sockets(pid: int) -> set[str]:
    """Inodes of the sockets a process holds; empty when we may not look."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry.path).removeprefix("socket:[").removesuffix("]"))
    return found


def holder(port: int) -> str:
    """Who listens on a port: "nginx (pid 7)", or NOBODY when we cannot tell."""
    inodes = listeners().get(port, set())
    for pid in pids() if inodes else ():
        if inodes & sockets(pid):
            with contextlib.suppress(OSError):
                return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (pid {pid})"
    return NOBODY


def ports_of(processes: Collection[int]) -> list[int]:
    """The TCP ports that these processes listen on."""
    held = {inode for pid in processes for inode in sockets(pid)}
    return sorted(port for port, inodes in listeners().items() if inodes & held)
