"""What must hold between the values of placid.yaml, each check quiet about what is told already."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from placid.base.registry import nearest
from placid.base.units import duration
from placid.config.faults import Reading
from placid.config.kinds import split_address
from placid.config.model import Config

_EVERYWHERE = {"0.0.0.0", "::"}
_RESERVED = ("builds", "releases", "inbox")


def check(config: Config, reading: Reading) -> None:
    """Put down every fault between values that are fine by themselves."""
    for one in (_what_runs, _names, _order, _cycles, _addresses, _overrides, _health):
        one(config, reading)


def _what_runs(config: Config, reading: Reading) -> None:
    where = ("service",)
    if not reading.fine(*where, "run") or not reading.fine(*where, "image"):
        return
    service = config.service
    if not service.run and not service.image:
        reading.fault(
            where,
            reading.place(*where),
            "the service has nothing to run",
            fix="add run: with the command that serves on $PORT, or image: Dockerfile",
        )
    if service.run and service.image:
        reading.fault(
            where,
            reading.place(*where, "image"),
            "the service has both run and image",
            hint="a container runs the command of its own image",
            fix="keep one of them",
        )


def _names(config: Config, reading: Reading) -> None:
    for name in config.environments:
        if name in _RESERVED:
            span = reading.key("environments", name)
            what = f'an environment cannot be called "{name}"'
            fix = f"rename it: .placid/{name} is a folder of placid's own"
            reading.fault(("environments", name), span, what, fix=fix)


def _order(config: Config, reading: Reading) -> None:
    for name, environment in config.environments.items():
        route = ("environments", name, "after")
        if not environment.after or not reading.fine(*route):
            continue
        if environment.after in config.environments or not reading.fine(
            "environments", environment.after
        ):
            continue
        known = [each for each in config.environments if each != name]
        guess = nearest(environment.after, known)
        reading.fault(
            route,
            reading.place(*route),
            f'no environment is called "{environment.after}"',
            hint=f'did you mean "{guess}"?' if guess else "",
            fix=f"use one of: {', '.join(known)}" if known else "remove it: there is no other",
        )


def _cycles(config: Config, reading: Reading) -> None:
    told: set[str] = set()
    for start in config.environments:
        path: list[str] = []
        name = start
        while name in config.environments and name not in path and name not in told:
            path.append(name)
            name = config.environments[name].after
        if name in path:
            circle = path[path.index(name) :]
            route = ("environments", circle[-1], "after")
            words = " after ".join((circle[0], *circle[1:], circle[0]))
            what = (
                "an environment waits for itself"
                if len(circle) == 1
                else ("these environments wait for each other")
            )
            fix = "remove one after, so that one of them comes first"
            reading.fault(route, reading.place(*route), what, hint=words, fix=fix)
        told.update(path)


def _listeners(config: Config, reading: Reading) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Who listens on which address, and where it is written."""
    for name, environment in config.environments.items():
        for key, address in (("listen", environment.listen), ("preview", environment.preview)):
            route = ("environments", name, key)
            if address and environment.target == "local" and reading.fine(*route):
                who = f'environment "{name}"' + (" (preview)" if key == "preview" else "")
                yield who, address, route
    if config.webhook.secret and reading.fine("webhook", "listen"):
        yield "the webhook", config.webhook.listen, ("webhook", "listen")


def _addresses(config: Config, reading: Reading) -> None:
    for first, second in combinations(list(_listeners(config, reading)), 2):
        if not _clash(first[1], second[1]) or not reading.fine(*second[2]):
            continue
        written = second if reading.value(*second[2]) or not reading.value(*first[2]) else first
        other = first if written is second else second
        unwritten = " (the default)" if reading.value(*written[2]) is None else ""
        also = other[0] if other[1] == written[1] else f"{other[0]} on {other[1]}"
        host, port = split_address(written[1])
        shown = f"[{host}]" if ":" in host else host
        key = str(written[2][-1])
        reading.fault(
            second[2],
            reading.place(*written[2]),
            f"{written[0]} listens on {written[1]}{unwritten}, and so does {also}",
            fix=f"give one of them another address, like {key}: {shown}:{_next(port)}",
        )


def _next(port: int) -> int:
    return port + 1 if port < 65535 else port - 1


def _clash(one: str, other: str) -> bool:
    (host, port), (other_host, other_port) = _plain(one), _plain(other)
    return port == other_port and (host == other_host or bool({host, other_host} & _EVERYWHERE))


def _plain(address: str) -> tuple[str, int]:
    host, port = split_address(address)
    return ("127.0.0.1" if host.lower() == "localhost" else host.lower()), port


def _overrides(config: Config, reading: Reading) -> None:
    for name, environment in config.environments.items():
        route = ("environments", name, "override")
        asked = environment.override
        if asked is None or not all(reading.fine(*route, key) for key in ("header", "cookie")):
            continue
        if bool(asked.header) == bool(asked.cookie):
            both = "both a header and a cookie" if asked.header else "neither a header nor a cookie"
            what = f"the override has {both}"
            fix = "write one of them, like {header: x-canary}"
            reading.fault(route, reading.place(*route), what, fix=fix)


def _health(config: Config, reading: Reading) -> None:
    probe, route = config.service.probe, ("service", "health")
    if probe.timeout <= probe.deadline or not reading.fine(*route):
        return
    if reading.fine(*route, "timeout") and reading.fine(*route, "deadline"):
        reading.fault(
            route,
            reading.place(*route, "timeout"),
            f"one probe may take {duration(probe.timeout)}, longer than the whole deadline",
            hint=f"the deadline is {duration(probe.deadline)}",
            fix="shorten the timeout, or lengthen the deadline",
        )
