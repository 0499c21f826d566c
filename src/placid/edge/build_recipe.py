"""What a build needs to know before it starts: the plan, the config files, and what not to print.

A config file is taken from the commit, or, when the commit does not hold it (secrets are not
committed), from the folder of placid.yaml on this machine. Files called `.env`, `NAME.env` or
`.env.NAME` become variables; others are put into the built tree under their own path. All are
hashed as sorted (name, bytes) pairs, lengths first, so that no two sets of files read the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from placid.base.errors import Problem
from placid.edge.git_mirror import Mirror
from placid.formats import envfile

_HARMLESS = re.compile(
    r"true|false|none|null|yes|no|[0-9.]{1,5}|production|staging|development|.{0,3}", re.I
)
_PIP = re.compile(r"(?:^|[;&|\n(])\s*(?:pip3?|python3?(?:\.\d+)? -m pip)\s", re.MULTILINE)
_OWN_VENV = re.compile(r"-m venv|\bvirtualenv\b|\.venv\b|venv/|\b(?:uv|poetry|pipenv|conda|pdm) ")


@dataclass(frozen=True, slots=True)
class Plan:
    """The service and environment of placid.yaml at one commit, as far as a release needs them.

    image   path of a Dockerfile, or ""; times are seconds, as in ports.Manifest
    config  paths of config files relative to placid.yaml; env: variables beneath those of the files
    """

    build: str = ""
    image: str = ""
    run: str = ""
    health: str = "/health"
    interval: float = 1.0
    timeout: float = 1.0
    deadline: float = 60.0
    drain: float = 30.0
    stop: float = 10.0
    config: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Config:
    """The config files of a release: name to bytes, and whence those came that are not in git."""

    files: Mapping[str, bytes]
    outside: Mapping[str, Path]

    def digest(self, names: list[str] | None = None) -> str:
        """SHA-256 over the files (or those named), in hex."""
        total = hashlib.sha256()
        for name in sorted(self.files if names is None else names):
            for part in (name.encode(), self.files[name]):
                total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()

    def placed(self) -> list[str]:
        """The names of the files that are put into the tree because the commit lacks them."""
        return sorted(name for name in self.outside if not is_env(name))

    def variables(self, plan: Plan) -> dict[str, str]:
        """The plan's variables, then each file's in the order of the plan; the later wins."""
        merged = dict(plan.env)
        for name in plan.config:
            if is_env(name):
                merged |= envfile.parse(self.files[name], name)
        return merged


def is_env(name: str) -> bool:
    """Whether a config file holds variables, by its name."""
    last = PurePosixPath(name).name
    return last.endswith(".env") or last == ".env" or last.startswith(".env.")


async def read_config(
    plan: Plan, mirror: Mirror, commit: str, inside: PurePosixPath, beside: Path | None
) -> Config:
    """Read the plan's config files at `commit` (below `inside`), else from the folder `beside`."""
    files: dict[str, bytes] = {}
    outside: dict[str, Path] = {}
    for name in plan.config:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise Problem(
                f"the config file {name} lies outside of the repository",
                where="placid.yaml",
                fix="name it relative to placid.yaml",
            )
        data = await mirror.read(commit, str(inside / path))
        if data is None and beside is not None and (beside / path).is_file():
            outside[name] = beside / path
            data = outside[name].read_bytes()
        if data is None:
            raise Problem(
                f"the config file {name} is neither in the commit nor beside placid.yaml",
                where="placid.yaml",
                fix=f"commit it, or put it at {(beside or Path()) / path} on this machine",
            )
        files[name] = data
    return Config(files, outside)


def wants_venv(build: str) -> bool:
    """Whether the script calls pip by itself, and no environment of its own is in sight."""
    return bool(_PIP.search(build)) and not _OWN_VENV.search(build)


class Mask:
    """Replaces the secrets among some values by three stars, line by line."""

    def __init__(self, values: list[str]) -> None:
        secret: set[str] = set()
        for value in values:
            password = _password(value)
            secret |= {line.strip() for line in (value + "\n" + password).splitlines()}
        words = sorted((w for w in secret if not _HARMLESS.fullmatch(w)), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def __call__(self, line: str) -> str:
        """The line without secrets."""
        return self._pattern.sub("***", line) if self._pattern else line


def _password(value: str) -> str:
    try:
        return urlsplit(value).password or ""
    except ValueError:
        return ""
