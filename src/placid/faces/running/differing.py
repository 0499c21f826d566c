"""Tells before a run what GitHub would do otherwise: looks at this machine, and at each workflow.

places = differing(asked, read.workflow, read.text, read.path, actions)
announce(places, read.text, asked, say)         Problem under --strict
hears.differs(divergence_json(places))
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable

from placid.core.pipeline.asked import Asked
from placid.core.pipeline.divergence import Ground, divergences
from placid.faces.running.divergence import (
    Place,
    divergence_text,
    heavy_count,
    placed,
    refusal,
)
from placid.faces.running.style import Style
from placid.formats.workflows.model import Workflow
from placid.formats.workflows.reference import reference
from placid.ports.pipeline import Actions

_PROGRAMS = ("pwsh", "powershell", "cmd")
_ARCHES = {"x86_64": "X64", "amd64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}
_SYSTEMS = {"Darwin": "macOS", "Linux": "Linux", "Windows": "Windows"}


def differing(
    asked: Asked, workflow: Workflow, source: str, path: str, actions: Actions
) -> list[Place]:
    """All that differs for one workflow, with its place."""
    here = ground_of(asked)._replace(native=_native(workflow, actions))
    return placed(divergences(workflow, source, here), source, path)


def announce(
    places: list[Place],
    source: str,
    asked: Asked,
    say: Callable[[str], None],
    style: Style | None = None,
) -> None:
    """Say what may change the result; the rest is for `--graph`. Problem under --strict."""
    count = heavy_count(places)
    if count and asked.strict:
        raise refusal(places, source)
    if count:
        say(count)
        say(divergence_text(places, style or Style(), heavy_only=True))


def ground_of(asked: Asked) -> Ground:
    """This machine, and what was given."""
    described, label = _system()
    secrets = frozenset(asked.secrets)
    return Ground(
        system=_SYSTEMS.get(platform.system(), "Linux"),
        arch=_ARCHES.get(platform.machine().lower(), platform.machine().upper()),
        described=described,
        label=label,
        cores=os.cpu_count() or 0,
        image=asked.image,
        engine=next((name for name in ("podman", "docker") if shutil.which(name)), ""),
        network=not asked.offline,
        programs=frozenset(name for name in _PROGRAMS if shutil.which(name)),
        token="GITHUB_TOKEN" in {name.upper() for name in secrets},
        secrets=secrets,
        variables=frozenset(asked.variables),
        event=asked.event or "push",
        event_file=asked.event_file is not None,
    )


def _system() -> tuple[str, str]:
    """What this system is called, and the label of GitHub's that it is."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return platform.platform(terse=True), ""
    name = told.get("PRETTY_NAME") or told.get("NAME", "this machine")
    version = told.get("VERSION_ID", "")
    return name, f"ubuntu-{version}" if told.get("ID") == "ubuntu" and version else ""


def _native(workflow: Workflow, actions: Actions) -> frozenset[str]:
    """The actions of a workflow that placid does itself."""
    found: set[str] = set()
    for job in workflow.jobs:
        for step in job.every_step():
            used = reference(step.uses.text) if step.uses is not None else None
            if used is not None and used.kind == "remote" and actions.native(used) is not None:
                found.add(f"{used.repository}/{used.path}".rstrip("/").lower())
    return frozenset(found)
