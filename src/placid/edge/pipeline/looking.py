"""What `podman inspect` and `docker inspect` say of a container, as far as services need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

_SECOND = 1e9  # the engines give nanoseconds
_INTERVAL = 30.0  # seconds, and
_RETRIES = 3  # when the image and the options say nothing


class Bound(msgspec.Struct, rename="pascal"):
    """Where a port of the container is to be found on this machine."""

    host_port: str = ""


class Network(msgspec.Struct, rename="pascal"):
    ports: dict[str, list[Bound] | None] | None = None


class State(msgspec.Struct, rename="pascal"):
    running: bool = False
    exit_code: int = 0


class Health(msgspec.Struct, rename="pascal"):
    """A health check, its times in nanoseconds; 0 for the default."""

    test: list[str] | None = None
    interval: int = 0
    retries: int = 0
    start_period: int = 0
    timeout: int = 0


class Config(msgspec.Struct, rename="pascal"):
    healthcheck: Health | None = None


class Told(msgspec.Struct, rename="pascal"):
    """One container, as `inspect` writes it."""

    id: str
    state: State
    network_settings: Network | None = None
    config: Config | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A health check: what to execute, and for how many seconds it may fail; `timeout` is how
    long it may take."""

    argv: tuple[str, ...]
    patience: float
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What a container is like. `ports` are those of this machine by those of the container."""

    id: str
    running: bool
    code: int
    ports: Mapping[str, str]
    check: Check | None


def looked(text: str) -> Looked:
    """What `inspect` of one container answers."""
    told = msgspec.json.decode(text, type=list[Told])[0]
    ports = (told.network_settings and told.network_settings.ports) or {}
    bound = {name.partition("/")[0]: each[-1].host_port for name, each in ports.items() if each}
    health = told.config.healthcheck if told.config else None
    return Looked(told.id, told.state.running, told.state.exit_code, bound, check(health))


def check(health: Health | None) -> Check | None:
    """How to do a health check, None when there is none."""
    kind, *words = (health and health.test) or ["NONE"]
    if health is None or kind.upper() == "NONE" or not words:
        return None
    argv = ("sh", "-c", words[0]) if kind == "CMD-SHELL" else tuple(words)
    interval = health.interval / _SECOND or _INTERVAL
    patience = health.start_period / _SECOND + interval * (health.retries or _RETRIES)
    return Check(argv, patience, health.timeout / _SECOND or _INTERVAL)
