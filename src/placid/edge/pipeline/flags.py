"""A workflow's words as flags of `podman run` and `docker run`. Nothing is run here."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from placid.base.errors import Problem

REFUSED = {"--network": "network", "--net": "network", "--entrypoint": "entrypoint"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,;?&~*()\[\]{}|<>^!-]*")
LONGEST = 60_000  # of a line in an env file: docker reads no more than 64 KiB


def name_of(image: str) -> str:
    """The image's name, without GitHub's `docker://` before it."""
    return image[9:] if image.lower().startswith("docker://") else image


def full_name(image: str) -> str:
    """The name as docker completes it: `node:20` is `docker.io/library/node:20`.

    podman asks which registry was meant, or refuses; GitHub has no doubt.
    """
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def options(
    text: str, refused: Sequence[str] = ("--network", "--net", "--entrypoint")
) -> list[str]:
    """`options:` as arguments, split as a shell does it; Problem for what GitHub refuses."""
    found = words(text, "options")
    for word in found:
        name = word.partition("=")[0]
        if name in refused:
            raise Problem(
                f"options: {name} is not supported",
                fix=f"leave it out: the job's {REFUSED[name]} is chosen for it, as on GitHub",
            )
    return found


def port(text: str) -> str:
    """A published port, on this machine's loopback when no address is given."""
    if text.startswith("[") or text.count(":") > 1:
        return text
    return f"127.0.0.1:{text}" if ":" in text else f"127.0.0.1::{text}"


def words(text: str, what: str) -> list[str]:
    """Text split as a shell does it; Problem for an open quotation."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise Problem(f"{what}: {error}: {text}", fix="close the quotation") from None


def without_limits(run: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """An engine's own flags, less the resource limits that the options set themselves."""
    text = " ".join(chosen).replace("--ulimit=", "--ulimit ")
    kept: list[str] = []
    for word in run:
        name, limit, _ = word.partition("=")
        if limit and kept[-1:] == ["--ulimit"] and f"--ulimit {name}=" in text:
            kept.pop()
        else:
            kept.append(word)
    return kept


def mount(source: Path | str, target: str, *, readonly: bool = False) -> list[str]:
    """A folder of this machine as `target`; with names of any kind but those with a quote."""
    fields = ["type=bind", f"source={source}", f"target={target}"]
    fields += ["readonly"] if readonly else []
    return ["--mount", ",".join(f'"{each}"' if "," in each else each for each in fields)]


@dataclass(slots=True)
class Variables:
    """Variables of a container without their values in anybody's arguments.

    text   of the env file, for what every version of the engines reads in the same way
    named  all others: the engine takes them from its own environment
    """

    text: str = ""
    named: dict[str, str] = field(default_factory=dict[str, str])

    def write(self, file: Path) -> list[str]:
        """Put the text into `file`, for this user only; the flags that name it."""
        found: list[str] = []
        if self.text:
            file.unlink(missing_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(self.text)
            found = ["--env-file", str(file)]
        return [*found, *(word for name in self.named for word in ("--env", name))]


def variables(env: Mapping[str, str]) -> Variables:
    """How the engine is told these variables."""
    found = Variables()
    for name, value in env.items():
        line = f"{name}={value}"
        if NAME.fullmatch(name) and PLAIN.fullmatch(value) and len(line) < LONGEST:
            found.text += line + "\n"
        else:
            found.named[name] = value
    return found
