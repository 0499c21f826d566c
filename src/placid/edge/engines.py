"""podman and docker as programs: which there are, and how each has to be called on this machine.

Nothing is run here. podman asks for resource limits that root without CAP_SYS_RESOURCE (a machine
inside a container) may not set; naming those that it may set keeps it from that. crun refuses
cgroups in hybrid mode, where runc works. Neither engine gets more of the user's environment than it
needs to do its work.
"""

from __future__ import annotations

import os
import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

ULIMITS = ("--ulimit", "nofile=10000:10000", "--ulimit", "nproc=10000:10000")
NEEDED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
FAMILIES = ("XDG_", "DBUS_", "DOCKER_", "CONTAINER_", "CONTAINERS_", "BUILDAH_")
PODMANS_OWN = 32 * 1024  # processes: podman lowers its own limit to that
SYS_RESOURCE = 24
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "ftp_proxy")


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that runs containers, with the flags that work on this machine.

    flags    for every command; run: for `run`
    private  for `run`, where a container is to have a network of its own
    """

    program: str
    flags: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def podman(self) -> bool:
        """Whether it is podman; it is docker otherwise."""
        return self.program.endswith("podman")


def programs() -> list[str]:
    """podman first, then docker; empty when neither is installed."""
    return [path for name in ("podman", "docker") if (path := shutil.which(name))]


def candidates() -> list[Engine]:
    """Ways to call an engine, the plainest first; an init before the app where there is one."""
    found: list[Engine] = []
    for program in programs():
        init = ("--init",) if reaps(program) else ()
        found.append(Engine(program, (), init))
        if program.endswith("podman"):
            runtimes = ((), ("--runtime", "runc")) if shutil.which("runc") else ((),)
            ways = [(r, u) for u in ((), ULIMITS) for r in runtimes if r or u]
            found += [Engine(program, r, u + init) for r, u in ways]
    return found


def reaps(program: str) -> bool:
    """True when the engine has an init to put before the app, which then ends on SIGTERM."""
    beside = os.path.exists("/usr/libexec/podman/catatonit")
    return program.endswith("docker") or beside or shutil.which("catatonit") is not None


def likely() -> list[Engine]:
    """Ways to call the engines, without trying: those that can be expected to work come first."""
    found: list[Engine] = []
    for program in programs():
        if not program.endswith("podman"):
            found.append(Engine(program))
            continue
        run = limits()
        other = ("--runtime", "runc") if shutil.which("runc") and not runtime() else None
        for flags in (runtime(), other):
            if flags is not None:
                ways = dict.fromkeys((private(), ()))
                found += [Engine(program, flags, run, way) for way in ways]
    return found


def private() -> tuple[str, ...]:
    """Flags that give a container of root's podman a network of its own the fast way."""
    fast = os.geteuid() == 0 and shutil.which("slirp4netns")
    return ("--network", "slirp4netns") if fast else ()


def runtime() -> tuple[str, ...]:
    """Flags that choose runc where podman's usual crun would refuse the cgroups."""
    hybrid = os.path.isdir("/sys/fs/cgroup/unified") and shutil.which("crun") is not None
    return ("--runtime", "runc") if hybrid and shutil.which("runc") else ()


def limits() -> tuple[str, ...]:
    """Flags that ask podman for no higher limits than it may set; none where it may set any."""
    if os.geteuid() != 0 or _may_raise_limits():
        return ()
    hard = {
        "nofile": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "nproc": resource.getrlimit(resource.RLIMIT_NPROC)[1],
    }
    found: list[str] = []
    for name, value in hard.items():
        least = PODMANS_OWN if name == "nproc" else value
        limit = least if value == resource.RLIM_INFINITY else min(value, least)
        if limit != resource.RLIM_INFINITY:
            found += ["--ulimit", f"{name}={limit}:{limit}"]
    return tuple(found)


def _may_raise_limits() -> bool:
    """Whether we have CAP_SYS_RESOURCE."""
    with open("/proc/self/status", encoding="utf-8") as status:
        held = next((line.split()[1] for line in status if line.startswith("CapEff:")), "0")
    return bool(int(held, 16) >> SYS_RESOURCE & 1)


def confined() -> bool:
    """Whether SELinux keeps containers from files that are not labelled for them."""
    return Path("/sys/fs/selinux/enforce").exists()


def environment(*, network: bool = False) -> dict[str, str]:
    """What an engine gets of our environment; with the proxies when it is to use the network.

    podman hands proxies on to what it runs, so they are for pulling and building only.
    """
    found = {
        name: value
        for name, value in os.environ.items()
        if name in NEEDED or name.startswith(FAMILIES)
    }
    if network:
        found |= {name: v for name, v in os.environ.items() if name.lower() in PROXIES}
    return found
