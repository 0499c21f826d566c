"""The nodes on this machine, and the names that versions of node have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from placid.edge.pipeline.actions.toolsets.tool import (
    Tool,
    asked_version,
    found_in,
    inner,
    on_path,
)
from placid.formats.versions import EVERY, Versions, npm
from placid.ports.pipeline import Use

_LONG = {
    **{"argon": 4, "boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14},
    **{"gallium": 16, "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24},
}
_NEWEST = ("latest", "current", "node", "*")


def nodes(use: Use, environ: Mapping[str, str] = os.environ) -> list[Tool]:
    """All of them; those of managers before the system's."""
    found: list[Tool] = []
    if use.place.kind == "host":
        home = environ.get("HOME", "/")
        share = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
        cache = environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache"
        managers = (
            f"{environ.get('NVM_DIR') or f'{home}/.nvm'}/versions/node",
            f"{environ.get('VOLTA_HOME') or f'{home}/.volta'}/tools/image/node",
            f"{environ.get('MISE_DATA_DIR') or f'{share}/mise'}/installs/node",
            f"{environ.get('ASDF_DATA_DIR') or f'{home}/.asdf'}/installs/nodejs",
            f"{environ.get('N_PREFIX') or '/usr/local'}/n/versions/node",
        )
        fnm = environ.get("FNM_DIR") or f"{share}/fnm"
        found += found_in([f"{cache}/node"], f"{inner('.')}/bin/node")
        found += found_in(managers, "bin/node")
        found += found_in([f"{fnm}/node-versions"], "installation/bin/node")
    known: dict[str, Tool] = {}
    for program in [path for name in ("node", "nodejs") for path in on_path(use, name)]:
        real = os.path.realpath(program) if use.place.kind == "host" else program
        tool = None if real in known else asked_version(use, program, r"(?<=v)\d+\.\d+\S*")
        if tool is not None:
            known[real] = tool
    return found + list(known.values())


def wanted(text: str, tools: Iterable[Tool]) -> Versions | None:
    """What a version of node as GitHub's action takes it allows, among those that are here."""
    spec = text.strip().lower().removeprefix("v")
    if spec in _NEWEST:
        return EVERY
    if not spec.startswith("lts/"):
        return npm(spec)
    name = spec.removeprefix("lts/")
    here = sorted({tool.order.release[0] for tool in tools} & set(_LONG.values()))
    every = sorted(_LONG.values())
    if name == "*":
        return npm(str(here[-1] if here else every[-1]))
    back = re.fullmatch(r"-(\d+)", name)
    if back and int(back[1]) < len(every):
        return npm(str(every[-1 - int(back[1])]))
    return npm(str(_LONG[name])) if name in _LONG else None
